"""How good judgements are: the shares that matter, each with its 95 % interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from .book import BookLine
from .reading import Reading

Share = dict[str, float | int | list[float]]
_Z = 1.96


def share(hits: int, of: int) -> Share:
    """A percentage with Wilson's interval (Wilson 1927), which also holds near 0 and 100."""
    if not of:
        return {"of": 0}
    p = hits / of
    middle = (p + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    reach = _Z * sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2)) / (1 + _Z**2 / of)
    return {
        "percent": round(100 * p, 1),
        "from_to": [
            round(100 * max(0.0, middle - reach), 1),
            round(100 * min(1.0, middle + reach), 1),
        ],
        "of": of,
    }


Test = tuple[str, int, Callable[[Reading], bool]]
TESTS: tuple[Test, ...] = (
    ("S1 found as S1", 1, lambda found: found.severity == 1),
    ("S1 found as S1 or unsure", 1, lambda found: found.severity == 1 or found.unsure),
    ("S1 found as S1 or S2", 1, lambda found: found.severity <= 2),
    ("S2 found as S1 or S2", 2, lambda found: found.severity <= 2),
    ("S2 called S1", 2, lambda found: found.severity == 1),
    ("S3 called S1", 3, lambda found: found.severity == 1),
    ("S4 called S1", 4, lambda found: found.severity == 1),
    ("S4 raised to unsure", 4, lambda found: found.unsure),
    ("S4 raised to S2, sure of it", 4, lambda found: found.severity == 2 and not found.unsure),
)
"""Name, severity of the lines that are counted, and what is counted among them."""


def figures(lines: Sequence[BookLine], readings: Sequence[Reading]) -> dict[str, Share]:
    """All shares, by name."""
    found = dict[str, Share]()
    for name, severity, counts in TESTS:
        mine = [r for line, r in zip(lines, readings, strict=True) if line.severity == severity]
        found[name] = share(sum(map(counts, mine)), len(mine))
    return found


def by(
    lines: Sequence[BookLine], readings: Sequence[Reading], what: str
) -> dict[str, dict[str, Share]]:
    """The same shares by language, trade or writer."""
    keys = sorted({getattr(line, what) for line in lines})
    return {
        key: figures(
            [line for line in lines if getattr(line, what) == key],
            [r for line, r in zip(lines, readings, strict=True) if getattr(line, what) == key],
        )
        for key in keys
    }


def calibration(
    lines: Sequence[BookLine], chances: Sequence[float]
) -> list[dict[str, float | int]]:
    """For each of ten steps of the chance of S1, how many lines there were and how many were an
    S1."""
    found = list[dict[str, float | int]]()
    for step in range(10):
        mine = [
            line.severity == 1
            for line, chance in zip(lines, chances, strict=True)
            if min(9, int(chance * 10)) == step
        ]
        if mine:
            found.append(
                {"from": step / 10, "lines": len(mine), "were_s1": round(sum(mine) / len(mine), 3)}
            )
    return found
