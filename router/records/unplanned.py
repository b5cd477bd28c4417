"""Open incidents that everybody has left without a next action, and who has how much to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident import GIVEN
from router.records import callbacks, schema
from router.records.hand_off_tables import IS_OFFERED, hand_off
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
    """Open incidents of which nothing is planned, handed off, alive or promised, in which something
    happened after `since` and nothing after `before`, ms: those of the next page behind `after`,
    the longest left first. And how far it went; None: to the end."""
    asked = {"before": before, "touched": after[0], "id": after[1]}
    rows = (await connection.execute(_PAGE, asked | {"most": PAGE})).all()
    if not rows:
        return [], None
    left = {"ids": [row.id for row in rows], "since": since, "before": before}
    ids = (await connection.execute(_LEFT, left)).scalars().all()
    last = rows[-1]
    return ids, (last.touched_at, last.id) if len(rows) == PAGE else None


def _happened(after: Any) -> ColumnElement[bool]:
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


_PLACE = tuple_(incident.c.touched_at, incident.c.id)
_PAGE = (
    select(incident.c.touched_at, incident.c.id)
    .where(
        and_(
            schema.INCIDENT_IS_OPEN,
            incident.c.touched_at <= bindparam("before"),
            tuple_(bindparam("touched", type_=BigInteger()), bindparam("id")) < _PLACE,
        )
    )
    .order_by(incident.c.touched_at, incident.c.id)
    .limit(bindparam("most", type_=Integer()))
)
_SINCE: Any = bindparam("since", type_=BigInteger())
_BEFORE: Any = bindparam("before", type_=BigInteger())
_LEFT = (
    select(incident.c.id)
    .where(
        and_(
            incident.c.id.in_(bindparam("ids", expanding=True)),
            not_(_has(action, schema.IS_NEXT)),
            not_(_has(hand_off, IS_OFFERED)),
            not_(_has(contact, schema.IS_OPEN)),
            not_(_has(promise, promise.c.state == callbacks.OPEN)),
            or_(incident.c.touched_at > _SINCE, _happened(_SINCE)),
            not_(_happened(_BEFORE)),
        )
    )
    .order_by(incident.c.touched_at, incident.c.id)
)
