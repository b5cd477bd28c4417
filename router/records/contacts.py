"""Contacts in the record, and how steps of the live index are folded into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, desc, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import LiveContact, Step
from router.core.restricted import only
from router.core.states import State
from router.core.text import clean
from router.records import early, incident_steps, schema, stays
from router.records.sql import get_meta, insert_all_new, insert_new, put_meta

_encode = msgspec.json.Encoder().encode
contact = schema.contact

RECORDER_POSITION = "recorder.step"


def _cut(name: str, value: str | None) -> str | None:
    """A string of the index, cut to its column: SQLite takes any length, PostgreSQL does not."""
    kind = contact.c[name].type
    return None if value is None else clean(value, getattr(kind, "length", None))


def _moment(value: float | None) -> int | None:
    return None if value is None else int(value)


async def admit(
    connection: AsyncConnection,
    live: LiveContact,
    *,
    party: str,
    address: str,
    our_address: str,
) -> bool:
    """Writes a new contact. False: it was written before (a repeated webhook)."""
    return await insert_new(
        connection,
        contact,
        {
            "id": live.id,
            "channel": live.channel,
            "direction": live.dir,
            "state": live.state,
            "severity": live.severity,
            "queue": live.queue,
            "line": live.line,
            "rule": _cut("rule", live.rule),
            "party": party,
            "address": address,
            "our_address": our_address,
            "incident": live.incident,
            "carrier_id": live.carrier_id,
            "agent": live.agent,
            "arrived_at": int(live.arrived_at),
            "live": _encode(live).decode(),
        },
        unique=["id"],
    )


async def fold(connection: AsyncConnection, steps: Sequence[tuple[str, Step]]) -> None:
    """Brings steps of the live index, oldest first, into the record, even if it has some already.

    Each comes with its id as `sortable`: an older step never overwrites a newer one.
    """
    events = [
        {
            "step": step_id,
            "part": part,
            "epoch": step.epoch,
            "at": int(step.at),
            "name": happening.name,
            "contact": happening.contact,
            "agent": happening.agent,
            "data": _encode(happening).decode(),
        }
        for step_id, step in steps
        for part, happening in enumerate(step.events)
    ]
    await insert_all_new(connection, schema.event, events, unique=["step", "part"])
    begun = 0
    for at, (step_id, step) in enumerate(steps):
        if incident_steps.says(step):  # it is judged by what its contacts are until then
            await _fold_contacts(connection, steps[begun:at])
            await incident_steps.fold(connection, step_id, step)
            begun = at
    await _fold_contacts(connection, steps[begun:])
    moved = _moved(steps)
    if moved:
        rows = [{"the_id": name, "the_moment": moved[name]} for name in sorted(moved)]
        await connection.execute(_TOUCH, rows)


async def _fold_contacts(connection: AsyncConnection, steps: Sequence[tuple[str, Step]]) -> None:
    last = {live.id: (step_id, live) for step_id, step in steps for live in step.contacts}
    early_steps = {
        live.id: (step_id, live)
        for step_id, step in steps
        for live in step.contacts
        if live.provisional
    }
    # By id: two recorders side by side lock in one order.
    for step_id, live in [early_steps[name] for name in sorted(early_steps)]:
        if not await early.completed(connection, step_id, live):
            del last[live.id]
    if last:
        await connection.execute(_FOLD, [_folded(*last[name]) for name in sorted(last)])


def incidents_of(steps: Sequence[tuple[str, Step]]) -> set[str]:
    """Those that these steps change."""
    found = set(_moved(steps))
    for _, step in steps:
        if incident_steps.says(step):
            found |= {live.incident for live in step.contacts if live.incident is not None}
    return found


def _moved(steps: Sequence[tuple[str, Step]]) -> dict[str, int]:
    """Incidents with something that people see moving, and when it last did. (What comes in touches
    its incident where it is recorded.)"""
    found: dict[str, int] = {}
    for _, step in steps:
        names = {happening.contact for happening in step.events if happening.name in MOVES}
        for live in step.contacts:
            if live.id in names and live.incident is not None:
                found[live.incident] = max(found.get(live.incident, 0), int(step.at))
    return found


async def fold_early(connection: AsyncConnection, step_id: str, live: LiveContact) -> None:
    """Folds in what the index did with a contact before its row was written."""
    await connection.execute(_FOLD, [_folded(step_id, live)])
    await early.forget(connection, live.id)


def _folded(step_id: str, live: LiveContact) -> dict[str, Any]:
    return {
        "the_id": live.id,
        "the_step": step_id,
        "state": _cut("state", live.state),
        "severity": live.severity,
        "queue": _cut("queue", live.queue),
        "rule": _cut("rule", live.rule),
        "agent": _cut("agent", live.agent),
        "carrier_id": _cut("carrier_id", live.carrier_id),
        "outcome": _cut("outcome", live.outcome),
        "disposition": _cut("disposition", live.disposition),
        "comment": _cut("comment", live.comment),
        "queued_at": _moment(live.queued_at),
        "answered_at": _moment(live.answered_at),
        "ended_at": _moment(live.ended_at),
        "live": _encode(live).decode(),
        "step": step_id,
    }


_FOLD = (
    update(contact)
    .where(and_(contact.c.id == bindparam("the_id"), contact.c.step < bindparam("the_step")))
    .values(
        {
            name: bindparam(name)
            for name in (
                "state", "severity", "queue", "rule", "agent", "carrier_id", "outcome",
                "disposition", "comment", "queued_at", "answered_at", "ended_at", "live", "step",
            )
        }
    )
)  # fmt: skip


MOVES = frozenset(
    f"contact.{what}" for what in ("queued", "requeued", "answered", "reply_sent", "ended")
)
_TOUCH = (
    update(schema.incident)
    .where(
        and_(
            schema.incident.c.id == bindparam("the_id"),
            schema.incident.c.touched_at < bindparam("the_moment"),
        )
    )
    .values(touched_at=bindparam("the_moment"))
)


def sortable(stream_id: str) -> str:
    """'1795223353369-3' -> '1795223353369-000003'."""
    moment, _, number = stream_id.partition("-")
    return f"{int(moment):013d}-{int(number):06d}"


async def recorder_position(connection: AsyncConnection) -> str:
    return await get_meta(connection, RECORDER_POSITION) or "0-0"


async def set_recorder_position(connection: AsyncConnection, step_id: str) -> None:
    await put_meta(connection, RECORDER_POSITION, step_id)


async def open_contacts(connection: AsyncConnection) -> list[LiveContact]:
    """Every contact that has not ended, as last recorded."""
    rows = await connection.execute(_OPEN)
    decode = msgspec.json.Decoder(LiveContact).decode
    found = []
    for row in rows:
        live = decode(row.live)
        live.party = live.party or row.party  # recorded before contacts knew it
        live.incident, live.incident_no = row.id, f"INC-{row.number}"
        live.only = only(row.only)
        found.append(live)
    return found


_named = schema.incident.alias("named")
_OPEN = (
    select(
        contact.c.live,
        contact.c.party,
        schema.incident.c.id,
        schema.incident.c.number,
        schema.incident.c.only,
    )
    .join(_named, _named.c.id == contact.c.incident)
    .join(schema.incident, schema.incident.c.id == stays.root_of(_named))
    .where(schema.IS_OPEN)
)


async def open_of_party(connection: AsyncConnection, party: str) -> list[str]:
    """What they have open, oldest first."""
    rows = await connection.execute(_OPEN_OF_PARTY, {"the_party": party})
    return list(rows.scalars())


_OPEN_OF_PARTY = (
    select(contact.c.id)
    .where(and_(contact.c.party == bindparam("the_party"), schema.IS_OPEN))
    .order_by(contact.c.arrived_at, contact.c.id)
)


async def get(connection: AsyncConnection, contact_id: str) -> Row[Any] | None:
    return (await connection.execute(select(contact).where(contact.c.id == contact_id))).first()


def offset_in(row: Row[Any], moment: int) -> int | None:
    """How far into this call, ms; None: not in it, or it was not a call."""
    if row.channel != "voice" or row.answered_at is None:
        return None
    within = row.ended_at is None or moment <= row.ended_at
    return max(0, moment - int(row.answered_at)) if within else None


_LIVE = select(contact.c.live).where(contact.c.id == bindparam("the_id"))


async def live_of(connection: AsyncConnection, contact_id: str) -> LiveContact | None:
    row = (await connection.execute(_LIVE, {"the_id": contact_id})).first()
    return msgspec.json.decode(row.live, type=LiveContact) if row else None


async def open_text_contact(
    connection: AsyncConnection, channel: str, address: str, our_address: str, incident: str = ""
) -> Row[Any] | None:
    """The open conversation between a party's address and ours, if there is one; of several, the
    one in `incident`, otherwise the newest."""
    there = case((stays.of(contact.c.incident, incident), 0), else_=1)
    return (
        await connection.execute(
            select(contact)
            .where(
                and_(
                    contact.c.channel == channel,
                    contact.c.address == address,
                    contact.c.our_address == our_address,
                    schema.IS_OPEN,
                )
            )
            .order_by(there, desc(contact.c.arrived_at))
            .limit(1)
        )
    ).first()


Redial = Row[Any]
"""The row of a call that its caller repeats."""


async def redial_of(
    connection: AsyncConnection, address: str, our_address: str, since: int, not_id: str
) -> Redial | None:
    """A call from the same number on the same line that was left unanswered since then."""
    values = {"address": address, "our": our_address, "since": since, "not_id": not_id}
    return (await connection.execute(_REDIAL, values)).first()


_REDIAL = (
    select(contact)
    .where(
        and_(
            contact.c.channel == "voice",
            contact.c.direction == "in",
            contact.c.address == bindparam("address"),
            contact.c.our_address == bindparam("our"),
            contact.c.id != bindparam("not_id"),
            contact.c.ended_at >= bindparam("since"),
            contact.c.outcome.in_(("abandoned", "dropped", "unknown")),
        )
    )
    .order_by(desc(contact.c.ended_at))
    .limit(1)
)


async def by_incident(connection: AsyncConnection, incident: str) -> Sequence[Row[Any]]:
    return (await connection.execute(_OF_INCIDENT, {"the_id": incident})).all()


_OF_INCIDENT = (
    select(contact)
    .where(stays.of(contact.c.incident, bindparam("the_id")))
    .order_by(contact.c.arrived_at)
)


async def last_line_of(connection: AsyncConnection, incident: str) -> str | None:
    """The line of an incident's last call or text, theirs or ours."""
    c = contact.c
    last = (
        select(c.line)
        .where(and_(stays.of(c.incident, incident), c.channel.in_(("voice", "sms"))))
        .order_by(desc(func.coalesce(c.queued_at, c.arrived_at)), desc(c.id))
        .limit(1)
    )
    return (await connection.execute(last)).scalar_one_or_none()


async def queues_of(connection: AsyncConnection, incident: str) -> list[str]:
    """The queues in which its people waited, the last one first."""
    c = contact.c
    last = (
        select(c.queue)
        .where(and_(stays.of(c.incident, incident), c.direction == "in"))
        .order_by(desc(c.arrived_at), desc(c.id))
        .limit(10)
    )
    return list((await connection.execute(last)).scalars())


async def count_open(connection: AsyncConnection) -> int:
    row = await connection.execute(select(func.count()).select_from(contact).where(schema.IS_OPEN))
    return int(row.scalar_one())


async def mark_ended(connection: AsyncConnection, live: LiveContact) -> None:
    """Ends a contact in the record only (the index no longer knows it)."""
    live.state = State.ENDED
    await connection.execute(
        update(contact)
        .where(contact.c.id == live.id)
        .values(
            state=State.ENDED,
            outcome=live.outcome,
            ended_at=_moment(live.ended_at),
            live=_encode(live).decode(),
        )
    )


async def last_called_by(
    connection: AsyncConnection, agent: str, since: int
) -> tuple[str, str] | None:
    """Incident and address (ids) of the call that this agent dialled last, if it goes on, or is in
    its wrap-up, or ended since."""
    c, d = contact.c, schema.dial.c
    mine = and_(c.direction == "out", c.channel == "voice", c.agent == agent)
    last = (
        select(c.incident, c.address)
        .join(schema.dial, d.contact == c.id)
        .where(and_(mine, or_(c.ended_at >= since, schema.IS_OPEN)))
        .order_by(desc(d.intended_at), desc(c.id))
        .limit(1)
    )
    row = (await connection.execute(last)).first()
    return (row.incident, row.address) if row else None


async def intend_dial(
    connection: AsyncConnection, dial_id: str, contact_id: str, to: str, from_: str, now: int
) -> bool:
    """The intent to call somebody, written before anything is dialled. False: it was there."""
    return await insert_new(
        connection,
        schema.dial,
        {
            "id": dial_id,
            "contact": contact_id,
            "state": "intended",
            "to_address": to,
            "from_address": from_,
            "intended_at": now,
        },
        unique=["id"],
    )


async def dial_of(connection: AsyncConnection, contact_id: str) -> Row[Any] | None:
    return (
        await connection.execute(select(schema.dial).where(schema.dial.c.contact == contact_id))
    ).first()


async def of_carrier_id(connection: AsyncConnection, carrier_id: str) -> str | None:
    """The contact of a call at the carrier."""
    rows = await connection.execute(select(contact.c.id).where(contact.c.carrier_id == carrier_id))
    return rows.scalars().first()


async def carrier_ids_of_others(
    connection: AsyncConnection, carrier_ids: list[str], contact_id: str
) -> set[str]:
    """Which of these calls belong to other contacts of the record."""
    rows = await connection.execute(
        select(contact.c.carrier_id).where(
            and_(contact.c.carrier_id.in_(carrier_ids), contact.c.id != contact_id)
        )
    )
    return {row.carrier_id for row in rows}


NEVER_BEGUN = ("intended", "cancelled")  # states of a dial for which the carrier was not asked


async def begin_dial(connection: AsyncConnection, contact_id: str, now: int) -> bool:
    """Marks the one attempt. False: there was an attempt before; look it up, never dial again."""
    result = await connection.execute(
        update(schema.dial)
        .where(and_(schema.dial.c.contact == contact_id, schema.dial.c.state == "intended"))
        .values(state="attempted", attempted_at=now)
    )
    return bool(result.rowcount)


async def set_dialled(
    connection: AsyncConnection, contact_id: str, state: str, carrier_id: str | None
) -> None:
    values: dict[str, Any] = {"state": state}
    if carrier_id:
        values["carrier_id"] = carrier_id
    await connection.execute(
        update(schema.dial).where(schema.dial.c.contact == contact_id).values(**values)
    )


async def end_dial(connection: AsyncConnection, dial: Row[Any]) -> None:
    """Its contact ended before we knew what became of the order: it stays open for nobody."""
    if dial.state == "intended":
        await set_dialled(connection, dial.contact, "cancelled", None)
    elif dial.state == "attempted":
        row = await get(connection, dial.contact)
        sid = row.carrier_id if row else None
        await set_dialled(connection, dial.contact, "dialed" if sid else "unclear", sid)


async def has_event(connection: AsyncConnection, step: str) -> bool:
    """Whether a fact with this unique name was written."""
    found = select(schema.event.c.step).where(schema.event.c.step == step)
    return (await connection.execute(found)).first() is not None


async def cancel_dial(connection: AsyncConnection, contact_id: str) -> bool:
    """An intent that nobody acted on is void. False: it was dialled, or there is none."""
    result = await connection.execute(
        update(schema.dial)
        .where(and_(schema.dial.c.contact == contact_id, schema.dial.c.state == "intended"))
        .values(state="cancelled")
    )
    return bool(result.rowcount)


async def add_event(
    connection: AsyncConnection, step: str, name: str, contact_id: str, at: int, data: str
) -> None:
    """A fact that no step of the live index carries."""
    await connection.execute(
        insert(schema.event).values(
            step=step, part=0, epoch=0, name=name, contact=contact_id, at=at, data=data
        )
    )
