"""What agents are writing, each their own, until it is sent: answers by contact, first words by the
address that they go to, and whatever else a page has begun in an incident, as the page keeps it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays
from router.records.hand_off_tables import draft as begun
from router.records.sql import put

draft, first = schema.draft, schema.first_draft
GUIDANCE = "guidance"
"""Of `keep`: words at the lines of its card."""


async def save(
    connection: AsyncConnection, incident: str, contact: str, author: str, text: str, now: int
) -> None:
    await put(
        connection,
        draft,
        {"contact": contact, "author": author},
        {"text": text, "at": now, "incident": incident},
    )


async def of_incident(
    connection: AsyncConnection, incident: str, authors: Collection[str]
) -> dict[str, dict[str, str]]:
    """What each of these is writing in it: texts by contact."""
    found: dict[str, dict[str, str]] = {author: {} for author in authors}
    rows = await connection.execute(_OF_INCIDENT, {"the_id": incident, "authors": list(found)})
    for row in rows:
        if row.text:
            found[row.author][row.contact] = row.text
    return found


_OF_INCIDENT = select(draft).where(
    and_(
        stays.of(draft.c.incident, bindparam("the_id")),
        draft.c.author.in_(bindparam("authors", expanding=True)),
    )
)


async def save_first(
    connection: AsyncConnection,
    incident: str,
    address: str,
    author: str,
    *,
    subject: str,
    text: str,
    now: int,
) -> None:
    """No words: none are kept."""
    key = {"incident": incident, "address": address, "author": author}
    if subject or text:
        await put(connection, first, key, {"subject": subject, "text": text, "at": now})
    else:
        await first_sent(connection, incident, address, author)


async def first_sent(connection: AsyncConnection, incident: str, address: str, author: str) -> None:
    """They are no draft any more, under whichever number of the incident they were begun."""
    mine = and_(first.c.address == address, first.c.author == author)
    await connection.execute(delete(first).where(and_(stays.of(first.c.incident, incident), mine)))


async def first_of_incident(
    connection: AsyncConnection, incident: str, authors: Collection[str]
) -> dict[str, dict[str, dict[str, str]]]:
    """First words that each of these has begun in it, by address."""
    found: dict[str, dict[str, dict[str, str]]] = {author: {} for author in authors}
    rows = await connection.execute(_FIRST_OF, {"the_id": incident, "authors": list(found)})
    for row in rows:
        found[row.author][row.address] = {"subject": row.subject, "text": row.text}
    return found


_FIRST_OF = (
    select(first)
    .where(
        and_(
            stays.of(first.c.incident, bindparam("the_id")),
            first.c.author.in_(bindparam("authors", expanding=True)),
        )
    )
    .order_by(first.c.at)
)


async def keep(
    connection: AsyncConnection, incident: str, what: str, author: str, text: str, now: int
) -> None:
    """What is begun; no words: nothing is. `what`: empty, a hand-off of the incident; the id of a
    hand-off, what is said back of it; GUIDANCE."""
    incident = await stays.root(connection, incident)
    key = {"incident": incident, "hand_off": what, "author": author}
    if text:
        await put(connection, begun, key, {"text": text, "at": now})
    else:
        mine = and_(begun.c.hand_off == what, begun.c.author == author)
        its = and_(stays.of(begun.c.incident, incident), mine)
        await connection.execute(delete(begun).where(its))


async def kept(connection: AsyncConnection, incident: str, what: str, author: str) -> str:
    """As it was kept; empty: nothing is begun."""
    return (await kept_by(connection, incident, what, [author]))[author]


async def kept_in(
    connection: AsyncConnection, incidents: Collection[str], author: str
) -> dict[str, str]:
    """What they have begun in these, which stay: by what it is of."""
    if not incidents:
        return {}
    its = and_(stays.of_any(begun.c.incident, incidents), begun.c.author == author)
    asked = select(begun.c.hand_off, begun.c.text).where(its).order_by(begun.c.at)
    return {row.hand_off: row.text for row in await connection.execute(asked)}


async def kept_by(
    connection: AsyncConnection, incident: str, what: str, authors: Collection[str]
) -> dict[str, str]:
    """The same of each of these."""
    asked = {"the_id": incident, "what": what, "authors": list(authors)}
    rows = await connection.execute(_KEPT, asked)
    return dict.fromkeys(authors, "") | {row.author: row.text for row in rows}


_KEPT = (
    select(begun.c.author, begun.c.text)
    .where(
        and_(
            stays.of(begun.c.incident, bindparam("the_id")),
            begun.c.hand_off == bindparam("what"),
            begun.c.author.in_(bindparam("authors", expanding=True)),
        )
    )
    .order_by(begun.c.at)
)
"""The newest counts, of two that were merged."""
