"""Verbs beyond matching: by name, whatever the order says (docs/routing.md, "Verbs")."""

from __future__ import annotations

from typing import Any

from tests.oracle.hands import Hands
from tests.oracle.people import Agent, Contact, Rung


class Verbs(Hands):
    """pull, assign, transfer, return, force release. Each keeps the score."""

    def _waits(self, contact: str) -> Contact | None:
        c = self.contacts.get(contact)
        if c is None or not (c.state == "offered" or c.stands or (c.beyond and c.offer)):
            return None
        return c

    def _has_room(self, c: Contact, a: Agent, *, ringing: bool = True) -> bool:
        """By name: only who is available; standing by is for the one sentence. `ringing`: what
        rings at their desk counts."""
        if c.only and a.id not in c.only:
            return False
        return a.available and self.room(c, a, by_name=True, ringing=ringing) is not None

    def _withdraw(self, c: Contact) -> None:
        """Rings nowhere any more; its wait goes on."""
        self.rings_no_more(c)

    def _offer_to(self, c: Contact, a: Agent) -> None:
        self._withdraw(c)
        self.ring(c, [a])

    def on_pull(self, agent: str, contact: str) -> bool:
        c, a = self._waits(contact), self.agents[agent]
        ringing = self.rings(a)
        if c is None or not self._has_room(c, a, ringing=False):
            return False
        if ringing is not None and (ringing is c or ringing.severity == 1):
            return False
        self.laid_down(c)
        self.take(c, a)
        self.rings_on_without(a)
        return True

    def on_assign(self, agent: str, contact: str) -> bool:
        c, a = self._waits(contact), self.agents[agent]
        if c is None or not self._has_room(c, a):
            return False
        self._offer_to(c, a)
        return True

    def _in_hands(self, agent: str, contact: str) -> Contact | None:
        c = self.contacts.get(contact)
        return c if c is not None and c.agent == agent and c.state == "active" else None

    def on_transfer_agent(self, agent: str, contact: str, to: str) -> bool:
        c, b = self._in_hands(agent, contact), self.agents[to]
        if c is None or to == agent or not self._has_room(c, b):
            return False
        self.cool(c, self.agents[agent])
        self.hands_on(c)
        self.give_back(c, named=to)
        self._offer_to(c, b)
        return True

    def on_transfer_queue(self, agent: str, contact: str, ladder: list[dict[str, Any]]) -> bool:
        c = self._in_hands(agent, contact)
        if c is None:
            return False
        self.cool(c, self.agents[agent])
        self.hands_on(c)
        c.ladder, c.ladder_ms = [Rung(**rung) for rung in ladder], 0
        c.named = None
        self.forget_overflow(c)
        self.give_back(c)
        return True

    def on_return(self, agent: str, contact: str) -> bool:
        c = self._in_hands(agent, contact)
        if c is None:
            return False
        self.cool(c, self.agents[agent])
        self.give_back(c)
        return True

    def on_park(self, agent: str, contact: str, until: int | None, steers: bool) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.voice:
            return False
        if c.state == "active" and (steers or c.agent == agent):
            self.agents[c.agent or ""].idle_since = self.now
        elif not (steers and self._waits(contact)):
            return False
        c.offer, c.sticky_for, c.comeback, c.text_idle = None, None, None, None
        self.stand(c)
        c.state, c.parked_for = "parked", "until"
        c.until = max(self.now, self.now + self.times.parked if until is None else until)
        return True

    def on_unpark(self, agent: str, contact: str, steers: bool) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.parked_for != "until" or (c.agent != agent and not steers):
            return False
        self.from_aside(c)
        return True

    def on_force_release(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.agent is None:
            return False
        if c.state == "wrapup" or c.uncalled:
            self.finish(c)
            return True
        self.cool(c, self.agents[c.agent])
        self.give_back(c)
        return True
