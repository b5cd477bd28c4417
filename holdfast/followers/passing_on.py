"""Passes on the incidents of people who no longer work here, or were away too long: nothing is left
behind.

Whose account was ended, whose contract is over, or who was at no desk for `[incidents] away_after`:
what they own, and what they have to do next, goes to their lead, else to a supervisor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from router.centre import Centre
from router.core.durations import duration_ms
from router.core.incident import AWAY, LEFT
from router.core.passing_on import Colleague, heir_among, heir_of
from router.core.terms import day_of, works_here
from router.incidents.ownership import Ownership
from router.records import accounts, incident_changes, next_actions, sight
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 30.0


class PassingOn:
    """One per process; two that see the same do it once."""

    def __init__(
        self,
        centre: Centre,
        ownership: Ownership,
        steers: Callable[[str], bool],
        tell: Callable[[str, Sequence[str]], None],
    ) -> None:
        """`steers`: whether a role is a supervisor's. `tell`: an account got these incidents, or
        something to do in them."""
        self._database = centre.database
        self._current = centre.config
        self._clock = centre.clock
        self._ownership = ownership
        self._steers, self._tell = steers, tell

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.turn()
            except RecordUnavailable as error:
                log.info("passing_on.waits", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> None:
        """Passes on what somebody has who is gone by now.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        now = self._clock()
        today = day_of(now, self._current.value.zone)
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
            gone = [
                one.id for one in known if not works_here(one.terms, active=one.active, today=today)
            ]
            away = await self._away(connection, now) - set(gone)
            absent = [*gone, *sorted(away)]
            owned = await incident_changes.owned(connection, absent) if absent else {}
            doing = await next_actions.doing(connection, absent) if absent else set()
            few = await next_actions.restricted_of(connection, sorted(doing)) if doing else {}
            left = sorted({*owned, *doing})
            theirs_all = [one for of in (*owned.values(), *few.values()) for one in of]
            restricted = await sight.restricted_of(connection, theirs_all)
            supervisors = [one.id for one in known if left and self._steers(one.role)]
            loads = await incident_changes.owned(connection, supervisors) if supervisors else {}
        staff = {
            one.id: Colleague(
                one.id, one.id not in absent, one.id in supervisors, one.terms.lead,
                len(loads.get(one.id, ())),
            )
            for one in known
        }  # fmt: skip
        for account in left:
            theirs = list(dict.fromkeys([*owned.get(account, []), *few.get(account, [])]))
            heir = heir_of(account, staff)
            why = AWAY if account in away else LEFT
            if heir is None and why == AWAY:
                continue  # it stays theirs until somebody is here
            if heir is None:
                log.error("incident.ownerless", account=account, incidents=len(theirs))
                continue
            for to, incidents in _by_heir(account, heir, theirs, restricted, staff).items():
                changed = await self._ownership.pass_on(
                    account, to, incidents, now, why, rest=to == heir
                )
                staff[to] = replace(staff[to], incidents=staff[to].incidents + len(incidents))
                log.warning(
                    "incident.passed_on", account=account, to=to, incidents=len(changed), why=why
                )
                self._tell(to, changed)

    async def _away(self, connection: Any, now: int) -> set[str]:
        after = self._current.value.incidents.away_after
        return await accounts.unseen(connection, now - duration_ms(after)) if after else set()


def _by_heir(
    gone: str,
    heir: str,
    incidents: Sequence[str],
    restricted: Mapping[str, Collection[str]],
    staff: Mapping[str, Colleague],
) -> dict[str, list[str]]:
    """Who gets which: a restricted one goes to somebody on its list, if anybody of them is here.
    What they had to do next in those of others goes to `heir`, last."""
    found: dict[str, list[str]] = {}
    for incident in incidents:
        people = restricted.get(incident)
        to = heir_among(gone, staff, people) if people else None
        found.setdefault(to or heir, []).append(incident)
    rest = found.pop(heir, [])
    return found | {heir: rest}
