"""Who wrote a mail: a person, or a program (RFC 3834, RFC 3464, RFC 8098)."""

from __future__ import annotations

import re

from channels.email import bounces
from channels.email.headers import Address
from channels.email.leaves import kind_of as content_type
from channels.email.letter import Kind
from channels.email.parse import Mail
from channels.email.robots import DAEMONS, UNREAD, writes_for_many

NULL_PATHS = ("<>",)

_VIA = re.compile(r"\bvia\b", re.IGNORECASE)
_AWAY_SUBJECT = re.compile(
    r"^(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|out of (?:the )?office|away from"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina|abwesen|r[ée]ponse automatique)",
    re.IGNORECASE,
)
_NO = ("", "no", "false", "0", "none", "off")


def null_path(mail: Mail, envelope_from: str) -> bool:
    """The sender asks for no answer (RFC 5321, 4.5.5). An unknown envelope is not a null one."""
    if envelope_from.strip():
        return envelope_from.strip() in NULL_PATHS
    return mail.first("Return-Path").strip() in NULL_PATHS


def kind_of(mail: Mail, envelope_from: str) -> Kind:
    """The rules, most certain first; `Auto-Submitted: no` is a person (RFC 3834, 5).

    Ticket systems mark what people wrote in them as auto-generated, lists mark everything as bulk,
    and some relays post every mail with a null return path: none of these alone makes a mail an
    automatic answer.
    """
    null = null_path(mail, envelope_from)
    if bounces.is_bounce(mail, null):
        return Kind.BOUNCE
    if _is_receipt(mail):
        return Kind.RECEIPT
    submitted = mail.first("Auto-Submitted").split(";")[0].split("(")[0].strip().casefold()
    if submitted == "no":
        return Kind.PERSON
    if submitted.startswith("auto-replied"):
        return Kind.ANSWER
    precedence = mail.first("Precedence").strip().casefold()
    marks = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")
    if precedence == "auto_reply" or any(
        mail.first(name).strip().casefold() not in _NO for name in marks
    ):
        return Kind.ANSWER
    quiet = precedence in ("bulk", "junk") or mail.first("X-Auto-Response-Suppress")
    if (null or quiet) and _AWAY_SUBJECT.match(mail.subject):
        return Kind.ANSWER
    return Kind.MACHINE if submitted not in _NO else Kind.PERSON


def _is_receipt(mail: Mail) -> bool:
    """The machine-readable part of a read receipt at the top, not one that a person attached."""
    report = content_type(mail.message) == "multipart/report"
    return report and bool(bounces.parts_of(mail.message, ("message/disposition-notification",)))


def answerable(mail: Mail, kind: Kind, envelope_from: str) -> bool:
    """May an automatic answer go there? Never to programs, lists, null return paths or addresses
    that nobody reads (RFC 3834, 2)."""
    listed = any(mail.first(name) for name in ("List-Id", "List-Unsubscribe", "List-Post"))
    bulk = mail.first("Precedence").strip().casefold() in ("bulk", "junk", "list")
    suppressed = mail.first("X-Auto-Response-Suppress").strip().casefold() not in _NO
    writers = [address.value for address in (*mail.from_, *mail.reply_to)]
    nobody = any(UNREAD.search(w) or DAEMONS.match(w) for w in writers)
    return not (
        kind is not Kind.PERSON
        or listed
        or bulk
        or suppressed
        or nobody
        or null_path(mail, envelope_from)
    )


def shared(mail: Mail, ours: tuple[str, ...]) -> bool:
    """Does this From write for many people: a form, a list that rewrites From, ourselves?"""
    if not mail.from_:
        return False
    sender = mail.from_[0]
    if sender.value in ours or writes_for_many(sender.value):
        return True
    return bool(mail.first("List-Id")) and _rewritten(mail, sender)


def _rewritten(mail: Mail, sender: Address) -> bool:
    """A list that wrote itself into From, as lists do because of DMARC."""
    return (
        sender.value in mail.first("List-Post").casefold()
        or bool(_VIA.search(sender.name or ""))
        or bool(mail.first("X-Original-From"))
    )


def reply_to(mail: Mail) -> tuple[Address, ...]:
    """The addresses that ask for answers, without a list's own; for a list that rewrote From, the
    writer that it names."""
    post, sender = mail.first("List-Post").casefold(), {a.value for a in mail.from_[:1]}
    found = [a for a in mail.reply_to if not post or a.value not in post]
    if mail.first("List-Id"):
        found += [a for a in mail.original_from if a.value not in sender]
    return tuple(dict.fromkeys(found))
