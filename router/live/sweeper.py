"""The sweeper: every five seconds a part of the index is checked against rules that must always
hold.

A finding is a defect of ours. It is repaired in the same step, counted, logged and told to the
supervisors; docs/runbook.md says what each means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from router.live.engine import Engine, IndexLost, IndexUnavailable

log = structlog.get_logger()

EVERY_S = 5.0
AT_ONCE = 100
"""Contacts and agents looked at in one step: about 10 ms of the store."""


class Sweeper:
    """Goes round the whole index, a part at a time; any number of processes may do so."""

    def __init__(self, engine: Engine, found: Callable[[str], None] = lambda _what: None) -> None:
        """`found` is called with the kind of each violation."""
        self._engine = engine
        self._found = found
        self._contacts = self._agents = "0"

    async def once(self) -> int:
        """Checks one part; returns how many violations were found and repaired."""
        reply = await self._engine.beat(
            "sweep", cursor_c=self._contacts, cursor_a=self._agents, count=AT_ONCE
        )
        self._contacts, self._agents = reply.cursor_c or "0", reply.cursor_a or "0"
        for one in reply.found or []:
            log.error("sweep.violation", **one)
            self._found(str(one["what"]))
        return len(reply.found or [])

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.once()
            except (IndexLost, IndexUnavailable):
                self._contacts = self._agents = "0"
