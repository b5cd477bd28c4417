"""One answer of ours as MIME bytes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

_PLAIN_ID = re.compile(r"<[!-~]{3,250}>")
_TAG = re.compile(r"\[INC-[0-9]+\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """What goes out. Addresses are bare; ids carry angle brackets."""

    message_id: str
    sender: str
    recipient: str
    reply_to: str | None
    subject: str
    text: str
    in_reply_to: str | None
    references: tuple[str, ...]
    automatic: bool
    at: int


def own_id(message: str, domain: str) -> str:
    """Message-ID of a message of ours: the same for every attempt, so that a relay or a mailbox
    that sees two of them can drop one."""
    return f"<{message}@{domain}>"


def own_id_pattern(domain: str) -> re.Pattern[bytes]:
    """Finds our Message-IDs anywhere in raw bytes."""
    return re.compile(rb"<m[0-9a-f]{20}@" + re.escape(domain.encode()) + rb">")


def tagged(subject: str, word: str) -> str:
    """'Re: dog' -> 'Re: dog [INC-20401]'; an existing tag is kept or replaced."""
    line = " ".join(subject.split())[:500]
    tag = f"[{word}]"
    if _TAG.search(line):
        return _TAG.sub(tag, line, count=1)
    return f"{line} {tag}".strip()


def reference_line(ids: list[str], own: str) -> tuple[str, ...]:
    """References: the first and the last ids of the thread, then our own, because some relays
    rewrite Message-ID but leave this header alone."""
    sane = [i for i in dict.fromkeys(ids) if _PLAIN_ID.fullmatch(i) and i != own]
    return (*([*sane[:1], *sane[-18:]] if len(sane) > 19 else sane), own)


def build(draft: Draft) -> bytes:
    """The message with CRLF line ends, in quoted-printable UTF-8 (RFC 5322, RFC 2045)."""
    charset = Charset("utf-8")
    charset.body_encoding = QP
    # Line ends inside the text become CRLF below; a lone CR must not survive as a character.
    text = draft.text.replace("\r\n", "\n").replace("\r", "\n")
    message = MIMEText(text + "\n", "plain", charset)  # type: ignore[arg-type]  # takes a Charset
    message["Message-ID"] = draft.message_id
    message["Date"] = format_datetime(datetime.fromtimestamp(draft.at / 1000, UTC))
    message["From"] = draft.sender
    message["To"] = draft.recipient
    if draft.reply_to:
        message["Reply-To"] = draft.reply_to
    subject = " ".join(draft.subject.split())
    words = Header(subject, None if subject.isascii() else "utf-8", header_name="Subject")
    message["Subject"] = words.encode()
    if draft.in_reply_to and _PLAIN_ID.fullmatch(draft.in_reply_to):
        message["In-Reply-To"] = draft.in_reply_to
    message["References"] = "\n ".join(draft.references)
    if draft.automatic:
        # RFC 3834, 5; the second asks the mail systems that know it not to answer an answer.
        message["Auto-Submitted"] = "auto-replied" if draft.in_reply_to else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    out = io.BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=compat32.clone(linesep="\r\n")).flatten(message)
    return out.getvalue()
