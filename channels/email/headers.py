"""Headers of real mail as text: encoded words, addresses, Message-IDs.

`email.policy.default` of Python 3.11 raises on mail that people really send (unknown charsets,
broken address headers), so messages are parsed with `compat32`, which keeps everything, and the
decoding is done here. No function in this file raises on any input.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from channels.email.charsets import clean, codec, decode

MAX_ADDRESS = 320
"""Characters of an address (64 local, '@', 255 domain: RFC 5321, 4.5.3.1)."""

MAX_ID = 320
HEADER_LIMIT = 20_000
MAX_HEADERS = 2_000
"""At most this many headers of one message or part are read."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: `value` is lower case and shaped like an address."""

    value: str
    name: str | None


def headers(message: Message, name: str) -> list[str]:
    """Every header of that name, unfolded, as text (encoded words still encoded)."""
    wanted = name.casefold()
    some = islice(message.raw_items(), MAX_HEADERS)
    return [_header_text(value) for key, value in some if str(key).casefold() == wanted]


def header(message: Message, name: str) -> str:
    """The first header of that name with its encoded words read (RFC 2047); '' if absent."""
    found = headers(message, name)
    return words(found[0]) if found else ""


def _header_text(value: object) -> str:
    text = str(value)[:HEADER_LIMIT]
    if not text.isascii():
        text = decode(text.encode("utf-8", "surrogateescape"))
    return " ".join(clean(text).split())


_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?((?:(?!\?=).){0,2000})\?=")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def words(text: str) -> str:
    """Encoded words as text; what cannot be decoded stays as it was written.

    The bytes of adjacent words of one charset are joined before they are decoded: some programs cut
    in the middle of a letter (against RFC 2047, 5).
    """
    pieces: list[str | tuple[str, bytes]] = []
    at = 0
    for match in _WORD.finditer(text):
        charset = match.group(1).split("*")[0].casefold()
        raw = _word_bytes(match.group(2), match.group(3), charset)
        if raw is None:
            pieces.append(text[at : match.end()])
        else:
            between, last = text[at : match.start()], pieces[-1] if pieces else ""
            if isinstance(last, str) or between.strip():
                pieces += [between, (charset, raw)]
            elif last[0] == charset:
                pieces[-1] = (charset, last[1] + raw)
            else:
                pieces.append((charset, raw))
        at = match.end()
    found = [piece if isinstance(piece, str) else decode(piece[1], piece[0]) for piece in pieces]
    return " ".join("".join([*found, text[at:]]).split())


def _word_bytes(kind: str, payload: str, charset: str) -> bytes | None:
    """The bytes of one encoded word; raw letters in it are kept as they are."""
    try:
        body = payload.encode("ascii")
    except UnicodeEncodeError:
        name = codec(charset) or "utf-8"
        try:
            body = payload.encode(name)
        except (UnicodeError, LookupError):
            body = payload.encode("utf-8", "replace")
    if kind in "qQ":
        return _ESCAPE.sub(lambda m: bytes([int(m.group(1), 16)]), body.replace(b"_", b" "))
    letters = _NO_BASE64.sub(b"", body)
    if not letters and body:
        return None
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return None


_MAILBOX = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_ANGLE = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(
    r"""<?\s*("(?:[^"\\]|\\.){1,62}"@[^\s@<>,;:"()\[\]\\]{1,255})\s*>?(?:\s*\([^()]*\))?\s*$"""
)
"""A quoted local part (RFC 5321, 4.1.2): '"ann berg"@example.org'."""


def addresses(text: str, limit: int = 100) -> list[Address]:
    """Mailboxes of an address header, in order; anything that is not an address is left out.

    If there are angle brackets, only their content is the address: a name that looks like an
    address ('"you@bank.example" <thief@example.org>') is never taken for it.
    """
    found = []
    for piece in _split(text[:HEADER_LIMIT])[:limit]:
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: " " * len(m.group(0)), piece)
        angles = list(_ANGLE.finditer(bare))
        if angles:
            value, name = angles[-1].group(1), piece[: angles[-1].start()]
        else:
            value, name = _COMMENT.sub("", bare), ""
        value = value.strip().rstrip(".").casefold().removeprefix("mailto:")
        quoted = _QUOTED.search(piece) if value.startswith(" ") or "@" not in value[1:] else None
        if quoted is not None:
            value, name = _unquoted(quoted.group(1).casefold()), piece[: quoted.start()]
        elif not _MAILBOX.fullmatch(value):
            continue
        if len(value) > MAX_ADDRESS:
            continue
        name = words(name.strip().strip('"').replace('\\"', '"'))
        name = " ".join(clean(name).split())[:120]
        found.append(Address(value, name or None))
    return found


def _unquoted(value: str) -> str:
    """Removes quotes that are not needed: '"ann"@example.org' is ann@example.org."""
    local, _, domain = value.rpartition("@")
    plain = f"{local[1:-1]}@{domain}"
    return plain if _MAILBOX.fullmatch(plain) else value


def _split(text: str) -> list[str]:
    """Splits at commas and semicolons outside quotes and angle brackets."""
    pieces, start, quoted, angle = [], 0, False, False
    for at, char in enumerate(text):
        if char == '"' and (at == 0 or text[at - 1] != "\\"):
            quoted = not quoted
        elif quoted:
            continue
        elif char in "<>":
            angle = char == "<"
        elif char in ",;" and not angle:
            pieces.append(text[start:at])
            start = at + 1
    if quoted:  # an unclosed quote swallowed the rest: read the rest without it
        return [*pieces, *re.split("[,;]", text[start:].replace('"', " "))]
    return [*pieces, text[start:]]


_ID = re.compile(r"<([^<>\s]{3,1000})>")


def message_ids(text: str) -> list[str]:
    """Message-IDs with their angle brackets, in order, each once (RFC 5322, 3.6.4).

    An id that is too long for the record is replaced by its digest, which is always the same.
    """
    found: dict[str, None] = {}
    for match in _ID.finditer(text[:HEADER_LIMIT]):
        found[_bounded(match.group(0))] = None
    if not found and "@" in text and " " not in text.strip():
        found[_bounded(f"<{text.strip()[:1000]}>")] = None
    return list(found)


def _bounded(header_id: str) -> str:
    if len(header_id) <= MAX_ID:
        return header_id
    return f"<{hashlib.sha256(header_id.encode('utf-8', 'replace')).hexdigest()}@long.invalid>"
