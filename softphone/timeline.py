"""Source timestamps → one RTP timeline toward a browser.

The browser sees one stream for its whole life, whoever is speaking: a caller, a tone, another
stream of the same caller after a loss. Gaps inside a source are kept (the browser conceals them);
from one source to the next the timeline goes on by the wall clock (RFC 3550 section 5.1).
"""

from __future__ import annotations

from typing import Final

from softphone import g711

MAX_GAP: Final = g711.RATE
"""A jump of more than a second, or backwards, is another source."""


class Timeline:
    """`place` maps; the result rises strictly and starts at 0 (aiortc adds a random origin)."""

    __slots__ = ("_at", "_end", "_source_end")

    def __init__(self) -> None:
        self._source_end: int | None = None
        self._end = 0
        self._at = 0.0

    def place(self, timestamp: int, length: int, now: float) -> int:
        """RTP timestamp for `length` samples that came with `timestamp` at `now` (s)."""
        if self._source_end is None:
            start = self._end
        else:
            gap = timestamp - self._source_end
            if 0 <= gap <= MAX_GAP:
                start = self._end + gap
            else:
                passed = int((now - self._at) * g711.RATE) - length
                start = self._end + max(0, passed)
        self._source_end = timestamp + length
        self._end = start + length
        self._at = now
        return start
