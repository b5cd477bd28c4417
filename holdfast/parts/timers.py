"""The live index for a process without pages or sound: timers, sweeper, rebuild.

Any number of these may run beside the worker, and none leads: the first to tick fires a deadline.
"""

from __future__ import annotations

import asyncio

from holdfast.parts import House, Part
from holdfast.settings.engine_settings import engine_settings
from router.core.rebuild_facts import CallerStream, ConnectedDesk
from router.live.deadline_loop import DeadlineLoop
from router.live.engine import IndexLost, IndexUnavailable
from router.live.step_feed import StepFeed
from router.live.sweeper import Sweeper
from router.rebuild import Rebuild
from router.recorder import Recorder

PATIENCE_S = 10.0
"""A worker knows desks and streams, and asks the carrier (5 s at most): it rebuilds a lost index
first, if it is there."""


class _Nobody:
    """Knows no desks, no streams and no carrier: the processes that do report to the new epoch."""

    def desks(self) -> list[ConnectedDesk]:
        return []

    async def streams(self) -> list[CallerStream]:
        return []

    async def live_calls(self) -> set[str] | None:
        return None


class Timers:
    """Follows the index, and fires what is due."""

    def __init__(self, house: House) -> None:
        centre = house.centre
        self._engine = centre.engine
        config = centre.config
        self._rebuild = Rebuild(
            centre, house[Recorder], lambda: engine_settings(config.value), _Nobody()
        )
        self._start = "0-0"
        self.feed = StepFeed(centre.engine, self._went_back, self._last_step)
        self.deadlines = DeadlineLoop(centre.engine, centre.proc, self._lost, None)

    async def found(self) -> None:
        """Returns once there is an index; it is followed from its state at that moment."""
        self._start = await self._last_step()

    async def follow(self) -> None:
        await self.feed.run(self._start)

    async def _lost(self) -> None:
        await asyncio.sleep(PATIENCE_S)
        if not await self._engine.alive():
            await self._rebuild.run()

    async def _went_back(self, last: str) -> None:
        await asyncio.sleep(PATIENCE_S)
        await self._rebuild.went_back(last)

    async def _last_step(self) -> str:
        while True:
            try:
                return (await self._engine.snapshot()).last
            except IndexLost:
                await self._lost()
            except IndexUnavailable:
                await asyncio.sleep(0.2)


def part(house: House) -> Part:
    timers = Timers(house)
    house.keep(Timers, timers)
    house.keep(StepFeed, timers.feed)
    sweeper = Sweeper(house.centre.engine)
    return Part(
        tasks={"deadlines": timers.deadlines.run, "feed": timers.follow, "sweeper": sweeper.run},
        listeners=[lambda _id, _step: timers.deadlines.nudge()],
    )
