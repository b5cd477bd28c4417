"""What mixing costs: `python -m tests.bench_mix [--calls 1 10 100] [--seconds 10]`.

Caller, agent and a supervisor who takes part, through `softphone.room` as in a call, on a clock
that does not wait: each party says a frame of noise each 20 ms, and each hears the other two.
Beside it the same calls in which the supervisor only listens, and in which nobody sits beside.
Legs do nothing with what they get, so the figures are this process's own work without sockets.
`percent_of_core`: CPU time by sound's time. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from router.core.beside import Beside, Mode
from router.ports import FrameSink
from softphone import g711
from softphone.mixer import TICK_S, Mixer
from softphone.pacer import Timer
from softphone.plans import Joined, decide
from softphone.room import Room
from softphone.seats import AGENT, CALLER, Role, Seat

SUPERVISOR = Seat(Role.BESIDE, "s")
SEATS = (CALLER, AGENT, SUPERVISOR)


class Stepped:
    """A clock that stands still until told; one timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: Callable[[], object] = lambda: None

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        self._due = callback
        return self

    def cancel(self) -> None:
        self._due = lambda: None

    def step(self) -> None:
        self.now += TICK_S
        due, self._due = self._due, lambda: None
        due()


class Leg:
    """Counts what its party was sent."""

    name, closed = "bench", False

    def __init__(self) -> None:
        self.heard = 0
        self.sink: FrameSink | None = None

    def send(self, payload: bytes, timestamp: int) -> None:
        self.heard += 1

    def listen(self, sink: FrameSink | None) -> None:
        self.sink = sink

    def interrupt(self) -> None: ...

    async def close(self, reason: str) -> None: ...


def measure(calls: int, mode: Mode | None, seconds: float) -> dict[str, Any]:
    """So many calls for so many seconds of sound."""
    clock = Stepped()
    mixer = Mixer(clock)
    seats = SEATS if mode else SEATS[:2]
    beside = frozenset({Beside("s", mode)}) if mode else frozenset()
    rooms = []
    for _ in range(calls):
        legs = {seat: Leg() for seat in seats}
        room = Room(clock, mixer)
        room.set(legs, decide(Joined("a", beside), legs, hold=b"", idle=b"").edges)
        rooms.append((room, list(legs.values())))
    noise = np.random.default_rng(1).integers(-9000, 9000, 50 * g711.FRAME_BYTES, np.int16)
    coded = g711.from_pcm(noise)
    frames = [coded[n : n + g711.FRAME_BYTES] for n in range(0, len(coded), g711.FRAME_BYTES)]
    ticks = round(seconds / TICK_S)
    began = time.process_time()
    for tick in range(ticks):
        for _, legs_ in rooms:
            for number, leg in enumerate(legs_):
                if leg.sink is not None:
                    leg.sink(frames[(tick + number) % 50], tick * g711.FRAME_BYTES)
        clock.step()
    spent = time.process_time() - began
    return {
        "frames_heard": sum(leg.heard for _, legs_ in rooms for leg in legs_),
        "us_per_tick": round(spent / ticks * 1e6, 1),
        "percent_of_core": round(100 * spent / (ticks * TICK_S), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    modes = {"two": None, "listen": Mode.LISTEN, "whisper": Mode.WHISPER, "barge": Mode.BARGE}
    result: dict[str, Any] = {"machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0]}}
    for calls in options.calls:
        result[f"{calls} calls"] = {
            name: measure(calls, mode, options.seconds) for name, mode in modes.items()
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
