"""For tests/bench_incidents.py: from the key for help to the page of a supervisor."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench_incident_pages import pages
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient
from tests.kit.spread import spread

PRESSES = 200
PAUSE_S = 0.2
OTHERS = 40
"""Agents who work meanwhile."""


class Told(DeskClient):
    """Says when it was told of a request."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        super().__init__(centre, session)
        self.told: dict[str, float] = {}

    async def _take(self, message: dict[str, Any]) -> None:
        for name in (message.get("put") or {}).get("helps", ()):
            self.told.setdefault(name, time.perf_counter())
        await super()._take(message)
        self.heard.clear()


async def _page(stack: AsyncExitStack, centre: Centre, login: str, view: str) -> Told:
    jar = aiohttp.CookieJar(unsafe=True)
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
    page = Told(centre, session)
    await page.sign_in(login)
    await page.connect(view)
    stack.push_async_callback(page.close)
    return page


async def help_now() -> dict[str, Any]:
    """Presses of one agent, while others write notes; told to a board and to a desk."""
    took: dict[str, list[float]] = {"board": [], "desk": [], "seen": [], "read": []}
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            centre = await stack.enter_async_context(running_centre(Path(folder) / "data"))
            found, found_of = await stack.enter_async_context(pages(centre, OTHERS))
            agent = await _page(stack, centre, "priya", "desk")
            board = await _page(stack, centre, "dana", "board")
            desk = await _page(stack, centre, "ada", "desk")
            busy = [
                asyncio.create_task(_writes(page, found_of[n // 2], n))
                for n, page in enumerate(found)
            ]
            try:
                for _ in range(PRESSES):
                    await _press(agent, board, desk, took)
            finally:
                for one in busy:
                    one.cancel()
                await asyncio.gather(*busy, return_exceptions=True)
    return {
        "what": f"{PRESSES} presses, a supervisor at a board and one at a desk, {OTHERS} agents "
        "who write a note every second on the same worker: from the key to the page",
        "target_p99_ms": 1000,
        "board": spread(took["board"]),
        "desk": spread(took["desk"]),
        "from_on_it_to_the_agents_page": spread(took["seen"]),
        "baseline_a_read_of_the_same_page": spread(took["read"]),
    }


async def _press(agent: Told, board: Told, desk: Told, took: dict[str, list[float]]) -> None:
    began = time.perf_counter()
    asked = (await agent.do("help_ask"))["help"]
    for name, page in (("board", board), ("desk", desk)):
        await page.until(lambda page=page: asked in page.told)  # type: ignore[misc]
        took[name].append((page.told[asked] - began) * 1000)
    began = time.perf_counter()
    await board.do("help_see", help=asked)
    await agent.until(lambda: agent.helps[asked]["seen"])
    took["seen"].append((time.perf_counter() - began) * 1000)
    await agent.do("help_take_back", help=asked)
    await agent.until(lambda: not agent.helps)
    began = time.perf_counter()
    await agent.do("colleagues")
    took["read"].append((time.perf_counter() - began) * 1000)
    await asyncio.sleep(PAUSE_S)


async def _writes(page: DeskClient, incident: str, n: int) -> None:
    number = 0
    while True:
        number += 1
        note = {"note": f"help-{n}-{number}", "text": f"They said word{number}"}
        await page.do("note", incident=incident, **note)
        await asyncio.sleep(1)
