"""One raw mail into what an agent reads. Every accessor survives broken mail.

`read()` raises `Unparsable` for bytes that are not a message or exceed the limits; the channel
shows those as "unparsed mail". It is CPU-bound and runs in a process of its own (readers.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import TypeVar

from channels.email import headers, html, leaves, pkcs7, scan
from channels.email.charsets import clean, decode
from channels.email.headers import Address
from channels.email.letter import EMPTY, MAX_BYTES, MAX_TEXT, Unparsable

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_LINES = 1_000_000
MAX_BOUNDARIES = 400
MAX_TESTS = 20_000_000
"""Limits on the parser's work: it tests every line against every open boundary."""

CUT = "\n[… the rest is in the original mail]"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown as text. `size` in bytes, decoded."""

    name: str
    type: str
    size: int

    def line(self) -> str:
        """'[attachment: dog.jpg, image/jpeg, 52 KB]'"""
        size = f"{self.size} B" if self.size < 1024 else f"{self.size // 1024:,} KB"
        return f"[attachment: {self.name}, {self.type}, {size}]"


@dataclass(frozen=True, slots=True)
class Mail:
    """What was read. Addresses and ids are normalised (headers.py)."""

    message: Message
    subject: str
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    original_from: tuple[Address, ...]
    recipients: tuple[str, ...]
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]

    def first(self, name: str) -> str:
        """A header as text; '' when it is absent."""
        return headers.header(self.message, name)

    @property
    def body(self) -> str:
        """The words that are shown, bounded."""
        body = clean(self.text).strip()
        return body[:MAX_TEXT] + CUT if len(body) > MAX_TEXT else body

    @property
    def shown(self) -> str:
        """The body, then a line for each attachment; never empty."""
        return "\n".join([self.body, *(a.line() for a in self.attachments)]).strip() or EMPTY


def attempt(read: Callable[[], T], default: T) -> T:
    """Calls an accessor of `email`; returns the default if it raises on broken mail."""
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return default


def read(raw: bytes) -> Mail:
    """Reads a message (RFC 5322, MIME: RFC 2045 to 2049).

    Raises:
        Unparsable: it has no headers, or is larger or deeper than the limits.
    """
    if len(raw) > MAX_BYTES:
        raise Unparsable("larger than 25 MB")
    lines, boundaries = raw.count(b"\n"), len(re.findall(rb"(?i)boundary", raw))
    if lines > MAX_LINES or boundaries > MAX_BOUNDARIES or lines * boundaries > MAX_TESTS:
        raise Unparsable("too many lines or parts")
    if b"\n" not in raw[:100_000] and b"\r" in raw[:100_000]:
        raw = raw.replace(b"\r", b"\n")  # the old Mac's line ends
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unparsable("its structure is broken") from error
    if not message.keys():
        raise Unparsable("it has no headers")
    body = _Body()
    text, markup = body.read(message)
    recipients: dict[str, None] = {}
    for name in ("Delivered-To", "X-Original-To", "To", "Cc"):
        for value in headers.headers(message, name):
            recipients.update(dict.fromkeys(a.value for a in headers.addresses(value)))
    ids = {name: _ids(message, name) for name in ("Message-ID", "In-Reply-To", "References")}
    return Mail(
        message=message,
        subject=headers.header(message, "Subject")[:2000],
        text=text,
        html=markup,
        attachments=tuple(body.attachments),
        from_=_mailboxes(message, "From")
        or _mailboxes(message, "Sender")
        or _mailboxes(message, "Return-Path"),
        reply_to=_mailboxes(message, "Reply-To"),
        original_from=_mailboxes(message, "X-Original-From"),
        recipients=tuple(recipients),
        message_id=ids["Message-ID"][0] if ids["Message-ID"] else None,
        in_reply_to=tuple(ids["In-Reply-To"]),
        references=tuple(ids["References"]),
    )


def _mailboxes(message: Message, name: str) -> tuple[Address, ...]:
    return tuple(
        a for value in headers.headers(message, name)[:3] for a in headers.addresses(value)
    )


def _ids(message: Message, name: str) -> list[str]:
    return [i for value in headers.headers(message, name)[:3] for i in headers.message_ids(value)]


def children(part: Message) -> list[Message]:
    """The parts inside; [] for a leaf."""
    inside = part.get_payload() if part.is_multipart() else []
    return [child for child in inside if isinstance(child, Message)]


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of words; `html`: it came as HTML."""

    text: str
    html: str | None = None


_WORDS = re.compile(r"\w+")
COVERED = 0.7
"""A plain text with this share of the HTML's words says the same, and is easier to read."""
OWN_WORDS = 12
"""A plain text with this many words that the HTML lacks is shown beside it."""
SMALL_TEXT = 20_000
"""An attached text of at most this many bytes is shown as words too."""
_NO_WORDS = frozenset(
    """text/css text/javascript text/vcard text/x-vcard text/directory text/rfc822-headers
    text/x-amp-html text/watch-html text/rtf""".split()  # noqa: SIM905 - a list to read
)
_SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_OCTETS = ("application/octet-stream", "application/octetstream", "application/binary")
_REPORTS = ("message/delivery-status", "message/global-delivery-status",
    "message/disposition-notification", "message/feedback-report")  # fmt: skip


class _Body:
    """Collects the parts of a message in reading order."""

    def __init__(self) -> None:
        self._parts = 0
        self._report = False
        self._spare: list[str] = []
        self._pages: list[Message] = []
        self.attachments: list[Attachment] = []

    def read(self, message: Message) -> tuple[str, str | None]:
        """Returns (words, harmless HTML or None)."""
        self._report = _is_report(message)
        blocks = self._walk(message, 0)
        if not any(block.text.strip() for block in blocks):
            self._spare += [
                html.page(decode(leaves.content(p), leaves.charset_of(p))).text for p in self._pages
            ]
            blocks += [_Block(text) for text in self._spare]
        text = "\n\n".join(block.text for block in blocks if block.text.strip())
        if not any(block.html for block in blocks):
            return text, None
        markup = "<hr>".join(block.html or _as_html(block.text) for block in blocks)
        return text, markup if len(markup) <= html.MAX_MARKUP else None

    def _walk(self, part: Message, depth: int) -> list[_Block]:
        self._parts += 1
        if self._parts > MAX_PARTS or depth > MAX_DEPTH:
            raise Unparsable("too many or too deeply nested parts")
        kind = leaves.kind_of(part)
        inside = children(part)
        if kind in _REPORTS:
            return []
        if not inside:
            return self._leaf(part, kind, depth)
        if kind in ("message/rfc822", "message/global"):
            if self._report:
                return []  # the returned original in a bounce is not part of its words
            found = [_Block(_forward_mark(inside[0]))]
        else:
            found = []
        blocks = [self._walk(child, depth + 1) for child in inside]
        if kind == "multipart/alternative":
            return found + _best(blocks)
        return found + [block for some in blocks for block in some]

    def _leaf(self, part: Message, kind: str, depth: int) -> list[_Block]:
        name = attempt(lambda: str(part.get_filename() or ""), "")
        disposition = attempt(lambda: str(part.get_content_disposition() or ""), "")
        if kind.startswith("multipart/"):  # its closing boundary is missing
            return [_Block(scan.words_of_body(leaves.raw_of(part)))]
        if kind in _SIGNED or name.casefold().endswith(".p7m"):  # RFC 8551, 3.2.1
            content = pkcs7.signed_content(_binary(part))
            if content is not None:
                inner = BytesParser(policy=compat32).parsebytes(content)
                return self._walk(inner, depth + 1)
        if (
            kind in _OCTETS
            and name.casefold().endswith(".txt")
            and leaves.reads(leaves.content(part))
        ):
            kind = "text/plain"
        shown = kind.startswith("text/") and kind not in _NO_WORDS
        shown = shown or kind == "application/ics"
        if not shown:
            self._attach(part, kind, name)
            return []
        named = bool(name) or disposition == "attachment"
        if kind != "text/plain" and named and disposition == "attachment":
            self._attach(part, kind, name)
            if kind == "text/html":
                self._pages.append(part)  # read only if nothing else has words
            if kind not in ("text/calendar", "application/ics"):
                return []
        raw = leaves.content(part)
        charset = leaves.charset_of(part)
        if kind == "text/html":
            read = html.page(decode(raw, charset))
            return [_Block(read.text, read.markup)] if read.text or read.markup.strip() else []
        text = leaves.words_of(kind, raw, charset)
        if kind == "text/plain":
            text = _unflowed(part, text)
        if not text.strip():
            return []
        block = _Block(text.strip("\n"))
        if kind in ("text/calendar", "application/ics"):
            self._spare.append(block.text)  # the parts beside an invitation describe it
            return []
        if disposition == "attachment" and len(raw) > SMALL_TEXT:
            self._attach(part, kind, name)
            self._spare.append(block.text)
            return []
        if named and kind != "text/plain":
            self._attach(part, kind, name)
        return [block]

    def _attach(self, part: Message, kind: str, name: str) -> None:
        size = leaves.size_of(part)
        if size or name:
            name = " ".join(clean(headers.words(name)).split()).replace("]", ")")
            self.attachments.append(Attachment(name[:120] or "without a name", kind, size))


def _binary(part: Message) -> bytes:
    raw = leaves.raw_of(part)
    return leaves.from_base64(raw) if leaves.encoding_of(part) == "base64" else raw


def _best(choices: list[list[_Block]]) -> list[_Block]:
    """The alternative that a mail program shows: the HTML, or the plain text if it says the same.
    Nothing that only the plain text says is lost."""
    rich = [b for some in choices for b in some if any(x.html for x in some)]
    plain = [b for some in choices for b in some if not any(x.html for x in some)]
    if not rich or not plain:
        return rich or plain
    markup = "<hr>".join(b.html or _as_html(b.text) for b in rich)
    shown = "\n\n".join(b.text for b in rich)
    said = "\n\n".join(dict.fromkeys(b.text for b in plain))
    theirs, ours = _vocabulary(shown), _vocabulary(said)
    if len(theirs & ours) >= COVERED * len(theirs):
        return [_Block(said, markup if len(ours - theirs) < OWN_WORDS else None)]
    if len(ours - theirs) >= OWN_WORDS or 3 * len(theirs) < len(ours):
        return [_Block(shown, markup), _Block(said)]
    return [_Block(shown, markup)]


def _vocabulary(text: str) -> set[str]:
    return set(_WORDS.findall(text[:MAX_TEXT].casefold()))


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<p>" + escaped.replace("\n", "<br>") + "</p>"


def _is_report(message: Message) -> bool:
    return leaves.kind_of(message) == "multipart/report"


def _forward_mark(part: Message) -> str:
    sender = headers.addresses(headers.header(part, "From"))
    who = sender[0].value if sender else "unknown"
    return f"[forwarded mail from {who}: {headers.header(part, 'Subject')[:200]}]"


def _unflowed(part: Message, text: str) -> str:
    """format=flowed: a line that ends with a space continues in the next one (RFC 3676, 4.1)."""
    if attempt(lambda: str(part.get_param("format") or ""), "").casefold() != "flowed":
        return text
    gone = attempt(lambda: str(part.get_param("delsp") or ""), "").casefold() == "yes"
    lines: list[str] = []
    joined = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        if joined and not quoted and lines:
            lines[-1] += line
        else:
            lines.append(line)
        joined = line.endswith(" ") and line != "-- " and not quoted
        if joined and gone:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
