"""One day from the record: the contacts, who was on duty when, and how quickly agents accepted."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import LiveContact
from router.records import schema

BEFORE_MS = 43_200_000
"""How far before a day is looked for those who were on duty when it began."""

_ON = "agent.ready"
_OFF = ("agent.paused", "agent.offline")
_LOST, _BACK = "agent.lost", "agent.online"
"""An agent who was ready when their page was lost is ready when it is back."""

Spans = tuple[tuple[int, int | None], ...]


async def contacts_of(connection: AsyncConnection, begin: int, end: int) -> list[LiveContact]:
    """The contacts that came to us from `begin` until before `end`, as last recorded, by
    arrival."""
    contact = schema.contact
    rows = await connection.execute(
        select(contact.c.live)
        .where(
            and_(
                contact.c.arrived_at >= begin,
                contact.c.arrived_at < end,
                contact.c.direction == "in",
            )
        )
        .order_by(contact.c.arrived_at, contact.c.id)
    )
    decode = msgspec.json.Decoder(LiveContact).decode
    return [decode(row.live) for row in rows]


async def duty_of(connection: AsyncConnection, begin: int, end: int) -> dict[str, Spans]:
    """Agent -> spans on duty, ms from `begin`; None = to the end of what is recorded."""
    event = schema.event
    rows = await connection.execute(
        select(event.c.agent, event.c.name, event.c.at)
        .where(
            and_(
                event.c.at >= begin - BEFORE_MS,
                event.c.at < end,
                event.c.name.in_((_ON, *_OFF, _LOST, _BACK)),
            )
        )
        .order_by(event.c.at, event.c.step, event.c.part)
    )
    since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    was: dict[str, str] = {}
    for row in rows:
        at, before = int(row.at) - begin, was.get(row.agent, _OFF[0])
        now = row.name
        if now == _BACK:
            now = _ON if before == _LOST else before
        elif now == _LOST and before != _ON:
            now = before
        was[row.agent] = now
        if now == _ON:
            since.setdefault(row.agent, max(0, at))
        elif (start := since.pop(row.agent, at)) < at:
            found[row.agent].append((start, at))
    for agent, start in since.items():
        found[agent].append((start, None))
    return {agent: tuple(spans) for agent, spans in sorted(found.items())}


async def presses_of(connection: AsyncConnection, begin: int, end: int) -> tuple[list[int], int]:
    """Times from an offer to its accept, ms, ascending; and how many offers were missed."""
    event = schema.event
    rows = await connection.execute(
        select(event.c.contact, event.c.agent, event.c.name, event.c.at)
        .where(
            and_(
                event.c.at >= begin,
                event.c.at < end,
                event.c.name.in_(("contact.offered", "contact.accepted", "contact.missed")),
            )
        )
        .order_by(event.c.step, event.c.part)
    )
    offered: dict[tuple[str, str], int] = {}
    took: list[int] = []
    missed = 0
    for row in rows:
        if row.name == "contact.offered":
            offered[row.contact, row.agent] = int(row.at)
        elif row.name == "contact.missed":
            missed += 1
        elif (since := offered.pop((row.contact, row.agent), None)) is not None:
            took.append(int(row.at) - since)
    return sorted(took), missed
