"""The promised calls that are not kept yet, for the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays
from router.records.callbacks import OPEN

MOST = 500
"""So many are read; those that are due first."""

callback, contact, address = schema.callback, schema.contact, schema.address
_named, _root = schema.incident.alias("named"), schema.incident.alias("root")

_OPEN = (
    select(
        callback.c.contact,
        callback.c.kind,
        contact.c.live,
        address.c.id.label("address"),
        address.c.value,
        _root.c.id.label("incident"),
        _root.c.number,
        _root.c.title,
        _root.c.owner,
        _root.c.zone,
        _root.c.only,
    )
    .join(contact, contact.c.id == callback.c.contact)
    .join(address, address.c.id == callback.c.address)
    .join(_named, _named.c.id == callback.c.incident)
    .join(_root, _root.c.id == stays.root_of(_named))
    .where(callback.c.state == OPEN)
    .order_by(callback.c.not_before.asc().nulls_first(), callback.c.made_at, callback.c.id)
    .limit(MOST)
)


async def open_ones(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Each with its contact as the record has it, and the incident that it is in now."""
    rows: Sequence[Any] = (await connection.execute(_OPEN)).all()
    return rows
