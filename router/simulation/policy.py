"""The rule and its rivals: how each makes a contact for the engine.

`ours` is docs/routing.md as it is. The others have no ladder (the first step stands), no promotion
and, since everybody is in one tier, no interruption:

    fifo     in order of arrival
    strict   S1 before S2 before S3 before S4; within each, in order of arrival
    linear   weight of the severity times time waited, computed again each second
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from router.core import ladder
from router.core.config import Config
from router.core.durations import duration_ms
from router.core.model import Promise
from router.core.severity import TIER_WIDTH, answer_by, score
from router.simulation.scenario import Person

Rule = Literal["ours", "strict", "linear", "fifo"]
RULES: tuple[Rule, ...] = ("ours", "strict", "linear", "fifo")

WEIGHTS = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0}
"""The weights of `linear`: a second of an S1 counts as eight of an S4."""

_STEP = 2 * 10**12
"""The distance between severities in `strict`: longer than any trial, and within one tier."""

_LINEAR = 25 * 10**12
"""The score of `linear` for no wait at all; the Lua file trial/rescore.lua has the same."""


class Maker:
    """Makes contacts as a rule wants them; `start` is the trial's moment 0."""

    def __init__(self, config: Config, rule: Rule, start: int) -> None:
        self._config = config
        self._rule = rule
        self._start = start
        self._targets = config.target_ms()
        self._ladders: dict[tuple[str, int], str] = {}
        self._wrapups = {name: duration_ms(queue.wrapup) for name, queue in config.queues.items()}

    def ageing_ms(self, person: Person) -> int:
        """How long a contact of the last tier may wait before its promise is broken."""
        return self._config.ageing * self._targets[person.severity][person.channel]

    def target_ms(self, person: Person) -> int:
        return self._targets[person.severity][person.channel]

    def wrapup_ms(self, person: Person) -> int:
        """The deadline of its wrap-up: the queue's, or the person's own work if that takes
        longer."""
        return max(self._wrapups[person.queue], round(person.wrapup) + 1)

    def contact(self, person: Person) -> dict[str, Any]:
        at = self._start + person.at
        found: dict[str, Any] = {
            "id": person.id,
            "channel": str(person.channel),
            "severity": int(person.severity),
            "queue": person.queue,
            "arrived_at": at,
            "answer_by": answer_by(at, person.severity, person.channel, self._targets),
            "ladder": self._ladder(person),
            "wrapup_ms": self.wrapup_ms(person),
        }
        if self._rule == "ours":
            found["score"] = score(at, person.severity, person.channel, self._targets)
            found["promote_at"] = at + self.ageing_ms(person)
            found["promote_ms"] = self._targets[type(person.severity).S2][person.channel]
        elif self._rule == "strict":
            found["score"] = 2 * TIER_WIDTH + (int(person.severity) - 1) * _STEP + person.at
        elif self._rule == "fifo":
            found["score"] = 2 * TIER_WIDTH + person.at
        else:
            found["score"] = _LINEAR
        return found

    def promised(
        self, person: Person, contact: str, promise: Promise, not_before: int
    ) -> dict[str, Any]:
        """A call that we promised to a caller, at their place; `not_before`: ms since 1970, 0 for
        now, is also from when its target counts."""
        ours = {
            "id": contact,
            "dir": "out",
            "link": "none",
            "callback": msgspec.to_builtins(promise),
        }
        made = self.contact(person) | ours
        if not_before:
            later = not_before - made["arrived_at"]
            made |= {"not_before": not_before, "due_from": not_before}
            made["answer_by"] += later
        return made

    def _ladder(self, person: Person) -> str:
        kind = (person.queue, int(person.severity))
        if kind not in self._ladders:
            steps = self._config.steps(person.queue, person.severity)
            if self._rule != "ours":
                steps = [ladder.Rung(steps[0].needs)]
            self._ladders[kind] = ladder.text(steps)
        return self._ladders[kind]
