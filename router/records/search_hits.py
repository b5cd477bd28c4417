"""What of each incident found was found: the title's and the name's words, a masked number, or the
newest text, mail or note that has most of what was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.display import mask
from router.core.hits import marked, needles
from router.core.query import terms_of
from router.core.search_words import PART_LETTERS
from router.core.text import letters
from router.records import schema, stays
from router.records.search_index import SAID

Needles = Sequence[re.Pattern[str]]


async def explain(connection: AsyncConnection, rows: Sequence[dict[str, Any]], query: str) -> None:
    """Puts `marks` and `hit` (IncidentRow of docs/desk-protocol.md) into the rows of a page."""
    wanted = needles(terms_of(query))
    if not wanted or not rows:
        return
    left: dict[str, list[re.Pattern[str]]] = {}
    for row in rows:
        seen = {name: marked(row[name], wanted, whole=True) for name in ("title", "who")}
        row["marks"] = {name: parts for name, parts in seen.items() if parts}
        shown = letters(f"{row['title']}\n{row['who']}")
        if missing := [it for it in wanted if not it.search(shown)]:
            left[row["id"]] = missing
    if not left:
        return
    whose = await stays.members(connection, left)
    best: dict[str, tuple[int, dict[str, Any]]] = {}
    for source in (_people, _said):
        for incident, hit in await source(connection, left, whose):
            has = hit.pop("has")
            # What was said tells more than a number that the row shows anyway.
            if has and (incident not in best or has >= best[incident][0]):
                best[incident] = (has, hit)
    for row in rows:
        if row["id"] in best:
            row["hit"] = best[row["id"]][1]


async def _people(
    connection: AsyncConnection, left: dict[str, list[re.Pattern[str]]], whose: dict[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for row in await connection.execute(_PEOPLE, {"ids": list(whose)}):
        of = whose[row.incident]
        wanted = left[of]
        for kind, text in ((row.kind, row.value), ("name", row.name)):
            if not text:
                continue
            has = sum(bool(it.search(letters(text))) for it in wanted)
            if has:
                shown = marked(text, wanted) if kind == "name" else [(mask(kind, text), True)]
                found.append((of, {"has": has, "of": kind, "at": None, "parts": shown}))
    return found


async def _said(
    connection: AsyncConnection, left: dict[str, list[re.Pattern[str]]], whose: dict[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    texts = []
    for statement in SAID:
        said = await connection.execute(statement, {"ids": list(whose), "letters": PART_LETTERS})
        texts += [(row.at, row.of, whose[row.incident], row.text) for row in said]
    found = []
    done: dict[str, int] = {}
    for at, of, incident, text in sorted(texts, key=lambda it: -it[0]):
        wanted = left[incident]
        if done.get(incident, 0) == len(wanted):
            continue  # a newer one has it all
        fold = letters(text)
        has = sum(bool(it.search(fold)) for it in wanted)
        if has > done.get(incident, 0):
            done[incident] = has
            found.append(
                (incident, {"has": has, "of": of, "at": at, "parts": marked(text, wanted)})
            )
    return found


_PEOPLE = (
    select(
        schema.incident_party.c.incident,
        schema.party.c.name,
        schema.address.c.kind,
        schema.address.c.value,
    )
    .join(schema.party, schema.party.c.id == schema.incident_party.c.party)
    .join(schema.address, schema.address.c.party == schema.party.c.id)
    .where(schema.incident_party.c.incident.in_(bindparam("ids", expanding=True)))
)
