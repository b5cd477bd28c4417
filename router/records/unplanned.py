"""Open incidents that everybody has left without a next action, and who has how much to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident import GIVEN
from router.records import callbacks, schema
from router.records.sql import get_meta

incident, action, contact = schema.incident, schema.next_action, schema.contact
change, promise = schema.incident_change, schema.callback

SINCE = "next_action.since"
"""In `meta`: from when on they get one (migration 0030)."""
PAGE = 100
"""Open incidents that are looked at in one go: SQLite runs in place; sound goes on in between."""

Place = tuple[int, str]
"""How far one has looked: when the last one was touched, its id."""


async def since(connection: AsyncConnection) -> int:
    return int(await get_meta(connection, SINCE) or 0)


async def found(
    connection: AsyncConnection, since: int, before: int, after: Place
) -> tuple[Sequence[str], Place | None]:
    """Open incidents of which nothing is planned, alive or promised, in which something happened
    after `since` and nothing after `before`, ms: those of the next page behind `after`, the longest
    left first. And how far it went; None: to the end."""
    place = tuple_(incident.c.touched_at, incident.c.id)
    looked = and_(
        schema.INCIDENT_IS_OPEN,
        incident.c.touched_at <= before,
        place > tuple_(*map(literal, after)),
    )
    page = select(incident.c.touched_at, incident.c.id).where(looked).order_by(*place.clauses)
    rows = (await connection.execute(page.limit(PAGE))).all()
    if not rows:
        return [], None
    left = and_(
        incident.c.id.in_([row.id for row in rows]),
        not_(_has(action, schema.IS_NEXT)),
        not_(_has(contact, schema.IS_OPEN)),
        not_(_has(promise, promise.c.state == callbacks.OPEN)),
        or_(incident.c.touched_at > since, _happened(since)),
        not_(_happened(before)),
    )
    asked = select(incident.c.id).where(left).order_by(incident.c.touched_at, incident.c.id)
    ids = (await connection.execute(asked)).scalars().all()
    last = rows[-1]
    return ids, (last.touched_at, last.id) if len(rows) == PAGE else None


def _happened(after: int) -> ColumnElement[bool]:
    """Whether something of this incident was changed or ended after that moment; that it was passed
    on by rule is nothing of its own."""
    by_rule = and_(change.c.what == GIVEN, change.c.author == "")
    return or_(
        _has(change, and_(change.c.at > after, not_(by_rule))),
        _has(contact, contact.c.ended_at > after),
        _has(action, action.c.ended_at > after),
    )


def _has(table: Any, is_so: ColumnElement[bool]) -> ColumnElement[bool]:
    named = incident.alias()
    mine = or_(named.c.id == incident.c.id, named.c.stays == incident.c.id)
    rows = select(named.c.id).join(table, table.c.incident == named.c.id).where(and_(mine, is_so))
    return rows.correlate(incident).exists()


async def loads(connection: AsyncConnection, agents: Sequence[str]) -> dict[str, int]:
    """How much these have: open incidents that they own, and next actions of theirs."""
    owned = select(incident.c.owner, func.count()).where(
        and_(schema.INCIDENT_IS_OPEN, incident.c.owner.in_(agents))
    )
    doing = select(action.c.agent, func.count()).where(
        and_(schema.IS_NEXT, action.c.agent.in_(agents))
    )
    told: dict[str, int] = {}
    for asked in (owned.group_by(incident.c.owner), doing.group_by(action.c.agent)):
        for account, number in await connection.execute(asked):
            told[account] = told.get(account, 0) + number
    return told
