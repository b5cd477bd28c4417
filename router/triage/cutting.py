"""Where a chance becomes a severity; chosen on lines by writers whom the weights have not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import read

from .book import BookLine
from .model import Cuts
from .reading import danger
from .training import counts_of, learn_model

FALSE_S1, FALSE_UNSURE, FALSE_URGENT = 0.045, 0.125, 0.17
"""Allowed shares of everyday lines: called S1; S1 or unsure; S1, unsure or S2. The requirement is 4
% called S1 and 8 % more raised to unsure. Half of the book was written against the weights of its
day (what they misread, and the like), so its lines are harder than strangers' lines are."""
S3_AS_S1, S2_AS_S1 = 0.055, 0.4
"""Allowed shares of other lines called S1. For S3 the requirement is 6 %; for S2 two in five:
looking at an S2 at once costs a minute, but an S1 that is taken for an S2 may wait five."""
DOUBTS = tuple(part / 20 for part in range(17))


def parts(lines: Sequence[BookLine], count: int) -> list[list[BookLine]]:
    """Splits the lines into this many parts of about the same size; all lines of a writer are in
    one."""
    piles = defaultdict[str, list[BookLine]](list)
    for line in lines:
        piles[line.writer].append(line)
    found: list[list[BookLine]] = [[] for _ in range(count)]
    for name in sorted(piles, key=lambda name: (-len(piles[name]), name)):
        min(found, key=len).extend(piles[name])
    return [part for part in found if part]


def judged(
    lines: Sequence[BookLine], part: Sequence[BookLine], concepts: Concepts
) -> list[NDArray[np.float32]]:
    """Chances for the lines of a part, by weights that have not seen its writers."""
    theirs = {line.writer for line in part}
    model = learn_model([line for line in lines if line.writer not in theirs], concepts)
    return [model.see(read(line.text), concepts).severity for line in part]


def choose(lines: Sequence[BookLine], chances: Sequence[NDArray[np.float32]]) -> Cuts:
    """The cuts that find most S1 within the allowed errors; lines count as in training."""
    severity, counts = np.array([line.severity for line in lines]), counts_of(lines)
    best: tuple[float, Cuts] | None = None
    for doubt in DOUBTS:
        found = np.array([danger(some, doubt) for some in chances])

        def beyond(level: int, part: float, near: NDArray[np.float64]) -> float:
            """The nearness that only `part` of the lines of that severity exceed."""
            mine = severity == level
            return _quantile(near[mine], counts[mine], 1 - part)

        one, two = found[:, 0], found[:, 1]
        sure = max(beyond(4, FALSE_S1, one), beyond(3, S3_AS_S1, one), beyond(2, S2_AS_S1, one))
        unsure = min(sure, beyond(4, FALSE_UNSURE, one))
        calm = np.where(one < unsure, two, 1.0)
        urgent = beyond(4, FALSE_URGENT, calm)
        mine = severity == 1
        score = float(np.average(one[mine] >= sure, weights=counts[mine]))
        if best is None or score > best[0]:
            best = score, Cuts(sure, unsure, urgent, doubt)
    assert best is not None
    return best[1]


def _quantile(values: NDArray[np.float64], counts: NDArray[np.float32], part: float) -> float:
    order = np.argsort(values)
    upto = np.cumsum(counts[order])
    return float(values[order][min(len(order) - 1, int(np.searchsorted(upto, part * upto[-1])))])
