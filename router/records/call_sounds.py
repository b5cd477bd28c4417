"""How calls sounded: a small picture of each part of a call, written while it goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.beside import person_of
from router.records.sound_tables import call_sound
from router.records.sql import forget_before, put

_table = call_sound


class Part(NamedTuple):
    """Of a call, from a moment (ms) on, in one pair of hands."""

    contact: str
    part: int
    data: dict[str, Any]


async def keep(connection: AsyncConnection, parts: Sequence[Part]) -> None:
    """Writes them; what was written of the same parts before is replaced."""
    for one in parts:
        key = {"contact": one.contact, "part": one.part}
        await put(connection, _table, key, {"data": json.dumps(one.data, separators=(",", ":"))})


async def forget(connection: AsyncConnection, before: int, limit: int) -> int:
    """Deletes so many parts at most that began before this moment; how many it were."""
    return await forget_before(connection, _table.c.part, before, limit)


async def of_contacts(
    connection: AsyncConnection, contacts: Sequence[str], names: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """The parts of each, in order; agents by their names, a number by its word (`number`; `word`
    of one that was asked in)."""
    if not contacts:
        return {}
    asked = select(_table).where(_table.c.contact.in_(contacts)).order_by(_table.c.part)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await connection.execute(asked):
        data = json.loads(row.data)
        data["agent"] = names.get(data.get("agent") or "")
        for one in data.get("others", []):
            one["who"] = one.pop("word", None) or names.get(person_of(one["who"]))
        found.setdefault(row.contact, []).append(data)
    return found
