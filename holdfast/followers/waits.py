"""Estimated waits of all waiting contacts, from the stream of steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from router.core.estimate import Estimator, Guess, Kind, WaitingLine, on_duty_skills
from router.core.model import LiveAgent, LiveContact, Snapshot, Step
from router.core.states import IN_ORDER, TAKEN, State


def kind_of(live: LiveContact) -> Kind:
    """Contacts of one kind share a ladder and a tier."""
    return (live.channel, live.queue, live.severity)


class Waits:
    """Folds steps into the estimator; a contact that changes its kind starts a new wait."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._estimator = Estimator()
        self._line = WaitingLine()
        self._kinds: dict[str, Kind] = {}
        self._of_kind: dict[Kind, dict[str, None]] = defaultdict(dict)  # in order of their coming

    def load(self, snapshot: Snapshot) -> None:
        """After the index was read again: the contacts waiting there."""
        self._kinds.clear()
        self._of_kind.clear()
        self._line = WaitingLine()
        for agent in snapshot.agents:
            self._agent(agent)
        for live in snapshot.contacts:
            self._follow(live, snapshot.now)

    def on_step(self, _step_id: str, step: Step) -> None:
        for agent in step.agents:
            self._agent(agent)
        for live in step.contacts:
            self._follow(live, step.at)

    def _agent(self, agent: LiveAgent) -> None:
        self._line.agent(agent.id, on_duty_skills(agent.choice.ready, agent.presence, agent.skills))

    def _follow(self, live: LiveContact, at: float) -> None:
        stands = live.state in IN_ORDER
        if live.callback is not None:  # a promised call: it is before others, and hears no guess
            if stands:
                self._line.wait(live.id, live.score, live.needs)
            else:
                self._line.leave(live.id)
            return
        waits = live.dir == "in" and stands
        before, now = self._kinds.get(live.id), kind_of(live)
        if before is not None and (not waits or before != now):
            del self._kinds[live.id]
            del self._of_kind[before][live.id]
            self._line.leave(live.id)
            if live.state in TAKEN:
                self._estimator.answered(live.id, before, at)
            else:
                self._estimator.gone(live.id, before, at)
            before = None
        if waits:
            self._line.wait(live.id, live.score, live.needs)
        if waits and before is None:
            self._kinds[live.id] = now
            self._of_kind[now][live.id] = None
            load = (self._line.load(live.id) or 0.0) if live.state == State.QUEUED else 0.0
            self._estimator.queued(live.id, now, float(live.queued_at or at), load)

    def of(self, contact: str) -> Guess | None:
        """For a waiting contact, if its calibration is good."""
        kind = self._kinds.get(contact)
        if kind is None:
            return None
        load = self._line.load(contact)
        guess = self._estimator.guess(contact, kind, self._clock(), load)
        return guess if guess is not None and guess.shown else None

    def _newcomer(self, kind: Kind) -> Guess | None:
        """For a contact that would wait behind the last of this kind, if well calibrated."""
        last = next(reversed(self._of_kind[kind]))
        guess = self._estimator.newcomer(kind, self._line.behind(last) or 0.0)
        return guess if guess.shown else None

    def spoken(self, contact: str) -> float | None:
        """The wait that a caller may be told, ms; None = nothing true can be said."""
        guess = self.of(contact)
        return guess.p50_ms if guess else None

    def call_of(self, severity: int) -> dict[str, float] | None:
        """The estimated wait of the next call of a severity, where most of them wait."""
        waiting = {kind: n for kind, n in self._calls().items() if kind[2] == severity}
        if not waiting:
            return None
        return self._next(max(waiting, key=lambda kind: (waiting[kind], kind)))

    def queues(self) -> dict[str, dict[str, Any]]:
        """For each queue in which calls wait: how many, and the estimated wait of its next call
        with the severity that most of them have (the worse one, if two are equally common)."""
        by_queue: dict[str, dict[Kind, int]] = defaultdict(dict)
        for kind, n in self._calls().items():
            by_queue[kind[1]][kind] = n
        found = {}
        for queue, of in sorted(by_queue.items()):
            kind = max(of, key=lambda kind: (of[kind], -kind[2]))
            found[queue] = {
                "severity": kind[2],
                "calls": sum(of.values()),
                "wait": self._next(kind),
            }
        return found

    def _calls(self) -> dict[Kind, int]:
        """How many calls of each kind wait."""
        return {kind: len(of) for kind, of in self._of_kind.items() if of and kind[0] == "voice"}

    def _next(self, kind: Kind) -> dict[str, float] | None:
        guess = self._newcomer(kind)
        return {"p50_ms": guess.p50_ms, "p90_ms": guess.p90_ms} if guess else None
