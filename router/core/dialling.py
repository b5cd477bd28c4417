"""Whom the centre may call. Every dial, call back and transfer asks here, and nowhere else; so does
an automatic text, which a machine could ask us for a thousand times. People may answer anybody who
wrote.

Numbers that cost per minute what a call costs per day are never dialled, whatever a centre lists:
toll fraud lives on premium, shared-cost, personal and satellite numbers. All others are dialled
only in listed countries. A number's country and kind come from Google's metadata (`phonenumbers`,
in the version that this release locks).

Sources: ITU-T E.164 list of assigned country codes (870, 878, 881-883, 888, 979: no country);
NANPA (900 and the exchange 976 premium, 5XX personal); Ofcom National Telephone Numbering Plan (070
personal, 084 and 087 service).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType as Type
from phonenumbers import timezone

from .caller import can_be_called, why_not_called

NEVER = {
    Type.PREMIUM_RATE: "a premium number",
    Type.SHARED_COST: "a shared-cost number",
    Type.PERSONAL_NUMBER: "a personal number, which is passed on at a price of its own",
    Type.PAGER: "a pager",
    Type.VOICEMAIL: "somebody's voicemail",
}
NO_TEXTS = {Type.FIXED_LINE: "a landline", Type.TOLL_FREE: "a toll-free number"}
"""Where the numbering plan tells them from mobiles (North America's does not)."""
NO_COUNTRY = {
    870: "a satellite number",
    878: "a personal number, which is passed on at a price of its own",
    881: "a satellite number",
    882: "a satellite or network number",
    883: "a satellite or network number",
    808: "a shared-cost number",
    979: "a premium number",
}
"""Codes of services that belong to no country."""

NANP = 1
PREMIUM_EXCHANGE = "976"
"""Within every area code of North America."""

ANYWHERE = "001"
"""The library's name for what is of no country."""

MEND = "Ask them for another number."


_TYPED = re.compile(r"\+?[\d\s().\-/‐-―−]{3,40}", re.ASCII)
"""A number as people write it. Letters (1-800-FLOWERS) are no digits here: nobody guesses."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code of the desk protocol, and words for the agent. They contain no number."""

    code: str
    text: str


class Dialling:
    """The rule of one configuration."""

    def __init__(
        self, countries: Iterable[str], also: Iterable[str] = (), ours: Iterable[str] = ()
    ) -> None:
        """
        Args:
            countries: ISO 3166 codes.
            also: prefixes (+44770...) that are called although no numbering plan knows them.
            ours: the numbers of our own lines.
        """
        self._countries = frozenset(countries)
        self._also = tuple(also)
        self._ours = frozenset(ours)

    def refusal(self, value: str) -> Refusal | None:
        """Why this address in the record may not be dialled; None if it may."""
        if not value.isascii() or not can_be_called(value):
            return Refusal("bad_request", why_not_called(value))
        if not self._ours:
            return Refusal("not_allowed", "no line of this centre has a number to call from")
        if value in self._ours:
            return Refusal("not_allowed", "our own line: the caller would go in circles")
        kind = _kind(value)
        if kind.never is not None:
            return Refusal("not_allowed", f"{kind.never}: it is never called from here. {MEND}")
        if kind.country is not None:
            return None if kind.country in self._countries else self._unlisted(kind.country)
        if value.startswith(self._also):
            return None
        if kind.code == NANP and kind.main in self._countries and kind.possible:
            return None  # North America gets new area codes each year, and people call from them
        if kind.main is not None and kind.main not in self._countries:
            return self._unlisted(kind.main)
        where = "no country" if kind.main is None else "no numbering plan"
        return Refusal("not_allowed", f"{where} has such a number. Check its digits. {MEND}")

    def text_refusal(self, value: str) -> Refusal | None:
        """Why no text is sent to this address before it has written to us; None if one may be."""
        if (no := self.refusal(value)) is not None:
            return no
        kind = _kind(value).voice_only
        if kind is None:
            return None
        return Refusal("not_allowed", f"{kind}: it takes no texts. Call it, or write a mail")

    def words(self, value: str) -> str | None:
        """The same, as words only."""
        found = self.refusal(value)
        return found.text if found else None

    def text_words(self, value: str) -> str | None:
        """Why no first text is sent there, as words only."""
        found = self.text_refusal(value)
        return found.text if found else None

    def _unlisted(self, country: str) -> Refusal:
        listed = ", ".join(sorted(self._countries)) or "nowhere"
        return Refusal(
            "not_allowed",
            f"a number of another country ({country}): this centre calls {listed}. {MEND}",
        )


@dataclass(frozen=True, slots=True)
class _Kind:
    """never: its kind, if it may not be called anywhere; country: None if no plan knows it; main:
    the country of its code, None if there is none."""

    never: str | None
    country: str | None
    main: str | None
    code: int
    possible: bool
    voice_only: str | None = None
    """Its kind, if it surely takes no texts."""


@lru_cache(maxsize=4096)
def _kind(value: str) -> _Kind:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return _Kind(_of_no_country(value), None, None, 0, False)
    code = number.country_code or 0
    main = phonenumbers.region_code_for_country_code(code)
    if main in (ANYWHERE, "ZZ"):
        return _Kind(_of_no_country(value), None, None, code, False)
    never = NEVER.get(phonenumbers.number_type(number))
    national = str(number.national_number)
    if code == NANP and (national[3:6] == PREMIUM_EXCHANGE or national.startswith("900")):
        never = NEVER[Type.PREMIUM_RATE]
    country = phonenumbers.region_code_for_number(number)
    possible = phonenumbers.is_possible_number(number)
    silent = NO_TEXTS.get(phonenumbers.number_type(number))
    return _Kind(never, country, main, code, possible, silent)


def _of_no_country(value: str) -> str | None:
    return NO_COUNTRY.get(int(value[1:4]))


def country_of(value: str) -> str | None:
    """The ISO code of a number's country; None if it belongs to none."""
    return _kind(value).country if can_be_called(value) else None


@lru_cache(maxsize=4096)
def zone_of(value: str) -> str | None:
    """The time zone of a number, where its area has one; None: it may be in several, or nobody
    knows."""
    zones = zones_of(value)
    return zones[0] if len(zones) == 1 else None


def zones_of(value: str) -> tuple[str, ...]:
    """The time zones of a number's area; (): nobody knows."""
    if not can_be_called(value):
        return ()
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


def typed_number(text: str, country: str | None) -> str | None:
    """What somebody typed, as it would be dialled: in any form with its country, or as one dials it
    within `country`. None: no telephone number. It says nothing of whether it may be called."""
    text = text.strip().removeprefix("tel:")
    if not _TYPED.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return value if can_be_called(value) else None


def in_groups(value: str) -> str:
    """A number as people read it out ("+1 206 555 0142"); any other address as it is."""
    if not can_be_called(value):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return told.replace("-", " ")


def is_country(code: str) -> bool:
    """An ISO code that has telephone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS
