"""The phrase book: lines by many writers, each with its right severity. Tab-separated, six columns.

severity (1-4), language (en, es, mx = both), trade (pets, home, person, other), need (vet, home,
safety, claims, none), scenario (one slug for one kind of event), text ("\\n" = a line break);
"-" where nobody said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NEEDS = ("vet", "home", "safety", "claims", "none")
LANGUAGES = ("en", "es", "mx")
TRADES = ("pets", "home", "person", "other")
UNSAID = "-"
ALIKE = 0.6
"""Share of letters in fours that two lines may not have in common."""


class BookError(Exception):
    """A line that is none: names file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as somebody would type it."""

    severity: int
    language: str
    trade: str
    need: str
    scenario: str
    text: str
    writer: str
    """The file it stands in."""


def read_book(paths: Iterable[Path]) -> list[Line]:
    """All lines of these files.

    Raises:
        BookError: a line is not of six right columns.
        OSError: a file cannot be read.
    """
    return [line for path in sorted(paths) for line in _lines(path)]


def _lines(path: Path) -> Iterator[Line]:
    for number, raw in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not raw:
            continue
        parts = raw.split("\t")
        if (
            len(parts) != 6
            or parts[0] not in ("1", "2", "3", "4")
            or parts[1] not in LANGUAGES
            or parts[2] not in (*TRADES, UNSAID)
            or parts[3] not in (*NEEDS, UNSAID)
            or not parts[5].strip()
        ):
            raise BookError(f"{path.name}, line {number}: six columns are wanted; see {__name__}.")
        severity, language, trade, need, scenario, text = parts
        text = text.replace("\\n", "\n")
        yield Line(int(severity), language, trade, need, scenario, text, path.stem)


def _grams(text: str) -> frozenset[str]:
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', text.casefold()).strip()} "
    return frozenset(plain[at : at + 4] for at in range(len(plain) - 3))


def alike(lines: list[Line], others: list[Line]) -> list[tuple[Line, Line]]:
    """Which of these lines are nearly one of the others (each pair once)."""
    grams = [_grams(line.text) for line in others]
    having = defaultdict[str, list[int]](list)
    for at, some in enumerate(grams):
        for gram in some:
            having[gram].append(at)
    found = list[tuple[Line, Line]]()
    for line in lines:
        mine = _grams(line.text)
        common = Counter(at for gram in mine for at in having.get(gram, ()))
        for at, count in common.most_common(3):
            if count >= ALIKE * len(mine | grams[at]) and others[at] is not line:
                found.append((line, others[at]))
                break
    return found
