"""What the list of a figure costs on a full day, as JSON.

python -m tests.bench_figures --contacts 10000
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, text

from router.core.figures import FIGURES, Facts
from router.core.model import Happening, Step
from router.records import contacts, figures, schema
from router.records.database import Database
from tests.kit.postgres import running_postgres
from tests.kit.record import new_postgres, new_sqlite

DAY = 86_400_000
NOON = 1_800_000_000_000 // DAY * DAY + DAY // 2
BESIDE = ("contact.offered", "offer.accepted", "contact.active", "contact.widened",
          "contact.wrapup_started", "contact.wrapped", "contact.parked")  # fmt: skip
ASKED = ("unreached", "left", "abandoned", "in_target", "answered", "level")
TIMES = 7


def life(pick: random.Random, contact: str) -> list[Happening]:
    """One contact: most are answered, one in a thousand is a promised call that reached nobody."""
    severity = pick.choices((1, 2, 3, 4), (2, 10, 38, 50))[0]
    fate = pick.choices(("answered", "abandoned", "left", "unreached"), (930, 59, 10, 1))[0]
    ours = fate == "unreached"
    facts = Facts(severity, ours=ours, promised=ours, last=ours, waited_ms=20_000.0)
    told = [Happening("contact.queued", contact=contact, facts=facts)]
    told += [Happening(name, contact=contact, agent="a1") for name in BESIDE]
    if fate == "answered":
        answered = Facts(severity, in_target=pick.random() < 0.8, waited_ms=20_000.0)
        told.append(Happening("contact.answered", contact=contact, agent="a1", facts=answered))
        facts = Facts(severity, answered=True, waited_ms=20_000.0)
    outcome = {"answered": "handled", "left": "voicemail", "unreached": "not_reached"}
    told.append(
        Happening("contact.ended", contact=contact, outcome=outcome.get(fate, fate), facts=facts)
    )
    return told


async def fill(database: Database, days: int, many: int) -> None:
    pick = random.Random(1)
    for day in range(days):
        for at in range(0, many, 500):
            moment = NOON - DAY // 2 - DAY * (days - 1 - day) + at * (DAY // (many + 500))
            steps = [
                (contacts.sortable(f"{moment}-{n}"),
                 Step(at=moment, epoch=1, events=life(pick, f"c{day}.{at + n}")))
                for n in range(min(500, many - at))
            ]  # fmt: skip
            rows = [
                {
                    "step": step_id, "part": part, "epoch": 1, "at": int(step.at),
                    "name": one.name, "contact": one.contact, "agent": one.agent,
                    "data": contacts._encode(one).decode(),
                }
                for step_id, step in steps
                for part, one in enumerate(step.events)
            ]  # fmt: skip
            async with database.write() as connection:
                await connection.execute(insert(schema.event), rows)


async def costs(database: Database) -> dict[str, Any]:
    today = (NOON - DAY // 2, NOON + DAY // 2)
    found = {}
    for name in ASKED:
        took, cpu, rows = [], [], 0
        for _ in range(TIMES):
            async with database.read() as connection:
                began, used = time.perf_counter(), time.process_time()
                listed = await figures.counted(connection, today, FIGURES[name], [1, 2, 3, 4], 201)
                took.append(1000 * (time.perf_counter() - began))
                cpu.append(1000 * (time.process_time() - used))
            rows = len(listed)
        found[name] = {"rows": rows, "ms": round(median(took), 1), "cpu_ms": round(median(cpu), 1)}
    return found


async def measure(many: int, days: int) -> dict[str, Any]:
    found: dict[str, Any] = {"contacts_a_day": many, "days": days}
    with tempfile.TemporaryDirectory() as folder, running_postgres() as url:
        for kind in ("sqlite", "postgresql"):
            sqlite = kind == "sqlite"
            database = await (new_sqlite(Path(folder) / "r.db") if sqlite else new_postgres(url))
            await fill(database, days, many)
            async with database.write() as connection:
                await connection.execute(text("ANALYZE"))  # PostgreSQL does so by itself
            found[kind] = await costs(database)
            await database.close()
    return found


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contacts", type=int, default=10_000)
    arguments.add_argument("--days", type=int, default=3)
    asked = arguments.parse_args()
    print(json.dumps(asyncio.run(measure(asked.contacts, asked.days)), indent=1))
