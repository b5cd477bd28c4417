"""Who is reached at an address of an incident: the person, their role, the conversation with them
that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, desc, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays

contact, link = schema.contact, schema.incident_party

Reached = Any
"""A row: party, name, role, address, kind, value, opted_out, and the incident whose person it is,
which may be merged."""


async def at(connection: AsyncConnection, incident: str, address: str) -> Reached | None:
    """Of a party of this incident; None: nobody of it is reached there."""
    a, p = schema.address, schema.party
    rows = await connection.execute(
        select(
            a.c.party, p.c.name, link.c.role, a.c.id.label("address"), a.c.kind, a.c.value,
            a.c.opted_out, link.c.incident,
        )
        .join(p, p.c.id == a.c.party)
        .join(link, link.c.party == a.c.party)
        .where(and_(stays.of(link.c.incident, incident), a.c.id == address))
        .order_by(desc(stays.exactly(link.c.incident, stays.one(incident))))
    )  # fmt: skip
    return rows.first()


async def conversations(
    connection: AsyncConnection, incident: str, address: str
) -> Sequence[Row[Any]]:
    """The open texts and mails with this address in this incident, the newest first."""
    rows = await connection.execute(
        select(contact)
        .where(
            and_(
                stays.of(contact.c.incident, incident),
                contact.c.address == address,
                contact.c.channel != "voice",
                schema.IS_OPEN,
            )
        )
        .order_by(desc(contact.c.arrived_at), desc(contact.c.id))
    )
    return rows.all()


async def wrote(connection: AsyncConnection, address: str) -> bool:
    """Whether whoever is reached there has ever texted us from it."""
    theirs = and_(
        contact.c.address == address, contact.c.channel == "sms", contact.c.direction == "in"
    )
    rows = await connection.execute(select(contact.c.id).where(theirs).limit(1))
    return rows.first() is not None
