"""How severe an incident is, in the record: the one rule (router/core/incident_severity.py) applied
to its rows, with the history of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core import incident_severity as rule
from router.core.incident_status import News
from router.core.model import LiveContact
from router.core.states import State
from router.records import incident_changes, schema, stays

incident, contact = schema.incident, schema.contact


async def touch_incident(
    connection: AsyncConnection, incident_id: str, now: int, *, severity: int, contact_id: str
) -> None:
    """A contact of it got worse: `severity` is what it is by itself now."""
    await _settle(
        connection, incident_id, now, lambda stood: rule.heard(stood, severity), contact_id
    )


async def rate_incident(
    connection: AsyncConnection,
    contact_id: str,
    severity: int,
    now: int,
    *,
    lowers: bool,
    author: str,
    of: str | None = None,
) -> str | None:
    """A person set a contact's severity, while it was in the incident `of` (None: in which it is).
    Returns the incident's id."""
    c = contact.c
    incident_id = of
    if incident_id is None:
        asked = select(c.incident).where(c.id == contact_id)
        incident_id = (await connection.execute(asked)).scalar_one_or_none()
    if incident_id is None:
        return None
    others: list[int] = []
    if lowers:
        mine = and_(stays.of(c.incident, incident_id), c.id != contact_id, c.state != State.ENDED)
        rows = await connection.execute(select(c.live).where(mine))
        others = [msgspec.json.decode(row.live, type=LiveContact).by_itself for row in rows]
    await _settle(
        connection,
        str(incident_id),
        now,
        lambda stood: rule.rated(stood, severity, others, lowers=lowers),
        contact_id,
        author,
    )
    await incident_changes.news(connection, str(incident_id), now, News.RATED, author=author)
    return str(incident_id)


async def rate_first(
    connection: AsyncConnection, contact_id: str, before: int, severity: int
) -> None:
    """The caller's own choice for an incident that is nothing but this call: it has the severity
    `before`, the line's for everybody, until the key is pressed."""
    c = contact.c
    mine = select(c.incident).where(c.id == contact_id).scalar_subquery()
    other = (
        select(c.id)
        .where(and_(stays.exactly(c.incident, incident.c.id), c.id != contact_id))
        .exists()
    )
    await connection.execute(
        update(incident)
        .where(and_(incident.c.id == mine, incident.c.severity == before, ~other))
        .values(severity=severity)
    )


async def judge(
    connection: AsyncConnection, incident_id: str, said: int, now: int, *, author: str, words: str
) -> None:
    """A person judged the incident itself. Its last touch stays: nothing happened in it."""
    decided = rule.judged(said)
    await _settle(connection, incident_id, now, lambda _: decided, None, author, words, touch=False)
    await incident_changes.news(connection, incident_id, now, News.RATED, author=author)


async def _settle(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    decided: Callable[[int], int],
    contact_id: str | None,
    author: str = "",
    words: str | None = None,
    *,
    touch: bool = True,
) -> None:
    row = await incident_changes.held(connection, incident_id)
    severity = decided(row.severity)
    values = {"the_id": incident_id, "severity": severity}
    if touch:
        values["touched_at"] = now
    if touch or severity != row.severity:
        await connection.execute(_PUT if touch else _RATED, values)
    if severity != row.severity:
        told = {"author": author, "words": words, "contact": contact_id}
        await incident_changes.told_rated(
            connection, incident_id, now, row.severity, severity, **told
        )


_RATED = (
    update(incident)
    .where(incident.c.id == stays.one(bindparam("the_id")))
    .values(severity=bindparam("severity"))
)
_PUT = _RATED.values(touched_at=bindparam("touched_at"))
