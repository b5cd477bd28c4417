"""An S1 text or mail that nobody here takes, told to the numbers on call, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from holdfast.settings.engine_settings import engine_settings
from router.core.alarms import alarm_of
from router.core.model import Chosen, Effect, LiveContact, Reply
from router.core.telling import Telling
from router.live.engine import decode_step
from tests.kit.store import CONFIG, World
from tests.live.test_sweeper import forget, found

LADDER = "safety=3@6000|@5000|@10000*|@*!"
RITA, SAM = {"name": "rita", "word": "Rita"}, {"name": "sam", "word": "Sam"}
ON_CALL = [RITA, SAM]
AUDIT = {"by": "on_call:rita", "action": "contact.taken_over", "subject": "c1"}


@pytest_asyncio.fixture
async def night(store_url: str) -> AsyncIterator[World]:
    """A world with numbers on call and nobody at a desk."""
    world = await World(store_url).open(on_call=True)
    yield world
    await world.engine.close()


async def emergency(world: World, channel: str = "sms", **fields: Any) -> str:
    return await world.arrive(channel, severity=1, ladder=LADDER, **fields)


async def live(world: World, contact: str) -> LiveContact:
    there = await world.contact(contact)
    assert there is not None
    return there


async def telling(world: World, contact: str) -> Telling:
    there = (await live(world, contact)).telling
    assert there is not None
    return there


async def asked(world: World) -> list[Effect]:
    """What a process finds to do now, and has done."""
    await world.engine.beat("tick")
    effects: list[Effect] = await world.engine.claim("p1")
    for effect in effects:
        await world.engine.beat("effect_done", id=effect.id, made_at=effect.made_at)
    return effects


async def kinds(world: World) -> list[str]:
    return sorted(effect.kind for effect in await asked(world))


async def tells(world: World, *people: dict[str, str]) -> list[str]:
    """A process is asked for the next number and names those who are on call; what it finds to do
    then."""
    for effect in await asked(world):
        if effect.kind == "tell":
            await world.engine.step("tell", contact=effect.contact, people=list(people or ON_CALL))
    return await kinds(world)


async def rings(world: World, channel: str = "sms") -> str:
    """An S1 for which Rita's telephone rings; its call is known."""
    contact = await emergency(world, channel)
    assert await tells(world) == ["telephone"]
    fence = (await telling(world, contact)).fence
    assert (await world.engine.step("telephone_begun", contact=contact, fence=fence)).ok
    known = {"contact": contact, "fence": fence, "call": "CArita"}
    assert (await world.engine.step("telephone_dialled", **known)).ok
    return contact


async def over(world: World, contact: str, cause: str = "no-answer") -> Reply:
    fence = (await telling(world, contact)).fence
    return await world.engine.step("telephone_over", contact=contact, fence=fence, cause=cause)


async def key(world: World, contact: str, fence: str | None = None) -> Reply:
    """Rita presses a key, in the call under this fence."""
    fence = fence or (await telling(world, contact)).fence
    request = {"contact": contact, "fence": fence, "call": "CArita", "audit": AUDIT}
    return await world.engine.step("take_over", **request, **RITA)


async def heard(world: World, contact: str, fence: str | None = None) -> Reply:
    """Rita has heard how to reach the party."""
    fence = fence or (await telling(world, contact)).fence
    return await world.engine.step("take_over", contact=contact, fence=fence, **RITA, heard=True)


async def takes_over(world: World, contact: str) -> None:
    assert (await key(world, contact)).ok
    assert (await heard(world, contact)).ok


async def hung_up(world: World) -> list[str]:
    """The calls that a process is to hang up."""
    return [str(it.args.get("call")) for it in await asked(world) if it.kind == "unring"]


# The list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_with_nobody_here_the_first_number_rings_at_once(night: World, channel: str) -> None:
    contact = await emergency(night, channel)
    assert ("contact.overflow", contact) in await night.events()
    assert await tells(night) == ["telephone"]
    there = await live(night, contact)
    assert there.telling is not None
    assert (there.state, there.telling.at, there.telling.word) == ("queued", "rings", "Rita")
    assert alarm_of(there) == "untaken"
    assert ("contact.telephoned", contact) in await night.events()


async def test_while_somebody_is_there_the_ladder_comes_first(night: World) -> None:
    await night.agent("busy")
    await night.answer(await night.arrive())
    contact = await emergency(night)
    await night.stay(9_900, "busy")  # its ladder rings for everybody at a desk
    assert (await live(night, contact)).telling is None
    await night.stay(200, "busy")
    assert (await telling(night, contact)).at == "next"


async def test_without_numbers_on_call_the_boards_alone_are_alarmed(world: World) -> None:
    contact = await emergency(world)
    await world.advance(60_000)
    assert ("contact.overflow", contact) in await world.events()
    assert (await live(world, contact)).telling is None
    assert await asked(world) == []


async def test_numbers_on_call_that_a_reload_brings_are_rung_within_a_sweep(world: World) -> None:
    contact = await emergency(world)
    await world.advance(60_000)
    await world.engine.step("configure", cfg={"on_call": True})
    assert await found(world) == []  # no fault of the index
    assert await tells(world) == ["telephone"]
    await world.engine.step("configure", cfg={"on_call": False})
    assert await found(world) == []
    assert (await live(world, contact)).telling is None


async def test_no_key_and_the_next_number_rings(night: World) -> None:
    contact = await rings(night)
    assert (await over(night, contact)).ok
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).word == "Sam"
    names = [it[0] for it in await night.events()]
    assert names.count("contact.telephoned") == 2
    assert names.count("contact.not_told") == 1


@pytest.mark.parametrize("picked_up", [False, True])
async def test_without_news_of_the_call_the_next_number_rings(
    night: World, picked_up: bool
) -> None:
    contact = await rings(night)
    fence = (await telling(night, contact)).fence
    await night.advance(20_000)
    if picked_up:
        known = {"contact": contact, "fence": fence, "call": "CArita"}
        assert (await night.engine.step("telephone_picked_up", **known)).ok
        await night.advance(67_999)
    else:
        await night.advance(37_999)
    assert (await telling(night, contact)).word == "Rita"
    await night.advance(1)
    assert await hung_up(night) == ["CArita"]
    assert (await telling(night, contact)).at == "next"


async def test_after_the_last_the_list_begins_again_after_60_s(night: World) -> None:
    contact = await rings(night)
    await over(night, contact)
    await tells(night)
    await over(night, contact, "busy")
    assert await tells(night) == []
    assert (await telling(night, contact)).at == "pause"
    await night.advance(59_999)
    assert await kinds(night) == []
    await night.advance(1)
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).word == "Rita"


async def test_a_process_that_did_not_answer_is_asked_again(night: World) -> None:
    contact = await emergency(night)
    assert await kinds(night) == ["tell"]  # and nothing came of it
    await night.advance(30_000)
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).at == "rings"


async def test_an_s2_is_told_to_nobody(night: World) -> None:
    contact = await night.arrive("sms", severity=2, ladder="@")
    await night.advance(600_000)
    assert (await live(night, contact)).telling is None
    assert await kinds(night) == []


@pytest.mark.parametrize("how", ["over", "no news"])
async def test_one_telephone_has_one_message_at_a_time(night: World, how: str) -> None:
    """Until the call there is over; without news of that, for 45 s."""
    first = await rings(night)
    second = await emergency(night)
    assert await tells(night, RITA) == []
    assert (await telling(night, second)).at == "next"
    await night.advance(4_999)
    assert await kinds(night) == []
    await night.advance(1)
    assert await tells(night, RITA) == []
    assert await tells(night, RITA, SAM) == []  # asked again in 5 s, not before
    await takes_over(night, first)
    await night.advance(5_000)
    assert await tells(night, RITA) == []  # she still listens
    if how == "over":
        await over(night, first, "completed")
    await night.advance(4_999 if how == "over" else 39_999)
    assert (await telling(night, second)).at == "next"
    await night.advance(1)
    assert await tells(night, RITA) == ["telephone"]
    assert (await telling(night, second)).word == "Rita"
    assert (await telling(night, first)).at == "taken"


async def test_two_messages_ring_at_two_telephones(night: World) -> None:
    await rings(night)
    second = await emergency(night)
    assert await tells(night) == ["telephone"]
    assert (await telling(night, second)).word == "Sam"


# The key ----------------------------------------------------------------------------------------


async def test_the_key_takes_it_over_with_one_line_in_the_audit(night: World) -> None:
    contact = await rings(night)
    before = await live(night, contact)
    await night.events()
    seen = night.last
    assert (await key(night, contact)).ok
    assert (await key(night, contact)).ok  # pressed twice
    assert (await heard(night, contact)).ok
    there = await live(night, contact)
    assert there.telling is not None
    assert (there.state, there.score) == ("queued", before.score)
    assert (there.telling.at, there.telling.word, there.telling.since) == (
        "taken",
        "Rita",
        night.now,
    )
    assert alarm_of(there) is None
    steps = [decode_step(raw) for _, raw in await night.engine.read(seen, count=100)]
    said = [step.audit for step in steps if step.audit is not None]
    assert [(it.by, it.action) for it in said] == [("on_call:rita", "contact.taken_over")]
    assert [e.name for step in steps for e in step.events] == ["contact.taken_over"]
    await night.advance(800_000)
    assert await kinds(night) == []


async def test_the_first_key_wins_and_the_other_is_told(night: World) -> None:
    contact = await rings(night)
    rita = (await telling(night, contact)).fence
    await over(night, contact)
    await tells(night)
    sam = {"contact": contact, "fence": (await telling(night, contact)).fence}
    assert (await night.engine.step("take_over", **sam, **SAM)).ok
    late = await key(night, contact, rita)
    assert (late.ok, late.code) == (False, "taken")


@pytest.mark.parametrize("at", ["next", "rings", "pause"])
async def test_a_late_key_counts_while_nobody_has_it(night: World, at: str) -> None:
    """The person pressed when their ring was just over: what rings elsewhere by now ends."""
    contact = await rings(night)
    rita = (await telling(night, contact)).fence
    await over(night, contact)
    if at == "rings":
        await tells(night)
        sam = {"contact": contact, "fence": (await telling(night, contact)).fence}
        await night.engine.step("telephone_dialled", **sam, call="CAsam")
    elif at == "pause":
        await tells(night, RITA)
    assert (await telling(night, contact)).at == at
    picked = {"contact": contact, "fence": rita, "call": "CArita"}
    assert (await night.engine.step("telephone_picked_up", **picked)).ok
    assert (await telling(night, contact)).at == at
    assert (await key(night, contact, rita)).ok
    there = await telling(night, contact)
    assert (there.at, there.word, there.fence) == ("taken", "Rita", rita)
    assert await hung_up(night) == (["CAsam"] if at == "rings" else [])
    if at == "rings":
        late = await night.engine.step("take_over", **sam, **SAM)
        assert (late.ok, late.code) == (False, "taken")


async def test_a_key_for_what_is_not_told_any_more_is_told_so(night: World) -> None:
    contact = await rings(night)
    rita = (await telling(night, contact)).fence
    await night.engine.step("configure", cfg={"on_call": False})
    await found(night)
    late = await key(night, contact, rita)
    assert (late.ok, late.code) == (False, "stale")


@pytest.mark.parametrize("asks", [False, True])
async def test_who_has_not_heard_how_to_reach_them_has_it_for_45_s(
    night: World, asks: bool
) -> None:
    """Our answer to the key was lost. asks: the carrier asks for it again, and then no more."""
    contact = await rings(night)
    await key(night, contact)
    if asks:
        await night.advance(40_000)
        again = {"contact": contact, "fence": (await telling(night, contact)).fence, "call": "CA1"}
        assert (await night.engine.step("telephone_picked_up", **again)).ok
    await night.advance(44_999)
    assert (await telling(night, contact)).at == "taken"
    await night.events()
    await night.advance(1)
    (event,) = [it for it in await night.happened() if it.name.startswith("contact.")]
    assert (event.name, event.cause, event.handed_to) == ("contact.not_told", "not_heard", "Rita")
    assert alarm_of(await live(night, contact)) == "untaken"
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).word == "Rita"


async def test_the_call_in_which_nobody_heard_it_is_hung_up_before_the_next(night: World) -> None:
    """It may still be open, and would keep the telephone busy."""
    await key(night, await rings(night))
    await night.advance(45_000)
    assert await hung_up(night) == ["CArita"]


async def test_the_call_of_whoever_heard_it_is_theirs_to_end(night: World) -> None:
    await takes_over(night, await rings(night))
    await night.advance(900_000)
    assert await hung_up(night) == []


async def test_whose_call_ends_before_they_heard_it_has_it_no_more(night: World) -> None:
    contact = await rings(night)
    await key(night, contact)
    fence = (await telling(night, contact)).fence
    assert (await over(night, contact, "completed")).ok
    assert await tells(night) == ["telephone"]
    there = await telling(night, contact)
    assert (there.at, there.word) == ("rings", "Rita")
    assert (await heard(night, contact, fence)).ok  # the two reports crossed each other
    there = await telling(night, contact)
    assert (there.at, there.heard, there.fence) == ("taken", True, fence)
    assert (await over(night, contact, "completed")).ok
    await night.advance(899_999)
    assert (await telling(night, contact)).at == "taken"


async def test_heard_twice_it_is_theirs_no_longer_for_it(night: World) -> None:
    contact = await rings(night)
    await takes_over(night, contact)
    await night.advance(10_000)
    assert (await heard(night, contact)).ok
    await night.advance(889_999)
    assert (await telling(night, contact)).at == "taken"
    await night.advance(1)
    assert (await telling(night, contact)).at == "next"


async def test_in_nobodys_hands_after_15_minutes_alarm_and_list_begin_again(night: World) -> None:
    contact = await rings(night)
    await takes_over(night, contact)
    await night.events()
    await night.advance(899_999)
    assert ("contact.overflow", contact) not in await night.events()
    await night.advance(1)
    (again,) = [it for it in await night.happened() if it.name == "contact.overflow"]
    assert (again.cause, again.handed_to) == ("not_seen_to", "Rita")
    assert alarm_of(await live(night, contact)) == "untaken"
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).word == "Rita"


async def writes(world: World, contact: str) -> None:
    fields = {"score": world.now, "promote_at": world.now, "answer_by": world.now}
    assert (await world.engine.step("message_in", contact=contact, **fields)).ok


@pytest.mark.parametrize("after_s", [0, 30, 119, 400])
async def test_words_that_come_after_the_key_leave_two_minutes_from_it(
    night: World, after_s: int
) -> None:
    """Whoever took it over does not see them. after_s: when they come, from the key on; at 0,
    before the number was heard."""
    contact = await rings(night)
    await key(night, contact)
    if after_s == 0:
        await writes(night, contact)
    await heard(night, contact)
    await night.advance(after_s * 1_000)
    await writes(night, contact)
    await night.events()
    if after_s < 120:
        await night.advance((120 - after_s) * 1_000 - 1)
        assert (await telling(night, contact)).at == "taken"
        await night.advance(1)
    else:
        await night.advance(0)
    (again,) = [it for it in await night.happened() if it.name == "contact.overflow"]
    assert (again.cause, again.handed_to) == ("wrote_again", "Rita")
    assert alarm_of(await live(night, contact)) == "untaken"
    assert await tells(night) == ["telephone"]


async def test_words_that_come_while_it_rings_change_nothing_there(night: World) -> None:
    contact = await rings(night)
    before = await telling(night, contact)
    await night.advance(10_000)
    await writes(night, contact)
    assert await telling(night, contact) == before


async def test_whoever_answers_late_hears_that_somebody_has_it(night: World) -> None:
    contact = await rings(night)
    fence = (await telling(night, contact)).fence
    await night.agent("a")
    assert await night.answer(contact) == "a"
    for step in ("telephone_picked_up", "take_over"):
        more = {"call": "CArita"} if step == "telephone_picked_up" else RITA
        late = await night.engine.step(step, contact=contact, fence=fence, **more)
        assert (late.ok, late.code) == (False, "taken")
    await night.engine.step("reply", agent="a", contact=contact, next="close", sent=True)
    late = await key(night, contact, fence)
    assert (late.ok, late.code) == (False, "taken")


# Beside the desks -------------------------------------------------------------------------------


async def test_whoever_becomes_free_is_offered_it_while_it_rings_there(night: World) -> None:
    contact = await rings(night)
    await night.agent("a")
    assert await night.offered_to(contact) == "a"
    assert (await telling(night, contact)).at == "rings"
    assert await hung_up(night) == []
    assert await night.answer(contact) == "a"
    assert await hung_up(night) == ["CArita"]
    assert (await live(night, contact)).telling is None


async def test_no_new_number_rings_while_it_rings_at_a_desk(night: World) -> None:
    contact = await rings(night)
    await night.agent("a")
    await over(night, contact)
    assert await kinds(night) == []
    await night.stay(31_000, "a")
    assert await night.offered_to(contact) == "a"
    assert await kinds(night) == []
    await night.engine.step("agent_choice", agent="a", choice=Chosen(reason="recovering"))
    assert await night.state(contact) == "queued"
    assert await tells(night) == ["telephone"]


async def test_taken_over_it_rings_at_whoever_becomes_free(night: World) -> None:
    contact = await rings(night)
    await takes_over(night, contact)
    await night.agent("a")
    assert await night.answer(contact) == "a"
    assert (await live(night, contact)).telling is None
    await night.advance(900_000)
    assert "contact.overflow" not in [it[0] for it in (await night.events())[10:]]


async def test_a_call_that_nobody_knows_yet_is_hung_up_as_soon_as_it_is_known(night: World) -> None:
    contact = await emergency(night)
    await tells(night)
    fence = (await telling(night, contact)).fence
    await night.engine.step("telephone_begun", contact=contact, fence=fence)
    await night.agent("a")
    await night.answer(contact)
    known = {"contact": contact, "fence": fence, "call": "CArita"}
    assert (await night.engine.step("telephone_dialled", **known)).code == "stale"
    assert await hung_up(night) == ["CArita"]


@pytest.mark.parametrize("known_late", [False, True])
async def test_the_calls_to_two_numbers_are_both_hung_up(night: World, known_late: bool) -> None:
    """Before anybody has done the first."""
    contact = await rings(night)
    rita = (await telling(night, contact)).fence
    if known_late:  # its call is only known when the list has gone on
        await over(night, contact)
    else:
        await night.advance(58_000)
    await night.engine.step("tell", contact=contact, people=ON_CALL)
    sam = {"contact": contact, "fence": (await telling(night, contact)).fence, "call": "CAsam"}
    assert (await night.engine.step("telephone_dialled", **sam)).ok
    if known_late:
        late = {"contact": contact, "fence": rita, "call": "CArita"}
        assert not (await night.engine.step("telephone_dialled", **late)).ok
    await night.engine.step("close_contact", contact=contact)
    assert sorted(await hung_up(night)) == ["CArita", "CAsam"]


async def test_a_call_known_after_its_key_is_left_alone(night: World) -> None:
    contact = await emergency(night)
    await tells(night)
    fence = (await telling(night, contact)).fence
    await key(night, contact)
    known = {"contact": contact, "fence": fence, "call": "CArita"}
    assert (await night.engine.step("telephone_dialled", **known)).ok
    assert (await telling(night, contact)).at == "taken"


@pytest.mark.parametrize("ladder", ["@", LADDER])
async def test_lowered_it_rings_there_no_more(night: World, ladder: str) -> None:
    contact = await rings(night)
    await night.engine.step(
        "severity", contact=contact, severity=3, rule="calm", by="s", score=2e13 + night.now,
        ladder=ladder, answer_by=night.now, promote_at=night.now + 3_600_000,
    )  # fmt: skip
    assert (await live(night, contact)).telling is None
    assert await hung_up(night) == ["CArita"]
    await night.advance(900_000)
    assert await kinds(night) == []


async def test_raised_to_s1_it_is_told_at_the_end_of_that_ladder(night: World) -> None:
    contact = await night.arrive("sms", severity=3, ladder="@")
    await night.engine.step(
        "severity", contact=contact, severity=1, rule="worse", by="s", score=night.now,
        ladder=LADDER, answer_by=night.now, promote_at=night.now,
    )  # fmt: skip
    assert await tells(night) == ["telephone"]


@pytest.mark.parametrize("how", ["closed", "set aside", "assigned"])
async def test_out_of_the_line_it_rings_there_no_more(night: World, how: str) -> None:
    contact = await rings(night)
    if how == "closed":
        await night.engine.step("close_contact", contact=contact)
    elif how == "set aside":
        fields = {"agent": "s", "steers": True, "until": night.now + 60_000}
        assert (await night.engine.step("park", contact=contact, **fields)).ok
    else:
        await night.agent("a")
        await night.answer(contact)
    assert await hung_up(night) == ["CArita"]
    assert "told" not in await night.deadlines(contact)


async def test_a_new_turn_of_an_answered_text_begins_its_own_ladder(night: World) -> None:
    contact = await rings(night)
    await night.agent("a")
    await night.answer(contact)
    await night.engine.step("reply", agent="a", contact=contact, next="wait", sent=True)
    await night.agent("b", safety=3)
    await night.engine.step("agent_choice", agent="a", choice=Chosen(reason="recovering"))
    await night.engine.step(
        "message_in", contact=contact, score=night.now, promote_at=night.now, answer_by=night.now
    )
    there = await live(night, contact)
    assert (there.overflow_at, there.telling) == (None, None)
    assert await night.offered_to(contact) == "b"


# Crashes ----------------------------------------------------------------------------------------


async def test_a_process_that_dies_while_it_dials_leaves_it_to_the_deadline(night: World) -> None:
    contact = await emergency(night)
    await tells(night)
    fence = (await telling(night, contact)).fence
    begun = {"contact": contact, "fence": fence}
    assert (await night.engine.step("telephone_begun", **begun)).ok
    assert (await night.engine.step("telephone_begun", **begun)).code == "taken"
    assert (await night.engine.step("telephone_begun", **begun, undone=True)).ok  # a busy carrier
    assert (await night.engine.step("telephone_begun", **begun)).ok
    await night.advance(58_000)
    assert await tells(night) == ["telephone"]
    assert (await telling(night, contact)).word == "Sam"


async def rebuilt(world: World, *contacts: str) -> None:
    """A new life of the index, as the record had these contacts."""
    lost = [msgspec.to_builtins(await live(world, contact)) for contact in contacts]
    await world.engine.wipe()
    settings = engine_settings(CONFIG) | {"on_call": True}
    await world.engine.open_epoch(2, settings, lost, [])


async def test_in_a_rebuilt_index_it_goes_on_where_the_record_saw_it(night: World) -> None:
    contact = await rings(night)
    was = await telling(night, contact)
    await rebuilt(night, contact)
    assert await kinds(night) == []  # it was dialled
    assert await telling(night, contact) == was
    second = await emergency(night)
    assert await tells(night, RITA) == []  # that telephone rings for the first still
    assert (await telling(night, second)).at == "next"
    await takes_over(night, contact)
    await rebuilt(night, contact)
    assert (await telling(night, contact)).at == "taken"
    await night.advance(900_000)
    assert await tells(night) == ["telephone"]


async def test_a_call_that_was_not_begun_is_made_in_a_rebuilt_index(night: World) -> None:
    contact = await emergency(night)
    await tells(night)
    await rebuilt(night, contact)
    assert await kinds(night) == ["telephone"]


async def test_a_list_that_was_at_its_pause_goes_on_in_a_rebuilt_index(night: World) -> None:
    contact = await rings(night)
    await over(night, contact)
    assert await tells(night, RITA) == []
    await rebuilt(night, contact)
    await night.advance(59_999)
    assert await kinds(night) == []
    await night.advance(1)
    assert await tells(night) == ["telephone"]


async def test_a_round_whose_deadline_was_lost_is_found(night: World) -> None:
    contact = await rings(night)
    assert await found(night) == []
    await forget(night, "told", contact)
    assert await found(night) == [("no_deadline", contact)]
    await night.advance(58_000)
    assert (await telling(night, contact)).at == "next"
