"""Keeps how many waited, and puts it back into the picture after a restart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from router.records import depth
from router.records.database import Database, RecordUnavailable
from router.records.depth import Point

log = structlog.get_logger()

KEEP_S = 5.0
"""Whoever kills this process loses so much of the chart, at most."""
BACK_MS = 2 * 3_600_000
"""What a board shows."""


class Picture(Protocol):
    """What waits, as this process follows it."""

    def depth_points(self) -> list[Point]:
        """Oldest first."""

    def depth_before(self, points: Sequence[Point]) -> bool:
        """Puts older points before those that were seen here. False: there are none."""


class DepthHistory:
    """Runs until cancelled; nothing waits for it."""

    def __init__(
        self,
        database: Database,
        picture: Picture,
        show: Callable[[], None],
        clock: Callable[[], int],
    ) -> None:
        """`show`: boards that are open start over."""
        self._database = database
        self._picture = picture
        self._show = show
        self._clock = clock
        self._loaded = False
        self._kept: dict[int, list[Point]] = {}

    async def run(self) -> None:
        while True:
            try:
                if not self._loaded:
                    await self.load()
                await self.keep()
            except RecordUnavailable as error:
                log.info("depth.waits", error=type(error).__name__)
            await asyncio.sleep(KEEP_S)

    async def load(self) -> None:
        """Puts what was kept before this process began in front of what it has seen; boards that
        are open already start over.

        Raises:
            RecordUnavailable
        """
        async with self._database.read() as connection:
            found = await depth.kept(connection, self._clock() - BACK_MS)
        self._kept = depth.spans(found)
        self._loaded = True
        if self._picture.depth_before(found):
            self._show()

    async def keep(self) -> None:
        """Writes the rows that have changed; none before the older points were read: they share a
        row.

        Raises:
            RecordUnavailable: they are written next time.
        """
        oldest = (self._clock() - BACK_MS) // depth.SPAN_MS  # its row may be another's by now
        now = depth.spans(self._picture.depth_points())
        changed = {
            span: points
            for span, points in now.items()
            if span > oldest and self._kept.get(span) != points
        }
        if not self._loaded or not changed:
            return
        async with self._database.write() as connection:
            await depth.keep(connection, changed)
        self._kept = now

    async def keep_last(self) -> None:
        """As the process ends; a record that is away keeps nothing else waiting."""
        with contextlib.suppress(RecordUnavailable):
            await self.keep()
