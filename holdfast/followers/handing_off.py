"""Hand-offs that nobody accepted in time come back, to the second; and pages hear of every change.

The record has each deadline, so any process fires it: also of a worker that was killed, and at once
what became due while none was running.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from router.centre import Centre
from router.core.bidi import isolated
from router.core.hand_off import GoneWhy, HandOffState, in_time
from router.core.terms import day_of, works_here
from router.incidents.hand_off import HandOffs
from router.records import accounts, hand_offs
from router.records.contact_words import Words
from router.records.database import RecordUnavailable
from router.records.lines.hand_offs import how_it_ended, receiver

log = structlog.get_logger()

LOOK_S = 0.5
ELSEWHERE_MS = 1500
"""So long a process whose boards could be told leaves it to the one that has the lead's page."""
Members = Callable[[str | None, int], frozenset[str]]
OVER = "hand_off.over"
"""Code of a notice to those for whom it was."""
EXPIRED = "hand_off.expired"
"""Code of the alarm to the sender's lead, or to the boards."""


@dataclass(frozen=True, slots=True)
class Told:
    """What pages are told by. All but `alarm` concern this process alone."""

    ask: Callable[[Collection[str]], None]
    """Desks of these accounts ask again for what is handed off."""
    changed: Callable[[str], None]
    """An incident has."""
    say: Callable[[str, str], None]
    """Words for one agent's desk."""
    open: Callable[[str | None], bool]
    """Whether this lead has a page open here."""
    boards: Callable[[], bool]
    """Whether anybody has a board open here."""
    alarm: Callable[[str | None, str], None]
    """Words for this lead's pages, else for the boards."""
    here: Callable[[str], bool]
    """Whether an agent is at a desk."""


class HandingOff:
    """One per process; two that see the same settle it once, and each tells its own pages."""

    def __init__(self, centre: Centre, room: HandOffs, told: Told) -> None:
        self._database = centre.database
        self._current = centre.config
        self._clock = centre.clock
        self._room = room
        self._told = told
        self._known: dict[str, Any] | None = None
        """Those that were offered at the last look; None: there was none."""
        self._seen: set[str] = set()
        """Agents that were at a desk at some look: only they can leave."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            wait = LOOK_S
            try:
                wait = await self.turn()
            except RecordUnavailable as error:
                log.info("handing_off.waits", error=type(error).__name__)
            await asyncio.sleep(wait)

    async def turn(self) -> float:
        """Settles what is due by now, and tells what has changed; the seconds to the next look.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        now = self._clock()
        async with self._database.read() as connection:
            rows = await hand_offs.offered(connection)
        refused = await self._refused(rows, now)
        for row in rows:
            await self._settle(row, now, passed=row.id in refused)
        if rows or self._known != {}:
            await self._tell(now)
        await self._alarm(now)
        due = min((row.due_at for row in rows if in_time(row.due_at, now)), default=None)
        return LOOK_S if due is None else min(LOOK_S, max(0.0, (due - now) / 1000))

    async def _settle(self, row: Any, now: int, *, passed: bool) -> None:
        if not in_time(row.due_at, now):
            if (await self._room.expire(row.id, now)).reply.ok:
                log.error("hand_off.expired", incident=row.root, severity=row.severity_now)
            return
        gone = row.agent is not None and await self._left(row.agent, now)
        why = GoneWhy.LEFT if gone else GoneWhy.PASSED
        if (gone or passed) and (await self._room.left(row.id, now, why)).reply.ok:
            log.warning("hand_off.returned", incident=row.root, why=str(why))

    async def _refused(self, rows: Sequence[Any], now: int) -> set[str]:
        """Those to a department of which everybody at a desk has said that they cannot. While
        nobody of it is there, or it is shut, its time goes on: others may come."""
        ours = [row for row in rows if row.department and (row.opens_at or 0) <= now]
        if not ours:
            return set()
        async with self._database.read() as connection:
            said = await hand_offs.passed_by(connection, [row.id for row in ours])
            some = [row for row in ours if said[row.id]]
            if not some:
                return set()
            members = await self._room.members(connection, now)
        found = set()
        for row in some:
            whose = set(members(row.department, row.severity_now)) - {row.sender}
            here = {one for one in whose if self._told.here(one)}
            if here and here <= {one.agent for one in said[row.id]}:
                found.add(row.id)
        return found

    async def _left(self, agent: str, now: int) -> bool:
        """Signed out, or their contract is over. Of a department the others go on."""
        if self._told.here(agent):
            self._seen.add(agent)
            return False
        if agent in self._seen:
            return True
        async with self._database.read() as connection:
            account = await accounts.by_id(connection, agent)
        today = day_of(now, self._current.value.zone)
        return account is None or not works_here(account.terms, active=account.active, today=today)

    async def _tell(self, now: int) -> None:
        """Pages of those whom a change concerns, whoever made it, in whichever process."""
        async with self._database.read() as connection:
            rows = await hand_offs.offered(connection)
            asked = await hand_offs.questions_of(connection, [row.id for row in rows])
            said = await hand_offs.passed_by(connection, [row.id for row in rows])
            gone = [row for one, (row, _) in (self._known or {}).items()
                    if one not in asked]  # fmt: skip
            ended = [
                one
                for row in gone
                if (one := await hand_offs.by_id(connection, row.id)) and one.ended_at
            ]
            found = {
                row.id: (row, (row.due_at, row.opened_by, row.owner, row.severity_now, row.title,
                               [(one.id, one.answered_at) for one in asked[row.id]],
                               len(said[row.id])))
                for row in rows
            }  # fmt: skip
            before = self._known
            news = [
                row for one, (row, looks) in found.items()
                if before is not None and (one not in before or before[one][1] != looks)
            ]  # fmt: skip
            if news or ended:
                members = await self._room.members(connection, now)
                names = await accounts.names(connection)
        self._known = found
        for row in news:
            self._told.ask({row.sender, row.owner, *self._for(row, members)} - {None})
            self._told.changed(row.root)
        before_it = {row.id: row for row in gone}
        for row in ended:
            last = before_it[row.id]
            whose = self._for(last, members)
            self._told.ask({row.sender, last.owner, *whose} - {None})
            self._told.changed(row.incident)
            why = how_it_ended(row, names, receiver(row, names, self._words()))
            if row.state == HandOffState.ACCEPTED:
                why = f"taken by {names.get(row.ended_by, 'somebody')}"
            for agent in whose - {row.ended_by}:
                self._told.say(agent, f"INC-{last.number}, {isolated(last.title)}: {why}.")

    @staticmethod
    def _for(row: Any, members: Members) -> set[str]:
        """Those for whom it is, as severe as its incident is now."""
        if row.agent:
            return {row.agent}
        return set(members(row.department, row.severity_now)) - {row.sender}

    def _words(self) -> Words:
        return Words(departments=self._room.words())

    async def _alarm(self, now: int) -> None:
        """The sender's desk shows by itself what ran out; their lead hears of it, in whichever
        process, else the boards, once; while nobody has a page open, the first one that comes."""
        async with self._database.read() as connection:
            rows = await hand_offs.untold(connection)
            known = await accounts.all_accounts(connection) if rows else []
        leads = {one.id: one.terms.lead for one in known}
        names = {one.id: one.name for one in known}
        for row in rows:
            lead = leads.get(row.sender)
            alone = lead is None or now - row.ended_at >= ELSEWHERE_MS
            if not self._told.open(lead) and not (alone and self._told.boards()):
                continue
            to = receiver(row, names, self._words())
            sender = names.get(row.sender, "somebody")
            what = f"INC-{row.number} {isolated(row.title)}"
            text = (
                f"S{row.severity_now} {'Restricted' if row.only else what}: {to} did not accept"
                f" the hand-off in time. It is still {names.get(row.owner or '', sender)}'s: call"
                " them, or give it to somebody."
            )
            async with self._database.write() as connection:
                first = await hand_offs.tell(connection, row.id, now)
            if first:
                self._told.alarm(lead, text)
