"""From hand to hand: what accepting, losing, parking and ending do (docs/routing.md)."""

from __future__ import annotations

from dataclasses import replace

from tests.oracle.colleagues import Colleagues
from tests.oracle.people import TIER, Agent, Contact


class Hands(Colleagues):
    """Moves of one contact or agent; the one sentence follows after the whole event."""

    # Waiting ----------------------------------------------------------------------------------

    def sticky_ms(self, c: Contact) -> int:
        times = self.times
        if c.uncalled:  # a promised call waits longer for its owner
            return {1: 0, 2: times.owner_s2, 3: times.owner_s3, 4: times.owner_s4}[c.severity]
        return {1: 0, 2: times.sticky_s2, 3: times.sticky_s3, 4: times.sticky_s4}[c.severity]

    def promotable(self, c: Contact) -> bool:
        return c.waiting and c.tier == 2 and not c.promoted

    def promote(self, c: Contact) -> None:
        """Once: the score of an S2 that arrives now."""
        c.promoted = True
        c.score = c.promoted_score = TIER + self.now + c.promote_ms
        self.fits_sticky(c)

    def fits_sticky(self, c: Contact) -> None:
        """Its tier or its ladder changed: held only for somebody who may be offered it."""
        a = self.agents.get(c.sticky_for or "")
        if a is None:
            return
        able = a.id in c.only or a.meets(self.rung(c).needs)
        if not (able and a.in_tiers(c.tier)):
            c.sticky_for = None

    def overdue(self, c: Contact) -> None:
        """It begins to wait, or gets another promise, after its promise has passed."""
        if self.promotable(c) and c.promote_at <= self.now:
            self.promote(c)

    def begin_wait(self, c: Contact) -> None:
        """A new wait: its ladder runs, and its named agent may hold it."""
        c.state, c.until, c.ladder_from = "queued", None, self.now
        c.at_step = self.step(c)
        self.back_in_line(c)
        self.overdue(c)
        a = self.agents.get(c.named or "")
        if (
            a is not None
            and c.severity != 1
            and a.there
            and (a.id in c.only if c.only else a.meets(self.rung(c).needs))
            and a.in_tiers(c.tier)
            and (a.sound or not c.voice)
            and not self.cooling(c, a)
            and a.id not in c.passed_over
            and self.ladder_time(c) < self.sticky_ms(c)
        ):
            c.sticky_for = a.id

    def go_there(self, c: Contact, state: str, ms: int) -> None:
        """Outside or to the voicemail: the ladder stands, an S1 in its last step."""
        c.sticky_for = None
        if c.severity > 1:
            c.cooling.clear()
            c.passed_over.clear()
        c.ladder_ms, c.ladder_from = self.ladder_time(c), None
        c.state, c.until, c.there_since = state, self.now + ms, self.now
        c.at_step = len(c.ladder) - 1

    def from_there(self, c: Contact) -> None:
        """They waited there, and wait here from now on."""
        c.ladder_ms += self.now - c.there_since
        c.ladder_from, c.sent_by = self.now, None
        c.at_step = self.step(c)

    def stand(self, c: Contact) -> None:
        """In hand: the ladder stands; the next wait begins with a first round, nobody out."""
        c.round = 0
        c.passed_over.clear()
        c.refusals.clear()
        c.ladder_ms, c.ladder_from = self.ladder_time(c), None
        c.telling = None

    def cool(self, c: Contact, a: Agent) -> None:
        span = self.times.cool_down_s1 if c.severity == 1 else self.times.cool_down
        c.cooling[a.id] = self.now + span

    def exclude(self, c: Contact, a: Agent) -> None:
        """Declined or missed."""
        self.cool(c, a)
        c.passed_over.add(a.id)
        c.refusals[a.id] += 1
        if c.sticky_for == a.id:
            c.sticky_for = None

    def missed(self, a: Agent) -> None:
        """His page says whether he was active (on_selftest). Made ready by a supervisor: paused."""
        before, a.missed_at = a.missed_at, self.now
        if before is not None and self.now - before >= self.times.miss_forgotten:
            before = None
        a.misses += 1
        if a.made_ready:
            self.pause_missed(a)
        else:
            a.miss = before, before is not None
            a.testing = self.now + self.times.self_test

    def pause_missed(self, a: Agent) -> None:
        """Unless nobody else who is there has a skill that is asked for."""
        others = [b for b in self.agents.values() if b is not a and b.there]
        if a.on_duty and any(
            a.skills.get(skill, 0) >= level
            and not any(b.skills.get(skill, 0) >= level for b in others)
            for skill, level in self.times.asked
        ):
            if a.misses >= 3:
                a.absent = True
                self.let_held_go(a)
        else:
            self.pause(a, "missed")

    def answers(self, a: Agent) -> None:
        """He takes something: what he missed is forgotten."""
        a.missed_at, a.misses, a.active_misses, a.absent = None, 0, [], False
        a.made_ready = False

    def not_joined(self, a: Agent) -> None:
        """He took a call and the two never met: no miss, but his desk tests itself."""
        if a.presence == "online" and a.ready and a.testing is None:
            a.testing = self.now + self.times.self_test

    # In hand ----------------------------------------------------------------------------------

    def take(self, c: Contact, a: Agent) -> None:
        """Accepted or pulled. Interrupted texts are parked, a wrap-up freezes."""
        if c.beyond:
            self.from_there(c)
        c.offer, c.sticky_for = None, None
        self.answers(a)
        if not c.voice:
            c.agent, c.state, c.until = a.id, "active", None
            c.text_idle = self.now + self.times.text_idle
            self.stand(c)
            return
        self.set_aside(a)
        c.agent = a.id
        if c.uncalled:
            c.state, c.until = "dialing", self.now + self.times.dial
            self.stand(c)
        else:
            c.state, c.until = "connecting", self.now + self.times.connect

    def rings_on_without(self, a: Agent) -> None:
        """They begin or take something else: what rang at their desk is for others, and no miss; as
        if they were lost, the next best is rung at once."""
        ringing = self.rings(a)
        if ringing is not None:
            self.unring(ringing, a, top_up=True)

    def set_aside(self, a: Agent) -> None:
        """For a call that begins: what else he was asked, or had handed on, is over."""
        other = self.asked(a)
        if other is not None:
            self.asks_nobody(other)
        a.handed = None
        for w in self.in_hand(a):
            if w.state == "wrapup":
                assert w.until is not None
                w.frozen_ms = max(w.until - self.now, self.times.frozen_least)
                w.until = None
            elif not w.voice:
                w.state, w.parked_for = "parked", "call"
                w.until, w.text_idle = self.now + self.times.parked_call, None

    def wrap_up(self, c: Contact) -> None:
        self.asks_nobody(c)
        c.state, c.until, c.comeback = "wrapup", self.now + c.wrapup_ms, None

    def finish(self, c: Contact) -> None:
        """Ended: it is gone, and its agent goes on with what he had."""
        self.asks_nobody(c)
        a = self.agents.get(c.agent or "")
        bound = a is not None and c in self.mine(a)
        del self.contacts[c.id]
        if bound:
            assert a is not None
            a.idle_since = self.now
            self.resume(a)

    def park(self, c: Contact) -> None:
        """Waits for its party, out of his hands."""
        a = self.agents[c.agent or ""]
        c.state, c.parked_for = "parked", "party"
        c.until, c.text_idle, c.comeback = self.now + self.times.parked, None, None
        a.idle_since = self.now

    def from_aside(self, c: Contact) -> None:
        """What a person set aside is back at its place, named for who had it."""
        c.named, c.agent, c.parked_for = c.agent or c.named, None, None
        self.begin_wait(c)

    def hands_on(self, c: Contact) -> None:
        """Whoever hands a call on keeps its wrap-up."""
        if c.voice:
            until = self.now + c.wrapup_ms
            own = replace(c, id=f"~{c.id}", state="wrapup", until=until, frozen_ms=None, offer=None)
            self.agents[c.agent or ""].handed = own

    def due_handed(self, id: str) -> None:
        a = self.agents[id]
        a.handed, a.idle_since = None, self.now
        self.resume(a)

    def give_back(self, c: Contact, named: str | None = None) -> None:
        """Out of his hands, back to its place; `named` for whom, None = as it was."""
        self.asks_nobody(c)
        a = self.agents[c.agent or ""]
        new = not c.waiting
        c.named, c.agent, c.parked_for = named or c.named, None, None
        c.comeback, c.text_idle, c.until, c.frozen_ms = None, None, None, None
        if new:
            self.begin_wait(c)
        else:
            c.state = "queued"
        self.resume(a)

    def resume(self, a: Agent) -> None:
        """No call and no wrap-up in hand: a frozen wrap-up goes on, then interrupted texts."""
        if any(c.voice for c in self.in_hand(a)):
            return
        for c in self.mine(a):
            if c.frozen_ms is not None:
                c.until, c.frozen_ms = self.now + c.frozen_ms, None
                return
        for c in self.mine(a):
            if c.state == "parked":
                c.state, c.parked_for, c.until = "active", None, None
                c.text_idle = self.now + self.times.text_idle

    # Agents who go ----------------------------------------------------------------------------

    def comeback(self, c: Contact) -> None:
        if c.comeback is None:
            c.comeback = self.now + self.times.come_back

    def unpark(self, a: Agent) -> None:
        """Interrupted texts go back to their places."""
        for c in self.mine(a):
            if c.state == "parked":
                self.give_back(c, named=a.id)

    def let_held_go(self, a: Agent) -> None:
        for c in self.contacts.values():
            if c.sticky_for == a.id:
                c.sticky_for = None

    def pause(self, a: Agent, reason: str) -> None:
        a.reason = reason
        a.ready, a.stood_down, a.testing, a.miss = False, True, None, None
        a.made_ready = False
        self.let_held_go(a)
        self.unpark(a)

    def lose(self, a: Agent) -> None:
        """His page is silent: offers go on, calls and texts wait for him 30 s."""
        a.presence, a.testing, a.miss = "lost", None, None
        a.offline_at = self.now + self.times.lost_to_offline
        self.away_from_others(a)
        self.let_held_go(a)
        ringing = self.rings(a)
        if ringing is not None:
            self.unring(ringing, a, top_up=True)
        for c in self.mine(a):
            if c.state in ("active", "parked") and not c.voice:
                self.comeback(c)

    def sign_out(self, a: Agent) -> None:
        """Away for good: his offers, texts and calls go back."""
        a.reason, a.handed = "", None
        a.ready, a.stood_down, a.testing, a.miss = False, False, None, None
        a.made_ready = False
        a.presence, a.sound, a.offline_at, a.shift_due = "offline", False, None, None
        self.let_held_go(a)
        ringing = self.rings(a)
        if ringing is not None:
            self.unring(ringing, a, top_up=True)
        self.unpark(a)
        for c in self.mine(a):
            if c.state in ("connecting", "active") and not self.inherited(c):
                self.give_back(c, named=a.id)
        self.leaves_others(a)
