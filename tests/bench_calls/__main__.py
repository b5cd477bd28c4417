"""How many calls one core carries: `python -m tests.bench_calls [--rows stock:12,ours:40,...]`.

A row is PEER:CALLS, PEER being `ours`, `plain` or `stock` (gateway.py), with `+tls` for a stream
that is encrypted in the process. Each row is a gateway process of the product's own parts pinned to
one core; this process, on the other core, plays carriers and browsers: 50 numbered frames a second
and way, each at a moment of its own, compared byte by byte where they come out. Counted is the CPU
time of the gateway's process alone, user and system, all threads, over `--seconds` after a warm-up.
Delay runs from just before a frame is sent to where it is heard: an upper bound of what we add.
A row whose generator was more than 1 ms late at p99, or used more than 90 % of its core, is void.
`--rt`: real-time priority for both (root), so that other work on the machine does not blur it.
`--flood 16667`: as many packets a second of STUN, DTLS, RTP and plain noise come to the port from a
stranger. `--chromium`: one more call is a real browser's, which is asked once a second whether it
hears its caller's tone, and how much sound stands in its buffer. `--nothing 4`: a third into the
row no carrier says anything for so long, and then all of it at once.
`--chaos loss=0.01,late=0.01,dup=0.01,garbage=0.01`: the browsers' packets.
`--attack 1000000`: then so many wrong frames come by other streams, and the calls are counted again
meanwhile. `--every 30`: memory, tasks and descriptors of the gateway are looked at as often, and
judged; for long rows (`--rows ours:100 --seconds 600`). Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from holdfast.http.selfsigned import make_certificate
from tests.bench_calls import soak
from tests.bench_calls.attack import Attack
from tests.bench_calls.browser import Chaos, Page
from tests.bench_calls.carrier import Stream
from tests.bench_calls.chromium import Looks, looking
from tests.bench_calls.clock import STEP_S, Clock
from tests.bench_calls.frames import frame, number_of
from tests.media.noise import noise

WARM_S = 1.5
WAYS = ("to_agent", "to_caller")
STANDING_FRAMES = 25
"""The last half second of each way: a delay that has built up is seen there."""


class Times:
    """How long frames took since the last look, in hundredths of a millisecond: to sort them all
    would stop the generator for a quarter of a second, and what it then says at once is dropped."""

    MOST = 10_000

    def __init__(self) -> None:
        self._counts = [0] * (self.MOST + 1)

    def add(self, ms: float) -> None:
        self._counts[min(self.MOST, int(ms * 100))] += 1

    def p99(self) -> float:
        """In ms, and begins anew."""
        left = sum(self._counts) // 100
        for place in range(self.MOST, -1, -1):
            left -= self._counts[place]
            if left < 0:
                break
        self._counts = [0] * (self.MOST + 1)
        return place / 100


class Call:
    """Both ends of one call."""

    def __init__(self, index: int, chaos: Chaos, times: dict[str, Times]) -> None:
        self.index = index
        self._times = times
        self.rng = random.Random(index)
        self.under_way: dict[str, dict[int, float]] = {way: {} for way in WAYS}
        self.ms: dict[str, list[float]] = {way: [] for way in WAYS}
        self.counting = False
        self.lost = 0
        self.waits: list[int] | None = None
        """What the carrier has, and does not send; None: it sends."""
        self.page = Page(lambda payload: self._heard("to_agent", payload), chaos, self.rng)
        self._said = dict.fromkeys(WAYS, 0)

    async def connect(self, http: aiohttp.ClientSession, base: str, port: int, tls: Any) -> None:
        await self.page.connect(http, base, f"a{self.index}")
        self.stream = Stream(f"c{self.index}", lambda payload: self._heard("to_caller", payload))
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self.stream, "127.0.0.1", port, ssl=tls)
        await self.stream.playing
        join = f"{base}/join?contact=c{self.index}&agent=a{self.index}"
        async with http.post(join):
            pass

    def _heard(self, way: str, payload: bytes) -> None:
        number = number_of(payload)
        at = None if number is None else self.under_way[way].pop(number, None)
        if at is not None:
            ms = (time.perf_counter() - at) * 1000
            self.ms[way].append(ms)
            self._times[way].add(ms)

    def _leaves(self, way: str, number: int) -> None:
        if self.counting:
            self.under_way[way][number] = time.perf_counter()

    def page_says(self) -> None:
        number = self._said["to_caller"]
        self._said["to_caller"] += 1
        if not self.page.say(number, frame(number), lambda: self._leaves("to_caller", number)):
            self.lost += self.counting

    def caller_says(self) -> None:
        number = self._said["to_agent"]
        self._said["to_agent"] += 1
        if self.waits is not None:
            self.waits.append(number)
        else:
            self._carries(number)

    def _carries(self, number: int) -> None:
        self._leaves("to_agent", number)
        self.stream.say(number, frame(number))

    def nothing(self) -> None:
        """From now on nothing comes from the carrier."""
        self.waits = []

    def all_at_once(self) -> None:
        """Everything that it has kept, and then as before."""
        kept, self.waits = self.waits or [], None
        for number in kept:
            self._carries(number)

    def count(self, on: bool) -> None:
        self.counting = self.page.counting = on

    def begin_anew(self) -> None:
        """What was counted is told; what is under way still counts."""
        for ms in self.ms.values():
            ms.clear()


def percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"count": len(values)}
    cuts = statistics.quantiles(values, n=1000)
    return {"p50": round(cuts[499], 2), "p99": round(cuts[989], 2), "p999": round(cuts[998], 2),
            "count": len(values)}  # fmt: skip


class Flood:
    """A stranger who sends noise to the gateway's port, as much in each step of the clock."""

    def __init__(self, per_s: float, to: tuple[str, int]) -> None:
        rng = random.Random(0)
        self._each = per_s * STEP_S
        self._noise = [noise(rng, b"0123456789abcdef", rng.randbytes(4)) for _ in range(1000)]
        self._to, self._due, self.sent = to, 0.0, 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def speak(self) -> None:
        self._due += self._each
        while self._due >= 1:
            self._due -= 1
            self.sent += 1
            with contextlib.suppress(BlockingIOError):
                self._socket.sendto(self._noise[self.sent % 1000], self._to)

    def close(self) -> None:
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Setting:
    """What all rows of a run have in common."""

    seconds: float
    core: int
    folder: Path
    chaos: Chaos
    flood_per_s: float
    chromium: bool
    every_s: float
    nothing_s: float
    attack: tuple[int, float]
    """Wrong frames, and how many a second."""


async def measure(row: str, setting: Setting) -> dict[str, Any]:
    chaos, folder = setting.chaos, setting.folder
    kind, count = row.split(":")
    peer, _, encrypted = kind.partition("+")
    files = make_certificate(folder / row, ["127.0.0.1"]) if encrypted else ()
    server = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(setting.core), sys.executable, "-m", "tests.bench_calls.gateway", peer,
        *(["--tls", *map(str, files)] if files else []), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    http_port, stream_port = map(int, (await server.stdout.readline()).split())
    tls = None
    if encrypted:
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    times = {way: Times() for way in WAYS}
    calls = [Call(index, chaos, times) for index in range(int(count))]
    base, clock = f"http://127.0.0.1:{http_port}", Clock()
    cpu = (~server.pid << 3) | 2  # the clock of that process
    flood: Flood | None = None
    looks: Looks | None = None
    attacked: dict[str, Any] = {}
    try:
        async with aiohttp.ClientSession() as http, contextlib.AsyncExitStack() as stack:
            for call in calls:
                await call.connect(http, base, stream_port, tls)
                clock.add(call.page_says, call.rng)
                clock.add(call.caller_says, call.rng)
            async with http.get(f"{base}/settle"):
                pass
            if setting.flood_per_s:
                flood = Flood(setting.flood_per_s, calls[0].page.to)
                clock.always(flood.speak)
            if setting.chromium:
                there = looking(http, base, stream_port, tls, clock, folder)
                looks = await stack.enter_async_context(there)
            await asyncio.sleep(WARM_S)
            began, own = time.perf_counter(), time.process_time()
            used = time.clock_gettime(cpu)
            for call in calls:
                call.count(True)
            clock.counting = True
            usage = _Usage(http, base)
            pause = asyncio.create_task(_nothing([*calls, *([looks] if looks else [])], setting))
            stayed = await _carry_on(server.pid, usage, calls, times, setting)
            used = time.clock_gettime(cpu) - used
            await pause
            passed = time.perf_counter() - began
            own = (time.process_time() - own) / passed
            if setting.attack[0]:
                attacked = await _attacked(cpu, stream_port, tls, calls, clock, setting)
            for call in calls:
                call.count(False)
            clock.counting = False
            await asyncio.sleep(0.4)  # what is still under way
            live = (await usage.now())["live"]
        figures = _figures(row, calls, live, used / passed, own, clock)
        figures |= {"flood_packets": flood.sent} if flood else {}
        figures |= {"stayed": stayed} if stayed else {}
        figures |= {"attacked": attacked} if attacked else {}
        if looks is not None:
            figures |= {"chromium_looks": len(looks.hertz), "chromium_heard": looks.heard}
            figures |= {"chromium_buffer_ms": looks.buffer_ms}
        return figures
    finally:
        clock.stop()
        if flood:
            flood.close()
        for call in calls:
            with contextlib.suppress(AttributeError):
                call.stream.close()
        server.send_signal(signal.SIGTERM)
        await server.wait()
        for call in calls:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2):
                    await call.page.close()


async def _nothing(calls: Sequence[Call | Looks], setting: Setting) -> None:
    if setting.nothing_s:
        await asyncio.sleep(setting.seconds / 3)
        for call in calls:
            call.nothing()
        await asyncio.sleep(setting.nothing_s)
        for call in calls:
            call.all_at_once()


class _Usage:
    """What the gateway says of itself."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._url = http, f"{base}/usage"

    async def now(self) -> dict[str, Any]:
        async with self._http.get(self._url) as reply:
            found: dict[str, Any] = await reply.json()
        return found

    async def tasks(self) -> int:
        return int((await self.now())["tasks"])


def _p99(calls: list[Call]) -> dict[str, float]:
    return {
        way: percentiles([v for call in calls for v in call.ms[way]]).get("p99", 0.0)
        for way in WAYS
    }


async def _carry_on(
    pid: int, usage: _Usage, calls: list[Call], times: dict[str, Times], setting: Setting
) -> dict[str, Any]:
    """The time of a row. What is kept of each frame is thrown away at each look: the generator
    stays as it is, too."""
    if not setting.every_s:
        await asyncio.sleep(setting.seconds)
        return {}

    def p99() -> dict[str, float]:
        for call in calls:
            call.begin_anew()
        return {way: times[way].p99() for way in WAYS}

    looks = await soak.watch(pid, usage.tasks, p99, setting.seconds, setting.every_s)
    return soak.judged(looks) | {"p99_ms": [look.p99_ms for look in looks]}


async def _attacked(
    cpu: int, port: int, tls: Any, calls: list[Call], clock: Clock, setting: Setting
) -> dict[str, Any]:
    """What the other calls have of it, beside what they had before."""
    calm = _p99(calls)
    for call in calls:
        call.begin_anew()
    attack = Attack(*setting.attack, port, tls)
    clock.always(attack.speak)
    began, used = time.perf_counter(), time.clock_gettime(cpu)
    await attack.done.wait()
    took, used = time.perf_counter() - began, time.clock_gettime(cpu) - used
    await attack.close()
    beside = _p99(calls)
    return {
        "wrong_frames": attack.sent,
        "streams": attack.streams,
        "seconds": round(took, 1),
        "core_percent": round(100 * used / took, 1),
        "p99_ms": beside,
        "p99_ms_before": calm,
        "added_ms": {way: round(beside[way] - calm[way], 2) for way in WAYS},
    }


def _figures(
    row: str, calls: list[Call], live: int, share: float, own: float, clock: Clock
) -> dict[str, Any]:
    late = percentiles(clock.late_ms)
    last = {way: [ms for call in calls for ms in call.ms[way][-STANDING_FRAMES:]] for way in WAYS}
    return {
        "row": row,
        "calls": len(calls),
        "still_joined": live,
        "core_percent": round(100 * share, 1),
        "core_percent_per_call": round(100 * share / len(calls), 3),
        "us_per_frame_and_way": round(1e6 * share / len(calls) / 100, 1),
        "caller_to_agent_ms": percentiles([v for call in calls for v in call.ms["to_agent"]]),
        "agent_to_caller_ms": percentiles([v for call in calls for v in call.ms["to_caller"]]),
        "last_half_second_p50_ms": {w: round(statistics.median(last[w] or [0]), 2) for w in WAYS},
        "missing": sum(len(call.under_way[way]) for call in calls for way in WAYS),
        "lost_on_purpose": sum(call.lost for call in calls),
        "out_of_row": sum(call.page.breaks for call in calls),
        "did_not_open": sum(call.page.wrong for call in calls),
        "generator_core_percent": round(100 * own),
        "generator_late_ms": late,
        "void": late.get("p99", 0) > 1 or own > 0.9,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="stock:12,ours:12,ours:80,ours:150,ours+tls:110")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--chaos", default="")
    parser.add_argument("--chromium", action="store_true", help="a real browser among them")
    parser.add_argument("--flood", type=float, default=0.0, help="packets a second")
    parser.add_argument("--attack", type=int, default=0, help="wrong frames of other streams")
    parser.add_argument("--attack-rate", type=float, default=5_000.0, help="a second")
    parser.add_argument("--every", type=float, default=0.0, help="s between looks at the gateway")
    parser.add_argument("--nothing", type=float, default=0.0, help="s of nothing, then all of it")
    parser.add_argument("--core", type=int, default=1, help="the gateway's")
    parser.add_argument("--own-core", type=int, default=0, help="the generator's")
    parser.add_argument("--rt", action="store_true")
    options = parser.parse_args()
    if options.attack and options.every:
        parser.error("--attack and --every are two runs: each look forgets what came before")
    gc.disable()
    os.sched_setaffinity(0, {options.own_core})
    if options.rt:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    parts = (part.split("=") for part in options.chaos.split(",") if part)
    chaos = {name: float(value) for name, value in parts}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(
            options.seconds, options.core, Path(folder), chaos, options.flood, options.chromium,
            options.every, options.nothing, (options.attack, options.attack_rate),
        )  # fmt: skip
        for _ in range(options.rounds):
            for row in options.rows.split(","):
                rows.append(uvloop.run(measure(row, setting)))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
                gc.collect()
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
    print(json.dumps({"machine": machine, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
