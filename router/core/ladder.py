"""Ladders: what a contact needs of an agent as time passes (docs/routing.md, "Ladder").

The engine reads a ladder as one string, made here: steps joined by '|', each
`needs@milliseconds`, the last without an end: 'vet=3@5000|vet=1@10000|@'. A '*' at the end of a
step lets supervisors on duty in, '!' asks for the number outside. A need of level 0 only ranks:
whoever has the skill comes first. 'es?1' is a need that is asked for (asking.py): where nobody on
duty has it, the engine makes it one of level 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .severity import Severity
from .skills import Skills

ANYBODY_MS = 5_000
SUPERVISORS_MS = 10_000
_NEED = re.compile(r"([^=?,]+)([=?])(\d+)")
LAST_S1_MS = 10_000
"""How long the last configured step of an S1 ladder stands that names no end."""


@dataclass(frozen=True, slots=True)
class Rung:
    """Needs that hold for `span_ms`; None = from here on."""

    needs: Skills = field(default_factory=dict)
    """Level 0: it only ranks."""
    span_ms: int | None = None
    supervisors: bool = False
    overflow: bool = False
    asked: frozenset[str] = frozenset()
    """Those of its needs that only rank where nobody on duty has them."""

    def text(self) -> str:
        needs = ",".join(
            f"{name}{'?' if name in self.asked else '='}{self.needs[name]}"
            for name in sorted(self.needs)
        )
        span = "" if self.span_ms is None else str(self.span_ms)
        return f"{needs}@{span}{'*' * self.supervisors}{'!' * self.overflow}"

    @property
    def required(self) -> dict[str, int]:
        """Its needs without those that only rank."""
        return {name: level for name, level in self.needs.items() if level > 0}

    def lacks(self, skills: Skills) -> int:
        """How many of the needs that only rank somebody with these skills does not have."""
        return sum(level == 0 and name not in skills for name, level in self.needs.items())


def text(steps: Sequence[Rung]) -> str:
    """The ladder as the engine reads it."""
    return "|".join(step.text() for step in steps)


def complete(steps: Sequence[Rung], severity: Severity) -> list[Rung]:
    """The whole ladder of a severity.

    The last step never ends; for an S1 it gives way to anybody, then to everybody at a desk
    (`supervisors`: of other severities, to supervisors who stand by), then to the number outside.
    """
    found = list(steps) or [Rung()]
    last = found[-1]
    if severity is not Severity.S1:
        found[-1] = Rung(last.needs, None)
        return found
    if last.span_ms is None:
        found[-1] = Rung(last.needs, LAST_S1_MS if last.needs else ANYBODY_MS)
    if last.needs:
        found.append(Rung({}, ANYBODY_MS))
    found.append(Rung({}, SUPERVISORS_MS, supervisors=True))
    found.append(Rung({}, None, supervisors=True, overflow=True))
    return found


def index_at(steps: Sequence[Rung], spent_ms: float) -> int:
    """The step, from 0, at this ladder time; at the end of a span the next one has begun."""
    begins = 0
    for index, step in enumerate(steps):
        if step.span_ms is None or spent_ms < begins + step.span_ms:
            return index
        begins += step.span_ms
    return max(0, len(steps) - 1)


def widens(before: Skills, after: Skills) -> bool:
    """True if every agent who meets `before` meets `after` too."""
    return all(before.get(name, 0) >= level for name, level in after.items())


def eased(written: str, skill: str) -> str:
    """The ladder from when nobody on duty has this skill that is asked for: it only ranks."""
    return re.sub(rf"(?<![^|,]){re.escape(skill)}\?\d+", f"{skill}=0", written)


def parse(written: str | None) -> list[Rung]:
    """The steps of a ladder as the engine reads it; no ladder = anybody."""
    found = []
    for part in (written or "@").split("|"):
        needs, _, rest = part.partition("@")
        span = rest.rstrip("*!")
        known = _NEED.findall(needs)
        found.append(
            Rung(
                {name: int(level) for name, _, level in known},
                int(span) if span else None,
                supervisors="*" in rest,
                overflow="!" in rest,
                asked=frozenset(name for name, sign, _ in known if sign == "?"),
            )
        )
    return found
