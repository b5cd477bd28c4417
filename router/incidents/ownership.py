"""An incident has one owner. It moves at a person's word alone: taken, or given to somebody."""

from __future__ import annotations

from dataclasses import dataclass

from router.centre import Centre
from router.core.incident import CLOSED
from router.core.model import Reply
from router.incidents.replies import NOBODY, NOT_OPEN, UNKNOWN
from router.records import accounts, audit, incident_changes

GIVEN = "incident.given"
"""Action of the audit; its detail is the account that has it now."""

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

    async def give(self, gift: Gift, now: int) -> Reply:
        """Refused if it is closed, if it has another owner than the page showed (`too_late`), or
        for nobody who works here. Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, gift.incident)
            if row is None:
                return UNKNOWN
            if row.state == CLOSED:
                return NOT_OPEN
            if row.owner == gift.to:
                return Reply(duplicate=True)
            if row.owner != gift.before:
                return OVERTAKEN
            account = await accounts.by_id(connection, gift.to)
            if account is None or not account.active:
                return NOBODY
            await incident_changes.give(
                connection, gift.incident, now, row, to=gift.to, author=gift.by
            )
            await audit.append(
                connection, actor=gift.by, action=GIVEN, subject=gift.incident, now=now,
                detail=gift.to,
            )  # fmt: skip
        return Reply()
