"""Edges for media tests: a leg that remembers, a clock that stands still until told."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from router.ports import FrameSink


class VirtualTimer:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """Implements softphone.pacer.Clock."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._heap: list[tuple[float, int, VirtualTimer]] = []
        self._order = itertools.count()

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> VirtualTimer:
        timer = VirtualTimer(callback)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        return timer

    @property
    def pending(self) -> int:
        return sum(not timer.cancelled for _, _, timer in self._heap)

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while self._heap and self._heap[0][0] <= end + 1e-9:
            when, _, timer = heapq.heappop(self._heap)
            if not timer.cancelled:
                self.now = max(self.now, when)
                timer.callback()
        self.now = end


@dataclass
class FakeLeg:
    """Implements router.ports.AudioLeg. `heard`: what its party has been sent, in order."""

    label: str
    heard: list[bytes] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    sink: FrameSink | None = None
    clears: int = 0
    ended: str | None = None

    @property
    def name(self) -> str:
        return self.label

    @property
    def closed(self) -> bool:
        return self.ended is not None

    def send(self, payload: bytes, timestamp: int) -> None:
        self.heard.append(payload)
        self.stamps.append(timestamp)

    def listen(self, sink: FrameSink | None) -> None:
        self.sink = sink

    def interrupt(self) -> None:
        self.clears += 1
        self.heard.append(b"clear")

    async def close(self, reason: str) -> None:
        self.ended = self.ended or reason

    def says(self, payload: bytes, timestamp: int = 0) -> None:
        if self.sink is not None:
            self.sink(payload, timestamp)
