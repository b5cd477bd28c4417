"""What everybody left open without saying what is next gets a next action by rule: somebody is to
say it, in time. A person's own word is in router/incidents/next_actions.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from router.centre import Centre
from router.core.incident import OPEN
from router.core.next_action import UNSAID, is_needed
from router.core.passing_on import Colleague, heir_among, heir_of
from router.core.restricted import listed
from router.core.severity import BY_RULE
from router.core.terms import day_of, works_here
from router.incidents import restricting
from router.incidents.next_actions import PLANNED
from router.records import accounts, audit, incident_changes, next_actions, unplanned
from router.records.database import Transaction
from router.records.ids import new_id
from router.records.unplanned import Place

log = structlog.get_logger()

QUIET_MS = 60_000
"""Whoever has just ended something may be about to say what is next, or to resolve it."""
NOBODY = ""
"""Who could have it: there is no supervisor."""
BEFORE_ALL: Place = (-1, "")


class Unplanned:
    """Gives each its next action once, with its line in the audit."""

    def __init__(self, centre: Centre, steers: Callable[[str], bool]) -> None:
        """`steers`: whether a role is a supervisor's."""
        self._database = centre.database
        self._current = centre.config
        self._steers = steers

    async def settle(self, now: int) -> list[tuple[str, str]]:
        """Each of them: which incident, and who is to say what is next in it.

        Raises:
            RecordUnavailable: the next look does the rest.
        """
        place: Place | None = BEFORE_ALL
        done: list[tuple[str, str]] = []
        nobody = 0
        async with self._database.read() as connection:
            since = await unplanned.since(connection)
        while place is not None:
            async with self._database.read() as connection:
                left, place = await unplanned.found(connection, since, now - QUIET_MS, place)
            staff = await self._staff(now) if left else {}
            for incident in left:
                async with self._database.write() as connection:
                    agent = await self._plan(connection, incident, staff, now)
                if agent is None:
                    continue
                if agent == NOBODY:
                    nobody += 1
                    continue
                staff[agent] = replace(staff[agent], incidents=staff[agent].incidents + 1)
                done.append((incident, agent))
            await asyncio.sleep(0)  # calls have their turn
        if nobody:
            log.error("incidents.unplanned", incidents=nobody)
        return done

    async def _staff(self, now: int) -> dict[str, Colleague]:
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
            supervisors = [one.id for one in known if self._steers(one.role)]
            loads = await unplanned.loads(connection, supervisors)
        today = day_of(now, self._current.value.zone)
        return {
            one.id: Colleague(
                one.id, works_here(one.terms, active=one.active, today=today),
                one.id in supervisors, one.terms.lead, loads.get(one.id, 0),
            )
            for one in known
        }  # fmt: skip

    async def _plan(
        self, connection: Transaction, incident: str, staff: dict[str, Colleague], now: int
    ) -> str | None:
        """Who has it to do now, or NOBODY; None: somebody was quicker."""
        row = await incident_changes.held(connection, incident)
        if row is None or row.id != incident or row.state != OPEN:
            return None
        planned = await next_actions.is_planned(connection, incident)
        alive, promised = await incident_changes.alive(connection, incident)
        if not is_needed(planned=planned, alive=bool(alive), promised=promised):
            return None
        owner = staff.get(row.owner or "")
        agent = owner.id if owner and owner.here else None
        if agent is None and row.only:
            agent = heir_among(row.owner or "", staff, listed(row.only))
        agent = agent or heir_of(row.owner or "", staff)
        if agent is None:
            return NOBODY
        await restricting.take_in(connection, row.id, agent, now)
        due = now + self._current.value.incidents.next_within.ms(row.severity)
        one = new_id("x")
        await next_actions.plan(
            connection,
            {
                "id": one, "incident": incident, "what": UNSAID,
                "agent": agent, "due_at": due, "made_by": BY_RULE, "made_at": now,
            },
        )  # fmt: skip
        await audit.append(
            connection, actor=BY_RULE, action=PLANNED, subject=incident, now=now, detail=one
        )
        return agent
