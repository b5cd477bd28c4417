"""Follows which incidents are restricted, and tells boards of a contact for which nobody is here.

The lists are read once a second, and at once where one was changed here: what a page shows of who
gave up has no contact in the index that would say it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import structlog

from router.centre import Centre
from router.core.abandoned import waits
from router.core.model import LiveAgent, LiveContact
from router.live.engine import IndexLost, IndexUnavailable
from router.records import sight
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 1.0
NOBODY_MS = 60_000
"""So long a contact waits for somebody on its list before boards hear that none of them is here."""
CODE = "restricted.nobody_here"
Lists = Mapping[str, frozenset[str]]


class FewSeen:
    """One per process, for its own pages."""

    def __init__(
        self,
        centre: Centre,
        contacts: Callable[[], Iterable[LiveContact]],
        agents: Callable[[], Mapping[str, LiveAgent]],
        show: Callable[[Lists], None],
        alarm: Callable[[LiveContact], None],
    ) -> None:
        """`show`: the lists as they are now; `alarm`: nobody on the list of this one is here."""
        self._engine = centre.engine
        self._differs: set[str] = set()
        self._database = centre.database
        self._clock = centre.clock
        self._contacts, self._agents = contacts, agents
        self._show, self._alarm = show, alarm
        self._since: dict[str, int] = {}
        self._told: set[str] = set()
        self._shown: Lists | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except RecordUnavailable as error:
                log.info("restricted.waits", error=type(error).__name__)
            await self.mend()
            self.turn()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """
        Raises:
            RecordUnavailable: the lists stay as they were read.
        """
        async with self._database.read() as connection:
            found = await sight.all_restricted(connection)
        if found != self._shown:
            self._shown = found
            self._show(found)

    async def mend(self) -> None:
        """The index has the list of each contact as the record has it: an index that was away when
        it was changed is told again. Whatever differs twice was not merely on its way."""
        lists = self._shown
        if lists is None:
            return
        now = {
            live.id: dict.fromkeys(sorted(lists.get(live.incident or "", ())), True)
            for live in self._contacts()
            if set(lists.get(live.incident or "", ())) != set(live.only or ())
        }
        for one in self._differs & now.keys():
            with suppress(IndexLost, IndexUnavailable):
                await self._engine.step("describe", contact=one, only=now[one])
        self._differs = set(now)

    def turn(self) -> None:
        """Tells once of each that waits and for whom nobody has been here for a minute."""
        now, agents = self._clock(), self._agents()
        alone = {
            live.id: live
            for live in self._contacts()
            if live.only and waits(live) and not any(_here(agents.get(one)) for one in live.only)
        }
        self._since = {one: self._since.get(one, now) for one in alone}
        self._told &= alone.keys()
        for one, live in alone.items():
            if one not in self._told and now - self._since[one] >= NOBODY_MS:
                self._told.add(one)
                log.error("contact.alarm", contact=one, cause=CODE, severity=live.severity)
                self._alarm(live)


def _here(live: LiveAgent | None) -> bool:
    return live is not None and live.presence == "online" and live.choice.ready
