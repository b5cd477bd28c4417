"""Flows share a centre, and its incidents: who calls in one file must not be known from another."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

FLOWS = sorted((Path(__file__).parents[1] / "flow").glob("test_*.py"))
OURS = {"+12065550100", "+12065550101"}
"""Our own lines."""
CALLED = {f"+1206555015{n}" for n in (1, 2, 5, 6, 7)}
"""Numbers on call and outside: they are called, and never call."""
FROM = re.compile(r"\bfrom_=\"(\+\d+)\"")
NUMBER = re.compile(r"\+1206555(?:\d{4}|\d{3}(?=\{))")
"""Also one whose last figure is worked out: it may be any of ten."""


def numbers(text: str) -> set[str]:
    found = set(NUMBER.findall(text))
    tens = {number for number in found if len(number) < 12}
    return found - tens | {f"{ten}{last}" for ten in tens for last in range(10)}


def test_no_caller_is_in_two_files() -> None:
    files: dict[str, set[str]] = defaultdict(set)
    for path in FLOWS:
        for number in numbers(path.read_text()):
            files[number].add(path.name)
    twice = {n: sorted(names) for n, names in files.items() if len(names) > 1}
    assert {n: names for n, names in twice.items() if n not in OURS | CALLED} == {}


def test_nobody_calls_from_a_number_that_is_called() -> None:
    callers = {number for path in FLOWS for number in FROM.findall(path.read_text())}
    assert not callers & (OURS | CALLED)
