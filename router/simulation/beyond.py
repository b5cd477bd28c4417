"""A scenario's numbers on call and its voicemail: who presses the key, how long a message is.

The engine decides who goes there and who comes back (docs/routing.md, "Outside"); this is what
happens there. A centre asks the carrier for the next number whenever a caller who has overflowed is
back in line; here each of those steps is made at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.core.durations import duration_ms
from router.simulation.chance import parse
from router.simulation.scenario import Outside

Step = tuple[str, dict[str, Any]]
Later = Callable[..., None]
"""`later(in_ms, action, *args)`."""
Draw = Callable[[str, str], float]
"""`draw(what, contact)`: 0 to 1, the same in every run of one seed."""

QUIET_MS = 300
"""A centre's own pause before it redirects a call."""
AGAIN_MS = 60_000
"""The list begins again while somebody is on duty."""


class Beyond:
    """Hears what the engine says of callers outside, and plays who is there."""

    def __init__(self, outside: Outside, later: Later, draw: Draw) -> None:
        self.numbers, self._answered = outside.numbers, outside.answered
        self._ring_ms = duration_ms(outside.ring)
        self._message = parse(outside.message)
        self._later, self._draw = later, draw
        self._tried: dict[str, int] = {}
        """Callers who have overflowed, and how many numbers have rung for each."""
        self.fences: dict[str, str] = {}

    def overflowed(self, contact: str) -> None:
        if self.numbers:
            self._tried.setdefault(contact, 0)
            self._later(QUIET_MS, self._on, contact)

    def back(self, contact: str) -> None:
        """It waits in line again."""
        if contact in self._tried:
            self._later(QUIET_MS, self._on, contact)

    def forget(self, contact: str) -> None:
        """It has been answered, or has ended."""
        self._tried.pop(contact, None)
        self.fences.pop(contact, None)

    def _on(self, contact: str) -> Step | None:
        tried = self._tried.get(contact)
        if tried is None:
            return None
        if tried < self.numbers:
            word = f"n{tried + 1}"
            return "send_outside", {
                "contact": contact, "name": word, "word": word, "acknowledge": True,
            }  # fmt: skip
        self._tried[contact] = 0
        self._later(AGAIN_MS, self._on, contact)  # refused while somebody is on duty
        return "nobody_outside", {"contact": contact}

    def rings(self, contact: str) -> None:
        """At the next number."""
        fence, tried = self.fences[contact], self._tried.get(contact, 0) + 1
        self._tried[contact] = tried
        if self._draw(f"key.{tried}", contact) < self._answered:
            self._later(self._ring_ms // 2, self._key, contact, fence)
        else:
            self._later(self._ring_ms, self._over, contact, fence)

    def _key(self, contact: str, fence: str) -> Step:
        return "outside_answered", {"contact": contact, "fence": fence}

    def _over(self, contact: str, fence: str) -> Step:
        return "outside_over", {"contact": contact, "fence": fence, "cause": "no-answer"}

    def speaks(self, contact: str) -> None:
        """At the voicemail."""
        ms = self._message.at(self._draw("message", contact))
        self._later(ms, self._said, contact)

    def _said(self, contact: str) -> Step:
        return "message_over", {"contact": contact, "cause": "left_message"}
