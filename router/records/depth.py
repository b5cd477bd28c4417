"""How many waited, over the last hours: kept so that a board's chart survives a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema
from router.records.sql import put_meta

Point = tuple[int, int, int, int, int]
"""A moment, ms; from then on so many of S1, S2, S3, S4 waited."""

SPAN_MS = 600_000
SPANS = 16
"""A ring of rows, each with the points of ten minutes: the newest overwrites the oldest."""


def spans(points: Iterable[Point]) -> dict[int, list[Point]]:
    """The points of each row, by the number of its ten minutes."""
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(point[0] // SPAN_MS, []).append(point)
    return found


async def keep(connection: AsyncConnection, rows: Mapping[int, Sequence[Point]]) -> None:
    """Writes whole rows of `spans`."""
    for span, points in sorted(rows.items()):
        await put_meta(connection, _key(span), msgspec.json.encode(points).decode())


async def kept(connection: AsyncConnection, since: int) -> list[Point]:
    """Every point from `since` on, in order."""
    keys = [_key(span) for span in range(SPANS)]
    rows = await connection.execute(select(schema.meta.c.value).where(schema.meta.c.key.in_(keys)))
    found = [p for row in rows for p in msgspec.json.decode(row.value, type=list[Point])]
    return sorted(point for point in found if point[0] >= since)


def _key(span: int) -> str:
    return f"board.depth.{span % SPANS}"
