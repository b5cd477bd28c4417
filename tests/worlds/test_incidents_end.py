"""Worlds in which agents close and reopen incidents all the time, while people reach out and
everything fails that can: a closed incident never has somebody waiting in it."""

from __future__ import annotations

import os
import random

import pytest
from sqlalchemy import select

from router.incidents.life import IncidentLife
from router.records import schema
from tests.kit.store import centre_of
from tests.worlds.rough import RoughDatabase
from tests.worlds.test_worlds import event_loop_policy, record, store
from tests.worlds.world import World, run

__all__ = ["event_loop_policy", "record", "store"]

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
WORLDS = 500 if LONG else 2
HASTE = 0.3
"""How often an agent who acts closes or reopens something, too."""


class ClosingWorld(World):
    """Nobody reads what they close."""

    def __init__(self, url: str, database: RoughDatabase, seed: int) -> None:
        super().__init__(url, database, seed)
        self.whim = random.Random(seed)
        self.closed = self.refused = self.reopened = 0

    async def _caught_up(self) -> None:
        await self.centre.recorder.drain()

    async def _act(self, agent: str) -> None:
        await super()._act(agent)
        if self.whim.random() < HASTE:
            await self._close(agent)

    async def _close(self, agent: str) -> None:
        async with self.database.read() as connection:
            rows = (await connection.execute(select(schema.incident))).all()
        if not rows:
            return
        row = self.whim.choice(rows)
        life = IncidentLife(centre_of(self.database, self.engine), self._caught_up)
        if row.state == "open":
            reply = await life.close(row.id, agent, "resolved", "", self.now)
            self.closed += reply.ok
            self.refused += not reply.ok
        elif self.whim.random() < 0.1:
            self.reopened += (await life.reopen(row.id, agent, self.now)).ok

    async def _judge(self) -> None:
        await super()._judge()
        i, c, k = schema.incident, schema.contact, schema.callback
        async with self.database.read() as connection:
            waiting = select(i.c.number).join(c, c.c.incident == i.c.id)
            waiting = waiting.where(i.c.state == "closed", c.c.state != "ended")
            owed = select(i.c.number).join(k, k.c.incident == i.c.id)
            owed = owed.where(i.c.state == "closed", k.c.state == "open")
            for what, asked in (("somebody waits in", waiting), ("a call is promised in", owed)):
                if found := list((await connection.execute(asked)).scalars()):
                    self.watch.fail(f"{what} closed incidents: {found}")


@pytest.mark.slow
async def test_a_closed_incident_has_nobody_waiting_in_it(
    store: str, record: RoughDatabase
) -> None:
    closed = refused = reopened = 0
    for seed in range(WORLDS):
        world = await run(store, record, 7_000 + seed, ClosingWorld)
        closed, refused = closed + world.closed, refused + world.refused
        reopened += world.reopened
    assert closed >= 5 * WORLDS
    assert refused >= WORLDS
    assert reopened >= WORLDS / 2
