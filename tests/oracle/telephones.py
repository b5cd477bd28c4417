"""An S1 text or mail that overflowed, told to the numbers on call by telephone (docs/routing.md,
"Outside")."""

from __future__ import annotations

from tests.oracle.people import Contact, Round
from tests.oracle.rule import Rule


class Telephones(Rule):
    """The list of numbers, one after the other, until somebody has it."""

    def overflow(self, c: Contact) -> None:
        """Its ladder is at its end, or nobody is left who could be asked."""
        if c.voice or c.overflowed or not c.ladder[-1].overflow:
            return
        at_once = self.on_call and c.severity == 1 and self.nobody_here(c)
        if self.rung(c).overflow or at_once:
            c.overflowed = True
            self.tell_or_not(c)

    def tell_or_not(self, c: Contact) -> None:
        """It is told while it waits, or rings at a desk, as an S1."""
        waits = c.state in ("queued", "offered")
        if not (self.on_call and not c.voice and c.severity == 1 and c.overflowed and waits):
            c.telling = None
        elif c.telling is None:
            self.next_number(c, set())

    def forget_overflow(self, c: Contact) -> None:
        """Its ladder begins anew."""
        c.overflowed, c.telling = False, None

    def back_in_line(self, c: Contact) -> None:
        self.overflow(c)
        self.tell_or_not(c)

    def next_number(self, c: Contact, tried: set[str]) -> None:
        c.telling = Round("next", self.now + self.times.told_next, tried=tried)

    def who_has(self, name: str | None) -> list[Contact]:
        """For whom this telephone rings, or is in a call still."""
        return [
            c
            for c in self.contacts.values()
            if c.telling is not None
            and c.telling.name == name
            and (c.telling.at == "rings" or c.telling.on_line > self.now)
        ]

    def listen(self, c: Contact) -> None:
        """Whoever took it over is on the telephone, unless it rings there for another."""
        assert c.telling is not None
        if not [other for other in self.who_has(c.telling.name) if other is not c]:
            c.telling.on_line = self.now + self.times.number_heard

    def on_tell(self, contact: str, people: list[str]) -> bool:
        """A process is asked for the next number and says who is on call."""
        c = self.contacts.get(contact)
        if c is None or c.telling is None or c.telling.at != "next" or c.state != "queued":
            return False
        tried = c.telling.tried
        left = [name for name in people if name not in tried]
        free = [name for name in left if not self.who_has(name)]
        if free:
            times = self.times
            until = self.now + times.outside_ring + times.acknowledge + 30_000
            c.telling = Round("rings", until, free[0], tried | {free[0]})
        elif left:
            c.telling.until = self.now + self.times.told_busy
        else:
            c.telling = Round("pause", self.now + self.times.told_pause)
        return True

    def _nobody_has_it(self, contact: str, stale: bool) -> Contact | None:
        """The same call may ask again. stale: the call of an earlier ring."""
        c = self.contacts.get(contact)
        if c is None or c.telling is None or (c.telling.at == "taken" and stale):
            return None
        return c

    def on_telephone_picked_up(self, contact: str, stale: bool) -> bool:
        c = self._nobody_has_it(contact, stale)
        if c is None or c.telling is None:
            return False
        if c.telling.at == "rings" and not stale:
            c.telling.until = self.now + self.times.acknowledge + 60_000
        elif c.telling.at == "taken" and not c.telling.heard:
            c.telling.until = self.now + self.times.number_heard
            self.listen(c)
        return True

    def on_telephone_over(self, contact: str, stale: bool) -> bool:
        c = self.contacts.get(contact)
        if stale or c is None or c.telling is None or c.telling.at not in ("rings", "taken"):
            return False
        if c.telling.heard:
            c.telling.on_line = 0
        else:
            self.next_number(c, c.telling.tried)
        return True

    def on_take_over(self, contact: str, who: str, stale: bool, heard: bool) -> bool:
        """The key, however late; pressed twice it is the same key. `who`: who presses it, if it
        does not ring there any more. `heard`: they have heard how to reach the party."""
        c = self._nobody_has_it(contact, stale)
        if c is None or c.telling is None:
            return False
        if c.telling.at != "taken":
            rings = c.telling.at == "rings" and not stale
            has_it = c.telling.name if rings else who
            c.telling = Round("taken", self.now + self.times.number_heard, has_it, since=self.now)
            self.listen(c)
        if heard and not c.telling.heard:
            c.telling.heard = True
            c.telling.until = self.now + self.times.taken_over
            self.listen(c)
            self.hurry(c.telling)
        return True

    def hurry(self, telling: Round) -> None:
        """The party wrote: that is not long theirs who took it over."""
        if telling.at == "taken" and telling.heard and telling.wrote:
            soon = max(self.now, telling.since + self.times.told_wrote)
            telling.until = min(telling.until, soon)

    def wrote(self, c: Contact) -> None:
        if c.telling is not None and c.telling.at == "taken":
            c.telling.wrote = True
            self.hurry(c.telling)

    def due_told(self, id: str) -> None:
        c = self.contacts[id]
        assert c.telling is not None
        self.next_number(c, c.telling.tried)
