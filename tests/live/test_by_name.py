"""Who can be given a contact by name: what the explanation says is what the engine answers.

Random crowds of agents and contacts; every pair is asked about (assign, pull), and the engine's own
cause must be the one that a page was told. HOLDFAST_TEST_LONG=1: 600 crowds instead of 18.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from router.core.causes import Cause
from router.core.explain import Judgement, Limits, Picture
from router.core.model import Reply
from router.core.states import WAITS
from tests.kit.store import World
from tests.live.test_reasons import crowd, listed, something

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
SHARDS, CROWDS = 3, 200 if LONG else 6
BY_ORDER_ALONE = {
    Cause.SKILLS, Cause.S1_TEXT, Cause.COOLING, Cause.STICKY, Cause.RESERVE, Cause.PASSED_OVER
}  # fmt: skip


async def picture(world: World) -> Picture:
    snapshot = await world.engine.snapshot()
    contacts = {live.id: live for live in snapshot.contacts}
    agents = {agent.id: agent for agent in snapshot.agents}
    return Picture(contacts, agents, Limits(4, 5), world.now)


def agrees(told: Judgement, reply: Reply) -> bool:
    if told.cause is None:
        return reply.ok
    if reply.why == "rings_at_yours":
        return told.cause == Cause.RINGING
    return reply.why in ("they_cannot", "you_cannot") and reply.cause == told.cause


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_the_cause_that_is_told_is_the_one_for_which_it_is_refused(
    store_url: str, shard: int
) -> None:
    seen: Counter[str | None] = Counter()
    for n in range(CROWDS + 1):
        rng = random.Random(shard * 1000 + n)
        world = await World(store_url).open()
        await crowd(world, rng)
        await world.arrive(**something(rng), only=listed(rng) if n == CROWDS else None)
        snapshot = await world.engine.snapshot()
        waiting = [live for live in snapshot.contacts if live.state in WAITS]
        kept = []
        for live in waiting:
            for agent in snapshot.agents:
                told = (await picture(world)).by_name(live, agent.id)
                at_once = (await picture(world)).by_name(live, agent.id, at_once=True)
                if told.cause is None or at_once.cause is None:
                    kept.append((live.id, agent.id))
                verbs = {"assign": told, "pull": at_once}
                for verb, one in verbs.items():
                    if one.cause is None:
                        continue
                    seen[one.cause] += 1
                    reply = await world.engine.step(
                        verb, contact=live.id, agent=agent.id, by="u9", by_name="Dana"
                    )
                    assert agrees(one, reply), (shard, n, verb, live.id, agent.id, one, reply)
        for contact, agent in rng.sample(kept, len(kept)):
            verb = rng.choice(["assign", "pull"])
            now = await picture(world)
            live = await world.contact(contact)
            if live is None or live.state not in WAITS:
                continue
            told = now.by_name(live, agent, at_once=verb == "pull")
            reply = await world.engine.step(
                verb, contact=contact, agent=agent, by="u9", by_name="Dana"
            )
            assert agrees(told, reply), (shard, n, verb, contact, agent, told, reply)
            seen[told.cause] += 1
        await world.engine.close()
    rare = {Cause.FULL, Cause.SELF_TEST, Cause.STANDS}  # each alone: test_explanations.py
    assert set(seen) | rare >= {None, *Cause} - BY_ORDER_ALONE
