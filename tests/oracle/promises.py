"""Promised calls that stand while their party is with us (docs/routing.md, "Promised calls")."""

from __future__ import annotations

from tests.oracle.hands import Hands
from tests.oracle.people import Contact

FOR_EVER = 1 << 62


class Promises(Hands):
    """Looks at every promised call after everything that happens."""

    stood = 0
    """How often one began to stand."""

    def with_us_until(self, c: Contact) -> int:
        """Until when this contact says that its party is with us, if nothing happens; 0: not."""
        if c.voice:
            there = c.state in ("dialing", "connecting", "active", "wrapup", "away")
            return FOR_EVER if there else 0
        last = c.arrived_at if c.last_text is None else c.last_text
        still = last + self.times.stand_text
        return still if still > self.now else 0

    def settle(self) -> None:
        for c in list(self.contacts.values()):
            if c.uncalled and c.party is not None:
                self.look_at(c)

    def look_at(self, c: Contact, *, due: bool = False) -> None:
        """`due`: at its deadline. One that waits for its deadline waits until that has fired."""
        if c.state not in ("scheduled", "queued", "offered"):
            self.stands_no_more(c)
            return
        if self.now < c.not_before:
            return
        if c.state == "scheduled" and not due and (c.until or 0) <= self.now:
            return
        limit = self.times.stand_s1 if c.severity == 1 else self.times.stand
        longest: tuple[int, Contact] | None = None
        for x in sorted(self.contacts.values(), key=lambda one: one.id):
            if x is c or c.party is None or x.party != c.party:
                continue
            until = self.with_us_until(x)
            if not until:
                continue
            since = c.stood_for.setdefault(x.id, self.now)
            ends = min(until, since + limit)
            if ends > self.now and (longest is None or ends > longest[0]):
                longest = ends, x
        if longest is not None:
            self.let_stand(c, *longest)
        elif c.state == "scheduled":
            self.stands_no_more(c)
            self.begin_wait(c)

    def stands_no_more(self, c: Contact) -> None:
        if c.stood_since is not None:
            c.stood.append((c.stood_since, self.now))
            c.stood_since = None

    def let_stand(self, c: Contact, until: int, x: Contact) -> None:
        c.named = x.agent or c.named
        if c.state != "scheduled":
            self.stood += 1
            c.offer, c.sticky_for = None, None
            self.stand(c)
            c.state = "scheduled"
        if c.stood_since is None:
            c.stood_since = self.now
        c.until = until
