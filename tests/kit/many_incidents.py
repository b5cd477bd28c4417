"""Many incidents in a record, for the test of how they are found and for its bench."""

from __future__ import annotations

import itertools
import random

from sqlalchemy import delete, insert, text

from router.core.search_words import known
from router.records import schema
from router.records.database import Database

QUERIES = (
    "", "31234", "0001234", "person.77@lind", "person 4321", "labrador", "no such thing",
    "labrador kitchen",
)  # fmt: skip
"""The last one: each of the two words is common, no incident has both, so every line is read."""

TITLES = ("Labrador ate gum", "Burst pipe in the kitchen", "Sitter bitten in the hand")


def vocabulary() -> tuple[list[str], list[float]]:
    """Words and how often each is said, as in a language: the second half as often as the first."""
    parts = ("ba", "co", "di", "fu", "ge", "la", "mo", "ni", "ra", "so", "ti", "vu", "pe", "ho")
    words = ["".join(it) for it in itertools.product(parts, repeat=3)]
    random.Random(3).shuffle(words)
    words += [f"{word}{end}" for word in words for end in ("n", "st", "rk")]
    return words, [1 / (place + 8) for place in range(len(words))]


async def fill(database: Database, many: int, said: int = 0) -> None:
    """Writes `many` incidents, each with one person and `said` notes of 60 words."""
    chance, words = random.Random(5), vocabulary()
    async with database.write() as connection:
        for start in range(0, many, 2_000):
            numbers = range(start, min(many, start + 2_000))
            persons = [
                {"id": f"p{n}", "name": f"Person {n} Lindqvist", "created_at": n} for n in numbers
            ]
            addresses = [
                {"id": f"d{n}", "party": f"p{n}", "kind": "phone", "value": f"+1206{n:07d}",
                 "opted_out": False} for n in numbers
            ]  # fmt: skip
            of = [
                {"id": f"i{n}", "number": 30_000 + n, "title": TITLES[n % 3], "severity": 3,
                 "state": "open", "opened_at": n, "touched_at": n * 7919 % 50_021} for n in numbers
            ]  # fmt: skip
            links = [{"incident": f"i{n}", "party": f"p{n}", "role": "caller"} for n in numbers]
            notes = [
                {"id": f"n{n}.{k}", "incident": f"i{n}", "author": "u1", "at": k, "changed_at": k,
                 "text": " ".join(chance.choices(*words, k=60))}
                for n in numbers for k in range(said)
            ]  # fmt: skip
            texts: dict[str, list[str]] = {}
            for note in notes:
                texts.setdefault(str(note["incident"]), []).append(str(note["text"]))
            docs = [
                {"number": row["number"], "words": it.words, "tokens": it.tokens}
                for n, row in zip(numbers, of, strict=True)
                for it in [known(
                    [str(row["title"]), f"Person {n} Lindqvist", f"+1206{n:07d}",
                     f"person.{n}@lindqvist.example"], texts.get(f"i{n}", []))]
            ]  # fmt: skip
            for table, rows in (
                (schema.party, persons), (schema.address, addresses), (schema.incident, of),
                (schema.incident_party, links), (schema.note, notes), (schema.search_doc, docs),
            ):  # fmt: skip
                if rows:
                    await connection.execute(insert(table), rows)
            await connection.execute(delete(schema.search_due))
    if not database.sqlite:
        async with database.write() as connection:
            await connection.execute(text("ANALYZE"))


def asked(many: int, times: int) -> list[tuple[str, str]]:
    """What people type, by its kind, in turn: of `many` incidents filled with notes."""
    chance = random.Random(9)
    words, often = vocabulary()

    def one(kind: str) -> str:
        n = chance.randrange(many)
        said = chance.choices(words, often, k=2)
        rare = chance.choice(words[len(words) // 2 :])
        return {
            "number": f"INC-{30_000 + n}",
            "name": f"person {n}",
            "telephone": f"(206) {n // 10_000:03d}-{n % 10_000:04d}",
            "last digits": f"{n % 10_000:04d}",
            "address": f"person.{n}@lindqvist.example",
            "one word": said[0],
            "two words": f"{said[0]} {said[1]}",
            "rare word": rare,
            "phrase": f'"{said[0]} {said[1]}"',
            "begun": chance.choice(words)[:3],
        }[kind]

    kinds = ("number", "name", "telephone", "last digits", "address", "one word", "two words",
             "rare word", "phrase", "begun")  # fmt: skip
    return [(kinds[n % len(kinds)], one(kinds[n % len(kinds)])) for n in range(times)]
