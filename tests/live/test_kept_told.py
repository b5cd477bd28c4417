"""What keeps a contact that went back from its agent: a page's own fold says what is so now.

The cause belongs to a pair, and most of what changes it changes the agent, or other work of theirs,
and not the contact itself.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from router.core.causes import Cause
from router.core.model import Chosen
from router.core.severity import Channel, Severity
from tests.kit.board import Board
from tests.kit.store import TARGETS, World

AGENTS = ("a", "b", "d")
WORLDS, STEPS = 25, 60
ACTS = [
    *("arrive", "accept", "accept", "decline", "leave", "choose", "come", "come", "ready", "ready"),
    *("media", "raise", "close", "time", "wrap"),
]


def kept(board: Board) -> dict[str, Any]:
    return {c["id"]: c["returned"] for c in board.contacts.values() if c["returned"]}


def fresh(board: Board) -> dict[str, Any]:
    told = board.hub.view.board("dana")["contacts"].values()
    return {c["id"]: c["returned"] for c in told if c["returned"]}


async def something(world: World, rng: random.Random, back: list[str]) -> None:
    """One act of a person or of the clock, most often of those who have something to take `back`;
    what cannot be is refused, and that is well."""
    step, who = world.engine.step, rng.choice([*AGENTS, *back, *back, *back])
    snapshot = await world.engine.snapshot()
    here = sorted(snapshot.contacts, key=lambda live: live.id)
    contact = rng.choice(here) if here else None
    match rng.choice(ACTS):
        case "arrive":
            await world.arrive(rng.choice(["sms", "sms", "email", "voice"]), rng.randint(1, 4))
        case "accept" if contact is not None and contact.offer is not None:
            await world.accept(contact.id)
            await step("connected", contact=contact.id, agent=contact.offer.agents[0])
        case "choose":
            choice = rng.choice(["ready", "ready", "paused"])
            await step(
                "agent_choice",
                agent=who,
                choice=Chosen(ready=True) if choice == "ready" else Chosen(reason="lunch"),
            )
        case "leave":
            await step("agent_off", agent=who)
        case "come":
            await step("agent_back", agent=who, conn=f"conn-{who}")
            await step("agent_media", agent=who, media="up", proc="p1")
        case "ready":
            await step("agent_choice", agent=who, choice=Chosen(ready=True))
        case "decline" if contact is not None and contact.offer is not None:
            offer = contact.offer
            await step("decline", agent=offer.agents[0], contact=contact.id, fence=offer.fence)
        case "media":
            media = rng.choice(["up", "down"])
            await step("agent_media", agent=who, media=media, proc="p1")
        case "raise" if contact is not None:
            level = Severity(rng.randint(1, 4))
            more = {"target_ms": TARGETS[level][Channel.VOICE], "ageing_ms": 80_000}
            ladders = {"general": "@"}
            await step(
                "severity", contact=contact.id, severity=int(level), rule="r", by="u9",
                ladders=ladders, **more,
            )  # fmt: skip
        case "close" if contact is not None:
            await step("close_contact", contact=contact.id)
        case "wrap" if contact is not None:
            await step("caller_gone", contact=contact.id, cause="hung_up")
        case "time":
            await world.stay(rng.choice([500, 5_000, 20_000]), *AGENTS)


@pytest.mark.parametrize("shard", range(2))
async def test_what_is_told_is_always_what_is_so(store_url: str, shard: int) -> None:
    seen: set[Cause | None] = set()
    for n in range(WORLDS):
        rng = random.Random(shard * 1000 + n)
        world = await World(store_url).open()
        for name in AGENTS:
            await world.agent(name)
        board = await Board(world).open()
        for _ in range(STEPS):
            await something(world, rng, sorted(one["agent"] for one in kept(board).values()))
            await board.follow()
            assert kept(board) == fresh(board), (shard, n)
            seen |= {one["kept"] for one in kept(board).values()}
        await world.engine.close()
    assert Cause.LOST in seen
    assert len(seen) >= 2, seen
