"""Summaries of incidents in the record: versions, exports, drafts, and who has to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, desc, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.redaction import Known, Person, words_of_roles
from router.records import schema, stays
from router.records.sql import insert_new, put
from router.records.summary_tables import summary_draft, summary_export, summary_version

_version, _export, _draft = summary_version.c, summary_export.c, summary_draft.c
_incident, _link = schema.incident, schema.incident_party
_party, _address = schema.party, schema.address


async def versions(connection: AsyncConnection, incident: str) -> Sequence[Any]:
    """Of an incident and of what was merged into it, the newest first, without their content: id,
    number, author, at, incident_number."""
    return (await connection.execute(_VERSIONS, {"the_id": incident})).all()


async def by_id(connection: AsyncConnection, incident: str, version: str) -> Any:
    """A version of this incident, whole; None: it has none by that id."""
    values = {"the_id": incident, "version": version}
    return (await connection.execute(_ONE, values)).first()


async def before(connection: AsyncConnection, row: Any) -> Any:
    """The version before this one, of the same incident; None: it is the first."""
    values = {"version": row.id, "number": row.number}
    return (await connection.execute(_BEFORE, values)).first()


async def next_number(connection: AsyncConnection, incident: str) -> int:
    """`incident`: held, and one that stays. Numbers are of each incident by itself."""
    return int((await connection.execute(_LAST, {"the_id": incident})).scalar() or 0) + 1


async def add(connection: AsyncConnection, **values: Any) -> bool:
    """False: it was added before."""
    return await insert_new(connection, summary_version, values, unique=["id"])


# Exports ------------------------------------------------------------------------------------------


async def exported(connection: AsyncConnection, version: str) -> dict[str, Any]:
    """By variant, its first export: sha256, author, at."""
    return {row.variant: row for row in await connection.execute(_EXPORTS, {"version": version})}


async def export(connection: AsyncConnection, **values: Any) -> bool:
    """Keeps its first one. False: there was one."""
    return await insert_new(connection, summary_export, values, unique=["version", "variant"])


# Drafts -------------------------------------------------------------------------------------------


async def keep_draft(
    connection: AsyncConnection, incident: str, author: str, content: str, now: int
) -> None:
    """No content: none is kept, under whichever number of the incident it was begun."""
    if content:
        key = {"incident": incident, "author": author}
        await put(connection, summary_draft, key, {"content": content, "at": now})
        return
    mine = stays.of(_draft.incident, incident)
    await connection.execute(delete(summary_draft).where(mine, _draft.author == author))


async def draft_of(connection: AsyncConnection, incident: str, author: str) -> str:
    values = {"the_id": incident, "author": author}
    return (await connection.execute(_DRAFT, values)).scalar() or ""


async def head_of(connection: AsyncConnection, incident: str) -> Any:
    """What a page says above its sentences: number, title, severity, status, kind, place, zone,
    opened_at, owner. None: there is no such incident."""
    return (await connection.execute(_HEAD, {"the_id": incident})).first()


# Who ----------------------------------------------------------------------------------------------


async def known_in(
    connection: AsyncConnection, incident: str, agents: Sequence[str], hide: Sequence[str]
) -> Known:
    """What the redacted variant may not say. `agents`: names of whoever works here."""
    rows = (await connection.execute(_PEOPLE, {"the_id": incident})).all()
    people: dict[str, tuple[str | None, set[str], list[str]]] = {}
    for row in rows:
        _, names, values = people.setdefault(row.id, (row.role, set(), []))
        names |= {row.name} if row.name else set()
        values.append(row.value)
    words = words_of_roles([role for role, *_ in people.values()])
    facts = (await connection.execute(_FACTS, {"the_id": incident})).first()
    return Known(
        tuple(
            Person(tuple(sorted(names)), word, tuple(dict.fromkeys(values)))
            for word, (_, names, values) in zip(words, people.values(), strict=True)
        ),
        tuple(sorted(agents)),
        facts.booking if facts else "",
        facts.place if facts else "",
        tuple(hide),
    )


_VERSIONS = (
    select(
        _version.id, _version.number, _version.author, _version.at,
        _incident.c.number.label("incident_number"),
    )
    .join(_incident, _incident.c.id == _version.incident)
    .where(stays.of(_version.incident, bindparam("the_id")))
    .order_by(desc(_version.at), desc(_version.number))
)  # fmt: skip
_ONE = (
    select(summary_version, _incident.c.number.label("incident_number"))
    .join(_incident, _incident.c.id == _version.incident)
    .where(_version.id == bindparam("version"), stays.of(_version.incident, bindparam("the_id")))
)
_named = summary_version.alias("later")
_BEFORE = (
    select(summary_version)
    .where(
        stays.exactly(
            _version.incident,
            select(_named.c.incident).where(_named.c.id == bindparam("version")).scalar_subquery(),
        ),
        _version.number < bindparam("number"),
    )
    .order_by(desc(_version.number))
    .limit(1)
)
_LAST = select(func.max(_version.number)).where(
    stays.exactly(_version.incident, bindparam("the_id"))
)
_EXPORTS = select(summary_export).where(_export.version == bindparam("version"))
_DRAFT = (
    select(_draft.content)
    .where(stays.of(_draft.incident, bindparam("the_id")), _draft.author == bindparam("author"))
    .order_by(desc(_draft.at))
    .limit(1)
)
_PEOPLE = (
    select(_party.c.id, _party.c.name, _link.c.role, _address.c.value)
    .join(_link, _link.c.party == _party.c.id)
    .join(_address, _address.c.party == _party.c.id)
    .where(stays.of(_link.c.incident, bindparam("the_id")))
    .order_by(_party.c.created_at, _party.c.id, _address.c.id)
)
_HEAD = select(
    *(
        _incident.c[name]
        for name in (
            "number", "title", "severity", "status", "kind", "place", "zone", "opened_at", "owner",
        )
    )
).where(_incident.c.id == stays.one(bindparam("the_id")))  # fmt: skip
_FACTS = select(_incident.c.booking, _incident.c.place).where(
    _incident.c.id == stays.one(bindparam("the_id"))
)
