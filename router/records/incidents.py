"""Finding an incident: by number, telephone, mail address, name, reference, or anything said in it.

What it is found by is kept by `search_index`. A search looks at the newest few hundred first, which
fills the page for what is common; then at those that the index of words has. On SQLite it runs in a
thread: sound goes on. Among 100,000 incidents: `make bench-incidents`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    column,
    desc,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.display import mask
from router.core.incident import MERGED
from router.core.query import number_of
from router.core.search_words import Wanted, wanted
from router.core.states import State
from router.core.text import fold
from router.records import schema, sight, stays
from router.records.sqlite import BIG

PAGE = 30
NEWEST = 400
MOST = 3_000
"""Beyond the newest, words that have to stand together are looked for in so many of the incidents
that have them all, the newest first."""
A_PAGE, THE_NEWEST, THE_MOST = (
    literal_column(str(number), Integer) for number in (PAGE + 1, NEWEST, MOST)
)
_MERGED: Any = literal_column(f"'{MERGED}'")
"""In the statement's text. Of parameters PostgreSQL expects that a tenth of the table is wanted,
and that hardly anything is not merged: from the sixth time on it would sort all incidents."""

Cursor = tuple[int, str]
"""Where a page ends: moment of the last touch, and id."""

incident, doc = schema.incident, schema.search_doc
_member = incident.alias("member")
_SHOWN = [
    incident.c[name] for name in ("id", "number", "title", "severity", "state", "status",
                                  "closed_at", "touched_at", "owner", "booking")
]  # fmt: skip

# Asking -----------------------------------------------------------------------------------------


async def _search(
    connection: AsyncConnection, terms: list[Wanted], filters: list[Any]
) -> Sequence[Any]:
    """At most a page and one more, in the two ways of the module's words."""
    every = select(*_SHOWN).where(*filters)
    newest = every.order_by(desc(incident.c.touched_at), desc(incident.c.id))
    if not terms:
        return await _rows(connection, newest.limit(A_PAGE))
    fits = [fit for term in terms for fit in (*_tokens(term), *_together(term))]
    rows = await _rows(connection, _fitting(newest.limit(THE_NEWEST), fits))
    index = _index_of(connection.dialect.name, terms)
    if len(rows) > PAGE or index is None:
        return rows
    together = [fit for term in terms for fit in _together(term)]
    if together:
        some = index.order_by(desc(index.selected_columns[0])).limit(THE_MOST).subquery()
        index = select(some.c.number).where(_fit(some.c.number, together))
    return await _rows(connection, _fitting(every.where(incident.c.number.in_(index)), []))


def _tokens(term: Wanted) -> list[Any]:
    return [
        *(doc.c.tokens.like(f"% {token} %") for token in term.whole),
        *(doc.c.tokens.like(f"% {token}%") for token in term.begun),
    ]


def _together(term: Wanted) -> list[Any]:
    """What the index of words cannot answer."""
    patterns = [doc.c.words.like(it, escape="\\") for it in term.patterns]
    return [or_(*patterns)] if patterns else []


def _fitting(source: Select[Any], fits: list[Any]) -> Select[Any]:
    """The newest of these whose words fit."""
    some = source.subquery()
    found = select(some)
    if fits:
        found = found.where(_fit(some.c.number, fits))
    # + 0: sorting what fits beats following the index of touches line by line
    return found.order_by(desc(some.c.touched_at + 0), desc(some.c.id)).limit(A_PAGE)


def _fit(number: Any, fits: list[Any]) -> ScalarSelect[Any]:
    """A value for each row and no join: PostgreSQL would begin with the words of all incidents."""
    return select(and_(*fits)).where(doc.c.number == number).scalar_subquery()


def _index_of(dialect: str, terms: list[Wanted]) -> Select[Any] | None:
    """Numbers of the incidents that have all the tokens. None: the terms are marks alone."""
    whole = [token for term in terms for token in term.whole]
    begun = [token for term in terms for token in term.begun]
    if not whole and not begun:
        return None
    if dialect == "sqlite":
        asked = " AND ".join([*(f'"{it}"' for it in whole), *(f'"{it}" *' for it in begun)])
        return (
            select(column("rowid").label("number"))
            .select_from(table("search_fts"))
            .where(text("search_fts MATCH :asked").bindparams(asked=asked))
        )
    asked = " & ".join([*(f"'{it}'" for it in whole), *(f"'{it}':*" for it in begun)])
    found = select(doc.c.number).where(
        text("search_tokens(search_doc.tokens) @@ CAST(:asked AS tsquery)").bindparams(asked=asked)
    )
    # By itself: where it expects many, PostgreSQL would go through all incidents, the newest first,
    # and work out the words of each (5 s for 100,000).
    return select(found.cte("found").prefix_with("MATERIALIZED").c.number)


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Any]:
    return list((await connection.execute(statement.prefix_with(BIG))).all())


async def find(
    connection: AsyncConnection,
    names: Mapping[str, str],
    *,
    query: str = "",
    reader: str,
    owner: str | None = None,
    only: Collection[str] | None = None,
    only_open: bool = False,
    before: Cursor | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """A page of incidents that `reader` may see (IncidentRow of docs/desk-protocol.md), the newest
    touched first but a number that was asked for before all, and where the next page begins.

    owner: only theirs. only: none but these. only_open: none that is closed. before: what the page
    before gave. names: of accounts.
    """
    # Not `stays IS NULL`, which is the same: SQLite would take its index, and sort nearly all.
    filters: list[Any] = [incident.c.state != _MERGED, sight.seen_by(reader)]
    if owner is not None:
        filters.append(incident.c.owner == owner)
    if only is not None:
        theirs = select(stays.root_of(_member)).where(_member.c.id.in_(list(only)))
        filters.append(incident.c.id.in_(theirs))
    if only_open:
        filters.append(schema.INCIDENT_IS_OPEN)
    first: list[Any] = []
    number = number_of(query)
    if number is not None:
        its = select(stays.root_of(_member)).where(_member.c.number == number).scalar_subquery()
        numbered = select(*_SHOWN).where(*filters, incident.c.id == its)
        first = list((await connection.execute(numbered)).all()) if before is None else []
        filters.append(incident.c.id != func.coalesce(its, ""))
    if before is not None:
        filters.append(tuple_(incident.c.touched_at, incident.c.id) < before)
    terms = wanted(query)
    if number is not None and not terms:  # "[INC-20404]": nothing else was asked for
        return await _described(connection, first, names), None
    rows = await _search(connection, terms, filters)
    following = (rows[PAGE - 1].touched_at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    page = list(rows[:PAGE])
    if before is None and query.strip():  # whose booking this is, before those who speak of it
        page.sort(key=lambda row: fold(row.booking) != fold(query))
    return await _described(connection, [*first, *page], names), following


# Showing ----------------------------------------------------------------------------------------


async def _described(
    connection: AsyncConnection, rows: Sequence[Any], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    if not rows:
        return []
    whose = await stays.members(connection, [row.id for row in rows])
    who = await _who(connection, whose)
    contacts = await _contacts(connection, whose)
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
                "status": row.status,
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


async def _who(connection: AsyncConnection, whose: Mapping[str, str]) -> dict[str, str]:
    """The first party of each: the name, else the masked address. `whose`: as `stays.members`."""
    found: dict[str, str] = {}
    for row in await connection.execute(_WHO, {"ids": list(whose)}):
        found.setdefault(whose[row.incident], row.name or mask(row.kind, row.value))
    return found


async def _contacts(connection: AsyncConnection, whose: Mapping[str, str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in await connection.execute(_CONTACTS, {"ids": list(whose)}):
        found.setdefault(whose[row.incident], []).append(row)
    return found


_ids: Any = bindparam("ids", expanding=True)
_link, _party, _address, _contact = (
    schema.incident_party, schema.party, schema.address, schema.contact.c,
)  # fmt: skip
_WHO = (
    select(_link.c.incident, _party.c.name, _address.c.kind, _address.c.value)
    .join(_party, _party.c.id == _link.c.party)
    .join(_address, _address.c.party == _party.c.id)
    .where(_link.c.incident.in_(_ids))
    .order_by(_party.c.created_at, _party.c.id, _address.c.id)
)
_CONTACTS = select(
    _contact.id, _contact.incident, _contact.channel, _contact.direction, _contact.state,
    _contact.outcome, _contact.arrived_at, _contact.queued_at, _contact.answered_at,
    _contact.ended_at,
).where(_contact.incident.in_(_ids))  # fmt: skip
