"""What nobody decides about an incident: one resolved so long ago that it opens for nobody any more
is closed for good, and one that everybody left open gets a next action."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from router.centre import Centre
from router.core.durations import duration_ms
from router.incidents.life import IncidentLife
from router.incidents.unplanned import Unplanned
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 60.0


class Settling:
    """One per process; two that see the same one settle it once."""

    def __init__(
        self,
        centre: Centre,
        life: IncidentLife,
        unplanned: Unplanned,
        told: Callable[[Sequence[str]], None],
    ) -> None:
        """`told`: the incidents that were changed, for the pages that show them."""
        self._current = centre.config
        self._clock = centre.clock
        self._life = life
        self._unplanned = unplanned
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
        """Settles some; whether there may be more.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        now = self._clock()
        since = now - duration_ms(self._current.value.incidents.reopened_within)
        closed = await self._life.settle(since, now)
        if closed:
            log.info("incidents.settled", incidents=len(closed))
        asked = await self._unplanned.settle(now)
        for incident, agent in asked:
            log.info("incident.next_asked", incident=incident, agent=agent)
        if changed := [*closed, *(incident for incident, _ in asked)]:
            self._told(changed)
        return bool(changed)
