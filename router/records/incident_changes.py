"""Incidents that are closed, opened again and given away: the state, and the history of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, desc, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident import CLOSED, GIVEN, JOINED, OPEN, REOPENED
from router.core.model import LiveContact
from router.core.next_action import CLOSED as NO_MORE
from router.records import callbacks, next_actions, people, schema
from router.records.ids import new_id
from router.records.people import IncidentRef

incident, change, contact = schema.incident, schema.incident_change, schema.contact

Change = Row[Any]
"""A row of the history."""


async def held(connection: AsyncConnection, incident_id: str) -> Any:
    """State, severity and owner of an incident; nobody else changes it until this transaction
    ends."""
    return (await connection.execute(_HELD, {"the_id": incident_id})).first()


_HELD = (
    select(incident.c.state, incident.c.severity, incident.c.owner)
    .where(incident.c.id == bindparam("the_id"))
    .with_for_update()
)


async def alive(
    connection: AsyncConnection, incident_id: str
) -> tuple[list[tuple[str, str, str | None]], bool]:
    """Its contacts that have not ended (channel, state, parked_for), and whether a call is
    promised."""
    rows = await connection.execute(_ALIVE, {"the_id": incident_id})
    found = [
        (row.channel, row.state, msgspec.json.decode(row.live, type=LiveContact).parked_for)
        for row in rows
    ]
    return found, await callbacks.open_of(connection, incident_id) is not None


_ALIVE = select(contact.c.channel, contact.c.state, contact.c.live).where(
    and_(contact.c.incident == bindparam("the_id"), schema.IS_OPEN)
)


async def close(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    *,
    severity: int,
    author: str,
    why: str,
    words: str,
) -> None:
    """Closes an open incident that is `held`. Its last touch stays: nothing happened in it. What
    had to happen next has not to any more."""
    await next_actions.end(connection, incident_id, NO_MORE, author, now)
    await connection.execute(
        update(incident).where(incident.c.id == incident_id).values(state=CLOSED, closed_at=now)
    )
    await _tell(connection, incident_id, now, CLOSED, severity, author=author, why=why, words=words)


async def reopen(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    *,
    severity: int,
    author: str = "",
    contact_id: str | None = None,
    touch: bool = True,
) -> None:
    """Opens a closed incident again, with this severity.

    Args:
        author: the account that did; empty: nobody, its people are there again.
        contact_id: the contact with which it opens.
        touch: False: nothing happened in it, it only was not to be closed.
    """
    values: dict[str, Any] = {"state": OPEN, "closed_at": None, "severity": severity}
    if touch:
        values["touched_at"] = now
    await connection.execute(update(incident).where(incident.c.id == incident_id).values(**values))
    await _tell(connection, incident_id, now, REOPENED, severity, author=author, contact=contact_id)


async def give(
    connection: AsyncConnection, incident_id: str, now: int, row: Any, *, to: str, author: str = ""
) -> None:
    """Makes it the incident of `to`; `row`: as `held`. Nothing else of it changes. No author: by
    the rule, because its owner no longer works here."""
    await people.hand_on(connection, incident_id, to)
    await _tell(
        connection, incident_id, now, GIVEN, row.severity, author=author, before=row.owner, after=to
    )


async def owned(connection: AsyncConnection, owners: Sequence[str]) -> dict[str, list[str]]:
    """The open incidents of these accounts."""
    rows = await connection.execute(
        select(incident.c.owner, incident.c.id).where(
            and_(schema.INCIDENT_IS_OPEN, incident.c.owner.in_(owners))
        )
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.owner, []).append(row.id)
    return found


async def join(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    severity: int,
    *,
    words: str,
    author: str,
) -> None:
    """Notes that somebody was added to it: `words` say whom, and what they are."""
    await _tell(connection, incident_id, now, JOINED, severity, author=author, words=words)


async def _tell(
    connection: AsyncConnection, incident_id: str, now: int, what: str, severity: int, **more: Any
) -> None:
    told = {"author": "", "why": "", "words": None, "contact": None, **NOBODYS, **more}
    before = (await connection.execute(_BEFORE, {"the_id": incident_id})).scalar_one()
    at = max(now, (before or 0) + 1)  # in order, also within one ms or by a clock that went back
    await connection.execute(
        _CHANGE,
        {
            "id": new_id("h"), "incident": incident_id, "at": at, "what": what,
            "severity": severity, **told,
        },
    )  # fmt: skip


NOBODYS = {"before": None, "after": None}
_BEFORE = select(func.max(change.c.at)).where(change.c.incident == bindparam("the_id"))
_CHANGE = insert(change)


async def touch(connection: AsyncConnection, incident_id: str, now: int, severity: int) -> bool:
    """Notes activity, which raises an open incident that was milder. True: it is closed.

    Whoever closes it at the same time waits, or has closed it when this is read.
    """
    values = {"the_id": incident_id, "now": now, "the_severity": severity}
    await connection.execute(_TOUCH, values)
    state = (await connection.execute(_STATE, {"the_id": incident_id})).scalar_one()
    return bool(state == CLOSED)


_milder = and_(incident.c.severity > bindparam("the_severity"), incident.c.state == OPEN)
_TOUCH = (
    update(incident)
    .where(incident.c.id == bindparam("the_id"))
    .values(
        touched_at=bindparam("now"),
        severity=case((_milder, bindparam("the_severity")), else_=incident.c.severity),
    )
)
_STATE = select(incident.c.state).where(incident.c.id == bindparam("the_id"))


async def lately_closed_of(
    connection: AsyncConnection, party: str, since: int
) -> IncidentRef | None:
    """The party's incident that was closed last since then; a duplicate only if it is the only
    one."""
    rows = (await connection.execute(_LATELY, {"party": party, "since": since})).all()
    if not rows:
        return None
    last = await _last_of(connection, [row.id for row in rows])
    chosen = next((row for row in rows if last[row.id].why != "duplicate"), rows[0])
    found = await people.incident_by_id(connection, chosen.id)
    assert found is not None
    return found


_LATELY = (
    select(incident.c.id)
    .join(schema.incident_party, schema.incident_party.c.incident == incident.c.id)
    .where(
        and_(
            schema.incident_party.c.party == bindparam("party"),
            incident.c.state == CLOSED,
            incident.c.closed_at >= bindparam("since"),
        )
    )
    .order_by(desc(incident.c.closed_at), desc(incident.c.number))
)


async def _last_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Change]:
    """The last closing of each."""
    rows = await connection.execute(
        select(change)
        .where(and_(change.c.incident.in_(ids), change.c.what == CLOSED))
        .order_by(change.c.at)
    )
    return {row.incident: row for row in rows}


async def history(connection: AsyncConnection, incident_id: str) -> Sequence[Change]:
    """All that changed its state or its owner, oldest first."""
    rows = await connection.execute(
        select(change).where(change.c.incident == incident_id).order_by(change.c.at)
    )
    return rows.all()


async def closed_by_upgrade(connection: AsyncConnection) -> Sequence[Any]:
    """Incidents that an upgrade closed and that have been closed since, by number."""
    rows = await connection.execute(
        select(
            incident.c.id, incident.c.number, incident.c.severity, incident.c.touched_at,
            incident.c.closed_at,
        )
        .join(change, change.c.incident == incident.c.id)
        .where(
            and_(
                schema.IS_BY_UPGRADE,
                incident.c.state == CLOSED,
                incident.c.closed_at == change.c.at,
            )
        )
        .order_by(incident.c.number)
    )  # fmt: skip
    return rows.all()
