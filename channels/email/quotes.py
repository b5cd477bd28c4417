"""What of a mail is new, and what repeats. Nothing is ever deleted.

`split` cuts a text into segments whose concatenation is the text again; the page folds the quoted
ones. `unseen` is what triage reads: the new part, and of the quoted rest whatever this incident
has not heard yet (somebody may write below the mark, or forward another person's cry for help).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice

MIN_WORDS = 1
"""A new part with fewer words than this shows everything."""

_DASHES = r"[-_*]{2,}"
_MARKS = re.compile(
    rf"""^\s*(?:
      {_DASHES}\s*(?:original\s+message|mensaje\s+original|message\s+d'origine|
        urspr.ngliche\s+nachricht|forwarded\s+message|mensaje\s+reenviado)\s*{_DASHES}
      | begin\s+forwarded\s+message:
      | _{{20,}}
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
_OWN_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of whole lines; `quoted` ones are folded on the page."""

    text: str
    quoted: bool


def split(text: str) -> list[Segment]:
    """Segments in order; joined they are the text. Nothing new left: one segment, shown whole."""
    lines = text.splitlines(keepends=True)
    kinds = _kinds(lines)
    segments: list[Segment] = []
    for line, quoted in zip(lines, kinds, strict=True):
        if segments and segments[-1].quoted == quoted:
            segments[-1] = Segment(segments[-1].text + line, quoted)
        else:
            segments.append(Segment(line, quoted))
    own = "".join(part.text for part in segments if not part.quoted)
    if len(_OWN_WORDS.findall(own)) < MIN_WORDS:
        return [Segment(text, False)]
    return segments


def new_part(text: str) -> str:
    """The segments that are not quoted."""
    return "".join(part.text for part in split(text) if not part.quoted).strip()


def unseen(text: str, known: str) -> str:
    """The new part, then the quoted lines whose words do not stand in `known`.

    Args:
        known: all that the incident's messages have said before, subjects too.
    """
    heard = f" {_plain(known)} "
    rest = []
    for part in split(text):
        if not part.quoted:
            continue
        for line in part.text.splitlines():
            words = _plain(line.lstrip("> \t"))
            if words and f" {words} " not in heard and not _is_mark(line):
                rest.append(line.lstrip("> \t"))
    return "\n".join([new_part(text), *rest]).strip()


def _plain(text: str) -> str:
    return " ".join(_OWN_WORDS.findall(text.casefold()))


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
    """How many lines the mark that begins here takes; 0 = none."""
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
    if _HEADER.match(line):  # Outlook: a block of headers without a mark
        block = sum(bool(_HEADER.match(part)) for part in lines[at : at + 6])
        if block >= 3:
            return block
    return 0


def _rest_is_quoted(lines: list[str], at: int, taken: int) -> bool:
    """After the mark: all of it, unless '>' lines follow and end before the text does (somebody
    answers below or between them)."""
    spoken = (line for line in islice(lines, at + taken, None) if line.strip())
    first = list(islice(spoken, 3))
    if not any(_is_arrowed(line) for line in first):
        return True
    return all(_is_arrowed(line) for line in chain(first, spoken))


def _is_arrowed(line: str) -> bool:
    return line.lstrip(" ").startswith(">")
