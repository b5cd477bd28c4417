"""What a process follows and the record keeps for it over a restart."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod

import structlog

from router.records.database import RecordUnavailable

log = structlog.get_logger()

KEEP_S = 5.0
"""Whoever kills this process loses so much of it, at most."""


class Kept(ABC):
    """Runs until cancelled; nothing waits for it. Nothing is written before what was kept earlier
    has been read: they share a row."""

    name = ""
    """In the log."""

    def __init__(self) -> None:
        self._loaded = False

    @abstractmethod
    async def read(self) -> None:
        """Puts what was kept before this process began in front of what it has seen.

        Raises:
            RecordUnavailable
        """

    @abstractmethod
    async def write(self) -> None:
        """Writes what has changed since it was written.

        Raises:
            RecordUnavailable: it is written next time.
        """

    async def run(self) -> None:
        while True:
            try:
                await self.load()
                await self.keep()
            except RecordUnavailable as error:
                log.info(f"{self.name}.waits", error=type(error).__name__)
            await asyncio.sleep(KEEP_S)

    async def load(self) -> None:
        """Once; raises what `read` does."""
        if not self._loaded:
            await self.read()
            self._loaded = True

    async def keep(self) -> None:
        """Raises what `write` does."""
        if self._loaded:
            await self.write()

    async def keep_last(self) -> None:
        """As the process ends; a record that is away keeps nothing else waiting."""
        with contextlib.suppress(RecordUnavailable):
            await self.keep()
