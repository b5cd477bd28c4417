"""Plays a µ-law clip to a leg on absolute deadlines.

A carrier keeps what it is given and plays it in order, so a clip travels in chunks of 2 s: one
timer per 2 s and call. A browser is a live listener and gets 20 ms frames. Deadlines are counted
from the start, never from the last wake-up: lateness does not add up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from router.ports import AudioLeg
from softphone import g711

CARRIER_CHUNK: Final = 2 * g711.RATE
"""Bytes per chunk toward a carrier: 2 s."""
BROWSER_CHUNK: Final = g711.FRAME_BYTES
CARRIER_LEAD_S: Final = 0.2
"""A carrier's next chunk is sent this long before the last one has been played."""
MAX_CATCH_UP: Final = 5
"""After a stall at most this many late chunks are sent at once; the rest is skipped."""


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """The event loop's own clock and timers; tests pass a virtual one."""

    def time(self) -> float:
        """Seconds, monotonic."""

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back at that moment."""


class Pacer:
    """One clip on its way to one leg, from construction until `stop` or its end."""

    def __init__(
        self,
        leg: AudioLeg,
        clip: bytes,
        clock: Clock,
        *,
        chunk: int = BROWSER_CHUNK,
        loop: bool = True,
        first: bytes = b"",
    ) -> None:
        """Starts at once. `chunk` in bytes; `loop` repeats the clip without end; `first`: what is
        heard once before it."""
        self._leg, self._clip, self._clock = leg, clip, clock
        self._chunk, self._loop, self._first = chunk, loop, first
        self._lead = CARRIER_LEAD_S if chunk > g711.FRAME_BYTES else 0.0
        self._started = clock.time()
        self._sent = 0
        self._timer: Timer | None = None
        self.done = not clip
        if clip:
            self._tick()

    def stop(self) -> None:
        """Stop and make the party forget what it has not heard yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.done:
            self.done = True
            self._leg.interrupt()

    def _tick(self) -> None:
        self._timer = None
        if self._leg.closed:
            self.done = True
            return
        now = self._clock.time()
        first = self._sent // self._chunk
        due = int((now - self._started + self._lead) * g711.RATE) // self._chunk + 1
        due = max(due, first + 1)  # a timer that fires a rounding early still sends its chunk
        if due - first > MAX_CATCH_UP:
            self._sent = (due - MAX_CATCH_UP) * self._chunk
        while self._sent // self._chunk < due:
            payload = self._piece(self._sent)
            if payload:
                self._leg.send(payload, self._sent)
            self._sent += self._chunk
            if not self._loop and self._sent >= len(self._clip):
                self.done = True
                return
        when = self._started + self._sent / g711.RATE - self._lead
        self._timer = self._clock.call_at(max(when, now), self._tick)

    def _piece(self, position: int) -> bytes:
        """`chunk` bytes from there on, around the clip's end when it is looped."""
        if not self._loop:
            return self._clip[position : position + self._chunk]
        piece = self._first[position : position + self._chunk]
        if not piece:
            start = (position - len(self._first)) % len(self._clip)
            piece = self._clip[start : start + self._chunk]
        while len(piece) < self._chunk:
            piece += self._clip[: self._chunk - len(piece)]
        return piece
