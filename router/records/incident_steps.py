"""What steps of the index say of an incident: whose it is (core/taking.py), how severe it is
(core/incident_severity.py).

Written by the recorder with the step itself, so that it can be late and cannot be missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident_status import News
from router.core.model import Happening, Step
from router.core.severity import BY_RULE
from router.core.taking import Taking, takings
from router.records import incident_changes, incident_ratings, people, schema

contact = schema.contact


async def fold(connection: AsyncConnection, steps: Sequence[tuple[str, Step]]) -> None:
    """Of steps that the record does not have yet, oldest first: call it before they are folded into
    their contacts. A step that comes twice does nothing a second time."""
    for step_id, step in steps:
        for one in takings(step.events, step.contacts):
            if incident := await _newly(connection, one.contact, step_id):
                await _taken(connection, incident, one, int(step.at))
                await asyncio.sleep(0)  # SQLite runs in place: sound goes on in between
        for event in step.events:
            judged = event.name == "contact.severity_changed" and event.by not in (None, BY_RULE)
            if judged and await _newly(connection, str(event.contact), step_id):
                await _judged(connection, event, int(step.at))


async def _newly(connection: AsyncConnection, contact_id: str, step_id: str) -> str | None:
    """The incident of this contact, locked, if the record does not have this step of it yet.

    Incidents are locked before contacts, as everywhere. Another recorder with the same step waits,
    and then finds it done.
    """
    asked = {"the_id": contact_id, "the_step": step_id}
    incident = (await connection.execute(_NEWLY, asked)).scalar_one_or_none()
    if incident is not None:
        await incident_changes.held(connection, incident)
        incident = (await connection.execute(_NEWLY, asked)).scalar_one_or_none()
    return incident


_NEWLY = select(contact.c.incident).where(
    and_(contact.c.id == bindparam("the_id"), contact.c.step < bindparam("the_step"))
)


async def _taken(connection: AsyncConnection, incident: str, one: Taking, now: int) -> None:
    own = people.hand_on if one.over else people.own_if_nobody_does
    await own(connection, incident, one.agent)
    await incident_changes.news(connection, incident, now, News.TAKEN, author=one.agent)


async def _judged(connection: AsyncConnection, event: Happening, now: int) -> None:
    """A person's judgement of a contact holds for its incident, too."""
    was, said = event.before or 0, event.after or 0
    await incident_ratings.rate_incident(
        connection, str(event.contact), said, now, lowers=said > was, author=str(event.by)
    )
