"""Keeps what each agent did today, and puts it back into the picture after a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from holdfast.followers.kept import Kept
from router.records import agent_days
from router.records.agent_days import AgentDay
from router.records.database import Database


class Days(Protocol):
    """What they did, as this process follows it."""

    def take(self, now: int) -> dict[str, AgentDay]:
        """What has changed since it was last taken, by agent."""

    def owe(self, agents: Mapping[str, AgentDay]) -> None:
        """These were taken, and not written."""

    def before(self, kept: Mapping[str, AgentDay]) -> None:
        """Puts what was kept before this process began in front of what it has seen."""


class AgentHistory(Kept):
    name = "agent_days"

    def __init__(self, database: Database, days: Days, clock: Callable[[], int]) -> None:
        super().__init__()
        self._database = database
        self._days = days
        self._clock = clock

    async def read(self) -> None:
        async with self._database.read() as connection:
            found = await agent_days.kept(connection)
        self._days.before(found)

    async def write(self) -> None:
        rows = self._days.take(self._clock())
        if not rows:
            return
        try:
            async with self._database.write() as connection:
                await agent_days.keep(connection, rows)
        except BaseException:  # also where the process ends meanwhile
            self._days.owe(rows)
            raise
