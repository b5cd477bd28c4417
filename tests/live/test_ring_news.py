"""Whoever was rung in vain is told what became of it, and nobody else."""

from __future__ import annotations

import pytest

from holdfast.desk.ring_news import ring_news
from router.core.callback import THEY_CALLED
from router.live.engine import decode_step
from tests.kit.store import World
from tests.live.test_overlaid import outside

NAMES = {"a": "Ana Ruiz", "b": "Ben Okafor", "c": "Cleo Marsh"}


async def crew(world: World, *names: str) -> None:
    for name in names:
        await world.agent(name)
        who = {"id": name, "name": NAMES[name], "skills": {}}
        await world.engine.step("agent_online", agent=who, conn=f"conn-{name}")


async def told(world: World) -> list[tuple[str, str]]:
    """To whom, and what, since the last call."""
    found: list[tuple[str, str]] = []
    agents = {one.id: one for one in (await world.engine.snapshot()).agents}
    for step_id, raw in await world.engine.read(world.last, count=10_000):
        world.last = step_id
        found += ring_news(decode_step(raw), agents)
    return found


async def rings_at_two(world: World) -> tuple[str, str]:
    """An S1 that rings at a and b, and its fence."""
    await crew(world, "a", "b")
    contact = await world.arrive(severity=1, who={"name": "Maya Torres"})
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert sorted(live.offer.agents) == ["a", "b"]
    await told(world)
    return contact, live.offer.fence


async def test_who_did_not_get_it_hears_who_took_it(world: World) -> None:
    contact, fence = await rings_at_two(world)
    assert (await world.engine.step("accept", agent="b", contact=contact, fence=fence)).ok
    assert await told(world) == [("a", "Maya Torres: taken by Ben.")]


async def test_when_the_caller_hangs_up_everybody_whom_it_rang_hears_so(world: World) -> None:
    contact, _ = await rings_at_two(world)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    assert await told(world) == [
        ("a", "Maya Torres: they hung up."), ("b", "Maya Torres: they hung up."),
    ]  # fmt: skip


async def test_it_is_told_when_a_supervisor_gave_it_to_somebody_else(world: World) -> None:
    await crew(world, "a")
    contact = await world.arrive(severity=3, who={"name": "Maya Torres"})
    await crew(world, "c")
    await told(world)
    step = await world.engine.step("assign", contact=contact, agent="c", by="u9", by_name="Dana")
    assert step.ok
    assert await told(world) == [("a", "Maya Torres: given to Cleo.")]


async def test_given_to_the_agent_at_whom_it_rings_it_goes_on_ringing_and_nothing_is_told(
    world: World,
) -> None:
    await crew(world, "a")
    contact = await world.arrive(severity=3, who={"name": "Maya Torres"})
    await world.engine.step("assign", contact=contact, agent="a", by="u9", by_name="Dana")
    assert await told(world) == []


@pytest.mark.parametrize("end", ["decline", "miss", "displace"])
async def test_what_they_did_or_missed_themselves_is_no_news(world: World, end: str) -> None:
    await crew(world, "a")
    contact = await world.arrive(severity=3)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    if end == "decline":
        await world.engine.step("decline", agent="a", contact=contact, fence=live.offer.fence)
    elif end == "miss":
        await world.stay(15_000, "a")
    else:
        await world.arrive(severity=1)
    assert await told(world) == []


async def test_a_promise_that_stands_says_for_what(world: World) -> None:
    theirs = {"party": "p1", "who": {"name": "Maya Torres"}}
    await crew(world, "a")
    await world.promise(**theirs)
    other = await world.promise(callback={"id": "k2", "by": "u1", "by_name": "P"}, **theirs)
    await crew(world, "b")
    await told(world)
    assert await world.offered_to(other) == "b"
    await world.accept(other)
    assert await told(world) == [("a", "Maya Torres: they are with Ben now; the callback waits.")]


async def test_a_promise_that_stands_for_a_text_says_so(world: World) -> None:
    theirs = {"party": "p1", "who": {"name": "Maya Torres"}}
    await crew(world, "a")
    await world.promise(**theirs)
    await told(world)
    await world.arrive("sms", **theirs)
    assert await told(world) == [("a", "Maya Torres: they have just written; the callback waits.")]


async def test_a_number_outside_that_was_quicker_is_named(world: World) -> None:
    contact = await outside(world)
    await crew(world, "a")
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert live.outside is not None
    await told(world)
    fence = live.outside.fence
    assert (await world.engine.step("outside_answered", contact=contact, fence=fence)).ok
    assert await told(world) == [("a", "Taken by Night lead.")]


@pytest.mark.parametrize(("by", "cause", "told_a"), [
    ("a", None, []),
    ("u9", None, [("a", "The callback is off.")]),
    (None, THEY_CALLED, [("a", "They have called us themselves; the callback is off.")]),
])  # fmt: skip
async def test_a_callback_that_somebody_else_called_off_is_told(
    world: World, by: str | None, cause: str | None, told_a: list[tuple[str, str]]
) -> None:
    await crew(world, "a")
    promised = await world.promise()
    assert await world.offered_to(promised) == "a"
    await told(world)
    assert (await world.engine.step("cancel_callback", contact=promised, by=by, cause=cause)).ok
    assert await told(world) == told_a
