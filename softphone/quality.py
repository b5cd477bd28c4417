"""The quality of a sound path, second by second, and what a listener would think of it.

`Meter` is fed once per frame and must stay cheap: integer counters and the interarrival jitter of
RFC 3550 section 6.4.1. The level is that of the second's last frame. `mos` is the simplified
E-model of ITU-T G.107 (R = 93.2 - Id - Ie,eff) with the packet loss robustness of G.711 without
concealment (G.113 Appendix I: Ie = 0, Bpl = 4.3) and with it (Bpl = 25.1; browsers conceal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softphone import g711

_WRAP: Final = 1 << 32
RESTART_SAMPLES: Final = 5 * g711.RATE
"""A timestamp jumping farther than this is a new source: neither a gap nor late."""
PACKET_MS: Final = 20.0
"""The sound of one packet is complete when its last sample was spoken."""


@dataclass(frozen=True, slots=True)
class FarHop:
    """The way from us to the listener, as far as it is known."""

    rtt_ms: float = 0.0
    """Between the browser and us, wherever the browser stands in this way."""
    lost: float = 0.0
    """Share of what we sent."""
    jitter_ms: float = 0.0
    buffer_ms: float | None = None
    """How long the listener's jitter buffer holds a frame; None: not known."""
    backlog_ms: float = 0.0
    """Sound that stands in a carrier's buffer."""
    concealed: bool = True
    """The listener covers up frames that are missing, as browsers do and carriers do not."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One direction during one second."""

    frames: int
    gaps: int
    """Frames of 20 ms that never came to us, seen from the timestamps."""
    late: int
    """Frames whose time had already passed."""
    jitter_ms: float
    level_db: float
    far: FarHop

    @property
    def near_lost(self) -> float:
        """Share of what was said that never came to us; all of it, where nothing came at all."""
        due = self.frames + self.gaps
        return self.gaps / due if due else 1.0

    @property
    def lost(self) -> float:
        """Share of what was said that the listener never got."""
        return 1 - (1 - self.near_lost) * (1 - self.far.lost)

    @property
    def delay_ms(self) -> float:
        """From mouth to ear, without what lies beyond the carrier."""
        far = self.far
        buffer_ms = far.buffer_ms
        if buffer_ms is None:
            buffer_ms = 2 * max(self.jitter_ms, far.jitter_ms)
        return far.rtt_ms / 2 + buffer_ms + far.backlog_ms + PACKET_MS

    @property
    def mos(self) -> float:
        """What a listener would think of this second."""
        return mos(one_way_ms=self.delay_ms, loss=self.lost, concealed=self.far.concealed)


class Meter:
    """Counters of one direction."""

    __slots__ = ("_expected", "_jitter", "_last", "_seen", "_transit", "frames", "gaps", "late")

    def __init__(self) -> None:
        self.frames = self.gaps = self.late = 0
        self._expected: int | None = None
        self._transit: float | None = None
        self._jitter = 0.0
        self._last = b""
        self._seen = (0, 0, 0)

    def feed(self, payload: bytes, timestamp: int, now: float) -> None:
        """One frame came at `now` (s) with the source's `timestamp` (samples)."""
        self.frames += 1
        expected = timestamp if self._expected is None else self._expected
        ahead = (timestamp - expected + _WRAP // 2) % _WRAP - _WRAP // 2
        if abs(ahead) > RESTART_SAMPLES:
            self._transit, ahead = None, 0
        if ahead < 0:
            self.late += 1  # what is expected next stays
        else:
            self.gaps += ahead // g711.FRAME_BYTES
            self._expected = timestamp + len(payload)
        transit = now - timestamp / g711.RATE
        if self._transit is not None:
            difference = abs(transit - self._transit)
            if difference < RESTART_SAMPLES / g711.RATE:
                self._jitter += (difference - self._jitter) / 16
        self._transit = transit
        self._last = payload

    def second(self, far: FarHop = FarHop()) -> Quality:
        """What happened since the last call."""
        before = self._seen
        self._seen = (self.frames, self.gaps, self.late)
        frames, gaps, late = self.frames - before[0], self.gaps - before[1], self.late - before[2]
        level = g711.level_db(self._last)
        self._last = b""
        return Quality(frames, gaps, late, round(self._jitter * 1000, 2), round(level, 1), far)


def mos(*, one_way_ms: float, loss: float, concealed: bool = True) -> float:
    """Mean opinion score 1.0 to 4.5 from delay (ms) and loss (0 to 1). ITU-T G.107, Annex B."""
    r = max(0.0, min(93.2, 93.2 - by_delay(one_way_ms) - by_loss(loss, concealed=concealed)))
    return round(max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6), 2)


def by_delay(one_way_ms: float) -> float:
    """Id: what R loses by delay."""
    late = 0.11 * (one_way_ms - 177.3) if one_way_ms > 177.3 else 0.0
    return 0.024 * one_way_ms + late


def by_loss(loss: float, *, concealed: bool) -> float:
    """Ie,eff: what R loses by missing frames."""
    percent = loss * 100
    return 95 * percent / (percent + (25.1 if concealed else 4.3))
