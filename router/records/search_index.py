"""The index that incidents are found by: all that is said in each, kept up by whoever follows.

Triggers write the incident into `search_due` in the transaction that changes its words, whatever
changes them. A follower, and every search before it looks, takes what is due and writes the words
anew: a call's own transaction carries no more than one short row, and nothing has to know which
words went away. Incidents of an older version are taken in behind the start, the newest first, down
from the number in `meta`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, delete, desc, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.search_words import PART_LETTERS, Known
from router.records import schema, stays
from router.records.hand_off_tables import hand_off, passed, question
from router.records.sql import get_meta, insert_all_new, put, put_meta
from router.records.sqlite import BIG

BELOW = "search.below"
"""In `meta`: incidents with a number below this are still to be taken in. None: all are."""

incident, due = schema.incident, schema.search_due
HEAD = [column for column in incident.c if column.name in ("title", "booking", "place")]


class Source:
    """An incident as the record has it: what `known` makes its words of."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.members: set[str] = set()
        """Its own id, and those of what was merged into it."""
        self.head: dict[str, None] = {}
        self.texts: list[tuple[int, str]] = []

    def newest_first(self) -> Iterable[str]:
        return (text for _, text in sorted(self.texts, key=lambda one: -one[0]))


async def what_is_due(connection: AsyncConnection, most: int) -> dict[str, list[int]]:
    """Incidents whose words have changed, and the rows that say so."""
    found: dict[str, list[int]] = {}
    rows = await connection.execute(select(due).order_by(desc(due.c.id)).limit(most))
    for row in rows:
        found.setdefault(row.incident, []).append(row.id)
    return found


async def older(connection: AsyncConnection, below: int, most: int) -> Sequence[Any]:
    """Incidents of an older version, the newest first: ids and numbers."""
    return (
        await connection.execute(
            select(incident.c.id, incident.c.number)
            .where(incident.c.number < below)
            .order_by(desc(incident.c.number))
            .limit(most)
        )
    ).all()


async def sources(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Source]:
    """By incident; what was merged is found as the one that stays."""
    found: dict[str, Source] = {}
    merged = await stays.roots(connection, ids)
    head = select(incident.c.id, stays.root_of(incident).label("of"), incident.c.number, *HEAD)
    its = stays.of_any(incident.c.id, {merged.get(one, one) for one in ids})
    rows = (await connection.execute(head.where(its).order_by(incident.c.number))).all()
    of = {row.id: row.of for row in rows}
    for row in sorted(rows, key=lambda row: row.id != row.of):  # the one that stays first
        source = found.setdefault(row.of, Source(row.number))
        source.members.add(row.id)
        source.head |= {str(part): None for part in row[3:] if part}
    for row in await connection.execute(_PEOPLE, {"ids": list(of)}):
        found[of[row.incident]].head |= {part: None for part in (row.name, row.value) if part}
    for statement in SAID:
        for row in await connection.execute(statement, {"ids": list(of), "letters": PART_LETTERS}):
            found[of[row.incident]].texts.append((row.at, row.text))
    return found


async def look_again(connection: AsyncConnection, *incidents: str) -> None:
    """Their words have changed, though nobody changed a word: they were merged, or parted."""
    await connection.execute(due.insert(), [{"incident": one} for one in incidents])


async def write(
    connection: AsyncConnection, words: Mapping[int, Known], due_rows: Mapping[int, Iterable[int]]
) -> None:
    """Writes incidents' words. `due_rows`: for each, the rows of `search_due` that this answers.

    If another process has answered one of them meanwhile, it read the incident later, or changes
    since stand in a row of their own: its words stay.
    """
    for number, known in words.items():
        rows = list(due_rows.get(number, ()))
        answered = await connection.execute(delete(due).where(due.c.id.in_(rows)))
        if answered.rowcount == len(rows):
            await put(connection, schema.search_doc, {"number": number}, _of(known))


async def write_older(connection: AsyncConnection, words: Mapping[int, Known]) -> None:
    """Writes those that nothing has written since the upgrade."""
    rows = [{"number": number, **_of(known)} for number, known in words.items()]
    await insert_all_new(connection, schema.search_doc, rows, unique=["number"])


def _of(known: Known) -> dict[str, str]:
    return {"words": known.words, "tokens": known.tokens}


async def nothing_there(connection: AsyncConnection, due_rows: Iterable[int]) -> None:
    """Rows of `search_due` whose incident there is not."""
    await connection.execute(delete(due).where(due.c.id.in_(list(due_rows))))


async def below(connection: AsyncConnection) -> int | None:
    value = await get_meta(connection, BELOW)
    return None if value is None else int(value)


async def taken_in(connection: AsyncConnection, below_now: int | None) -> None:
    """Down to where the incidents of an older version are taken in; None: all are."""
    if below_now is None:
        await connection.execute(delete(schema.meta).where(schema.meta.c.key == BELOW))
    else:
        await put_meta(connection, BELOW, str(below_now))


async def progress(connection: AsyncConnection) -> tuple[int, int] | None:
    """How many incidents of how many are searched through; None: all."""
    still = await below(connection)
    if still is None:
        return None
    left = select(func.count()).select_from(incident).where(incident.c.number < still)
    every = select(func.count()).select_from(incident)
    total = int((await connection.execute(every)).scalar_one())
    return total - int((await connection.execute(left)).scalar_one()), total


_IDS: Any = bindparam("ids", expanding=True)
_PEOPLE = (
    select(schema.incident_party.c.incident, schema.party.c.name, schema.address.c.value)
    .join(schema.party, schema.party.c.id == schema.incident_party.c.party)
    .outerjoin(schema.address, schema.address.c.party == schema.party.c.id)
    .where(schema.incident_party.c.incident.in_(_IDS))
    .order_by(schema.party.c.created_at, schema.party.c.id, schema.address.c.id)
)
_LETTERS = bindparam("letters", type_=Integer())
MESSAGES = (
    select(
        schema.message.c.incident,
        schema.message.c.at,
        schema.message.c.channel.label("of"),
        (
            func.coalesce(schema.message.c.subject, "")
            + "\n"
            + func.substr(schema.message.c.text, 1, _LETTERS)
        ).label("text"),
    )
    .where(schema.message.c.incident.in_(_IDS))
    .prefix_with(BIG)
)
NOTES = (
    select(
        schema.note.c.incident,
        schema.note.c.at,
        literal("note").label("of"),
        func.substr(schema.note.c.text, 1, _LETTERS).label("text"),
    )
    .where(schema.note.c.incident.in_(_IDS))
    .prefix_with(BIG)
)
HAND_OFFS = select(
    hand_off.c.incident,
    hand_off.c.made_at.label("at"),
    literal("hand_off").label("of"),
    func.substr(
        hand_off.c.reason + "\n" + hand_off.c.summary + "\n" + hand_off.c.actions + "\n"
        + hand_off.c.what_if + "\n" + hand_off.c.questions + "\n" + hand_off.c.words,
        1, _LETTERS,
    ).label("text"),
).where(hand_off.c.incident.in_(_IDS))  # fmt: skip
ASKED = select(
    question.c.incident,
    question.c.asked_at.label("at"),
    literal("hand_off").label("of"),
    (question.c.question + "\n" + question.c.answer).label("text"),
).where(question.c.incident.in_(_IDS))
PASSED = select(
    passed.c.incident, passed.c.at, literal("hand_off").label("of"), passed.c.words.label("text")
).where(passed.c.incident.in_(_IDS))
SAID = (MESSAGES, NOTES, HAND_OFFS, ASKED, PASSED)
"""All that is said in incidents: incident, moment, which kind, and the words."""
