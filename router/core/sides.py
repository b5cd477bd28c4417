"""Words to one person that give away another side's. Pure.

Owner's side and sitter's side may each know their own; a vet, a witness, the police stand alone. So
what one of them wrote, or where they are reached, is not to be in a message to another: whoever
writes it is asked first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from router.core.party import THIRD, side_of
from router.core.text import fold

RUN = 8
"""So many words one after the other are a quotation, not a coincidence."""
DIGITS = 7
"""A number with fewer is no telephone number."""

_WORD = re.compile(r"\w+")
_APART = re.compile(r"(?<=\d)[\s().\-/‐-―]+(?=[\d(])")
_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else of the incident: what they wrote, and where they are reached."""

    name: str
    words: tuple[str, ...]
    values: tuple[str, ...]


def apart(party: str, role: str | None, other: str, role_of_other: str | None) -> bool:
    """Whether two parties (ids and roles) are not to see each other's words."""
    if party == other:
        return False
    sides = side_of(role), side_of(role_of_other)
    return sides[0] != sides[1] or sides[0] in (THIRD, None)


def given_away(text: str, others: Iterable[Other]) -> str | None:
    """What of somebody else is in this text, in words; None: nothing."""
    for other in others:
        if any(_has(text, value) for value in other.values):
            return f"it has {other.name}’s number or address in it"
        if any(_quotes(text, said) for said in other.words):
            return f"it repeats {other.name}’s words"
    return None


def _quotes(text: str, said: str) -> bool:
    words, theirs = _WORD.findall(fold(text)), _WORD.findall(fold(said))
    if len(words) < RUN or len(theirs) < RUN:
        return False
    runs = {tuple(theirs[n : n + RUN]) for n in range(len(theirs) - RUN + 1)}
    return any(tuple(words[n : n + RUN]) in runs for n in range(len(words) - RUN + 1))


def _has(text: str, value: str) -> bool:
    if "@" in value:
        return value.casefold() in text.casefold()
    digits = re.sub(r"\D", "", value)
    if len(digits) < DIGITS:
        return False
    # As it is written at home: with a 0 before it; digits that follow ("9am") hide nothing.
    found = (one.lstrip("0") for one in _NUMBER.findall(_APART.sub("", text.replace("(0)", ""))))
    return any(
        digits[-10:] in one or (len(one) >= DIGITS and digits.endswith(one)) for one in found
    )
