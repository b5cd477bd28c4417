"""Forgets how calls and checks sounded after the time that the centre keeps it (`[retention]`).

A few at a time, with a pause for everybody else who writes: a centre that sets a shorter time, or
the first start with one, may have a million of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from router.core.current import Current
from router.core.durations import duration_ms
from router.records import call_sounds, sound_checks
from router.records.database import Database, RecordUnavailable

log = structlog.get_logger()

FIRST_S = 60.0
"""A process that starts has other things to do."""
LOOK_S = 3_600.0
PAUSE_S = 1.0
BATCH = 500


class SoundRetention:
    """One per process; two that do the same at once do it once."""

    def __init__(
        self, database: Database, current: Current, clock: Callable[[], int], batch: int = BATCH
    ) -> None:
        self._database, self._current, self._clock = database, current, clock
        self._batch = batch

    async def run(self) -> None:
        """Until cancelled."""
        pause_s = FIRST_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                pause_s = PAUSE_S if await self.turn() else LOOK_S
            except RecordUnavailable as error:
                log.info("sound_retention.waits", error=type(error).__name__)
                pause_s = LOOK_S

    async def turn(self) -> bool:
        """One batch of each. True: there may be more.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        rules, more = self._current.value.retention, False
        for span, forget in (
            (rules.call_sound, call_sounds.forget),
            (rules.sound_check, sound_checks.forget),
        ):
            if not span:
                continue
            before = self._clock() - duration_ms(span)
            async with self._database.write() as connection:
                gone = await forget(connection, before, self._batch)
            more = more or gone == self._batch
        return more
