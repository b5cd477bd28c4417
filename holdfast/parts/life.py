"""The life of one process, whatever its parts are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from holdfast.parts import House, Part, Work
from holdfast.tasks import LooseTasks, ended_after
from router.live.engine import IndexLost, IndexUnavailable
from router.live.step_feed import StepFeed
from router.records.database import RecordUnavailable

if TYPE_CHECKING:  # a router serves nothing, and loads no server
    from holdfast.http.access import Route

DRAIN_S = 3.0
"""For what is left to do when nobody is served any more."""


class Process:
    """Parts at work.

    Raises:
        ValueError: two parts have a task of the same name; one of them would never run.
    """

    def __init__(self, house: House, parts: Sequence[Part]) -> None:
        self._house = house
        self._parts = parts
        self._works: dict[str, Work] = {}
        for part in parts:
            if both := self._works.keys() & part.tasks.keys():
                raise ValueError(f"two parts have a task of one name: {', '.join(sorted(both))}")
            self._works |= part.tasks
        for part in parts:
            for listener in part.listeners:
                house[StepFeed].subscribe(listener)

    @property
    def routes(self) -> list[Route]:
        return [route for part in self._parts for route in part.routes]

    @asynccontextmanager
    async def running(
        self, more: Mapping[str, Work] | None = None
    ) -> AsyncIterator[Mapping[str, asyncio.Task[None]]]:
        """Runs all tasks of all parts (and `more`), by name, for as long as the block."""
        loose = self._house.get(LooseTasks)
        async with asyncio.TaskGroup() as group:
            if loose is not None:
                loose.begin(group)
            tasks = {
                name: group.create_task(work(), name=name)
                for name, work in {**self._works, **(more or {})}.items()
            }
            inner = [part.inner for part in self._parts]
            async with ended_after(
                lambda: (
                    *tasks.values(),
                    *(task for started in inner for task in started()),
                    *(loose.tasks if loose is not None else ()),
                )
            ):
                yield tasks

    async def close(self, *, drained: bool) -> None:
        """drained: there is time for what is left to do."""
        with contextlib.suppress(IndexLost, IndexUnavailable, RecordUnavailable, TimeoutError):
            async with asyncio.timeout(DRAIN_S if drained else 0.0):
                for part in self._parts:
                    if part.drain is not None:
                        await part.drain()
        for part in self._parts:
            if part.close is not None:
                await part.close()
        await self._house.centre.engine.close()
        await self._house.centre.database.close()
