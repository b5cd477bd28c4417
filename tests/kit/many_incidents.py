"""Many incidents in a record, for the test of how they are found and for its bench."""

from __future__ import annotations

from sqlalchemy import insert, text

from router.records import incidents, schema
from router.records.database import Database

QUERIES = (
    "", "31234", "0001234", "person.77@lind", "person 4321", "labrador", "no such thing",
    "labrador kitchen",
)  # fmt: skip
"""The last one: each of the two words is common, no incident has both, so every line is read."""

TITLES = ("Labrador ate gum", "Burst pipe in the kitchen", "Sitter bitten in the hand")


async def fill(database: Database, many: int) -> None:
    """Writes `many` incidents, each with one person."""
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
                 "state": "open", "opened_at": n, "touched_at": n * 7919 % 50_021,
                 "words": incidents.words_of(
                     TITLES[n % 3], [f"Person {n} Lindqvist"],
                     [f"+1206{n:07d}", f"person.{n}@lindqvist.example"])} for n in numbers
            ]  # fmt: skip
            links = [{"incident": f"i{n}", "party": f"p{n}", "role": "caller"} for n in numbers]
            words = [
                {"word": part, "incident": row["id"]}
                for row in of for part in incidents.single(str(row["words"]))
            ]  # fmt: skip
            for table, rows in (
                (schema.party, persons), (schema.address, addresses), (schema.incident, of),
                (schema.incident_party, links), (schema.incident_word, words),
            ):  # fmt: skip
                await connection.execute(insert(table), rows)
    if not database.sqlite:
        async with database.write() as connection:
            await connection.execute(text("ANALYZE"))
