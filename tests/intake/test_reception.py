"""No call is answered and never recorded: the record is held by somebody else, for real."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from channels.twilio.client import CarrierClient
from channels.voice import reception
from channels.voice import webhooks as hooks_of
from channels.voice.link import VoiceLink
from channels.voice.prompts import Prompts
from channels.voice.voicemail import Sounds, Voicemail
from router.core import ladder
from router.core.model import Reply
from router.core.severity import Channel, Severity
from router.intake import spool_folder
from router.live.engine import Engine
from router.records import abandoned, people, schema
from router.records.database import Database
from tests.intake.house import House, held, voice_form
from tests.intake.test_intake import EMERGENCY, SUPPORT
from tests.kit.store import CONFIG, TARGETS, World


async def test_who_hangs_up_before_the_record_has_them_is_an_abandoned_caller(
    house: House,
) -> None:
    async with held(house.database):
        document = await house.hook("voice")
        assert "<Redirect" in document or "<Stream" in document
        await house.hook("status")
    await house.settled()
    contact = house.id("CA1")
    assert await house.rows() == [(contact, "ended", "abandoned", None)]
    assert await house.gave_up() == [contact]


@pytest.mark.parametrize("killed", [False, True])
async def test_what_was_handled_in_a_long_outage_stays_handled(house: House, killed: bool) -> None:
    """The index has forgotten it by then; the recorder has the last word, whoever drains first."""
    world, contact = house.world, house.id("CA1")
    await world.agent("u1", safety=5)
    async with held(house.database):
        await house.hook("voice")
        await world.answer(contact)
        await house.hook("status")
        await world.engine.step("wrapped", agent="u1", contact=contact, disposition="resolved")
        for task in house.spool._running:
            task.cancel()
        if killed:
            house.born()
        await world.engine._redis.delete(f"{world.engine.prefix}:tomb:{contact}")
    await house.settled()
    assert await house.rows() == [(contact, "ended", "handled", "u1")]
    assert await house.gave_up() == []


@pytest.mark.parametrize("recorder_first", [False, True])
async def test_an_s1_is_offered_answered_and_wrapped_up_without_the_record(
    house: House, recorder_first: bool
) -> None:
    world, contact = house.world, house.id("CA1")
    await world.agent("u1", safety=5)
    async with held(house.database):
        assert "<Stream" in await house.hook("voice")
        live = await world.contact(contact)
        assert live is not None
        assert (live.provisional, live.state, live.incident) == (True, "offered", None)
        assert live.who == {"name": "+1 206 ••• 0142", "address": "+1 206 ••• 0142",
                            "role": "caller"}  # fmt: skip
        await world.answer(contact)
        await house.hook("status")
        await world.engine.step(
            "wrapped", agent="u1", contact=contact, disposition="resolved", comment="ok"
        )
    if recorder_first:  # its steps come before their row
        while house.spool._running:
            await asyncio.wait(set(house.spool._running))
        await house.recorder.drain()
    await house.settled()
    c = schema.contact.c
    async with house.database.read() as connection:
        row = (await connection.execute(select(schema.contact))).one()
        incident = await people.incident_by_id(connection, row.incident)
    assert (row.state, row.outcome, row.agent) == ("ended", "handled", "u1")
    assert (row.disposition, row.comment) == ("resolved", "ok")
    assert incident is not None
    assert (incident.severity, incident.owner) == (1, "u1")
    async with house.database.read() as connection:
        left = (await connection.execute(select(schema.early))).all()
        live_now = (await connection.execute(select(c.live))).scalar_one()
    assert left == []
    assert incident.word in live_now
    assert "provisional" not in live_now


async def test_the_record_tells_the_index_who_it_is_and_the_place_they_keep(house: House) -> None:
    """They called before, gave up, and somebody had raised them: the second call goes on there."""
    world = house.world
    first = await house.intake.call(reception._call(voice_form("CA0", SUPPORT)), world.now)
    await house.intake.change_severity(first.contact_id, Severity.S1, "set by Dana", "u9")
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await house.settled()
    world.engine.now = world.now + 60_000
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="3")
        before = await world.contact(house.id("CA1"))
        assert before is not None
        assert (before.provisional, before.severity) == (True, 3)
    await house.settled()
    live = await world.contact(house.id("CA1"))
    assert live is not None
    assert (live.provisional, live.severity) == (False, 1)
    assert live.arrived_at == first.contact.arrived_at
    assert (live.incident, live.rule.split(";")[0]) == (first.contact.incident, "set by Dana")


async def until_severity(
    house: House, call: str, severity: int, saying: asyncio.Task[Reply]
) -> None:
    """The index has it; the record, which is held, follows. Or whoever says it has ended."""
    while not saying.done():
        live = await house.world.contact(house.id(call))
        if live is not None and live.severity == severity:
            break
        await asyncio.sleep(0)


async def test_what_was_decided_meanwhile_is_not_undone_by_the_line(house: House) -> None:
    """A milder key, or a person who lowers it, counts as it does when the record is quick."""
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="4")
        await house.hook("voice", "CA2", From="+12065550177")
        lowered = asyncio.create_task(
            house.intake.change_severity(house.id("CA2"), Severity.S2, "calm", "dana")
        )
        await until_severity(house, "CA2", 2, lowered)
    await lowered
    await house.settled()
    for call, severity in (("CA1", 4), ("CA2", 2)):
        live = await house.world.contact(house.id(call))
        assert live is not None
        assert (live.provisional, live.severity) == (False, severity)


async def test_an_earlier_place_has_the_target_of_what_the_key_said(house: House) -> None:
    """The first call was mild; the second one's key was not: its ladder and target are of S1."""
    world = house.world
    first = await house.intake.call(reception._call(voice_form("CA0", SUPPORT)), world.now)
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await house.settled()
    world.engine.now = world.now + 60_000
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="1")
    await house.settled()
    live = await world.contact(house.id("CA1"))
    assert live is not None
    assert (live.provisional, live.severity) == (False, 1)
    assert live.arrived_at == first.contact.arrived_at
    assert live.answer_by == live.arrived_at + TARGETS[Severity.S1][Channel.VOICE]
    assert live.score == live.answer_by
    steps = CONFIG.steps(live.queue, Severity.S1, outside=False)
    assert live.ladder == ladder.text(steps)


@pytest.mark.parametrize("key", ["4", None])
async def test_a_worse_case_is_known_in_the_menu_too(house: House, key: str | None) -> None:
    """Their incident is an S1 and the record comes before their key: neither a mild key nor none
    at all makes it milder."""
    world = house.world
    await known_as(house, 1)
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
    await house.settled()
    if key is None:
        await world.advance(40_000)
    else:
        await house.hook("menu", to=SUPPORT, Digits=key)
    live = await world.contact(house.id("CA1"))
    assert live is not None
    assert (live.provisional, live.state, live.severity) == (False, "queued", 1)
    assert live.answer_by == live.arrived_at + TARGETS[Severity.S1][Channel.VOICE]


@pytest.mark.parametrize(
    ("severity", "key", "queue"),
    [(2, "9", "espanol"), (2, "3", "general"), (1, "9", "general"), (4, "9", "espanol")],
)
async def test_a_language_that_was_chosen_by_key_stays_chosen_where_an_incident_says_worse(
    house: House, severity: int, key: str, queue: str
) -> None:
    """Found in the flow's own calls: whoever had an open incident heard English after their 9."""
    await known_as(house, severity)
    await house.hook("voice", to=SUPPORT)
    await house.hook("menu", to=SUPPORT, Digits=key)
    await house.settled()
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert (live.queue, live.severity) == (queue, min(severity, 3))


async def test_a_language_chosen_before_the_record_says_s1_stays_chosen(house: House) -> None:
    """They were no S1 by then."""
    await known_as(house, 1)
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="9")
    await house.settled()
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert (live.queue, live.severity) == ("espanol", 1)


async def known_as(house: House, severity: int) -> None:
    """They called a minute ago, and somebody said so of them."""
    first = await house.intake.call(reception._call(voice_form("CA0", SUPPORT)), house.world.now)
    await house.intake.change_severity(first.contact_id, Severity(severity), "set by Dana", "u9")
    await house.world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await house.settled()
    house.world.engine.now = house.world.now + 60_000


@pytest.mark.parametrize("key", ["1", "4"])
async def test_the_incident_of_a_late_call_hears_of_its_key(house: House, key: str) -> None:
    """The slow try is through before the recorder is: nobody else tells it."""
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits=key)
    await house.settled()
    await house.intake.calls.told()
    async with house.database.read() as connection:
        incident = (await connection.execute(select(schema.incident))).one()
    assert incident.severity == int(key)


async def test_a_key_counts_while_the_record_is_held(house: House) -> None:
    await house.world.agent("u1", safety=5, en=5)
    async with held(house.database):
        assert "<Gather" in await house.hook("voice", to=SUPPORT)
        assert "<Stream" in await house.hook("menu", to=SUPPORT, Digits="1")
        live = await house.world.contact(house.id("CA1"))
        assert live is not None
        assert (live.severity, live.state) == (1, "offered")
    await house.settled()
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert (live.severity, live.provisional) == (1, False)


@pytest.mark.parametrize("alive", [True, False, None])
async def test_the_worker_died_and_the_index_forgot_who_still_lives_is_asked(
    house: House, alive: bool | None, store_url: str
) -> None:
    async with held(house.database):
        await house.hook("voice")
        for task in house.spool._running:
            task.cancel()  # kill -9
        house.world = await World(store_url).open()
        house.born()
        if alive is not None:
            house.living["CA1"] = alive
    await house.settled()
    states = [(row.state, row.outcome) for row in await house.rows()]
    assert states == [("ended", "abandoned")] if alive is False else states == [("queued", None)]
    await house.world.engine.close()


async def test_the_worker_died_and_the_end_is_in_the_spool(house: House, store_url: str) -> None:
    """Whatever the carrier would say: its own word came first."""
    async with held(house.database):
        await house.hook("voice")
        await house.hook("status")
        for task in house.spool._running:
            task.cancel()
        house.world = await World(store_url).open()
        house.born()
        house.living["CA1"] = True
        assert house.spool.waiting == 2
    await house.settled()
    assert [(row.state, row.outcome) for row in await house.rows()] == [("ended", "abandoned")]
    await house.world.engine.close()


def voicemail_of(house: House, told: list[str]) -> Voicemail:
    """`told`: whom it promises a call."""

    class Nobody:
        async def promise(self, contact: str, why: str) -> None:
            told.append(contact)

    def spawn(work: Coroutine[object, object, None], _name: str) -> None:
        work.close()  # the sound is not fetched here

    return Voicemail(
        house.centre,
        house.spool,
        Sounds(cast(CarrierClient, None), Path("nowhere")),
        Nobody(),
        spawn,
        lambda _: None,
    )


async def at_the_voicemail(house: House) -> None:
    contact = house.id("CA1")
    assert (await house.world.engine.step("nobody_outside", contact=contact)).ok
    assert await house.world.state(contact) == "voicemail"


async def test_a_message_that_they_left_meanwhile_stands_behind_its_call(house: House) -> None:
    """They spoke to the voicemail, which the record hears of after the call."""
    told: list[str] = []
    voicemail = voicemail_of(house, told)
    async with held(house.database):
        await house.hook("voice")
        await at_the_voicemail(house)
        await voicemail.left(house.id("CA1"), "RE" + "1" * 32, 7, "CA1")
        assert house.spool.waiting == 2
    await house.settled()
    assert told == [house.id("CA1")]
    async with house.database.read() as connection:
        row = (await connection.execute(select(schema.message))).one()
    assert (row.contact, row.text) == (house.id("CA1"), "left a message, 7 s")


async def test_who_pressed_the_key_while_they_spoke_is_promised_no_call(house: House) -> None:
    """They are in line again: a promise would ring for somebody who waits here."""
    told: list[str] = []
    voicemail = voicemail_of(house, told)
    await house.hook("voice")
    await house.settled()
    await at_the_voicemail(house)
    assert (await house.world.engine.step("leave_voicemail", contact=house.id("CA1"))).ok
    await voicemail.left(house.id("CA1"), "RE" + "1" * 32, 7, "CA1")
    await house.settled()
    assert told == []
    async with house.database.read() as connection:
        assert len((await connection.execute(select(schema.message))).all()) == 1


async def test_the_end_of_a_call_that_nobody_heard_of_makes_an_abandoned_caller(
    house: House,
) -> None:
    house.world.engine.now = house.world.now + 60_000
    for _ in range(2):
        await house.hook("status", CallDuration="40")
        await house.settled()
    contact = house.id("CA1")
    assert await house.rows() == [(contact, "ended", "abandoned", None)]
    assert await house.gave_up() == [contact]
    async with house.database.read() as connection:
        row = (await abandoned.callers(connection, house.world.now))[0]
    assert row.waited_ms == 40_000
    await house.hook("voice")  # it comes after its own end
    await house.settled()
    assert await house.rows() == [(contact, "ended", "abandoned", None)]


@pytest.mark.parametrize(
    "more",
    [{"Direction": "outbound-api"}, {"to": "+12065559999"}, {"CallStatus": "in-progress"}],
)
async def test_the_end_of_what_was_no_call_to_us_makes_nobody(
    house: House, more: dict[str, str]
) -> None:
    await house.hook("status", **{"to": EMERGENCY, **more})
    await house.settled()
    assert await house.rows() == []


async def test_the_same_webhook_many_times_is_one_call_and_one_file(house: House) -> None:
    async with held(house.database):
        documents = await asyncio.gather(*(house.hook("voice") for _ in range(5)))
        assert house.spool.waiting == 1
        assert all("<Redirect" in document for document in documents)
    await house.settled()
    assert len(await house.rows()) == 1


async def test_a_disk_that_refuses_too_gives_the_static_loop_which_asks_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_args: object, **_options: object) -> None:
        raise OSError(30, "Read-only file system")

    async with held(house.database):
        with monkeypatch.context() as patch:
            patch.setattr(spool_folder, "open", refuses, raising=False)
            assert "/twilio/voice/wait?n=1" in await house.hook("voice")
            assert (house.spool.refused, house.spool.waiting) == (1, 0)
        await house.hook("wait", "CA2")  # each turn of the loop
        assert house.spool.waiting == 1
    await house.settled()
    assert {row.id for row in await house.rows()} >= {house.id("CA2")}


async def test_whatever_hangs_a_caller_is_answered_in_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is held for an hour and nothing else is patient: only the budget ends the wait."""
    monkeypatch.setattr(hooks_of, "BUDGET_S", 0.05)
    async with held(house.database, patience_s=3600):
        assert "/twilio/voice/wait?n=1" in await house.hook("voice")
        for task in house.spool._running:
            task.cancel()


async def test_a_key_that_would_do_nothing_yet_is_not_offered(house: House) -> None:
    """To be called back can be promised in the record alone."""
    link = VoiceLink(
        "https://x.test", b"k", Prompts(lambda: CONFIG, "https://x.test"), callback_key=lambda: "1"
    )

    async def heard() -> str:
        live = await house.world.contact(house.id("CA1"))
        assert live is not None
        return link.twiml_for(live, stream=False, place=1, turn=2, now_ms=house.world.now)

    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="3")
        assert "/key?" not in await heard()
    await house.settled()
    assert "/key?" in await heard()


async def test_a_call_at_which_our_own_code_fails_is_on_the_disk_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of the intake, not a fault of the record."""

    async def broken(*_args: object) -> None:
        raise ValueError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(people, "find_or_make", broken)
        assert "<Redirect" in await house.hook("voice")
        await house.hook("status")
        assert house.spool.waiting == 2
    await house.settled()
    assert [(row.state, row.outcome) for row in await house.rows()] == [("ended", "abandoned")]


async def test_a_dead_index_and_a_held_record_still_lose_nobody(
    house: House, database: Database, world: World, tmp_path: Path
) -> None:
    nowhere = Engine("unix:///nowhere.sock")
    house.world.engine, real = nowhere, house.world.engine
    nowhere.now = real.now
    house.born()
    async with held(database):
        assert "<Redirect" in await house.hook("voice")
        await house.hook("status")
        assert house.spool.waiting == 2
        for task in house.spool._running:
            task.cancel()
    house.world.engine = real
    house.born()
    await house.settled()
    assert [(row.state, row.outcome) for row in await house.rows()] == [("ended", "abandoned")]
    await nowhere.close()
