"""Deadlines of agents: each row of the table is armed, missed, armed anew and taken out alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from holdfast.settings.engine_settings import engine_settings
from router.core.states import AGENT_TIMERS
from tests.kit.store import CONFIG, World

from .test_sweeper import forget, found

HOUR = 3_600_000


async def online(world: World) -> None:
    await world.agent("a")


async def lost(world: World) -> None:
    await world.agent("a")
    await world.engine.step("agent_lost", agent="a", conn="conn-a")


async def missed(world: World) -> None:
    await world.agent("a")
    await world.arrive()
    await world.stay(15_000, "a")


async def in_a_shift(world: World) -> None:
    who = {"id": "a", "name": "a", "skills": {}}
    who |= {"shift_from": world.now - HOUR, "shift_to": world.now + HOUR}
    await world.engine.step("agent_online", agent=who, conn="conn-a")


async def handed_on(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    mine = {"agent": "a", "contact": contact}
    assert (await world.engine.step("transfer", **mine, ladder="vet=3@600000|@")).ok


async def hears_a_call(world: World) -> None:
    await world.agent("b")
    contact = await world.arrive()
    await world.answer(contact)
    sat = {"agent": "a", "name": "A", "contact": contact, "mode": "listen", "board": "page-1"}
    assert (await world.engine.step("sit_beside", **sat)).ok


async def asks_for_help(world: World) -> None:
    await world.agent("a")
    await world.engine.beat("board_here", agent="dana", name="Dana")
    assert (await world.engine.step("help_ask", agent="a", lead=None)).ok


RUNS: dict[str, Callable[[World], Awaitable[None]]] = {
    "lease": online,
    "offline": lost,
    "selftest": missed,
    "shift": in_a_shift,
    "handed": handed_on,
    "ears": hears_a_call,
    "help": asks_for_help,
}
"""How each comes to run."""


async def armed(world: World) -> dict[str, float]:
    """Those of this agent, by kind: when."""
    rows = await world.engine._redis.zrange(
        f"{world.engine.prefix}:deadlines", 0, -1, withscores=True
    )
    names = [(name.decode().partition("|"), at) for name, at in rows]
    by_kind = {kind: at for (kind, _, who), at in names if who == "a"}
    return {kind: at for kind, at in by_kind.items() if kind in AGENT_TIMERS}


def test_each_deadline_is_tried_here() -> None:
    assert set(RUNS) == set(AGENT_TIMERS)


@pytest.mark.parametrize("kind", AGENT_TIMERS)
async def test_one_that_is_missing_is_found_once_and_comes_when_it_would_have(
    world: World, kind: str
) -> None:
    await RUNS[kind](world)
    before = await armed(world)
    assert kind in before
    assert await found(world) == []
    await forget(world, kind, "a")
    assert await found(world) == [("no_deadline", "a")]
    assert await armed(world) == before
    assert await found(world) == []


@pytest.mark.parametrize("kind", AGENT_TIMERS)
async def test_a_rebuild_arms_what_outlives_the_index(world: World, kind: str) -> None:
    await RUNS[kind](world)
    before = await armed(world)
    assert kind in before
    agents: list[Any] = [msgspec.to_builtins(a) for a in (await world.engine.snapshot()).agents]
    await world.engine.wipe()
    await world.engine.open_epoch(2, engine_settings(CONFIG), [], agents)
    kept = {name: at for name, at in before.items() if AGENT_TIMERS[name].outlives}
    after = await armed(world)
    if "lease" in kept:  # given to every desk anew
        kept["lease"] = world.now + engine_settings(CONFIG)["agent_lease"]
    assert after == kept
    assert await found(world) == []


@pytest.mark.parametrize("kind", AGENT_TIMERS)
async def test_none_runs_for_who_is_away_for_good(world: World, kind: str) -> None:
    await RUNS[kind](world)
    assert kind in await armed(world)
    await world.engine.step("agent_off", agent="a", force=True)
    assert await armed(world) == {}


async def test_a_shift_that_ended_unseen_ends_at_once(world: World) -> None:
    """Its deadline was lost, and the moment has passed: what it changes is still to be done."""
    await in_a_shift(world)
    await forget(world, "shift", "a")
    world.engine.now = world.now + HOUR
    assert ("no_deadline", "a") in await found(world)
    await world.engine.beat("tick")
    (agent,) = (await world.engine.snapshot()).agents
    assert agent.ceiling == 1
    assert "shift" not in await armed(world)
