"""Finding an incident: by number, telephone, mail address, name or words of the title.

The words it is found by are written (`remember`) whenever title, parties or addresses change:
`incident.words`, all of it folded (no case, no accents) on one line, and `incident_word`, its
single words, of a telephone the last four digits. A search looks at the newest thousand first,
which fills the page for what is common; then at those with the rarest of its words; and at every
line only when each word is common and yet few have them all. On SQLite it runs in a thread: sound
goes on. Among 50,000 incidents: 3-8 ms (PostgreSQL 4-23), every line 17-30 ms
(`python -m tests.bench search`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    desc,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.display import mask
from router.core.query import Term, number_of, terms_of
from router.core.states import State
from router.core.text import fold
from router.records import schema
from router.records.sqlite import BIG

PAGE = 30
NEWEST = 1_000
RARE = 2_000
"""A word that more incidents have is common."""
LETTERS = 4_000
WORD_LETTERS = 40

Cursor = tuple[int, str]
"""Where a page ends: moment of the last touch, and id."""

incident, word = schema.incident, schema.incident_word
COLUMNS = [column for column in incident.c if column.name != "words"]
_DIGITS = re.compile(r" ?\+?[\d•]*\d{4}")
_ENDS_IN_NUMBER = re.compile(r"\d{7,}$")
_WORDS = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


# Remembering ------------------------------------------------------------------------------------


def words_of(title: str, names: Iterable[str], addresses: Iterable[str]) -> str:
    """The words an incident is found by, each part with a space behind it."""
    parts = [title, *names]
    for address in addresses:
        parts.append(address)
        if address.startswith("sip:"):
            parts.append(address[4:].partition("@")[0])
    return "".join(f"{fold(part)} " for part in parts if part)[:LETTERS]


def single(words: str) -> set[str]:
    """Its single words; of a telephone, the last four digits."""
    found = {part[:WORD_LETTERS] for part in _WORDS.findall(words)}
    return found | {part[-4:] for part in words.split() if _ENDS_IN_NUMBER.search(part)}


async def remember(connection: AsyncConnection, incident_id: str) -> None:
    """Writes the words this incident is found by."""
    rows = (await connection.execute(_KNOWN, {"the_id": incident_id})).all()
    if not rows:
        return
    names = dict.fromkeys(row.name for row in rows if row.name)
    addresses = dict.fromkeys(row.value for row in rows if row.value)
    words = words_of(rows[0].title, names, addresses)
    if words == rows[0].words:
        return
    await connection.execute(_REMEMBER, {"the_id": incident_id, "the_words": words})
    if rows[0].words:
        await connection.execute(_FORGET, {"the_id": incident_id})
    await connection.execute(
        word.insert(), [{"word": part, "incident": incident_id} for part in sorted(single(words))]
    )


async def remember_party(connection: AsyncConnection, party: str) -> None:
    """The same for every incident of a party: its name has changed."""
    for row in (await connection.execute(_OF_PARTY, {"the_id": party})).all():
        await remember(connection, row.incident)


_KNOWN = (
    select(incident.c.title, incident.c.words, schema.party.c.name, schema.address.c.value)
    .outerjoin(schema.incident_party, schema.incident_party.c.incident == incident.c.id)
    .outerjoin(schema.party, schema.party.c.id == schema.incident_party.c.party)
    .outerjoin(schema.address, schema.address.c.party == schema.party.c.id)
    .where(incident.c.id == bindparam("the_id"))
    .order_by(schema.party.c.created_at, schema.address.c.id)
)
_REMEMBER = (
    update(incident)
    .where(incident.c.id == bindparam("the_id"))
    .values(words=bindparam("the_words"))
)
_FORGET = delete(word).where(word.c.incident == bindparam("the_id"))
_OF_PARTY = select(schema.incident_party.c.incident).where(
    schema.incident_party.c.party == bindparam("the_id")
)


# Asking -----------------------------------------------------------------------------------------


def pattern_of(term: str) -> str:
    """For LIKE: taken literally, except that the dots of a masked address fit anything, and digits
    fit the end of a number ('0142', '2065550142')."""
    end = " %" if _DIGITS.fullmatch(term) else "%"
    for letter in "\\%_":
        term = term.replace(letter, f"\\{letter}")
    return f"%{re.sub('•+', '%', term)}{end}"


def leads_of(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Ranges [from, to) of single words; what fits the terms has a word in each."""
    found: set[tuple[str, str]] = set()
    for term in (alternatives[0] for alternatives in terms):
        if _DIGITS.fullmatch(term):
            found.add((term[-4:], term[-4:] + "!"))  # before any letter
        else:
            parts = _WORDS.findall(term.partition("•")[0])
            found |= {(part[:WORD_LETTERS], part[:WORD_LETTERS] + _LAST) for part in parts}
    return sorted(found)


async def _search(
    connection: AsyncConnection, terms: list[Term], filters: list[Any]
) -> Sequence[Any]:
    """At most a page and one more, in the three ways of the module's words."""
    every = select(incident).where(*filters)
    newest = every.order_by(desc(incident.c.touched_at), desc(incident.c.id))
    if not terms:
        return await _rows(connection, newest.with_only_columns(*COLUMNS).limit(PAGE + 1))
    patterns = [[pattern_of(word) for word in term] for term in terms]
    rows = await _rows(connection, _fitting(newest.limit(NEWEST), patterns))
    leads = leads_of(terms)
    if len(rows) > PAGE or not leads:
        return rows
    (start, end), common = await _rarest(connection, leads)
    if not common:
        among = select(word.c.incident).where(word.c.word >= start, word.c.word < end)
        every = every.where(incident.c.id.in_(among)).limit(RARE)  # so that these are read first
    return await _rows(connection, _fitting(every, patterns))


def _fitting(source: Select[Any], patterns: list[list[str]]) -> Select[Any]:
    """The newest of these that all patterns fit."""
    some = source.subquery()
    return (
        select(*(some.c[column.name] for column in COLUMNS))
        .where(
            *(
                or_(*(some.c.words.like(pattern, escape="\\") for pattern in alternatives))
                for alternatives in patterns
            )
        )
        # + 0: sorting what fits beats following the index of touches line by line
        .order_by(desc(some.c.touched_at + 0), desc(some.c.id))
        .limit(PAGE + 1)
    )


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Any]:
    return list((await connection.execute(statement.prefix_with(BIG))).all())


async def _rarest(
    connection: AsyncConnection, leads: list[tuple[str, str]]
) -> tuple[tuple[str, str], bool]:
    """The range with the fewest words, and whether even that is common."""
    counts = [
        select(literal(n).label("n"), func.count().label("many")).select_from(
            select(word.c.incident)
            .where(word.c.word >= start, word.c.word < end)
            .limit(RARE + 1)
            .subquery()
        )
        for n, (start, end) in enumerate(leads)
    ]
    rows = (await connection.execute(union_all(*counts))).all()
    least = min(rows, key=lambda row: int(row.many))
    return leads[least.n], least.many > RARE


async def find(
    connection: AsyncConnection,
    names: Mapping[str, str],
    *,
    query: str = "",
    owner: str | None = None,
    only: Collection[str] | None = None,
    only_open: bool = False,
    before: Cursor | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """A page of incidents (IncidentRow of docs/desk-protocol.md), the newest touched first but a
    number that was asked for before all, and where the next page begins.

    owner: only theirs. only: none but these. only_open: none that is closed. before: what the page
    before gave. names: of accounts.
    """
    filters: list[Any] = []
    if owner is not None:
        filters.append(incident.c.owner == owner)
    if only is not None:
        filters.append(incident.c.id.in_(list(only)))
    if only_open:
        filters.append(schema.INCIDENT_IS_OPEN)
    first: list[Any] = []
    number = number_of(query)
    if number is not None:
        numbered = select(*COLUMNS).where(*filters, incident.c.number == number)
        first = list((await connection.execute(numbered)).all()) if before is None else []
        filters.append(incident.c.number != number)
    if before is not None:
        filters.append(tuple_(incident.c.touched_at, incident.c.id) < before)
    rows = await _search(connection, terms_of(query), filters)
    following = (rows[PAGE - 1].touched_at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return await _described(connection, [*first, *rows[:PAGE]], names), following


# Showing ----------------------------------------------------------------------------------------


async def _described(
    connection: AsyncConnection, rows: Sequence[Any], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    who = await _who(connection, ids)
    contacts = await _contacts(connection, ids)
    found = []
    for row in rows:
        of = contacts.get(row.id, [])
        last = max(of, key=lambda c: (_moment(c), c.id), default=None)
        found.append(
            {
                "id": row.id,
                "number": f"INC-{row.number}",
                "title": isolated(row.title),
                "severity": row.severity,
                "state": row.state,
                "closed_at": row.closed_at,
                "touched_at": row.touched_at,
                "owner_name": names.get(row.owner) if row.owner else None,
                "who": isolated(who.get(row.id, "")),
                "channels": sorted({c.channel for c in of}, key=("voice", "sms", "email").index),
                "last": last
                and {
                    "channel": last.channel,
                    "direction": last.direction,
                    "state": last.state,
                    "outcome": last.outcome,
                },
                "open_contacts": sum(c.state != State.ENDED for c in of),
            }
        )
    return found


def _moment(contact: Any) -> int:
    """When something last happened to it. (arrived_at is its place: older after a redial.)"""
    c = contact
    return int(c.ended_at or c.answered_at or c.queued_at or c.arrived_at)


async def _who(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """The first party of each: the name, else the masked address."""
    link, party, address = schema.incident_party, schema.party, schema.address
    rows = await connection.execute(
        select(link.c.incident, party.c.name, address.c.kind, address.c.value)
        .join(party, party.c.id == link.c.party)
        .join(address, address.c.party == party.c.id)
        .where(link.c.incident.in_(ids))
        .order_by(party.c.created_at, party.c.id, address.c.id)
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.incident, row.name or mask(row.kind, row.value))
    return found


async def _contacts(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[Any]]:
    c = schema.contact.c
    rows = await connection.execute(
        select(
            c.id, c.incident, c.channel, c.direction, c.state, c.outcome,
            c.arrived_at, c.queued_at, c.answered_at, c.ended_at,
        ).where(c.incident.in_(ids))
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.incident, []).append(row)
    return found
