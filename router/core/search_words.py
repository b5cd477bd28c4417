"""The words that an incident is found by, and what a query asks of them: one fold for both.

`words`: everything in it, folded, on one line, a blank before and behind each part. `tokens`: its
single words, each once, for the index of words; of a number also its last four digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .cards import masked
from .query import Term, numbers_in, terms_of
from .text import fold

PART_LETTERS = 20_000
"""Of one text, mail or note; what follows is not searched."""
LETTERS = 300_000
"""Of an incident."""
TOKEN_LETTERS = 40

_TOKENS = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"(?<![^\W_])[^\W_]+(?:['-][^\W_]+)+")
"""From the beginning of a word alone: a long one would be tried again from each of its letters."""
_DASHED = re.compile(r"(?<!\d)\d+(?:-\d+)+")
_DIGITS = re.compile(r" ?\+?[\d•]*\d{4}")
_ENDS_IN_NUMBER = re.compile(r"\d{5,}$")


@dataclass(frozen=True, slots=True)
class Known:
    """An incident's words as the record keeps them."""

    words: str
    tokens: str


def known(head: Iterable[str], texts: Iterable[str]) -> Known:
    """`head`: title, names, addresses, references; `texts`: what was said, the newest first."""
    parts: list[str] = []
    for part in head:
        parts.append(fold(part))
        if part.startswith("sip:"):
            parts.append(fold(part[4:].partition("@")[0]))
        # A booking "HF-88-1920" is found by 881920.
        parts += [
            found[0].replace("-", "") for found in _DASHED.finditer(fold(part)[:PART_LETTERS])
        ]
    parts = [part[:PART_LETTERS] for part in parts if part]
    left = LETTERS - sum(map(len, parts))
    for text in texts:
        part = fold(masked(text[:PART_LETTERS]))[: max(0, left)]
        left -= len(part)
        if part:
            # A telephone number somebody wrote in groups is found by its digits, too.
            parts += [part, *numbers_in(part)]
    words = "".join(f" {part} " for part in dict.fromkeys(parts))
    return Known(words, "".join(f" {token}" for token in tokens_of(words)) + " ")


def tokens_of(words: str) -> list[str]:
    """Single words in the order in which they come: O'Brien is o, brien and obrien."""
    found = dict.fromkeys(part[:TOKEN_LETTERS] for part in _TOKENS.findall(words))
    for part in _JOINED.findall(words):
        found.setdefault(re.sub("['-]", "", part)[:TOKEN_LETTERS])
    for part in words.split():
        if _ENDS_IN_NUMBER.search(part := part.rstrip(".,;:!?)")):
            found.setdefault(part[-4:])
    return list(found)


# Asking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one term of a query asks for: each of these tokens (whole, or begun with), and, if that
    does not say it all, one of the patterns (for LIKE, on `words`)."""

    whole: tuple[str, ...]
    begun: tuple[str, ...]
    patterns: tuple[str, ...]


def wanted(query: str) -> list[Wanted]:
    return [_wanted(term) for term in terms_of(query)]


def _wanted(term: Term) -> Wanted:
    first = term[0]
    if _DIGITS.fullmatch(first):
        return Wanted((first[-4:],), (), tuple(map(pattern_of, term)))
    tokens = [part[:TOKEN_LETTERS] for part in _TOKENS.findall(first.partition("•")[0])]
    begun = tuple(tokens[-1:])
    plain = begun == (first,) and len(term) == 1
    # Whatever stands between two others is whole; an index of words has it at once, while it puts
    # together all words that begin so.
    whole = tuple(dict.fromkeys(tokens[:-1]))
    return Wanted(whole, begun, () if plain else tuple(map(pattern_of, term)))


def pattern_of(term: str) -> str:
    """For LIKE: taken literally, except that the dots of a masked address fit anything, and digits
    fit the end of a number ('0142', '2065550142')."""
    end = " %" if _DIGITS.fullmatch(term) else "%"
    for letter in "\\%_":
        term = term.replace(letter, f"\\{letter}")
    return f"%{re.sub('•+', '%', term)}{end}"
