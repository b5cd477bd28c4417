"""For tests/bench_incidents.py: random orders around a hand-off, and how soon its receiver has it.

python -m tests.bench_hand_offs [--acts N] [--seed N] [--offers N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from holdfast.clock import now_ms
from router.records import people
from router.records.database import Database
from tests.kit.centre import running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.hand_offs import PARTS, drive
from tests.kit.spread import spread

ACTS, A_RECORD, OFFERS = 10_000, 500, 100
PAUSE_S = 0.5
"""Between two hand-offs: a page that asks faster is told to wait."""


async def orders(acts: int = ACTS, seed: int = 1) -> dict[str, Any]:
    """Random acts and severity changes: an owner that moves otherwise ends it with an error."""
    began, counts = time.perf_counter(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for n in range(max(1, acts // A_RECORD)):
            counts.update(await drive(Path(folder), seed * 1000 + n, min(acts, A_RECORD)))
    return {
        "what": f"{acts} random acts around hand-offs, {A_RECORD} on each record",
        "moved_otherwise": 0, **dict(sorted(counts.items())),
        "took_s": round(time.perf_counter() - began, 1),
    }  # fmt: skip


async def soon(offers: int = OFFERS) -> dict[str, Any]:
    """From *Hand off* to the card's words at the other desk, and from the acceptance to its sender
    hearing of it."""
    came, told = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with running_centre(Path(folder) / "data") as centre:
            database = Database(f"sqlite:///{centre.data_dir / 'holdfast.db'}")
            async with desk(centre) as one, desk(centre, "noah") as other:
                async with database.write() as connection:
                    person = await people.find_or_make(connection, "phone", "+12065550142", 1)
                    incident = await people.open_incident(
                        connection, "Luna", 1, person.party, "owner", 1
                    )
                    await people.hand_on(connection, incident.id, one.me["id"])
                await database.close()
                for page in (one, other):
                    await page.do("pause", reason="break")
                for n in range(offers):
                    sender, receiver = (one, other) if n % 2 == 0 else (other, one)
                    began = time.perf_counter()
                    await sender.do(
                        "hand_off", incident=incident.id, agent=receiver.me["id"], within=60_000,
                        key=f"bench-{n}", **PARTS,
                    )  # fmt: skip
                    (row,) = await _row(receiver, "incoming")
                    came.append((time.perf_counter() - began) * 1000)
                    began = time.perf_counter()
                    back = f"{PARTS['actions']} {PARTS['what_if']} {n}"
                    words = {"hand_off": row["id"], "words": back, "due": now_ms() + 60_000}
                    await receiver.do("accept_hand_off", **words)
                    await _row(sender, "outgoing", lambda it: it["state"] == "accepted")
                    told.append((time.perf_counter() - began) * 1000)
                    await sender.do("read_hand_off", hand_off=row["id"])
                    await asyncio.sleep(PAUSE_S)
    return {"what": f"{offers} hand-offs between two desks", "card_ms": spread(came),
            "accepted_ms": spread(told), "target_ms": 1000}  # fmt: skip


async def _row(page: DeskClient, name: str, fits: Any = lambda _: True) -> list[dict[str, Any]]:
    """Once the page is told, and has asked."""
    async with asyncio.timeout(60):
        while True:
            seen = len(page.notices)
            found = [one for one in (await page.do("hand_offs"))[name] if fits(one)]
            if found:
                return found
            await page.until(lambda seen=seen: len(page.notices) > seen)


async def hand_offs(acts: int = ACTS, seed: int = 1, offers: int = OFFERS) -> dict[str, Any]:
    return {"orders": await orders(acts, seed), "soon": await soon(offers)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--acts", type=int, default=ACTS)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--offers", type=int, default=OFFERS)
    given = asked.parse_args()
    found = asyncio.run(hand_offs(given.acts, given.seed, given.offers))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
