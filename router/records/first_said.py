"""What contacts and notes are about: whatever was said first in them, as the title of an incident
that begins with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.display import excerpt, title_of_call, untagged
from router.core.model import LiveContact
from router.records import schema, stays
from router.records.corrections import own_words

LETTERS = 80
message, note = schema.message, schema.note


async def title_of(
    connection: AsyncConnection, incident: str, contacts: Sequence[Any], notes: Collection[str]
) -> str:
    """In their own words; otherwise in those of a note; otherwise in ours; otherwise who called.
    They are of this incident."""
    ids = [row.id for row in contacts]
    asked = select(message).where(message.c.contact.in_(ids)).order_by(message.c.at, message.c.id)
    messages = (await connection.execute(asked)).all()
    theirs = [row for row in messages if row.direction == "in"]
    its = or_(note.c.contact.in_(ids), note.c.id.in_(list(notes)))
    mine = and_(stays.of(note.c.incident, incident), note.c.text != "", its)
    noted = select(note.c.text).where(mine).order_by(note.c.at, note.c.id)
    said = [
        untagged(row.subject or "") or own_words(row.text, row.folds).strip() or row.text
        for row in theirs
    ]
    said += (await connection.execute(noted)).scalars()
    ours = (row for row in messages if row.direction == "out")
    said += [untagged(row.subject or "") or row.text for row in ours]
    found = next((title for words in said if (title := excerpt(words, LETTERS))), None)
    return found or _called(contacts)


def _called(contacts: Sequence[Any]) -> str:
    first = min(contacts, key=lambda row: (row.arrived_at, row.id), default=None)
    if first is None:
        return "Notes"  # all of them were emptied
    who = msgspec.json.decode(first.live, type=LiveContact).who.get("name") or "someone"
    return title_of_call(who, "to" if first.direction == "out" else "from")
