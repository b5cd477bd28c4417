"""Closes for good what was resolved so long ago that it opens for nobody any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from router.centre import Centre
from router.core.durations import duration_ms
from router.incidents.life import IncidentLife
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 60.0


class Settling:
    """One per process; two that see the same one close it once."""

    def __init__(
        self, centre: Centre, life: IncidentLife, told: Callable[[Sequence[str]], None]
    ) -> None:
        """`told`: the incidents that were closed, for the pages that show them."""
        self._current = centre.config
        self._clock = centre.clock
        self._life = life
        self._told = told

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                while await self.turn():
                    await asyncio.sleep(0)  # an upgrade leaves many; calls have their turn
            except RecordUnavailable as error:
                log.info("settling.waits", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> bool:
        """Closes some; whether there may be more.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        now = self._clock()
        since = now - duration_ms(self._current.value.incidents.reopened_within)
        closed = await self._life.settle(since, now)
        if closed:
            log.info("incidents.settled", incidents=len(closed))
            self._told(closed)
        return bool(closed)
