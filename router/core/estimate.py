"""How long somebody will wait: p50 and p90 per contact, learned from what a place in line cost.

`WaitingLine` says how much is before a contact, in *places per agent*: itself, and every contact
with a lower score, each counted by the share of its agents that it can take away (a queue with
other agents counts nothing, one with half of them in common counts half), divided by the agents on
duty who could take it. `Estimator` remembers how long each place per agent took for the contacts
answered last, and returns the median and the ninth decile of that, times the places. Nothing is
assumed about handling times, overtaking or how many give up: the last waits include all of that.

Contacts that ring at once (load 0) are another matter: those waits are remembered separately.

A guess is not shown while too few outcomes are known, or while the 90 % bound held for too few or
too many: no number is better than a wrong one. Its accuracy was measured with the simulator
(docs/simulation.md).
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.skills import Skills, satisfies, signature

Kind = tuple[str, str, int]
"""(channel, queue, severity): contacts that share a ladder and a tier."""

OUTCOMES = 120
"""Outcomes that a pool remembers."""

ENOUGH = 20
"""Outcomes that a pool needs before anything is shown."""

JUDGED = 10
"""Bounds that must have been said and judged before anything is shown."""

OWN = 60
"""Outcomes from which on a queue speaks for itself; before, all queues of its severity do."""

NINE = 0.9

COVERED = (0.80, 0.97)
"""The share of outcomes within the 90 % bound between which it is believed."""

LEAST_MS = 3_000.0
"""Nobody is answered faster than a ring and a hand; guesses below are this."""

UNKNOWN_MS = (240_000.0, 600_000.0)
"""Middle and nine-of-ten per place and agent before anything is known; never shown."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Time still to wait, ms; `shown` = its calibration is good."""

    p50_ms: float
    p90_ms: float
    shown: bool


class WaitingLine:
    """The waiting contacts, in the one order, and the agents on duty."""

    def __init__(self) -> None:
        self._scores: dict[str, list[float]] = defaultdict(list)  # signature of needs -> sorted
        self._needs: dict[str, Skills] = {}
        self._waiting: dict[str, tuple[float, str]] = {}
        self._profiles: Counter[str] = Counter()
        self._skills: dict[str, Skills] = {}
        self._agents: dict[str, str] = {}
        self._shares: dict[str, tuple[int, dict[str, float]]] = {}

    def wait(self, contact: str, score: float, needs: Skills) -> None:
        """The contact waits, or its place or needs have changed."""
        self.leave(contact)
        name = self._name(needs)
        bisect.insort(self._scores[name], score)
        self._waiting[contact] = (score, name)

    def leave(self, contact: str) -> None:
        score, name = self._waiting.pop(contact, (0.0, ""))
        scores = self._scores.get(name)
        if scores:
            at = bisect.bisect_left(scores, score)
            if at < len(scores) and scores[at] == score:
                del scores[at]

    def agent(self, agent: str, skills: Skills | None) -> None:
        """On duty with these skills; None = not on duty."""
        now = None if skills is None else signature(skills)
        before = self._agents.pop(agent, None)
        if now is not None and skills is not None:
            self._agents[agent] = now
            self._skills[now] = dict(skills)
        if now == before:
            return
        if before is not None:
            self._profiles[before] -= 1
        if now is not None:
            self._profiles[now] += 1
        self._shares.clear()

    def load(self, contact: str) -> float | None:
        """Places per agent of a waiting contact; None if they are not known."""
        entry = self._waiting.get(contact)
        return None if entry is None else self._load(*entry)

    def behind(self, contact: str) -> float | None:
        """The same for a contact that would wait right behind this one, with the same needs."""
        entry = self._waiting.get(contact)
        return None if entry is None else self._load(entry[0] + 1, entry[1])

    def _load(self, score: float, name: str) -> float:
        able, shares = self._shared(name)
        places = 1.0
        for other, scores in self._scores.items():
            if scores:
                share = shares.get(other)
                if share is None:
                    share = shares[other] = self._share(name, other, able)
                places += share * bisect.bisect_left(scores, score)
        return places / max(1, able)

    def _name(self, needs: Skills) -> str:
        name = signature(needs)
        if name not in self._needs:
            self._needs[name] = dict(needs)
        return name

    def _shared(self, name: str) -> tuple[int, dict[str, float]]:
        if name not in self._shares:
            needs = self._needs[name]
            able = sum(n for p, n in self._profiles.items() if satisfies(self._skills[p], needs))
            self._shares[name] = (able, {})
        return self._shares[name]

    def _share(self, name: str, other: str, able: int) -> float:
        """The share of one's agents that the others can take away."""
        if able == 0:
            return 1.0
        mine, theirs = self._needs[name], self._needs[other]
        both = sum(
            n
            for p, n in self._profiles.items()
            if n and satisfies(self._skills[p], mine) and satisfies(self._skills[p], theirs)
        )
        return both / able


@dataclass(slots=True)
class _Pool:
    costs: deque[float] = field(default_factory=lambda: deque(maxlen=OUTCOMES))
    held: deque[bool] = field(default_factory=lambda: deque(maxlen=OUTCOMES))

    def quantiles(self) -> tuple[float, float]:
        """The median and the ninth decile: raised while the bound held for fewer, lowered while for
        more."""
        ordered = sorted(self.costs)
        held = sum(self.held) / len(self.held) if self.held else NINE
        share = min(0.98, max(0.85, 2 * NINE - held))
        return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def calibrated(self, *, calm: bool) -> bool:
        """Enough outcomes, and the bound held for about nine of ten of them.

        Calm: everything rings at once; a bound that always holds is not a fault then.
        """
        if len(self.held) < JUDGED:
            return False
        share = sum(self.held) / len(self.held)
        return COVERED[0] <= share and (calm or share <= COVERED[1])


@dataclass(slots=True)
class _Open:
    queued_at: float
    load: float
    bound: float | None
    """p90 as it was said; None when nothing was known."""


class Estimator:
    """Follows queued, answered and gone; every process that sees the stream can have one."""

    def __init__(self) -> None:
        self._pools: dict[tuple[object, ...], _Pool] = defaultdict(_Pool)
        self._open: dict[str, _Open] = {}

    def queued(self, contact: str, kind: Kind, at: float, load: float) -> None:
        """It begins to wait, with this much before it (0: it rings at somebody at once)."""
        known = self._pool(kind, load)
        bound = self._say(kind, load)[1] if known is not None else None
        self._open[contact] = _Open(at, load, bound)

    def answered(self, contact: str, kind: Kind, at: float) -> None:
        entry = self._open.pop(contact, None)
        if entry is None:
            return
        wait = max(0.0, at - entry.queued_at)
        for pool in self._of(kind, entry.load):
            pool.costs.append(wait / entry.load if entry.load else wait)
            if entry.bound is not None:
                pool.held.append(wait <= entry.bound)

    def gone(self, contact: str, kind: Kind, at: float) -> None:
        """It gave up or moved to another kind: only a wait beyond the bound is informative."""
        entry = self._open.pop(contact, None)
        if entry is None or entry.bound is None:
            return
        if at - entry.queued_at > entry.bound:
            for pool in self._of(kind, entry.load):
                pool.held.append(False)

    def guess(
        self, contact: str, kind: Kind, now: float, load: float | None = None
    ) -> Guess | None:
        """For a waiting contact; `load` as it is now, if known. None if the figures are not
        known."""
        entry = self._open.get(contact)
        if entry is None:
            return None
        if load is not None and entry.load:
            return self.newcomer(kind, load)
        spent = now - entry.queued_at
        low, high, shown = self._say(kind, entry.load)
        return Guess(max(LEAST_MS, low - spent), max(LEAST_MS, high - spent), shown)

    def newcomer(self, kind: Kind, load: float) -> Guess:
        """For a contact with this much before it."""
        low, high, shown = self._say(kind, load)
        return Guess(max(LEAST_MS, low), max(LEAST_MS, high), shown)

    def calibrated(self, kind: Kind, *, at_once: bool = False) -> bool:
        return self._say(kind, 0.0 if at_once else 1.0)[2]

    def _of(self, kind: Kind, load: float) -> tuple[_Pool, _Pool]:
        """The queue's own outcomes, and those of all queues of its channel and severity."""
        channel, _, severity = kind
        at_once = load == 0
        return self._pools[kind, at_once], self._pools[channel, severity, at_once]

    def _pool(self, kind: Kind, load: float) -> _Pool | None:
        own, all_queues = self._of(kind, load)
        pool = own if len(own.costs) >= OWN else all_queues
        return pool if len(pool.costs) >= ENOUGH else None

    def _say(self, kind: Kind, load: float) -> tuple[float, float, bool]:
        pool = self._pool(kind, load)
        if pool is None:
            return UNKNOWN_MS[0] * load, UNKNOWN_MS[1] * load, False
        low, high = pool.quantiles()
        times = load or 1.0
        shown = pool.calibrated(calm=load == 0)
        return low * times, max(high * times, LEAST_MS), shown


def on_duty_skills(ready: bool, presence: str, skills: Mapping[str, int]) -> Skills | None:
    """The parts of an agent's record that `WaitingLine.agent` takes."""
    return skills if ready and presence == "online" else None
