"""What every act on an incident asks first, and why it is refused."""

from __future__ import annotations

from typing import Any

from router.core import terms
from router.core.current import Current
from router.core.incident import CLOSED
from router.core.model import Reply
from router.records import accounts, incident_changes
from router.records.database import Transaction

UNKNOWN = Reply(ok=False, code="unknown", text="no such incident")
NOT_OPEN = Reply(
    ok=False, code="too_late", text="this incident is closed. Reopen it first; nothing was changed"
)
OVERTAKEN = Reply(
    ok=False,
    code="too_late",
    text="somebody has changed it meanwhile. Read it, and say yours again if it still counts",
)
NOBODY = Reply(ok=False, code="unknown", text="no such account, or it is no longer active")


async def held_open(connection: Transaction, incident: str) -> Any:
    """Its row (incident_changes.held), which nobody else changes until this transaction ends; a
    Reply if there is none, or it is closed."""
    row = await incident_changes.held(connection, incident)
    if row is None:
        return UNKNOWN
    return NOT_OPEN if row.state == CLOSED else row


async def works_here(connection: Transaction, account_id: str, current: Current, now: int) -> bool:
    """Whether an incident, or something to do, can be given to this account."""
    account = await accounts.by_id(connection, account_id)
    today = terms.day_of(now, current.value.zone)
    return account is not None and terms.works_here(
        account.terms, active=account.active, today=today
    )
