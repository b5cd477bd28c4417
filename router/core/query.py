"""A query for an incident as somebody typed it, turned into search terms for the record.

Telephones are found however they are written: with and without country, trunk 0, 00 or 011, tel:,
brackets, any dash, an extension behind them.
"""

from __future__ import annotations

import re

from .text import fold

TERMS = 6
"""Words of a query that count."""

WHOLE = 8
"""Digits from which a number is more than the end of one."""

_EXTENSION = re.compile(
    r"[;,]?\s*(?:(?<![a-z])ext(?:ension|n)?\b\.?|(?<![a-z])x(?=[\s.]*\d)|#)[\s=:.]*\d{1,6}$"
)
_RUN = re.compile(
    r"(?<!\S)(?P<number>[(+]{0,2}\d[\d\s().•/_\-]{0,200}\d)[),;.]*(?!\S)"
    r"(?:[;,]?\s*(?:ext(?:ension|n)?\.?|x|#)[\s=:.]*\d{1,6}(?!\S))?"
)
"""Groups of digits in a row, with an extension behind them. Bounded: a text may be nothing else."""
_AMERICAN = re.compile(
    r"(?<!\S)\+?(?:1[\s.\-/_]*)?\(?[2-9]\d\d\)?[\s.\-/_]*\d{3}[\s.\-/_]*\d{4}(?!\S*\d)"
)
_LOCAL = re.compile(r"\d{3}[\s.\-/_]\d{4}")
_SCHEME = re.compile(r"(?:mailto|tel|sips?|whatsapp|rcs):")
_DASHED = re.compile(r"\d+(?:-\d+)+")
_SEPARATORS = re.compile(r"[\s().•/_\-]+")
_PHONE = re.compile(r"\+?[\d\s().•/_\-]+")
_NUMBER = re.compile(r"(?:inc[-\s#]*|#)?(\d{1,9})")
_TAG = re.compile(r"\[inc-(\d{1,9})\]")
_NAMED = re.compile(r"(?<![\w-])inc-#?(\d{1,9})(?![\w-])")
_QUOTED = re.compile('"[^"]+"|“[^”]+”|«[^»]+»')
_AROUND = '<>[]{}()"“”«»,;'
_ENDS = " .?!:"
"""Marks at the end of a sentence, copied with its last word."""

Term = tuple[str, ...]
"""One of these has to be found."""


def number_of(query: str) -> int | None:
    """The incident's number in 'INC-20419', '[INC-20419]', '#20419' or '20419'."""
    folded = fold(query)
    found = _NUMBER.fullmatch(folded.strip(_AROUND + _ENDS)) or _NAMED.search(folded)
    return int(found[1]) if found else None


def terms_of(query: str) -> list[Term]:
    """The words of a query; a telephone number, however it is written, is one, and so are the
    words between two quotes."""
    folded = _TAG.sub(" ", fold(query))
    terms: list[Term] = []
    around, at = "", 0
    for quoted in _QUOTED.finditer(folded):
        phrase = quoted[0][1:-1].strip()
        if " " in phrase and not _phone(phrase):
            terms.append((phrase,))
            around += folded[at : quoted.start()] + " "
            at = quoted.end()
    return (terms + _terms(around + folded[at:]))[:TERMS]


def numbers_in(folded: str) -> list[str]:
    """The telephone numbers that stand in groups in a folded text, as digits alone."""
    found: dict[str, None] = {}
    for start, end in _among(folded):
        if (phone := _phone(folded[start:end])) and phone[0].isdecimal():
            found[phone[0]] = None
            found[re.sub(r"\D", "", _EXTENSION.sub("", folded[start:end]))] = None
    return list(found)


def _terms(folded: str) -> list[Term]:
    if phone := _phone(folded):
        typed = folded.strip(_AROUND + _ENDS)
        # A booking is written so, too; somebody has it as it stands.
        return [(*phone, typed) if _DASHED.fullmatch(typed) else phone]
    terms: list[Term] = []
    at = 0
    for start, end in _among(folded):
        terms += _words(folded[at:start])
        number = folded[start:end]
        phone = _phone(number)
        # The record may have it in a title, as somebody typed it.
        terms += [(*phone, _EXTENSION.sub("", number).strip(_AROUND))] if phone else _words(number)
        at = end
    return terms + _words(folded[at:])


def _words(text: str) -> list[Term]:
    """Each of the words; a telephone number without blanks is found by its digits."""
    terms: list[Term] = []
    for word in text.split():
        if word := _bare(word):
            whole = len(re.sub(r"\D", "", word)) >= WHOLE
            terms.append((whole and _phone(word)) or (word,))
    return terms


def _among(folded: str) -> list[tuple[int, int]]:
    """Where grouped telephone numbers occur among other words, with their extensions."""
    found = []
    for run in _RUN.finditer(folded):
        start, end = run.span()
        abroad = run[0].lstrip("(").startswith(("+", "00"))
        digits = sum(letter.isdigit() for letter in run["number"])
        american = _AMERICAN.search(run[0])
        if american and not run[0].lstrip("(+").startswith("00"):
            if american.end() < len(run["number"]):
                end = start + american.end()  # more numbers follow that are none of its own
            start += american.start()
        elif not (
            digits >= (WHOLE if abroad else WHOLE + 2)
            or "•" in run[0]
            or _LOCAL.fullmatch(run["number"])
        ):
            continue
        found.append((start, end))
    return found


def _phone(text: str) -> Term | None:
    """The endings that a number in the record may have; None if this is not a number."""
    text = text.strip(_AROUND + " ")
    sip = text.startswith("sip")
    if sip or text.startswith("tel:"):
        text = text.partition(";")[0]  # parameters (RFC 3966, 3)
    text = _bare(text)
    text = _EXTENSION.sub("", text.partition("@")[0] if sip else text)
    if not _PHONE.fullmatch(text) or sum(letter.isdigit() for letter in text) < 4:
        return None
    number = _SEPARATORS.sub("", text.replace("(0)", "")) if "•" not in text else ""
    if not number:  # as it is shown: the dots stand for anything
        return (re.sub(r"[^\d•]", "", text),)
    abroad = number.startswith(("+", "00"))
    digits = number.lstrip("+")
    if digits.startswith("011") and len(digits) > 11:
        digits, abroad = digits[3:], True
    if len(digits.lstrip("0")) >= WHOLE:
        digits = digits.lstrip("0")
    if len(digits) == 11 and digits[0] == "1":
        return (digits[1:],)
    national = [f" 0{digits[n:]}" for n in (1, 2, 3)] if abroad and len(digits) >= WHOLE + 2 else []
    return (digits, *national)


def _bare(text: str) -> str:
    """The number without surrounding brackets and marks, or the word that says what it is."""
    text = text.strip(_AROUND + " ")
    if found := _SCHEME.match(text):
        text = text[found.end() :].strip(_AROUND + " ")
        if found[0] == "mailto:":
            text = text.partition("?")[0]
    return text.rstrip(_ENDS)
