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
NUMBER_MS = 12_000
"""From the key on: how to reach the party; and the same once more."""


class Telling:
    """Hears what the engine says of texts and mails that are told, and plays the telephones."""

    def __init__(self, outside: Outside, told: dict[str, Fate], later: Later, draw: Draw) -> None:
        self._answered, self._ring_ms = outside.answered, duration_ms(outside.ring)
        self._people = [{"name": f"n{n}", "word": f"n{n}"} for n in range(1, outside.numbers + 1)]
        self._told, self._later, self._draw = told, later, draw
        self._asked: dict[str, float] = {}
        self._rung: dict[str, tuple[str, str]] = {}

    def changed(self, contact: Contact) -> None:
        """A record of the engine: it may want the next number."""
        telling = contact.telling
        if telling is None or contact.state != State.QUEUED:
            self._asked.pop(contact.id, None)
        if telling is None:
            return
        self._rung[contact.id] = telling.fence, telling.name
        asks = telling.at == Told.NEXT and contact.state == State.QUEUED
        if asks and self._asked.get(contact.id) != telling.until:
            self._asked[contact.id] = telling.until
            self._later(0, self._next, contact.id)

    def _next(self, contact: str) -> Step:
        return "tell", {"contact": contact, "people": self._people}

    def rings(self, event: Event) -> None:
        """At the next number."""
        contact = event.contact
        fence, name = self._rung[contact]
        one = self._told[contact]
        one.telephoned += 1
        if self._draw(f"told.{one.telephoned}", contact) < self._answered:
            self._later(self._ring_ms // 2, self._picks_up, contact, fence, name)
        else:
            self._later(self._ring_ms, self._over, contact, fence)

    def _picks_up(self, contact: str, fence: str, name: str) -> Step | None:
        self._later(WORDS_MS, self._key, contact, fence, name)
        return "telephone_picked_up", {"contact": contact, "fence": fence, "call": f"call.{fence}"}

    def _key(self, contact: str, fence: str, name: str) -> Step:
        self._later(NUMBER_MS, self._hears, contact, fence, name)
        self._later(2 * NUMBER_MS, self._over, contact, fence)
        return self._take_over(contact, fence, name, heard=False)

    def _hears(self, contact: str, fence: str, name: str) -> Step:
        return self._take_over(contact, fence, name, heard=True)

    def _take_over(self, contact: str, fence: str, name: str, *, heard: bool) -> Step:
        fields = {"contact": contact, "fence": fence, "name": name, "word": name}
        return "take_over", {**fields, "call": f"call.{fence}", "heard": heard}

    def _over(self, contact: str, fence: str) -> Step:
        return "telephone_over", {"contact": contact, "fence": fence, "cause": "no-answer"}

    def taken_over(self, event: Event, now: int) -> None:
        one = self._told[event.contact]
        if one.taken_over_at is None:
            one.taken_over_at = now
