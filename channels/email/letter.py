"""What was read from a mail, as the reading process returns it; cheap to load."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from channels.email.headers import Address

MAX_BYTES = 25 * 1024 * 1024
"""The largest mail that is accepted; the usual limit of mail services."""

MAX_TEXT = 200_000
"""The most characters of text that are stored beside the raw bytes."""

EMPTY = "(empty mail)"


class Unparsable(Exception):
    """These bytes cannot be read as a mail; the message says why, for people."""


class Kind(StrEnum):
    """Who wrote it."""

    PERSON = "person"
    ANSWER = "answer"  # an auto-responder: vacation, "we got your mail"
    RECEIPT = "receipt"  # a mail program says that our mail was opened (RFC 8098)
    MACHINE = "machine"  # made by a program without being an answer: forms, alarms, tickets
    BOUNCE = "bounce"


class Delivery(StrEnum):
    """What a bounce says of our message (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


class Report(msgspec.Struct, frozen=True):
    """A delivery report: the ids of our message, most certain first, and the addresses not
    reached."""

    delivery: Delivery
    ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Letter(msgspec.Struct, frozen=True):
    """One mail. Addresses and ids are normalised (headers.py).

    `text`: what is shown, with a line for each attachment, never empty; `words`: what was written,
    bounded. `folds`: of `text` (quotes.py). `shared`: its sender's address writes for many people.
    `answerable`: an automatic answer may go to it (RFC 3834, 2). `parsed`: False if its words were
    only scanned.
    """

    subject: str
    text: str
    words: str
    html: str | None
    folds: list[int]
    kind: Kind
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[str, ...]
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    shared: bool = False
    answerable: bool = True
    report: Report | None = None
    parsed: bool = True


class Question(msgspec.Struct, frozen=True):
    """A question to the reading process; the mail's bytes follow it.

    `work`: read, scan, unseen or folds. `limit_s`: CPU time. `own_id`: pattern of our Message-IDs.
    `patterns`: what triage looks for, in folded text.
    """

    work: str
    limit_s: float
    envelope_from: str = ""
    own_id: bytes = b""
    ours: tuple[str, ...] = ()
    text: str = ""
    known: str = ""
    patterns: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """`refused`: why the mail could not be read."""

    letter: Letter | None = None
    text: str = ""
    folds: list[int] = []
    refused: str | None = None
