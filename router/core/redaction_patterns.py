"""What looks like a number, an address, a link, a booking, over folded words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .redaction_words import (
    JOINS,
    NOT_IN_A_STREET,
    PLATFORMS,
    REPEATS,
    STREETS,
    STREETS_BEFORE,
    STREETS_IN_ONE,
    TENS,
    UNITS,
    UNITS_ES,
)

DIGITS = 7
"""As many digits, however they are grouped, are a number that somebody could call."""
TAIL = 6
"""As many of the last digits of a known number are that number."""
CARD = 13

_MAIL = re.compile(  # from where a word begins alone: a long one is read once
    r"(?<![\w.+\-•*])(?:[\w.+\-•*]+(?:@|\s?@\s)[\w\-•]+(?:\s?\.\s?[\w\-]+)*"
    r"|[\w.+\-•*]+\s@[\w\-•]+(?:\.[\w\-]+)+"
    r"|[\w.+\-]+\s?[(\[{<]?\s?(?<![^\W_])(?:at|arroba)(?![^\W_])\s?[)\]}>]?\s?[\w\-]+"
    r"(?:\s?[(\[{<]?\s?(?<![^\W_])(?:dot|punto)(?![^\W_])\s?[)\]}>]?\s?[\w\-]+)+)"
)
_LINK = re.compile(
    r"(?:https?|ftp|mailto|tel|sip)\s?:\s?/{0,2}[^\s<>\"”’)]+|www\.[^\s<>\"”’)]+"
    r"|(?<![\w@.\-])(?:[a-z0-9\-]{1,60}\.){1,4}(?:com|net|org|io|co|info|biz|app|dev|me|us|uk|es|mx|de"
    r"|fr|it|pl|ca|au|ly|gl|page|link|site|online|shop|vet|pet|health|gov|edu)(?![\w])"
    r"(?:[/?#][^\s<>\"”’)]*)?"
)
_HANDLE = re.compile(r"(?<![\w.+\-•*@])@[^\W_][\w\-]+(?:\.[\w\-]+)*")
_CALLED_THERE = re.compile(  # 'instagram: dogmom', 'her venmo is dogmom3'
    rf"(?<![^\W_])(?:{'|'.join(PLATFORMS)})(?:\s(?:user(?:name)?|handle|account|id|usuari[oa]|cuenta))?"
    r"(?:\s?[:=]\s?|(?:\s(?:is|as|es|como))?\s(?=[a-z.\-]*[\d_]|[a-z]+\.[a-z]))"
    r"((?!https?:)[^\W_][\w\-]+(?:\.[\w\-]+)*)"
)
_PLATE = re.compile(
    r"(?<![^\W_])(?:plates?|matriculas?|placas?|registration)"
    r"(?:\s(?:number|no\.?|numero|is|was|es|era))?[\s:#]{1,3}"
    r"((?:[a-z0-9]{1,8}[\s\-·]){0,2}[a-z0-9]{1,8})(?![^\W_])"
)
_RUN = re.compile(
    r"(?<![\d•])(?:\+|\()?[\d•*](?:[ \t().\-/·_|\\]{0,4}[\d•*]){6,}"
    r"(?:[\s,]{0,2}(?:ext|x|extn|extension)\.?\s?\d{1,6})?"
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)?\d\d)(?!\d)"
)
_SAID = "|".join(dict.fromkeys((*UNITS, *UNITS_ES, *TENS, *REPEATS)))
_ENDS_IN = re.compile(
    r"(?:ending|ends|end|last (?:four|three|two|4|3|2)(?: digits)?|terminad[oa]|termina)"
    r"(?: in| with| on| are| is| en|:)?\s"
    rf"(\d{{2,6}}(?!\d)|(?:(?:{_SAID})[\s,\-]{{1,2}}){{1,5}}(?:{_SAID})(?![^\W_]))"
)
_WORD = re.compile(r"[^\W_]+")
_COUNT = {
    **dict.fromkeys((*UNITS, *UNITS_ES), 1), **dict.fromkeys(TENS, 2), **dict.fromkeys(REPEATS, 1),
}  # fmt: skip
_COUNT["triple"] = 2
_GAP = re.compile(r"[\s,.\-/()+]{1,4}(?:and\s|y\s)?")

_UNIT = r"(?:[,\s]{1,2}(?:apt|apartment|unit|suite|ste|flat|floor|piso|#)\.?\s?[\w\-]{1,6})?"
_TOWN = r"(?:,?\s[a-z .'\-]{2,30},?\s[a-z]{2}\s\d{5}(?:-\d{4})?)?"
_STREET = re.compile(
    r"(?<![\w.])(\d{1,6}(?:\s?[a-z]|\s?[-/]\s?\d{1,4})?,?\s(?=[0-9'.\-]*[a-z])(?:[a-z0-9'.\-]+\s){1,4}?)"
    rf"(?:{'|'.join(STREETS)})\b\.?(?:\s(?:n|s|e|w|ne|nw|se|sw)\b\.?)?{_UNIT}{_TOWN}"
)
_STREET_BEFORE = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(map(re.escape, STREETS_BEFORE))})(?:(?<=[./])|(?![^\W_]))\s?"
    r"(?:[a-z'.\-]+\s){0,5}?[a-z'.\-]+,?\s?(?:n[o.º°]{0,2}\s?|num\.?\s)?\d{1,5}[a-z]?(?![\w])"
    r"(?:,\s?\d{1,2}[ºo°]?\s?[a-z]?\b)?"
)
_STREET_IN_ONE = re.compile(
    rf"(?<![\w\-])[a-z\-]{{3,40}}(?:{'|'.join(map(re.escape, STREETS_IN_ONE))})\s?\d{{1,4}}[a-z]?\b"
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\s\w{1,8}\b")
_ZIP = re.compile(r"(?<![^\W_])([a-z]{2})\s\d{5}(?:-\d{4})?(?!\d)")
_POSTCODE = re.compile(r"(?<![^\W_])([a-z]{1,2})\d[a-z\d]?\s?\d[a-z]{2}(?![^\W_])")
_SPOT = re.compile(r"-?\d{1,3}\.\d{3,}°?\s?[ns]?[,;\s]{1,3}-?\d{1,3}\.\d{3,}°?\s?[ew]?")
_BOOKING = re.compile(
    r"(?:booking|reservation|reserva|stay|order)\s?(?:number|no\.?|nr\.?|id|code|ref(?:erence)?)?"
    r"\s?(?:is\s|:\s?|#\s?)?((?=[a-z\-]*\d)[a-z0-9][a-z0-9\-/]{3,40})(?![\w])"
)


def by_looks(folded: str, written: Callable[[int], str]) -> Iterator[tuple[str, int, int]]:
    """Whatever looks so: why, from where, to where. `written`: the letter as it was written."""
    for hit in _MAIL.finditer(folded):
        yield "mail", hit.start(), hit.end()
    for hit in _LINK.finditer(folded):
        yield "link", hit.start(), hit.end()
    for hit in _HANDLE.finditer(folded):
        yield "handle", hit.start(), hit.end()
    for hit in _CALLED_THERE.finditer(folded):
        yield "handle", hit.start(1), hit.end(1)
    for hit in _PLATE.finditer(folded):
        yield from _plate(hit.start(1), hit[1], written)
    for hit in _BOOKING.finditer(folded):
        yield "booking", hit.start(1), hit.end(1)
    yield from _numbers(folded)
    yield from _addresses(folded, written)


def _plate(start: int, said: str, written: Callable[[int], str]) -> Iterator[tuple[str, int, int]]:
    """As far as it is in capital letters and digits, or both are in one word."""
    end = 0
    for hit in _WORD.finditer(said):
        capital = all(
            one.isdigit() or written(start + hit.start() + n).isupper()
            for n, one in enumerate(hit[0])
        )
        mixed = not hit[0].isdigit() and any(one.isdigit() for one in hit[0])
        if not (capital or mixed):
            break
        end = hit.end()
    if any(one.isdigit() for one in said[:end]) and len(squeezed(said[:end])) >= 4:
        yield "plate", start, start + end


def _numbers(folded: str) -> Iterator[tuple[str, int, int]]:
    dates = [(hit.start(), hit.end()) for hit in _DATE.finditer(folded)]
    masked = list(folded)
    for start, end in dates:
        masked[start:end] = "x" * (end - start)
    plain = "".join(masked)
    for hit in _RUN.finditer(plain):
        digits = sum(one.isdigit() or one in "•*" for one in hit[0])
        if any(one.isdigit() for one in hit[0]):
            yield "card" if digits >= CARD and digits <= 19 else "phone", hit.start(), hit.end()
    for hit in _ENDS_IN.finditer(folded):
        yield "phone", hit.start(1), hit.end(1)
    yield from _said(plain)


def _said(folded: str) -> Iterator[tuple[str, int, int]]:
    """Numbers in words, or half in words: 'two oh six, triple five, 0142'."""
    row: list[re.Match[str]] = []
    for hit in [*_WORD.finditer(folded), None]:
        if hit and row and hit[0] in JOINS:
            continue
        near = row and hit and _GAP.fullmatch(folded[row[-1].end() : hit.start()])
        if hit and _digits_of(hit[0]) and (near or not row):
            row.append(hit)
            continue
        yield from _row(row)
        row = [hit] if hit and _digits_of(hit[0]) else []


def _row(row: list[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    if sum(_digits_of(one[0]) for one in row) >= DIGITS and any(one[0] in _COUNT for one in row):
        yield "phone", row[0].start(), row[-1].end()


def _digits_of(word: str) -> int:
    return len(word) if word.isdigit() else _COUNT.get(word, 0)


def _addresses(folded: str, written: Callable[[int], str]) -> Iterator[tuple[str, int, int]]:
    for hit in _STREET.finditer(folded):
        middle = re.findall(r"[a-z0-9']+", hit[1])[1:]
        if middle and not NOT_IN_A_STREET.intersection(middle):
            yield "street", hit.start(), hit.end()
    for pattern in (_STREET_BEFORE, _STREET_IN_ONE, _PO_BOX, _SPOT):
        for hit in pattern.finditer(folded):
            yield "street", hit.start(), hit.end()
    for pattern in (_ZIP, _POSTCODE):
        for hit in pattern.finditer(folded):
            if all(written(at).isupper() for at in range(hit.start(1), hit.end(1))):
                yield "street", hit.start(), hit.end()


# What is known ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """Something that is known. `needle`: squeezed, a text that has it has this, too."""

    needle: str
    regex: re.Pattern[str]


def squeezed(folded: str) -> str:
    """Its letters and digits alone."""
    return "".join(filter(str.isalnum, folded))


def number(digits: str) -> Iterator[Literal]:
    """A known number, by its last digits, however they are grouped, with whatever stands before
    them; a short one as it is."""
    if len(digits) < 3:
        return
    tail = digits[-TAIL:] if len(digits) > TAIL else digits
    apart = r"[\W_]{0,4}".join(tail)
    ahead = r"(?<!\d)[+(]{0,2}(?:\d[\W_]{0,4}){0,12}?" if len(digits) > TAIL else r"(?<!\d)"
    yield Literal(tail, re.compile(rf"{ahead}{apart}(?!\d)"))


def mail_address(address: str) -> Iterator[Literal]:
    """A known mail address: itself, and what stands before its @."""
    local, _, domain = address.partition("@")
    gap = r"\s{0,2}"
    whole = re.compile(rf"{re.escape(local)}{gap}@{gap}{re.escape(domain)}")
    yield Literal(squeezed(address), whole)
    if len(local) >= 5:
        yield from _apart(re.findall(r"[^\W_]+", local), r"[\W_]{0,2}")


def booking(value: str) -> Iterator[Literal]:
    """A known booking, with or without its dashes, and its digits alone."""
    groups = re.findall(r"[^\W\d_]+|\d+", value)
    if len("".join(groups)) < 3:
        return
    gap = r"[\W_]{0,2}"
    yield from _apart(groups, gap)
    digits = [one for one in groups if one.isdigit()]
    if len("".join(digits)) >= 4:
        yield Literal("".join(digits), re.compile(rf"(?<!\d){gap.join(digits)}(?!\d)"))


def place(value: str) -> Iterator[Literal]:
    """A known place that has a number in it is an address: whole, its part with the number, and the
    name of the street without it. A town alone stays."""
    for part in dict.fromkeys((value, *value.split(","))):
        if any(one.isdigit() for one in part):
            yield from phrase(part)
    for part in value.split(","):
        words = re.findall(r"[^\W_]+", part)
        street = [one for one in words if not any(map(str.isdigit, one))]
        if 1 < len(street) < len(words):
            yield from phrase(" ".join(street))


def phrase(value: str) -> Iterator[Literal]:
    """These words one after the other, whatever stands between them."""
    return _apart(re.findall(r"[^\W_]+", value), r"[\W_]{0,3}")


def _apart(words: list[str], gap: str) -> Iterator[Literal]:
    if words:
        whole = gap.join(map(re.escape, words))
        yield Literal("".join(words), re.compile(rf"(?<![^\W_]){whole}(?![^\W_])"))
