"""Worlds in which agents promise calls to whoever comes, while everything fails that can: nobody is
rung for a call to somebody who is on the line here, each promise ends, each try is dialled once."""

from __future__ import annotations

import os
import random

import msgspec
import pytest
from sqlalchemy import select

from router.callbacks.scheduled import CallbackRequest
from router.core.config import Retries
from router.core.model import LiveContact, Step
from router.core.states import IN_HANDS
from router.records import schema
from tests.worlds.centre import CONFIG, Centre
from tests.worlds.rough import RoughDatabase
from tests.worlds.test_worlds import event_loop_policy, record, store
from tests.worlds.world import Watch, World, run

__all__ = ["event_loop_policy", "record", "store"]

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
WORLDS = 500 if LONG else 2
HASTE = 0.15
"""How often an agent who acts promises somebody a call, too."""
AGAIN = Retries(**{key: ["20s"] for key in ("S1", "S2", "S3", "S4")})
RULES = msgspec.structs.replace(CONFIG.callbacks, again=AGAIN)
PROMISING = msgspec.structs.replace(CONFIG, callbacks=RULES)
STAND, STAND_S1 = 900_000, 120_000


class Promising(Centre):
    """Tries soon again."""

    config = PROMISING


class Eye(Watch):
    """Sees whether anybody is rung, or asked to wait, for somebody who is in somebody's hands."""

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, LiveContact] = {}
        self.stood: set[str] = set()

    def forget(self) -> None:
        super().forget()
        self.open.clear()

    def see(self, step: Step, at: int) -> None:
        super().see(step, at)
        for live in step.contacts:
            self.open[live.id] = live
            if live.state == "ended":
                del self.open[live.id]
            if live.stands is not None:
                self.stood.add(live.id)
        for live in self.open.values():
            if live.callback is not None and live.state in ("queued", "offered"):
                self._alone(live, step.at)

    def _alone(self, live: LiveContact, now: float) -> None:
        if live.answered_at is not None or live.party is None:
            return
        limit = STAND_S1 if live.severity == 1 else STAND
        for other in self.open.values():
            here = other.party == live.party and other.channel == "voice" and other.id != live.id
            since = (live.theirs or {}).get(other.id, 0) or now
            if here and other.state in IN_HANDS and now - since < limit:
                self.fail(f"{live.id} is {live.state} while {other.id} is {other.state}")


class PromisingWorld(World):
    """Agents promise calls to whoever they know, and say at times that one is not needed."""

    centres, watches = Promising, Eye
    watch: Eye

    def __init__(self, url: str, database: RoughDatabase, seed: int) -> None:
        super().__init__(url, database, seed)
        self.whim = random.Random(seed)
        self.made = self.needless = 0

    async def _act(self, agent: str) -> None:
        await super()._act(agent)
        if self.calm or not self.centre.up or self.whim.random() > HASTE:
            return
        async with self.database.read() as connection:
            c = schema.contact.c
            asked = select(c.incident, c.address, c.agent, c.state).where(c.incident.is_not(None))
            rows = (await connection.execute(asked.order_by(c.id))).all()
        mine = [row for row in rows if row.agent == agent and row.state in IN_HANDS]
        if not rows:
            return
        row = self.whim.choice(mine or rows)
        wish = CallbackRequest(
            row.incident, f"k{self.now}", agent, agent, why="asked", address=row.address,
            not_before=self.now + 30_000 if self.whim.random() < 0.2 else None,
        )  # fmt: skip
        reply = await self.centre.promises.request_callback(wish, self.now)
        self.made += reply.ok

    async def _work(self, agent: str, live: LiveContact | None) -> None:
        if live is not None and live.state == "wrapup" and self.whim.random() < 0.2:
            for one in list(self.centre.contacts.values()):
                if one.callback is not None and one.party == live.party and one.named == agent:
                    told = await self.centre.step(
                        "not_needed", contact=one.id, agent=agent, through=live.id
                    )
                    self.needless += bool(told and told.ok)
        await super()._work(agent, live)


@pytest.mark.slow
async def test_nobody_is_rung_for_a_call_to_somebody_who_is_with_us(
    store: str, record: RoughDatabase
) -> None:
    made = stood = needless = dialled = 0
    for seed in range(WORLDS):
        world = await run(store, record, 9_000 + seed, PromisingWorld)
        made, needless = made + world.made, needless + world.needless
        stood, dialled = stood + len(world.watch.stood), dialled + len(world.carrier.dialled)
    assert made >= 5 * WORLDS
    assert stood >= 2 * WORLDS
    assert dialled >= 2 * WORLDS
    if LONG:  # one or two in a world, and in two worlds at times none
        assert needless >= WORLDS / 6
