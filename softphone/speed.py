"""How quickly data go each way between a page and us, on the very path that calls take: a channel
beside the sound, a little of it each way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

LABEL: Final = "speed"
PIECE: Final = 16 * 1024
PIECES: Final = 8
BYTES: Final = PIECE * PIECES
"""Each way. A call needs 87 kbit/s."""


class Speed:
    """One channel: the page sends BYTES, is told how long they took, and gets as many."""

    def __init__(self, channel: Any, clock: Callable[[], float]) -> None:
        self._channel, self._clock = channel, clock
        self._got = 0
        self._began: float | None = None
        channel.on("message", self._came)

    def _came(self, message: str | bytes) -> None:
        if self._got >= BYTES or not isinstance(message, bytes):
            return
        if self._began is None:
            self._began = self._clock()
        else:
            self._got += len(message)  # the first piece begins the time
        if self._got >= BYTES - PIECE:
            self._got = BYTES
            ms = max(1, round((self._clock() - self._began) * 1000))
            self._channel.send(f"{(BYTES - PIECE) * 8 / ms:.0f}")
            for _ in range(PIECES):
                self._channel.send(bytes(PIECE))
