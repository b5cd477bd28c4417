"""For tests/bench_incidents.py: many agents who work incidents on one worker, page beside page."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from holdfast.security.credentials import Passwords
from router.records import accounts, people
from router.records.database import Database
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.desk import DeskClient

PAUSE_S = 5.0
"""Between two acts of one agent."""
SEEN_S = 30.0


class Beside(DeskClient):
    """Says when it sees a word in the incident that it has open."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        super().__init__(centre, session)
        self.looks_for: dict[str, asyncio.Future[float]] = {}

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "incident" and self.looks_for:
            now, shown = time.perf_counter(), str(message["incident"])
            for word in [it for it in self.looks_for if it in shown]:
                if not (seen := self.looks_for.pop(word)).done():
                    seen.set_result(now)
        await super()._take(message)
        self.heard.clear()


@contextlib.asynccontextmanager
async def pages(centre: Centre, many: int) -> AsyncIterator[tuple[list[Beside], list[str]]]:
    """So many agents, each at a page of their own, two of them at each incident; and those."""
    database = Database(f"sqlite:///{centre.data_dir / 'holdfast.db'}")
    hashed = await Passwords().hash(PASSWORD)
    opened = []
    async with database.write() as connection:
        for n in range(many):
            await accounts.add(
                connection, login=f"work{n}", name=f"Work {n}", role="agent",
                password_hash=hashed, skills={"safety": 3}, now=1,
            )  # fmt: skip
        for n in range((many + 1) // 2):
            person = await people.find_or_make(connection, "phone", f"+1206{n:07d}", n)
            opened.append(await people.open_incident(
                connection, f"Case {n}", 3, person.party, "owner", n
            ))  # fmt: skip
    await database.close()
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for n in range(many):
            jar = aiohttp.CookieJar(unsafe=True)
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            page = Beside(centre, session)
            await page.sign_in(f"work{n}")
            await page.connect()
            stack.push_async_callback(page.close)
            await page.do("pause", reason="break")
            await page.do("open", incident=opened[n // 2].id)
            found.append(page)
        yield found, [it.id for it in opened]


async def work(seconds: float, many: int) -> dict[str, list[float]]:
    """Milliseconds from each act to its news at the other page, by what was done; `answer`: until
    the one who acts has the reply; `read`: a question of the same page, as a baseline."""
    took: dict[str, list[float]] = {"answer": [], "read": []}
    numbers = itertools.count(1)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_centre(Path(folder) / "data") as centre,
            pages(centre, many) as (found, found_of),
        ):
            until = time.perf_counter() + seconds

            async def agent(n: int) -> None:
                me, other = found[n], found[n ^ 1 if n ^ 1 < many else n]
                chance = random.Random(n)
                await asyncio.sleep(chance.uniform(0, PAUSE_S))
                while time.perf_counter() < until:
                    word = f"word{next(numbers)}x"
                    next_now = (me.incident or {}).get("next") or {}
                    plan = {"what": f"Ask {word}", "agent": me.me["id"], "key": word,
                            "due": int(time.time() * 1000) + 3_600_000,
                            "before": next_now.get("id")}  # fmt: skip
                    do, fields = chance.choice(
                        [
                            ("note", {"note": f"note-{word}", "text": f"They said {word}"}),
                            ("title", {"title": f"About {word}"}),
                            ("plan_next", plan),
                        ]
                    )
                    seen = other.looks_for[word] = asyncio.get_running_loop().create_future()
                    began = time.perf_counter()
                    if await me.code_of(do, incident=found_of[n // 2], **fields) is None:
                        took["answer"].append((time.perf_counter() - began) * 1000)
                        async with asyncio.timeout(SEEN_S):
                            at = await seen
                        took.setdefault(do, []).append((at - began) * 1000)
                    other.looks_for.pop(word, None)
                    began = time.perf_counter()
                    await me.do("colleagues")
                    took["read"].append((time.perf_counter() - began) * 1000)
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE_S)

            async with asyncio.TaskGroup() as group:
                for n in range(many):
                    group.create_task(agent(n))
    return took
