"""The quality of a sound path, second by second, and what a listener would think of it.

`Meter` is fed once per frame and must stay cheap: integer counters, the interarrival jitter of
RFC 3550 section 6.4.1, and a level taken from one frame in ten. `mos` is the simplified E-model of
ITU-T G.107 (R = 93.2 - Id - Ie,eff) with the packet loss robustness of G.711 without concealment
(G.113 Appendix I: Ie = 0, Bpl = 4.3) and with it (Bpl = 25.1; browsers conceal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softphone import g711

_WRAP: Final = 1 << 32
_LEVEL_EVERY: Final = 10
RESTART_SAMPLES: Final = 5 * g711.RATE
"""A timestamp jumping farther than this is a new source: neither a gap nor late."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One direction during one second."""

    frames: int
    gaps: int
    """Frames of 20 ms that never came, seen from the timestamps."""
    late: int
    """Frames whose time had already passed."""
    jitter_ms: float
    level_db: float
    backlog_ms: float
    """Sound waiting at the far transport (a carrier's buffer)."""
    mos: float


class Meter:
    """Counters of one direction."""

    __slots__ = ("_expected", "_jitter", "_level", "_seen", "_transit", "frames", "gaps", "late")

    def __init__(self) -> None:
        self.frames = self.gaps = self.late = 0
        self._expected: int | None = None
        self._transit: float | None = None
        self._jitter = 0.0
        self._level = -96.0
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
        if self.frames % _LEVEL_EVERY == 1:
            self._level = g711.level_db(payload)

    def second(self, *, backlog_ms: float = 0.0, rtt_ms: float = 0.0) -> Quality:
        """What happened since the last call."""
        frames, gaps, late = (
            now - then
            for now, then in zip((self.frames, self.gaps, self.late), self._seen, strict=True)
        )
        self._seen = (self.frames, self.gaps, self.late)
        jitter_ms = self._jitter * 1000
        lost = gaps / (frames + gaps) if frames + gaps else 0.0
        return Quality(
            frames, gaps, late, round(jitter_ms, 2), round(self._level, 1), backlog_ms,
            mos(one_way_ms=rtt_ms / 2 + 2 * jitter_ms + backlog_ms + 20, loss=lost),
        )  # fmt: skip


def mos(*, one_way_ms: float, loss: float, concealed: bool = True) -> float:
    """Mean opinion score 1.0 to 4.5 from delay (ms) and loss (0 to 1). ITU-T G.107, Annex B."""
    delay = 0.024 * one_way_ms + (0.11 * (one_way_ms - 177.3) if one_way_ms > 177.3 else 0.0)
    percent = loss * 100
    equipment = 95 * percent / (percent + (25.1 if concealed else 4.3))
    r = max(0.0, min(93.2, 93.2 - delay - equipment))
    return round(max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6), 2)
