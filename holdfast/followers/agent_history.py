"""Keeps what each agent did today, and puts it back into the picture after a restart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from router.records import agent_days
from router.records.agent_days import AgentDay
from router.records.database import Database, RecordUnavailable

log = structlog.get_logger()

KEEP_S = 5.0
"""Whoever kills this process loses so much of it, at most."""


class Days(Protocol):
    """What they did, as this process follows it."""

    def take(self, now: int) -> dict[str, AgentDay]:
        """What has changed since it was last taken, by agent."""

    def owe(self, agents: Mapping[str, AgentDay]) -> None:
        """These were taken, and not written."""

    def before(self, kept: Mapping[str, AgentDay]) -> None:
        """Puts what was kept before this process began in front of what it has seen."""


class AgentHistory:
    """Runs until cancelled; nothing waits for it."""

    def __init__(self, database: Database, days: Days, clock: Callable[[], int]) -> None:
        self._database = database
        self._days = days
        self._clock = clock
        self._loaded = False

    async def run(self) -> None:
        while True:
            try:
                if not self._loaded:
                    await self.load()
                await self.keep()
            except RecordUnavailable as error:
                log.info("agent_days.wait", error=type(error).__name__)
            await asyncio.sleep(KEEP_S)

    async def load(self) -> None:
        """Puts what was kept before this process began in front of what it has seen.

        Raises:
            RecordUnavailable
        """
        async with self._database.read() as connection:
            found = await agent_days.kept(connection)
        self._days.before(found)
        self._loaded = True

    async def keep(self) -> None:
        """Writes the rows that have changed; none before the older ones were read.

        Raises:
            RecordUnavailable: they are written next time.
        """
        rows = self._days.take(self._clock()) if self._loaded else {}
        if not rows:
            return
        try:
            async with self._database.write() as connection:
                await agent_days.keep(connection, rows)
        except BaseException:  # also where the process ends meanwhile
            self._days.owe(rows)
            raise

    async def keep_last(self) -> None:
        """As the process ends; a record that is away keeps nothing else waiting."""
        with contextlib.suppress(RecordUnavailable):
            await self.keep()
