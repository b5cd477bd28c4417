"""Other incidents that are named in this one: by the number in what was written to us, or by the
same booking. They may be one matter; a person decides whether they are merged."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import and_, bindparam, desc, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.incident import MERGED
from router.records import schema, stays
from router.records.schema import HAS_BOOKING
from router.records.sqlite import BIG

BOOKING, NAMED = "booking", "named"
"""Why they are linked."""

MOST, ENOUGH = 3, 100
LETTERS, MESSAGES, WORDS = 4_000, 20, 200
"""As far as it is looked: of each message, of the newest, of their words."""
_NUMBER = re.compile(r"\bINC-(\d{1,9})\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}([-/])\d{1,2}\1\d{1,2}|\d{1,2}([-/])\d{1,2}\2(?:\d{2}){1,2}")
_WORD = re.compile(r"[^\W_](?:[\w/-]{2,62})[^\W_]")

incident, message = schema.incident, schema.message


def numbers_in(text: str) -> set[int]:
    """Of incidents, as we write them in a subject."""
    return {int(found) for found in _NUMBER.findall(text)}


def bookings_in(text: str) -> list[str]:
    """Words that a booking may be, in the order in which they come, in capitals too: three digits
    or more with something else, or six. A year, a short number or a date is in many mails."""
    words = (word for word in _WORD.findall(text) if _may_be_one(word))
    return list(dict.fromkeys(form for word in words for form in (word, word.upper())))


def _may_be_one(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    least = 6 if digits == len(word) else 3
    return digits >= least and len(word) >= 5 and not _DATE.fullmatch(word)


async def others(connection: AsyncConnection, incident_id: str) -> list[dict[str, Any]]:
    """Those whose number is named, then those of a booking, the newest of each first, as
    `Incident.linked` of docs/desk-protocol.md has them."""
    booking = await _booking_of(connection, incident_id)
    texts = [
        f"{row.subject or ''}\n{row.text}"
        for row in await connection.execute(_SAID, {"the_id": incident_id})
    ]
    found: dict[str, dict[str, Any]] = {}
    words = [booking] if booking else []
    words += [word for text in texts for word in bookings_in(text)]
    numbers = {number for text in texts for number in numbers_in(text)}
    for why, asked, wanted in (  # what is named outright comes first
        (NAMED, _BY_NUMBER, sorted(numbers)[:WORDS]),
        (BOOKING, _BY_BOOKING, list(dict.fromkeys(words))[:WORDS]),
    ):
        if wanted:
            rows = await connection.execute(asked, {"wanted": wanted, "the_id": incident_id})
            for row in rows:
                found.setdefault(row.id, _told(row, why))
    return list(found.values())[:MOST]


async def _booking_of(connection: AsyncConnection, incident_id: str) -> str:
    its = select(incident.c.booking).where(incident.c.id == incident_id)
    return (await connection.execute(its)).scalar_one_or_none() or ""


def _told(row: Any, why: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": f"INC-{row.number}",
        "title": isolated(row.title),
        "state": row.state,
        "why": why,
        "filing": None,
    }


_SAID = (
    select(message.c.subject, func.substr(message.c.text, 1, LETTERS).label("text"))
    .where(stays.of(message.c.incident, bindparam("the_id")), message.c.direction == "in")
    .order_by(desc(message.c.at))
    .limit(MESSAGES)
    .prefix_with(BIG)
)
_wanted: Any = bindparam("wanted", expanding=True)


def _those(mine: Any) -> Any:
    """As they are found now: of one that was merged, the one that stays. A booking that
    is that of thousands tells nothing: some of them are enough, and looked for in no time."""
    found = select(stays.root_of(incident).label("id")).where(mine)
    some = found.limit(ENOUGH).subquery()
    its = incident.alias("its")
    return (
        select(its.c.id, its.c.number, its.c.title, its.c.state)
        .join(some, some.c.id == its.c.id)
        .where(its.c.id != bindparam("the_id"), its.c.state != MERGED)
        .distinct()
        .order_by(desc(its.c.number))
        .limit(MOST)
    )


_BY_BOOKING = _those(and_(incident.c.booking.in_(_wanted), HAS_BOOKING))
_BY_NUMBER = _those(incident.c.number.in_(_wanted))
