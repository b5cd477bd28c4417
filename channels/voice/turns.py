"""Whose turn it is to be dialled: an account starts only so many calls a second.

More than that the carrier refuses (429) or lets wait where nobody sees it. So they wait here, the
most severe first, and whoever waits is told how long. Nothing is kept: a process that dies while
they wait leaves their effects to the next one, in which nobody is before them.
Source: twilio.com/docs/voice/api/call-resource (one call a second unless the account has more).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LATE_MS = 2_000
"""Whoever does not come when it is their turn keeps nobody waiting for longer."""


class Fresh(int):
    """ms until an effect is tried again, and none of its tries so far counts: nothing was tried,
    or another thing is tried from here on."""


@dataclass(slots=True)
class _Place:
    severity: int
    number: int
    due: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    before: int
    ms: int
    first: bool
    """They ask for the first time."""

    @property
    def words(self) -> str:
        calls = "One call is" if self.before == 1 else f"{self.before} calls are"
        about = f"about {max(1, round(self.ms / 1000))} s"
        return f"{calls} dialled before yours: {about}." if self.before else f"Dialled in {about}."


class Turns:
    """Of one process. Times in ms."""

    def __init__(self, per_second: Callable[[], float]) -> None:
        """`per_second`: calls that the account starts; 0: no limit."""
        self._per_second = per_second
        self._places: dict[str, _Place] = {}
        self._free_at = 0
        self._next = 0

    def ask(self, key: str, severity: int, now: int) -> Wait | None:
        """None: dial it now. Otherwise ask again after the wait."""
        rate = self._per_second()
        if not rate and now >= self._free_at:
            self._places.pop(key, None)
            return None
        each = round(1000 / rate) if rate else 0
        gone = [it for it, place in self._places.items() if now > place.due + LATE_MS]
        for it in gone:
            if it != key:
                del self._places[it]
        known = self._places.get(key)
        first = known is None
        if known is None:
            known = self._places[key] = _Place(severity, self._next, now)
            self._next += 1
        known.severity = severity
        order = sorted(self._places, key=lambda it: self._rank(it))
        before = order.index(key)
        if not before and now >= self._free_at:
            del self._places[key]
            self._free_at = now + each
            return None
        known.due = max(now, self._free_at) + before * each
        return Wait(before, max(1, known.due - now), first)

    def _rank(self, key: str) -> tuple[int, int]:
        place = self._places[key]
        return place.severity, place.number

    def hold(self, now: int, ms: int) -> None:
        """The carrier asked for a pause: it is everybody's."""
        self._free_at = max(self._free_at, now + ms)
