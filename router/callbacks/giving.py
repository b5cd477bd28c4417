"""A promised call is given to somebody, and its incident is not.

One step of the index, with its line in the audit: whoever it is given to is rung first, by each try
of it, whoever owns the incident meanwhile.
"""

from __future__ import annotations

from router.centre import Centre
from router.core.model import Reply
from router.core.restricted import may_see
from router.incidents.replies import NOBODY, works_here
from router.records import contacts, sight

UNKNOWN = Reply(ok=False, code="unknown", text="This is already over.")
NOT_LISTED = Reply(
    ok=False, code="not_ready", text="They are not on the list of this restricted incident. Choose"
    " somebody who is; nothing was changed.",
)  # fmt: skip


class Giving:
    """Gives promised calls that nobody is dialling."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config

    async def give(self, contact: str, to: str, by: str, seen: str, now: int) -> Reply:
        """`seen`: to whom it was given before, as the page showed it; "": to nobody. Refused once
        it is dialled or was given to another (`too_late`), for nobody who works here, and for who
        may not see its incident. Twice is once.

        Raises:
            RecordUnavailable, IndexUnavailable: it stays as it was.
        """
        async with self._database.read() as connection:
            row = await contacts.get(connection, contact)
            if row is None or row.incident is None:
                return UNKNOWN
            if not await works_here(connection, to, self._current, now):
                return NOBODY
            if not may_see(await sight.list_of(connection, row.incident), to):
                return NOT_LISTED
        return await self._engine.step(
            "give_callback",
            contact=contact,
            agent=to,
            seen=seen,
            by=by,
            audit={"by": by, "action": "callback.given", "subject": contact, "detail": to},
        )
