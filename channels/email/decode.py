"""Bytes of real mail into text: charsets, encoded words, addresses, Message-IDs.

`email.policy.default` of Python 3.11 raises on mail that people really send (unknown charsets,
broken address headers), so messages are parsed with `compat32`, which keeps everything, and the
decoding is done here. No function in this file raises on any input.
"""

from __future__ import annotations

import binascii
import codecs
import hashlib
import quopri
import re
from dataclasses import dataclass
from email.message import Message

from charset_normalizer import from_bytes

DETECT_BYTES = 32_768
"""Detection looks at so much of a text only: it is slow and runs beside live audio."""

MAX_ADDRESS = 320
"""Characters of an address (64 local, '@', 255 domain: RFC 5321, 4.5.3.1)."""

MAX_ID = 320
HEADER_LIMIT = 20_000

_ALIASES = {
    "x-unknown": "latin-1",
    "unknown-8bit": "utf-8",
    "ansi": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "cp-850": "cp850",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "iso-8859-1": "cp1252",  # what mail programs mean by it (WHATWG Encoding Standard)
    "us-ascii": "utf-8",
    "ascii": "utf-8",
}
_NO_CHARSETS = frozenset(
    """base64 hex zlib bz2 quopri uu rot-13 idna punycode undefined unicode-escape
    raw-unicode-escape""".split()  # noqa: SIM905 - a list to read
)
"""Names that Python's codec registry knows but that are no charsets of text."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: `value` is lower case and shaped like an address."""

    value: str
    name: str | None


def clean(text: str) -> str:
    """Without what a database or a page cannot take: NUL, lone surrogates, C0 controls."""
    if text.isascii() and text.isprintable():
        return text
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(raw: bytes, declared: str | None = None) -> str:
    """Declared charset, then UTF-8, then detection, then replacement characters."""
    for charset in (_codec(declared), "utf-8"):
        if charset is None:
            continue
        try:
            return clean(raw.decode(charset))
        except (UnicodeError, ValueError, LookupError):
            continue  # the next rung
    return clean(raw.decode(_detected(raw[:DETECT_BYTES]) or "utf-8", "replace"))


def _detected(sample: bytes) -> str | None:
    """The likeliest charset; Windows-1252 where it fits as well as the first guess (Spanish and
    English come in it, and its neighbours turn ñ into ń)."""
    matches = list(from_bytes(sample))
    if not matches:
        return None
    best = matches[0]
    western = any(m.encoding == "cp1252" and m.chaos <= best.chaos + 0.02 for m in matches)
    return "cp1252" if western else _codec(best.encoding)


def _codec(name: str | None) -> str | None:
    if not name:
        return None
    wanted = name.strip("\"' \t").casefold()
    wanted = _ALIASES.get(wanted, wanted)
    if "\0" in wanted:
        return None
    try:
        found = codecs.lookup(wanted)
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found.name in _NO_CHARSETS else found.name


# Headers ----------------------------------------------------------------------------------------


def headers(message: Message, name: str) -> list[str]:
    """Every header of that name, unfolded, as text (encoded words still encoded)."""
    wanted = name.casefold()
    return [
        _header_text(value) for key, value in message.raw_items() if str(key).casefold() == wanted
    ]


def header(message: Message, name: str) -> str:
    """The first header of that name with its encoded words read (RFC 2047); '' if absent."""
    found = headers(message, name)
    return words(found[0]) if found else ""


def _header_text(value: object) -> str:
    text = str(value)[:HEADER_LIMIT]
    if not text.isascii():
        text = decode(text.encode("utf-8", "surrogateescape"))
    return " ".join(clean(text).split())


_WORD = re.compile(r"=\?([A-Za-z0-9_.:*+-]{1,60})\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")


def words(text: str) -> str:
    """Encoded words as text; what is not decodable stays as it was written."""

    def read(match: re.Match[str]) -> str:
        charset, kind, payload = match.groups()
        body = payload.encode("ascii", "replace")
        try:
            if kind in "qQ":
                raw = quopri.decodestring(body, header=True)
            else:
                raw = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            return match.group(0)
        return decode(raw, charset.split("*")[0]) if raw or not payload else match.group(0)

    return " ".join(_WORD.sub(read, _BETWEEN.sub(r"\1\2", text)).split())


_MAILBOX = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_ANGLE = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\([^()]*\)")


def addresses(text: str, limit: int = 100) -> list[Address]:
    """Mailboxes of an address header, in order; what is no address is left out.

    Where angle brackets stand, only their content is the address: a name that looks like an
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
        value = value.strip().rstrip(".").casefold()
        if not _MAILBOX.fullmatch(value) or len(value) > MAX_ADDRESS:
            continue
        name = words(name.strip().strip('"').replace('\\"', '"'))
        name = " ".join(clean(name).split())[:120]
        found.append(Address(value, name or None))
    return found


def _split(text: str) -> list[str]:
    """At commas and semicolons outside quotes and angle brackets."""
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

    An id that is too long for the record is replaced by its digest, alike every time it comes.
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
