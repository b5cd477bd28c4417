"""Outside of his shift an agent who is ready is offered what is urgent only: S1 and S2."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.model import Chosen
from tests.kit.store import World

HOUR = 3_600_000


async def agent(world: World, begin: int, end: int, name: str = "a", **more: Any) -> None:
    who = {"id": name, "name": name, "skills": {"vet": 3}, **more}
    who |= {"shift_from": world.now + begin, "shift_to": world.now + end}
    await world.engine.step("agent_online", agent=who, conn=f"conn-{name}")
    await world.engine.step("agent_media", agent=name, media="up", proc="p1")
    await world.engine.step("agent_choice", agent=name, choice=Chosen(ready=True))


@pytest.mark.parametrize(("channel", "severity", "rings"), [
    ("voice", 1, True), ("voice", 2, True), ("voice", 3, False), ("voice", 4, False),
    ("sms", 2, True), ("sms", 3, False), ("email", 2, True), ("email", 4, False),
])  # fmt: skip
@pytest.mark.parametrize("begin", [-2 * HOUR, HOUR])
async def test_outside_only_what_is_urgent(
    world: World, begin: int, channel: str, severity: int, rings: bool
) -> None:
    await agent(world, begin, begin + HOUR)
    contact = await world.arrive(channel, severity)
    assert await world.offered_to(contact) == ("a" if rings else None)


@pytest.mark.parametrize("channel", ["voice", "email"])
async def test_who_gets_ready_outside_leaves_what_is_not_urgent(world: World, channel: str) -> None:
    contact = await world.arrive(channel, 3)
    await agent(world, -HOUR, -1)
    assert await world.offered_to(contact) is None


async def test_when_it_begins_he_is_offered_all(world: World) -> None:
    await agent(world, 8_000, HOUR)
    contact = await world.arrive("email", 4)
    await world.stay(7_999, "a")
    assert await world.offered_to(contact) is None
    await world.stay(1, "a")
    assert await world.offered_to(contact) == "a"


async def test_what_rings_when_it_ends_rings_on_and_what_is_held_is_let_go(world: World) -> None:
    await agent(world, -HOUR, 8_000)
    rings = await world.arrive(severity=3)
    held = await world.arrive(severity=4, named="a")
    await agent(world, -HOUR, HOUR, name="b")
    await world.stay(7_000, "a", "b")
    assert await world.offered_to(rings) == "a"
    live = await world.contact(held)
    assert live is not None
    assert (live.state, live.sticky_for) == ("queued", "a")
    await world.stay(1_000, "a", "b")
    assert await world.offered_to(rings) == "a"
    assert await world.offered_to(held) == "b"


async def test_a_reload_of_the_page_knows_the_shift_of_now(world: World) -> None:
    await agent(world, -HOUR, 8_000)
    await world.stay(8_000, "a")
    contact = await world.arrive(severity=3)
    assert await world.offered_to(contact) is None
    await agent(world, -HOUR, HOUR)  # the rota gave him another hour
    assert await world.offered_to(contact) == "a"


async def test_promoted_is_urgent(world: World) -> None:
    await agent(world, -HOUR, -1)
    contact = await world.arrive(severity=3)
    live = await world.contact(contact)
    assert live is not None
    assert live.promote_at is not None
    await world.stay(int(live.promote_at - world.now), "a")
    assert await world.offered_to(contact) == "a"


@pytest.mark.parametrize("how", ["lowered", "promoted"])
async def test_a_hold_ends_for_whom_its_tier_shuts_out(world: World, how: str) -> None:
    """Outside of his shift only an S2 may wait for him; in training, no S2."""
    if how == "lowered":
        await agent(world, -HOUR, -1)
        severity = 2
    else:
        await agent(world, -HOUR, HOUR, floor=2)
        severity = 4
    busy = await world.arrive(severity=severity)
    await world.answer(busy)
    held = await world.arrive(severity=severity, named="a", promote_at=world.now + 3_000)
    assert (await sticky_for(world, held)) == "a"
    await agent(world, -HOUR, HOUR, name="b")
    assert await world.offered_to(held) is None
    if how == "lowered":
        await world.engine.step(
            "severity", contact=held, severity=4, score=(2 * 10**13) + world.now,
            promote_at=world.now + HOUR, answer_by=world.now, by="u9", rule="set by Dana",
        )  # fmt: skip
    else:
        await world.stay(3_000, "a", "b")
    assert await world.offered_to(held) == "b"


async def sticky_for(world: World, contact: str) -> str | None:
    live = await world.contact(contact)
    assert live is not None
    return live.sticky_for


async def test_whom_his_shift_keeps_from_a_caller_is_nobody_to_wait_for(world: World) -> None:
    await world.engine.step("configure", cfg={"on_call": True})
    await agent(world, -HOUR, -1)
    steps = "vet=3@75000|@!"
    contact = await world.arrive(severity=3, ladder=steps)
    live = await world.contact(contact)
    assert live is not None
    assert live.overflow_at is not None
    other = await world.arrive(severity=2, ladder=steps)
    live = await world.contact(other)
    assert live is not None
    assert live.overflow_at is None
