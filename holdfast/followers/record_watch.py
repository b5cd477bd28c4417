"""Checks whether the record takes writes, and tells everybody when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from router.intake.spool import Spool
from router.records.database import Database
from router.records.trouble import Trouble

log = structlog.get_logger()

LOOK_S = 1.0
"""Whether somebody met trouble is known here: no question goes to the database for that."""
PROBE_EVERY = 10
"""Looks between two questions to a database that nobody wrote to meanwhile."""
LASTS = 2
"""Looks in a row that trouble has to last before people are told: a short lock is nobody's news."""


KEPT_NOWHERE = (
    "{} calls, texts or emails could not be kept anywhere: database and disk refuse them. "
    "Callers hear music and we ask again; texts and emails are sent again. Free disk space now."
)


SET_ASIDE = (
    "{} calls, texts or mails could not be recorded although the database works. They are set"
    " aside, whole. An administrator: holdfast spool list says why, and what to do."
)


class RecordWatch:
    """`tell` is given the trouble once it lasts, and None when it is over."""

    def __init__(
        self,
        database: Database,
        spool: Spool,
        tell: Callable[[Trouble | None], None],
        alarm: Callable[[str], None],
    ) -> None:
        """`alarm`: words for every board."""
        self._alarm = alarm
        self._database = database
        self._spool = spool
        self._tell = tell
        self._refused = self._given_up = 0
        self.told: Trouble | None = None
        """What people were told last."""

    async def run(self) -> None:
        """Looks until cancelled; none waits for a probe, which a lock holds as long as a write."""
        seen = looks = 0
        probe: asyncio.Task[Trouble | None] | None = None
        async with asyncio.TaskGroup() as group:
            while True:
                looks += 1
                due = self._database.trouble is not None or looks % PROBE_EVERY == 0
                if due and (probe is None or probe.done()):
                    probe = group.create_task(self._database.probe())
                seen = seen + 1 if self._database.trouble is not None else 0
                self._say(self._database.trouble if seen >= LASTS else None)
                await asyncio.sleep(LOOK_S)

    def _say(self, trouble: Trouble | None) -> None:
        if self._spool.refused > self._refused:
            new, self._refused = self._spool.refused - self._refused, self._spool.refused
            log.error("arrivals.kept_nowhere", new=new, since_start=self._refused)
            self._alarm(KEPT_NOWHERE.format(new))
        if self._spool.given_up > self._given_up:
            new, self._given_up = self._spool.given_up - self._given_up, self._spool.given_up
            self._alarm(SET_ASIDE.format(new))
        if trouble == self.told:
            return
        if trouble is None:
            log.warning("record.takes_writes", waiting=self._spool.waiting)
        else:
            log.error("record.takes_nothing", cause=trouble.value, waiting=self._spool.waiting)
        self.told = trouble
        self._tell(trouble)
