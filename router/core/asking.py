"""Skills that a text's words ask for, on top of what its queue's ladder needs (docs/routing.md).

For a while only agents who have them are looked for; then the ladder goes on unchanged, so that
nobody waits for a skill that nobody has.
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
    """The skills worth asking for: one agent in `crew` has them and meets the first step too. Such
    an agent meets every later step, because steps only widen."""
    found: tuple[str, ...] = ()
    for skill in sorted(set(asked).intersection(SKILLS), key=SKILLS.index):
        needs = _with(first.needs, (*found, skill))
        if len(found) < MOST and any(satisfies(skills, needs) for skills in crew):
            found = (*found, skill)
    return found


def narrowed(steps: Sequence[Rung], asked: Sequence[str], for_ms: int) -> list[Rung]:
    """The ladder with `asked` added to each step until `for_ms` of ladder time; its length is
    unchanged. The last steps of an S1, for supervisors and outside numbers, stay as they are."""
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
    """Everything that can be asked for at once, in a fixed order."""
    ways = [way for size in range(1, MOST + 1) for way in combinations(SKILLS, size)]
    return [way for way in ways if way[0] == "es" or len(way) == 1]


def _with(needs: Skills, asked: Iterable[str]) -> dict[str, int]:
    return {**needs, **{skill: max(1, needs.get(skill, 0)) for skill in asked}}
