"""Other incidents of the same people: what there was before, and what else is going on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, desc, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.incident import MERGED
from router.core.party import ROLES, THIRD
from router.records import schema, stays

MOST = 6
WHY = "person"
_OF_ALL = sorted(role for role, side in ROLES.items() if side == THIRD)
"""A vet or the police have to do with many, which have nothing to do with each other."""


async def others(connection: AsyncConnection, incident_id: str) -> list[dict[str, Any]]:
    """The newest of them, as `Incident.linked` of docs/desk-protocol.md has them."""
    return [
        {
            "id": row.id,
            "number": f"INC-{row.number}",
            "title": isolated(row.title),
            "state": row.state,
            "why": WHY,
            "filing": None,
        }
        for row in await connection.execute(_OTHERS, {"the_id": incident_id})
    ]


def _others() -> Select[Any]:
    link, incident, named = schema.incident_party, schema.incident, schema.incident.alias()
    the_id: Any = bindparam("the_id")
    theirs = or_(link.c.role.is_(None), link.c.role.not_in(_OF_ALL))
    people = select(link.c.party).where(and_(stays.of(link.c.incident, the_id), theirs))
    ids = (
        select(stays.root_of(named))
        .join(link, link.c.incident == named.c.id)
        .where(and_(link.c.party.in_(people), theirs))
    )
    return (
        select(incident.c.id, incident.c.number, incident.c.title, incident.c.state)
        .where(
            and_(
                incident.c.id.in_(ids),
                incident.c.id != stays.one(the_id),
                incident.c.state != MERGED,
            )
        )
        .order_by(desc(incident.c.touched_at), desc(incident.c.number))
        .limit(MOST)
    )


_OTHERS = _others()
