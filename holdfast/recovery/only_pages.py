"""Of a store's processes only one has pages: what they are told is put together in it.

Two would take each other's agents for lost, and each would tell its own pages alone
(docs/media.md). So the second one does not start. Whoever runs says so each second, and is waited
for no longer than that counts: a process that died without a word keeps nobody from taking its
place.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable
from pathlib import Path
from typing import Final

import structlog

from holdfast.tasks import ended_after
from router.live.engine import Engine, IndexUnavailable
from router.live.shared import Shared

log = structlog.get_logger()

HELD_MS: Final = 4_000
BEAT_S: Final = 1.0
LOOK_S: Final = 0.2
ASK_S: Final = 0.5
"""A store that hangs keeps no worker from answering callers for longer."""
_NAME: Final = "pages"


class PagesElsewhere(Exception):
    """Another process has the pages of this store, and lives."""


class OnlyPages:
    """Of one process; the one that follows it on the same data folder counts as the same."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._shared = Shared(engine)
        self._who = f"{socket.gethostname()}:{data_dir.resolve()}"

    async def begin(self) -> None:
        """Returns when this process may have them; without the store nobody knows, and it may.

        Raises:
            PagesElsewhere: another one has them.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + 2 * HELD_MS / 1000
        while (holder := await self._holder()) != self._who:
            if loop.time() >= until:
                raise PagesElsewhere(
                    f"Another process with pages runs on this store ({holder}). There is one at a "
                    "time: stop it, or set HOLDFAST_REDIS_URL to a store of its own. Sound is what "
                    "runs in several processes: holdfast serve --role media."
                )
            await asyncio.sleep(LOOK_S)

    async def run(self) -> None:
        """Says so until cancelled. It ends no call: if another one began while we stood still or
        the store was away, both go on, and the log says so."""
        told = False
        while True:
            await asyncio.sleep(BEAT_S)
            elsewhere = (holder := await self._holder()) != self._who
            if elsewhere and not told:
                log.error("pages.elsewhere", holder=holder)
            told = elsewhere

    async def meanwhile(self, work: Awaitable[None]) -> None:
        """Says so while something takes its time, such as an upgrade of the record; raises what
        that raises."""
        try:
            async with asyncio.TaskGroup() as tasks:
                beat = tasks.create_task(self.run())
                async with ended_after(lambda: [beat]):
                    await work
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def end(self) -> None:
        """Whoever comes next need not wait."""
        with contextlib.suppress(IndexUnavailable):
            await self._shared.let_go(_NAME, self._who)

    async def _holder(self) -> str:
        try:
            async with asyncio.timeout(ASK_S):
                return await self._shared.hold(_NAME, self._who, HELD_MS)
        except (IndexUnavailable, TimeoutError):
            return self._who
