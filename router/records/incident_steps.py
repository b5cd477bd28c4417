"""What steps of the index say of an incident: whose it is (core/taking.py), how severe it is
(core/incident_severity.py).

Written by the recorder with the step itself, so that it can be late and cannot be missing. What is
late changes nothing that a person said of the incident since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from sqlalchemy import and_, bindparam, desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.hand_off import Act
from router.core.incident import GIVEN, OPEN, SEVERITY
from router.core.incident_status import News
from router.core.model import Happening, Step
from router.core.severity import BY_RULE
from router.core.taking import Taking, takings
from router.records import hand_offs, incident_changes, incident_ratings, people, schema, stays

contact, change = schema.contact, schema.incident_change


def says(step: Step) -> bool:
    """Whether it says anything of an incident."""
    return any(_judges(event) for event in step.events) or bool(takings(step.events, step.contacts))


async def lock(connection: AsyncConnection, incidents: Iterable[str]) -> None:
    """Locks these until the transaction ends, in one order for everybody. (SQLite has one writer.)

    A batch changes many incidents in the order of its steps: whoever holds one of them and waits
    for another would wait for it in a ring.
    """
    names = sorted(set(incidents))
    if names and connection.dialect.name != "sqlite":
        await connection.execute(_LOCK, {"ids": names})


_LOCK = (
    select(schema.incident.c.id)
    .where(schema.incident.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(schema.incident.c.id)
    .with_for_update(key_share=True)
)


async def fold(connection: AsyncConnection, step_id: str, step: Step) -> None:
    """Call it when the record has all earlier steps of the incident's contacts, and not this one. A
    step that comes twice does nothing a second time."""
    of = {live.id: live.incident for live in step.contacts}
    for one in takings(step.events, step.contacts):
        if incident := await _newly(connection, one.contact, step_id, of.get(one.contact)):
            await _taken(connection, incident, one, int(step.at))
            await asyncio.sleep(0)  # SQLite runs in place: sound goes on in between
    for event in step.events:
        if _judges(event):
            name = str(event.contact)
            if incident := await _newly(connection, name, step_id, of.get(name)):
                await _judged(connection, incident, event, int(step.at))


def _judges(event: Happening) -> bool:
    """A person's judgement of a contact holds for its incident, too."""
    return event.name == "contact.severity_changed" and event.by not in (None, BY_RULE)


async def _newly(
    connection: AsyncConnection, contact_id: str, step_id: str, known: str | None
) -> str | None:
    """The incident of this contact, locked, if the record does not have this step of it yet.
    `known`: in which the index had it at the step; it may have been moved since.

    Incidents are locked before contacts, as everywhere. Another recorder with the same step waits,
    and then finds it done.
    """
    asked = {"the_id": contact_id, "the_step": step_id}
    incident = (await connection.execute(_NEWLY, asked)).scalar_one_or_none()
    if incident is None:
        return None
    row = await incident_changes.held(connection, known or incident)
    still = (await connection.execute(_NEWLY, asked)).scalar_one_or_none()
    return None if row is None or still is None or row.state != OPEN else str(row.id)


_NEWLY = select(contact.c.incident).where(
    and_(contact.c.id == bindparam("the_id"), contact.c.step < bindparam("the_step"))
)


async def _said_since(connection: AsyncConnection, incident: str, what: str, at: int) -> bool:
    """Whether a person said so of the incident itself after this moment."""
    asked = {"the_id": incident, "what": what, "at": at}
    return (await connection.execute(_SINCE, asked)).first() is not None


_SINCE = (
    select(change.c.id)
    .where(
        and_(
            stays.of(change.c.incident, bindparam("the_id")),
            change.c.what == bindparam("what"),
            change.c.author != "",
            change.c.contact.is_(None),
            change.c.at > bindparam("at"),
        )
    )
    .order_by(desc(change.c.at))
    .limit(1)
)


async def _taken(connection: AsyncConnection, incident: str, one: Taking, now: int) -> None:
    if not one.over:
        await people.own_if_nobody_does(connection, incident, one.agent)
    elif not await _said_since(connection, incident, GIVEN, now):
        await people.hand_on(connection, incident, one.agent)
        await hand_offs.end_open(connection, incident, Act.OVERTAKE, now, by=one.agent)
    await incident_changes.news(connection, incident, now, News.TAKEN, author=one.agent)


async def _judged(connection: AsyncConnection, incident: str, event: Happening, now: int) -> None:
    was, said = event.before or 0, event.after or 0
    if await _said_since(connection, incident, SEVERITY, now):
        return
    await incident_ratings.rate_incident(
        connection, str(event.contact), said, now, lowers=said > was, author=str(event.by),
        of=incident,
    )  # fmt: skip
