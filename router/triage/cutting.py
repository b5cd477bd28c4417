"""Where a chance becomes a severity: chosen on lines whose writers the weights have not seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import read

from .book import UNSAID, Line
from .model import Cuts, Model, Table
from .reading import danger
from .training import learn_severity

FALSE_S1, FALSE_UNSURE, FALSE_URGENT = 0.035, 0.115, 0.16
"""Shares of everyday lines: called S1; that or unsure; those or S2. Asked: 4 %, 8 % more."""
MARGINS = (0.0, 0.05, 0.1, 0.15, 0.2)


LARGE = 1500
"""Lines of a writer who is left out in parts, by kind of event."""


def parts(lines: Sequence[Line], count: int) -> list[list[Line]]:
    """The lines in so many parts of about the same size; a writer stands in one of them, unless
    they wrote so much that nothing would be left: then each kind of event stands in one."""
    sizes = Counter(line.writer for line in lines)
    piles = defaultdict[str, list[Line]](list)
    for number, line in enumerate(lines):
        event = line.scenario if line.scenario != UNSAID else str(number)
        large = sizes[line.writer] > LARGE
        piles[f"{line.writer} {event}" if large else line.writer].append(line)
    found: list[list[Line]] = [[] for _ in range(count)]
    for name in sorted(piles, key=lambda name: (-len(piles[name]), crc32(name.encode()))):
        min(found, key=len).extend(piles[name])
    return [part for part in found if part]


def left_out(
    lines: Sequence[Line],
    concepts: Concepts,
    count: int = 4,
    told: Callable[[str], None] = lambda _words: None,
) -> tuple[list[Line], list[NDArray[np.float32]]]:
    """Chances of each line by weights that saw neither its writer nor its kind of event."""
    seen, chances = list[Line](), list[NDArray[np.float32]]()
    for number, theirs in enumerate(parts(lines, count), 1):
        out, events = set(theirs), {line.scenario for line in theirs} - {UNSAID}
        rest = [line for line in lines if line not in out and line.scenario not in events]
        told(f"part {number} of {count}: {len(rest)} lines for {len(theirs)}")
        severity = Table.of(learn_severity(rest, concepts))
        model = Model(severity, severity)
        seen += theirs
        chances += [model.see(read(line.text), concepts).severity for line in theirs]
    return seen, chances


def choose(lines: Sequence[Line], chances: Sequence[NDArray[np.float32]]) -> Cuts:
    """The cuts that find most S1 at the wrong ones that are allowed."""
    severity = np.array([line.severity for line in lines])
    best: tuple[float, Cuts] | None = None
    for margin in MARGINS:
        found = np.array([danger(some, margin) for some in chances])
        calm, calm_two = found[severity == 4, 0], found[severity == 4, 1]
        sure = float(np.quantile(calm, 1 - FALSE_S1))
        unsure = min(sure, float(np.quantile(calm, 1 - FALSE_UNSURE)))
        urgent = float(np.quantile(calm_two[calm < unsure], 1 - (FALSE_URGENT - FALSE_UNSURE)))
        score = float(np.mean(found[severity == 1, 0] >= sure))
        if best is None or score > best[0]:
            best = score, Cuts(sure, unsure, urgent, margin)
    assert best is not None
    return best[1]
