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


class Looks:
    """What each look found, once a second."""

    def __init__(self) -> None:
        self.hertz: list[float] = []

    @property
    def heard(self) -> int:
        return sum(abs(one - HERTZ) < 6 for one in self.hertz)


@asynccontextmanager
async def looking(
    http: aiohttp.ClientSession, base: str, port: int, tls: object, clock: Clock, folder: Path
) -> AsyncIterator[Looks]:
    """A call of a real browser, its caller a tone."""
    looks = Looks()
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
        tone = tones.tone(HERTZ, ms=1000)
        frames = [tone[at : at + 160] for at in range(0, len(tone) - 159, 160)]
        said = 0

        def say() -> None:
            nonlocal said
            stream.say(said, frames[said % len(frames)])
            said += 1

        clock.add(say, random.Random(1))
        await asyncio.sleep(2)

        async def look() -> None:
            while True:
                found = await tab.evaluate("loudest()")
                looks.hertz.append(found["hertz"] if found["db"] > LOUD_DB else 0.0)
                await asyncio.sleep(1)

        task = asyncio.create_task(look())
        yield looks
        task.cancel()
        stream.close()
        await browser.close()
