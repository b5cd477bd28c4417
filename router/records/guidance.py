"""Guidance cards in the record: versions, with which one an incident goes on, what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.guidance import Card, Kept, kept, read, written
from router.records import schema, stays
from router.records.guidance_tables import card_begun, card_said, card_version
from router.records.sql import insert_new

PAGE = 200
"""Incidents read at once for the figure: a few ms of the loop."""


@dataclass(frozen=True, slots=True)
class Version:
    """A card as it was at some time. `number`: from 1, in the order in which the record met them;
    None: nothing was said of it yet."""

    card: Card
    number: int | None


async def keep_version(connection: AsyncConnection, card: Card, now: int) -> None:
    """Writes this content of a card down, once."""
    known = await connection.execute(_KNOWN, {"digest": card.digest})
    if known.first() is not None:
        return
    last = (await connection.execute(_LAST, {"name": card.name})).scalar_one_or_none()
    values = {
        "id": card.digest, "name": card.name, "number": (last or 0) + 1,
        "content": written(card).decode(), "at": now,
    }  # fmt: skip
    await insert_new(connection, card_version, values, unique=["id"])


async def begun(connection: AsyncConnection, incident: str) -> dict[str, Version]:
    """By name, the cards with which an incident goes on; of two that were merged, the first."""
    rows = await connection.execute(_BEGUN, {"the_id": incident})
    found: dict[str, Version] = {}
    for row in rows:
        found.setdefault(row.name, Version(read(row.content), row.number))
    return found


async def begin(connection: AsyncConnection, incident: str, card: Card, now: int) -> None:
    """The incident goes on with this version."""
    values = {"incident": incident, "name": card.name, "card": card.digest, "at": now}
    await insert_new(connection, card_begun, values, unique=["incident", "name"])


async def say(connection: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """False: it was said before."""
    return await insert_new(connection, card_said, row, unique=["id"])


async def said_in(connection: AsyncConnection, incident: str) -> Sequence[Any]:
    """What was said of lines in it: card (its name), line, says, words, author, contact, offset_ms,
    note, at; oldest first."""
    return (await connection.execute(_SAID, {"the_id": incident})).all()


async def followed(
    connection: AsyncConnection, since: int, until: int
) -> list[tuple[str, int, str, Kept]]:
    """Incidents whose card began in this time: id, number, name of the card, how far it was
    followed; the newest first. Merged ones count as the one that stays, once for each card."""
    found: dict[tuple[str, str], tuple[str, int, str, Kept]] = {}
    cards: dict[str, Card] = {}
    after = {"since": since, "at": until, "incident": "", "name": ""}
    while rows := (await connection.execute(_IN, after)).all():
        after |= {"at": rows[-1].at, "incident": rows[-1].incident, "name": rows[-1].name}
        new = [row for row in rows if (row.id, row.name) not in found]
        await _read(connection, {row.card for row in new} - cards.keys(), cards)
        whose = await stays.members(connection, {row.id for row in new})
        says: dict[tuple[str, str], dict[str, str]] = {}
        for one in await connection.execute(_SAID_IN, {"ids": list(whose)}):
            says.setdefault((whose[one.incident], one.name), {})[one.line] = one.says
        for row in new:
            card, key = cards[row.card], (row.id, row.name)
            how = kept(card, says.get(key, {}))
            found.setdefault(key, (row.id, row.incident_number, card.word, how))
        await asyncio.sleep(0)  # others have their turn between pages
    return list(found.values())


async def _read(connection: AsyncConnection, digests: Set[str], cards: dict[str, Card]) -> None:
    """What these versions say, each once."""
    if digests:
        for row in await connection.execute(_CONTENTS, {"ids": list(digests)}):
            cards[row.id] = read(row.content)


_version, _begun, _said = card_version.c, card_begun.c, card_said.c
_KNOWN = select(_version.id).where(_version.id == bindparam("digest"))
_LAST = select(func.max(_version.number)).where(_version.name == bindparam("name"))
_BEGUN = (
    select(_version.name, _version.number, _version.content)
    .join(card_begun, _begun.card == _version.id)
    .where(stays.of(_begun.incident, bindparam("the_id")))
    .order_by(_begun.at)
)
_SAID = (
    select(
        _version.name, _said.line, _said.says, _said.words, _said.author, _said.contact,
        _said.offset_ms, _said.note, _said.at,
    )
    .join(card_version, _version.id == _said.card)
    .where(stays.of(_said.incident, bindparam("the_id")))
    .order_by(_said.at, _said.id)
)  # fmt: skip
_named, _root = schema.incident.alias("named"), schema.incident.alias("root")
_at: Any = bindparam("at")
_IN = (
    select(
        _root.c.id, _root.c.number.label("incident_number"), _begun.incident, _begun.name,
        _begun.card, _begun.at,
    )
    .select_from(card_begun)
    .join(_named, _named.c.id == _begun.incident)
    .join(_root, _root.c.id == stays.root_of(_named))
    .where(
        and_(
            _begun.at >= bindparam("since"),
            _begun.at <= _at,
            or_(
                _begun.at < _at,
                tuple_(_begun.incident, _begun.name)
                < tuple_(bindparam("incident"), bindparam("name")),
            ),
        )
    )
    .order_by(_begun.at.desc(), _begun.incident.desc(), _begun.name.desc())
    .limit(PAGE)
)  # fmt: skip
"""The next page, after the one that ended there."""
_ids: Any = bindparam("ids", expanding=True)
_CONTENTS = select(_version.id, _version.content).where(_version.id.in_(_ids))
_SAID_IN = (
    select(_said.incident, _version.name, _said.line, _said.says)
    .join(card_version, _version.id == _said.card)
    .where(_said.incident.in_(_ids))
    .order_by(_said.at, _said.id)
)


def says_of(rows: Sequence[Any], name: str) -> dict[str, str]:
    """Of each line of a card, what was said of it last."""
    return {row.line: row.says for row in rows if row.name == name}
