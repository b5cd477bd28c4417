"""What one party heard: the sound itself, its level and pitch, and the stamps in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from channels.sandbox import audio
from channels.sandbox.stamps import StampReader


class Ear:
    """Keeps the last `keep_s` seconds of what was heard."""

    def __init__(self, keep_s: int = 30) -> None:
        self._kept = bytearray()
        self._limit = keep_s * audio.RATE
        self._bytes = 0
        self._stamps = StampReader()

    def hear(self, ulaw: bytes) -> None:
        """Take the next sound."""
        self._bytes += len(ulaw)
        self._kept += ulaw
        if len(self._kept) > self._limit + 5 * audio.RATE:
            del self._kept[: len(self._kept) - self._limit]
        if self._stamps_possible(ulaw):
            self._stamps.feed(ulaw)

    @staticmethod
    def _stamps_possible(ulaw: bytes) -> bool:
        """Long clips never carry stamps; frames may."""
        return len(ulaw) <= 4 * audio.FRAME

    def sound(self, last_s: float | None = None) -> bytes:
        """The sound kept, as µ-law, or its last part."""
        if last_s is None:
            return bytes(self._kept)
        return bytes(self._kept[-int(last_s * audio.RATE) :])

    def report(self, window_s: float = 1.0) -> dict[str, Any]:
        """Seconds heard in total; level and main pitch of the last `window_s`; stamps."""
        recent = self.sound(window_s)
        return {
            "heard_s": round(self._bytes / audio.RATE, 2),
            "level_dbfs": audio.level_dbfs(recent),
            "hz": audio.main_hz(recent),
            "stamps": asdict(self._stamps.report()),
        }
