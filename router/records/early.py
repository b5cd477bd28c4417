"""Calls that the index has and the record has not yet: what happened to them is kept until then.

The recorder folds their steps as they come; the row to fold them into comes later, from the spool.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident_status import News
from router.core.model import LiveContact
from router.records import incident_changes, incident_ratings, people, schema, stays
from router.records.sql import put

contact, incident, early = schema.contact, schema.incident, schema.early
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(LiveContact).decode


async def one_at_a_time(connection: AsyncConnection, contact_id: str) -> None:
    """Writing the row, and checking whether it exists, never happen at the same time."""
    if connection.dialect.name == "sqlite":
        return  # one writer anyway
    lock = func.pg_advisory_xact_lock(func.hashtext(contact_id))
    await connection.execute(select(lock))


async def completed(connection: AsyncConnection, step: str, live: LiveContact) -> bool:
    """Gives a provisional contact the facts of its row. False: there is no row yet; it is kept."""
    await one_at_a_time(connection, live.id)
    row = (await connection.execute(_ROW.where(contact.c.id == live.id))).first()
    if row is None:
        await put(
            connection,
            early,
            {"contact": live.id},
            {"step": step, "live": _encode(live).decode()},
        )
        return False
    await complete(connection, live, _decode(row.live), row.incident, f"INC-{row.number}")
    return True


_named = incident.alias("named")
_ROW = (
    select(contact.c.live, incident.c.id.label("incident"), incident.c.number)
    .join(_named, _named.c.id == contact.c.incident)
    .join(incident, incident.c.id == stays.root_of(_named))
)


async def complete(
    connection: AsyncConnection, live: LiveContact, known: LiveContact, incident: str, word: str
) -> None:
    """Facts that only the record has go to the contact: who it is, the incident, and a severity
    worse than the line's. Facts that only the index has reach the incident: the decisions about it,
    and who answered."""
    alone = live.by_line or known.severity
    if live.severity < alone:
        now = int(live.state_at or live.arrived_at)
        await incident_ratings.touch_incident(
            connection, incident, now, severity=live.severity, contact_id=live.id
        )
    elif live.severity > alone:
        await incident_ratings.rate_first(connection, live.id, alone, live.severity)
    if known.severity < min(alone, live.severity):
        live.severity, live.rule, live.own = known.severity, known.rule, known.own
    if live.agent and live.answered_at:
        await people.own_if_nobody_does(connection, incident, live.agent)
        await incident_changes.news(
            connection, incident, int(live.answered_at), News.TAKEN, author=live.agent
        )
    live.provisional, live.by_line = False, None
    live.incident, live.incident_no, live.only = incident, word, known.only
    live.who, live.about, live.party = known.who, known.about, known.party


async def of(connection: AsyncConnection, contact_id: str) -> tuple[str, LiveContact] | None:
    """What has happened to it so far, with the step that said so. The calling function writes its
    row next."""
    await one_at_a_time(connection, contact_id)
    row: Row[Any] | None = (
        await connection.execute(select(early).where(early.c.contact == contact_id))
    ).first()
    return (row.step, _decode(row.live)) if row else None


async def forget(connection: AsyncConnection, contact_id: str) -> None:
    await connection.execute(delete(early).where(early.c.contact == contact_id))
