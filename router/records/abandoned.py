"""Callers who gave up and whom nobody has spoken with since, from the record."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, desc, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.abandoned import DONE, KEEP_MS, MOST, OUTCOMES, AbandonedCaller, abandoned_by
from router.core.model import LiveContact
from router.records import schema, stays
from router.records.sqlite import BIG

_decode = msgspec.json.Decoder(LiveContact).decode
contact, message, event = schema.contact, schema.message, schema.event


async def callers(connection: AsyncConnection, now: int) -> list[AbandonedCaller]:
    """One row per incident, of the last day, the oldest first; 200 at most."""
    rows = await connection.execute(
        select(contact.c.live)
        .where(
            and_(
                contact.c.ended_at >= now - KEEP_MS,
                contact.c.outcome.in_((*OUTCOMES, "not_reached")),
                contact.c.channel == "voice",
            )
        )
        .order_by(desc(contact.c.ended_at))
        .limit(5 * MOST)
        .prefix_with(BIG)
    )
    caller = [one for row in rows if (one := abandoned_by(_decode(row.live))) is not None]
    merged = await stays.roots(connection, {one.incident for one in caller})
    caller = [
        msgspec.structs.replace(one, incident=merged.get(one.incident, one.incident))
        for one in caller
    ]
    incidents = list({one.incident for one in caller})
    spoken = await _spoken(connection, incidents)
    done = await _done(connection, [one.contact for one in caller])
    for one in caller:
        if one.contact in done:
            spoken[one.incident] = max(spoken.get(one.incident, 0), one.at)
    found: dict[str, AbandonedCaller] = {}
    for one in caller:  # the newest first
        if one.at <= spoken.get(one.incident, 0):
            continue
        newest = found.get(one.incident)
        found[one.incident] = (
            msgspec.structs.replace(newest, tries=newest.tries + one.tries) if newest else one
        )
    return list(reversed(list(found.values())[:MOST]))


async def taken(connection: AsyncConnection, calls: Sequence[str]) -> set[str]:
    """Those of these calls that the record has by now, with their end."""
    over = and_(contact.c.id.in_(calls), contact.c.ended_at.is_not(None))
    rows = await connection.execute(select(contact.c.id).where(over))
    return set(rows.scalars())


async def _spoken(connection: AsyncConnection, incidents: Sequence[str]) -> dict[str, int]:
    """When somebody last spoke with each, or wrote to it."""
    found: dict[str, int] = {}
    named = schema.incident.alias("named")
    for moment, table, more in (
        (contact.c.answered_at, contact, contact.c.answered_at.is_not(None)),
        (message.c.at, message, and_(message.c.direction == "out", message.c.author.is_not(None))),
    ):
        rows = await connection.execute(
            select(stays.root_of(named).label("incident"), func.max(moment).label("at"))
            .join(named, named.c.id == table.c.incident)
            .where(and_(stays.of_any(table.c.incident, incidents), more))
            .group_by(stays.root_of(named))
        )
        for row in rows:
            found[row.incident] = max(found.get(row.incident, 0), int(row.at))
    return found


async def _done(connection: AsyncConnection, contacts: Sequence[str]) -> set[str]:
    """Those of these calls that somebody marked as done."""
    rows = await connection.execute(
        select(event.c.contact).where(and_(event.c.contact.in_(contacts), event.c.name == DONE))
    )
    return set(rows.scalars())
