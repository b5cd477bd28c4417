"""Which incident stays where several were merged: the only copy of that rule.

A merge copies nothing and deletes nothing. The row of an incident that was merged has the state
`merged` and names the one that `stays`; its contacts, messages, notes and promises keep its id.
So whoever asks for what belongs to an incident asks `of(column, incident)`, never `column ==
incident` (tests/unit/test_stays.py), and any id or number of it will do, for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema

_merges = table(
    "incident",
    column("id", schema.incident.c.id.type),
    column("stays", schema.incident.c.stays.type),
)
"""Of incidents, just what the rule needs: an alias of all columns costs three times as much."""


def of(column: Any, incident: Any) -> ColumnElement[bool]:
    """Whether this column names the incident: as the one that stays, or as one merged into it.
    `incident`: any id of it, or a bind parameter."""
    member, root = _merges.alias(), one(incident)
    return in_(column, select(member.c.id).where(or_(member.c.id == root, member.c.stays == root)))


def of_any(column: Any, incidents: Collection[str]) -> ColumnElement[bool]:
    """The same of several. `incidents`: ids of ones that stay."""
    member, ids = _merges.alias(), list(incidents)
    mine = or_(member.c.id.in_(ids), member.c.stays.in_(ids))
    return in_(column, select(member.c.id).where(mine))


def touched_since(column: Any, since: int) -> ColumnElement[bool]:
    """Whether this column names an incident in which something happened since then, ms."""
    member, touched = _merges.alias(), schema.incident.alias()
    its = or_(member.c.id == touched.c.id, member.c.stays == touched.c.id)
    ids = select(member.c.id).join(touched, its).where(touched.c.touched_at >= since)
    return in_(column, ids)


def in_(column: Any, ids: Select[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(ids)
    return found


def exactly(column: Any, incident: Any) -> ColumnElement[bool]:
    """Whether this column names just this incident, for who wants nothing that was merged."""
    found: ColumnElement[bool] = column == incident
    return found


def one(incident: Any) -> ScalarSelect[Any]:
    """The id of the one that stays, for any id of it; NULL: there is none."""
    named = _merges.alias()
    return select(root_of(named)).where(named.c.id == incident).scalar_subquery()


def root_of(named: Any) -> ColumnElement[Any]:
    """The id of the one that stays, of the incident in this table or alias of it."""
    return func.coalesce(named.c.stays, named.c.id)


async def root(connection: AsyncConnection, incident: str) -> str:
    """The id of the one that stays; of an incident that the record does not know, the same id."""
    found = (await connection.execute(select(one(incident)))).scalar_one_or_none()
    return str(found or incident)


async def members(connection: AsyncConnection, incidents: Collection[str]) -> dict[str, str]:
    """All ids of these incidents, which stay: for each, the one that stays."""
    rows = await connection.execute(_MEMBERS, {"ids": list(incidents)})
    return {row.id: row.of for row in rows}


_ids: Any = bindparam("ids", expanding=True)
_MEMBERS = select(schema.incident.c.id, root_of(schema.incident).label("of")).where(
    or_(schema.incident.c.id.in_(_ids), schema.incident.c.stays.in_(_ids))
)


async def roots(connection: AsyncConnection, incidents: Collection[str]) -> dict[str, str]:
    """For each of these that was merged, the one that stays."""
    named = schema.incident
    merged = select(named.c.id, named.c.stays).where(
        named.c.id.in_(list(incidents)), named.c.stays.is_not(None)
    )
    return {row.id: row.stays for row in await connection.execute(merged)}
