"""Lines of the audit to read: who did what to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import people, schema, stays

_chain, _contact, _incident = schema.audit.c, schema.contact.c, schema.incident.c
KINDS = {"voice": "call", "sms": "text", "email": "mail"}
AT_ONCE = 500
"""Ids looked up in one query: SQLite takes no more than so many names at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines. None: any."""

    by: str | None = None
    """The id of an account."""
    of: tuple[str, ...] | None = None
    """Subjects: ids of contacts, incidents, accounts."""
    action: str = ""
    """A part of its name: contact.sat_beside, account."""
    since: int = 0
    """Moment, ms."""
    newest: int = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with names instead of ids where there are any."""

    number: int
    at: int
    by: str
    """Login; of no account: who it was (caller, system)."""
    action: str
    of: str
    """INC-n, INC-n with the channel of a contact, a login; else as written."""
    detail: str


async def subjects_of(connection: AsyncConnection, name: str) -> tuple[str, ...]:
    """The ids that a line may name for this: of INC-n also its contacts, of a login its account;
    else the name itself."""
    if name.upper().startswith("INC-") and name[4:].isdecimal():
        found = await people.incident_by_number(connection, int(name[4:]))
        if found is None:
            return ()
        its = select(_incident.id).where(stays.of(_incident.id, found.id))
        ids = its.union_all(select(_contact.id).where(stays.of(_contact.incident, found.id)))
        return tuple((await connection.execute(ids)).scalars())
    account = select(schema.user.c.id).where(schema.user.c.login == name.casefold())
    return ((await connection.execute(account)).scalar() or name,)


async def lines(connection: AsyncConnection, wanted: Wanted) -> list[Line]:
    """The newest of these, oldest first."""
    asked = select(schema.audit).where(_chain.at >= wanted.since)
    if wanted.by is not None:
        asked = asked.where(_chain.actor == wanted.by)
    if wanted.of is not None:
        asked = asked.where(_chain.subject.in_(wanted.of))
    if wanted.action:
        asked = asked.where(_chain.action.contains(wanted.action, autoescape=True))
    newest = asked.order_by(desc(_chain.id)).limit(wanted.newest)
    rows = (await connection.execute(newest)).all()[::-1]
    names = await _names(connection, [row.subject for row in rows])
    logins = {a.id: a.login for a in await connection.execute(select(schema.user))}
    return [
        Line(
            row.id,
            row.at,
            logins.get(row.actor, row.actor),
            row.action,
            names.get(row.subject) or logins.get(row.subject, row.subject),
            row.detail,
        )
        for row in rows
    ]


async def _names(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    found = {}
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        incidents = select(_incident.id, _incident.number).where(_incident.id.in_(some))
        for row in await connection.execute(incidents):
            found[row.id] = f"INC-{row.number}"
        contacts = (
            select(_contact.id, _contact.channel, _incident.number)
            .join(schema.incident, stays.exactly(_contact.incident, _incident.id))
            .where(_contact.id.in_(some))
        )
        for contact in await connection.execute(contacts):
            found[contact.id] = f"INC-{contact.number} {KINDS[contact.channel]}"
    return found
