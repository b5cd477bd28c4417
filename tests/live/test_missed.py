"""Missed offers: a surge does not pause the floor (docs/routing.md, "Missed", "the only one")."""

from __future__ import annotations

import pytest

from router.core.model import Chosen, LiveAgent
from tests.kit.store import World
from tests.live.test_explanations import why

RING_MS = 15_000


async def agent(world: World, name: str = "a") -> LiveAgent:
    return next(one for one in (await world.engine.snapshot()).agents if one.id == name)


async def misses(world: World, *here: str, active: bool = False, passed: bool = True) -> None:
    """A new call rings for a until its end; a's page answers. It ends then."""
    contact = await world.arrive(severity=3)
    assert await world.offered_to(contact) == "a"
    await world.stay(RING_MS, *(here or ("a",)))
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    await answers(world, active=active, passed=passed)


async def answers(world: World, *, active: bool = False, passed: bool = True) -> None:
    if (await agent(world)).testing is not None:
        reply = await world.engine.step(
            "selftest", agent="a", passed=passed, active=active, detail=""
        )
        assert reply.ok


async def test_whoever_is_active_stays_ready_and_it_is_no_miss(world: World) -> None:
    await world.agent("a")
    await misses(world)
    first = (await agent(world)).missed_at
    for _ in range(2):
        await misses(world, active=True)
        assert (await agent(world)).state == "ready"
    assert (await agent(world)).missed_at == first


async def test_the_third_active_miss_within_ten_minutes_pauses(world: World) -> None:
    await world.agent("a")
    await misses(world, active=True)
    await world.stay(300_000, "a")
    await misses(world, active=True)
    await world.stay(285_000, "a")  # the first of them is forgotten
    await misses(world, active=True)
    assert (await agent(world)).choice.ready
    await misses(world, active=True)
    assert (await agent(world)).choice == Chosen(reason="missed")


async def test_a_failed_test_pauses_even_the_only_one(world: World) -> None:
    await world.engine.step("configure", cfg={"asked": ["vet=3"]})
    await world.agent("a", vet=3)
    await misses(world, passed=False)
    assert (await agent(world)).choice == Chosen(reason="self_test_failed")


@pytest.mark.parametrize("active", [False, True])
async def test_the_only_one_with_a_skill_that_is_asked_for_is_not_paused(
    world: World, active: bool
) -> None:
    await world.engine.step("configure", cfg={"asked": ["vet=3"]})
    await world.agent("a", vet=3)
    await world.agent("b", ready=False, vet=3)
    for _ in range(4):
        await misses(world, "a", "b", active=active)
    assert (await agent(world)).choice.ready
    told = [e for e in await world.happened() if e.name == "agent.only_one"]
    assert told[-1].needs == {"vet": 3}
    assert (await agent(world)).absent


async def test_somebody_else_who_is_ready_makes_them_not_the_only_one(world: World) -> None:
    await world.engine.step("configure", cfg={"asked": ["vet=3"]})
    await world.agent("a", vet=5)
    for _ in range(2):
        await misses(world)
    assert (await agent(world)).choice.ready
    await world.agent("b", vet=3, en=5)  # the second choice: another skill
    await misses(world, "a", "b")
    assert (await agent(world)).choice == Chosen(reason="missed")


async def test_after_three_misses_in_a_row_they_count_as_nobody_there(world: World) -> None:
    """An S1 overflows at once, as if nobody were on duty, and still rings for them."""
    await world.engine.step("configure", cfg={"asked": ["vet=1"], "on_call": True})
    await world.agent("a", vet=1)
    ladder = "@5000|@10000*|@*!"
    for n in range(3):
        early = await world.arrive(severity=1, ladder=ladder, id=f"early{n}")
        live = await world.contact(early)
        assert live is not None
        assert live.overflow_at is None
        await world.engine.step("caller_gone", contact=early, cause="hung_up")
        await misses(world)
    assert (await agent(world)).absent
    late = await world.arrive(severity=1, ladder=ladder)
    live = await world.contact(late)
    assert live is not None
    assert live.overflow_at is not None
    assert await world.offered_to(late) == "a"
    await world.accept(late)
    assert not (await agent(world)).absent


async def test_a_supervisor_makes_ready_and_the_next_miss_pauses_again(world: World) -> None:
    await world.agent("a", ready=False)
    reply = await world.engine.step("make_ready", agent="a", by="u9")
    assert reply.ok
    now = await agent(world)
    assert now.choice == Chosen(ready=True, by="u9")
    await misses(world)
    assert (await agent(world)).choice == Chosen(reason="missed")


async def test_once_they_have_taken_something_they_are_ready_like_anybody(world: World) -> None:
    await world.agent("a", ready=False)
    await world.engine.step("make_ready", agent="a", by="u9")
    text = await world.arrive("sms", 3)
    await world.accept(text)
    await world.engine.step("close_contact", contact=text)
    await misses(world)
    assert (await agent(world)).choice.ready


async def test_nobody_is_made_ready_who_is_not_at_their_desk(world: World) -> None:
    async def refused() -> str | None:
        reply = await world.engine.step("make_ready", agent="a", by="u9")
        assert not reply.ok
        return reply.why

    await world.agent("a")
    assert await refused() == "ready_before"
    call = await world.arrive(severity=3)
    await world.answer(call)
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    assert await refused() == "not_at_desk"
    await world.engine.step("caller_gone", contact=call, cause="hung_up")
    assert await refused() == "not_at_desk"
    await world.engine.step("wrapped", agent="a", contact=call, disposition="x")
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    assert await refused() == "not_at_desk"
    await world.engine.step("agent_media", agent="a", media="up", proc="p1")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="recovering"))
    assert await refused() == "not_at_desk"
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    assert await refused() == "not_at_desk"


async def test_whoever_signs_out_takes_no_miss_along(world: World) -> None:
    """Else a later test after a call that did not connect would be taken for an answer to it."""
    await world.agent("a")
    await world.arrive(severity=3)
    await world.stay(RING_MS, "a")
    assert (await agent(world)).miss is not None
    await world.engine.step("agent_off", agent="a")
    assert (await agent(world)).miss is None


async def test_whoever_is_not_there_keeps_nobody_out_and_is_told_as_no_reason(world: World) -> None:
    await world.engine.step("configure", cfg={"asked": ["es=1"]})
    await world.agent("a", es=1, vet=3)
    for _ in range(3):
        await misses(world)
    assert (await agent(world)).absent
    text = await world.arrive("sms", 3, needs={"es": 1})
    assert await world.offered_to(text) == "a"
    await world.agent("b", vet=3)
    call = await world.arrive(severity=3, needs={"vet": 3})
    live = await world.contact(call)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="b", contact=call, fence=live.offer.fence)
    told = {one.agent: one.causes for one in (await why(world, call)).judgements}
    assert told["b"] == ("cooling",)
    await world.stay(30_000, "a", "b")
    assert await world.offered_to(call) == "b"


async def test_whom_they_kept_out_is_asked_again_in_the_moment_when_they_are_not_there(
    world: World,
) -> None:
    """Nobody tests their desk: a supervisor made them ready, and the next miss decides."""
    await world.engine.step("configure", cfg={"asked": ["es=1"]})
    await world.agent("a", ready=False, es=1, vet=3)
    await world.engine.step("make_ready", agent="a", by="u9")
    for _ in range(2):
        await misses(world)
    for _ in range(2):  # the second one is next when the first one has rung
        await world.arrive("sms", 2, needs={"es": 1})
    await world.agent("b", vet=3)
    mail = await world.arrive("email", 3, needs={"vet": 3})
    live = await world.contact(mail)
    assert live is not None
    assert live.offer is not None
    assert live.offer.agents == ["b"]
    await world.engine.step("decline", agent="b", contact=mail, fence=live.offer.fence)
    await world.stay(59_999, "a", "b")
    assert await world.state(mail) == "queued"
    await world.stay(1, "a", "b")
    assert (await agent(world)).absent
    assert await world.offered_to(mail) == "b"
