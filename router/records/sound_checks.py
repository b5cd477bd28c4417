"""What agents' own checks of their sound found: one line each."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records.sound_tables import sound_check
from router.records.sql import forget_before, insert_new

_table = sound_check


async def add(connection: AsyncConnection, **values: Any) -> bool:
    """False: it is there already."""
    values["data"] = json.dumps(values["data"])
    return await insert_new(connection, _table, values, unique=["id"])


async def latest(connection: AsyncConnection, since: int) -> dict[str, dict[str, Any]]:
    """The last one of each agent who made one since then."""
    asked = select(_table).where(_table.c.at >= since).order_by(_table.c.at)
    return {
        row.agent: {"at": row.at, "verdict": row.verdict, **json.loads(row.data)}
        for row in await connection.execute(asked)
    }


async def forget(connection: AsyncConnection, before: int, limit: int) -> int:
    """Deletes so many at most from before this moment; how many it were."""
    return await forget_before(connection, _table.c.at, before, limit)
