"""Words of an incident without who and where: for a reader who is to know what happened. Pure.

What is known of the incident (its people's names, numbers and addresses, its booking and place, the
names of whoever works here) is found in every way in which it is written, over the one fold of
text.py; what only looks like a number, an address or a link is found by patterns. Each stands as
other words, in the text itself: nothing is drawn over. When in doubt it is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import redaction_patterns as patterns
from .redaction_words import ALSO_WORDS, GENERIC, MONTHS, SMALL
from .summary import Part
from .text import fold, letters

UNSURE = "unsure"
"""A name that is a word, too, in small letters: it stays, and a person has to look at it."""
WHY = {
    "name": "a name", "agent": "a name of ours", "phone": "a number", "mail": "a mail address",
    "link": "a link", "street": "an address", "booking": "a booking", "card": "a card number",
    "handle": "an account name", "plate": "a number plate", "hidden": "taken out by hand",
}  # fmt: skip
WORDS = {
    "phone": "[number]", "mail": "[mail address]", "link": "[link]", "street": "[address]",
    "booking": "[booking]", "card": "[card number]", "handle": "[account name]",
    "plate": "[number plate]", "hidden": "[taken out]",
}  # fmt: skip
AGENT = "an agent"
SOMEBODY = "a person"


@dataclass(frozen=True, slots=True)
class Person:
    """`word`: what stands for them ('the owner'); `values`: numbers and mail addresses, whole."""

    names: tuple[str, ...]
    word: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What an incident is known to have of persons. `hide`: further words, by hand."""

    people: tuple[Person, ...] = ()
    agents: tuple[str, ...] = ()
    booking: str = ""
    place: str = ""
    hide: tuple[str, ...] = ()


def words_of_roles(roles: Sequence[str | None]) -> list[str]:
    """What stands for each of these people: 'the owner', 'the sitter', 'the sitter (2)'."""
    found: list[str] = []
    for role in roles:
        word = SOMEBODY if role in (None, "", "other") else f"the {role}"
        many = sum(one == word or one.startswith(f"{word} (") for one in found)
        found.append(f"{word} ({many + 1})" if many else word)
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    why: str
    word: str


class Redactor:
    """Built once for an incident, used for each of its sentences."""

    def __init__(self, known: Known) -> None:
        self._names = [
            (why, word, name, _needles(name))
            for why, word, names in (
                *(("name", one.word, one.names) for one in known.people),
                ("agent", AGENT, known.agents),
            )
            for name in names
        ]
        booking, place = fold(known.booking), fold(known.place)
        self._values = [
            *(it for one in known.people for value in one.values for it in _of_value(value)),
            *(("booking", it) for it in patterns.booking(booking)),
            *(("street", it) for it in patterns.place(place)),
            *(("hidden", it) for one in known.hide for it in patterns.phrase(fold(one))),
        ]

    def parts(self, text: str) -> list[Part]:
        """The text in pieces: (words, why they stand for others, or '')."""
        folded, places = _folded(text)
        found: list[Part] = []
        at = 0
        for one in _apart(self._found(text, folded, places)):
            start, end = places[one.start], _end(places, one.end, len(text))
            if start > at:
                found.append((text[at:start], ""))
            word = text[start:end] if one.why == UNSURE else one.word
            if one.why in ("name", "agent") and _begins(text[:start]):
                word = word[:1].upper() + word[1:]
            if _again(found, word, one.why):  # 'Novak, Dr Novak': one person, said once
                found.pop()
            else:
                found.append((word, one.why))
            at = end
        if at < len(text):
            found.append((text[at:], ""))
        return found

    def _found(self, text: str, folded: str, places: list[int]) -> Iterator[_Found]:
        squeezed = patterns.squeezed(folded)
        for why, known in self._values:
            if known.needle in squeezed:
                for hit in known.regex.finditer(folded):
                    yield _Found(hit.start(), hit.end(), why, WORDS[why])
        for why, start, end in patterns.by_looks(folded, lambda at: text[places[at]]):
            yield _Found(start, end, why, WORDS[why])
        for why, word, of, needles in self._names:
            # Hundreds are known, few are in a sentence: only theirs are looked for with care.
            if any(one in squeezed for one in needles):
                for name in _name_patterns(of):
                    yield from self._named(text, folded, places, why, word, name)

    @staticmethod
    def _named(
        text: str, folded: str, places: list[int], why: str, word: str, name: _Name
    ) -> Iterator[_Found]:
        for hit in name.regex.finditer(folded):
            capital = text[places[hit.start()]].isupper()
            if hit[0] in SMALL and (not capital or _begins(text[: places[hit.start()]])):
                continue
            if name.also_word and not capital:
                yield _Found(hit.start(), hit.end(), UNSURE, "")
                continue
            if name.also_word and _is_a_month(folded, hit):
                continue
            mine = "’s" if hit.lastgroup == "more" else ""
            yield _Found(hit.start(), hit.end(), why, word + mine)


def redacted(text: str, known: Known) -> list[Part]:
    return Redactor(known).parts(text)


def joined(parts: Iterable[Part]) -> str:
    return "".join(words for words, _ in parts)


def removed(parts: Iterable[Part]) -> list[str]:
    """Why something of it was taken out, each reason as often as it was."""
    return [why for _, why in parts if why and why != UNSURE]


# Names --------------------------------------------------------------------------------------------

_BEFORE, _AFTER = r"(?<![^\W\d_])", r"(?:(?P<more>s)(?![^\W\d_])|(?![^\W\d_]))"
_GAP = r"[\s.,'_\-]{0,3}"
_SPELLED = r"[\s.,_\-]{1,2}"
_SPLIT = re.compile(r"[\s.,_/()&+]+")


@dataclass(frozen=True, slots=True)
class _Name:
    regex: re.Pattern[str]
    also_word: bool = False


def _words_of(name: str) -> list[str]:
    words = [one.strip("'-") for one in _SPLIT.split(fold(name))]
    return [one for one in words if one and not one.isdigit()]


def _needles(name: str) -> tuple[str, ...]:
    """Without one of these, squeezed, a text does not have the name."""
    parts = (part for one in _words_of(name) for part in (one, *re.split("['-]", one)))
    found = dict.fromkeys(map(patterns.squeezed, parts))
    return tuple(one for one in found if len(one) > 1 or _is_unspaced(one))


@lru_cache(maxsize=4096)
def _name_patterns(name: str) -> tuple[_Name, ...]:
    tokens = _words_of(name)
    if not tokens:
        return ()
    single = [one for one in tokens if one not in GENERIC]
    found = []
    for whole in (tokens, single):
        if len(whole) > 1:
            ends = [whole[0], whole[-1]]
            rows = (whole, whole[::-1], ends, ends[::-1], [*whole[1:], whole[0]])
            for row in dict.fromkeys(map(tuple, rows)):
                found.append(_Name(_regex(_GAP.join(map(_token, row)), "".join(row))))
    parts = [
        part
        for one in single
        for split in (re.split("-", one), re.split("['-]", one))
        for part in split
        if len(part) > 2
    ]
    initials = "".join(dict.fromkeys(re.escape(one[0]) for one in tokens))
    for one in dict.fromkeys([*single, *parts]):
        if one in GENERIC or (len(one) < 2 and not _is_unspaced(one)):
            continue
        around = rf"(?:(?<![^\W_])[{initials}]\.\s?){{0,3}}"
        behind = rf"(?:\s[{initials}]\.(?!\w))?"
        if len(one) > 3 and one.isalpha() and not _is_unspaced(one):  # spelled: 'M-a-y-a'
            found.append(_Name(_regex(_SPELLED.join(one), one)))
        found.append(
            _Name(_regex(around + _token(one) + behind, one), one in ALSO_WORDS or len(one) == 2)
        )
    return tuple(found)


def _token(token: str) -> str:
    """With or without its apostrophe or hyphen."""
    return "".join(r"[\s'\-]?" if one in "'-" else re.escape(one) for one in token)


def _regex(pattern: str, name: str) -> re.Pattern[str]:
    if _is_unspaced(name):
        return re.compile(pattern)
    return re.compile(_BEFORE + pattern + _AFTER)


def _is_unspaced(name: str) -> bool:
    """Of a script that puts no spaces between words."""
    return any("\u0e00" <= one <= "\u0eff" or "\u3040" <= one <= "\u9fff" for one in name)


def _is_a_month(folded: str, hit: re.Match[str]) -> bool:
    if hit[0].strip(" .") not in MONTHS:
        return False
    before = re.search(r"\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?$", folded[: hit.start()])
    after = re.match(r"\s\d{1,4}(?:st|nd|rd|th)?\b", folded[hit.end() :])
    return bool(before or after)


# Numbers and mail addresses that are known --------------------------------------------------------


def _of_value(value: str) -> Iterator[tuple[str, patterns.Literal]]:
    if "@" in value and not value.startswith("sip:"):
        yield from (("mail", it) for it in patterns.mail_address(fold(value)))
    else:
        yield from (("phone", it) for it in patterns.number(re.sub(r"\D", "", value)))


# Places in a text ---------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _letter(one: str) -> str:
    return letters(one)


def _folded(text: str) -> tuple[str, list[int]]:
    """The fold of a text, and for each of its letters where it stands in the text."""
    found, places = [], []
    for at, one in enumerate(text):
        for letter in _letter(one):
            found.append(" " if letter.isspace() else letter)
            places.append(at)
    return "".join(found), places


def _end(places: list[int], end: int, length: int) -> int:
    """Behind the last letter of a hit, with what has no shape and hangs on it."""
    return places[end] if end < len(places) else length


def _apart(found: Iterable[_Found]) -> list[_Found]:
    """In the order of the text, none over another: of two that overlap both are taken out, as what
    the longer one is. What is taken out goes before what is unsure."""
    rows: list[_Found] = []
    for one in sorted(found, key=lambda it: (it.start, -it.end, it.why == UNSURE)):
        if not rows or one.start >= rows[-1].end:
            rows.append(one)
            continue
        last = rows[-1]
        if one.why == UNSURE:
            continue
        if last.why == UNSURE:
            rows[-1] = _Found(last.start, max(last.end, one.end), one.why, one.word)
            continue
        longer = one if one.end - one.start > last.end - last.start else last
        rows[-1] = _Found(last.start, max(last.end, one.end), longer.why, longer.word)
    return [one for one in rows if one.end > one.start]


def _again(found: Sequence[Part], word: str, why: str) -> bool:
    """Whether the piece before the last says the same person, with a gap alone between."""
    if why not in ("name", "agent") or len(found) < 2 or found[-1][0].strip():
        return False
    last, was = found[-2]
    return was == why and last.casefold() == word.casefold()


def _begins(before: str) -> bool:
    """Whether a sentence begins here."""
    return not before.strip(" \"'“‘(") or before.rstrip(" \"'“‘(").endswith((".", "!", "?"))
