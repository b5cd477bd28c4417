"""Guidance cards: what is asked, and what is said, in an incident of a type. Pure.

They lead and never block. A line has a question (`ask`) or something to say (`tell`); with a star
it is asked first, and whoever does not ask it says why. Source: protocol cards of emergency
dispatch, where compliance rose from 76 to 96 % once dispatchers saw their own figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from router.core.languages import SPOKEN

ASKED, LEFT = "asked", "left"
"""What is said of a line: it was asked or told, or it was left out."""
REASONS: Mapping[str, str] = {
    "known": "known already",
    "no_time": "no time",
    "no_answer": "they can’t say",
    "not_here": "does not fit",
}
"""Why one with a star was not asked."""
LINES, LETTERS = 14, 160


class CardLine(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`name` stays the same when its words are improved; `words`: in other languages (ISO
    639-1)."""

    name: str
    ask: str = ""
    tell: str = ""
    star: bool = False
    words: dict[str, str] = {}

    @property
    def said(self) -> str:
        return self.ask or self.tell


class Card(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`kinds`: codes of the incident types that it is for."""

    name: str
    word: str
    kinds: list[str]
    lines: list[CardLine]

    @property
    def digest(self) -> str:
        """Of its content: another content is another version."""
        return hashlib.sha256(written(self)).hexdigest()[:32]


class CardFile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """guidance.toml beside the configuration."""

    cards: list[Card] = []


@dataclass(frozen=True, slots=True)
class Kept:
    """How far a card was followed: of its lines with a star, how many were asked, how many were
    left out with a reason."""

    stars: int
    asked: int
    left: int

    @property
    def open(self) -> int:
        return self.stars - self.asked - self.left

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.stars + other.stars, self.asked + other.asked, self.left + other.left)


def written(card: Card) -> bytes:
    """As the record keeps a version."""
    return msgspec.json.encode(card, order="deterministic")


def read(content: str | bytes) -> Card:
    return msgspec.json.decode(content, type=Card)


def card_for(cards: Iterable[Card], kind: str) -> Card | None:
    """The card of an incident's type. None: it has none, or the type is not known."""
    return next((card for card in cards if kind and kind in card.kinds), None)


def kept(card: Card, says: Mapping[str, str]) -> Kept:
    """`says`: of each line, by name, what was said of it last."""
    stars = [says.get(line.name) for line in card.lines if line.star]
    return Kept(len(stars), stars.count(ASKED), stars.count(LEFT))


def faults(file: CardFile) -> list[str]:
    """Everything that is wrong with the file, as 'key path: what'."""
    return list(_faults(file.cards))


def unknown_kinds(cards: Sequence[Card], kinds: Collection[str]) -> Iterator[str]:
    """Types of cards that the configuration does not have."""
    for n, card in enumerate(cards):
        for kind in card.kinds:
            if kind not in kinds:
                yield f"cards[{n}].kinds: no type {kind!r}; they stand in [[incident_types]]"


def _faults(cards: Sequence[Card]) -> Iterator[str]:
    names: set[str] = set()
    kinds: set[str] = set()
    for n, card in enumerate(cards):
        where = f"cards[{n}]"
        if card.name in names or not card.name:
            yield f"{where}.name: {card.name!r} is used already, or empty"
        names.add(card.name)
        if not card.word.strip():
            yield f"{where}.word: empty"
        if not card.kinds:
            yield f"{where}.kinds: empty; nobody would see it"
        for kind in card.kinds:
            if kind in kinds:
                yield f"{where}.kinds: {kind!r} has another card already"
            kinds.add(kind)
        if not 1 <= len(card.lines) <= LINES:
            yield f"{where}.lines: {len(card.lines)}; 1 to {LINES}, or nobody reads them in a call"
        yield from _of_lines(where, card.lines)


def _of_lines(where: str, lines: Sequence[CardLine]) -> Iterator[str]:
    names: set[str] = set()
    for n, line in enumerate(lines):
        at = f"{where}.lines[{n}]"
        if line.name in names or not line.name:
            yield f"{at}.name: {line.name!r} is used already, or empty"
        names.add(line.name)
        if bool(line.ask.strip()) == bool(line.tell.strip()):
            yield f"{at}: either ask or tell"
        for key, said in (("said", line.said), *line.words.items()):
            if not 1 <= len(said.strip()) <= LETTERS:
                yield f"{at}.{key}: 1 to {LETTERS} letters"
        for language in line.words:
            if language not in SPOKEN:
                yield f"{at}.words: {language!r} is no language; write en or es"
