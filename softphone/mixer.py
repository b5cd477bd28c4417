"""Several voices in one ear: one tick of 20 ms for the whole process, and one matrix of gains.

Whoever hears more than one voice is a row of the matrix, and each voice that they hear an entry
with its gain. All rows of all calls are summed at once, so that a hundred calls cost little more
than one. Whoever hears one voice only is no row: they get its frames untouched (`softphone.room`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from softphone import g711
from softphone.pacer import Clock, Timer

log = structlog.get_logger(__name__)

TICK_S: Final = g711.FRAME_BYTES / g711.RATE
"""Seconds from one mix to the next."""
KEEP_BYTES: Final = g711.RATE
"""A voice that is further ahead than a second (a page that stalled) loses its oldest sound."""
LOOK_TICKS: Final = 50
"""What has stood for this many ticks (1 s) is a standing delay."""
LATE_S: Final = 0.002
"""A tick so late comes after a stall of the process."""
READ_S: Final = 0.001
"""In that time every loop has read its sockets once; at once would be before it does."""
MAX_CATCH_UP: Final = 5
"""After a stall at most this many ticks are made up for at once; the rest is skipped."""


class Ear(Protocol):
    """Where a row's sound goes: one frame a tick, `timestamp` in samples."""

    def take(self, payload: bytes, timestamp: int) -> None: ...


class Voice:
    """What one party has said and nobody has been given yet.

    Frames come when they come, and leave one a tick. What is ahead covers late frames. As much of
    it as was not needed for a second is too much, and is left out within the next one: silent
    frames first, and what is left of it then at once.
    """

    __slots__ = ("_kept", "_least", "_looks", "_spare")

    def __init__(self) -> None:
        self._kept = bytearray()
        self._least = KEEP_BYTES
        self._looks = 0
        self._spare = 0
        """Frames to be left out."""

    def push(self, payload: bytes) -> None:
        """µ-law bytes of any length."""
        self._kept += payload
        over = len(self._kept) - KEEP_BYTES
        if over > 0:
            del self._kept[:over]

    @property
    def ahead_ms(self) -> float:
        """Sound that waits for its tick."""
        return len(self._kept) * 1000 / g711.RATE

    def pull(self) -> bytes:
        """The next frame; silence where none has come in time."""
        frame = self._next()
        while self._spare and self._kept and g711.is_silent(frame):
            self._spare -= 1
            frame = self._next()
        self._least = min(self._least, len(self._kept))
        self._looks += 1
        if self._looks == LOOK_TICKS:
            self._look()
        return frame

    def _look(self) -> None:
        stood = self._least // g711.FRAME_BYTES
        at_once = min(self._spare, stood)
        del self._kept[: at_once * g711.FRAME_BYTES]
        self._spare = stood - at_once
        self._least, self._looks = KEEP_BYTES, 0

    def _next(self) -> bytes:
        if len(self._kept) < g711.FRAME_BYTES:
            return g711.SILENCE
        frame = bytes(self._kept[: g711.FRAME_BYTES])
        del self._kept[: g711.FRAME_BYTES]
        return frame


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who hears several voices. `gains`: one for each, 1.0 = as loud as it was said."""

    ear: Ear
    voices: tuple[Voice, ...]
    gains: tuple[float, ...]


class _Group:
    """The rows that hear the same number of voices: their sums are a few operations for all."""

    __slots__ = ("_entries", "_gains", "rows")

    def __init__(self, rows: Sequence[Row], places: Mapping[Voice, int]) -> None:
        self.rows = rows
        self._entries = np.array([[places[v] for v in row.voices] for row in rows], np.intp).T
        gains = np.array([row.gains for row in rows], np.float32).T[:, :, np.newaxis]
        self._gains = None if (gains == 1.0).all() else gains

    def mix(self, sound: NDArray[np.int32]) -> bytes:
        """One frame for each row, in their order. `sound`: a frame for each voice."""
        sums = np.zeros((len(self.rows), g711.FRAME_BYTES), np.int32)
        for number, voices in enumerate(self._entries):
            part = np.take(sound, voices, axis=0)
            sums += part if self._gains is None else (part * self._gains[number]).astype(np.int32)
        if len(self._entries) > g711.MOST_VOICES:
            np.clip(sums, -g711.FULL_SCALE, g711.FULL_SCALE, out=sums)
        return g711.from_sums(sums)


class Mixer:
    """All mixed ears of a process. No timer runs while there are none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[Hashable, Sequence[Row]] = {}
        self._voices: list[Voice] = []
        self._groups: list[_Group] = []
        self._timer: Timer | None = None
        self._began = 0.0
        self._ticks = 0

    def set(self, room: Hashable, rows: Sequence[Row]) -> None:
        """Who hears what in this room from the next tick on; no rows = nobody hears several."""
        if rows:
            self._rooms[room] = rows
        elif self._rooms.pop(room, None) is None:
            return
        alike: dict[int, list[Row]] = {}
        places: dict[Voice, int] = {}
        for there in self._rooms.values():
            for row in there:
                alike.setdefault(len(row.voices), []).append(row)
                for voice in row.voices:
                    places.setdefault(voice, len(places))
        self._voices = list(places)
        self._groups = [_Group(rows, places) for rows in alike.values()]
        if self._groups and self._timer is None:
            self._began, self._ticks = self._clock.time(), 0
            self._next()
        elif not self._groups and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _next(self) -> None:
        when = self._began + (self._ticks + 1) * TICK_S
        self._timer = self._clock.call_at(when, self._on_time)

    def _on_time(self) -> None:
        """A loop that stood still runs this before it reads its sockets: what came is read first,
        else it would be missing in this mix and stand until the next look."""
        now = self._clock.time()
        if now - self._began - (self._ticks + 1) * TICK_S > LATE_S:
            self._timer = self._clock.call_at(now + READ_S, self._tick)
        else:
            self._tick()

    def _tick(self) -> None:
        self._timer = None
        due = int((self._clock.time() - self._began) / TICK_S + 1e-6)
        if due - self._ticks > MAX_CATCH_UP:
            self._ticks = due - MAX_CATCH_UP
        while self._ticks < max(due, 1):
            self._ticks += 1
            self._mix(self._ticks * g711.FRAME_BYTES)
            if not self._groups:
                return
        self._next()

    def _mix(self, timestamp: int) -> None:
        said = b"".join([voice.pull() for voice in self._voices])
        sound = np.take(g711.LINEAR, np.frombuffer(said, np.uint8)).reshape(-1, g711.FRAME_BYTES)
        for group in self._groups:
            mixed = group.mix(sound)
            for number, row in enumerate(group.rows):
                start = number * g711.FRAME_BYTES
                try:
                    row.ear.take(mixed[start : start + g711.FRAME_BYTES], timestamp)
                except Exception:  # a root: it is a timer's, and all mixed calls hang on it
                    log.exception("mixer.frame_lost")
