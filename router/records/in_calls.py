"""Who of an incident is in a call now, with whom: they are not called meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import LiveContact
from router.core.states import BEYOND, OVER, TAKEN, State
from router.records import schema, stays


async def of_incident(
    connection: AsyncConnection, incident_id: str, names: Mapping[str, str]
) -> dict[str, str]:
    """In words, by party: their calls of this incident and of any other. The index, which decides
    (`standing.call_of`), may know better."""
    found: dict[str, str] = {}
    for row in await connection.execute(_OF_INCIDENT, {"the_id": incident_id}):
        live = msgspec.json.decode(row.live, type=LiveContact)
        # Of one that is restricted: with whom, they alone know who may see it.
        apart = live.only is not None and live.incident != incident_id
        if (said := _said(live, names, apart=apart)) is not None:
            found[row.party] = said
    return found


_link, _contact = schema.incident_party, schema.contact
_OF_INCIDENT = (
    select(_contact.c.party, _contact.c.live)
    .join(_link, _link.c.party == _contact.c.party)
    .where(
        and_(
            stays.of(_link.c.incident, bindparam("the_id")),
            _contact.c.channel == "voice",
            schema.IS_OPEN,
        )
    )
)


def _said(live: LiveContact, names: Mapping[str, str], *, apart: bool) -> str | None:
    if live.state == State.DIALING:
        return "being called"
    if live.state in OVER or (live.dir == "out" and live.answered_at is None):
        return None
    there = live.outside.word if live.state in BEYOND and live.outside else None
    mine = names.get(live.agent or "") if live.state in TAKEN else None
    if not apart and (with_whom := there or mine):
        return f"in a call with {with_whom}"
    return "on a line of ours already"
