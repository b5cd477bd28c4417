"""How long two people do not hear each other when something happens to the agent's page, to its
network or to our worker: `python -m tests.bench_survival [--runs 40]`.

A whole centre, its sandbox carrier (which adds 20 to 40 ms, not the 0.7 to 1.2 s of a real one) and
Chromium. Each of the two speaks a tone all the time. A moment is over when both hear the other
again: the page by the first packet that the browser plays out, the caller by the tone in the last
60 ms of what came to them, looked at every few ms. Times in ms, from just before the event.

- reload: of the page in a call
- tab: another tab of the browser takes the desk over
- laptop: the machine slept, the centre has noticed, and it wakes in another network; from then on
- network: nothing passed, and the centre has noticed; from when all passes again
- worker: kill -9; another copy of the template takes over
- dead: the browser stands still from one moment to the next; until the board knows that the agent's
  sound is gone, and until the caller hears music

Prints JSON; `stages` is where the time goes, as the page has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Playwright, async_playwright

from tests.browser.conftest import AGENT_HZ
from tests.browser.kit import (
    another,
    enter,
    go_ready,
    hears,
    launch,
    of_its_own,
    ring_and_answer,
    tone_file,
)
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import PASSWORD, Centre, free_port, running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.line import Laptop, Line, running_line

CALLER_HZ = 440
WINDOW_S = 0.06
NEAR_HZ = 25
SETTLE_S = 1.0

HEARS = """(() => { globalThis.__at = {}; globalThis.__heard = null; globalThis.__since = 0;
  const told = (what) => { globalThis.__at[what] ??= Date.now(); };
  const Own = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Own {
    constructor(...all) {
      super(...all);
      told('path begun');
      this.addEventListener('connectionstatechange', () => told(`path ${this.connectionState}`));
      this.addEventListener('track', ({ receiver }) => {
        const look = setInterval(() => {
          if (receiver.track.readyState === 'ended') return clearInterval(look);
          const [source] = receiver.getSynchronizationSources();
          const at = source && performance.timeOrigin + source.timestamp;
          if (at > globalThis.__since) globalThis.__heard ??= Date.now();
        }, 5);
      });
    } };
  const Socket = WebSocket;
  globalThis.WebSocket = class extends Socket { constructor(...all) {
    super(...all);
    told('socket begun');
    this.addEventListener('open', () => told('socket open'));
    this.addEventListener('message', () => told('snapshot')); } };
  const media = navigator.mediaDevices;
  const open = media?.getUserMedia.bind(media);
  if (open) media.getUserMedia = async (c) => { told('microphone asked');
    const stream = await open(c); told('microphone'); return stream; };
  told('scripts'); })();"""
"""When this page first hears its caller, after `__since`; and its own stages."""

FROM_NOW = "() => { __heard = null; __at = {}; __since = Date.now(); }"


@dataclass
class Talk:
    """An agent's page in a call."""

    centre: Centre
    line: Line
    laptop: Laptop
    page: Page
    sid: str
    board: DeskClient
    stages: list[dict[str, float]] = field(default_factory=list)

    async def caller_hears(self, hertz: float) -> bool:
        heard = (await self.centre.sandbox.look(self.sid, WINDOW_S))["heard"]
        return bool(heard["hz"]) and abs(heard["hz"] - hertz) < NEAR_HZ

    async def caller_hears_again(self) -> float:
        """When; they have to have lost it first, or not at all within what we can tell."""
        async with asyncio.timeout(60):
            while not await self.caller_hears(AGENT_HZ):
                await asyncio.sleep(0.003)
        return time.time() * 1000

    async def page_hears(self, page: Page) -> float:
        found = await page.wait_for_function("() => globalThis.__heard", polling=20, timeout=60_000)
        return float(await found.json_value())

    async def both(self, page: Page, began: float) -> float:
        times = await asyncio.gather(self.caller_hears_again(), self.page_hears(page))
        return max(times) - began

    async def caller_lost(self) -> None:
        async with asyncio.timeout(60):
            while await self.caller_hears(AGENT_HZ):
                await asyncio.sleep(0.003)

    def call(self) -> dict[str, Any]:
        return next(c for c in self.board.contacts.values() if c["state"] == "active")


def now() -> float:
    return time.time() * 1000


async def reload(talk: Talk) -> dict[str, float]:
    began = now()
    await talk.page.reload(wait_until="commit")
    lost = asyncio.create_task(talk.caller_lost())
    at = await talk.page_hears(talk.page)
    await lost  # of the old page nothing is heard any more
    heard = await talk.caller_hears_again()
    stages = await talk.page.evaluate("() => __at")
    talk.stages.append({what: at - began for what, at in stages.items()})
    return {"both": max(at, heard) - began, "page": at - began, "caller": heard - began}


async def other_tab(talk: Talk) -> dict[str, float]:
    second = await another(await talk.page.context.new_page(), talk.page.url)
    button = second.get_by_role("button", name="Use it here")
    await button.wait_for()
    began = now()
    await button.click()
    at = await talk.page_hears(second)
    heard = await talk.caller_hears_again()
    await talk.page.close()
    talk.page = second
    return {"both": max(at, heard) - began}


async def noticed(talk: Talk) -> None:
    await talk.board.until(lambda: talk.call()["fault"])
    await talk.caller_lost()


async def laptop(talk: Talk) -> dict[str, float]:
    talk.laptop.sleeps()
    talk.line.fails()
    await noticed(talk)
    await asyncio.sleep(6)  # longer than any timer of a page is late
    talk.line.back()
    began = now()
    talk.laptop.wakes()
    await talk.page.evaluate(FROM_NOW)
    return {"both": await talk.both(talk.page, began)}


async def network(talk: Talk) -> dict[str, float]:
    talk.line.fails()
    await noticed(talk)
    await talk.page.evaluate(FROM_NOW)
    began = now()
    talk.line.back()
    return {"both": await talk.both(talk.page, began)}


async def worker(talk: Talk) -> dict[str, float]:
    await talk.page.evaluate(FROM_NOW)
    pid = talk.centre.worker_pid()
    began = now()
    talk.centre.kill_worker()
    lost = asyncio.create_task(talk.caller_lost())
    await talk.page.evaluate(FROM_NOW)
    await lost
    took = await talk.both(talk.page, began)
    stages = await talk.page.evaluate("() => __at")
    talk.stages.append({what: at - began for what, at in stages.items()})
    assert talk.centre.worker_pid() != pid
    return {"both": took}


async def dead(talk: Talk) -> dict[str, float]:
    """The browser's processes are gone from one moment to the next: nobody says good-bye."""
    began = now()
    talk.laptop.sleeps()
    talk.line.fails()
    music = asyncio.create_task(talk.caller_lost())
    await talk.board.until(lambda: talk.call()["fault"] == "agent_sound_lost")
    known = now() - began
    await music
    heard = now() - began
    talk.line.back()
    talk.laptop.wakes()
    await talk.page.evaluate(FROM_NOW)
    await talk.both(talk.page, began)
    return {"known": known, "music": heard}


MOMENTS: dict[str, Callable[[Talk], Awaitable[dict[str, float]]]] = {
    "reload": reload,
    "tab": other_tab,
    "laptop": laptop,
    "network": network,
    "dead": dead,
    "worker": worker,  # the last: the board's socket ends with it
}
FEW = {"laptop": 8, "network": 8, "worker": 10}
"""These cost some seconds each."""


@asynccontextmanager
async def talking(pw: Playwright, centre: Centre, line: Line, folder: Path) -> AsyncIterator[Talk]:
    microphone = tone_file(folder / "mic.wav", AGENT_HZ)
    before = Laptop.running()
    browser = await launch(pw, f"--use-file-for-fake-audio-capture={microphone}")
    laptop = Laptop(before)
    try:
        page = await of_its_own(browser, line.script, HEARS)
        await page.context.expose_function("__soundAt", line.sound_at)
        await enter(page, line.url, "priya", PASSWORD)
        await go_ready(page)
        sid = await centre.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+14255550231")
        await ring_and_answer(page)
        await until_heard(centre, sid, AGENT_HZ)
        await hears(page, CALLER_HZ)
        async with desk(centre, "dana", view="board") as board:
            await board.until(lambda: [c["state"] for c in board.contacts.values()] == ["active"])
            yield Talk(centre, line, laptop, page, sid, board)
    finally:
        laptop.wakes()
        await browser.close()


def cuts(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered)),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]),
        "max": round(ordered[-1]),
    }


async def bench(runs: int, only: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "ms": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = short_config(folder)
        text = config.read_text().replace('come_back = "6s"', 'come_back = "60s"')
        config.write_text(text)
        port, line_port = free_port(), free_port()
        origins = f"http://127.0.0.1:{port},http://127.0.0.1:{line_port}"
        async with (
            running_centre(
                folder / "data", port=port, HOLDFAST_CONFIG=str(config),
                HOLDFAST_DESK_ORIGINS=origins,
            ) as centre,
            running_line(port, line_port) as line,
            async_playwright() as pw,
            talking(pw, centre, line, folder) as talk,
        ):  # fmt: skip
            for what, moment in MOMENTS.items():
                if only and what not in only:
                    continue
                times: dict[str, list[float]] = {}
                talk.stages.clear()
                for _ in range(min(runs, FEW.get(what, runs if what == "reload" else 8))):
                    # The template is there again, and what was built has settled.
                    await asyncio.sleep(6.0 if what == "worker" else SETTLE_S)
                    for of, ms in (await moment(talk)).items():
                        times.setdefault(of, []).append(ms)
                for of, all_of_them in times.items():
                    found["ms"][what if of == "both" else f"{what}: {of}"] = cuts(all_of_them)
                if talk.stages:
                    names = sorted({name for one in talk.stages for name in one})
                    found.setdefault("stages", {})[what] = dict(
                        sorted(
                            (
                                (n, round(statistics.median(s[n] for s in talk.stages if n in s)))
                                for n in names
                            ),
                            key=lambda it: it[1],
                        )
                    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", default="", help="reload,tab,laptop,network,worker,dead")
    options = parser.parse_args()
    only = [one for one in options.only.split(",") if one]
    print(json.dumps(asyncio.run(bench(options.runs, only)), indent=1))


if __name__ == "__main__":
    main()
