"""An offer, on the engine: how long it rings, what its fence guards, rounds of an S1, a severity
that changes while it rings (docs/routing.md, "An offer")."""

from __future__ import annotations

import pytest

from tests.kit.store import World

from .test_rules_place import agent_of, decline, live_of, severe

FOUR = ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("channel", "severity", "ms"),
    [("voice", 1, 8_000), ("voice", 2, 15_000), ("voice", 4, 15_000), ("sms", 1, 60_000),
     ("sms", 3, 60_000), ("email", 2, 60_000)],
)  # fmt: skip
async def test_it_rings_so_long(world: World, channel: str, severity: int, ms: int) -> None:
    await world.agent("a")
    contact = await world.arrive(channel, severity)
    await world.stay(ms - 1, "a")
    assert await world.offered_to(contact) == "a"
    await world.stay(1, "a")
    assert await world.offered_to(contact) is None
    assert (await agent_of(world)).misses == 1


@pytest.mark.parametrize("what", ["accept", "decline"])
async def test_a_stale_fence_changes_nothing_and_is_told_why(world: World, what: str) -> None:
    await world.agent("a")
    contact = await world.arrive()
    old = (await live_of(world, contact)).offer
    assert old is not None
    await decline(world, contact)
    await world.stay(30_000, "a")
    before = await live_of(world, contact)
    assert before.offer is not None
    assert before.offer.fence != old.fence
    reply = await world.engine.step(what, agent="a", contact=contact, fence=old.fence)
    assert (reply.ok, reply.code) == (False, "too_late")
    assert await live_of(world, contact) == before


async def test_of_a_round_the_first_accept_wins_and_nobody_else_missed_it(world: World) -> None:
    five = (*FOUR, "e")
    for name in five:
        await world.agent(name)
    contact = await world.arrive(severity=1)
    first = await live_of(world, contact)
    assert first.offer is not None
    assert len(first.offer.agents) == 2
    await world.stay(8_000, *five)
    second = await live_of(world, contact)
    assert second.offer is not None
    assert sorted(second.offer.agents) == sorted(set(five) - set(first.offer.agents))
    assert second.offer.expires == world.now + 8_000
    one, two, three = second.offer.agents
    fields = {"contact": contact, "fence": second.offer.fence}
    assert (await world.engine.step("accept", agent=two, **fields)).ok
    late = await world.engine.step("accept", agent=three, **fields)
    assert (late.ok, late.code) == (False, "taken")
    for other in (one, three):
        seen = await agent_of(world, other)
        assert (seen.offer, seen.missed_at, seen.testing) == (None, None, None)


async def test_who_declines_in_a_round_gives_way_to_the_next_best_with_its_deadline(
    world: World,
) -> None:
    await world.agent("a")
    await world.agent("b", es=1)
    contact = await world.arrive(severity=1)
    await world.stay(6_000, "a", "b")
    before = (await live_of(world, contact)).offer
    await decline(world, contact)
    after = (await live_of(world, contact)).offer
    assert before is not None
    assert after is not None
    assert (after.agents, after.expires, after.fence) == (["b"], before.expires, before.fence)


async def test_an_s1_that_nobody_in_the_round_takes_is_at_its_place(world: World) -> None:
    for name in FOUR[:2]:
        await world.agent(name)
    contact = await world.arrive(severity=1)
    score = (await live_of(world, contact)).score
    await decline(world, contact)
    await decline(world, contact, "b")
    live = await live_of(world, contact)
    assert (live.state, live.score) == ("queued", score)
    await world.stay(10_000, *FOUR[:2])
    live = await live_of(world, contact)
    assert live.offer is not None
    assert sorted(live.offer.agents) == ["a", "b"], "the next round, as soon as somebody may"


@pytest.mark.parametrize(("after_ms", "left_ms"), [(2_000, 8_000), (10_000, 5_000)])
async def test_raised_while_it_rings_it_rings_no_longer_than_an_s1(
    world: World, after_ms: int, left_ms: int
) -> None:
    for name in FOUR:
        await world.agent(name)
    contact = await world.arrive(severity=3)
    before = (await live_of(world, contact)).offer
    assert before is not None
    await world.stay(after_ms, *FOUR)
    await severe(world, contact, 1)
    after = (await live_of(world, contact)).offer
    assert after is not None
    assert (after.agents, after.fence) == (before.agents, before.fence)
    assert after.expires == world.now + left_ms
    seen = await agent_of(world, after.agents[0])
    assert seen.offer is not None
    assert seen.offer.expires == after.expires
    await world.stay(left_ms, *FOUR)
    following = (await live_of(world, contact)).offer
    assert following is not None
    assert len(following.agents) == 3, "the next round rings at three"


@pytest.mark.parametrize(("was", "to"), [(1, 3), (2, 4), (3, 2)])
async def test_lowered_while_it_rings_its_deadline_stays(world: World, was: int, to: int) -> None:
    """And raised to less than an S1."""
    await world.agent("a")
    contact = await world.arrive(severity=was)
    before = (await live_of(world, contact)).offer
    await world.stay(2_000, "a")
    await severe(world, contact, to)
    assert (await live_of(world, contact)).offer == before


async def test_in_hand_a_severity_changes_only_score_and_clocks(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=3)
    await world.answer(contact)
    before = await live_of(world, contact)
    await severe(world, contact, 1)
    after = await live_of(world, contact)
    assert (after.state, after.agent, after.fence) == ("active", "a", before.fence)
    assert after.score < before.score


async def test_a_pause_with_an_open_offer_is_a_decline(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.engine.step("agent_choice", agent="a", choice={"ready": False, "reason": "lunch"})
    live = await live_of(world, contact)
    assert (live.state, live.passed_over) == ("queued", {"a": True})
    assert ("contact.declined", contact) in await world.events()


@pytest.mark.parametrize("how", ["page", "sound", "sign-out"])
async def test_who_cannot_answer_any_more_has_not_missed_it(world: World, how: str) -> None:
    await world.agent("a")
    contact = await world.arrive()
    if how == "page":
        await world.engine.step("agent_lost", agent="a", conn="conn-a")
    elif how == "sound":
        await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    else:
        await world.engine.step("agent_off", agent="a")
    live = await live_of(world, contact)
    assert (live.state, live.passed_over, live.cooling) == ("queued", None, None)
    seen = await agent_of(world)
    assert (seen.missed_at, seen.misses, seen.testing) == (None, None, None)


@pytest.mark.parametrize("how", ["pauses", "is lost"])
async def test_a_self_test_ends_without_a_result(world: World, how: str) -> None:
    await world.agent("a")
    await world.arrive()
    await world.stay(15_000, "a")
    assert (await agent_of(world)).testing is not None
    if how == "pauses":
        lunch = {"ready": False, "reason": "lunch"}
        await world.engine.step("agent_choice", agent="a", choice=lunch)
    else:
        await world.engine.step("agent_lost", agent="a", conn="conn-a")
    assert (await agent_of(world)).testing is None
    await world.advance(6_000)
    assert "agent.self_tested" not in [name for name, _ in await world.events()]
    late = await world.engine.step("selftest", agent="a", passed=False, detail="")
    assert late.code == "too_late"
    reason = (await agent_of(world)).choice.reason
    assert reason == ("lunch" if how == "pauses" else None)
