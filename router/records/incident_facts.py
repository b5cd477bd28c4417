"""Facts of incidents in the record, with their history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident import FACT, MERGED
from router.core.incident_facts import FACTS, TITLE
from router.records import incident_changes, schema, stays

incident = schema.incident
_HELD = select(
    incident.c.id,
    incident.c.state,
    incident.c.severity,
    *(incident.c[name] for name in (TITLE, *FACTS)),
).with_for_update(key_share=True)


async def held(connection: AsyncConnection, incident_id: str) -> Any:
    """State, severity, title and facts; nobody else changes them until this transaction ends."""
    mine = _HELD.where(incident.c.id == stays.one(incident_id))
    while True:
        row = (await connection.execute(mine)).first()
        if row is None or row.state != MERGED:  # merged while we waited: look again
            return row


async def write(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    row: Any,
    name: str,
    value: str,
    *,
    author: str,
    word: str = "",
) -> None:
    """The fact is `value` from now on; `row`: as `held`. `word`: what a code of the centre's is
    called, which its history keeps."""
    await connection.execute(
        update(incident).where(incident.c.id == stays.one(incident_id)).values({name: value})
    )
    told = {"author": author, "why": name, "words": word or value}
    await incident_changes.tell(connection, incident_id, now, FACT, row.severity, **told)


async def zone_of(connection: AsyncConnection, incident_id: str) -> str | None:
    """Where it is, as somebody wrote down; None: nobody has."""
    zone = select(incident.c.zone).where(incident.c.id == stays.one(incident_id))
    return (await connection.execute(zone)).scalar_one_or_none() or None


async def language_of(connection: AsyncConnection, incident_id: str) -> str | None:
    """What its people speak, as somebody wrote down; None: nobody has."""
    spoken = select(incident.c.language).where(incident.c.id == stays.one(incident_id))
    return (await connection.execute(spoken)).scalar_one_or_none() or None
