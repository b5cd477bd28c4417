"""The order, on the engine: promotion, places that are kept, ladders, refusals, holds
(docs/routing.md, "Score" to "Named, and sticky holds"; tests/rules.toml: which rule is where)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from router.core.model import Chosen, LiveAgent, LiveContact
from tests.kit.store import World

TIER = 10**13
LUNCH = Chosen(reason="lunch")


async def live_of(world: World, contact: str) -> LiveContact:
    found = await world.contact(contact)
    assert found is not None
    return found


async def agent_of(world: World, name: str = "a") -> LiveAgent:
    return next(one for one in (await world.engine.snapshot()).agents if one.id == name)


async def severe(world: World, contact: str, severity: int, ladder: str = "@") -> None:
    reply = await world.engine.step(
        "severity", contact=contact, severity=severity, rule="r", by="b", target_ms=20_000,
        ageing_ms=80_000, ladders={"general": ladder},
    )  # fmt: skip
    assert reply.ok


async def decline(world: World, contact: str, agent: str = "a") -> None:
    live = await live_of(world, contact)
    assert live.offer is not None
    fields = {"agent": agent, "contact": contact, "fence": live.offer.fence}
    assert (await world.engine.step("decline", **fields)).ok


# Score ------------------------------------------------------------------------------------------


async def test_promoted_once_at_four_targets_as_an_s2_that_comes_then(world: World) -> None:
    contact, came = await world.arrive(severity=3), world.now
    await world.advance(239_999)
    assert (await live_of(world, contact)).score == 2 * TIER + came + 60_000
    await world.advance(1)
    promoted = TIER + world.now + 20_000
    assert (await live_of(world, contact)).score == promoted
    for severity in (4, 3):  # from S3 to S4 and back it keeps that
        await severe(world, contact, severity)
        assert (await live_of(world, contact)).score == promoted
    for severity in (2, 1):  # raised and lowered again it has lost it, for good
        await severe(world, contact, severity)
        assert (await live_of(world, contact)).score == (severity - 1) * TIER + came + 20_000
        await severe(world, contact, 3)
        assert (await live_of(world, contact)).score == 2 * TIER + came + 20_000
    await world.advance(1_000_000)
    assert (await live_of(world, contact)).score == 2 * TIER + came + 20_000


async def test_what_aged_in_hand_is_promoted_when_it_waits_again(world: World) -> None:
    await world.agent("a")
    contact, came = await world.arrive(severity=3), world.now
    await world.answer(contact)
    await world.stay(300_000, "a")
    assert (await live_of(world, contact)).score == 2 * TIER + came + 60_000
    assert (await world.engine.step("return", agent="a", contact=contact)).ok
    assert (await live_of(world, contact)).score == TIER + world.now + 20_000


async def declined(world: World, contact: str) -> None:
    await decline(world, contact)


async def missed(world: World, contact: str) -> None:
    await world.stay(15_000, "a")


async def not_connected(world: World, contact: str) -> None:
    assert (await world.accept(contact)).ok
    await world.stay(8_000, "a")


async def transferred(world: World, contact: str) -> None:
    await world.answer(contact)
    assert (await world.engine.step("transfer", agent="a", contact=contact, ladder="vet=5@")).ok


async def returned(world: World, contact: str) -> None:
    await world.answer(contact)
    assert (await world.engine.step("return", agent="a", contact=contact)).ok


async def force_released(world: World, contact: str) -> None:
    await world.answer(contact)
    assert (await world.engine.step("force_release", contact=contact, by="dana")).ok


async def agent_lost(world: World, contact: str) -> None:
    await world.answer(contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.stay(30_000, "a")


async def assigned(world: World, contact: str) -> None:
    await decline(world, contact)
    await world.agent("b")
    await decline(world, contact, "b")
    reply = await world.engine.step("assign", agent="b", contact=contact, by="dana")
    assert reply.ok


Way = Callable[[World, str], Awaitable[None]]
WAYS: list[Way] = [
    declined, missed, not_connected, transferred, returned, force_released, agent_lost, assigned,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_place_is_kept_whatever_becomes_of_an_agent(world: World, way: Way) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=3)
    before = await live_of(world, contact)
    await world.advance(1)
    await way(world, contact)
    other = await world.arrive(severity=3)
    after = await live_of(world, contact)
    assert after.state in ("queued", "offered")
    assert (after.score, after.arrived_at) == (before.score, before.arrived_at)
    assert after.score < (await live_of(world, other)).score


# Ladder -----------------------------------------------------------------------------------------


async def test_a_widened_step_looks_at_once(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(ladder="vet=3@5000|@")
    await world.stay(4_999, "a")
    assert await world.offered_to(contact) is None
    await world.stay(1, "a")
    assert await world.offered_to(contact) == "a"


async def test_a_widened_step_and_a_transfer_by_skills_tell_what_is_looked_for(
    world: World,
) -> None:
    contact = await world.arrive(ladder="vet=5,es=1@2000|vet=3@5000|@")
    await world.advance(8_000)
    told = [event for event in await world.happened() if event.name == "contact.widened"]
    assert [(event.step, event.needs) for event in told] == [(1, {"vet": 3}), (2, None)]
    await world.agent("a")
    await world.answer(contact)
    skills = {"needs": {"es": 2}, "ladder": "es=2@"}
    assert (await world.engine.step("transfer", agent="a", contact=contact, **skills)).ok
    [given] = [event for event in await world.happened() if event.name == "contact.transferred"]
    assert (given.handed_to, given.needs) == (None, {"es": 2})


async def test_a_widened_step_leaves_an_open_offer_alone(world: World) -> None:
    await world.agent("v", vet=3)
    contact = await world.arrive(ladder="vet=3@5000|@")
    before = await live_of(world, contact)
    await world.agent("a")
    await world.stay(5_000, "v", "a")
    after = await live_of(world, contact)
    assert int(after.step or 0) == 1
    assert before.offer is not None
    assert after.offer is not None
    assert (after.offer.fence, after.offer.agents) == (before.offer.fence, ["v"])
    assert after.offer.expires == before.offer.expires


async def test_a_new_severity_switches_the_ladder_and_keeps_its_time(world: World) -> None:
    await world.agent("a")  # who may take an S1 in the end: else its ladder goes there at once
    contact = await world.arrive(ladder="vet=5@60000|@")
    await world.stay(4_000, "a")
    await severe(world, contact, 1, "vet=5@6000|home=5@5000|@*")
    steps = []
    for ms in (1_999, 1, 4_999, 1):
        await world.stay(ms, "a")
        steps.append(int((await live_of(world, contact)).step or 0))
    assert steps == [0, 1, 1, 2]


async def test_the_index_itself_undoes_only_what_the_same_person_said(world: World) -> None:
    contact = await world.arrive(severity=3)
    await severe(world, contact, 1)  # said by b
    before = (await live_of(world, contact)).before
    assert before is not None
    undo = {
        "contact": contact, "severity": 3, "rule": "r", "undoes": before.at, "undo_ms": 8_000,
        "target_ms": 60_000, "ageing_ms": 240_000, "ladders": {"general": "@"},
    }  # fmt: skip
    refused = await world.engine.step("severity", by="somebody", **undo)
    assert (refused.ok, refused.code) == (False, "too_late")
    assert (await live_of(world, contact)).severity == 1
    assert (await world.engine.step("severity", by="b", **undo)).ok
    assert (await live_of(world, contact)).severity == 3


async def test_a_new_turn_of_a_text_begins_its_ladder_from_the_beginning(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", ladder="vet=5@5000|@")
    await world.stay(5_000, "a")
    await world.answer(text)
    await world.engine.step("reply", agent="a", contact=text, next="wait", sent=True)
    await world.engine.step("agent_choice", agent="a", choice=LUNCH)
    await world.stay(60_000, "a")
    await world.engine.step(
        "message_in", contact=text, score=2 * TIER + world.now, answer_by=world.now
    )
    live = await live_of(world, text)
    assert (live.state, int(live.step or 0), live.order_at) == ("queued", 0, world.now)
    await world.stay(5_000, "a")
    assert int((await live_of(world, text)).step or 0) == 1


# An agent ---------------------------------------------------------------------------------------


async def test_only_the_end_of_work_moves_how_long_somebody_has_been_free(world: World) -> None:
    await world.agent("a")
    since = (await agent_of(world)).idle_since
    await world.stay(1_000, "a")
    first = await world.arrive()
    await decline(world, first)
    await world.engine.step("caller_gone", contact=first, cause="hung_up")
    await world.engine.step("agent_choice", agent="a", choice=LUNCH)
    await world.stay(1_000, "a")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(ready=True))
    second = await world.arrive()
    await world.stay(15_000, "a")
    assert (await agent_of(world)).misses == 1
    await world.engine.step("caller_gone", contact=second, cause="hung_up")
    await world.engine.step("selftest", agent="a", passed=True, active=False, detail="")
    assert (await agent_of(world)).idle_since == since
    contact = await world.arrive(severity=1)
    await world.answer(contact)
    await world.engine.step("hang_up", agent="a", contact=contact)
    await world.stay(1_000, "a")
    await world.engine.step("wrapped", agent="a", contact=contact, disposition="x")
    assert (await agent_of(world)).idle_since == world.now


# Excluded ---------------------------------------------------------------------------------------


async def test_who_refused_waits_for_another_though_that_one_is_busy(world: World) -> None:
    await world.agent("a")
    await world.answer(await world.arrive(severity=2))
    await world.agent("b")
    contact = await world.arrive(severity=3)
    await decline(world, contact, "b")
    await world.stay(60_000, "a", "b")
    assert await world.state(contact) == "queued"
    await world.engine.step("agent_choice", agent="a", choice=LUNCH)
    live = await live_of(world, contact)
    assert live.offer is not None
    assert (live.offer.agents, live.passed_over, live.rounds) == (["b"], None, 1)


async def test_of_an_s1_they_are_asked_again_when_nobody_else_may_take_it_now(world: World) -> None:
    await world.agent("a")
    await world.answer(await world.arrive(severity=1))
    await world.agent("b")
    contact = await world.arrive(severity=1)
    await decline(world, contact, "b")
    await world.stay(9_999, "a", "b")
    assert await world.state(contact) == "queued"
    await world.stay(1, "a", "b")
    live = await live_of(world, contact)
    assert live.offer is not None
    assert (live.offer.agents, live.passed_over, live.rounds) == (["b"], None, 1)


async def test_every_board_is_alarmed_after_three_rounds(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    alarmed = []
    for _ in range(4):
        await decline(world, contact)
        await world.events()
        await world.stay(10_000, "a")
        alarmed.append("contact.rounds_alarm" in [name for name, _ in await world.events()])
    assert alarmed == [False, False, True, False]


async def test_who_was_lost_is_asked_again_at_once_when_they_are_back(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    live = await live_of(world, contact)
    assert (live.state, live.passed_over, live.cooling) == ("queued", None, None)
    await world.agent("a")
    assert await world.offered_to(contact) == "a"


async def test_once_answered_nobody_is_out_and_only_the_cooling_goes_on(world: World) -> None:
    await world.agent("b")
    contact = await world.arrive()
    await decline(world, contact, "b")
    refused = (await live_of(world, contact)).cooling
    await world.agent("a")
    assert await world.answer(contact) == "a"
    await world.stay(1_000, "a", "b")
    await world.engine.step("return", agent="a", contact=contact)
    live = await live_of(world, contact)
    assert live.passed_over is None
    assert refused is not None
    assert live.cooling == refused | {"a": world.now + 30_000}


# Named, and sticky holds ------------------------------------------------------------------------


@pytest.mark.parametrize("way", [not_connected, returned, force_released])
async def test_what_names_nobody(world: World, way: Way) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await way(world, contact)
    assert (await live_of(world, contact)).named is None


async def test_a_text_that_nobody_worked_on_names_nobody(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    await world.engine.step("agent_choice", agent="a", choice=LUNCH)
    await world.stay(1_800_000, "a")
    live = await live_of(world, text)
    assert (live.state, live.named) == ("queued", None)


async def test_whose_agent_was_lost_is_named_for_them(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await agent_lost(world, contact)
    assert (await live_of(world, contact)).named == "a"


async def held(world: World, severity: int = 3, channel: str = "voice") -> str:
    """It waits for a, who is in a call; b is free."""
    await world.agent("a")
    await world.answer(await world.arrive(severity=1))
    await world.agent("b")
    return await world.arrive(channel, severity, named="a")


@pytest.mark.parametrize(("severity", "ms"), [(2, 10_000), (3, 30_000), (4, 120_000)])
async def test_it_is_held_for_its_agent_so_long(world: World, severity: int, ms: int) -> None:
    contact = await held(world, severity)
    assert (await live_of(world, contact)).sticky_for == "a"
    await world.stay(ms - 1, "a", "b")
    assert await world.offered_to(contact) is None
    await world.stay(1, "a", "b")
    assert await world.offered_to(contact) == "b"


async def test_an_s1_is_held_for_nobody(world: World) -> None:
    assert await world.offered_to(await held(world, 1)) == "b"


@pytest.mark.parametrize("how", ["pauses", "is lost", "loses sound"])
async def test_a_hold_ends_at_once_and_does_not_begin_again(world: World, how: str) -> None:
    contact = await held(world)
    step = world.engine.step
    if how == "pauses":
        await step("agent_choice", agent="a", choice=LUNCH)
    elif how == "is lost":
        await step("agent_lost", agent="a", conn="conn-a")
    else:
        await step("agent_media", agent="a", media="down", proc="p1")
    assert await world.offered_to(contact) == "b"
    await world.agent("a")
    await decline(world, contact, "b")
    live = await live_of(world, contact)
    assert (live.state, live.sticky_for) == ("queued", None)


async def test_a_text_is_held_for_an_agent_who_loses_sound(world: World) -> None:
    text = await held(world, channel="sms")
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    assert (await live_of(world, text)).sticky_for == "a"


@pytest.mark.parametrize("how", ["declines", "misses"])
async def test_a_hold_ends_when_it_is_refused(world: World, how: str) -> None:
    await world.agent("a")
    await world.agent("b")
    contact = await world.arrive(named="a")
    assert await world.offered_to(contact) == "a"
    if how == "declines":
        await decline(world, contact)
    else:
        await world.stay(15_000, "a", "b")
    assert await world.offered_to(contact) == "b"
