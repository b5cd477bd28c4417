"""An incident is restricted to a list of people, opened to somebody with a reason, and lifted.

Whoever may see it may change its list; whoever has to do with it stands on it. The list counts in
the record at once, and in the index as soon as it is told (router/incidents/at_work.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from router.centre import Centre
from router.core.incident import LET_IN, RESTRICTED
from router.core.model import Reply
from router.core.restricted import MOST, kept, listed, may_see
from router.core.severity import BY_RULE
from router.incidents.replies import NOBODY, OVERTAKEN, UNKNOWN, works_here
from router.records import audit, filings, hand_offs, incident_changes, next_actions, search_index
from router.records.database import Transaction, once_more
from router.records.filings import AtWork

ACT, LIFTED = "incident.restricted", "incident.unrestricted"
"""Actions of the audit; the detail has the people and the reason."""
OPENED = "incident.let_in"
"""Somebody who was not on the list opened it; the detail is their reason."""
SAY_WHY = Reply(ok=False, code="bad_request", text="say why; nothing was changed")
TOO_MANY = Reply(ok=False, code="too_many", text=f"at most {MOST} people; nothing was changed")
NOT_ON_IT = Reply(
    ok=False, code="restricted", text="you are not on its list any more; nothing was changed"
)
ON_IT = Reply(duplicate=True)


@dataclass(frozen=True, slots=True)
class Restriction:
    """From now on it is for these `people`; nobody: for everybody. `before`: the list that the page
    showed."""

    incident: str
    people: tuple[str, ...]
    before: tuple[str, ...]
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Done:
    """The reply, and the contacts that are not over, of which the index is to be told."""

    reply: Reply
    at_work: tuple[AtWork, ...] = ()


class Restricting:
    """Changes the list, with the line in the history and the one in the audit."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    async def restrict(self, order: Restriction, now: int) -> Done:
        """Refused if somebody has changed the list meanwhile, or whoever has to do with it would
        not be on it: its owner, whoever has its next action, to whom it is handed off. Twice is
        once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        if not order.reason:
            return Done(SAY_WHY)
        if len(order.people) > MOST:
            return Done(TOO_MANY)
        return await once_more(lambda: self._restrict(order, now))

    async def _restrict(self, order: Restriction, now: int) -> Done:
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, order.incident)
            if row is None:
                return Done(UNKNOWN)
            known, wanted = listed(row.only), frozenset(order.people)
            if not may_see(known, order.by):
                return Done(NOT_ON_IT)
            if known == wanted:
                return Done(ON_IT)
            if known != frozenset(order.before):
                return Done(OVERTAKEN)
            for one in sorted(wanted - known):
                if not await works_here(connection, one, self._current, now):
                    return Done(NOBODY)
            if wanted and (missing := await _has_to_do_with(connection, row, wanted)):
                return Done(Reply(ok=False, code="not_ready", text=missing))
            await _put(connection, row, wanted, now, author=order.by, words=order.reason)
            people = " ".join(sorted(wanted))
            await audit.append(
                connection, actor=order.by, action=ACT if wanted else LIFTED, subject=row.id,
                now=now, detail=f"{people}: {order.reason}" if people else order.reason,
            )  # fmt: skip
            return Done(Reply(), tuple(await filings.alive_in(connection, [row.id])))

    async def let_in(self, incident: str, who: str, reason: str, now: int) -> Done:
        """Somebody who is not on the list opens it all the same, with a reason: they are on it from
        now on, and everybody on it reads that.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        if not reason:
            return Done(SAY_WHY)
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, incident)
            if row is None:
                return Done(UNKNOWN)
            if may_see(listed(row.only), who):
                return Done(ON_IT)
            await _add(connection, row, who, now, author=who, words=reason)
            await audit.append(
                connection, actor=who, action=OPENED, subject=row.id, now=now, detail=reason
            )
            return Done(Reply(), tuple(await filings.alive_in(connection, [row.id])))


async def take_in(connection: Transaction, incident: str, who: str, now: int) -> None:
    """A rule gives them something to do in it, for nobody on its list is here: they are on it."""
    row = await incident_changes.held(connection, incident)
    if row is None or may_see(listed(row.only), who):
        return
    words = "nobody on its list works here"
    await _add(connection, row, who, now, author="", words=words)
    await audit.append(
        connection, actor=BY_RULE, action=OPENED, subject=row.id, now=now, detail=f"{who}: {words}"
    )


async def _add(
    connection: Transaction, row: Any, who: str, now: int, *, author: str, words: str
) -> None:
    people = listed(row.only) | {who}
    await _write(connection, row.id, people)
    told = {"author": author, "words": words, "after": who}
    await incident_changes.tell(connection, row.id, now, LET_IN, row.severity, **told)


async def _put(
    connection: Transaction, row: Any, people: Collection[str], now: int, *, author: str, words: str
) -> None:
    await _write(connection, row.id, people)
    told = {"author": author, "words": words, "after": str(len(people))}
    await incident_changes.tell(connection, row.id, now, RESTRICTED, row.severity, **told)


async def _write(connection: Transaction, incident: str, people: Collection[str]) -> None:
    await filings.change(connection, incident, only=kept(people))
    await search_index.look_again(connection, incident)


async def _has_to_do_with(connection: Transaction, row: Any, people: Collection[str]) -> str | None:
    """Who has to be on the list, and what to do else."""
    if row.owner and row.owner not in people:
        return "its owner is not on the list: put them on it, or give it to somebody who is"
    planned = await next_actions.open_of(connection, row.id)
    if planned is not None and planned.agent not in people:
        return "whoever has its next action is not on the list: put them on it, or change that"
    offered = await hand_offs.open_of(connection, row.id)
    if offered is not None and (offered.agent is None or offered.agent not in people):
        return "it is handed off to somebody who is not on the list: take that back first"
    return None
