"""What a hop between two processes costs: `python -m tests.bench_hop [--calls 100] [--seconds 5]`.

Callers in this process, their agents in another; each agent gives back what they hear. Numbered
frames, one every 20 ms and call, none of them at the same moment. `round_trip_ms`: there and back,
two hops. `us_per_frame`: processor time of both processes for a frame that goes one way. Each has a
core of its own where there are two. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from router.ports import FrameSink
from softphone.exchange import Exchange
from softphone.hops import Hops
from softphone.plans import Joined
from tests.bench_media import percentiles

KEY = b"a secret of this bench"
FRAME_S = 0.02


class Leg:
    """Whoever hears gives it back (an agent), or notes it (a caller)."""

    def __init__(self, name: str, took: list[float] | None = None) -> None:
        self.name, self.closed, self._took = name, False, took
        self._sink: FrameSink | None = None

    def send(self, payload: bytes, timestamp: int) -> None:
        if self._took is None and self._sink is not None:
            self._sink(payload, timestamp)
        elif self._took is not None and len(payload) == 160:
            sent = int.from_bytes(payload[:8], "big")
            if sent:
                self._took.append((time.monotonic_ns() - sent) / 1e6)

    def says(self) -> None:
        if self._sink is not None:
            self._sink(time.monotonic_ns().to_bytes(8, "big") + bytes(152), 0)

    def listen(self, sink: FrameSink | None) -> None:
        self._sink = sink

    def interrupt(self) -> None: ...

    async def close(self, reason: str) -> None:
        self.closed = True


def pinned(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


async def agents(folder: Path, calls: int) -> None:
    """The other process, until its input ends; then it prints its processor time in seconds."""
    exchange = Exchange(None, None, asyncio.get_running_loop(), lambda _event: None)
    hops = Hops(exchange, KEY, "agents", asyncio.get_running_loop().time)
    await hops.listen(f"unix:{folder / 'agents'}")
    for n in range(calls):
        exchange.attach_agent(f"a{n}", 1, Leg(f"a{n}"))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.process_time()
    await asyncio.to_thread(sys.stdin.readline)
    print(time.process_time() - began, flush=True)


async def measure(calls: int, seconds: float) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="hf-hop-"))
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench_hop", "--agents", str(folder), "--calls", str(calls)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    await other.stdout.readline()
    loop, took = asyncio.get_running_loop(), list[float]()
    exchange = Exchange(None, None, loop, lambda _event: None)
    hops = Hops(exchange, KEY, "home", loop.time)
    run = asyncio.create_task(hops.run())
    hops.know({"agents": f"unix:{folder / 'agents'}"})
    callers = [Leg(f"c{n}", took) for n in range(calls)]
    for n, leg in enumerate(callers):
        exchange.attach_caller(f"c{n}", 1, leg)
        exchange.plan(f"c{n}", Joined(f"a{n}"))
    while sum(line.bridged for line in exchange.snapshot()) < calls:
        await asyncio.sleep(0.01)
    other.stdin.write(b"begin\n")
    await asyncio.sleep(0.2)
    took.clear()
    began, spent, frames = loop.time(), time.process_time(), 0
    while loop.time() - began < seconds:
        due = int((loop.time() - began) / FRAME_S * calls)
        while frames < due:
            callers[frames % calls].says()
            frames += 1
        await asyncio.sleep(FRAME_S / 20)
    await asyncio.sleep(0.1)
    here = time.process_time() - spent
    other.stdin.write(b"end\n")
    there = float(await other.stdout.readline())
    run.cancel()
    await other.wait()
    return {
        "cores": os.cpu_count(),
        "calls": calls,
        "frames": frames,
        "missing": frames - len(took),
        "round_trip_ms": percentiles(took),
        "us_per_frame": round((here + there) / (2 * frames) * 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--agents", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.agents is not None:
        pinned(1)
        asyncio.run(agents(options.agents, options.calls))
        return
    pinned(0)
    print(json.dumps(asyncio.run(measure(options.calls, options.seconds)), indent=2))


if __name__ == "__main__":
    main()
