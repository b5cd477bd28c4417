"""Events of agents (docs/routing.md, "An agent", "Loss")."""

from __future__ import annotations

from tests.oracle.hands import Hands
from tests.oracle.people import Agent


class AgentEvents(Hands):
    """Sign-in, choice, presence, sound, self-test."""

    def on_online(
        self,
        agent: str,
        skills: dict[str, int],
        floor: int,
        supervisor: bool,
        shift_from: int | None = None,
        shift_to: int | None = None,
    ) -> bool:
        a = self.agents.setdefault(agent, Agent(agent, skills, floor, supervisor))
        if shift_from is not None and shift_to is not None:
            a.shift = shift_from, shift_to
        return self.on_back(a.id)

    def hours(self, a: Agent) -> None:
        """Whether his shift is now, and when that changes."""
        if a.shift is None:
            return
        begin, end = a.shift
        a.outside = not begin <= self.now < end
        a.shift_due = begin if self.now < begin else end if self.now < end else None

    def due_shift(self, agent: str) -> None:
        a = self.agents[agent]
        self.hours(a)
        for c in self.contacts.values():
            if c.sticky_for == a.id and not a.in_tiers(c.tier):
                c.sticky_for = None

    def on_back(self, agent: str) -> bool:
        a = self.agents[agent]
        if a.presence == "offline":
            a.idle_since = self.now
        if a.presence != "online":
            self.hours(a)
        a.presence, a.offline_at = "online", None
        self.back_with_others(a)
        for c in self.mine(a):
            if not c.voice:
                c.comeback = None
        return True

    def on_ready(self, agent: str) -> bool:
        a = self.agents[agent]
        a.ready, a.stood_down, a.made_ready = True, False, False
        a.absent, a.misses = False, 0
        return True

    def on_make_ready(self, agent: str) -> bool:
        a = self.agents[agent]
        busy = any(c.voice for c in self.in_hand(a))
        quiet = a.reason in self.times.quiet
        if a.ready or a.presence != "online" or not a.sound or busy or quiet:
            return False
        self.on_ready(agent)
        a.made_ready = True
        return True

    def on_pause(self, agent: str, reason: str = "break") -> bool:
        a = self.agents[agent]
        c = self.rings(a)
        self.pause(a, reason)
        if c is not None:
            self.exclude(c, a)
            self.unring(c, a, top_up=True)
        return True

    def on_lost(self, agent: str) -> bool:
        if self.agents[agent].presence == "offline":
            return False  # no desk is connected
        self.lose(self.agents[agent])
        return True

    def on_sound(self, agent: str, up: bool) -> bool:
        a = self.agents[agent]
        if a.sound == up:
            return True
        a.sound = up
        calls = [c for c in self.mine(a) if c.voice and c.state == "active"]
        if up:
            self.back_with_others(a)
            for c in calls:
                c.comeback = None
            return True
        self.away_from_others(a)
        for c in calls:
            self.comeback(c)
        for c in self.mine(a):
            if c.state == "connecting":
                self.give_back(c)
                self.not_joined(a)
        for c in self.contacts.values():
            if c.voice and c.sticky_for == a.id:
                c.sticky_for = None
        ringing = self.rings(a)
        if ringing is not None and ringing.voice:
            self.unring(ringing, a, top_up=True)
        return True

    def on_selftest(self, agent: str, passed: bool, active: bool = False) -> bool:
        a = self.agents[agent]
        if a.testing is None:
            return False
        miss, a.testing, a.miss = a.miss, None, None
        if not passed:
            self.pause(a, "self_test_failed")
        elif miss is not None and active:
            a.missed_at = miss[0]
            recent = [at for at in a.active_misses if self.now - at < self.times.miss_active]
            a.active_misses = [*recent, self.now]
            if len(a.active_misses) >= 3:
                a.active_misses = []
                self.pause_missed(a)
        elif miss is not None and miss[1]:
            self.pause_missed(a)
        return True

    def on_off(self, agent: str, force: bool) -> bool:
        a = self.agents[agent]
        if not force and any(c.voice and c.state != "wrapup" for c in self.mine(a)):
            return False
        self.sign_out(a)
        return True
