"""A later round of an S1 that rings for fewer than three is filled (routing.md, "S1 rounds")."""

from __future__ import annotations

from tests.kit.store import World
from tests.live.test_sweeper import found


async def rings_for(world: World, contact: str) -> list[str]:
    live = await world.contact(contact)
    return sorted(live.offer.agents) if live is not None and live.offer is not None else []


async def second_round(world: World, **fields: object) -> str:
    """It rings for b alone: a missed it and is out."""
    await world.agent("a")
    contact = await world.arrive(severity=1, **fields)
    await world.stay(7_000, "a")
    await world.agent("b")
    assert await rings_for(world, contact) == ["a"]  # the first round stays one
    await world.stay(1_000, "a", "b")
    assert await rings_for(world, contact) == ["b"]
    return contact


async def test_the_first_round_rings_at_two(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.agent(name)
    contact = await world.arrive(severity=1)
    assert await rings_for(world, contact) == ["a", "b"]
    assert await rings_for(world, await world.arrive(severity=1)) == ["c"]
    await world.accept(contact)  # by a, and b is free for the next
    assert await rings_for(world, await world.arrive(severity=1)) == ["b"]


async def test_the_first_round_is_never_filled(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.agent(name)
    contact = await world.arrive(severity=1)
    assert await rings_for(world, contact) == ["a", "b"]
    await world.engine.step("agent_lost", agent="b", conn="conn-b")
    assert await rings_for(world, contact) == ["a", "c"]  # topped up: b is out of it
    await world.engine.step("agent_lost", agent="c", conn="conn-c")
    await world.agent("d")
    assert await rings_for(world, contact) == ["a"]


async def test_who_becomes_available_is_rung_with_the_same_deadline(world: World) -> None:
    contact = await second_round(world)
    before = await world.contact(contact)
    await world.stay(1_000, "b")
    await world.agent("c")
    await world.agent("d")
    await world.agent("e")
    assert await rings_for(world, contact) == ["b", "c", "d"]
    after = await world.contact(contact)
    assert before is not None
    assert after is not None
    assert before.offer is not None
    assert after.offer is not None
    assert (after.offer.fence, after.offer.expires) == (before.offer.fence, before.offer.expires)


async def test_rung_for_less_than_three_seconds_is_no_miss(world: World) -> None:
    contact = await second_round(world)
    await world.stay(5_500, "b")
    await world.agent("c")
    assert await rings_for(world, contact) == ["b", "c"]
    await world.stay(2_500, "b", "c")
    agents = {one.id: one for one in (await world.engine.snapshot()).agents}
    assert agents["b"].missed_at is not None
    assert agents["c"].missed_at is None


async def test_a_wider_step_fills_it(world: World) -> None:
    await world.agent("a", safety=3)
    await world.agent("c")
    contact = await world.arrive(severity=1, ladder="safety=3@12000|@")
    await world.stay(7_000, "a", "c")
    await world.agent("b", safety=3)
    await world.stay(1_000, "a", "b", "c")
    assert await rings_for(world, contact) == ["b"]
    await world.stay(4_000, "b", "c")
    assert await rings_for(world, contact) == ["b", "c"]


async def test_an_s1_that_rings_for_nobody_comes_first(world: World) -> None:
    first = await second_round(world)
    await world.advance(1)
    second = await world.arrive(severity=1)
    assert await rings_for(world, second) == []
    await world.agent("c")
    assert (await rings_for(world, first), await rings_for(world, second)) == (["b"], ["c"])
    await world.agent("d")
    assert await rings_for(world, first) == ["b", "d"]


async def test_it_comes_before_everybody_else(world: World) -> None:
    contact = await second_round(world)
    other = await world.arrive(severity=2)
    await world.agent("c")
    assert await rings_for(world, contact) == ["b", "c"]
    assert await rings_for(world, other) == []


async def test_a_promised_call_is_not_filled(world: World) -> None:
    await world.agent("a")
    contact = await world.promise(1)
    await world.stay(8_000, "a")
    await world.agent("b")
    assert await rings_for(world, contact) == ["b"]
    await world.agent("c")
    assert await rings_for(world, contact) == ["b"]


async def test_a_round_that_lost_an_agent_to_an_s1_caller_is_filled(world: World) -> None:
    """Found by the oracle (seed 7800074)."""
    await world.agent("a")
    text = await world.arrive("sms", 1)
    await world.stay(59_000, "a")
    for name in ("b", "c", "d", "e", "f"):
        await world.agent(name)
    await world.stay(1_000, "a", "b", "c", "d", "e", "f")
    assert await rings_for(world, text) == ["b", "c", "d"]
    call = await world.arrive(severity=1, named="c")
    assert await rings_for(world, call) == ["c", "e"]
    assert await rings_for(world, text) == ["b", "d", "f"]


async def test_who_is_not_ready_joins_no_round_and_the_sweeper_knows(world: World) -> None:
    """Found by the nights (seed 80019)."""
    contact = await second_round(world, ladder="@5000|@60000*|@*!")
    await world.agent("c", ready=False)
    assert await rings_for(world, contact) == ["b"]
    assert await found(world) == []
