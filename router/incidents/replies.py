"""Why an act on an incident is refused, whichever act it is."""

from __future__ import annotations

from router.core import terms
from router.core.current import Current
from router.core.model import Reply
from router.records import accounts
from router.records.database import Transaction

UNKNOWN = Reply(ok=False, code="unknown", text="no such incident")
NOT_OPEN = Reply(
    ok=False, code="too_late", text="this incident is closed. Reopen it first; nothing was changed"
)
NOBODY = Reply(ok=False, code="unknown", text="no such account, or it is no longer active")


async def works_here(connection: Transaction, account_id: str, current: Current, now: int) -> bool:
    """Whether an incident, or something to do, can be given to this account."""
    account = await accounts.by_id(connection, account_id)
    today = terms.day_of(now, current.value.zone)
    return account is not None and terms.works_here(
        account.terms, active=account.active, today=today
    )
