"""Open incidents that everybody has left without a next action, and who has how much to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import callbacks, schema, stays
from router.records.sql import get_meta

incident, action, contact = schema.incident, schema.next_action, schema.contact
change, promise = schema.incident_change, schema.callback

SINCE = "next_action.since"
"""In `meta`: from when on they get one (migration 0030)."""
SOME = 100


async def since(connection: AsyncConnection) -> int:
    return int(await get_meta(connection, SINCE) or 0)


async def found(connection: AsyncConnection, since: int, before: int) -> Sequence[str]:
    """Open incidents of which nothing is planned, alive or promised, in which something happened
    after `since` and nothing after `before`, ms; some at a time, the longest left first."""
    left = and_(
        schema.INCIDENT_IS_OPEN,
        incident.c.touched_at <= before,
        *(
            incident.c.id.not_in(_with(table, is_so))
            for table, is_so in (
                (action, schema.IS_NEXT),
                (contact, schema.IS_OPEN),
                (promise, promise.c.state == callbacks.OPEN),
            )
        ),
        or_(incident.c.touched_at > since, _happened(since)),
        not_(_happened(before)),
    )
    asked = select(incident.c.id).where(left).order_by(incident.c.touched_at, incident.c.id)
    return (await connection.execute(asked.limit(SOME))).scalars().all()


def _with(table: Any, is_so: ColumnElement[bool]) -> Select[Any]:
    """Incidents that have such a row."""
    named = incident.alias()
    joined = select(stays.root_of(named)).join(table, table.c.incident == named.c.id)
    return joined.where(is_so)


def _happened(after: int) -> ColumnElement[bool]:
    """Whether something of this incident was changed or ended after that moment."""
    moments = ((change, change.c.at), (contact, contact.c.ended_at), (action, action.c.ended_at))
    return or_(*(_has(table, at > after) for table, at in moments))


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
