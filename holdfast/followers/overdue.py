"""Tells the boards of next actions that nobody did in time: nothing is left to one person alone.

Their own desk shows it from the moment it is due; the boards hear of it once, after
`[incidents] overdue_told_after`, and while none is open it waits for the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from router.centre import Centre
from router.core.bidi import isolated
from router.core.durations import duration_ms
from router.records import accounts, next_actions
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 10.0
OVERDUE = "incident.overdue"


class Overdue:
    """One per process; two that see the same one tell it once."""

    def __init__(
        self, centre: Centre, alarm: Callable[[str, str], None], heard: Callable[[], bool]
    ) -> None:
        """`alarm`: words for every board, and their code; `heard`: whether one is open."""
        self._database = centre.database
        self._current = centre.config
        self._clock = centre.clock
        self._alarm = alarm
        self._heard = heard

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.turn()
            except RecordUnavailable as error:
                log.info("overdue.waits", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> None:
        """Tells what is overdue by now.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        if not self._heard():
            return  # such as right after a start: pages come back a moment later
        now = self._clock()
        late = now - duration_ms(self._current.value.incidents.overdue_told_after)
        async with self._database.read() as connection:
            found = await next_actions.overdue(connection, late)
            names = await accounts.names(connection) if found else {}
        for row in found:
            async with self._database.write() as connection:
                if not await next_actions.tell(connection, row.id, now):
                    continue
            log.error(
                "incident.overdue",
                incident=row.incident,
                severity=row.severity,
                overdue_s=round((now - row.due_at) / 1000),
            )
            who = names.get(row.agent, "somebody")
            what = f"INC-{row.number} {isolated(row.title)}: {isolated(row.what)}"
            if row.only:
                what = "A next action in a restricted incident"
            self._alarm(
                f"S{row.severity} {what} is overdue. It is {who}'s to do: call them, or give it to"
                " somebody else at a desk.",
                OVERDUE,
            )
