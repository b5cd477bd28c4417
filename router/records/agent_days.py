"""What each agent did in the last hour and today: a row for each, so that it survives a restart."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema
from router.records.sql import put_meta

_PREFIX = "agent.day."


class AgentDay(msgspec.Struct, omit_defaults=True):
    """Of one agent."""

    day: int | None = None
    """The counts below are of this day (router.core.figures.day_number)."""
    calls: int = 0
    texts: int = 0
    """Texts and mails that they took."""
    dialled: int = 0
    """Calls of ours that they made, promised ones too."""
    missed: int = 0
    declined: int = 0
    rang_ms: list[int] = msgspec.field(default_factory=list)
    """How long each rang at their desk before they took it."""
    hour: list[tuple[int, str]] = msgspec.field(default_factory=list)
    """From when on, ms, they were in which state (AgentState); the first may be older than an
    hour."""
    upto: str = ""
    """The place (contacts.sortable) of the last step in all of this."""


async def keep(connection: AsyncConnection, rows: Mapping[str, AgentDay]) -> None:
    """Writes these whole, by the id of the agent, except over a row in which more is counted: two
    processes may follow the same steps for a while."""
    there = await kept(connection)
    for agent, row in sorted(rows.items()):
        if agent in there and there[agent].upto > row.upto:
            continue
        await put_meta(connection, _PREFIX + agent, msgspec.json.encode(row).decode())


async def kept(connection: AsyncConnection) -> dict[str, AgentDay]:
    """By the id of the agent; a row of another form is left out."""
    wanted = schema.meta.c.key.startswith(_PREFIX, autoescape=True)
    found = {}
    for row in await connection.execute(select(schema.meta).where(wanted)):
        try:
            found[row.key.removeprefix(_PREFIX)] = msgspec.json.decode(row.value, type=AgentDay)
        except msgspec.DecodeError:
            continue
    return found
