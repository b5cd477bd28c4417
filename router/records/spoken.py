"""What is known of the language of a person: what somebody wrote down in an incident of theirs, and
the queues in which they waited."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.severity import Channel
from router.records import schema
from router.records.people import OF_PARTY, Person

incident, contact = schema.incident, schema.contact
LAST = 10
"""So many of their contacts are looked at."""
_WRITTEN = (
    select(incident.c.language)
    .where(and_(OF_PARTY, incident.c.language != ""))
    .order_by(desc(incident.c.touched_at))
    .limit(1)
)
_THEIRS = select(schema.address.c.id).where(schema.address.c.party == bindparam("party"))
_QUEUES = (
    select(contact.c.queue, contact.c.channel)
    .where(and_(contact.c.address.in_(_THEIRS), contact.c.direction == "in"))
    .order_by(desc(contact.c.arrived_at), desc(contact.c.id))
    .limit(LAST)
)


async def of(
    connection: AsyncConnection, person: Person
) -> tuple[str | None, list[tuple[str, bool]]]:
    """The language written down last, and the queues in which they waited, the last one first;
    True: by a call, so that a key may have chosen it."""
    if person.new:
        return None, []
    party = person.party
    written = (await connection.execute(_WRITTEN, {"party": party})).scalar_one_or_none()
    rows = await connection.execute(_QUEUES, {"party": party})
    return written, [(row.queue, row.channel == Channel.VOICE) for row in rows]
