"""A promise to call is in the record first: whatever is away or dies, it comes once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select, text

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.recovery.unanswered import Unanswered
from router.callbacks.tries import next_try
from router.core.abandoned import waits_from
from router.core.callback import VOICEMAIL
from router.core.config import Retries
from router.core.courtesy import clock
from router.core.model import LiveContact, Reply
from router.core.opening import Hours, SpecialDay
from router.core.severity import Channel, Severity
from router.incidents.next_actions import PLANNED
from router.intake.door import Call, Text
from router.live.engine import Engine
from router.records import (
    callbacks,
    contacts,
    incident_changes,
    messages,
    next_actions,
    people,
    schema,
)
from router.records.accounts import Account
from router.records.timeline import incident_document
from tests.kit.store import CONFIG
from tests.resilience.promises import (
    LINE,
    House,
    dial_begins,
    promised_to,
    sits_down,
    talks_with,
    wish,
)

HOUR = 3_600_000
SEATTLE = "America/Los_Angeles"


def closed(house: House) -> int:
    """Every queue is closed now, and opens at this moment, ms."""
    day = datetime.fromtimestamp(house.now() / 1000, UTC).date() + timedelta(2)
    hours = Hours(
        zone="UTC", week={}, special={f"{day}": SpecialDay(word="x", hours=["08:00-9:00"])}
    )
    queues = {name: replace(queue, calendar="x") for name, queue in CONFIG.queues.items()}
    house.current.replace(replace(CONFIG, queues=queues, calendars={"x": hours}))
    opens = house.current.opening.opens_for("general", Severity.S4, house.now())
    assert opens is not None
    return opens


def target_of(house: House, live: LiveContact) -> int:
    return house.current.targets[Severity(live.severity)][Channel.VOICE]


async def test_asked_twice_is_promised_once(house: House) -> None:
    call = await house.call("+12065550801")
    first = await house.promises.request_callback(wish(call), house.now())
    again = await house.promises.request_callback(wish(call), house.now())
    assert first.ok
    assert again.duplicate
    assert first.contact is not None
    assert await house.waiting() == [first.contact.id]
    other = await house.promises.request_callback(wish(call, key="another"), house.now())
    assert other.code == "taken"


class Between(Engine):
    """Something happens between the record's answer and the step."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def step(self, function: str, **request: Any) -> Reply:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().step(function, **request)


async def test_it_stands_for_a_text_that_came_while_it_was_promised(house: House) -> None:
    call = await house.call("+12065550841")
    await house.engine.step("caller_gone", contact=call.id, cause="hung_up")
    await house.recorder.drain()
    engine = Between(house.url)
    text = Text(Channel.SMS, "sms:841", "+12065550841", LINE, "I wait for your call")
    engine.meanwhile = lambda: house.intake.text(text, house.now())
    wanted = wish(call, instead=False)
    reply = await house.promises_on(engine).request_callback(wanted, house.now())
    await engine.close()
    assert reply.contact is not None
    promised = await house.engine.look(reply.contact.id)
    assert promised is not None
    assert (promised.state, promised.stands and promised.stands.why) == ("scheduled", "text")
    assert (await house.engine.beat("sweep", count=1000)).found is None


WAITING = "select count(*) from pg_locks where not granted"


@contextlib.asynccontextmanager
async def until_both_wait_for(house: House, incident: str) -> AsyncIterator[None]:
    """On PostgreSQL both transactions are under way at once; SQLite has one writer anyway."""
    if house.database.sqlite:
        yield
        return
    async with house.database.write() as connection:
        await connection.execute(
            text("select id from incident where id = :id for update"), {"id": incident}
        )
        yield
        async with asyncio.timeout(60):
            while (await connection.execute(text(WAITING))).scalar_one() < 2:
                await asyncio.sleep(0.01)


async def test_two_who_promise_at_the_same_moment_make_one_promise(house: House) -> None:
    call = await house.call("+12065550831")
    both = [wish(call, by=by, by_name=by, key=f"{by}'s", instead=False) for by in ("u1", "u2")]
    async with asyncio.TaskGroup() as group, until_both_wait_for(house, call.incident or ""):
        tasks = [
            group.create_task(house.promises.request_callback(one, house.now())) for one in both
        ]
    replies = [task.result() for task in tasks]
    assert sorted(reply.code for reply in replies) == ["", "taken"]
    assert len(await house.waiting()) == 2  # the call itself, and one to them


async def test_a_crash_before_the_index_heard_of_it_makes_one(house: House) -> None:
    call = await house.call("+12065550802")
    nowhere = Engine("unix:///nowhere/at/all.sock")
    reply = await house.promises_on(nowhere).request_callback(wish(call), house.now())
    await nowhere.close()
    assert reply.ok
    assert reply.contact is not None
    assert await house.waiting() == [call.id]
    house.later = 2_000
    for _ in range(2):
        await house.rebuild.sweep()
        assert await house.waiting() == [reply.contact.id]  # in the place of the call
    await house.recorder.drain()
    ended = await house.recorded(call.id)
    assert ended is not None
    assert (ended.state, ended.outcome) == ("ended", "callback")


async def test_flushall_between_record_and_index(house: House) -> None:
    call = await house.call("+12065550803")
    await house.flush()
    reply = await house.promises.request_callback(wish(call), house.now())
    assert reply.ok
    assert reply.contact is not None
    await house.rebuild.run()
    assert await house.waiting() == [reply.contact.id]


async def test_flushall_while_it_is_scheduled(house: House) -> None:
    call = await house.call("+12065550804")
    at = house.now() + 600_000
    reply = await house.promises.request_callback(
        wish(call, not_before=at, instead=False), house.now()
    )
    assert reply.contact is not None
    await house.recorder.drain()
    await house.flush()
    await house.rebuild.run()
    found = {c.id: c for c in (await house.engine.snapshot()).contacts}
    promised = found[reply.contact.id]
    assert (promised.state, promised.until, promised.dir) == ("scheduled", at, "out")
    assert (
        await house.engine.beat("sweep", count=1000)
    ).found is None  # nothing without a deadline


async def test_a_call_that_was_dialled_when_the_index_went_is_not_dialled_again(
    house: House,
) -> None:
    call, made = await promised_to(house, "+12065550805")
    await house.recorder.drain()
    async with house.database.write() as connection:  # by another process, a moment ago
        assert await contacts.begin_dial(connection, made.id, house.now())
    await house.flush()
    await house.rebuild.run()
    assert await house.waiting() == []
    await house.promises.settle(house.now())
    async with house.database.read() as connection:
        row = await callbacks.open_of(connection, call.incident or "")
    assert row is None  # unclear: a person decides


async def test_tries_follow_at_the_same_place_and_only_so_many(house: House) -> None:
    _, made = await promised_to(house, "+12065550806")
    seen = [made.id]
    for tried in (1, 2, 3):
        await sits_down(house, f"a{tried}")
        assert (await house.engine.step("callback_now", agent=f"a{tried}", contact=seen[-1])).ok
        await house.asked_for(seen[-1])
        await house.engine.step("caller_gone", contact=seen[-1], cause="busy")
        await house.recorder.drain()
        for _ in range(2):  # two processes, or one that looks twice
            await house.promises.settle(house.now())
        if tried < 3:
            (contact,) = await house.waiting()
            live = await house.recorded(contact)
            assert live is not None
            assert (live.state, live.score) == ("scheduled", made.score)
            seen.append(contact)
    assert len(set(seen)) == 3
    assert await house.waiting() == []


@pytest.mark.parametrize("severity", [Severity.S2, Severity.S3])
async def test_the_next_try_waits_for_their_morning_unless_it_is_urgent(
    house: House, severity: Severity
) -> None:
    morning = (house.now() // 900_000 + 8) * 900_000  # in two hours, by any clock
    hours = f"{clock(morning, SEATTLE)}-{clock(morning + HOUR, SEATTLE)}"
    rules = replace(CONFIG.callbacks, courtesy=hours)
    house.current.replace(replace(CONFIG, callbacks=rules))
    call = await house.call("+12065550871")
    wanted = wish(call, severity=severity)
    made = (await house.promises.request_callback(wanted, house.now())).contact
    assert made is not None
    await sits_down(house, "a")
    assert (await house.engine.step("callback_now", agent="a", contact=made.id)).ok
    await house.asked_for(made.id)
    await house.engine.step("caller_gone", contact=made.id, cause="busy")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    (contact,) = await house.waiting()
    live = await house.recorded(contact)
    assert live is not None
    assert live.state == "scheduled"
    assert (live.not_before == morning) == (severity is Severity.S3)


async def test_a_promise_of_closed_hours_is_due_after_the_next_opening(house: House) -> None:
    opens = closed(house)
    call, made = await promised_to(house, "+12065550861")
    target = target_of(house, made)
    assert made.answer_by == opens + target
    assert (made.arrived_at, made.score % 10**13) == (call.arrived_at, call.arrived_at + target)
    there = await house.engine.look(made.id)
    assert there is not None
    assert (there.answer_by, there.due_from, waits_from(there)) == (opens + target, opens, opens)
    house.later = opens + HOUR - house.now()  # they ring us, an hour after it
    rings = Call("CAagain", "+12065550861", LINE, None)
    again = (await house.intake.call(rings, house.now())).contact
    assert (again.arrived_at, again.due_from) == (call.arrived_at, opens)
    keyed = await house.intake.menu_answered(again.id, "3")
    assert keyed is not None
    assert keyed.contact is not None
    assert keyed.contact.answer_by == opens + target_of(house, keyed.contact)


async def test_whom_we_call_is_known_to_speak_what_they_chose_and_so_at_each_try(
    house: House,
) -> None:
    """Also where another queue has their incident by now."""
    rings = Call("CAspanish", "+12065550869", LINE, None)
    call = (await house.intake.call(rings, house.now())).contact
    assert await house.intake.menu_answered(call.id, "9") is not None
    await house.recorder.drain()
    wanted = wish(call, by="u1", instead=False, queue="general")
    made = (await house.promises.request_callback(wanted, house.now())).contact
    assert made is not None
    assert (made.queue, made.language) == ("general", "es")
    again = next_try(made, "k", counts=True, now=house.now())
    assert again.language == "es"
    _, other = await promised_to(house, "+12065550870")
    assert other.language is None


LEFT = {"by": VOICEMAIL, "by_name": "voicemail", "instead": False}


async def test_whoever_left_a_message_while_we_were_closed_is_called_when_we_open(
    house: House,
) -> None:
    """At every try: nobody is woken by a call that can wait."""
    opens = closed(house)
    await sits_down(house, "a")
    call = await house.call("+12065550867")
    await house.engine.step("caller_gone", contact=call.id, cause="hung_up")
    made = (await house.promises.request_callback(wish(call, **LEFT), house.now())).contact
    assert made is not None
    there = await house.engine.look(made.id)
    assert there is not None
    assert (there.state, there.not_before, there.due_from) == ("scheduled", opens, opens)
    assert (there.arrived_at, there.score) == (call.arrived_at, made.score)
    assert (await house.engine.step("callback_now", agent="a", contact=made.id)).ok  # a person may
    await house.asked_for(made.id)
    await house.engine.step("caller_gone", contact=made.id, cause="busy")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    (contact,) = await house.waiting()
    again = await house.recorded(contact)
    assert again is not None
    assert (again.state, again.not_before, again.due_from) == ("scheduled", opens, opens)


async def test_whoever_left_a_message_is_not_called_at_their_night_because_we_open(
    house: House,
) -> None:
    """A centre opens at nine, and three hours behind it is six."""
    opens = closed(house)
    morning = (opens // 900_000 + 2) * 900_000  # while we are open
    hours = f"{clock(morning, SEATTLE)}-{clock(morning + HOUR, SEATTLE)}"
    rules = replace(house.current.value.callbacks, courtesy=hours)
    house.current.replace(replace(house.current.value, callbacks=rules))
    call = await house.call("+12065550866")
    await house.engine.step("caller_gone", contact=call.id, cause="hung_up")
    made = (await house.promises.request_callback(wish(call, **LEFT), house.now())).contact
    assert made is not None
    there = await house.engine.look(made.id)
    assert there is not None
    assert (there.state, there.not_before, there.due_from) == ("scheduled", morning, morning)


@pytest.mark.parametrize("why", ["S1", "raised", "open", "key"])
async def test_else_nobody_waits_for_the_opening(house: House, why: str) -> None:
    if why != "open":
        closed(house)
    call = await house.call("+12065550868")
    more = {"severity": Severity.S1 if why == "S1" else Severity.S3}
    by = {"instead": False} if why == "key" else LEFT
    await house.engine.step("caller_gone", contact=call.id, cause="hung_up")
    made = (await house.promises.request_callback(wish(call, **by, **more), house.now())).contact
    assert made is not None
    if why == "raised":
        assert made.state == "scheduled"
        await house.intake.change_severity(made.id, Severity.S1, "a bite", "u1")
    there = await house.engine.look(made.id)
    assert there is not None
    assert there.state == "queued"


@pytest.mark.parametrize("why", ["S1", "for a certain time", "open"])
async def test_else_it_is_due_by_its_target_from_its_place(house: House, why: str) -> None:
    if why != "open":
        closed(house)
    call = await house.call("+12065550862")
    at = house.now() + HOUR
    more = {"S1": {"severity": Severity.S1}, "for a certain time": {"not_before": at}}.get(why, {})
    reply = await house.promises.request_callback(wish(call, **more), house.now())
    made = reply.contact
    assert made is not None
    place = at if why == "for a certain time" else call.arrived_at
    target = target_of(house, made)
    assert (made.arrived_at, made.answer_by) == (place, place + target)


@pytest.mark.parametrize("shut", [False, True])
async def test_the_next_try_is_due_by_its_target_after_its_own_moment(
    house: House, shut: bool
) -> None:
    _, made = await promised_to(house, "+12065550863")
    target = target_of(house, made)
    assert made.answer_by == made.arrived_at + target
    opens = closed(house) if shut else None
    await sits_down(house, "a")
    assert (await house.engine.step("callback_now", agent="a", contact=made.id)).ok
    await house.asked_for(made.id)
    await house.engine.step("caller_gone", contact=made.id, cause="busy")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    (contact,) = await house.waiting()
    live = await house.recorded(contact)
    assert live is not None
    assert (live.state, live.score) == ("scheduled", made.score)
    assert live.answer_by == (opens or live.not_before or 0) + target


async def test_who_calls_while_their_promise_stands_is_not_late_by_it(house: House) -> None:
    call = await talks_with(house, "a", "+12065550864")
    reply = await house.promises.request_callback(wish(call, instead=False), house.now())
    assert reply.contact is not None
    await house.recorder.drain()
    held = await house.recorded(reply.contact.id)
    assert held is not None
    house.later = 200_000
    now = house.now()
    again = (await house.intake.call(Call("CAmore", "+12065550864", LINE, None), now)).contact
    assert again.arrived_at == held.arrived_at
    assert again.due_from == held.arrived_at + now - (held.held_from or 0)
    assert again.answer_by == again.due_from + target_of(house, again)


async def test_a_line_that_is_busy_with_us_is_dialled_again_and_the_third_time_it_was_a_try(
    house: House,
) -> None:
    """They talk with a; b dials the promise all the same, again and again."""
    step = house.engine.step
    call = await talks_with(house, "a", "+12065550847")
    await sits_down(house, "b")
    promised = await house.promises.request_callback(wish(call, instead=False), house.now())
    assert promised.contact is not None
    assert (promised.contact.state, promised.contact.named) == ("scheduled", "a")
    contact, seen = promised.contact.id, list[tuple[int, int, bool]]()
    for _ in range(3):
        assert (await step("callback_now", agent="b", contact=contact)).ok
        await house.asked_for(contact)
        await step("caller_gone", contact=contact, cause="busy")
        await house.recorder.drain()
        await house.promises.settle(house.now())
        async with house.database.read() as connection:
            row = await callbacks.open_of(connection, call.incident or "")
        assert row is not None
        contact = row.contact
        live = await house.recorded(contact)
        assert live is not None
        assert live.callback is not None
        assert live.not_before is not None
        soon = live.not_before - house.now() <= 60_000
        seen.append((live.callback.tried, live.callback.busy, soon))
    assert seen == [(1, 1, True), (1, 2, True), (2, 3, False)]


async def test_a_promise_whose_queue_a_reload_took_away_is_kept_in_another(house: House) -> None:
    lines = [msgspec.structs.replace(line, queue="old", menu={}) for line in CONFIG.lines]
    queues = {"old": CONFIG.queues["espanol"]}
    house.current.replace(msgspec.structs.replace(CONFIG, lines=lines, queues=queues, words={}))
    tried, first = await house.call("+12065550810"), await house.call("+12065550811")
    for call in (tried, first):
        assert (await house.promises.request_callback(wish(call), house.now())).ok
    unheard = await house.call("+12065550812")
    nowhere = Engine("unix:///nowhere.sock")
    await house.promises_on(nowhere).request_callback(wish(unheard), house.now())
    await nowhere.close()
    await house.recorder.drain()
    house.current.replace(CONFIG)
    await sits_down(house, "a1")
    dialled = next(iter(await house.waiting()))
    assert (await house.engine.step("callback_now", agent="a1", contact=dialled)).ok
    await house.asked_for(dialled)
    await house.engine.step("caller_gone", contact=dialled, cause="busy")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    house.later = 10_000
    assert await house.rebuild.sweep() == 0  # of those who came in; it brings our calls too
    await house.recorder.drain()
    found = (await house.engine.snapshot()).contacts
    assert sorted((c.state, c.queue) for c in found) == [
        ("queued", "general"),  # the index heard of it after the reload
        ("queued", "old"),  # the reload itself moves this one
        ("scheduled", "general"),
    ]
    await house.flush()
    await house.rebuild.run()
    found = (await house.engine.snapshot()).contacts
    assert [(c.queue, c.ladder) for c in found] == [("general", "@")] * 3


async def test_who_calls_in_is_not_called_though_the_news_of_it_was_lost(house: House) -> None:
    call, _ = await promised_to(house, "+12065550807")
    await house.recorder.drain()
    async with house.database.write() as connection:
        row = await callbacks.open_of(connection, call.incident or "")
        assert row is not None
        await callbacks.close(connection, row.id, "cancelled", "called_themselves", house.now())
    assert await house.promises.settle(house.now()) == 1
    assert await house.waiting() == []


async def test_a_call_from_that_telephone_takes_the_place_of_the_promise_and_its_incident(
    house: House,
) -> None:
    call, made = await promised_to(house, "+12065550808")
    async with house.database.write() as connection:  # a later incident of the same person
        row = await contacts.get(connection, call.id)
        assert row is not None
        later = await people.open_incident(connection, "x", 4, row.party, "caller", house.now() + 1)
    house.later = 5_000
    again = await house.intake.call(Call("CAagain", "+12065550808", LINE, None), house.now())
    assert again.contact.incident == call.incident != later.id
    assert again.contact.arrived_at == call.arrived_at
    assert made.id not in await house.waiting()
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, call.incident or "") is None


async def beside(house: House, call: LiveContact, number: str, *, same: bool) -> str:
    """Another telephone: of the same party, or of somebody else of that incident."""
    async with house.database.write() as connection:
        row = await contacts.get(connection, call.id)
        assert row is not None
        at = await people.person_at(connection, row.address)
        assert at is not None
        if same:
            await people.find_or_join(connection, "phone", number, at.value, house.now(), None)
        else:
            other = await people.find_or_make(connection, "phone", number, house.now())
            await people.add_party(connection, call.incident or "", other.party)
    return number


async def test_a_call_of_somebody_else_of_that_incident_leaves_the_promise_alone(
    house: House,
) -> None:
    call, made = await promised_to(house, "+12065550841")
    number = await beside(house, call, "+12065550842", same=False)
    house.later = 5_000
    theirs = await house.intake.call(Call("CAother", number, LINE, None), house.now())
    assert theirs.contact.incident == call.incident
    assert theirs.contact.arrived_at > call.arrived_at
    assert made.id in await house.waiting()
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, call.incident or "") is not None


async def test_a_call_from_another_telephone_of_theirs_closes_it(house: House) -> None:
    call, made = await promised_to(house, "+12065550843")
    number = await beside(house, call, "+12065550844", same=True)
    house.later = 5_000
    theirs = await house.intake.call(Call("CAsame", number, LINE, None), house.now())
    assert theirs.contact.arrived_at == call.arrived_at
    assert made.id not in await house.waiting()


async def called_while_we_dial(house: House, *, same: bool) -> tuple[str, str]:
    """They, or somebody else of that incident, call while we dial, and it is busy there."""
    call, made = await promised_to(house, "+12065550845")
    number = await beside(house, call, "+12065550846", same=same)
    step, promised = house.engine.step, made.id
    await dial_begins(house, promised)
    theirs = await house.intake.call(Call("CAtheirs", number, LINE, None), house.now())
    await step("triaged", contact=theirs.contact_id, set={})
    await step("caller_gone", contact=promised, cause="no-answer")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    return call.incident or "", theirs.contact_id


async def test_somebody_else_who_calls_while_we_dial_changes_nothing(house: House) -> None:
    incident, theirs = await called_while_we_dial(house, same=False)
    async with house.database.read() as connection:
        row = await callbacks.open_of(connection, incident)
    assert row is not None
    assert row.tried == 2
    assert sorted(await house.waiting()) == sorted([theirs, row.contact])


async def test_who_calls_from_another_telephone_while_we_dial_is_not_called_again(
    house: House,
) -> None:
    incident, theirs = await called_while_we_dial(house, same=True)
    assert await house.waiting() == [theirs]
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, incident) is None


async def test_who_calls_while_we_dial_is_not_called_again(house: House) -> None:
    _, made = await promised_to(house, "+12065550809")
    step, promised = house.engine.step, made.id
    await dial_begins(house, promised)
    theirs = await house.intake.call(Call("CAtheirs", "+12065550809", LINE, None), house.now())
    await step("triaged", contact=theirs.contact_id, set={})
    await step("caller_gone", contact=promised, cause="busy")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    assert await house.waiting() == [theirs.contact_id]


async def test_a_promise_that_is_being_kept_is_not_closed_by_a_call_from_them(
    house: House,
) -> None:
    """Somebody dials them at this moment, and speaks with them: this is what became of it."""
    call, made = await promised_to(house, "+12065550830")
    step, promised = house.engine.step, made.id
    await dial_begins(house, promised)
    theirs = await house.intake.call(Call("CAown", "+12065550830", LINE, None), house.now())
    assert theirs.contact.arrived_at > call.arrived_at, "the place is that of the call we make"
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, call.incident or "") is not None
    assert (await step("connected", agent="a", contact=promised)).ok
    await step("caller_gone", contact=promised, cause="hung_up")
    await step("wrapped", agent="a", contact=promised, disposition="resolved")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    async with house.database.read() as connection:
        kept = await callbacks.by_id(connection, made.callback.id)  # type: ignore[union-attr]
    assert kept is not None
    assert kept.state == "reached"


@pytest.mark.parametrize("only", [{}, {"lea": True}])
async def test_boards_are_alarmed_once_of_whom_nobody_can_call_back(
    house: House, only: dict[str, bool]
) -> None:
    """An alarm that comes again with each look is one that nobody hears any more; of a restricted
    incident it names nobody."""
    hub = Hub(dict)
    board = Page(
        Account("u1", "dana", "Dana", "supervisor", {}, True, ""), PAGE_KINDS["board"], "x"
    )
    hub.join(board)
    wanted = Unanswered(house.database, hub, house.promises, house.now)
    withheld = await house.intake.call(Call("CAw", "anonymous", LINE, None), house.now())
    await house.engine.step(
        "triaged", contact=withheld.contact_id, set={"overflow_at": house.now()}, closed=True
    )
    who = {"name": "Quillon", "address": "number withheld", "role": None}
    await house.engine.step("describe", contact=withheld.contact_id, who=who, only=only)
    await house.engine.step("message_over", contact=withheld.contact_id, cause="no_message")
    await house.recorder.drain()
    for _ in range(3):
        assert await wanted.sweep() == 1
        await wanted.promise(withheld.contact_id, "nobody could take the call")
    told = [board.outbox.get_nowait() or b"" for _ in range(board.outbox.qsize())]
    (alarm,) = (one for one in told if b"callback.wanted" in one)
    assert (b"Quillon" in alarm, b"Restricted" in alarm) == (not only, bool(only))


async def test_who_reached_the_voicemail_is_promised_a_call_though_the_index_forgot(
    house: House,
) -> None:
    """The index had ended the call and was lost before anybody did what it wanted done."""
    wanted = Unanswered(house.database, Hub(dict), house.promises, house.now)
    step, ended = house.engine.step, {}
    for number, overflow in (
        ("+12065550821", True),
        ("+12065550822", False),
        ("+12065550823", False),
    ):
        arrival = await house.intake.call(Call(f"CA{number}", number, LINE, None), house.now())
        found = {"overflow_at": house.now()} if overflow else {}
        await step("triaged", contact=arrival.contact_id, set=found, closed=True)
        await step("message_over", contact=arrival.contact_id, cause="no_message")
        ended[number] = arrival.contact_id
    await house.recorder.drain()
    spoke = ended["+12065550822"]
    async with house.database.write() as connection:
        row = await contacts.get(connection, spoke)
        assert row is not None
        await messages.add(
            connection,
            key="voicemail:RE1",
            contact=spoke,
            incident=row.incident,
            text="x",
            channel="voice",
            direction="in",
            status="received",
            at=house.now(),
        )
    await house.flush()
    await house.rebuild.run()
    assert await house.waiting() == []
    assert await wanted.sweep() == 2
    assert len(await house.waiting()) == 2
    assert await wanted.sweep() == 0
    await house.promises.cancel((await house.waiting())[0], "somebody", "off")
    await house.recorder.drain()
    await house.promises.settle(house.now())
    assert await wanted.sweep() == 0


async def in_vain(house: House, promised: str) -> None:
    """Somebody dials it, and nobody answers."""
    await dial_begins(house, promised)
    await house.engine.step("caller_gone", contact=promised, cause="no-answer")
    await house.recorder.drain()
    await house.promises.settle(house.now())


async def test_nobody_was_called_whose_dial_died_with_its_worker(house: House) -> None:
    """The index gives it up in time; the owner is not told that somebody was not reached."""
    call, first = await promised_to(house, "+12065550964")
    await sits_down(house, "a")
    assert (await house.engine.step("callback_now", agent="a", contact=first.id)).ok
    await house.engine.step("caller_gone", contact=first.id, cause="no-answer")
    await house.recorder.drain()
    for _ in range(2):  # as two workers would
        await house.promises.settle(house.now())
    (again,) = [await house.engine.look(one) for one in await house.waiting()]
    assert again is not None
    assert again.callback is not None
    assert (again.callback.tried, again.callback.undialled, again.callback.last) == (1, 1, None)
    async with house.database.read() as connection:
        row = await callbacks.open_of(connection, call.incident or "")
        told = await incident_document(
            connection, call.incident or "", "u1", {}, lambda _number: None
        )
    assert row is not None
    assert told is not None
    assert (row.contact, row.tried) == (again.id, 1)
    said = [str(one["text"]) for one in told["timeline"]]
    assert [text for text in said if "never dialled" in text]
    assert not [text for text in said if "not reached" in text or "answer" in text]


@pytest.mark.parametrize("owner", ["u7", None])
async def test_after_the_last_try_its_owner_has_it_to_do(house: House, owner: str | None) -> None:
    rules = replace(CONFIG.callbacks, again=Retries(S3=[], S4=[]))
    house.current.replace(replace(CONFIG, callbacks=rules))
    call, first = await promised_to(house, "+12065550961")
    incident = str(call.incident)
    if owner is not None:
        async with house.database.write() as connection:
            await people.hand_on(connection, incident, owner)
    await in_vain(house, first.id)
    await house.promises.settle(house.now())  # twice is once
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, incident) is None
        rows = await next_actions.history(connection, incident)
        said = await connection.execute(
            select(schema.audit.c.id).where(schema.audit.c.action == PLANNED)
        )
    ((agent, what),) = [(row.agent, row.what) for row in rows]
    assert agent == (owner or "a")  # it was nobody's until somebody dialled
    assert what == f"Reach {call.who['address']}: not reached, 1 call"
    assert len(said.all()) == len(rows)


async def test_what_a_person_has_planned_stays_after_the_last_try(house: House) -> None:
    rules = replace(CONFIG.callbacks, again=Retries(S3=[], S4=[]))
    house.current.replace(replace(CONFIG, callbacks=rules))
    call, first = await promised_to(house, "+12065550962")
    incident = str(call.incident)
    async with house.database.write() as connection:
        await people.hand_on(connection, incident, "u7")
        held = await incident_changes.held(connection, incident)
        await next_actions.plan(
            connection,
            {"id": "x1", "incident": held.id, "what": "visit", "agent": "u8", "made_by": "u8",
             "made_at": house.now(), "due_at": house.now()},
        )  # fmt: skip
    await in_vain(house, first.id)
    async with house.database.read() as connection:
        (row,) = await next_actions.history(connection, incident)
    assert row.what == "visit"


async def test_an_s3_is_tried_again_in_their_next_morning(house: House) -> None:
    rules = replace(CONFIG.callbacks, again=Retries(S4=["window"]), courtesy="08:00-21:00")
    house.current.replace(replace(CONFIG, callbacks=rules))
    _, first = await promised_to(house, "+12065550963")
    await in_vain(house, first.id)
    (again,) = [await house.engine.look(one) for one in await house.waiting()]
    assert again is not None
    assert again.not_before is not None
    there = datetime.fromtimestamp(again.not_before / 1000, ZoneInfo(SEATTLE))
    assert (there.hour, there.minute) == (8, 0)
    assert again.not_before > house.now()
    assert again.arrived_at == first.arrived_at  # its place stays
