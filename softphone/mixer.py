"""Several voices in one ear: four moments in each 20 ms for the whole process, and at each of them
one matrix of gains.

Whoever hears more than one voice is a row of the matrix, and each voice that they hear an entry
with its gain. All rows of all calls that are mixed at a moment are summed at once, so that a
hundred calls cost little more than one. Each room is mixed once in 20 ms, at the moment that suits
when its voices come: a frame waits for its mix, and that is what mixing adds. Whoever hears one
voice only is no row: they get its frames untouched (`softphone.room`).
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
MOMENTS: Final = 4
STEP_S: Final = TICK_S / MOMENTS
MARGIN_S: Final = 0.0015
"""A room is not mixed sooner than that after its last voice has come."""
FIRST_LOOK: Final = 10
"""Mixes until a new room is moved for the first time; then once a second."""
TALKS_S: Final = 0.2
"""Who has said nothing for so long is not late."""
KEEP_BYTES: Final = g711.RATE
"""A voice that is further ahead than a second (a page that stalled) loses its oldest sound."""
LOOK_TICKS: Final = 50
"""What has stood for this many mixes (1 s) is a standing delay."""
LATE_S: Final = 0.002
"""A tick so late comes after a stall of the process."""
READ_S: Final = 0.001
"""In that time every loop has read its sockets once; at once would be before it does."""
MAX_CATCH_UP: Final = 5
"""After a stall at most this many mixes of a room are made up for at once; the rest is skipped."""


class Ear(Protocol):
    """Where a row's sound goes: one frame a tick, `timestamp` in samples."""

    def take(self, payload: bytes, timestamp: int) -> None: ...


class Voice:
    """What one party has said and nobody has been given yet.

    Frames come when they come, and leave one a tick. What is ahead covers late frames. As much of
    it as was not needed for a second is too much, and is left out within the next one: silent
    frames first, and what is left of it then at once.
    """

    __slots__ = ("_at", "_kept", "_least", "_looks", "_spare", "late", "waits_s")

    def __init__(self) -> None:
        self._kept = bytearray()
        self._least = KEEP_BYTES
        self._looks = 0
        self._spare = 0
        """Frames to be left out."""
        self._at: float | None = None
        self.settle()

    def settle(self) -> None:
        """From now on `waits_s` and `late` are of what comes."""
        self.waits_s: float | None = None
        """The shortest from the last frame that came to a mix, whatever stood before it; None: none
        has come."""
        self.late = False
        """Somebody who talks had no frame for a mix."""

    def push(self, payload: bytes, now: float | None = None) -> None:
        """µ-law bytes of any length, that came at `now` (s)."""
        self._kept += payload
        self._at = now
        over = len(self._kept) - KEEP_BYTES
        if over > 0:
            del self._kept[:over]

    @property
    def ahead_ms(self) -> float:
        """Sound that waits for its tick."""
        return len(self._kept) * 1000 / g711.RATE

    def pull(self, now: float | None = None) -> bytes:
        """The next frame; silence where none has come in time."""
        here = len(self._kept) >= g711.FRAME_BYTES
        frame = self._next()
        if now is not None and self._at is not None:
            since = now - self._at
            if here:
                self.waits_s = since if self.waits_s is None else min(self.waits_s, since)
            elif since < TALKS_S:
                self.late = True
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


class _Place:
    """When a room is mixed: at each tick for which tick + shift is a multiple of MOMENTS."""

    __slots__ = ("_mixes", "rows", "shift", "voices")

    def __init__(self, shift: int) -> None:
        self.shift = shift
        self.rows: Sequence[Row] = ()
        self.voices: tuple[Voice, ...] = ()
        self._mixes = LOOK_TICKS - FIRST_LOOK

    def take(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.voices = tuple(dict.fromkeys(voice for row in rows for voice in row.voices))

    def stamp(self, tick: int) -> int:
        """Of its frame at this tick, in samples."""
        return (tick + self.shift) // MOMENTS * g711.FRAME_BYTES

    def moves(self) -> int:
        """By how many moments it is mixed sooner from now on; asked after each mix."""
        self._mixes += 1
        if self._mixes < LOOK_TICKS:
            return 0
        self._mixes = 0
        waits = [voice.waits_s for voice in self.voices if voice.waits_s is not None]
        late = any(voice.late for voice in self.voices)
        for voice in self.voices:
            voice.settle()
        if late:
            return -1
        return min(MOMENTS - 1, int((min(waits, default=0.0) - MARGIN_S) / STEP_S))


class _Group:
    """The rows that hear the same number of voices: their sums are a few operations for all."""

    __slots__ = ("_entries", "_gains", "rows")

    def __init__(self, placed: Sequence[tuple[_Place, Row]], places: Mapping[Voice, int]) -> None:
        self.rows = placed
        rows = [row for _, row in placed]
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


class _Moment:
    """All rooms that are mixed at the same ticks."""

    __slots__ = ("_groups", "_voices", "places")

    def __init__(self, places: Sequence[_Place]) -> None:
        self.places = places
        alike: dict[int, list[tuple[_Place, Row]]] = {}
        entries: dict[Voice, int] = {}
        for place in places:
            for row in place.rows:
                alike.setdefault(len(row.voices), []).append((place, row))
            for voice in place.voices:
                entries.setdefault(voice, len(entries))
        self._voices = list(entries)
        self._groups = [_Group(rows, entries) for rows in alike.values()]

    def mix(self, tick: int, now: float) -> None:
        said = b"".join([voice.pull(now) for voice in self._voices])
        sound = np.take(g711.LINEAR, np.frombuffer(said, np.uint8)).reshape(-1, g711.FRAME_BYTES)
        for group in self._groups:
            mixed = group.mix(sound)
            for number, (place, row) in enumerate(group.rows):
                start = number * g711.FRAME_BYTES
                try:
                    row.ear.take(mixed[start : start + g711.FRAME_BYTES], place.stamp(tick))
                except Exception:  # a root: it is a timer's, and all mixed calls hang on it
                    log.exception("mixer.frame_lost")


class Mixer:
    """All mixed ears of a process. No timer runs while there are none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[Hashable, _Place] = {}
        self._moments: dict[int, _Moment] = {}
        """By tick modulo MOMENTS."""
        self._resting: set[_Place] = set()
        """Rooms that are mixed later than before: not yet again, or one frame would be two."""
        self._rest_until = 0
        self._timer: Timer | None = None
        self._began = 0.0
        self._ticks = self._due = 0

    def set(self, room: Hashable, rows: Sequence[Row]) -> None:
        """Who hears what in this room from the next tick on; no rows = nobody hears several."""
        if rows:
            if self._timer is None:
                self._began, self._ticks = self._clock.time(), 0
            self._rooms.setdefault(room, _Place(-self._ticks)).take(rows)
        elif self._rooms.pop(room, None) is None:
            return
        self._arrange()
        if self._rooms and self._timer is None:
            self._next()
        elif not self._rooms and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arrange(self) -> None:
        at: dict[int, list[_Place]] = {}
        for place in self._rooms.values():
            if place not in self._resting:
                at.setdefault(-place.shift % MOMENTS, []).append(place)
        self._moments = {tick: _Moment(places) for tick, places in at.items()}

    def _next(self) -> None:
        """The next tick at which anything is to be done."""
        tick = self._ticks + 1
        while tick % MOMENTS not in self._moments and not (
            self._resting and tick >= self._rest_until
        ):
            tick += 1
        self._timer = self._clock.call_at(self._began + tick * STEP_S, self._on_time)
        self._due = tick

    def _on_time(self) -> None:
        """A loop that stood still runs this before it reads its sockets: what came is read first,
        else it would be missing in this mix and stand until the next look."""
        now = self._clock.time()
        if now - self._began - self._due * STEP_S > LATE_S:
            self._timer = self._clock.call_at(now + READ_S, self._tick)
        else:
            self._tick()

    def _tick(self) -> None:
        self._timer = None
        now = self._clock.time()
        due = max(int((now - self._began) / STEP_S + 1e-6), self._due)
        self._ticks = max(self._ticks, due - MAX_CATCH_UP * MOMENTS)
        while self._ticks < due:
            self._ticks += 1
            if self._resting and self._ticks >= self._rest_until:
                self._resting.clear()
                self._arrange()
            moment = self._moments.get(self._ticks % MOMENTS)
            if moment is not None:
                moment.mix(self._ticks, now)
                self._suit(moment.places)
            if not self._rooms:
                return
        self._next()

    def _suit(self, places: Sequence[_Place]) -> None:
        """Rooms whose voices come at another time are mixed at another moment."""
        moved = False
        for place in places:
            if by := place.moves():
                place.shift += by
                moved = True
                if by < 0:
                    self._resting.add(place)
                    self._rest_until = self._ticks - by + 1
        if moved:
            self._arrange()
