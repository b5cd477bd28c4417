"""What an account may see of an incident: the one place in the record that says so.

Whoever lists incidents, or what belongs to them, for somebody asks `seen_by`; whoever is given an
id asks `people_of`. The rule is that of the incident that stays (router/records/stays.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident import MERGED
from router.core.query import number_of
from router.core.restricted import listed
from router.records import schema, stays
from router.records.filing_schema import filing
from router.records.hand_off_tables import hand_off, question

incident = schema.incident
_named = incident.alias("named")
_of: Any = incident.join(_named, incident.c.id == stays.root_of(_named))
RESTRICTED = schema.IS_RESTRICTED


def seen_by(account: Any) -> ColumnElement[bool]:
    """Whether this account may see the incident in a row, of one that stays. `account`: an id, or a
    bind parameter."""
    name = literal(account) if isinstance(account, str) else account
    return or_(incident.c.only.is_(None), incident.c.only.like("% " + name + " %"))


async def hidden_from(
    connection: AsyncConnection, incidents: Collection[str], account: str
) -> set[str]:
    """Those of these incidents, by any id of them, that this account may not see."""
    if not incidents:
        return set()
    rows = await connection.execute(_LISTED, {"ids": sorted(set(incidents))})
    return {row.id for row in rows if account not in listed(row.only)}


async def restricted_of(
    connection: AsyncConnection, incidents: Collection[str]
) -> dict[str, frozenset[str]]:
    """The people of those of these incidents, by any id of them, that are restricted."""
    if not incidents:
        return {}
    rows = await connection.execute(_LISTED, {"ids": sorted(set(incidents))})
    return {row.id: listed(row.only) for row in rows}


async def list_of(connection: AsyncConnection, incident: str) -> frozenset[str]:
    """The people of this incident, by any id of it; none: it is everybody's."""
    return (await restricted_of(connection, [incident])).get(incident, frozenset())


async def all_restricted(connection: AsyncConnection) -> dict[str, frozenset[str]]:
    """The people of every restricted incident, by each id of it."""
    return {row.id: listed(row.only) for row in await connection.execute(_ALL)}


_ids: Any = bindparam("ids", expanding=True)
_LISTED = (
    select(_named.c.id, incident.c.only).select_from(_of).where(_named.c.id.in_(_ids), RESTRICTED)
)


# Not by `_of`, nor `stays IS NULL`: every incident would be read to find the few.
_ALL = (
    select(_named.c.id, incident.c.only)
    .select_from(incident)
    .join(_named, or_(_named.c.id == incident.c.id, _named.c.stays == incident.c.id))
    .where(RESTRICTED, incident.c.state != MERGED)
)


async def people_of(
    connection: AsyncConnection, kind: str, key: str
) -> tuple[str, frozenset[str]] | None:
    """The incident to which something belongs, and the people on its list; None: it is not
    restricted, or there is no such thing. `kind`: a key of `OF`."""
    if kind == "number":
        number = number_of(key)
        kind = "incident" if number is None else "number"
        key = key if number is None else str(number)
    asked = {"key": int(key) if kind == "number" else key}
    row = (await connection.execute(OF[kind], asked)).first()
    return (row.id, listed(row.only)) if row is not None else None


def _by(table: Any, found: Any, column: Any = None) -> Select[Any]:
    """Of the thing in `table` that `found` names. `column`: its incident."""
    its = table.c.incident if column is None else column
    named = select(its).where(found == bindparam("key")).scalar_subquery()
    return (
        select(incident.c.id, incident.c.only)
        .select_from(_of)
        .where(_named.c.id == named, RESTRICTED)
    )


_ONE = select(incident.c.id, incident.c.only).select_from(_of)
OF: Mapping[str, Select[Any]] = {
    "incident": _ONE.where(_named.c.id == bindparam("key"), RESTRICTED),
    "number": _ONE.where(_named.c.number == bindparam("key"), RESTRICTED),
    "contact": _by(schema.contact, schema.contact.c.id),
    "message": _by(schema.message, schema.message.c.key),
    "hand_off": _by(hand_off, hand_off.c.id),
    "question": _by(question, question.c.id),
    "filing": _by(filing, filing.c.id),
    "filing_other": _by(filing, filing.c.id, filing.c.other),
}
