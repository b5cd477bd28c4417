"""Talks that go on while everything that can fail does: real sound, in processes of its own.

Each is a caller of the sandbox carrier and an agent's page that says numbered frames. The processes
with the sound are killed, drained and stopped in turn, and started again; nobody may lose a talk.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.bench_controls import Page
from tests.kit.centre import Centre
from tests.kit.desk import DeskError
from tests.kit.media import Media, start_media
from tests.load.rig import AWAY

LOOK_S = 0.1
HUNG_S = 4.0
"""A machine that is gone for so long: longer than a lease."""


@dataclass
class Talk:
    """One, and what became of it."""

    page: Page
    call: str = ""
    contact: str = ""
    silences: list[float] = field(default_factory=list)
    """Seconds in which the caller heard nothing of the agent, where longer than a second."""


class Talks:
    """All of them, and the processes that carry them."""

    def __init__(self, centre: Centre, processes: int) -> None:
        self._centre, self._count = centre, processes
        self._media: list[Media] = []
        self.all: list[Talk] = []
        self.done: dict[str, int] = {"killed": 0, "drained": 0, "hung": 0}

    @contextlib.asynccontextmanager
    async def going(self, people: int) -> AsyncIterator[None]:
        """So many talk."""
        self._media = [await start_media(self._centre) for _ in range(self._count)]
        tasks: list[asyncio.Task[Any]] = []
        async with contextlib.AsyncExitStack() as stack:
            for n in range(people):
                session = await stack.enter_async_context(
                    aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
                )
                page = Page(self._centre, session, 0)
                await page.sign_in(f"talk{n}")
                await page.connect()
                await page.sound()
                await page.ready()
                talk = Talk(page)
                self.all.append(talk)
                talk.call = await self._centre.sandbox.call(
                    from_=f"+1206555{7000 + n}", talk="tone", hz=440
                )
                talk.contact = await page.accept()
                await page.until_state(talk.contact, "active")
                tasks.append(asyncio.create_task(self._page(talk)))
                tasks.append(asyncio.create_task(self._listen(talk)))
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                for talk in self.all:
                    await talk.page.close()
        for one in self._media:
            if one.process.returncode is None:
                one.kill()
                await one.ended()

    async def _page(self, talk: Talk) -> None:
        """As a page does: it connects again, and builds its sound anew when it is told to."""
        page, seen = talk.page, 0
        while True:
            try:
                if page.cut:
                    await page.connect()
                told = sum(notice["code"] == "sound_again" for notice in page.notices)
                if told > seen:
                    await page.sound()
                    seen = told
            except (*AWAY, DeskError):
                pass  # it tries again
            await asyncio.sleep(LOOK_S)

    async def _listen(self, talk: Talk) -> None:
        heard, at = -1, time.monotonic()
        while True:
            stamps = (await self._centre.sandbox.look(talk.call, 0.1))["heard"]["stamps"]
            now, count = time.monotonic(), stamps["received"] + stamps["repeated"]
            if count != heard:
                if heard >= 0 and now - at > 1.0:
                    talk.silences.append(round(now - at, 2))
                heard, at = count, now
            await asyncio.sleep(LOOK_S)

    async def chaos(self, every_s: float) -> None:
        """One process after the other is killed, drained, stopped; and is back soon."""
        for turn in itertools.count():
            await asyncio.sleep(every_s)
            one = self._media[turn % self._count]
            match turn % 3:
                case 0:
                    one.kill()
                    self.done["killed"] += 1
                case 1:
                    one.ask_to_end()
                    self.done["drained"] += 1
                case _:
                    one.process.send_signal(signal.SIGSTOP)
                    await asyncio.sleep(HUNG_S)
                    one.process.send_signal(signal.SIGCONT)
                    self.done["hung"] += 1
                    continue
            await one.ended()
            self._media[turn % self._count] = await start_media(self._centre, one.port)

    async def told(self) -> dict[str, object]:
        """What became of them, while they still go on."""
        live = {call["sid"] for call in await self._centre.sandbox.calls(live=True)}
        rows = await self._centre.rows("select id, state from contact where state = 'active'")
        active = {row[0] for row in rows}
        quiet = sorted(s for talk in self.all for s in talk.silences)
        return {
            "talks": len(self.all),
            "calls_lost": sum(talk.call not in live for talk in self.all),
            "talks_lost": sum(talk.contact not in active for talk in self.all),
            "done": self.done,
            "silences_over_1_s": quiet,
        }
