"""A scenario's numbers on call, told of S1 texts and mails by telephone: who presses the key there.

The engine decides what is told, and when the next number rings (docs/routing.md, "Outside"); this
is whoever answers. A centre asks its list for the next number; here that step is made at once.
"""

from __future__ import annotations

from router.core.durations import duration_ms
from router.core.states import State, Told
from router.simulation.beyond import Draw, Later, Step
from router.simulation.cast import Fate
from router.simulation.heard import Contact, Event
from router.simulation.scenario import Outside

WORDS_MS = 20_000
"""From the answer to the key: which incident it is, and what they wrote."""


class Telling:
    """Hears what the engine says of texts and mails that are told, and plays the telephones."""

    def __init__(self, outside: Outside, told: dict[str, Fate], later: Later, draw: Draw) -> None:
        self._answered, self._ring_ms = outside.answered, duration_ms(outside.ring)
        self._people = [{"name": f"n{n}", "word": f"n{n}"} for n in range(1, outside.numbers + 1)]
        self._told, self._later, self._draw = told, later, draw
        self._asked: dict[str, float] = {}
        self._fences: dict[str, str] = {}

    def changed(self, contact: Contact) -> None:
        """A record of the engine: it may want the next number."""
        telling = contact.telling
        if telling is None or contact.state != State.QUEUED:
            self._asked.pop(contact.id, None)
        if telling is None:
            return
        self._fences[contact.id] = telling.fence
        asks = telling.at == Told.NEXT and contact.state == State.QUEUED
        if asks and self._asked.get(contact.id) != telling.until:
            self._asked[contact.id] = telling.until
            self._later(0, self._next, contact.id)

    def _next(self, contact: str) -> Step:
        return "tell", {"contact": contact, "people": self._people}

    def rings(self, event: Event) -> None:
        """At the next number."""
        contact, fence = event.contact, self._fences[event.contact]
        one = self._told[contact]
        one.telephoned += 1
        if self._draw(f"told.{one.telephoned}", contact) < self._answered:
            self._later(self._ring_ms // 2, self._picks_up, contact, fence)
        else:
            self._later(self._ring_ms, self._over, contact, fence)

    def _picks_up(self, contact: str, fence: str) -> Step | None:
        self._later(WORDS_MS, self._key, contact, fence)
        return "telephone_picked_up", {"contact": contact, "fence": fence, "call": f"call.{fence}"}

    def _key(self, contact: str, fence: str) -> Step:
        return "take_over", {"contact": contact, "fence": fence}

    def _over(self, contact: str, fence: str) -> Step:
        return "telephone_over", {"contact": contact, "fence": fence, "cause": "no-answer"}

    def taken_over(self, event: Event, now: int) -> None:
        one = self._told[event.contact]
        if one.taken_over_at is None:
            one.taken_over_at = now
