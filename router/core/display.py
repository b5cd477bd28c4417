"""How a screen shows an address: enough to recognise, too little to misuse."""

from __future__ import annotations

import re
from collections import Counter

from .bidi import isolated, plain
from .caller import app_of
from .cards import masked


def mask_phone(number: str) -> str:
    """'+12065550142' -> '+1 206 ••• 0142'; short codes and withheld numbers stay readable."""
    if number.startswith("anonymous:"):
        return "withheld number"
    app, rest = app_of(number)
    if app:
        return f"{app} {mask_phone(rest) if rest.startswith('+') else _ends(rest)}"
    if number.startswith("sip:"):
        user = number.removeprefix("sip:").partition("@")[0]
        return f"{_ends(user) if len(user) > 4 else user} (SIP)"
    if number.startswith("client:"):
        return "no telephone (client)"
    if not number.startswith("+"):
        return _ends(number) if len(number) > 6 else number
    if len(number) < 9:
        return number
    if number.startswith("+1") and len(number) == 12:
        return f"+1 {number[2:5]} ••• {number[-4:]}"
    return _ends(number)


def _ends(number: str) -> str:
    return f"{number[:3]} ••• {number[-4:]}" if len(number) > 8 else f"••• {number[-3:]}"


def mask_mail(address: str) -> str:
    """'maya.torres@example.com' -> 'ma•••@example.com'."""
    local, at, domain = address.partition("@")
    return f"{local[:2]}•••{at}{domain}" if at else "•••"


def mask(kind: str, value: str) -> str:
    """Masks by the kind of address: phone or email."""
    return mask_phone(value) if kind == "phone" else mask_mail(value)


def in_words(text: str) -> str:
    """A message as it is read: what came with it is named in words, not by its types. The record
    keeps the message as it came."""
    files = Counter(_kind(found) for found in _ATTACHED.findall(text))
    if not files:
        return text
    told = " and ".join(f"a {kind}" if n == 1 else f"{n} {kind}s" for kind, n in files.items())
    own = _ATTACHED.sub("", text).strip()
    return f"{own}\n[{told}]" if own else told


_ATTACHED = re.compile(r"^\[attachment(?: \d+)?: ([^\n]*)\]$", re.MULTILINE)
"""As a channel writes it, on a line of its own."""
_KINDS = {"image": "picture", "video": "video", "audio": "sound"}


def _kind(attached: str) -> str:
    kind = re.search(r"(?:^|, )(image|video|audio)/", attached)
    return _KINDS[kind[1]] if kind else "file"


def title_of_call(who: str, way: str = "from") -> str:
    """Of an incident of which nothing else is known."""
    return excerpt(f"Call {way} {who}", 80)


def untagged(subject: str) -> str:
    """What a mail is about: 'Re: Fwd: [INC-20401] Your keys' -> 'Your keys'."""
    return " ".join(_AHEAD.sub("", _TAG.sub(" ", plain(subject))).split())


_TAG = re.compile(r"\[INC-\d{1,9}\]", re.IGNORECASE)
_AHEAD = re.compile(r"\A(?:\s*(?:re|fwd?|aw|wg|sv|vs|tr|rv)(?:\[\d{1,3}\])?\s*:)+", re.IGNORECASE)
"""As mail programs write it before a subject, when somebody answers or passes it on."""


def excerpt(text: str, limit: int = 140) -> str:
    """The first words of a text on one line."""
    line = masked(" ".join(in_words(text.lstrip()[: 20 * limit]).split()))
    return isolated(line if len(line) <= limit else line[: limit - 1].rstrip() + "…")
