"""Keeps how many waited, and puts it back into the picture after a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from holdfast.followers.kept import Kept
from router.records import depth
from router.records.database import Database
from router.records.depth import Point

BACK_MS = 2 * 3_600_000
"""What a board shows."""


class Picture(Protocol):
    """What waits, as this process follows it."""

    def depth_points(self) -> list[Point]:
        """Oldest first."""

    def depth_before(self, points: Sequence[Point]) -> bool:
        """Puts older points before those that were seen here. False: there are none."""


class DepthHistory(Kept):
    name = "depth"

    def __init__(
        self,
        database: Database,
        picture: Picture,
        show: Callable[[], None],
        clock: Callable[[], int],
    ) -> None:
        """`show`: boards that are open start over."""
        super().__init__()
        self._database = database
        self._picture = picture
        self._show = show
        self._clock = clock
        self._kept: dict[int, list[Point]] = {}

    async def read(self) -> None:
        """Boards that are open already start over."""
        async with self._database.read() as connection:
            found = await depth.kept(connection, self._clock() - BACK_MS)
        self._kept = depth.spans(found)
        if self._picture.depth_before(found):
            self._show()

    async def write(self) -> None:
        """The rows that have changed."""
        oldest = (self._clock() - BACK_MS) // depth.SPAN_MS  # its row may be another's by now
        now = depth.spans(self._picture.depth_points())
        changed = {
            span: points
            for span, points in now.items()
            if span > oldest and self._kept.get(span) != points
        }
        if not changed:
            return
        async with self._database.write() as connection:
            await depth.keep(connection, changed)
        self._kept = now
