"""Random people and random events, drawn from what the oracle sees."""

from __future__ import annotations

import random
from typing import Any

from tests.oracle.oracle import Oracle
from tests.oracle.people import TIER

Event = tuple[str, dict[str, Any]]

SKILLS = ("vet", "fire", "en")
TARGETS = {
    1: {"voice": 5_000, "sms": 20_000, "email": 30_000},
    2: {"voice": 10_000, "sms": 30_000, "email": 40_000},
    3: {"voice": 20_000, "sms": 45_000, "email": 60_000},
    4: {"voice": 40_000, "sms": 60_000, "email": 80_000},
}
"""Short, so that promotion happens."""

PROMISE = 4


def score_of(order_at: int, severity: int, channel: str) -> int:
    return (min(severity, 3) - 1) * TIER + order_at + TARGETS[severity][channel]


def promise_of(order_at: int, severity: int, channel: str) -> int:
    return order_at + PROMISE * TARGETS[severity][channel]


class Maker:
    """Draws the next event; what it names may be wrong on purpose now and then."""

    def __init__(
        self, rng: random.Random, oracle: Oracle, start: int, without: frozenset[str] = frozenset()
    ) -> None:
        self.rng = rng
        self.oracle = oracle
        self.start = start
        self.made = 0
        self.without = without
        self.busy = rng.choice((6, 12, 18))
        """About how many contacts are open."""
        gone = without | OUTSIDE | TELLING if "outside" in without else without
        self.kinds = {name: weight for name, weight in WEIGHTS.items() if name not in gone}
        self.night = "outside" not in without and rng.random() < 0.3
        """Hardly anybody is ready, and most who come are S1: numbers on call, the voicemail."""
        if self.night:
            self.kinds |= {"ready": 8, "pause": 14, "make_ready": 1, "accept": 10, "wrapped": 12,
                           "send_outside": 25, "nobody_outside": 25, "outside_over": 4,
                           "tell": 25, "telephone_over": 12, "take_over": 4}  # fmt: skip

    # Time -------------------------------------------------------------------------------------

    def pause(self) -> tuple[int, bool]:
        """(ms until the next event, whether the clock jumps over deadlines)."""
        rng, draw = self.rng, self.rng.random()
        late = "late" not in self.without and rng.random() < 0.05
        upcoming = self.oracle.next()
        if draw < 0.35:
            return 0, False
        if draw < 0.6 and upcoming is not None:
            return max(0, upcoming - self.oracle.now), late
        if draw < 0.9:
            return rng.randrange(0, 4_000), late
        if draw < 0.985:
            return rng.randrange(0, 40_000), late
        return rng.randrange(60_000, 300_000), late

    def too_late(self) -> int | None:
        """A ring deadline that is the very next moment, now and then."""
        upcoming = self.oracle.next()
        rings = [c.offer.expires for c in self.oracle.contacts.values() if c.offer is not None]
        if "unfired" in self.without or upcoming not in rings or self.rng.random() > 0.05:
            return None
        return upcoming

    def rung(self) -> Event:
        """An answer to the offer whose time is over at this moment."""
        upcoming = self.oracle.next()
        for c in self.oracle.contacts.values():
            if c.offer is not None and c.offer.expires == upcoming:
                agent = min(c.offer.since)
                name = self.rng.choice(("accept", "decline"))
                return name, {"agent": agent, "contact": c.id, "stale": False}
        raise AssertionError("no ring is due")

    # People -----------------------------------------------------------------------------------

    def people(self) -> list[Event]:
        rng, found = self.rng, list[Event]()
        for number in range(rng.randint(5, 12)):
            supervisor = number < rng.choice((1, 1, 2))
            agent = f"a{number}"
            skills = {s: rng.randint(1, 5) for s in SKILLS if rng.random() < 0.6}
            floor = 0 if supervisor else rng.choice((0, 0, 0, 0, 1, 2))
            who = {"agent": agent, "skills": skills, "floor": floor, "supervisor": supervisor}
            if "shifts" not in self.without and rng.random() < 0.3:
                who |= self.shift(self.start)
            found.append(("online", who))
            if rng.random() < 0.9 or (supervisor and "sup_sound" in self.without):
                found.append(("sound", {"agent": agent, "up": True}))
            if not supervisor and rng.random() < (0.1 if self.night else 0.9):
                found.append(("ready", {"agent": agent}))
        return found

    def ladder(self, severity: int) -> list[dict[str, Any]]:
        """`steps`; for many, one or two skills are asked for on top, or only rank."""
        rng, steps = self.rng, self.steps(severity)
        if "asking" in self.without or rng.random() < 0.5:
            return steps
        skills = [s for s in SKILLS if rng.random() < 0.5]
        needed = [s for s in skills[:2] if rng.random() < 0.8]
        left, found = rng.choice((2_000, 5_000, 20_000)) if needed else 0, []
        for step in steps:
            needs, span = step["needs"], step.get("span")
            if step.get("supervisors"):
                found.append(step)
                continue
            after = {**step, "needs": {**dict.fromkeys(skills, 0), **needs}}
            asked = tuple(s for s in needed if s not in needs)
            narrow = left if span is None else min(left, span)
            left -= narrow
            if narrow and asked:
                more = {**after["needs"], **dict.fromkeys(asked, 1)}
                found.append({"needs": more, "span": narrow, "asked": asked})
                if narrow != span:
                    found.append(after | ({} if span is None else {"span": span - narrow}))
            else:
                found.append(after)
        return found

    def steps(self, severity: int) -> list[dict[str, Any]]:
        """1 to 4 steps that only widen; those of an S1 end outside."""
        rng = self.rng
        needs = {s: rng.randint(1, 4) for s in SKILLS if rng.random() < 0.45}
        steps: list[dict[str, Any]] = []
        for _ in range(rng.randint(0, 3)):
            steps.append({"needs": dict(needs), "span": rng.choice((2_000, 5_000, 10_000, 20_000))})
            for skill in list(needs):
                needs[skill] -= rng.randint(0, 2)
                if needs[skill] < 1:
                    del needs[skill]
        if severity != 1:
            return [*steps, {"needs": needs}]
        last = [{"needs": needs, "span": rng.choice((3_000, 10_000))}] if needs else []
        return [
            *steps,
            *last,
            {"needs": {}, "span": 5_000},
            {"needs": {}, "span": 10_000, "supervisors": True},
            {"needs": {}, "supervisors": True, "overflow": True},
        ]

    # Events -----------------------------------------------------------------------------------

    def event(self, now: int) -> Event | None:
        names = list(self.kinds)
        weights = [self.kinds[name] for name in names]
        if len(self.oracle.contacts) < self.busy:
            weights[names.index("arrive")] *= 4
        for _ in range(8):
            drawn = self.draw(self.rng.choices(names, weights)[0], now)
            if drawn is not None:
                return drawn
        return None

    def draw(self, name: str, now: int) -> Event | None:
        """An event of this kind; None when there is nothing that it could happen to."""
        what: dict[str, Any] | None = getattr(self, f"_{name}")(now)
        return None if what is None else (name, what)

    def _agent(self, **want: Any) -> dict[str, Any] | None:
        rng = self.rng
        agents = list(self.oracle.agents.values())
        some = [a for a in agents if all(getattr(a, n) == v for n, v in want.items())]
        return {"agent": rng.choice(some).id} if some else None

    def _contact(self, *states: str, voice: bool | None = None) -> str | None:
        some = [
            c.id
            for c in self.oracle.contacts.values()
            if (not states or c.state in states) and voice in (None, c.voice)
        ]
        if self.rng.random() < 0.02 and self.made:
            return f"c{self.rng.randrange(self.made)}"
        return self.rng.choice(some) if some else None

    def _bound(self, *states: str, voice: bool | None = None) -> dict[str, Any] | None:
        """A contact and its agent."""
        contact = self._contact(*states, voice=voice)
        c = self.oracle.contacts.get(contact or "")
        if c is None or c.agent is None:
            return None
        return {"agent": c.agent, "contact": c.id}

    def _arrive(self, now: int) -> dict[str, Any] | None:
        rng = self.rng
        if len(self.oracle.contacts) > self.busy * 2:
            return None
        channel = rng.choice(("voice", "voice", "sms", "email"))
        severity = rng.choice((1, 1, 1, 2, 3) if self.night else (1, 2, 2, 3, 3, 4))
        arrived = now - (rng.randrange(200_000) if rng.random() < 0.1 else 0)
        contact = f"c{self.made}"
        self.made += 1
        what = {
            "contact": contact,
            "channel": channel,
            "severity": severity,
            "arrived_at": arrived,
            "order_at": arrived,
            "score": score_of(arrived, severity, channel),
            "promote_at": promise_of(arrived, severity, channel),
            "promote_ms": TARGETS[2][channel],
            "ladder": self.ladder(severity),
            "wrapup_ms": rng.choice((5_000, 30_000, 30_000)),
        }
        if rng.random() < 0.4:
            what["named"] = rng.choice(list(self.oracle.agents))
        if "standing" not in self.without and rng.random() < 0.6:
            what["party"] = f"p{rng.randrange(6)}"
        return what

    def _promise(self, now: int) -> dict[str, Any] | None:
        what = self._arrive(now)
        if what is None:
            return None
        later = now + self.rng.randrange(-1_000, 60_000)
        place = later if later > now else what["arrived_at"]
        what |= {
            "channel": "voice",
            "not_before": later,
            "arrived_at": place,
            "order_at": place,
            "score": score_of(place, what["severity"], "voice"),
            "promote_at": promise_of(place, what["severity"], "voice"),
            "promote_ms": TARGETS[2]["voice"],
            "target": TARGETS[what["severity"]]["voice"],
            "due_from": place,
            "left": self.rng.random() < 0.4,
        }
        if later <= now and self.rng.random() < 0.3:  # its queue is closed
            what["due_from"] = now + self.rng.randrange(100_000)
        return what

    def _cancel_callback(self, now: int) -> dict[str, Any] | None:
        contact = self._contact("scheduled", "queued", "offered", "dialing", voice=True)
        return None if contact is None else {"contact": contact}

    def _callback_now(self, now: int) -> dict[str, Any] | None:
        ours = [c.id for c in self.oracle.contacts.values() if c.ours]
        who = self._agent(presence="online", sound=True) or self._agent()
        return {**who, "contact": self.rng.choice(ours)} if ours and who else None

    def _not_needed(self, now: int) -> dict[str, Any] | None:
        ours = [c for c in self.oracle.contacts.values() if c.ours]
        who = self._agent()
        if not ours or who is None:
            return None
        c = self.rng.choice(ours)
        agent = c.named if c.named and self.rng.random() < 0.7 else who["agent"]
        others = list(self.oracle.contacts.values())
        theirs = [x for x in others if x.party == c.party and x.agent == agent and x is not c]
        some = theirs if theirs and self.rng.random() < 0.8 else others
        through = self.rng.choice(some).id if self.rng.random() < 0.8 else None
        return {
            "agent": agent,
            "contact": c.id,
            "steers": self.rng.random() < 0.2,
            "through": through,
            "reason": self.rng.choice(("", "they are here")),
        }

    def _restrict(self, now: int) -> dict[str, Any] | None:
        contact = self._contact()
        agents = list(self.oracle.agents)
        many = self.rng.choice((0, 1, 1, 2, 3))
        only = sorted(self.rng.sample(agents, min(many, len(agents))))
        return None if contact is None else {"contact": contact, "only": only}

    def _rung(self) -> dict[str, Any] | None:
        rng = self.rng
        some = [c for c in self.oracle.contacts.values() if c.offer is not None]
        if not some:
            return None
        c = rng.choice(some)
        assert c.offer is not None
        agent = rng.choice(sorted(c.offer.since))
        if rng.random() < 0.03:
            agent = rng.choice(list(self.oracle.agents))
        return {"agent": agent, "contact": c.id, "stale": rng.random() < 0.03}

    def _accept(self, now: int) -> dict[str, Any] | None:
        return self._rung()

    def _decline(self, now: int) -> dict[str, Any] | None:
        return self._rung()

    def _connected(self, now: int) -> dict[str, Any] | None:
        return self._bound("connecting", "dialing")

    def _caller_gone(self, now: int) -> dict[str, Any] | None:
        contact = self._contact(voice=True)
        c = self.oracle.contacts.get(contact or "")
        return {"contact": contact} if c is not None and c.voice else None

    def _hang_up(self, now: int) -> dict[str, Any] | None:
        return self._bound("active", "active", "connecting", "dialing", voice=True)

    def _wrapped(self, now: int) -> dict[str, Any] | None:
        return self._bound("wrapup")

    def _extend(self, now: int) -> dict[str, Any] | None:
        found = self._bound("wrapup")
        if found is None:
            return None
        frozen = self.oracle.contacts[found["contact"]].until is None
        return None if frozen and "extend_frozen" in self.without else found

    def _reply(self, now: int) -> dict[str, Any] | None:
        found = self._bound("active", "active", "parked", voice=False)
        if found and self.rng.random() < 0.2:  # to somebody of an incident, whoever wrote last
            found |= {"agent": self.rng.choice(list(self.oracle.agents)), "first": True}
        then = self.rng.choice(("close", "close", "wait", "wait", "stay"))
        if found and then == "wait" and "park_lost" in self.without:
            then = "close" if self.oracle.contacts[found["contact"]].comeback else then
        return None if found is None else {**found, "then": then}

    def _write(self, now: int) -> dict[str, Any] | None:
        """Anybody writes first, whatever they do."""
        agent = self.rng.choice(list(self.oracle.agents))
        what = self._arrive(now)
        if what is None or what["channel"] == "voice" or what.pop("named", None):
            return None
        return {**what, "agent": agent, "then": self.rng.choice(("close", "wait", "wait"))}

    def _message_in(self, now: int) -> dict[str, Any] | None:
        c = self.oracle.contacts.get(self._contact(voice=False) or "")
        if c is None or c.voice:
            return None
        score, promise = (
            score_of(now, c.severity, c.channel),
            promise_of(now, c.severity, c.channel),
        )
        return {"contact": c.id, "score": score, "promote_at": promise}

    def _severity(self, now: int) -> dict[str, Any] | None:
        c = self.oracle.contacts.get(self._contact() or "")
        if c is None:
            return None
        severity = self.rng.randint(1, 4)
        if c.promoted and "promoted_lowered" in self.without:
            return None
        what: dict[str, Any] = {
            "contact": c.id,
            "severity": severity,
            "score": score_of(c.order_at, severity, c.channel),
            "promote_at": promise_of(c.order_at, severity, c.channel),
            "target_ms": TARGETS[severity][c.channel],
        }
        if self.rng.random() < 0.7 or severity == 1:
            what["ladder"] = self.ladder(severity)
        return what

    def _close(self, now: int) -> dict[str, Any] | None:
        c = self.oracle.contacts.get(self._contact(voice=False) or "")
        if c is None or c.voice or ("close_parked" in self.without and c.state == "parked"):
            return None
        return {"contact": c.id}

    def _send_outside(self, now: int) -> dict[str, Any] | None:
        if self.rng.random() < 0.3:
            return self._bound("active", voice=True)
        contact = self._contact("queued", voice=True)
        return None if contact is None else {"contact": contact, "agent": None}

    def _there(self, *states: str) -> dict[str, Any] | None:
        contact = self._contact(*states, voice=True)
        return None if contact is None else {"contact": contact}

    def _outside_over(self, now: int) -> dict[str, Any] | None:
        found = self._there("outside", "away")
        return found and {**found, "ringing": self.rng.random() < 0.3}

    def _outside_answered(self, now: int) -> dict[str, Any] | None:
        return self._there("outside", "outside", "away")

    def _nobody_outside(self, now: int) -> dict[str, Any] | None:
        return self._there("queued")

    def _message_over(self, now: int) -> dict[str, Any] | None:
        return self._there("voicemail")

    def _told(self, *at: str) -> dict[str, Any] | None:
        some = [c.id for c in self.oracle.contacts.values() if c.telling and c.telling.at in at]
        if self.rng.random() < 0.05 and self.made:
            some = [f"c{self.rng.randrange(self.made)}"]
        return {"contact": self.rng.choice(some)} if some else None

    def _tell(self, now: int) -> dict[str, Any] | None:
        found = self._told("next", "next", "rings")
        people = [name for name in ("n0", "n1", "n2") if self.rng.random() < 0.6]
        return found and {**found, "people": people}

    def _late(self, *at: str) -> dict[str, Any] | None:
        found = self._told(*at)
        return found and {**found, "stale": self.rng.random() < 0.1}

    def _telephone_picked_up(self, now: int) -> dict[str, Any] | None:
        return self._late("rings", "taken")

    def _telephone_over(self, now: int) -> dict[str, Any] | None:
        return self._late("rings", "taken")

    def _take_over(self, now: int) -> dict[str, Any] | None:
        found = self._late("rings", "rings", "taken", "next", "pause")
        more = {"who": self.rng.choice(("n0", "n1")), "heard": self.rng.random() < 0.5}
        return found and {**found, **more}

    def _reserve(self, now: int) -> dict[str, Any] | None:
        return {"k": self.rng.choice((0, 0, 1, 2))}

    def _ready(self, now: int) -> dict[str, Any] | None:
        return self._agent(ready=False, presence="online") or self._agent(presence="lost")

    def _pause(self, now: int) -> dict[str, Any] | None:
        found = self._agent(presence="online")
        known = "outside" in self.without
        reason = "break" if known else self.rng.choice(("break", "break", "recovering"))
        return None if found is None else {**found, "reason": reason}

    def _lost(self, now: int) -> dict[str, Any] | None:
        found = self._agent(presence="online")
        if found is not None and "lost_parked" in self.without:
            mine = self.oracle.mine(self.oracle.agents[found["agent"]])
            return None if any(c.state == "parked" for c in mine) else found
        return found

    def _back(self, now: int) -> dict[str, Any] | None:
        return self._agent(presence="lost") or self._agent(presence="offline")

    def _online(self, now: int) -> dict[str, Any] | None:
        found = self._agent(presence="offline") or self._agent(presence="lost")
        if found is None:
            return None
        a = self.oracle.agents[found["agent"]]
        found |= {"skills": a.skills, "floor": a.floor, "supervisor": a.supervisor}
        return found | self.shift(now) if a.shift is not None else found

    def shift(self, now: int) -> dict[str, int]:
        """One that is, or was, or will be."""
        begin = now + self.rng.randrange(-200_000, 400_000)
        return {"shift_from": begin, "shift_to": begin + self.rng.randrange(50_000, 600_000)}

    def _sound(self, now: int) -> dict[str, Any] | None:
        down = self._agent(presence="online", sound=False)
        if down is not None and self.rng.random() < 0.7:
            if "sup_sound" in self.without and self.oracle.agents[down["agent"]].supervisor:
                return None
            return {**down, "up": True}
        found = self._agent(presence="online") or {"agent": "a0"}
        if "sup_sound" in self.without and self.oracle.agents[found["agent"]].supervisor:
            return None
        return {**found, "up": self.rng.random() < 0.3}

    def _selftest(self, now: int) -> dict[str, Any] | None:
        testing = [a.id for a in self.oracle.agents.values() if a.testing is not None]
        if not testing:
            return None
        found = {"agent": self.rng.choice(testing), "passed": self.rng.random() < 0.75}
        return {**found, "active": found["passed"] and self.rng.random() < 0.5}

    def _make_ready(self, now: int) -> dict[str, Any] | None:
        return self._agent()

    def _off(self, now: int) -> dict[str, Any] | None:
        found = self._agent(presence="online")
        return None if found is None else {**found, "force": self.rng.random() < 0.3}

    def _pull(self, now: int) -> dict[str, Any] | None:
        there = () if "outside" in self.without else ("outside", "voicemail")
        contact = self._contact("queued", "offered", *there)
        who = self._agent(presence="online")
        return None if contact is None or who is None else {**who, "contact": contact}

    def _assign(self, now: int) -> dict[str, Any] | None:
        found = self._pull(now)
        if found is not None and "assign_named" in self.without:
            c = self.oracle.contacts.get(found["contact"])
            if c is not None and c.named and not c.sticky_for:
                return None
        if found is not None and "assign_out" in self.without:
            c = self.oracle.contacts.get(found["contact"])
            return None if c is not None and found["agent"] in c.passed_over else found
        return found

    def _transfer_agent(self, now: int) -> dict[str, Any] | None:
        found, who = self._bound("active"), self._agent(presence="online")
        return None if found is None or who is None else {**found, "to": who["agent"]}

    def _transfer_queue(self, now: int) -> dict[str, Any] | None:
        found = self._bound("active")
        if found is None:
            return None
        severity = self.oracle.contacts[found["contact"]].severity
        return {**found, "ladder": self.ladder(severity)}

    def _consult(self, now: int) -> dict[str, Any] | None:
        found, agents = self._bound("active", voice=True), self.oracle.agents
        free = [a for a in sorted(agents) if not self.oracle.keeps_out(agents[a])]
        to = self.rng.choice(free if free and self.rng.random() < 0.9 else sorted(agents))
        return None if found is None else {**found, "to": to}

    def _take_call(self, now: int) -> dict[str, Any] | None:
        found, who = self._bound("active", voice=True), self._agent(presence="online", sound=True)
        return {**found, **who} if found and who else None

    def _consult_line(self, now: int) -> dict[str, Any] | None:
        return self._bound("active", voice=True)

    def _line(self, *, there: bool) -> dict[str, Any] | None:
        found = [
            c.id
            for c in self.oracle.contacts.values()
            if c.colleague is not None and not c.colleague.id and c.colleague.there == there
        ]
        if self.rng.random() < 0.05 and self.made:
            found = [f"c{self.rng.randrange(self.made)}"]
        return {"contact": self.rng.choice(found)} if found else None

    def _line_up(self, now: int) -> dict[str, Any] | None:
        return self._line(there=self.rng.random() < 0.2)

    def _line_lost(self, now: int) -> dict[str, Any] | None:
        return self._line(there=self.rng.random() < 0.9)

    def _line_over(self, now: int) -> dict[str, Any] | None:
        return self._line(there=self.rng.random() < 0.7)

    def _asked_in(self, *, there: bool) -> dict[str, Any] | None:
        """Whoever was asked, or the agent who asked."""
        found = [
            {"agent": c.colleague.id or c.agent, "contact": c.id, "by": c.agent}
            for c in self.oracle.contacts.values()
            if c.colleague is not None and c.colleague.there == there and c.agent is not None
        ]
        return self.rng.choice(found) if found else None

    def _consult_answer(self, now: int) -> dict[str, Any] | None:
        found = self._asked_in(there=self.rng.random() < 0.05)
        return found and {"agent": found["agent"], "contact": found["contact"]}

    def _consult_end(self, now: int) -> dict[str, Any] | None:
        found = self._asked_in(there=self.rng.random() < 0.7)
        agent = "by" if self.rng.random() < 0.5 else "agent"
        return found and {"agent": found[agent], "contact": found["contact"]}

    def _consult_hand_over(self, now: int) -> dict[str, Any] | None:
        found = self._asked_in(there=self.rng.random() < 0.95)
        agent = "agent" if self.rng.random() < 0.3 else "by"
        return found and {"agent": found[agent], "contact": found["contact"]}

    def _consult_together(self, now: int) -> dict[str, Any] | None:
        found = self._asked_in(there=True)
        on = self.rng.random() < 0.5
        return found and {"agent": found["by"], "contact": found["contact"], "on": on}

    def _return(self, now: int) -> dict[str, Any] | None:
        return self._bound("active")

    def _park(self, now: int) -> dict[str, Any] | None:
        found = self._bound("active", voice=False)
        steers = self.rng.random() < 0.4
        if found is None or steers:
            contact, who = self._contact(voice=False), self._agent()
            if contact is None or who is None:
                return None
            found = {**who, "contact": contact}
        until = None if self.rng.random() < 0.3 else now + self.rng.randrange(-1_000, 120_000)
        return {**found, "until": until, "steers": steers}

    def _unpark(self, now: int) -> dict[str, Any] | None:
        found = self._bound("parked", voice=False)
        return None if found is None else {**found, "steers": self.rng.random() < 0.3}

    def _force_release(self, now: int) -> dict[str, Any] | None:
        found = self._bound("active", "connecting", "wrapup", "dialing")
        return None if found is None else {"contact": found["contact"]}


OUTSIDE = frozenset(
    {"send_outside", "outside_over", "outside_answered", "nobody_outside", "message_over"}
)

TELLING = frozenset({"tell", "telephone_picked_up", "telephone_over", "take_over"})

WEIGHTS = {
    "arrive": 18, "accept": 34, "decline": 8, "connected": 16, "caller_gone": 6, "hang_up": 6,
    "wrapped": 6, "extend": 2, "reply": 8, "write": 5, "message_in": 5, "severity": 5, "close": 2,
    "reserve": 1, "ready": 10, "make_ready": 3, "pause": 3, "lost": 2, "back": 5, "online": 2,
    "sound": 5,
    "selftest": 5, "off": 1, "pull": 2, "assign": 2, "transfer_agent": 1.5, "transfer_queue": 1.5,
    "consult": 16, "consult_answer": 40, "consult_together": 2, "consult_end": 4,
    "consult_line": 6, "line_up": 14, "line_lost": 1.5, "line_over": 2,
    "consult_hand_over": 6, "return": 1.5, "force_release": 1, "park": 3, "unpark": 2,
    "take_call": 4,
    "send_outside": 4, "outside_over": 3, "outside_answered": 1, "nobody_outside": 4,
    "message_over": 1,
    "tell": 6, "telephone_picked_up": 1, "telephone_over": 3, "take_over": 2,
    "restrict": 6, "promise": 6, "cancel_callback": 1, "callback_now": 2, "not_needed": 1,
}  # fmt: skip
