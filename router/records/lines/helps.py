"""Agents who asked for help in one of its contacts: who had it, how soon, and how it ended."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.help import Help, HelpEnd
from router.core.model import Happening
from router.core.text import span
from router.records import schema
from router.records.lines.line import Around, Line, line

HOW = {
    "listened": ", who listened,",
    "took_call": ", who took the call,",
    "telephone": " by telephone",
}
ENDS = {
    HelpEnd.TAKEN_BACK: "not needed any more",
    HelpEnd.DONE: "done",
    HelpEnd.ASKED_AGAIN: "asked again",
    HelpEnd.SIGNED_OUT: "they signed out",
    HelpEnd.LEFT: "nobody had it; their desk was gone",
}
"""That it was over long after it was seen is not worth a word."""

_event = schema.event
_ASKED = (
    select(_event.c.at, _event.c.data)
    .where(
        and_(
            _event.c.contact.in_(bindparam("ids", expanding=True)),
            _event.c.name.in_(("help.asked", "help.seen", "help.ended")),
        )
    )
    .order_by(_event.c.step, _event.c.part)
)


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    """One line for each request, where it was asked."""
    ids = [row.id for row in around.contacts]
    rows = await connection.execute(_ASKED, {"ids": ids}) if ids else ()
    last: dict[str, Help] = {}
    for row in rows:
        request = msgspec.json.decode(row.data, type=Happening).help
        if request is not None:
            last[request.id] = request
    return [
        line(
            it.id,
            int(it.at),
            "event",
            who=around.names.get(it.agent, it.name),
            text=_told(it),
            contact=it.contact,
        )
        for it in last.values()
    ]


def _told(it: Help) -> str:
    seen, ends = it.seen, ENDS.get(it.end) if it.end else None
    text = "asked for help"
    if seen is not None:
        text += f" · seen by {seen.name}{HOW.get(seen.how, '')} after {span(int(seen.at - it.at))}"
    elif it.end is None:
        text += " · nobody has it yet"
    return f"{text} · {ends}" if ends else text
