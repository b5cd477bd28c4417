"""How good the estimated waits are: the estimator follows the engine's stream, and is judged.

It is judged on the calls that had to wait (nobody was rung for them at once) and were answered, by
what could be said when they came: did the true wait stay below p90, and how far off was p50? Three
naive figures "mean handling time x position / agents" are given for comparison:

    naive        position in the router's one order, agents who could take it (knows the most)
    naive_queue  position in the own queue and severity, agents who could take it (what boards show)
    naive_all    position in the router's one order, all agents on duty
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.core.estimate import Estimator, Kind, WaitingLine
from router.core.skills import satisfies
from router.core.states import IN_ORDER, State
from router.simulation.cast import Fate
from router.simulation.heard import Heard
from router.simulation.scenario import Worker


@dataclass(slots=True)
class Sample:
    """One call: what was said when it came, and what was true."""

    severity: int
    at: float
    p50_ms: float
    p90_ms: float
    naive_ms: tuple[float, float, float]
    shown: bool
    wait_ms: float | None = None
    """None: the caller gave up."""


class Forecast:
    """Watches one run."""

    def __init__(self, staff: Sequence[Worker], handling_ms: float) -> None:
        self._estimator = Estimator()
        self._staff = staff
        self._handling = handling_ms
        self._line = WaitingLine()
        for worker in staff:
            self._line.agent(worker.id, worker.skills)
        self._kinds: dict[str, Kind] = {}
        self._waiting: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._who: dict[tuple[tuple[str, int], ...], frozenset[str]] = {}
        self._judged: dict[str, Sample] = {}
        self.samples: list[Sample] = []

    def step(self, at: int, told: Heard, people: Mapping[str, Fate]) -> None:
        rung = {event.contact for event in told.events if event.name == "contact.offered"}
        for live in told.contacts:
            person = people[live.id].person
            if people[live.id].promised:  # before others in the line, and told no guess
                if live.state in IN_ORDER:
                    self._line.wait(live.id, live.score, live.needs)
                else:
                    self._line.leave(live.id)
                continue
            waits, kind = live.state in IN_ORDER, self._kinds.get(live.id)
            if kind is not None and not waits:
                del self._kinds[live.id], self._waiting[live.id]
                self._line.leave(live.id)
                sample = self._judged.pop(live.id, None)
                if live.state == State.ENDED:
                    self._estimator.gone(live.id, kind, at)
                else:
                    self._estimator.answered(live.id, kind, at)
                    if sample is not None:
                        sample.wait_ms = at - sample.at
            elif waits:
                self._waiting[live.id] = (live.score, live.needs)
                self._line.wait(live.id, live.score, live.needs)
                if kind is None:
                    kind = (str(person.channel), person.queue, live.severity)
                    self._kinds[live.id] = kind
                    load = 0.0 if live.id in rung else self._line.load(live.id) or 0.0
                    self._estimator.queued(live.id, kind, at, load)
                    said = self._estimator.guess(live.id, kind, at)
                    naive = self._naive(live.id)
                    if person.channel == "voice" and said is not None:
                        one = Sample(live.severity, at, said.p50_ms, said.p90_ms, naive, said.shown)
                        if load:
                            self._judged[live.id] = one
                            self.samples.append(one)

    def _able(self, needs: Mapping[str, int]) -> frozenset[str]:
        key = tuple(sorted(needs.items()))
        if key not in self._who:
            self._who[key] = frozenset(w.id for w in self._staff if satisfies(w.skills, needs))
        return self._who[key]

    def _naive(self, contact: str) -> tuple[float, float, float]:
        score, needs = self._waiting[contact]
        mine = self._able(needs)
        ahead = sum(
            1
            for other, (theirs, need) in self._waiting.items()
            if other != contact and theirs < score and self._able(need) & mine
        )
        kind = self._kinds[contact]
        own = sum(1 for other in self._kinds.values() if other == kind)
        able, everybody = max(1, len(mine)), len(self._staff)
        return (
            self._handling * (ahead + 1) / able,
            self._handling * own / able,
            self._handling * (ahead + 1) / everybody,
        )


def judge(samples: Sequence[Sample], since_ms: float = 0) -> dict[str, float]:
    """Coverage of p90 as a share, and mean absolute errors in s, over the calls answered and
    shown."""
    some = [s for s in samples if s.at >= since_ms and s.wait_ms is not None and s.shown]
    asked = sum(1 for s in samples if s.at >= since_ms)
    if not some:
        return {"judged": 0.0, "shown": 0.0}
    n = len(some)
    mine = sum(abs((s.wait_ms or 0) - s.p50_ms) for s in some) / n / 1000
    naive = [sum(abs((s.wait_ms or 0) - s.naive_ms[i]) for s in some) / n / 1000 for i in range(3)]
    return {
        "judged": float(n),
        "shown": sum(1 for s in samples if s.shown and s.at >= since_ms) / asked,
        "p90_coverage": sum(1 for s in some if (s.wait_ms or 0) <= s.p90_ms) / n,
        "error_s": mine,
        "naive_error_s": naive[0],
        "naive_queue_error_s": naive[1],
        "naive_all_error_s": naive[2],
        "better_by": 1 - mine / naive[0] if naive[0] else 0.0,
        "better_than_queue_by": 1 - mine / naive[1] if naive[1] else 0.0,
        "better_than_all_by": 1 - mine / naive[2] if naive[2] else 0.0,
    }
