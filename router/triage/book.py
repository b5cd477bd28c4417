"""The phrase book: lines by many writers, each with its severity. Six tab-separated columns.

severity (1-4), language (en, es, mx = both), trade (pets, home, person, other), need (vet, home,
safety, claims, none), scenario (one slug for one kind of event), text ("\\n" = a line break);
"-" where nobody said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NEEDS = ("vet", "home", "safety", "claims", "none")
LANGUAGES = ("en", "es", "mx")
TRADES = ("pets", "home", "person", "other")
UNSAID = "-"
ALIKE = 0.6
"""Two lines are near copies from this share of common four-letter runs up."""


class BookError(Exception):
    """A malformed line; the message names its file and line."""


@dataclass(frozen=True, slots=True)
class BookLine:
    """One message as somebody would type it."""

    severity: int
    language: str
    trade: str
    need: str
    scenario: str
    text: str
    writer: str
    """The file that contains it."""


def read_book(paths: Iterable[Path]) -> list[BookLine]:
    """All lines of these files.

    Raises:
        BookError: a line does not have six valid columns.
        OSError: a file cannot be read.
    """
    return [line for path in sorted(paths) for line in _lines(path)]


def _lines(path: Path) -> Iterator[BookLine]:
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
            raise BookError(
                f"{path.name}, line {number}: six valid columns are needed; see {__name__}."
            )
        severity, language, trade, need, scenario, text = parts
        text = text.replace("\\n", "\n")
        yield BookLine(int(severity), language, trade, need, scenario, text, path.stem)


def _grams(text: str) -> NDArray[np.uint32]:
    """The text's runs of four letters, each once, as their four bytes."""
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', text.casefold()).strip()} ".encode()
    letters = np.frombuffer(plain, np.uint8).astype(np.uint32)
    one, two, three, four = (letters[at : len(letters) - 3 + at] for at in range(4))
    return np.unique(one << 24 | two << 16 | three << 8 | four)


def alike(lines: list[BookLine], others: list[BookLine]) -> list[tuple[BookLine, BookLine]]:
    """Which of these lines are near copies of one of the others (each line once)."""
    if not others:
        return []
    grams = [_grams(line.text) for line in others]
    sizes = np.array([len(some) for some in grams])
    all_grams, whose = np.concatenate(grams), np.repeat(np.arange(len(others)), sizes)
    order = np.argsort(all_grams, kind="stable")
    all_grams, whose = all_grams[order], whose[order]
    found = list[tuple[BookLine, BookLine]]()
    for line in lines:
        mine = _grams(line.text)
        begins = np.searchsorted(all_grams, mine, "left")
        ends = np.searchsorted(all_grams, mine, "right")
        having = [whose[begin:end] for begin, end in zip(begins, ends, strict=True)]
        common = np.bincount(np.concatenate(having), minlength=len(others)) if having else sizes * 0
        near = np.flatnonzero((common >= ALIKE * (len(mine) + sizes - common)) & (common > 0))
        found += [(line, others[at]) for at in near if others[at] is not line][:1]
    return found
