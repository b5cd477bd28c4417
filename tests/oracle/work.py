"""Events of contacts: arrival, offers, calls, texts, severity."""

from __future__ import annotations

from typing import Any

from tests.oracle.hands import Hands
from tests.oracle.people import Agent, Contact, Rung


class WorkEvents(Hands):
    """What callers, parties and agents do to a contact."""

    def on_arrive(self, contact: str, ladder: list[dict[str, Any]], **fields: Any) -> bool:
        rungs = [Rung(**rung) for rung in ladder]
        c = Contact(contact, ladder=rungs, **fields)
        self.contacts[c.id] = c
        self.begin_wait(c)
        return True

    def on_promise(
        self, contact: str, ladder: list[dict[str, Any]], not_before: int, **fields: Any
    ) -> bool:
        """`left`: they left a message, and are called when we open."""
        c = Contact(contact, ladder=[Rung(**rung) for rung in ladder], ours=True, **fields)
        self.contacts[c.id] = c
        c.not_before = not_before
        if not_before > self.now:
            c.state, c.until = "scheduled", not_before
        else:
            self.begin_wait(c)
        return True

    def on_not_needed(
        self, agent: str, contact: str, steers: bool, through: str | None, reason: str
    ) -> bool:
        c = self.contacts.get(contact)
        if c is None or not c.uncalled or c.state == "dialing":
            return False
        if c.named != agent and not steers:
            return False
        if through is None and (not steers or not reason):
            return False
        if through is not None:
            x = self.contacts.get(through)
            theirs = x is not None and x is not c and x.party == c.party
            theirs = theirs and c.party is not None
            if x is None or not theirs or x.agent != agent or x.state not in ("active", "wrapup"):
                return False
        self.finish(c)
        return True

    def on_cancel_callback(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or not c.uncalled or c.state == "dialing":
            return False
        self.finish(c)
        return True

    def on_callback_now(self, agent: str, contact: str) -> bool:
        c, a = self.contacts.get(contact), self.agents[agent]
        if c is None or not c.uncalled or c.state == "dialing":
            return False
        if self._has_a_call(a):
            return False
        ringing = self.rings(a)
        if ringing is not None and ringing is not c and ringing.severity == 1:
            return False
        self.laid_down(c)
        self.take(c, a)
        self.rings_on_without(a)
        return True

    def on_take_call(self, agent: str, contact: str) -> bool:
        """A supervisor takes it out of another's hands: the call is theirs at once."""
        c, a = self.contacts.get(contact), self.agents[agent]
        if c is None or not c.voice or c.state != "active" or c.agent in (None, agent):
            return False
        if self._has_a_call(a):
            return False
        self.cool(c, self.agents[c.agent or ""])
        self.hands_on(c)
        self.give_back(c)
        self.take(c, a)
        self.rings_on_without(a)
        return True

    def _has_a_call(self, a: Agent) -> bool:
        """Or its wrap-up, or no desk with sound: they begin no other."""
        return a.presence != "online" or not a.sound or any(w.voice for w in self.in_hand(a))

    def _offered(self, agent: str, contact: str, stale: bool) -> Contact | None:
        """The contact, when this offer is his and its time is not over."""
        c = self.contacts.get(contact)
        if c is None or stale or c.offer is None or agent not in c.offer.since:
            return None
        return c if self.now < c.offer.expires else None

    def on_accept(self, agent: str, contact: str, stale: bool) -> bool:
        c, a = self._offered(agent, contact, stale), self.agents[agent]
        if c is None:
            was = self.contacts.get(contact)  # pressed twice
            again = was is not None and was.agent == agent
            taken = ("connecting", "active", "dialing")
            return again and was is not None and was.state in taken and not stale
        if c.voice and not a.sound:
            return False
        self.take(c, a)
        return True

    def on_decline(self, agent: str, contact: str, stale: bool) -> bool:
        c, a = self._offered(agent, contact, stale), self.agents[agent]
        if c is None:
            return False
        self.exclude(c, a)
        self.unring(c, a, top_up=True)
        return True

    def on_connected(self, agent: str, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.state not in ("connecting", "dialing") or c.agent != agent:
            return False
        c.state, c.until, c.reached = "active", None, True
        self.stand(c)
        if not self.agents[agent].sound:
            self.comeback(c)
        return True

    def on_caller_gone(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or not c.voice:
            return False
        if c.waiting or c.beyond or c.state in ("away", "scheduled", "dialing"):
            self.finish(c)
        elif c.state == "active":
            self.wrap_up(c)
        return True

    # Outside ----------------------------------------------------------------------------------

    def on_send_outside(self, contact: str, agent: str | None) -> bool:
        """To a number on call, or where its agent sends it."""
        c = self.contacts.get(contact)
        if c is None or not c.voice or c.uncalled:
            return False
        if c.state != ("active" if agent else "queued") or c.agent != agent:
            return False
        if agent is not None:
            a = self.agents[agent]
            self.asks_nobody(c)
            self.hands_on(c)
            c.named, c.agent, c.comeback = agent, None, None
            self.go_there(c, "outside", self.outside_ms)
            c.sent_by = agent
            self.resume(a)
        else:
            self.go_there(c, "outside", self.outside_ms)
        return True

    @property
    def outside_ms(self) -> int:
        return self.times.outside_ring + self.times.acknowledge + 30_000

    def back_from_there(self, c: Contact) -> None:
        """Not taken there. What rings here goes on ringing; who sent it there is free for it."""
        a = self.agents.get(c.sent_by or "")
        if a is not None and a.handed is not None and a.handed.id == f"~{c.id}":
            self.due_handed(a.id)
        self.from_there(c)
        if c.offer is None:
            self.begin_wait(c)
        else:
            c.state, c.until = "offered", None

    def on_outside_over(self, contact: str, ringing: bool) -> bool:
        c = self.contacts.get(contact)
        if c is not None and c.state == "away" and not ringing:
            self.finish(c)
            return True
        if c is None or c.state != "outside":
            return False
        self.back_from_there(c)
        return True

    def on_outside_answered(self, contact: str) -> bool:
        """The key was pressed there: what rings here stops, and nobody has missed it."""
        c = self.contacts.get(contact)
        if c is None or c.state not in ("outside", "away"):
            return False
        if c.state == "outside":
            c.offer, c.state = None, "away"
            c.until = self.now + self.times.outside_talk + 60_000
        return True

    def on_nobody_outside(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.state != "queued" or not c.voice or c.uncalled or not self.nobody_here(c):
            return False
        self.go_there(c, "voicemail", self.times.voicemail + 60_000)
        return True

    def on_message_over(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.state != "voicemail":
            return False
        self.finish(c)
        return True

    def on_hang_up(self, agent: str, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.agent != agent or not c.voice:
            return False
        if c.state == "active":
            self.wrap_up(c)
        elif c.state == "connecting":
            self.exclude(c, self.agents[agent])
            self.give_back(c)
        elif c.state == "dialing":
            self.finish(c)
        else:
            return False
        return True

    def on_wrapped(self, agent: str, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.agent != agent or c.state != "wrapup":
            return False
        self.finish(c)
        return True

    def on_extend(self, agent: str, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.agent != agent or c.state != "wrapup" or c.extended >= 2:
            return False
        if c.until is None:  # frozen
            return False
        c.extended += 1
        c.until += self.times.wrapup_extension
        return True

    def on_write(
        self, agent: str, contact: str, ladder: list[dict[str, Any]], then: str, **fields: Any
    ) -> bool:
        """It was never anybody's work: whoever wrote keeps their room, whatever they do."""
        if then == "close":
            return True
        c = Contact(contact, ladder=[Rung(**rung) for rung in ladder], **fields)
        self.contacts[c.id] = c
        c.state, c.parked_for, c.agent = "parked", "party", agent
        c.until, c.last_text = self.now + self.times.parked, self.now
        return True

    def on_reply(self, agent: str, contact: str, then: str, first: bool = False) -> bool:
        c = self.contacts.get(contact)
        if c is not None and first and c.parked_for == "party":
            c.agent = agent
        if c is None or c.agent != agent or c.voice or c.state not in ("active", "parked"):
            return False
        c.last_text = self.now
        if then == "close":
            self.finish(c)
        elif then == "wait" and c.parked_for in ("party", "until"):
            c.until = self.now + self.times.parked  # answered once more, and waits anew
            c.parked_for = "party"
        elif then == "wait":
            self.park(c)
        elif c.state == "active":
            c.text_idle = self.now + self.times.text_idle
        return True

    def on_message_in(self, contact: str, score: int, promote_at: int) -> bool:
        c = self.contacts.get(contact)
        if c is None:
            return False
        c.last_text = self.now
        self.wrote(c)
        if c.state == "active":
            c.text_idle = self.now + self.times.text_idle
        elif c.parked_for == "until":
            self.from_aside(c)
        elif c.parked_for == "party":
            c.named, c.agent, c.parked_for = c.agent, None, None
            c.order_at, c.score, c.promote_at, c.promoted = self.now, score, promote_at, False
            c.promoted_score, c.ladder_ms, c.round = None, 0, 0
            c.passed_over.clear()
            self.forget_overflow(c)
            self.begin_wait(c)
        return True

    def on_severity(
        self,
        contact: str,
        severity: int,
        score: int,
        promote_at: int,
        target_ms: int,
        ladder: list[dict[str, Any]] | None = None,
    ) -> bool:
        c = self.contacts.get(contact)
        if c is None:
            return False
        if c.severity == severity:
            return True
        if 1 in (c.severity, severity):
            longer = self.times.cool_down - self.times.cool_down_s1
            change = longer if c.severity == 1 else -longer
            cool = {name: until + change for name, until in c.cooling.items()}
            c.cooling = {name: until for name, until in cool.items() if until > self.now}
        c.severity, c.promote_at, c.target = severity, promote_at, target_ms
        if severity == 1:  # no queue is closed to it
            c.due_from = min(c.due_from, self.now)
        opens = severity == 1 and c.left and c.state == "scheduled" and c.not_before > self.now
        stays = c.promoted and severity >= 3 and c.promoted_score is not None
        if not stays:
            c.score, c.promoted_score = score, None
        if ladder is not None:
            c.ladder = [Rung(**rung) for rung in ladder]
            c.at_step = len(c.ladder) - 1 if c.beyond else self.step(c)
        if not c.ladder[-1].overflow:
            self.forget_overflow(c)
        if c.waiting:
            self.overflow(c)
        if self.ladder_time(c) >= self.sticky_ms(c):
            c.sticky_for = None
        if severity == 1 and c.offer is not None:
            c.offer.expires = min(c.offer.expires, self.now + self.times.ring_s1)
            c.round = max(c.round, 1)
        self.overdue(c)
        self.fits_sticky(c)
        self.tell_or_not(c)
        if opens:
            c.not_before = self.now
            self.look_at(c, due=True)
        self.only_theirs(c)
        return True

    def only_theirs(self, c: Contact) -> None:
        """What rings at people who are not on the list stops, but for an S1."""
        if c.only and c.offer is not None and c.severity > 1:
            for name in sorted(set(c.offer.since) - c.only):
                self.unring(c, self.agents[name], top_up=True)

    def on_close(self, contact: str) -> bool:
        c = self.contacts.get(contact)
        if c is None or c.voice:
            return False
        self.finish(c)
        return True

    def on_restrict(self, contact: str, only: list[str]) -> bool:
        """From now on for these alone; none: for everybody. An S1 goes on ringing."""
        c = self.contacts.get(contact)
        if c is None:
            return False
        c.only = frozenset(only)
        if not c.only:
            return True
        self.only_theirs(c)
        if c.sticky_for is not None and c.sticky_for not in c.only:
            c.sticky_for = None
        return True

    def on_reserve(self, k: int) -> bool:
        self.reserve = k
        return True
