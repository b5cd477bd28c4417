"""Open requests for help, as the steps told of them: in a rebuilt index they go on from there.

One row of `meta` for each agent who ever asked, with the step it is of: an older step never
overwrites a newer one, and the row of a request that is over stays, empty, for that reason.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.help import Help
from router.core.model import Step
from router.records import schema
from router.records.sql import insert_new

PREFIX = "help:"
_key, _value = schema.meta.c.key, schema.meta.c.value


async def fold(connection: AsyncConnection, steps: Sequence[tuple[str, Step]]) -> None:
    """Each step comes with its id as contacts.sortable, oldest first."""
    last: dict[str, tuple[str, Help]] = {}
    for step_id, step in steps:
        last |= {one.help.agent: (step_id, one.help) for one in step.events if one.help}
    for agent in sorted(last):
        step_id, request = last[agent]
        key = PREFIX + agent
        text = "" if request.end else msgspec.json.encode(request).decode()
        value = f"{step_id} {text}"
        await insert_new(connection, schema.meta, {"key": key, "value": ""}, unique=["key"])
        newer = update(schema.meta).where(_key == key, _value < value)
        await connection.execute(newer.values(value=value))


async def still_open(connection: AsyncConnection) -> list[Help]:
    rows = await connection.execute(select(_value).where(_key.startswith(PREFIX, autoescape=True)))
    texts = (value.partition(" ")[2] for value in rows.scalars())
    return [msgspec.json.decode(text, type=Help) for text in texts if text]
