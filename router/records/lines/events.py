"""What happened to its contacts, to the incident itself, and to what was next in it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import incident_words, next_actions
from router.records.contact_words import told
from router.records.lines.line import Around, Line, line


async def of_contacts(connection: AsyncConnection, around: Around) -> list[Line]:
    return [
        line(
            f"{one.row.step}.{one.row.part}",
            one.row.at,
            "event",
            who=one.who,
            text=one.words,
            contact=one.row.contact,
            routing=one.routing,
        )
        for one in await told(connection, around.contacts, dict(around.names), around.words)
    ]


async def of_incident(_connection: AsyncConnection, around: Around) -> list[Line]:
    by_id = {row.id: row for row in around.contacts}
    return [
        line(
            row.id,
            row.at,
            "event",
            who=around.names.get(row.author),
            text=incident_words.told(row, around.names, by_id),
            contact=row.contact,
        )
        for row in around.history
        if not incident_words.by_itself(row)
    ]


async def of_next_actions(connection: AsyncConnection, around: Around) -> list[Line]:
    planned = await next_actions.history(connection, around.id)
    return [
        line(one.pop("id"), one.pop("at"), "event", **one)
        for one in next_actions.told(planned, around.names)
    ]
