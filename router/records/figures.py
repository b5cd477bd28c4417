"""The figures of a day, counted again from the record's event log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.figures import WORDS, words_of
from router.core.model import Happening
from router.records import schema
from router.records.today import Today

COUNTING = ("contact.queued", "contact.answered", "contact.ended")
DAY_MS = 86_400_000
TRIES = 20
"""The counts may move while the events are read; then both are read again."""

_decode = msgspec.json.Decoder(Happening).decode


@dataclass(frozen=True, slots=True)
class Recount:
    """Counts by name, as the index names them ('2:answered')."""

    again: dict[str, int]
    kept: dict[str, int]
    """As things happened; their `day` says of which day."""
    events: int
    without_facts: int
    """Of a version that did not write them: these could not be counted."""


async def recount(connection: AsyncConnection, begin: int, end: int) -> Recount:
    """The events of [begin, end), ms, and today's counts of the same moment."""
    kept = await Today.kept(connection)
    for _ in range(TRIES):
        again, events, without = await _again(connection, begin, end)
        now = await Today.kept(connection)
        if now == kept:
            break
        kept = now
    counts = {name: n for name, n in kept.counts.items() if name == "day" or _is_figure(name)}
    return Recount(again, counts, events, without)


def _is_figure(name: str) -> bool:
    return name.partition(":")[2].removeprefix("closed_") in WORDS


async def _again(
    connection: AsyncConnection, begin: int, end: int
) -> tuple[dict[str, int], int, int]:
    event = schema.event
    rows = await connection.execute(
        select(event.c.data).where(
            and_(
                # The moments of the store's stream, to find them by; those of the engine decide.
                event.c.step >= f"{max(0, begin - DAY_MS):013d}",
                event.c.step < f"{end + DAY_MS:013d}",
                event.c.name.in_(COUNTING),
                event.c.at >= begin,
                event.c.at < end,
            )
        )
    )
    found: Counter[str] = Counter()
    events = without = 0
    for row in rows:
        happening = _decode(row.data)
        events += 1
        if happening.facts is not None:
            found.update(words_of(happening.name, happening.outcome, happening.facts))
        elif happening.name == COUNTING[0]:  # an answer has none if it was not the first
            without += 1
    return dict(found), events, without
