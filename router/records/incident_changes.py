"""Incidents that are closed, opened again and given away: the state, and the history of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, desc, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core import incident_severity as rule
from router.core.hand_off import Act, GoneWhy
from router.core.incident import (
    CLOSED,
    GIVEN,
    JOINED,
    MERGED,
    OPEN,
    PEOPLE,
    REOPENED,
    SEVERITY,
    STATUS,
)
from router.core.incident_status import ROWS, News, Status, after
from router.core.model import LiveContact
from router.core.next_action import CLOSED as NO_MORE
from router.core.severity import Severity
from router.records import callbacks, hand_offs, next_actions, people, schema, sight, stays
from router.records.ids import new_id
from router.records.people import IncidentRef

incident, change, contact = schema.incident, schema.incident_change, schema.contact

_ONE = stays.one(bindparam("the_id"))

Change = Row[Any]
"""A row of the history."""


async def held(connection: AsyncConnection, incident_id: str) -> Any:
    """Id, state, status, severity and owner of an incident, of one that was merged those of the one
    that stays; nobody else changes it until this transaction ends. Acts go by this id."""
    while True:
        row = (await connection.execute(_HELD, {"the_id": incident_id})).first()
        if row is None or row.state != MERGED:  # merged while we waited: look again
            return row


_HELD = (
    select(
        incident.c.id,
        incident.c.state,
        incident.c.status,
        incident.c.severity,
        incident.c.owner,
        incident.c.only,
    )
    .where(incident.c.id == _ONE)
    # A contact in the record holds it, too (foreign key), before its transaction touches it: whole
    # FOR UPDATE, two that come at once would wait for each other.
    .with_for_update(key_share=True)
)


async def alive(
    connection: AsyncConnection,
    incident_id: str,
    counts: Callable[[str], bool] = lambda _contact: True,
) -> tuple[list[tuple[str, str, str | None]], bool]:
    """Its contacts that have not ended (channel, state, parked_for), those that count, and whether
    a call is promised."""
    rows = await connection.execute(_ALIVE, {"the_id": incident_id})
    found = [
        (row.channel, row.state, msgspec.json.decode(row.live, type=LiveContact).parked_for)
        for row in rows
        if counts(row.id)
    ]
    return found, await callbacks.open_of(connection, incident_id) is not None


_ALIVE = select(contact.c.id, contact.c.channel, contact.c.state, contact.c.live).where(
    and_(stays.of(contact.c.incident, bindparam("the_id")), schema.IS_OPEN)
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
    await hand_offs.end_open(
        connection, incident_id, Act.WITHDRAW, now, by=author, cause=GoneWhy.CLOSED
    )
    await connection.execute(
        update(incident)
        .where(incident.c.id == stays.one(incident_id))
        .values(state=CLOSED, status=Status.RESOLVED, closed_at=now)
    )
    told = {"author": author, "why": why, "words": words, "after": str(Status.RESOLVED)}
    await tell(connection, incident_id, now, CLOSED, severity, **told)


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
    values: dict[str, Any] = {
        "state": OPEN, "status": Status.REOPENED, "closed_at": None, "severity": severity,
    }  # fmt: skip
    if touch:
        values["touched_at"] = now
    await connection.execute(
        update(incident).where(incident.c.id == stays.one(incident_id)).values(**values)
    )
    told = {"author": author, "contact": contact_id, "after": str(Status.REOPENED)}
    await tell(connection, incident_id, now, REOPENED, severity, **told)


async def give(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    row: Any,
    *,
    to: str,
    author: str = "",
    why: str = "",
) -> None:
    """Makes it the incident of `to`; `row`: as `held`. Nothing else of it changes. No author: by
    the rule, and `why` (router.core.incident)."""
    await people.hand_on(connection, incident_id, to)
    told = {"author": author, "why": why, "before": row.owner, "after": to}
    await tell(connection, incident_id, now, GIVEN, row.severity, **told)


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
    await tell(connection, incident_id, now, JOINED, severity, author=author, words=words)


async def note_people(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    severity: int,
    *,
    words: str,
    author: str,
) -> None:
    """Notes what somebody said or changed of its people, as words that follow their name."""
    await tell(connection, incident_id, now, PEOPLE, severity, author=author, words=words)


async def tell(
    connection: AsyncConnection, incident_id: str, now: int, what: str, severity: int, **more: Any
) -> None:
    """A line of its history: what was changed, and `severity` as it is then."""
    told = {"author": "", "why": "", "words": None, "contact": None, **NOBODYS, **more}
    incident_id = await stays.root(connection, incident_id)
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


async def touch(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    severity: int,
    *,
    contact_id: str,
    heard: bool,
) -> bool:
    """A contact begins in it, or says more; `severity` is that contact's by itself, `heard`: its
    people did, not we. True: it is closed, and nothing but the moment was noted.

    Whoever closes it at the same time waits, or has closed it when this is read.
    """
    row = await held(connection, incident_id)
    closed = row.state == CLOSED
    rated = row.severity if closed else rule.heard(row.severity, severity)
    await connection.execute(_TOUCH, {"the_id": incident_id, "touched_at": now, "severity": rated})
    if rated != row.severity:
        await told_rated(connection, incident_id, now, row.severity, rated, contact=contact_id)
    if heard and not closed:
        await news(connection, incident_id, now, News.HEARD, row=row, contact=contact_id)
    return bool(closed)


_TOUCH = (
    update(incident)
    .where(incident.c.id == _ONE)
    .values(touched_at=bindparam("touched_at"), severity=bindparam("severity"))
)


async def told_rated(
    connection: AsyncConnection, incident_id: str, now: int, before: int, after_: int, **more: Any
) -> None:
    """A line for a severity that has changed."""
    told = {"before": str(before), "after": str(after_), **more}
    await tell(connection, incident_id, now, SEVERITY, after_, **told)
    if after_ == Severity.S1:
        await hand_offs.hasten(connection, incident_id, now)


async def news(
    connection: AsyncConnection,
    incident_id: str,
    now: int,
    what: News,
    *,
    row: Any = None,
    **more: Any,
) -> bool:
    """Something happened that may change its status by itself, with its line in the history;
    whether it did. `row`: as `held`."""
    row = row if row is not None else await held(connection, incident_id)
    fits = row is not None and ROWS[Status(row.status)].open == (row.state == OPEN)
    to = after(row.status, what) if fits else None  # a worker of before 0025 knows no status
    if to is not None:
        await put_status(connection, incident_id, now, row, to, why=str(what), **more)
    return to is not None


async def put_status(
    connection: AsyncConnection, incident_id: str, now: int, row: Any, to: Status, **more: Any
) -> None:
    """Its status is `to` from now on; `row`: as `held`. Neither opens nor closes it for work."""
    assert ROWS[to].open == (row.state == OPEN), (row, to)
    await connection.execute(
        update(incident).where(incident.c.id == stays.one(incident_id)).values(status=to)
    )
    told = {"before": row.status, "after": str(to), **more}
    await tell(connection, incident_id, now, STATUS, row.severity, **told)


async def settled(connection: AsyncConnection, before: int) -> Sequence[Any]:
    """Resolved ones that were so before this moment: id, some at a time."""
    over = and_(schema.IS_RESOLVED, incident.c.closed_at < before, incident.c.state == CLOSED)
    asked = select(incident.c.id).where(over)
    return (await connection.execute(asked.order_by(incident.c.closed_at).limit(100))).all()


async def lately_closed_of(
    connection: AsyncConnection, party: str, since: int, reader: str | None = None
) -> IncidentRef | None:
    """The party's incident that was closed last since then; a duplicate only if it is the only
    one. `reader`: none that is restricted to others."""
    asked = _LATELY if reader is None else _LATELY.where(sight.seen_by(reader))
    rows = (await connection.execute(asked, {"party": party, "since": since})).all()
    if not rows:
        return None
    last = await _last_of(connection, [row.id for row in rows])
    chosen = next((row for row in rows if last[row.id].why != "duplicate"), rows[0])
    found = await people.incident_by_id(connection, chosen.id)
    assert found is not None
    return found


_LATELY = (
    select(incident.c.id)
    .where(
        and_(
            people.OF_PARTY,
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
    return (await connection.execute(_HISTORY, {"the_id": incident_id})).all()


_HISTORY = (
    select(change).where(stays.of(change.c.incident, bindparam("the_id"))).order_by(change.c.at)
)


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
