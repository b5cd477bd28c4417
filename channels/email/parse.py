"""One raw mail into what an agent reads. Every accessor survives broken mail.

`read()` raises `Unparsable` for bytes that are no message or exceed the caps; the channel shows
those as "unparsed mail". It is CPU-bound and runs in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import TypeVar

from channels.email import decode, html
from channels.email.decode import Address

MAX_BYTES = 25 * 1024 * 1024
"""Largest mail that is taken; common limit of mail services."""

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_LINES = 1_000_000
MAX_BOUNDARIES = 400
MAX_TESTS = 20_000_000
"""Caps of the parser's own work: it tests every line against every open boundary."""

MAX_TEXT = 200_000
"""Characters of text that are stored beside the raw bytes."""

CUT = "\n[… the rest is in the original mail]"
EMPTY = "(empty mail)"

T = TypeVar("T")


class Unparsable(Exception):
    """These bytes cannot be read as a mail; the message says why, for people."""


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
    """What was read. Addresses and ids are normalised (decode.py)."""

    message: Message
    subject: str
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[str, ...]
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]

    def first(self, name: str) -> str:
        """A header as text; '' when it is absent."""
        return decode.header(self.message, name)

    @property
    def shown(self) -> str:
        """Text with a line for each attachment, bounded, never empty."""
        body = self.text
        if len(body) > MAX_TEXT:
            body = body[:MAX_TEXT] + CUT
        lines = [item.line() for item in self.attachments]
        return "\n".join([body, *lines]).strip() or EMPTY


def attempt(read: Callable[[], T], default: T) -> T:
    """The value of an accessor of `email`, or the default on what it raises for broken mail."""
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return default


def read(raw: bytes) -> Mail:
    """Reads a message (RFC 5322, MIME: RFC 2045 to 2049).

    Raises:
        Unparsable: no headers, or larger or deeper than the caps.
    """
    if len(raw) > MAX_BYTES:
        raise Unparsable("larger than 25 MB")
    lines, boundaries = raw.count(b"\n"), len(re.findall(rb"(?i)boundary", raw))
    if lines > MAX_LINES or boundaries > MAX_BOUNDARIES or lines * boundaries > MAX_TESTS:
        raise Unparsable("too many lines or parts")
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unparsable("its structure is broken") from error
    if not message.keys():
        raise Unparsable("it has no headers")
    body = _Body()
    body.walk(message)
    recipients: dict[str, None] = {}
    for name in ("Delivered-To", "X-Original-To", "To", "Cc"):
        for value in decode.headers(message, name):
            recipients.update(dict.fromkeys(a.value for a in decode.addresses(value)))
    ids = {name: _ids(message, name) for name in ("Message-ID", "In-Reply-To", "References")}
    return Mail(
        message=message,
        subject=decode.header(message, "Subject")[:2000],
        text=body.words(),
        html=body.markup(),
        attachments=tuple(body.attachments),
        from_=_mailboxes(message, "From"),
        reply_to=_mailboxes(message, "Reply-To"),
        recipients=tuple(recipients),
        message_id=ids["Message-ID"][0] if ids["Message-ID"] else None,
        in_reply_to=tuple(ids["In-Reply-To"]),
        references=tuple(ids["References"]),
    )


def _mailboxes(message: Message, name: str) -> tuple[Address, ...]:
    return tuple(a for value in decode.headers(message, name)[:3] for a in decode.addresses(value))


def _ids(message: Message, name: str) -> list[str]:
    return [i for value in decode.headers(message, name)[:3] for i in decode.message_ids(value)]


def content_type(part: Message) -> str:
    """'text/plain', lower case; 'application/octet-stream' when it is unreadable."""
    return attempt(part.get_content_type, "application/octet-stream")[:100]


def payload(part: Message) -> bytes:
    """The decoded bytes of a leaf."""
    found: object = attempt(lambda: part.get_payload(decode=True), None)
    return found if isinstance(found, bytes) else b""


def children(part: Message) -> list[Message]:
    """The parts inside; [] for a leaf."""
    inside = part.get_payload() if part.is_multipart() else []
    return [child for child in inside if isinstance(child, Message)]


class _Body:
    """Collects the parts of a message in the order of reading."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._htmls: list[str] = []
        self._parts = 0
        self.attachments: list[Attachment] = []

    def walk(self, message: Message) -> None:
        stack = [(message, 0, False)]
        while stack:
            part, depth, forwarded = stack.pop()
            self._parts += 1
            if self._parts > MAX_PARTS or depth > MAX_DEPTH:
                raise Unparsable("too many or too deeply nested parts")
            kind = content_type(part)
            if forwarded:
                self._texts.append(_forward_mark(part))
            inside = children(part)
            if inside:
                shown = kind in ("message/rfc822", "message/global")
                if shown and _is_report(message):
                    continue  # the returned original of a bounce is not its words
                stack.extend((child, depth + 1, shown) for child in reversed(inside))
            else:
                self._leaf(part, kind)

    def _leaf(self, part: Message, kind: str) -> None:
        name = attempt(lambda: str(part.get_filename() or ""), "")
        disposition = attempt(lambda: str(part.get_content_disposition() or ""), "")
        raw = payload(part)
        if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
            charset = attempt(lambda: str(part.get_param("charset") or ""), "")
            text = decode.decode(raw, charset)
            if kind == "text/html":
                self._htmls.append(text)
            elif text.strip():
                self._texts.append(_unflowed(part, text).strip("\n"))
        elif raw or name:
            name = " ".join(decode.clean(decode.words(name)).split()).replace("]", ")")
            self.attachments.append(Attachment(name[:120] or "without a name", kind, len(raw)))

    def words(self) -> str:
        """Plain text; the words of the HTML where there is none."""
        plain = "\n\n".join(self._texts)
        if plain.strip():
            return plain
        return "\n\n".join(html.as_text(source) for source in self._htmls)

    def markup(self) -> str | None:
        """Sanitised HTML, or None."""
        clean = html.sanitise("<hr>".join(self._htmls)) if self._htmls else ""
        return clean if clean.strip() else None


def _is_report(message: Message) -> bool:
    return content_type(message) == "multipart/report"


def _forward_mark(part: Message) -> str:
    sender = decode.addresses(decode.header(part, "From"))
    who = sender[0].value if sender else "unknown"
    return f"[forwarded mail from {who}: {decode.header(part, 'Subject')[:200]}]"


def _unflowed(part: Message, text: str) -> str:
    """format=flowed: a line that ends with a space goes on in the next one (RFC 3676, 4.1)."""
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
