"""What became of callbacks: kept, late, or given up."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays
from router.records.callbacks import REACHED

GAVE_UP = "gave_up"
callback, contact = schema.callback, schema.contact


class Due(msgspec.Struct):
    """What is read of a contact as it lives."""

    answer_by: float | None = None


_due = msgspec.json.Decoder(Due).decode


@dataclass(frozen=True, slots=True)
class Ended:
    """A callback that reached its person, `late` past its target, or that nothing follows."""

    incident: str
    number: int
    kind: str
    severity: int
    reached: bool
    late: bool
    at: int


async def ended(connection: AsyncConnection, since: int, until: int) -> list[Ended]:
    """Those that ended in [since, until), ms, the newest first. What was called off, or that nobody
    needed, is none of them."""
    named, root = schema.incident.alias("named"), schema.incident.alias("root")
    asked = (
        select(
            callback.c.kind, callback.c.state, callback.c.closed_at, contact.c.severity,
            contact.c.answered_at, contact.c.live, root.c.id, root.c.number,
        )
        .join(contact, contact.c.id == callback.c.contact)
        .join(named, named.c.id == callback.c.incident)
        .join(root, root.c.id == stays.root_of(named))
        .where(
            and_(
                callback.c.closed_at >= since,
                callback.c.closed_at < until,
                callback.c.state.in_([REACHED, GAVE_UP]),
            )
        )
        .order_by(callback.c.closed_at.desc(), callback.c.id)
    )  # fmt: skip
    found = []
    for row in await connection.execute(asked):
        reached = row.state == REACHED
        if reached and row.answered_at is None:
            continue  # nobody needed it
        due = _due(row.live).answer_by
        late = reached and due is not None and row.answered_at > due
        found.append(
            Ended(row.id, row.number, row.kind or "", row.severity, reached, late, row.closed_at)
        )
    return found
