"""Answers that agents are writing, each their own for each contact, until they are sent."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays
from router.records.sql import put

draft = schema.draft


async def save(
    connection: AsyncConnection, incident: str, contact: str, author: str, text: str, now: int
) -> None:
    await put(
        connection,
        draft,
        {"contact": contact, "author": author},
        {"text": text, "at": now, "incident": incident},
    )


async def of_incident(
    connection: AsyncConnection, incident: str, authors: Collection[str]
) -> dict[str, dict[str, str]]:
    """What each of these is writing in it: texts by contact."""
    found: dict[str, dict[str, str]] = {author: {} for author in authors}
    rows = await connection.execute(_OF_INCIDENT, {"the_id": incident, "authors": list(found)})
    for row in rows:
        if row.text:
            found[row.author][row.contact] = row.text
    return found


_OF_INCIDENT = select(draft).where(
    and_(
        stays.of(draft.c.incident, bindparam("the_id")),
        draft.c.author.in_(bindparam("authors", expanding=True)),
    )
)
