"""How a screen shows an address: enough to recognise, too little to misuse."""

from __future__ import annotations

from .bidi import isolated
from .caller import app_of


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


def excerpt(text: str, limit: int = 140) -> str:
    """The first words of a text on one line."""
    line = " ".join(text.lstrip()[: 20 * limit].split())
    return isolated(line if len(line) <= limit else line[: limit - 1].rstrip() + "…")
