"""Promises to call: that one was given, and that one was needed after all."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import LiveContact
from router.records import callbacks
from router.records.lines.line import Around, Line, line


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    given = [_given(row, around) for row in await callbacks.of_incident(connection, around.id)]
    return given + [one for row in around.calls if (one := _needed(row, around)) is not None]


def _given(row: Any, around: Around) -> Line:
    """That somebody was promised a call: what became of it is another moment, with its own line."""
    at = {one["id"]: party["name"] for party in around.parties for one in party["addresses"]}
    who = around.names.get(row.asked_by)
    told = who is not None and row.why == f"asked for by {who}"  # beside the line
    why = f" · {row.why}" if row.why and not told else ""
    return line(
        f"promise:{row.id}",
        row.made_at,
        "call",
        channel="voice",
        direction="out",
        who=who,
        text=f"callback promised to {at.get(row.address, 'Caller')}{why}",
        contact=row.contact,
    )


def _needed(row: Any, around: Around) -> Line | None:
    """That the one before it had been called off as not needed, and was taken back."""
    live = msgspec.json.decode(row.live, type=LiveContact)
    if live.callback is None or live.callback.back_by is None:
        return None
    who = around.names.get(live.callback.back_by, "somebody")
    text = f"callback needed after all, said {who}"
    at = int(live.rang_at or row.arrived_at)
    return line(f"needed:{row.id}", at, "event", who=who, text=text, contact=row.id)
