"""A real browser among the calls: whether it hears its caller's tone, look after look."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from playwright.async_api import async_playwright

from softphone import tones
from tests.bench_calls.carrier import Stream
from tests.bench_calls.clock import Clock
from tests.browser.kit import launch, tone_file

HERTZ = 440
LOUD_DB = -50
BUFFER = """async () => { for (const one of (await pc.getStats()).values())
  if (one.type === 'inbound-rtp') return [one.jitterBufferDelay, one.jitterBufferEmittedCount]; }"""
"""Seconds that all samples so far have waited in it, and how many there were."""


class Looks:
    """What each look found, once a second."""

    def __init__(self, stream: Stream) -> None:
        self.hertz: list[float] = []
        self.buffer_ms: list[int] = []
        """Between each look and the one before."""
        self._stream, self._waits = stream, False
        self._said = self._sent = 0
        tone = tones.tone(HERTZ, ms=1000)
        self._frames = [tone[at : at + 160] for at in range(0, len(tone) - 159, 160)]
        self._before = (0.0, 0)

    def say(self) -> None:
        """The caller's next 20 ms."""
        self._said += 1
        while self._sent < self._said and not self._waits:
            self._stream.say(self._sent, self._frames[self._sent % len(self._frames)])
            self._sent += 1

    def nothing(self) -> None:
        """From now on nothing comes from the carrier."""
        self._waits = True

    def all_at_once(self) -> None:
        """With the next 20 ms."""
        self._waits = False

    def saw(self, found: dict[str, float], waited: tuple[float, int]) -> None:
        """One look."""
        self.hertz.append(found["hertz"] if found["db"] > LOUD_DB else 0.0)
        seconds, samples = waited[0] - self._before[0], waited[1] - self._before[1]
        self.buffer_ms.append(round(1000 * seconds / samples) if samples else 0)
        self._before = waited

    @property
    def heard(self) -> int:
        return sum(abs(one - HERTZ) < 6 for one in self.hertz)


@asynccontextmanager
async def looking(
    http: aiohttp.ClientSession, base: str, port: int, tls: object, clock: Clock, folder: Path
) -> AsyncIterator[Looks]:
    """A call of a real browser, its caller a tone."""
    async with async_playwright() as playwright:
        microphone = tone_file(folder / "mic.wav", 700)
        browser = await launch(playwright, f"--use-file-for-fake-audio-capture={microphone}")
        tab = await browser.new_page()
        await tab.goto(f"{base.replace('127.0.0.1', 'localhost')}/")
        await tab.evaluate("call()")
        stream = Stream("chromium", lambda _payload: None)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: stream, "127.0.0.1", port, ssl=tls)
        await stream.playing
        async with http.post(f"{base}/join?contact=chromium&agent=chromium"):
            pass
        looks = Looks(stream)
        clock.add(looks.say, random.Random(1))
        await asyncio.sleep(2)

        async def look() -> None:
            while True:
                looks.saw(await tab.evaluate("loudest()"), await tab.evaluate(BUFFER))
                await asyncio.sleep(1)

        task = asyncio.create_task(look())
        yield looks
        task.cancel()
        stream.close()
        await browser.close()
