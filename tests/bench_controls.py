"""How long a control takes until it is heard: `python -m tests.bench_controls [--runs 40]`.

A whole centre and its sandbox carrier as processes; an agent, a colleague and a supervisor's board
as pages (the desk protocol, WebRTC without a jitter buffer of their own); each says a tone of their
own. A time runs from the moment at which the page sends the intent to the first frame at the other
page that has the tone. Half of the calls are cut off at a random step, by the caller or the agent.
The agent says numbered frames instead, which the carrier reads: when the caller hears them first.
Another agent talks all the while and presses nothing: how far the frames that come to them stray
from 20 ms, before anybody presses anything, and then.
At the end nobody may be left in a call: `legs_left`, `seats_left`, `violations`. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from channels.sandbox.stamps import stamp
from softphone import g711
from softphone import peer as peer_module
from softphone.peer import PassThroughTrack
from tests.bench_media import percentiles
from tests.flow.conftest import short_config
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient

CALLER, AGENT, COLLEAGUE, BOARD = 450, 700, 1000, 1300
FRAME = 160
LONGEST_S = 20.0
CALM_S = 10
EACH_S = 1.5
"""Calls begin so far apart: pages may not ask for more (holdfast/desk/pace.py)."""


def tone(hertz: int) -> bytes:
    """A frame of it; whole waves, so that frame follows frame without a click."""
    n = np.arange(FRAME)
    return g711.from_pcm((8000 * np.sin(2 * np.pi * hertz * n / 8000)).astype(np.int16))


class Page(DeskClient):
    """Its sound comes and goes as packets."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession, hertz: int) -> None:
        """`hertz`: 0 are numbered frames."""
        super().__init__(centre, session)
        self._says = tone(hertz) if hertz else None
        self.said: list[float] = []
        """When each numbered frame was said."""
        self.strayed: list[float] | None = None
        """How far from 20 ms after the last each frame came, ms."""
        self._came_at = 0.0
        self._awaits: dict[int, asyncio.Future[float]] = {}

    async def sound(self, *_: Any, **__: Any) -> None:
        self._pc = pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        track = PassThroughTrack()
        with peer_module._pass_through():
            transceiver = pc.addTransceiver("audio", "sendrecv")
        transceiver.sender.replaceTrack(track)
        transceiver.receiver.on_packet = self._came  # type: ignore[attr-defined]
        channel = pc.createDataChannel("alive")
        channel.on("message", channel.send)
        gatherer = transceiver.receiver.transport.transport.iceGatherer
        peer_module._gather_only(gatherer, "127.0.0.1")
        await pc.setLocalDescription(await pc.createOffer())
        answer = await self.do("rtc", sdp=pc.localDescription.sdp, epoch=1)
        await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        self._tasks.append(asyncio.create_task(self._talk(track)))
        if self._view == "desk":
            await self.until(lambda: self.agent().get("sound"))

    async def _talk(self, track: PassThroughTrack) -> None:
        loop = asyncio.get_running_loop()
        began, number = loop.time(), 0
        while True:
            track.put(self._says or stamp(number), number * FRAME)
            if not self._says:
                self.said.append(time.perf_counter())
            number += 1
            await asyncio.sleep(max(0.0, began + number * 0.02 - loop.time()))

    def _came(self, payload: bytes, _stamp: int) -> None:
        if self.strayed is not None:
            before, self._came_at = self._came_at, time.perf_counter()
            if before:
                self.strayed.append(abs((self._came_at - before) * 1000 - 20))
        if not self._awaits or len(payload) != FRAME:
            return
        strength = np.abs(np.fft.rfft(g711.to_pcm(payload).astype(float))) / FRAME * 2
        for hertz, future in list(self._awaits.items()):
            if strength[hertz * FRAME // 8000] > 1500 and not future.done():
                future.set_result(time.perf_counter())
                del self._awaits[hertz]

    async def hears(self, hertz: int) -> float:
        """When the first frame that has this tone comes, from now on."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaits[hertz] = future
        async with asyncio.timeout(LONGEST_S):
            return await future


class Bench:
    """The three pages, and the times so far."""

    def __init__(self, centre: Centre, agent: Page, colleague: Page, board: Page) -> None:
        self.centre, self.agent, self.colleague, self.board = centre, agent, colleague, board
        self.ms: dict[str, list[float]] = defaultdict(list)

    async def took(
        self, what: str, act: Callable[[], Awaitable[Any]], ear: Page, hertz: int
    ) -> None:
        began = time.perf_counter()
        heard = asyncio.create_task(ear.hears(hertz))
        await act()
        self.ms[what].append(((await heard) - began) * 1000)

    def steps(self, contact: str) -> list[Callable[[], Awaitable[None]]]:
        agent, colleague, board = self.agent, self.colleague, self.board

        def sit(mode: str) -> Callable[[], Awaitable[Any]]:
            return lambda: board.do("sit_beside", contact=contact, mode=mode)

        def of(page: Page, do: str, **fields: Any) -> Callable[[], Awaitable[Any]]:
            return lambda: page.do(do, contact=contact, **fields)

        async def listen() -> None:
            await self.took("listen: the board hears the caller", sit("listen"), board, CALLER)

        async def whisper() -> None:
            await self.took("whisper: the agent hears the board", sit("whisper"), agent, BOARD)

        async def barge() -> None:
            await sit("barge")()
            await sit("listen")()

        async def whisper_again() -> None:
            await self.took("from listen to whisper", sit("whisper"), agent, BOARD)

        async def leave() -> None:
            await board.do("leave_beside")

        async def ask() -> None:
            await of(agent, "consult", agent=colleague.agent()["id"])()
            await colleague.until(lambda: colleague.agent()["asked"] == contact)
            act = of(colleague, "consult_answer")
            await self.took("consult: the agent hears the colleague", act, agent, COLLEAGUE)

        async def swap() -> None:
            act = of(agent, "hold", on=False)
            await self.took("swap: the agent hears the caller", act, agent, CALLER)

        async def together() -> None:
            act = of(agent, "consult_together", on=True)
            await self.took("merge: the colleague hears the caller", act, colleague, CALLER)

        async def over() -> None:
            await of(agent, "consult_end")()

        return [listen, whisper, barge, whisper_again, leave, ask, swap, together, over]

    async def call(self, number: int, rng: random.Random) -> None:
        agent = self.agent
        sid = await self.centre.sandbox.call(
            talk="tone", hz=CALLER, from_=f"+1206555{number % 10_000:04d}"
        )
        offer = await agent.offered()
        told = time.time() * 1000  # the centre's own clock: one machine
        self.ms["offered: the page is told to ring"].append(told - offer["state_at"])
        contact = str(offer["id"])

        def accept() -> Awaitable[Any]:
            return agent.do("accept", contact=contact, fence=offer["offer"]["fence"])

        began = time.perf_counter()
        await self.took(
            "accept: the agent hears the caller, by a new stream", accept, agent, CALLER
        )
        there = self.ms["accept: the agent hears the caller, by a new stream"][-1]
        back = (await self.caller_heard(sid) - began) * 1000
        self.ms["accept: the caller hears the agent"].append(back)
        self.ms["accept: sound both ways"].append(max(there, back))
        await agent.until_state(contact, "active")
        steps = self.steps(contact)
        cut = rng.randrange(1, len(steps)) if rng.random() < 0.5 else len(steps)
        for step in steps[:cut]:
            await step()
        if rng.random() < 0.5:
            await self.centre.sandbox.hang_up(sid)
        else:
            await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)

    async def caller_heard(self, sid: str) -> float:
        """When the first frame of the agent was played to the caller."""
        while (found := (await self.centre.sandbox.look(sid))["heard"]["stamps"])["first"] is None:
            await asyncio.sleep(0.02)
        return self.agent.said[found["first"]] + float(found["latency_max_ms"]) / 1000

    async def left(self) -> dict[str, int]:
        """What is still held of calls that are over."""
        url = f"{self.centre.url}/metrics"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            text = await answer.text()
        legs = re.search(r'^holdfast_legs\{of="calls"\} (\S+)$', text, re.M)
        found = re.findall(r"^holdfast_sweep_violations_total\{.*\} (\S+)$", text, re.M)
        people = [page.agent() for page in (self.agent, self.colleague)]
        board = self.board.agents.values()
        assert legs is not None
        return {
            "legs_left": int(float(legs[1])),
            "seats_left": sum(bool(a.get("consult") or a.get("asked")) for a in people)
            + sum(bool(a.get("beside")) for a in board),
            "violations": int(sum(map(float, found))),
        }


async def opened(centre: Centre, login: str, hertz: int, view: str = "desk") -> Page:
    jar = aiohttp.CookieJar(unsafe=True)
    page = Page(centre, aiohttp.ClientSession(cookie_jar=jar), hertz)
    await page.sign_in(login)
    await page.connect(view)
    await page.sound()
    return page


async def talking(centre: Centre, login: str) -> Page:
    """Somebody else's call, which goes on."""
    page = await opened(centre, login, AGENT)
    await page.ready()
    await centre.sandbox.call(talk="tone", hz=CALLER, from_="+12065550199")
    contact = await page.accept()
    await page.until_state(contact, "active")
    await page.hears(CALLER)
    return page


async def strayed(page: Page, during: Awaitable[Any]) -> dict[str, float]:
    """How far what they hear strays meanwhile."""
    page.strayed, page._came_at = (found := []), 0.0
    await during
    page.strayed = None
    return percentiles(found)


CHECK = """
import asyncio, sys, aiohttp
async def one(http, url):
    for n in (8, 32, 128, 512, 1000):
        await (await http.post(url, data=bytes(n << 10), headers={"X-Holdfast": "1"})).read()
    for n in (8, 32, 128, 512, 1000):
        await (await http.get(f"{url}?bytes={n << 10}")).read()
async def main(url, name, value):
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookies={name: value}, cookie_jar=jar) as http:
        for _ in range(2):
            await asyncio.gather(*(one(http, url + "/api/desk/speed") for _ in range(10)))
asyncio.run(main(*sys.argv[1:]))
"""
"""Ten at once in a process of its own, twice: an account may do no more."""


async def ten_checks(centre: Centre) -> None:
    for login in ("tomas", "noah", "dana"):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            await DeskClient(centre, http).sign_in(login)
            names = {one.key: one.value for one in jar}
        name = next(key for key in names if "device" not in key)
        words = (centre.url, name, names[name])
        check = await asyncio.create_subprocess_exec(sys.executable, "-c", CHECK, *words)
        assert await check.wait() == 0


async def bench(runs: int, seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        config = short_config(Path(folder))
        async with running_centre(Path(folder) / "data", HOLDFAST_CONFIG=str(config)) as centre:
            other = await talking(centre, "priya")
            calm = await strayed(other, asyncio.sleep(CALM_S))
            checks = await strayed(other, ten_checks(centre))
            agent = await opened(centre, "tomas", 0)
            colleague = await opened(centre, "noah", COLLEAGUE)
            board = await opened(centre, "dana", BOARD, view="board")
            await colleague.do("pause", reason="admin")
            await agent.ready()
            run = Bench(centre, agent, colleague, board)

            async def all_calls() -> None:
                for number in range(runs):
                    begun = time.monotonic()
                    await run.call(number, rng)
                    await asyncio.sleep(max(0.0, begun + EACH_S - time.monotonic()))

            try:
                pressed = await strayed(other, all_calls())
                for call in await centre.sandbox.calls(live=True):
                    await centre.sandbox.hang_up(call["sid"])
                await asyncio.sleep(2)
                left = await run.left()
            finally:
                for page in (agent, colleague, board, other):
                    await page.close()
                    await page._session.close()
    return {
        "runs": runs,
        **left,
        "ms": {what: {**percentiles(v)} for what, v in sorted(run.ms.items())},
        "frames_of_another_call_stray_ms": {
            "calm": calm,
            "while controls are pressed": pressed,
            "while ten agents check their bandwidth": checks,
        },
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(bench(args.runs, args.seed)), indent=1))


if __name__ == "__main__":
    main()
