"""Who is calling: what the carrier's From, CallerName and StirVerstat say about a person, and what
they do not.

Withheld callers come as numbers that spell a word on a keypad, with or without a leading 1, or as
the word itself; each such call is a party of its own, for nobody knows whether it is the same
person. A number in national form or from SIP counts as a number: its digits are kept and it is
marked unsure, since nobody can tell which country it belongs to.

Sources: help.twilio.com "Why am I getting calls from these strange numbers?" (stand-ins);
twilio.com/docs/voice/trusted-calling-with-shakenstir (StirVerstat); E.164 (digits).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

STAND_INS = {
    "266696687": "anonymous",
    "7378742833": "restricted",
    "2562533": "blocked",
    "8656696": "unknown",
    "86282452253": "unavailable",
    "464": "unknown",
}
WITHHELD = frozenset(
    {
        "anonymous",
        "blocked",
        "no caller id",
        "not available",
        "out of area",
        "private",
        "private caller",
        "private number",
        "restricted",
        "unavailable",
        "unknown",
        "unknown caller",
        "unknown name",
        "unknown number",
        "withheld",
    }
)
"""Words in place of a number, or of a name."""

NO_NAMES = WITHHELD | {
    "cell phone",
    "cellular call",
    "incoming call",
    "international",
    "mobile caller",
    "name unavailable",
    "no name",
    "payphone",
    "scam likely",
    "spam",
    "spam likely",
    "spam risk",
    "telemarketer",
    "toll free",
    "toll free call",
    "toll free caller",
    "voip caller",
    "wireless call",
    "wireless caller",
}
"""What directories (CNAM) give where they know no name."""

_PLACES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM"
    " NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR"
    " AB BC MB NB NL NS NT NU ON PE QC SK YT"
)
APPS = {"whatsapp": "WhatsApp", "rcs": "RCS", "messenger": "Messenger"}
"""Other ways by which texts come: a word before the address (twilio.com/docs/whatsapp/api)."""

STATES = frozenset(_PLACES.split())
"""States and provinces: CNAM gives the place of a number without a name ("SEATTLE    WA")."""

SHORT_CODE = 6
"""Digits that one has at most (CTIA Short Code Monitoring Handbook: five or six)."""

VALUE = 320
"""Characters that the record keeps of an address."""

NATIONAL, SIP, CLIENT = "number in national form", "number given by SIP", "no telephone number"
ODD = "not a whole number"

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SEPARATORS = re.compile(r"[\s().\-‐-―−/]+")
_SIP = re.compile(r"sips?:([^@;>]*)(?:@([^;:>?]+))?", re.I)


@dataclass(frozen=True, slots=True)
class Caller:
    """value: as the record keeps it; unsure: why the number may not be what it seems."""

    value: str
    withheld: bool
    unsure: str | None


def caller(from_: str, call_id: str) -> Caller:
    """The person behind a call's From. `call_id` names a caller who withholds it."""
    given = _plain(from_)
    if _is_withheld(given):
        return Caller(f"anonymous:{call_id}", True, None)
    if found := _SIP.search(given):
        user, host = _SEPARATORS.sub("", found[1]).casefold(), (found[2] or "").casefold()
        return Caller(f"sip:{user}@{host}"[:VALUE], False, SIP)
    if given.casefold().startswith("client:"):
        return Caller(given[:VALUE], False, CLIENT)
    number = _SEPARATORS.sub("", given.removeprefix("tel:").partition(";")[0])
    if _E164.fullmatch(number):
        return Caller(number, False, None)
    digits = re.sub(r"\D", "", number)
    if number.startswith("+"):
        return Caller(f"+{digits}"[:VALUE], False, ODD)
    return Caller(digits[:VALUE], False, NATIONAL)


def texter(from_: str, text_id: str) -> str:
    """The address behind a text's From: each withheld sender counts as a new person, so `text_id`
    names them. Names and short codes are senders too, and stay as they are."""
    given = _plain(from_)
    digits = _SEPARATORS.sub("", given)
    number = digits.lstrip("+").isdecimal() and not is_short_code(digits)
    known = number or given.casefold() in WITHHELD
    return f"anonymous:{text_id}"[:VALUE] if known and _is_withheld(given) else from_


def is_short_code(value: str) -> bool:
    """A sender of texts with a few digits and no country: 464 is one, +464 none."""
    return value.isdecimal() and len(value) <= SHORT_CODE


def unsure_of(value: str) -> str | None:
    """The same for an address in the record; None for one that is sure, or withheld."""
    if value.startswith("sip:"):
        return SIP
    if value.startswith("client:"):
        return CLIENT
    if app_of(value)[0]:
        return None
    if value.startswith("+"):
        return None if _E164.fullmatch(value) else ODD
    return NATIONAL if value.isdecimal() else None


def app_of(address: str) -> tuple[str | None, str]:
    """The app by which a text came, and the address without it: ('WhatsApp', '+12065550142')."""
    word, colon, rest = address.partition(":")
    app = APPS.get(word.casefold()) if colon else None
    return app, rest if app else address


def can_be_called(value: str) -> bool:
    """Whether this address in the record is a telephone number that we could dial."""
    return _E164.fullmatch(value) is not None


def why_not_called(value: str) -> str:
    """Words for an agent who wants to call it all the same."""
    if app := app_of(value)[0]:
        return f"{app}: it is not a telephone. Call their number."
    if unsure := unsure_of(value):
        return f"{unsure}: it cannot be dialled. Ask them for their full number."
    return "the number was withheld"


def name_of(caller_name: str | None) -> str | None:
    """The name that a directory gave (CNAM), if it is a name and not a kind of line, a place or a
    number."""
    name = " ".join((caller_name or "").split())
    words = re.sub(r"[^\w\s]+", " ", name.casefold()).split()
    if not words or " ".join(words) in NO_NAMES or any(c.isdigit() for c in name):
        return None
    if len(words) > 1 and name == name.upper() and words[-1].upper() in STATES:
        return None
    return name if sum(c.isalpha() for c in name) > 1 else None


def stir_of(verstat: str | None) -> str | None:
    """verified: their own carrier vouches for the number; failed: it may be somebody else's; None:
    nothing is known (attestations B and C do not vouch for the number)."""
    word = (verstat or "").casefold()
    if word.startswith("tn-validation-passed-a"):
        return "verified"
    return "failed" if word.startswith("tn-validation-failed") else None


def _plain(text: str) -> str:
    """Without invisible characters, and in plain digits."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join(kept).strip().strip('"').strip()


def _is_withheld(given: str) -> bool:
    sip = _SIP.search(given)
    user = sip[1] if sip else given
    words = " ".join(re.sub(r"[^\w\s]+|_", " ", user.casefold()).split())
    if words in WITHHELD or (sip is not None and (sip[2] or "").endswith(".invalid")):
        return True
    digits = re.sub(r"\D", "", user)
    if given.casefold().startswith("client:"):
        return False
    if sip is None and _SEPARATORS.sub("", user).lstrip("+").isdecimal():
        return digits in STAND_INS or (digits[:1] == "1" and digits[1:] in STAND_INS)
    return sip is None and not digits
