"""A call to oneself: what one says for five seconds is measured, and then heard back. It is kept in
memory alone, and only until it has been played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from router.ports import AudioLeg
from softphone import g711
from softphone.pacer import Clock, Pacer, Timer
from softphone.quality import Meter

SPEAK_S: Final = 5.0
MOST_BYTES: Final = round((SPEAK_S + 1) * g711.RATE)
"""What a page sends beyond what one can say in that time is neither kept nor played."""
_LOUDEST: Final = bytes((*range(4), *range(0x80, 0x84)))
"""The four loudest steps of µ-law, either sign."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came while somebody spoke."""

    frames: int
    lost: float
    """Share of what was sent."""
    jitter_ms: float
    level_db: float
    """Of the loudest tenth: as loud as they spoke."""
    clipped: float
    """Share of the samples at the very top."""


class Echo:
    """Starts at once; `over` when it was played, or stopped."""

    def __init__(self, leg: AudioLeg, clock: Clock, measured: Callable[[Spoken], None]) -> None:
        """`measured` is told what came, when the playing begins."""
        self._leg, self._clock, self._measured = leg, clock, measured
        self._meter = Meter()
        self._frames: list[bytes] = []
        self._bytes = self._gaps = 0
        self._pacer: Pacer | None = None
        self._timer: Timer | None = clock.call_at(clock.time() + SPEAK_S, self._play)
        leg.listen(self._take)

    def _take(self, payload: bytes, timestamp: int) -> None:
        self._meter.feed(payload, timestamp, self._clock.time())
        missing, self._gaps = self._meter.gaps - self._gaps, self._meter.gaps
        for frame in [*[g711.SILENCE] * missing, payload]:
            if self._bytes + len(frame) > MOST_BYTES:
                return
            self._bytes += len(frame)
            self._frames.append(frame)

    def _play(self) -> None:
        self._timer = None
        self._leg.listen(None)
        self._measured(self._spoken())
        self._pacer = Pacer(self._leg, b"".join(self._frames), self._clock, loop=False)
        self._frames.clear()
        played_s = self._bytes / g711.RATE
        self._timer = self._clock.call_at(self._clock.time() + played_s, self._forget)

    def _forget(self) -> None:
        self._timer = self._pacer = None

    def _spoken(self) -> Spoken:
        heard = self._meter.second()
        levels = sorted((g711.level_db(frame) for frame in self._frames), reverse=True)
        loud = levels[: max(1, len(levels) // 10)]
        sound = b"".join(self._frames)
        clipped = len(sound) - len(sound.translate(None, _LOUDEST))
        return Spoken(
            heard.frames,
            round(heard.near_lost, 4),
            heard.jitter_ms,
            round(sum(loud) / len(loud), 1) if loud else -96.0,
            round(clipped / len(sound), 4) if sound else 0.0,
        )

    def stop(self) -> None:
        """Nothing is recorded or played any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            if self._pacer is None:
                self._leg.listen(None)
        if self._pacer is not None:
            self._pacer.stop()
            self._pacer = None
        self._frames.clear()
