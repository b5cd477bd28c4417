"""Skills that somebody's words ask for, beside what their queue's ladder needs (docs/routing.md).

Who has them is looked for alone for a while; then the ladder goes on as it is, so that nobody waits
for a skill that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from .ladder import Rung
from .skills import Skills, satisfies

SKILLS = ("es", "vet", "home", "safety", "claims")
"""What words can ask for: the language first, for without it nothing is understood."""
MOST = 2
"""A language and a trade."""


def met(asked: Iterable[str], first: Rung, crew: Sequence[Skills]) -> tuple[str, ...]:
    """What of it is worth asking for: somebody of `crew` has it and meets the first step too. Who
    does so meets every later one, for steps only widen."""
    found: tuple[str, ...] = ()
    for skill in sorted(set(asked).intersection(SKILLS), key=SKILLS.index):
        needs = _with(first.needs, (*found, skill))
        if len(found) < MOST and any(satisfies(skills, needs) for skills in crew):
            found = (*found, skill)
    return found


def narrowed(steps: Sequence[Rung], asked: Sequence[str], for_ms: int) -> list[Rung]:
    """The ladder with `asked` in each step until `for_ms` of ladder time; it ends when it did. The
    last steps of an S1, of supervisors and outside, stay as they are."""
    if not asked or for_ms <= 0:
        return list(steps)
    found, left = list[Rung](), for_ms
    for step in steps:
        if left <= 0 or step.supervisors or step.overflow:
            found.append(step)
            continue
        span = left if step.span_ms is None else min(left, step.span_ms)
        left -= span
        needs = _with(step.needs, asked)
        if needs == step.needs:
            found.append(step)
            continue
        found.append(Rung(needs, span))
        if span != step.span_ms:
            rest = None if step.span_ms is None else step.span_ms - span
            found.append(Rung(step.needs, rest))
    return found


def every() -> list[tuple[str, ...]]:
    """All that can be asked for at once, in a fixed order."""
    ways = [way for size in range(1, MOST + 1) for way in combinations(SKILLS, size)]
    return [way for way in ways if way[0] == "es" or len(way) == 1]


def _with(needs: Skills, asked: Iterable[str]) -> dict[str, int]:
    return {**needs, **{skill: max(1, needs.get(skill, 0)) for skill in asked}}
