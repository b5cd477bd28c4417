"""Which parts of a mail are new, and which repeat earlier text. Nothing is ever deleted.

`folds_of` gives the lengths of the runs of own and of quoted lines; the page folds the quoted ones.
`unseen` is what triage reads: the new part, and whatever this incident has not heard yet of the
quoted rest (somebody may write below the mark, or forward another person's cry for help).
"""

from __future__ import annotations

import re
from itertools import chain, islice

MIN_WORDS = 1
"""If the new part has fewer words than this, everything is shown."""

_DASHES = r"[-_*]{2,}"
_MARKS = re.compile(
    rf"""^\s*(?:
      {_DASHES}\s*(?:original\s+message|mensaje\s+original|message\s+d'origine|
        urspr.ngliche\s+nachricht|forwarded\s+message|mensaje\s+reenviado)\s*{_DASHES}
      | begin\s+forwarded\s+message:
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_WROTE = re.compile(
    r"^\s*(?:on\b.{4,300}\bwrote\s*:|el\b.{4,300}\bescribi(?:ó|o)\s*:|le\b.{4,300}\ba\s+écrit\s*:"
    r"|am\b.{4,300}\bschrieb\b.{0,200}:|.{2,200}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|escribió)\s*:)\s*$",
    re.IGNORECASE,
)
_WROTE_BEGINS = re.compile(r"^\s*(?:on|el|le|am)\b.{3,}", re.IGNORECASE)
_HEADER = re.compile(
    r"^\s*\*?(?:from|sent|date|to|cc|subject|de|enviado(?: el)?|fecha|para|asunto)\s*:\*?\s",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{20,}\s*$")
_FROM = re.compile(r"^\s*\*?(?:from|de|von)\s*:\*?\s", re.IGNORECASE)
_SENT = re.compile(r"^\s*\*?(?:sent|date|enviado(?: el)?|fecha|gesendet)\s*:\*?\s", re.IGNORECASE)
_SUBJECT = re.compile(r"^\s*\*?(?:subject|asunto|betreff)\s*:\*?\s", re.IGNORECASE)
_OWN_WORDS = re.compile(r"\w+")
SHINGLE = 8
"""A longer line counts as heard if each of its runs of this many words was heard."""
NO_FOLDS = "[]"
"""In the record: the mail was looked at, and nothing is folded."""
MAX_RUNS = 400
"""With more changes between own and quoted lines than this, the text is shown unfolded."""


def folds_of(text: str) -> list[int]:
    """Lengths of the runs in turn: own words, quoted, own, quoted… [] if nothing is quoted, or
    nothing else is there (then everything is shown)."""
    lines = text.splitlines(keepends=True)
    runs, quoted_now, own = [0], False, 0
    for line, quoted in zip(lines, _kinds(lines), strict=True):
        if quoted != quoted_now and len(runs) <= MAX_RUNS:
            runs.append(0)
            quoted_now = quoted
        runs[-1] += len(line)
        if not quoted and own < MIN_WORDS:
            own += len(_OWN_WORDS.findall(line))
    return runs if len(runs) > 1 and own >= MIN_WORDS and len(runs) <= MAX_RUNS else []


def parts(text: str, folds: list[int]) -> list[tuple[str, bool]]:
    """(words, quoted) in order; joined, they are the text."""
    found, at, quoted = [], 0, False
    for size in folds:
        if size:
            found.append((text[at : at + size], quoted))
        at, quoted = at + size, not quoted
    if at < len(text):
        found.append((text[at:], False))
    return found


def new_part(text: str) -> str:
    """What is not quoted."""
    return "".join(part for part, quoted in parts(text, folds_of(text)) if not quoted).strip()


def unseen(text: str, known: str) -> str:
    """The new part, then the quoted lines whose words are not in `known`.

    Args:
        known: everything that the incident's messages have said before, subjects too.
    """
    heard = _Heard(known)
    fresh, rest = [], []
    for part, quoted in parts(text, folds_of(text)):
        if not quoted:
            fresh.append(part)
            continue
        for line in part.splitlines():
            bare = line.lstrip("> \t")
            words = _OWN_WORDS.findall(bare.casefold())
            if words and not heard.all_of(words) and not _is_mark(line):
                rest.append(bare)
    return "\n".join(["".join(fresh).strip(), *rest]).strip()


class _Heard:
    """Runs of words that were said before, by length; each set is built when it is first needed."""

    def __init__(self, known: str) -> None:
        self._words = _OWN_WORDS.findall(known.casefold())
        self._runs: dict[int, set[tuple[str, ...]]] = {}

    def _of(self, size: int) -> set[tuple[str, ...]]:
        if size not in self._runs:
            shifted = [self._words[n:] for n in range(size)]
            self._runs[size] = set(zip(*shifted, strict=False))
        return self._runs[size]

    def all_of(self, words: list[str]) -> bool:
        size = min(len(words), SHINGLE)
        runs = self._of(size)
        return all(tuple(words[n : n + size]) in runs for n in range(len(words) - size + 1))


def _is_mark(line: str) -> bool:
    bare = line.lstrip("> \t")
    return bool(_MARKS.match(bare) or _WROTE.match(bare))


def _kinds(lines: list[str]) -> list[bool]:
    """For each line: is it quoted?"""
    kinds = [False] * len(lines)
    at = 0
    while at < len(lines):
        taken = _mark_lines(lines, at)
        if taken and _rest_is_quoted(lines, at, taken):
            for rest in range(at, len(lines)):
                kinds[rest] = True
            break
        if _is_arrowed(lines[at]):
            kinds[at] = True
        elif taken:
            for mark in range(at, at + taken):
                kinds[mark] = True
            at += taken
            continue
        at += 1
    return kinds


def _mark_lines(lines: list[str], at: int) -> int:
    """How many lines the mark that begins here takes; 0 = there is no mark."""
    line = lines[at]
    if len(line) > 600:
        return 0
    if _MARKS.match(line) or _WROTE.match(line):
        return 1
    if _WROTE_BEGINS.match(line):  # clients wrap the long ones
        for more in (2, 3):
            joined = " ".join(part.strip() for part in lines[at : at + more])
            if at + more <= len(lines) and len(joined) < 600 and _WROTE.match(joined):
                return more
    if _RULE.match(line) and _header_block(lines, at + 1):  # the line above Outlook's block
        return 1
    return _header_block(lines, at)


def _header_block(lines: list[str], at: int) -> int:
    """How many lines of From, Sent, To, Subject begin here: Outlook writes them without a mark.
    People write some of these words in forms, too: at least three of them must be there."""
    if at >= len(lines) or not _FROM.match(lines[at]):
        return 0
    size = 0
    while size < 8 and at + size < len(lines) and _HEADER.match(lines[at + size]):
        size += 1
    block = lines[at : at + size]
    dated = any(_SENT.match(line) for line in block)
    return size if dated and any(_SUBJECT.match(line) for line in block) else 0


def _rest_is_quoted(lines: list[str], at: int, taken: int) -> bool:
    """After the mark, everything is quoted, unless '>' lines follow and end before the text does
    (somebody answers below or between them)."""
    spoken = (line for line in islice(lines, at + taken, None) if line.strip())
    first = list(islice(spoken, 3))
    if not any(_is_arrowed(line) for line in first):
        return True
    return all(_is_arrowed(line) for line in chain(first, spoken))


def _is_arrowed(line: str) -> bool:
    return line.lstrip(" ").startswith(">")
