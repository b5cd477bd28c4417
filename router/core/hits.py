"""Where the words of a query stand in a text, found by the fold of the search and shown as it was
written: parts of it, each with whether it is marked. No markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .cards import masked
from .query import Term
from .text import letters

BEFORE = 40
AROUND = 140
"""Letters of a longer text that are shown: so many before the first hit, so many in all."""

Parts = list[tuple[str, bool]]

_DIGITS = re.compile(r"\+?\d{4,}")
_GAP = r"[\s().•/_+-]*"


def needles(terms: Sequence[Term]) -> list[re.Pattern[str]]:
    return [_needle(term[0].strip()) for term in terms if "•" not in term[0]]


def _needle(term: str) -> re.Pattern[str]:
    if _DIGITS.fullmatch(term):
        return re.compile(_GAP.join(term.lstrip("+")) + r"(?!\d)")
    start = r"(?<![^\W_])" if term[:1].isalnum() else ""
    return re.compile(start + r"\s+".join(map(re.escape, term.split())))


class Folded:
    """A text, its fold, and which letter of the text each of the fold comes from."""

    def __init__(self, text: str) -> None:
        if text.isascii():
            self.text, self.fold, self._at = text, letters(text), None
            return
        self.text = "".join(it for it in text if it.isspace() or unicodedata.category(it) != "Cf")
        parts = [letters(letter) for letter in self.text]
        self.fold = "".join(parts)
        self._at = [place for place, part in enumerate(parts) for _ in part]

    def spans(self, wanted: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
        """Where in the text each is found first, and again; in order, none in another."""
        found: list[tuple[int, int]] = []
        for needle in wanted:
            for hit in needle.finditer(self.fold):
                end = self._place(hit.end() - 1) + 1
                while end < len(self.text) and unicodedata.combining(self.text[end]):
                    end += 1
                found.append((self._place(hit.start()), end))
        kept: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if kept and start < kept[-1][1]:
                kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            else:
                kept.append((start, end))
        return kept

    def _place(self, at: int) -> int:
        return at if self._at is None else self._at[at]


def marked(text: str, wanted: Sequence[re.Pattern[str]], *, whole: bool = False) -> Parts | None:
    """None: nothing of it is in the text. whole: however long it is; else what is around the first
    hit."""
    folded = Folded(masked(text))
    spans = folded.spans(wanted)
    if not spans:
        return None
    text, start, end = folded.text, 0, len(folded.text)
    if not whole and end > AROUND:
        start = _word(text, max(0, spans[0][0] - BEFORE), spans[0][0])
        end = min(end, start + AROUND)
    parts: Parts = [("…", False)] if start else []
    at = start
    for begin, close in spans:
        if begin >= end:
            break
        parts += [(text[at:begin], False), (text[begin : min(close, end)], True)]
        at = min(close, end)
    parts.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return [(" ".join(part.split("\n")), hit) for part, hit in parts if part]


def _word(text: str, at: int, latest: int) -> int:
    """Where the first whole word from `at` begins."""
    while 0 < at < latest and not text[at - 1].isspace():
        at += 1
    return at
