"""Parts that keep writers together, cuts that keep to the shares."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
import pytest

from router.triage import cutting
from router.triage.book import BookLine
from router.triage.cutting import choose, parts
from router.triage.reading import danger, decide


def lines_of(*sizes: int) -> list[BookLine]:
    return [
        BookLine(1 + at % 4, "en", "pets", "vet", "-", f"line {at}", f"writer {writer}")
        for writer, size in enumerate(sizes)
        for at in range(size)
    ]


def test_a_writer_stands_in_one_part_and_no_line_is_left_over() -> None:
    lines = lines_of(50, 40, 30, 20, 10, 5, 1)
    random.Random(3).shuffle(lines)
    found = parts(lines, 3)
    where = defaultdict[str, set[int]](set)
    for number, part in enumerate(found):
        for line in part:
            where[line.writer].add(number)
    assert {len(numbers) for numbers in where.values()} == {1}
    assert sorted(len(part) for part in found) == [50, 51, 55]
    assert {id(line) for part in found for line in part} == {id(line) for line in lines}
    assert len(parts(lines_of(9), 4)) == 1


@pytest.mark.parametrize("level", [2, 3, 4])
def test_no_more_lines_of_a_severity_are_called_s1_than_is_allowed(level: int) -> None:
    """One of the three shares binds: the lines of `level` are hard to tell from emergencies."""
    rng = np.random.default_rng(level)
    lines, chances = lines_of(*[400] * 4), list[np.ndarray]()
    for line in lines:
        near = {1: 0.9, level: 0.7}.get(line.severity, 0.1)
        one = float(np.clip(near + rng.normal(0, 0.1), 0.01, 0.97))
        chances.append(np.array([[one, 0.01, 0.01, 0.98 - one]], np.float32))
    cuts = choose(lines, chances)
    called = [decide(*danger(some, cuts.doubt), some[0], cuts)[0] for some in chances]
    share = {
        severity: np.mean(
            [got == 1 for line, got in zip(lines, called, strict=True) if line.severity == severity]
        )
        for severity in (1, 2, 3, 4)
    }
    allowed = {2: cutting.S2_AS_S1, 3: cutting.S3_AS_S1, 4: cutting.FALSE_S1}[level]
    assert 0 < share[level] <= allowed + 1 / 400
    assert share[1] > 0.5
