"""Reads a mail that cannot be parsed all the same: its writer, its subject and its words.

One pass with limits on everything; it knows lines that look like headers and lines that look like
boundaries, but no structure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email import headers, leaves
from channels.email.charsets import clean, decode
from channels.email.letter import MAX_TEXT, Kind, Letter
from channels.email.robots import writes_for_many

MAX_HEAD = 256 * 1024
MAX_BODY = 8 * 1024 * 1024
MAX_SECTIONS = 500
SECTION_BEGIN, SECTION_END = 120_000, 30_000
"""Bytes read at the beginning and at the end of each text."""
MAX_WORDS = 150_000
END = 50_000
"""Letters at the end of a long text that triage reads."""
SHOWN = 20_000
GLANCE, SHOWN_OF_A_GLANCE = 64 * 1024, 4_000

_FIELD = re.compile(
    rb"^(from|sender|reply-to|return-path|subject|message-id|in-reply-to|references|to|cc"
    rb"|delivered-to|x-original-to|content-type|content-transfer-encoding|content-disposition)"
    rb"[ \t]*:([^\r\n]{0,2000}(?:\r?\n[ \t][^\r\n]{0,2000}){0,40})",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKS_LIKE_HEAD = re.compile(rb"\s{0,20}[!-9;-~]{1,60}[ \t]?:")
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_BOUNDARY = re.compile(rb"^--[^\r\n]{1,200}\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was found; empty if nothing was."""

    fields: dict[str, str]
    text: str


def scan(raw: bytes) -> Scanned:
    """Reads the head if there is one, then the words of every part that is text."""
    if b"\n" not in raw[:100_000] and b"\r" in raw[:100_000]:
        raw = raw[:MAX_BODY].replace(b"\r", b"\n")
    if _LOOKS_LIKE_HEAD.match(raw) is None:
        return Scanned({}, words_of_body(raw))
    end = _HEAD_END.search(raw, 0, MAX_HEAD)
    head = raw[: end.start()] if end else raw[:MAX_HEAD]
    body = raw[end.end() :] if end else raw[MAX_HEAD:]
    fields = _fields(head)
    words = _section(fields, body) if _plain(fields) else words_of_body(body)
    return Scanned(fields, words)


def words_of_body(body: bytes) -> str:
    """The words of everything between lines that look like boundaries."""
    body = body[:MAX_BODY]
    marks = [m for _, m in zip(range(MAX_SECTIONS), _BOUNDARY.finditer(body), strict=False)]
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(body)]
    found: list[str] = []
    size = 0
    for start, end in zip(starts, ends, strict=True):
        section = body[start:end].lstrip(b"\r\n") if start else body[start:end]
        fields: dict[str, str] = {}
        if start and _LOOKS_LIKE_HEAD.match(section):
            cut = _HEAD_END.search(section, 0, MAX_HEAD)
            head = section[: cut.start()] if cut else section
            fields, section = _fields(head), section[cut.end() :] if cut else b""
        words = _section(fields, section).strip()
        if words:
            found.append(words)
            size += len(words)
        if size > MAX_WORDS:
            break
    return "\n\n".join(found)[:MAX_WORDS]


def _fields(head: bytes) -> dict[str, str]:
    """The headers that matter, each once, the first of its name."""
    found: dict[str, str] = {}
    for match in _FIELD.finditer(head[:MAX_HEAD]):
        name = match.group(1).decode("ascii").lower()
        if name not in found:
            text = decode(match.group(2)[: headers.HEADER_LIMIT], detect=False)
            found[name] = " ".join(text.split())
    return found


def _plain(fields: dict[str, str]) -> bool:
    kind = fields.get("content-type", "text/plain").casefold()
    return not kind.startswith(("multipart/", "message/"))


def _section(fields: dict[str, str], raw: bytes) -> str:
    """The words of one part; '' for pictures and the like."""
    kind = fields.get("content-type", "text/plain").casefold().split(";")[0].strip()
    if not kind.startswith(("text/", "multipart/", "message/")) and "/" in kind:
        return ""
    if kind in ("text/css", "text/javascript"):
        return ""
    if len(raw) > SECTION_BEGIN + SECTION_END:
        raw = raw[:SECTION_BEGIN] + b"\n" + raw[-SECTION_END:]
    name = fields.get("content-transfer-encoding", "").casefold()
    encoding = next((known for known in ("base64", "quoted-printable") if known in name), "")
    plain = leaves.unwrapped(raw, encoding)
    charset = re.search(r"charset\s?=\s?\"?([^\s;\"]{1,60})", fields.get("content-type", ""), re.I)
    text = decode(plain, charset.group(1) if charset else None, detect=False)
    if "html" not in kind:
        return text
    from channels.email import html  # only the reading process needs it

    return html.as_text(text)


def glance(raw: bytes) -> Scanned:
    """Writer, subject and the first letters: cheap enough for the worker itself."""
    end = _HEAD_END.search(raw, 0, GLANCE)
    fields = _fields(raw[: end.start()] if end else raw[:GLANCE])
    start = end.end() if end and fields else 0
    return Scanned(fields, decode(raw[start : start + SHOWN_OF_A_GLANCE], detect=False))


def letter_of(found: Scanned) -> Letter:
    """A letter (letter.py) with as much as was found."""
    fields = found.fields
    ids = {
        name: tuple(headers.message_ids(fields.get(name, "")))
        for name in ("message-id", "in-reply-to", "references")
    }
    recipients: dict[str, None] = {}
    for name in ("delivered-to", "x-original-to", "to", "cc"):
        recipients.update(dict.fromkeys(a.value for a in headers.addresses(fields.get(name, ""))))
    writer = next(
        (fields[name] for name in ("from", "sender", "return-path") if fields.get(name)), ""
    )
    text = clean(found.text).strip()
    from_ = tuple(headers.addresses(writer))[:5]
    return Letter(
        subject=headers.words(fields.get("subject", ""))[:2000],
        text=text[:SHOWN],
        words=both_ends(text),
        html=None,
        folds=[],
        kind=Kind.PERSON,
        from_=from_,
        reply_to=tuple(headers.addresses(fields.get("reply-to", "")))[:5],
        recipients=tuple(recipients)[:100],
        message_id=next(iter(ids["message-id"]), None),
        in_reply_to=ids["in-reply-to"][:50],
        references=ids["references"][-200:],
        shared=any(writes_for_many(address.value) for address in from_[:1]),
        answerable=False,
        parsed=False,
    )


def both_ends(text: str) -> str:
    """At most MAX_TEXT letters of the text."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[: MAX_TEXT - END]}\n{text[-END:]}"
