"""How far ahead of the caller's ear we are."""

from __future__ import annotations

from collections import deque
from typing import Final

STANDING_S: Final = 1.0
"""What was there all the time for so long stands."""


class Standing:
    """The smallest backlog of the last second.

    A page that stalls and then sends all at once makes a backlog that the carrier plays off by
    itself; what never went below something for a second is a delay that stays.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        """Rising values that may still become the smallest."""

    def ms(self, backlog_ms: float, now: float) -> float:
        """What stands, with the backlog of this moment (`now` in s)."""
        while self._seen and self._seen[-1][1] >= backlog_ms:
            self._seen.pop()
        self._seen.append((now, backlog_ms))
        while self._seen[0][0] <= now - STANDING_S:
            self._seen.popleft()
        return self._seen[0][1]

    def cleared(self) -> None:
        """Nothing is ahead any more."""
        self._seen.clear()


class Backlog:
    """Sound that the carrier has been given and has not played: our clock, corrected by its marks.

    The carrier plays in real time, so the end of its buffer is known unless it stalls. A mark
    comes back when everything before it has been played; whatever it is later than the quickest
    mark so far (the network's way back) is standing delay that the clock did not know.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._generation = 0
        self._number = 0
        self._expected: dict[str, float] = {}
        self._floor: float | None = None

    def ms(self, now: float) -> float:
        """Milliseconds still to be played; `now` in s on the loop's clock."""
        return max(0.0, (self._until - now) * 1000)

    def sent(self, ms: float, now: float) -> None:
        """That much sound was handed over."""
        self._until = max(self._until, now) + ms / 1000

    def mark(self, now: float) -> str:
        """The name of a mark that is sent now."""
        self._number += 1
        name = f"{self._generation}-{self._number}"
        self._expected[name] = max(self._until, now)
        if len(self._expected) > 16:
            self._expected.pop(next(iter(self._expected)))
        return name

    def echoed(self, name: str, now: float) -> None:
        """A mark came back. Those that a `clear` sent back, or unknown ones, mean nothing."""
        expected = self._expected.pop(name, None)
        if expected is None:
            return
        excess = now - expected
        if self._floor is None or excess < self._floor:
            self._floor = excess
        elif excess - self._floor > 0.005:
            self._until = max(self._until, now) + excess - self._floor
            for other in self._expected:
                self._expected[other] += excess - self._floor

    def cleared(self, now: float) -> None:
        """Everything not yet played is forgotten by the carrier."""
        self._until = now
        self._generation += 1
        self._expected.clear()
