"""`make bench-incidents`: how quick incident work is, as JSON.

    python -m tests.bench_incidents [timeline] [search] [news] [merges] [handoff] [help] [summary]
        [--incidents N] [--agents N] [--seconds S]

Each row names what it measures, its target and, where there is one, a baseline of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import async_playwright
from sqlalchemy import text

from holdfast.desk.opened import Incidents
from router.core.model import LiveContact
from router.live.engine import Engine
from router.records import contacts, incidents, messages, people, search_hits
from router.records.database import Database
from tests.bench import machine
from tests.bench_hand_offs import hand_offs
from tests.bench_help import help_now
from tests.bench_incident_pages import PAUSE_S, work
from tests.bench_merges import merges
from tests.bench_summary import summary
from tests.browser.kit import launch
from tests.kit.centre import PASSWORD, running_centre
from tests.kit.many_incidents import QUERIES, asked, fill, vocabulary
from tests.kit.postgres import running_postgres
from tests.kit.spread import spread
from tests.kit.store import centre_of

MANY = 100_000
SAID = 5
ROUNDS = 300


async def _one(database: Database, query: str) -> tuple[float, int]:
    began = time.perf_counter()
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, {}, reader="u1", query=query)
        await search_hits.explain(connection, rows, query)
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


ITEMS = 500


async def timeline() -> dict[str, Any]:
    """An incident with so many items, read as a desk gets it; beside a short one."""
    found: dict[str, Any] = {
        "what": f"an incident with {ITEMS} items: read, put together and encoded, 20 times",
        "target_ms": 300,
    }
    with tempfile.TemporaryDirectory() as folder, running_postgres() as url:
        for name, address in (("sqlite", f"sqlite:///{folder}/record.db"), ("postgresql", url)):
            database = Database(address)
            await database.migrate()
            long = await long_incident(database, ITEMS)
            short = await long_incident(database, 10)
            opened = Incidents(centre_of(database, Engine("unix:///nowhere.sock")))

            async def once(of: str, opened: Incidents = opened) -> tuple[float, int]:
                began = time.perf_counter()
                document = msgspec.json.encode(await opened.document(of, "u1"))
                return (time.perf_counter() - began) * 1000, len(document)

            await once(long)
            took = [await once(long) for _ in range(20)]
            found[name] = {
                **spread([ms for ms, _ in took]),
                "bytes": took[0][1],
                "baseline_of_10_items": spread([(await once(short))[0] for _ in range(20)]),
            }
            await database.close()
    found["painted"] = await painted()
    return found


async def long_incident(database: Database, items: int) -> str:
    """Notes, texts and mails in turn, 60 words each; the last one says `the last word`."""
    chance, words = random.Random(4), vocabulary()
    async with database.write() as connection:
        at = items
        person = await people.find_or_make(connection, "phone", f"+1206555{items:04d}", at, "Maya")
        incident = await people.open_incident(
            connection, f"{items} items", 3, person.party, "owner", 1
        )
        for n in range(items):
            said, of = " ".join(chance.choices(*words, k=60)), f"c{items}.{n // 50}"
            if n == items - 1:
                said = f"the last word {said}"
            if n % 50 == 0:
                live = LiveContact(of, "email", 3, 1_000 * n, 1, line="support", queue="general",
                                   incident=incident.id, incident_no=incident.word)  # fmt: skip
                await contacts.admit(connection, live, party=person.party, address=person.address,
                                     our_address="help@holdfast.example")  # fmt: skip
            if n % 3 == 0:
                await messages.save_note(
                    connection, f"note-{items}-{n}", incident=incident.id, contact=None,
                    author="u1", text=said, offset_ms=None, now=1_000 * n,
                )  # fmt: skip
                continue
            channel = "sms" if n % 3 == 1 else "email"
            await messages.add(
                connection, key=f"m{items}.{n}", contact=of, incident=incident.id, channel=channel,
                direction=("in", "out")[n % 2], status="received" if n % 2 == 0 else "delivered",
                tries=0, at=1_000 * n, text=said,
                subject="About it" if channel == "email" else None,
            )  # fmt: skip
    return incident.id


async def painted() -> dict[str, Any]:
    """The same in Chromium: from its link until its newest line has been drawn."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_centre(Path(folder) / "data") as centre, async_playwright() as pw:
            database = Database(f"sqlite:///{centre.data_dir / 'holdfast.db'}")
            long = await long_incident(database, ITEMS)
            await database.close()
            browser = await launch(pw)
            page = await browser.new_page()
            await page.context.request.post(
                f"{centre.url}/api/login", data={"login": "priya", "password": PASSWORD},
                headers={"X-Holdfast": "1"},
            )  # fmt: skip
            await page.goto(f"{centre.url}/desk")
            await page.wait_for_selector(".desk")
            took = []
            for _ in range(6):
                took.append(await page.evaluate(OPENS, long))
                await page.keyboard.press("Escape")
                await page.wait_for_function(SHUT)
            await browser.close()
    return {"ms": [round(ms) for ms in took], "note": "the first one has everything to load"}


OPENS = """(id) => new Promise((done) => {
  const began = performance.now();
  location.hash = `#incident=${id}`;
  const look = () => document.body.innerText.includes('the last word')
    ? requestAnimationFrame(() => done(performance.now() - began)) : requestAnimationFrame(look);
  look();
})"""
SHUT = "() => !document.body.innerText.includes('the last word')"


async def news(agents: int, seconds: float) -> dict[str, Any]:
    """See tests/bench_incident_pages.py."""
    took = await work(seconds, agents)
    said = [ms for do, it in took.items() if do not in ("answer", "read") for ms in it]
    return {
        "what": f"{agents} agents, two at each incident, an act each every {PAUSE_S:g} s for "
        f"{seconds:g} s on one worker: from the act until the other page has the news",
        "target_p99_ms": 200,
        **spread(said),
        "by_act": {do: spread(it) for do, it in took.items() if do not in ("answer", "read")},
        "answered": spread(took["answer"]),
        "baseline_a_read_of_the_same_page": spread(took["read"]),
    }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []])
    parser.add_argument("--incidents", type=int, default=MANY)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=300.0)
    said = parser.parse_args()
    rows = said.rows or ROWS
    found: dict[str, Any] = {"machine": machine()}
    if "timeline" in rows:
        found["timeline"] = await timeline()
    if "search" in rows:
        found["search"] = await search(said.incidents)
    if "news" in rows:
        found["news"] = await news(said.agents, said.seconds)
    if "help" in rows:
        found["help"] = await help_now()
    if "merges" in rows:
        found["merges"] = await merges()
    if "summary" in rows:
        found["summary"] = await summary(long_incident, ITEMS)
    if "handoff" in rows:
        found["handoff"] = await hand_offs()
    print(json.dumps(found, indent=2))


ROWS = ("timeline", "search", "news", "merges", "handoff", "help", "summary")

if __name__ == "__main__":
    asyncio.run(main())
