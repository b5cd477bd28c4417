"""One part of a mail as bytes and words, even if its headers are wrong."""

from __future__ import annotations

import binascii
import quopri
import re
from email.message import Message

from channels.email.charsets import decode
from channels.email.headers import headers

MAX_LEAF = 4 * 1024 * 1024
"""At most this many bytes of one text are read."""
TAIL = 64 * 1024
"""And this many of its end: somebody may write below everything that was quoted."""

_KIND = re.compile(r"^[\s\"']*([\w.+-]{1,60}/[\w.+-]{1,60})")
_CHARSET = re.compile(
    r"charset\s*\*?\s*=\s*(?:\"([^\"]{1,60})|'([^']{1,60})'?"
    r"|(iso[ _]8859[ _-]\d{1,2}|[^\s;\"']{1,60}))",
    re.I,
)
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,3}")
_URL_SAFE = re.compile(rb"[A-Za-z0-9_-]*[_-][A-Za-z0-9_-]*={0,2}")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PLAIN_BASE64 = bytes.maketrans(b"-_", b"+/")
_TOKEN = re.compile(rb"[A-Za-z0-9+/]+")
_WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|[0-9]{1,5}")
_RICH_TAG = re.compile(r"<(?!<)[^<>]{0,100}>")
_CALENDAR_LINE = re.compile(
    r"^(SUMMARY|DESCRIPTION|LOCATION|COMMENT)(?:;(?:\"[^\"]{0,200}\"|[^\":]){0,200})?:(.*)$", re.I
)
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")


def kind_of(part: Message) -> str:
    """'text/plain', lower case, even if the semicolon after it is missing (RFC 2045, 5.2)."""
    found = headers(part, "Content-Type")
    if not found:
        return "message/rfc822" if part.get_default_type() == "message/rfc822" else "text/plain"
    match = _KIND.match(found[0].casefold())
    return match.group(1) if match else "text/plain"


def charset_of(part: Message) -> str:
    """The declared charset; '' if none is declared."""
    found = headers(part, "Content-Type")
    match = _CHARSET.search(found[0]) if found else None
    name = next((group for group in match.groups() if group), "") if match else ""
    return name.partition("''")[2] or name


def encoding_of(part: Message) -> str:
    """The transfer encoding: 'base64', 'quoted-printable', 'uuencode', or '' for plain bytes;
    anything written around its name (spaces, quotes, a semicolon) is ignored."""
    found = headers(part, "Content-Transfer-Encoding")
    name = re.sub(r"[\s\"'.]", "", found[0].casefold()).split(";")[0] if found else ""
    if name.startswith(("base64", "base-64", "b64")):
        return "base64"
    if name.startswith(("quoted", "qp")):
        return "quoted-printable"
    return "uuencode" if name in ("uuencode", "x-uuencode", "x-uue", "uue") else ""


def raw_of(part: Message) -> bytes:
    """The bytes as they came (`get_payload` would decode them by a charset that may not exist)."""
    payload: object = vars(part).get("_payload")
    if not isinstance(payload, str):
        return b""
    return payload.encode("utf-8", "surrogateescape")


def size_of(part: Message) -> int:
    """The size of an attachment in bytes, roughly."""
    raw = raw_of(part)
    if encoding_of(part) != "base64":
        return len(raw)
    letters = len(raw) - raw.count(b"\n") - raw.count(b"\r")
    return letters * 3 // 4 - raw[-8:].count(b"=")


def content(part: Message) -> bytes:
    """The decoded bytes; for a text, at most MAX_LEAF."""
    return unwrapped(raw_of(part), encoding_of(part))


def unwrapped(raw: bytes, encoding: str) -> bytes:
    """Removes the transfer encoding. Bytes that are not encoded as declared stay as they are."""
    if len(raw) > MAX_LEAF + TAIL:
        raw = raw[:MAX_LEAF] + (b"" if encoding else b"\n" + raw[-TAIL:])
    if encoding == "base64":
        return _from_base64(raw)
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding == "uuencode":
        return _from_uuencode(raw)
    return raw


def _from_base64(raw: bytes) -> bytes:
    """Tolerant of stray letters, missing or extra padding, words that a list's server appended, and
    words that were never base64."""
    if _is_language(raw):
        return raw
    lines = [line for line in (line.strip() for line in raw.splitlines()) if line]
    if _URL_SAFE.fullmatch(b"".join(lines)):  # the other base64 alphabet (RFC 4648, 5)
        lines = [line.translate(_PLAIN_BASE64) for line in lines]
    body = 0
    while body < len(lines) and _BASE64_LINE.fullmatch(lines[body]):
        body += 1
    if body == 0:
        whole = from_base64(b"".join(lines))
        return whole if reads(whole) else raw
    found, rest = from_base64(b"".join(lines[:body])), lines[body:]
    if not reads(found) and reads(raw):
        return raw
    return found + (b"\n" + b"\n".join(rest) if rest else b"")


def _is_language(raw: bytes) -> bool:
    """Nearly all of it is ordinary words; base64 mixes cases and digits."""
    tokens = _TOKEN.findall(raw[:2000])
    return bool(tokens) and sum(map(bool, map(_WORD.fullmatch, tokens))) * 5 >= 4 * len(tokens)


def from_base64(raw: bytes) -> bytes:
    """Skips anything between the letters; after padding a new run may begin."""
    return b"".join(_run(run) for run in raw.split(b"="))


def _run(letters: bytes) -> bytes:
    letters = _NO_BASE64.sub(b"", letters)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""


def reads(raw: bytes) -> bool:
    """Is it text, in any charset of ours? Bytes that are not text are full of control
    characters."""
    if not raw:
        return False
    if b"\x1b$" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = raw[:4000]
    text = sample.decode("utf-8", "replace")
    if len(_ODD.findall(text)) * 10 <= len(text):
        return True
    text = sample.decode("latin-1")
    odd = len(re.findall(r"[\x00-\x08\x0e-\x1f\x7f]", text))
    words = len(re.findall(r"[\s\x00]", text))
    return odd * 20 <= len(text) and (words * 25 >= len(text) or not sample.isascii())


def _from_uuencode(raw: bytes) -> bytes:
    found = []
    for line in raw.splitlines():
        if line.startswith(b"begin ") or line == b"end":
            continue
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue  # a line broken by some relay
    return b"".join(found) or raw


def words_of(kind: str, raw: bytes, charset: str, *, detect: bool = True) -> str:
    """The words of a text part that is not HTML."""
    text = decode(raw, charset, detect=detect)
    if kind in ("text/calendar", "application/ics"):
        return calendar(text)
    if kind in ("text/enriched", "text/richtext"):
        return _RICH_TAG.sub("", text).replace("<<", "<")
    return text


def calendar(text: str) -> str:
    """The words of an invitation: summary, place, description (RFC 5545, 3.1)."""
    unfolded = re.sub(r"\n[ \t]", "", text)
    found: dict[str, str] = {}
    for line in unfolded.split("\n"):
        match = _CALENDAR_LINE.match(line.strip())
        if match and match.group(2).strip():
            words = match.group(2).replace("\\n", "\n").replace("\\N", "\n")
            words = re.sub(r"\\([\\;,])", r"\1", words).strip()
            found.setdefault(f"{match.group(1).upper()}:{words}", words)
    return "\n".join(found.values())
