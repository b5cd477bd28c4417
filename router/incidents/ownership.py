"""An incident has one owner. It moves at a person's word; only if whoever has it no longer works
here does a rule pass it on (router/core/passing_on.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.centre import Centre
from router.core.hand_off import Act
from router.core.incident_status import News
from router.core.model import Reply
from router.core.severity import BY_RULE
from router.incidents import restricting
from router.incidents.replies import NOBODY, held_open, works_here
from router.records import audit, hand_offs, incident_changes, next_actions
from router.records.database import Transaction, once_more

GIVEN, PASSED_ON = "incident.given", "incident.passed_on"
"""Actions of the audit, by a person and by the rule; the detail is the account that has it now."""
OVERTAKEN = Reply(
    ok=False, code="too_late", text="it has another owner meanwhile. Look whose it is; nothing was"
    " changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gift:
    """`before`: whose it was, as the page showed it; None: nobody's."""

    incident: str
    to: str
    by: str
    before: str | None


class Ownership:
    """Moves the owner, with the line in the history and the one in the audit."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    async def give(self, gift: Gift, now: int) -> Reply:
        """Refused if it is closed, if it has another owner than the page showed (`too_late`), or
        for nobody who works here. Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        return await once_more(lambda: self._give(gift, now))

    async def _give(self, gift: Gift, now: int) -> Reply:
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, gift.incident), Reply):
                return row
            if row.owner == gift.to:
                return Reply(duplicate=True)
            if row.owner != gift.before:
                return OVERTAKEN
            if not await works_here(connection, gift.to, self._current, now):
                return NOBODY
            await incident_changes.give(
                connection, gift.incident, now, row, to=gift.to, author=gift.by
            )
            await incident_changes.news(
                connection, gift.incident, now, News.RATED, row=row, author=gift.by
            )
            await hand_offs.end_open(connection, row.id, Act.OVERTAKE, now, by=gift.by)
            await audit.append(
                connection, actor=gift.by, action=GIVEN, subject=row.id, now=now,
                detail=gift.to,
            )  # fmt: skip
        return Reply()

    async def pass_on(
        self, gone: str, to: str, incidents: Sequence[str], now: int, why: str, *, rest: bool = True
    ) -> list[str]:
        """Incidents of an owner who is gone (`why`: router.core.incident) get another one, and so
        does whatever they had to do next (not `rest`: in these alone, whosever they are); those in
        which something has changed.

        Raises:
            RecordUnavailable: the next look does it.
        """
        changed = []
        for incident in incidents:
            async with self._database.write() as connection:
                row = await held_open(connection, incident)
                if isinstance(row, Reply):
                    continue
                moved = await next_actions.move(connection, [gone], to, incident=row.id)
                if row.owner == gone:
                    await incident_changes.give(connection, row.id, now, row, to=to, why=why)
                elif not moved:
                    continue  # somebody was quicker
                await restricting.take_in(connection, row.id, to, now)
                await _passed(connection, incident, to, now)
            changed.append(incident)
        if not rest:
            return changed
        async with self._database.write() as connection:
            for incident in await next_actions.move(connection, [gone], to):
                await restricting.take_in(connection, incident, to, now)
                await _passed(connection, incident, to, now)
                changed.append(incident)
        return changed


async def _passed(connection: Transaction, incident: str, to: str, now: int) -> None:
    await audit.append(
        connection, actor=BY_RULE, action=PASSED_ON, subject=incident, now=now, detail=to
    )
