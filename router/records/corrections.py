"""People's corrections of the severities that triage gave: the examples it learns from.

A correction points to the text or mail it is about and is deleted with it (a foreign key that
cascades), so that nothing can be learnt from words that are no longer kept. Its words are read from
that message each time; it holds none of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, desc, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import Said, Step
from router.records import schema, stays
from router.records.ids import new_id
from router.records.sqlite import BIG

RAISED, NEVER = "raised", "never"
"""Kinds: it was worse than triage said; it never was an emergency."""

_correction, _message = schema.correction, schema.message


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction, with the message's text as triage reads it."""

    id: str
    text: str
    """Subject and words of the message, without what it only repeats."""
    was: int
    """Severity 1-4 before."""
    is_: int
    """Severity 1-4 as the person said."""
    kind: str
    """RAISED or NEVER."""
    by: str
    """The account."""
    at: int
    """Ms since 1970."""
    contact_id: str
    channel: str
    """sms or email."""
    incident: str
    number: int
    """The number of the incident to which it belongs."""


async def add(
    connection: AsyncConnection,
    contact_id: str,
    was: int,
    is_: int,
    kind: str,
    by: str,
    at: int,
    correction_id: str | None = None,
) -> str | None:
    """Keeps what `by` said of the party's newest message on a contact; returns the correction's id.
    None: nothing was written there (a call), so there is nothing to learn from.

    Raises:
        ValueError: `kind` and the two severities do not fit each other.
    """
    if not (1 <= is_ < was <= 4 if kind == RAISED else kind == NEVER and 1 <= was < is_ <= 4):
        raise ValueError(f"no correction: {kind} from {was} to {is_}")
    about = (
        await connection.execute(
            select(_message.c.id)
            .where(
                and_(
                    _message.c.contact == contact_id,
                    _message.c.direction == "in",
                    _message.c.channel.in_(("sms", "email")),
                )
            )
            .order_by(desc(_message.c.at))
            .limit(1)
        )
    ).scalar_one_or_none()
    if about is None:
        return None
    correction_id = correction_id or new_id("k")
    await connection.execute(
        insert(_correction).values(
            id=correction_id, message=about, contact=contact_id, was=was, is_now=is_, kind=kind,
            author=by, at=at,
        )
    )  # fmt: skip
    return correction_id


def learnt(channel: str, was: int, severity: int, kind: str) -> str | None:
    """What triage learns from a severity that somebody set: that it was worse, or never was an
    emergency; None: nothing. kind: never or over, for one that is lowered."""
    if channel == "voice" or severity == was:
        return None
    if severity > was:
        return NEVER if kind == NEVER else None
    return RAISED if kind == "" else None


async def fold(connection: AsyncConnection, step: Step, said: Said) -> str | None:
    """Writes the correction that a person made (its kind), or takes one back."""
    if said.takes_back is not None:
        await take_back(connection, said.takes_back, said.subject, said.by)
    if said.correction is None:
        return None
    live = next((c for c in step.contacts if c.id == said.subject), None)
    if live is None or live.before is None:
        return None
    was, is_ = live.before.severity, live.severity
    what = learnt(live.channel, was, is_, said.kind)
    if what is None:
        return None
    made = await add(connection, live.id, was, is_, what, said.by, int(step.at), said.correction)
    return what if made else None


async def take_back(
    connection: AsyncConnection, correction_id: str, contact_id: str, by: str
) -> bool:
    """Its maker undoes it. False: it does not exist, or is another contact's or somebody else's."""
    c = _correction.c
    mine = and_(c.id == correction_id, c.contact == contact_id, c.author == by)
    return bool((await connection.execute(delete(_correction).where(mine))).rowcount)


async def listed(connection: AsyncConnection, since: int) -> list[Correction]:
    """All since that moment (ms since 1970; 0 = all), newest first. If several are about one
    message, the first of them counts: the last that was said."""
    named = schema.incident.alias("named")
    rows = await connection.execute(
        select(
            _correction,
            func.coalesce(_message.c.subject, "").label("subject"),
            _message.c.text,
            _message.c.folds,
            _message.c.channel,
            schema.incident.c.id.label("incident"),
            schema.incident.c.number,
        )
        .join(_message, _message.c.id == _correction.c.message)
        .join(named, named.c.id == _message.c.incident)
        .join(schema.incident, schema.incident.c.id == stays.root_of(named))
        .where(_correction.c.at >= since)
        .order_by(desc(_correction.c.at), desc(_correction.c.id))
        .prefix_with(BIG)
    )
    return [
        Correction(
            row.id, f"{row.subject}\n{own_words(row.text, row.folds)}".strip(), row.was, row.is_now,
            row.kind, row.author, row.at, row.contact, row.channel,
            row.incident, row.number,
        )
        for row in rows
    ]  # fmt: skip


async def triaged(connection: AsyncConnection, since: int) -> int:
    """How many texts and mails of parties came since that moment."""
    came = and_(
        # whatever came touched its incident, and that is indexed
        stays.touched_since(_message.c.incident, since),
        _message.c.at >= since,
        _message.c.direction == "in",
        _message.c.channel.in_(("sms", "email")),
    )
    return int(
        (await connection.execute(select(func.count(_message.c.id)).where(came))).scalar_one()
    )


def own_words(text: str, folds: str | None) -> str:
    """The text of a message, without parts that only repeat (`folds`: lengths of own and repeated
    runs in turn)."""
    runs: Sequence[int] = json.loads(folds) if folds else ()
    own, at = [], 0
    for number, size in enumerate(runs):
        if number % 2 == 0:
            own.append(text[at : at + size])
        at += size
    if len(runs) % 2 == 0:
        own.append(text[at:])
    return "".join(own)
