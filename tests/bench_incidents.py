"""`make bench-incidents`: how quick incident work is, as JSON.

    python -m tests.bench_incidents [search] [timeline] [--incidents N]

Each row names what it measures, its target and, where there is one, a baseline of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from router.records import incidents
from router.records.database import Database
from tests.bench import machine
from tests.kit.many_incidents import QUERIES, asked, fill
from tests.kit.postgres import running_postgres

MANY = 100_000
SAID = 5
ROUNDS = 300


def spread(values: Sequence[float]) -> dict[str, float]:
    found = sorted(values)
    at = lambda share: found[min(len(found) - 1, int(share * len(found)))]  # noqa: E731
    return {
        "n": len(found),
        "p50_ms": round(at(0.5), 2),
        "p95_ms": round(at(0.95), 2),
        "p99_ms": round(at(0.99), 2),
        "max_ms": round(found[-1], 2),
    }


async def _one(database: Database, query: str) -> tuple[float, int]:
    began = time.perf_counter()
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, {}, query=query)
    return (time.perf_counter() - began) * 1000, len(rows)


async def search(many: int) -> dict[str, Any]:
    """What somebody types into Find, a page of results with it, on a record of so many."""
    found: dict[str, Any] = {
        "what": f"{ROUNDS} queries of ten kinds, {many} incidents with {SAID} notes of 60 words",
        "target_p95_ms": 50,
    }
    with tempfile.TemporaryDirectory() as folder, running_postgres() as url:
        path = Path(folder) / "record.db"
        for name, address in (("sqlite", f"sqlite:///{path}"), ("postgresql", url)):
            database = Database(address)
            await database.migrate()
            began = time.perf_counter()
            await fill(database, many, SAID)
            took = time.perf_counter() - began
            one = [(await _one(database, "select"))[0] for _ in range(20)]
            kinds: dict[str, list[float]] = {}
            for kind, query in asked(many, ROUNDS):
                kinds.setdefault(kind, []).append((await _one(database, query))[0])
            found[name] = {
                **spread([ms for it in kinds.values() for ms in it]),
                "by_kind": {
                    kind: {"p50_ms": spread(it)["p50_ms"], "p95_ms": spread(it)["p95_ms"]}
                    for kind, it in kinds.items()
                },
                "named": {query or "(the newest)": round((await _one(database, query))[0], 1)
                          for query in QUERIES},
                "nothing_found_p50_ms": spread(one)["p50_ms"],
                "filled_in_s": round(took, 1),
                "index_mb": await _size(database),
            }  # fmt: skip
            await database.close()
    return found


async def _size(database: Database) -> dict[str, float]:
    """Megabytes of the index and of all that is said, as the record keeps it."""
    async with database.read() as connection:
        if database.sqlite:
            docs = "SELECT sum(length(words) + length(tokens)) FROM search_doc"
            of_words = "SELECT sum(length(block)) FROM search_fts_data"
            said = "SELECT sum(length(text)) FROM note"
        else:
            docs = "SELECT pg_table_size('search_doc')"
            of_words = "SELECT pg_relation_size('ix_search_doc_tokens')"
            said = "SELECT sum(length(text)) FROM note"
        sizes = {"kept": docs, "index_of_words": of_words, "notes": said}
        return {
            name: round(int((await connection.execute(text(it))).scalar_one()) / 1e6, 1)
            for name, it in sizes.items()
        }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--incidents", type=int, default=MANY)
    said = parser.parse_args()
    rows = said.rows or ["search"]
    found: dict[str, Any] = {"machine": machine()}
    if "search" in rows:
        found["search"] = await search(said.incidents)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
