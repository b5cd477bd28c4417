"""The figures of a day, counted again from the record's event log, and the contacts of each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, desc, literal_column, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.contact import Outcome
from router.core.display import mask
from router.core.figures import ENDINGS, WORDS, Figure, words_of
from router.core.model import Happening
from router.core.severity import Severity
from router.records import schema, stays
from router.records.schema import COUNTING
from router.records.today import Today

CHUNK = 500
"""Events read in one go: few enough that a frame of sound is not late for it."""
TRIES = 20
"""The counts may move while the events are read; then both are read again."""


class Due(msgspec.Struct):
    """What is read of a contact as it lives."""

    due_from: float | None = None


_due = msgspec.json.Decoder(Due).decode
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


def _within(begin: int, end: int) -> Any:
    at = schema.event.c.at
    return and_(schema.IS_COUNTING, at >= begin, at < end)


async def _again(
    connection: AsyncConnection, begin: int, end: int
) -> tuple[dict[str, int], int, int]:
    event = schema.event
    rows = await connection.execute(select(event.c.data).where(_within(begin, end)))
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


# Of whom a figure is ---------------------------------------------------------------------------


Place = tuple[int, str, int]
"""Of an event in the order of a list: its moment, its step, its part of it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An event that a figure counts."""

    contact: str
    place: Place
    severity: int
    """As it was counted."""
    in_target: bool
    """It was answered before the target had passed."""
    waited_ms: int | None


def _has(*facts: str) -> tuple[str, ...]:
    return tuple(f'"{fact}":true' for fact in facts)


def _ends(word: str) -> list[tuple[str, ...]]:
    return [(f'"outcome":"{outcome}"',) for outcome, counts in ENDINGS.items() if counts == word]


_QUEUED, _ANSWERED, _ENDED = COUNTING
_MAY: Mapping[str, list[tuple[str, tuple[str, ...]]]] = {
    "queued": [(_QUEUED, ())],
    "answered": [(_ANSWERED, ())],
    "in_target": [(_ANSWERED, _has("in_target"))],
    "abandoned": [(_ENDED, says) for says in _ends("abandoned")],
    "short": [(_ENDED, says) for says in _ends("abandoned")],
    "left": [
        (_ANSWERED, _has("by_machine")),
        *((_ENDED, says) for says in _ends("left")),
        *((_ENDED, (*says, *_has("outside"))) for says in _ends("abandoned")),
    ],
    "kept": [(_ANSWERED, _has("promised"))],
    "unreached": [(_ENDED, (f'"outcome":"{Outcome.NOT_REACHED}"', *_has("last")))],
}
"""By what a figure counts: the events among which it is found, and what their text says. Words of a
person cannot look like it, because a quotation mark within them is written with a backslash."""


def _may_be(figure: Figure, severities: Collection[int]) -> list[Any]:
    """What narrows the events down to those that this figure may count; one for each name, so that
    each is read by the index from its end."""
    event, by_name = schema.event.c, dict[str, list[Any]]()
    for word in figure.of:
        closed = _has("closed") if word.startswith("closed_") else ()
        for name, says in _MAY[word.removeprefix("closed_")]:
            parts = [event.data.contains(part, autoescape=True) for part in (*says, *closed)]
            by_name.setdefault(name, []).append(and_(true(), *parts))
    one = [f'"severity":{severity}' for severity in severities]
    some = or_(*(event.data.contains(part, autoescape=True) for part in one))
    if len(one) == len(Severity):
        some = true()
    return [
        and_(event.name == literal_column(f"'{name}'"), or_(*found), some)
        for name, found in by_name.items()
    ]


async def counted(
    connection: AsyncConnection,
    within: tuple[int, int],
    figure: Figure,
    severities: Collection[int],
    most: int,
    before: Place | None = None,
) -> list[Counted]:
    """The events of [begin, end) that this figure counts, the newest first; `most` at most, and
    only those that come after `before` in this order. The database narrows them down; `words_of`
    decides."""
    found: list[Counted] = []
    wanted = and_(_within(*within), true() if before is None else _after(before))
    for narrow in _may_be(figure, severities):
        # Enough are known already: only what is newer than the last of them can be in the list.
        enough = schema.event.c.at >= found[-1].place[0] if len(found) == most else true()
        of_this = 0
        async for row in _newest(connection, and_(wanted, narrow, enough), min(CHUNK, most)):
            one = _counted(row, figure, severities)
            if one is not None:
                found.append(one)
                of_this += 1
            if of_this == most:
                break
        found = sorted(found, key=lambda one: one.place, reverse=True)[:most]
    return found


def _place(row: Any) -> Place:
    return row.at, row.step, row.part


def _after(place: Place) -> ColumnElement[bool]:
    """What comes after it, the newest first. The moment by itself is for the index."""
    event = schema.event.c
    return and_(event.at <= place[0], tuple_(event.at, event.step, event.part) < place)


async def _newest(connection: AsyncConnection, wanted: Any, chunk: int) -> AsyncIterator[Any]:
    event = schema.event.c
    asked = (
        select(event.step, event.part, event.at, event.contact, event.data)
        .order_by(desc(event.at), desc(event.step), desc(event.part))
        .limit(chunk)
    )
    before: ColumnElement[bool] = true()
    while True:
        rows = (await connection.execute(asked.where(and_(wanted, before)))).all()
        for row in rows:
            yield row
        if len(rows) < chunk:
            return
        before = _after(_place(rows[-1]))
        await asyncio.sleep(0)  # SQLite runs in place: sound goes on in between


def _counted(row: Any, figure: Figure, severities: Collection[int]) -> Counted | None:
    happening = _decode(row.data)
    facts = happening.facts
    if facts is None or facts.severity not in severities:
        return None
    words = words_of(happening.name, happening.outcome, facts)
    if not figure.has(words, facts.severity):
        return None
    in_target = happening.name == "contact.answered" and facts.in_target
    waited = facts.waited_ms if happening.waited_ms is None else happening.waited_ms
    waited_ms = None if waited is None else int(waited)
    return Counted(row.contact, _place(row), facts.severity, in_target, waited_ms)


async def described(
    connection: AsyncConnection, contacts: Sequence[str], names: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """By contact: who it is, since when its target counts, of which incident, in whose hands (an
    agent's, or those of a number outside), how it ended. `names`: of accounts. The record may not
    have the newest."""
    contact, address, party, incident = (
        schema.contact, schema.address, schema.party, schema.incident,
    )  # fmt: skip
    named = incident.alias("named")
    rows = await connection.execute(
        select(
            contact.c.id, contact.c.channel, contact.c.direction, contact.c.agent,
            contact.c.outcome, contact.c.arrived_at, contact.c.live,
            incident.c.id.label("incident"), incident.c.number, party.c.name,
            address.c.kind, address.c.value,
        )
        .join(address, address.c.id == contact.c.address)
        .join(party, party.c.id == contact.c.party)
        .join(named, named.c.id == contact.c.incident)
        .join(incident, incident.c.id == stays.root_of(named))
        .where(contact.c.id.in_(contacts))
    )  # fmt: skip
    outside = await _outside(connection, contacts)
    return {
        row.id: {
            "channel": row.channel,
            "direction": row.direction,
            "due_from": _due(row.live).due_from or row.arrived_at,
            "who": isolated(row.name or mask(row.kind, row.value)),
            "incident": row.incident,
            "incident_no": f"INC-{row.number}",
            "agent_name": names.get(row.agent) if row.agent else outside.get(row.id),
            "outcome": row.outcome,
        }
        for row in rows
    }


async def _outside(connection: AsyncConnection, contacts: Sequence[str]) -> dict[str, str]:
    """The label of the number outside that answered each of these."""
    event = schema.event
    rows = await connection.execute(
        select(event.c.contact, event.c.data).where(
            and_(
                event.c.contact.in_(contacts),
                event.c.name == "contact.answered",
                event.c.agent.is_(None),
            )
        )
    )
    return {row.contact: there for row in rows if (there := _decode(row.data).handed_to)}
