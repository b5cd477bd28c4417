"""Promised calls in the record: one row per promise, one contact per try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, exists, func, or_, select, true, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.callback import CALLED_OFF, NOT_NEEDED
from router.core.model import Happening
from router.core.states import NOT_MADE, State
from router.records import schema, stays
from router.records.sql import insert_new

callback, contact, incident, dial = (
    schema.callback,
    schema.contact,
    schema.incident,
    schema.dial,
)
OPEN, REACHED, CANCELLED = "open", "reached", "cancelled"


async def hold_incident(connection: AsyncConnection, incident_id: str) -> str | None:
    """Makes other promises to this incident wait until this transaction ends; returns its owner."""
    mine = select(incident.c.owner).where(incident.c.id == stays.one(incident_id))
    row = await connection.execute(mine.with_for_update(key_share=True))
    owner: str | None = row.scalar_one_or_none()
    return owner


async def by_id(connection: AsyncConnection, callback_id: str) -> Row[Any] | None:
    row = await connection.execute(select(callback).where(callback.c.id == callback_id))
    return row.first()


async def open_of(connection: AsyncConnection, incident_id: str) -> Row[Any] | None:
    """An incident's promise that has not been kept yet."""
    return (await connection.execute(_OPEN_OF, {"the_incident": incident_id})).first()


async def open_at(connection: AsyncConnection, address: str) -> str | None:
    """The number of the incident in which a call to this address is promised; None: in none."""
    named, root = incident.alias(), incident.alias()
    asked = (
        select(root.c.number)
        .select_from(callback)
        .join(named, named.c.id == callback.c.incident)
        .join(root, root.c.id == stays.root_of(named))
        .where(and_(callback.c.address == address, callback.c.state == OPEN))
    )
    number = (await connection.execute(asked.order_by(callback.c.made_at))).scalars().first()
    return None if number is None else f"INC-{number}"


async def of_incident(connection: AsyncConnection, incident_id: str) -> Sequence[Row[Any]]:
    """Every promise in it, kept or not."""
    return (await connection.execute(_OF_INCIDENT, {"the_id": incident_id})).all()


_OF_INCIDENT = (
    select(callback)
    .where(stays.of(callback.c.incident, bindparam("the_id")))
    .order_by(callback.c.made_at, callback.c.id)
)


async def open_to(connection: AsyncConnection, party: str) -> Row[Any] | None:
    """The oldest promise to call this party, at whichever of their telephones."""
    return (await connection.execute(_OPEN_TO, {"the_party": party})).first()


_OPEN_OF = (
    select(callback)
    .where(and_(stays.of(callback.c.incident, bindparam("the_incident")), callback.c.state == OPEN))
    .order_by(callback.c.made_at)
)
_OPEN_TO = (
    select(callback)
    .join(schema.address, schema.address.c.id == callback.c.address)
    .where(and_(schema.address.c.party == bindparam("the_party"), callback.c.state == OPEN))
    .order_by(callback.c.made_at)
)


async def add(
    connection: AsyncConnection,
    *,
    callback_id: str,
    incident_id: str,
    address: str,
    contact_id: str,
    asked_by: str,
    kind: str,
    why: str,
    not_before: int | None,
    now: int,
) -> bool:
    """A new promise. False: it was written before."""
    return await insert_new(
        connection,
        callback,
        {
            "id": callback_id,
            "incident": incident_id,
            "address": address,
            "state": OPEN,
            "contact": contact_id,
            "tried": 1,
            "asked_by": asked_by,
            "kind": kind,
            "why": why[:200],
            "not_before": not_before,
            "made_at": now,
        },
        unique=["id"],
    )


async def try_again(
    connection: AsyncConnection, row: Row[Any], contact_id: str, tried: int, not_before: int
) -> bool:
    """The next try takes the place of the ended one. False: another process was quicker."""
    done = await connection.execute(
        update(callback)
        .where(and_(callback.c.id == row.id, callback.c.contact == row.contact, _IS_OPEN))
        .values(contact=contact_id, tried=tried, not_before=not_before)
    )
    return bool(done.rowcount)


async def close(
    connection: AsyncConnection,
    callback_id: str,
    state: str,
    cause: str,
    now: int,
    *,
    of: str | None = None,
) -> bool:
    """False: it was closed before. `of`: only while this contact is its try."""
    still = callback.c.contact == of if of is not None else true()
    done = await connection.execute(
        update(callback)
        .where(and_(callback.c.id == callback_id, _IS_OPEN, still))
        .values(state=state, cause=cause[:32], closed_at=now)
    )
    return bool(done.rowcount)


_IS_OPEN = callback.c.state == OPEN


async def called_off_by(connection: AsyncConnection, contact_id: str) -> str | None:
    """Who said that this promised call is not needed, or called it off."""
    event = schema.event
    found = await connection.execute(
        select(event.c.data).where(
            and_(event.c.contact == contact_id, event.c.name == "contact.callback_cancelled")
        )
    )
    said = [msgspec.json.decode(data, type=Happening) for data in found.scalars()]
    return next((one.by for one in said if one.cause in (NOT_NEEDED, CALLED_OFF)), None)


async def reopen(
    connection: AsyncConnection, callback_id: str, contact_id: str, following: str
) -> bool:
    """It is needed after all: another contact takes the place of the one that was called off.
    False: it is not as it was then."""
    unneeded = or_(
        and_(callback.c.state == REACHED, callback.c.cause == NOT_NEEDED),
        and_(callback.c.state == CANCELLED, callback.c.cause == CALLED_OFF),
    )
    done = await connection.execute(
        update(callback)
        .where(
            and_(
                callback.c.id == callback_id,
                callback.c.contact == contact_id,
                or_(_IS_OPEN, unneeded),
            )
        )
        .values(contact=following, state=OPEN, cause=None, closed_at=None)
    )
    return bool(done.rowcount)


async def ended_tries(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Open promises whose try has ended, with the contact as it was last."""
    return (
        await connection.execute(
            select(callback, contact.c.live, contact.c.our_address)
            .join(contact, contact.c.id == callback.c.contact)
            .where(and_(_IS_OPEN, contact.c.state == State.ENDED))
        )
    ).all()


async def left_waiting(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Contacts that still wait though their promise is closed."""
    waiting = select(contact.c.id).where(and_(schema.IS_OPEN, contact.c.state.in_(NOT_MADE)))
    return (
        await connection.execute(
            select(callback).where(and_(callback.c.state != OPEN, callback.c.contact.in_(waiting)))
        )
    ).all()


async def _any_call(connection: AsyncConnection, whom: Any, since: Any, more: Any) -> bool:
    """True if this party has called us since then, and `more` is true of one of these calls."""
    c = contact.c
    at = select(schema.address.c.id).where(schema.address.c.party == whom)
    came = and_(
        c.address.in_(at),  # by an index; contacts have none by party
        c.channel == "voice",
        c.direction == "in",
        c.queued_at >= since,
        more,
    )
    theirs = await connection.execute(select(func.count()).select_from(contact).where(came))
    return bool(theirs.scalar_one())


async def came_since(connection: AsyncConnection, party: str, moment: int) -> bool:
    """True if they have called us after this moment, ms."""
    return await _any_call(connection, party, moment, true())


async def called_since(connection: AsyncConnection, contact_id: str) -> bool:
    """True when the party called us since this try was dialled, and is here or was answered."""
    since = select(dial.c.attempted_at).where(dial.c.contact == contact_id).scalar_subquery()
    ours = contact.alias()
    whom = select(ours.c.party).where(ours.c.id == contact_id).scalar_subquery()
    here = or_(contact.c.state != State.ENDED, contact.c.answered_at.is_not(None))
    return await _any_call(connection, whom, since, here)


async def spoke_in_vain(connection: AsyncConnection, since: int) -> list[str]:
    """Contacts that ended at the voicemail after this moment, to whom a call is due and none is
    promised: the request for it was lost. A call is due to callers who left a message, and to those
    nobody took although they had waited to the end of their ladder."""
    c, m = contact.c, schema.message.c
    named, other = incident.alias("named"), incident.alias("other")
    promised = (
        exists()
        .where(
            and_(
                named.c.id == c.incident,
                or_(other.c.id == stays.root_of(named), other.c.stays == stays.root_of(named)),
                callback.c.incident == other.c.id,
                or_(_IS_OPEN, callback.c.closed_at >= c.ended_at),
            )
        )
        .correlate(contact)
    )
    spoke = exists().where(and_(m.contact == c.id, m.key.like("voicemail:%")))
    rows = await connection.execute(
        select(c.id, c.live, spoke.label("spoke")).where(
            and_(c.state == State.ENDED, c.outcome == "voicemail", c.ended_at >= since, ~promised)
        )
    )
    return [
        row.id
        for row in rows
        if row.spoke or msgspec.json.decode(row.live).get("overflow_at") is not None
    ]
