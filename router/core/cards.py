"""Card numbers in what people write: shown with their last four digits alone. Pure.

A number counts as a card's if it begins as one of the large schemes' does, is as long as theirs
are, and its last digit is right by Luhn's rule (ISO/IEC 7812). The text keeps its length, so that
places in it stay right. The record keeps what was written; no screen shows it.
"""

from __future__ import annotations

import re

_CANDIDATE = re.compile(r"\d(?:[ \-.\u00a0]?\d){12,}")
_SCHEME = re.compile(
    r"4\d{12}(?:\d{3}){0,2}$"  # Visa: 13, 16, 19
    r"|5[1-5]\d{14}$|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$"  # Mastercard
    r"|3[47]\d{13}$"  # American Express
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12}$"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12}$"  # JCB
    r"|3(?:0[0-5]|[689]\d)\d{11}$"  # Diners
)
_LAST = 4


def masked(text: str) -> str:
    """'my card is 4111 1111 1111 1111' -> 'my card is •••• •••• •••• 1111'."""
    return _CANDIDATE.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    telephone = found.start() > 0 and found.string[found.start() - 1] == "+"
    if telephone or not _SCHEME.match(digits) or not _luhn(digits):
        return found[0]
    left = len(digits) - _LAST
    shown = []
    for letter in found[0]:
        shown.append("•" if letter.isdigit() and left > 0 else letter)
        left -= letter.isdigit()
    return "".join(shown)


def _luhn(digits: str) -> bool:
    odd = [int(one) for one in digits[-1::-2]]
    even = [int(one) * 2 for one in digits[-2::-2]]
    return (sum(odd) + sum(one - 9 if one > 9 else one for one in even)) % 10 == 0
