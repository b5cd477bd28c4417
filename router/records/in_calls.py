"""Who of an incident is in a call now, with whom: they are not called meanwhile."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import LiveContact
from router.core.states import BEYOND, OVER, TAKEN, State
from router.records import schema, stays


async def of_incident(
    connection: AsyncConnection, incident_id: str, names: dict[str, str]
) -> dict[str, str]:
    """In words, by party: their calls of this incident and of any other. The index, which decides
    (`standing.call_of`), may know better."""
    link, contact = schema.incident_party, schema.contact
    rows = await connection.execute(
        select(contact.c.party, contact.c.live)
        .join(link, link.c.party == contact.c.party)
        .where(
            and_(
                stays.of(link.c.incident, incident_id),
                contact.c.channel == "voice",
                schema.IS_OPEN,
            )
        )
    )
    found: dict[str, str] = {}
    for row in rows:
        live = msgspec.json.decode(row.live, type=LiveContact)
        if (said := _said(live, names)) is not None:
            found[row.party] = said
    return found


def _said(live: LiveContact, names: dict[str, str]) -> str | None:
    if live.state == State.DIALING:
        return "being called"
    if live.state in OVER or (live.dir == "out" and live.answered_at is None):
        return None
    there = live.outside.word if live.state in BEYOND and live.outside else None
    mine = names.get(live.agent or "") if live.state in TAKEN else None
    if with_whom := there or mine:
        return f"in a call with {with_whom}"
    return "on a line of ours already"
