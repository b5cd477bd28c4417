"""A colleague asked into a call (docs/voice.md, "A colleague asked in"): work in hand until it is
over."""

from __future__ import annotations

from tests.oracle.people import Agent, Colleague, Contact
from tests.oracle.telephones import Telephones

RINGS = 20_000


class Colleagues(Telephones):
    """Whom the agent of a call has asked in, from the question to the end."""

    def asked(self, a: Agent) -> Contact | None:
        """The call for which his desk rings so."""
        return self._of(a, there=False)

    def _of(self, a: Agent, *, there: bool) -> Contact | None:
        for c in self.contacts.values():
            if c.colleague is not None and (c.colleague.id, c.colleague.there) == (a.id, there):
                return c
        return None

    def asks_nobody(self, c: Contact, *, theirs: bool = False) -> None:
        """It is over: the colleague is free, and what was set aside is his again, unless the call
        is his now."""
        was, c.colleague = c.colleague, None
        if was is None or not was.there or not was.id:
            return
        a = self.agents[was.id]
        a.idle_since = self.now
        if not theirs:
            self.resume(a)

    def leaves_others(self, a: Agent) -> None:
        """Wherever he was asked, or is."""
        for c in list(self.contacts.values()):
            if c.colleague is not None and c.colleague.id == a.id:
                self.asks_nobody(c)

    def away_from_others(self, a: Agent) -> None:
        """His page or his sound is gone: he has as long as any agent."""
        c = self.beside(a)
        if c is not None and c.colleague is not None and c.colleague.until is None:
            c.colleague.until = self.now + self.times.come_back

    def back_with_others(self, a: Agent) -> None:
        c = self.beside(a)
        if c is not None and c.colleague is not None and a.presence == "online" and a.sound:
            c.colleague.until = None

    def keeps_out(self, a: Agent) -> bool:
        """Not asked: who cannot speak, has a call or its wrap-up, tests, is asked, or is not to be
        rung at all."""
        hand = self.in_hand(a)
        rests = not a.ready and a.reason in self.times.quiet
        busy = any(w.voice for w in hand) or a.testing is not None or self.asked(a) is not None
        return a.presence != "online" or not a.sound or busy or rests

    def on_consult(self, agent: str, contact: str, to: str) -> bool:
        c = self._call_of(agent, contact)
        if c is None or c.colleague is not None or to == agent or self.keeps_out(self.agents[to]):
            return False
        c.colleague = Colleague(to, self.now + RINGS)
        return True

    def _call_of(self, agent: str, contact: str) -> Contact | None:
        c = self.contacts.get(contact)
        return c if c and c.voice and c.agent == agent and c.state == "active" else None

    def on_consult_answer(self, agent: str, contact: str) -> bool:
        c, a = self.contacts.get(contact), self.agents[agent]
        if c is None or c.colleague is None or self.asked(a) is not c or not a.sound:
            return False
        if any(w.voice for w in self.in_hand(a)):
            return False
        ringing = self.rings(a)
        c.colleague.there, c.colleague.until = True, None
        if ringing is not None:
            self.unring(ringing, a, top_up=True)
        self.set_aside(a)
        return True

    def on_consult_together(self, agent: str, contact: str, on: bool) -> bool:
        c = self._call_of(agent, contact)
        return c is not None and c.colleague is not None and c.colleague.there

    def on_consult_end(self, agent: str, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.colleague is None or agent not in (c.colleague.id, c.agent):
            return False
        self.asks_nobody(c)
        return True

    def on_consult_hand_over(self, agent: str, contact: str) -> bool:
        """The colleague may take it himself while the agent's sound is away."""
        c = self.contacts.get(contact)
        if c is None or c.colleague is None or not c.colleague.there or c.state != "active":
            return False
        takes = c.colleague.id == agent and c.comeback is not None
        if not (c.agent == agent or takes) or c.colleague.until is not None:
            return False
        if c.colleague.id:
            self.goes_to_colleague(c, wrapup=not takes)
        else:
            self.goes_to_number(c, agent)
        return True

    def inherited(self, c: Contact) -> bool:
        """Its agent is gone: the caller goes on with the colleague, if he is there."""
        there = c.colleague is not None and c.colleague.there and c.colleague.until is None
        if not there or c.colleague is None or not c.colleague.id:  # a number inherits nothing
            return False
        self.goes_to_colleague(c, wrapup=False)
        return True

    def goes_to_colleague(self, c: Contact, *, wrapup: bool) -> None:
        assert c.colleague is not None
        to = self.agents[c.colleague.id]
        self.cool(c, self.agents[c.agent or ""])
        if wrapup:
            self.hands_on(c)
        self.asks_nobody(c, theirs=True)
        ringing = self.rings(to)
        if ringing is not None:
            self.unring(ringing, to)
        self.give_back(c)
        self.take(c, to)

    def due_consult(self, id: str) -> None:
        c = self.contacts[id]
        self.asks_nobody(c)
        if c.state == "away":
            self.back_from_there(c)

    # A number outside -------------------------------------------------------------------------

    def on_consult_line(self, agent: str, contact: str) -> bool:
        c = self._call_of(agent, contact)
        if c is None or c.colleague is not None:
            return False
        c.colleague = Colleague("", self.now + self.times.dial)
        return True

    def _line_of(self, contact: str) -> Contact | None:
        c = self.contacts.get(contact)
        return c if c is not None and c.colleague is not None and not c.colleague.id else None

    def on_line_up(self, contact: str) -> bool:
        """Somebody answered there, or it is back."""
        c = self._line_of(contact)
        if c is None or c.colleague is None:
            return False
        c.colleague.there, c.colleague.until = True, None
        return True

    def on_line_lost(self, contact: str) -> bool:
        c = self._line_of(contact)
        if c is None or c.colleague is None:
            return False
        if c.colleague.there and c.colleague.until is None:
            c.colleague.until = self.now + self.times.come_back
        return True

    def on_line_over(self, contact: str) -> bool:
        """Whoever was handed over to it has no call any more."""
        c = self._line_of(contact)
        if c is None:
            return False
        self.asks_nobody(c)
        if c.state == "away":
            self.finish(c)
        return True

    def goes_to_number(self, c: Contact, agent: str) -> None:
        """Joined by us; the agent has the time of the wrap-up."""
        self.hands_on(c)
        c.named, c.agent, c.comeback = agent, None, None
        self.go_there(c, "away", self.times.outside_talk + 60_000)
        c.sent_by = agent
        self.resume(self.agents[agent])

    # What hands do (hands.py) -----------------------------------------------------------------

    def resume(self, a: Agent) -> None:
        raise NotImplementedError

    def set_aside(self, a: Agent) -> None:
        raise NotImplementedError

    def cool(self, c: Contact, a: Agent) -> None:
        raise NotImplementedError

    def hands_on(self, c: Contact) -> None:
        raise NotImplementedError

    def give_back(self, c: Contact, named: str | None = None) -> None:
        raise NotImplementedError

    def take(self, c: Contact, a: Agent) -> None:
        raise NotImplementedError

    # What work does (work.py) -----------------------------------------------------------------

    def go_there(self, c: Contact, state: str, ms: int) -> None:
        raise NotImplementedError

    def back_from_there(self, c: Contact) -> None:
        raise NotImplementedError

    def finish(self, c: Contact) -> None:
        raise NotImplementedError
