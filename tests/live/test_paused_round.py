"""An S1 that nobody ready may take rings for everybody at a desk (docs/routing.md, "At a desk")."""

from __future__ import annotations

import pytest

from router.core import ladder
from router.core.model import Chosen
from router.core.severity import Severity
from tests.kit.store import World
from tests.live.test_s1_rounds import rings_for
from tests.live.test_sweeper_table import forget_all

STEPS = ladder.text(ladder.complete([ladder.Rung({"vet": 3}, 5_000)], Severity.S1))


async def paused(world: World, name: str, reason: str = "break", **skills: int) -> str:
    """At their desk, paused for that reason."""
    await world.agent(name, ready=False, **skills)
    await world.engine.step("agent_choice", agent=name, choice=Chosen(reason=reason))
    return name


async def on_a_call(world: World, name: str) -> None:
    """Ready, and talking to somebody."""
    await world.agent(name)
    assert await world.answer(await world.arrive(severity=1)) == name


async def test_it_rings_for_everybody_paused_at_a_desk_at_once_and_for_ten_seconds(
    world: World,
) -> None:
    for name in ("a", "b", "c", "d"):
        await paused(world, name)
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, contact) == ["a", "b", "c", "d"]
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert (live.offer.expires, live.step) == (world.now + 10_000, 2)
    reply = await world.engine.step("accept", agent="c", contact=contact, fence=live.offer.fence)
    assert reply.ok
    assert await world.state(contact) == "connecting"


async def test_who_is_ready_is_asked_alone_and_the_ladder_takes_its_time(world: World) -> None:
    await paused(world, "p", vet=4)
    await world.agent("a")
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, contact) == []  # a may take it in five seconds
    await world.stay(5_000, "p", "a")
    assert await rings_for(world, contact) == ["a"]


async def test_when_the_last_who_is_ready_declines_it_goes_there_at_once(world: World) -> None:
    await paused(world, "p")
    await world.agent("a", vet=4)
    contact = await world.arrive(severity=1, ladder=STEPS)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="a", contact=contact, fence=live.offer.fence)
    assert await rings_for(world, contact) == ["p"]


async def test_when_the_last_who_is_ready_is_taken_by_another_it_goes_there_at_once(
    world: World,
) -> None:
    await paused(world, "p")
    await world.agent("a")
    waits = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, waits) == []
    await world.arrive(severity=1)  # anybody may take this one
    assert await rings_for(world, waits) == ["p"]


@pytest.mark.parametrize("reason", ["recovering", "self_test_failed"])
async def test_some_pauses_are_left_in_peace(world: World, reason: str) -> None:
    await paused(world, "p", reason)
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(30_000, "p")
    assert await rings_for(world, contact) == []


async def test_no_other_severity_rings_for_them(world: World) -> None:
    await paused(world, "p")
    contact = await world.arrive(severity=2, ladder=STEPS)
    await world.stay(30_000, "p")
    assert await rings_for(world, contact) == []


async def test_nobody_with_a_call_in_hand_and_nobody_without_sound(world: World) -> None:
    await on_a_call(world, "a")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="break"))
    await paused(world, "b")
    await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, contact) == []
    await world.engine.step("agent_media", agent="b", media="up", proc="p1")
    assert await rings_for(world, contact) == ["b"]


async def test_a_miss_there_tests_nothing_and_changes_nothing_for_them(world: World) -> None:
    await paused(world, "p", "lunch")
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(10_000, "p")
    [agent] = (await world.engine.snapshot()).agents
    assert (agent.testing, agent.choice, agent.misses) == (None, Chosen(reason="lunch"), None)
    assert await rings_for(world, contact) == []


async def test_while_it_rings_for_all_who_may_be_asked_again_is_rung_ready_or_not(
    world: World,
) -> None:
    for name in ("a", "b", "c", "d"):
        await paused(world, name)
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(5_000, "a", "b", "c", "d")
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="d", contact=contact, fence=live.offer.fence)
    await world.stay(5_000, "a", "b", "c", "d")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(ready=True))
    await world.stay(5_000, "a", "b", "c", "d")
    assert await rings_for(world, contact) == ["d"]  # the others missed it ten seconds ago
    await world.stay(5_000, "a", "b", "c", "d")
    assert await rings_for(world, contact) == ["a", "b", "c", "d"]


async def test_an_s1_goes_there_though_the_memory_was_lost_before_the_next_tick(
    world: World,
) -> None:
    """The tick in which the last who is ready missed something had more to do than it could."""
    await paused(world, "p")
    await world.agent("a")
    other = await world.arrive(severity=3)
    assert await rings_for(world, other) == ["a"]
    await world.arrive(severity=4, ladder="vet=5@15000|vet=4@")  # due in the same moment
    await world.stay(14_000, "a", "p")
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, contact) == []  # a may take it in five seconds
    world.engine.now = world.now + 1_000
    await world.engine.beat("tick", limit=1)
    await forget_all(world)
    await world.engine.beat("tick")
    assert await rings_for(world, contact) == ["p"]


async def test_whoever_missed_it_twice_is_not_rung_for_it_again_but_for_the_next(
    world: World,
) -> None:
    await paused(world, "p")
    contact = await world.arrive(severity=1, ladder=STEPS)
    rung = 0
    for _ in range(90):
        rung += await rings_for(world, contact) == ["p"]
        await world.stay(1_000, "p")
    assert rung == 20  # twice, ten seconds each
    other = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, other) == ["p"]


async def test_who_comes_to_a_desk_or_gets_ready_meanwhile_is_rung_too(world: World) -> None:
    await paused(world, "p")
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(2_000, "p")
    await world.agent("q", ready=False)
    await world.agent("r")
    assert await rings_for(world, contact) == ["p", "q", "r"]


async def test_texts_of_s1_ring_for_them_too_beside_what_they_still_have(world: World) -> None:
    await world.agent("p")
    assert await world.answer(await world.arrive("sms")) == "p"
    await world.engine.step("agent_choice", agent="p", choice=Chosen(reason="break"))
    contact = await world.arrive("sms", severity=1, ladder=STEPS)
    assert await rings_for(world, contact) == ["p"]


async def test_a_promised_call_waits_out_its_ladder(world: World) -> None:
    await paused(world, "p")
    contact = await world.promise(1, ladder=STEPS)
    await world.stay(9_000, "p")
    assert await rings_for(world, contact) == []
    await world.stay(1_000, "p")
    assert await rings_for(world, contact) == ["p"]


async def test_when_the_last_who_is_there_declines_the_numbers_on_call_are_next(
    world: World,
) -> None:
    await world.engine.step("configure", cfg={"on_call": True})
    await paused(world, "p")
    contact = await world.arrive(severity=1, ladder=STEPS)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert live.overflow_at is None
    await world.engine.step("decline", agent="p", contact=contact, fence=live.offer.fence)
    live = await world.contact(contact)
    assert live is not None
    assert live.overflow_at == world.now


async def test_no_caller_is_sent_to_the_voicemail_before_each_was_asked(world: World) -> None:
    await world.engine.step("configure", cfg={"on_call": True})
    await paused(world, "p")
    contact = await world.arrive(severity=1, ladder=STEPS)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("agent_lost", agent="p", conn="conn-p")  # while it rings: not asked
    await world.engine.step("agent_back", agent="p", conn="conn-p")
    assert await rings_for(world, contact) == ["p"]
    await world.stay(10_000, "p")
    reply = await world.engine.step("nobody_outside", contact=contact)
    assert (reply.ok, await world.state(contact)) == (True, "voicemail")


async def since(world: World, name: str) -> tuple[str, float]:
    """Their state, and since when."""
    (agent,) = [a for a in (await world.engine.snapshot()).agents if a.id == name]
    return agent.state, agent.state_at


async def test_a_break_goes_on_from_when_it_began_after_an_s1_rang_in_it(world: World) -> None:
    await paused(world, "a")
    began = world.now
    await world.stay(60_000, "a")
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert (await since(world, "a"))[0] == "ringing"
    await world.stay(4_000, "a")
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    assert await since(world, "a") == ("paused", began)


async def test_whoever_chooses_another_pause_while_it_rings_begins_it_then(world: World) -> None:
    await paused(world, "a")
    await world.stay(60_000, "a")
    await world.arrive(severity=1, ladder=STEPS)
    await world.stay(2_000, "a")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    assert await since(world, "a") == ("paused", world.now)
