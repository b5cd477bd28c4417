"""The twin of the engine: events and deadlines of docs/routing.md on plain objects.

Every event answers whether it changed anything (the engine's `ok`), and is followed by the one
sentence. Deadlines fire one by one with `fire()`.
"""

from __future__ import annotations

from typing import Any

from tests.oracle.agents import AgentEvents
from tests.oracle.people import UNITS, Contact
from tests.oracle.promises import Promises
from tests.oracle.verbs import Verbs
from tests.oracle.work import WorkEvents

Due = tuple[int, str, str]
ENDS = {"connecting": "connect", "wrapup": "wrap", "parked": "parked", "scheduled": "due",
        "dialing": "dial", "outside": "outside", "away": "outside",
        "voicemail": "outside"}  # fmt: skip
"""Which deadline ends a state."""


class Oracle(AgentEvents, WorkEvents, Verbs, Promises):
    """Applies what happens; `state()` says all that can be seen."""

    def apply(self, now: int, name: str, **what: Any) -> bool:
        """One event of the list in `drive.py`, then the one sentence."""
        self.now = now
        done: bool = getattr(self, f"on_{name}")(**what)
        self.settle()
        self.match()
        return done

    # Deadlines --------------------------------------------------------------------------------

    def deadlines(self) -> list[Due]:
        """Every moment at which something happens by itself."""
        found: list[Due] = []
        for c in self.contacts.values():
            at = {"comeback": c.comeback, "text_idle": c.text_idle}
            if c.telling is not None:
                at["told"] = c.telling.until
            if c.offer is not None:
                at["ring"] = c.offer.expires
            if c.colleague is not None:
                at["consult"] = c.colleague.until
            if c.state in ENDS:
                at[ENDS[c.state]] = c.until
            if self.promotable(c):
                at["promote"] = c.promote_at
            found += [(moment, kind, c.id) for kind, moment in at.items() if moment is not None]
            found += self.opens(c)
        for a in self.agents.values():
            at = {"selftest": a.testing, "offline": a.offline_at, "shift": a.shift_due}
            at["handed"] = a.handed.until if a.handed else None
            found += [(moment, kind, a.id) for kind, moment in at.items() if moment is not None]
        return found

    def opens(self, c: Contact) -> list[Due]:
        """Ends that only open something to the one sentence: cooling, a step, a hold."""
        found = [(until, "cool", c.id) for until in c.cooling.values()]
        if c.ladder_from is None:
            return found
        begun = c.ladder_from - c.ladder_ms
        spans = [rung.span for rung in c.ladder[: c.at_step + 1]]
        if all(span is not None for span in spans):
            found.append((begun + sum(span or 0 for span in spans), "step", c.id))
        if c.sticky_for is not None:
            found.append((begun + self.sticky_ms(c), "sticky", c.id))
        return found

    def next(self) -> int | None:
        """The next moment at which anything may change."""
        return min((due[0] for due in self.deadlines()), default=None)

    def fire(self, now: int) -> bool:
        """All that is due, by (deadline, kind, id), then the one sentence; False = nothing was."""
        self.now = now
        fired = False
        while due := min((d for d in self.deadlines() if d[0] <= now), default=None):
            getattr(self, f"due_{due[1]}")(due[2])
            self.settle()
            fired = True
        self.match()
        return fired

    def due_ring(self, id: str) -> None:
        c = self.contacts[id]
        assert c.offer is not None
        rung = c.offer.since
        waits = self.laid_down(c)
        for name, since in rung.items():
            a = self.agents[name]
            if self.now - since >= self.times.rang_enough:
                self.exclude(c, a)
                if a.ready:  # he was not asked to be
                    self.missed(a)
        if waits:
            self.back_in_line(c)

    def due_connect(self, id: str) -> None:
        c = self.contacts[id]
        a = self.agents[c.agent or ""]
        self.cool(c, a)
        self.give_back(c)
        self.not_joined(a)

    def due_due(self, id: str) -> None:
        self.look_at(self.contacts[id], due=True)

    def due_dial(self, id: str) -> None:
        self.finish(self.contacts[id])

    def due_outside(self, id: str) -> None:
        c = self.contacts[id]
        if c.state == "outside":
            self.back_from_there(c)
        else:
            self.finish(c)

    def due_wrap(self, id: str) -> None:
        self.finish(self.contacts[id])

    def due_comeback(self, id: str) -> None:
        c = self.contacts[id]
        if not self.inherited(c):
            self.give_back(c, named=c.agent)

    def due_text_idle(self, id: str) -> None:
        self.give_back(self.contacts[id])

    def due_parked(self, id: str) -> None:
        c = self.contacts[id]
        if c.parked_for == "call":
            self.give_back(c, named=c.agent)
        elif c.parked_for == "until":
            self.from_aside(c)
        else:
            self.finish(c)

    def due_cool(self, id: str) -> None:
        c = self.contacts[id]
        c.cooling = {name: until for name, until in c.cooling.items() if until > self.now}

    def due_step(self, id: str) -> None:
        c = self.contacts[id]
        c.at_step = self.step(c)
        self.overflow(c)

    def due_sticky(self, id: str) -> None:
        self.contacts[id].sticky_for = None

    def due_promote(self, id: str) -> None:
        self.promote(self.contacts[id])

    def due_selftest(self, id: str) -> None:
        self.on_selftest(id, False)

    def due_offline(self, id: str) -> None:
        self.sign_out(self.agents[id])

    # What can be seen -------------------------------------------------------------------------

    def state(self) -> dict[str, dict[str, Any]]:
        """As `drive.seen()` says it of the engine's records."""
        found: dict[str, dict[str, Any]] = {}
        for c in self.contacts.values():
            found[c.id] = {
                "state": c.state,
                "agent": c.agent,
                "offered": sorted(c.offer.since) if c.offer else [],
                "score": c.score,
                "step": c.at_step if c.waiting else None,
                "sticky": c.sticky_for,
                "until": c.offer.expires if c.offer else c.until,
                "named": c.named,
                "overflowed": c.overflowed,
                "due": c.due,
                "consult": (c.colleague.id, c.colleague.there, c.colleague.until)
                if c.colleague
                else None,
                "telling": (c.telling.at, c.telling.name, c.telling.until) if c.telling else None,
            }
        for a in self.agents.values():
            ringing = self.rings(a)
            hand, asked, beside = self.in_hand(a), self.asked(a), self.beside(a)
            found[a.id] = {
                "asked": asked.id if asked else None,
                "beside": beside.id if beside else None,
                "ready": a.ready,
                "presence": a.presence,
                "sound": a.sound,
                "testing": a.testing,
                "used": sum(UNITS[c.channel] for c in hand),
                "contacts": sorted(c.id for c in self.mine(a) if c.id in self.contacts),
                "offer": ringing.id if ringing else None,
                "idle_since": a.idle_since,
                "missed_at": a.missed_at,
                "misses": a.misses,
                "absent": a.absent,
                "outside": a.outside,
            }
        return found
