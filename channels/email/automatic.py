"""Mail that no person wrote: bounces, automatic answers, lists (RFC 3834, RFC 3464)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from channels.email import decode
from channels.email.parse import Mail, children, content_type

NULL_PATHS = ("<>",)

_ROBOTS = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster|maildaemon)(?:[+-].*)?@")
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete)|delivery.{0,20}delayed"
    r"|failure notice|returned mail|mail delivery (?:failed|system)|no se pudo entregar"
    r"|no entregado|no se ha podido entregar|error de entrega",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(r"delay|retras|still being retried|\bwarning\b", re.IGNORECASE)
_AWAY_SUBJECT = re.compile(
    r"^(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|out of (?:the )?office|away from"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina|abwesen|r[ée]ponse automatique)",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """Who wrote it."""

    PERSON = "person"
    ANSWER = "answer"  # an auto-responder: vacation, "we got your mail"
    MACHINE = "machine"  # made by a program without being an answer: forms, alarms, tickets
    BOUNCE = "bounce"


class Delivery(StrEnum):
    """What a bounce says of our message (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: our message's ids, most certain first."""

    delivery: Delivery
    ids: tuple[str, ...]


def null_path(mail: Mail, envelope_from: str) -> bool:
    """The sender asks for no answer (RFC 5321, 4.5.5). An unknown envelope is not a null one."""
    if envelope_from.strip():
        return envelope_from.strip() in NULL_PATHS
    return mail.first("Return-Path").strip() in NULL_PATHS


def kind_of(mail: Mail, envelope_from: str) -> Kind:
    """Rules in order of certainty; `Auto-Submitted: no` is a person (RFC 3834, 5).

    Ticket systems mark what people wrote in them as auto-generated, and lists mark everything as
    bulk: neither alone makes a mail an automatic answer.
    """
    null = null_path(mail, envelope_from)
    robot = any(_ROBOTS.match(sender.value) for sender in mail.from_)
    if _status_parts(mail.message) or (
        (null or robot) and _BOUNCE_SUBJECT.search(mail.subject) is not None
    ):
        return Kind.BOUNCE
    submitted = mail.first("Auto-Submitted").split(";")[0].strip().casefold()
    if submitted == "no":
        return Kind.PERSON
    if submitted.startswith("auto-replied"):
        return Kind.ANSWER
    precedence = mail.first("Precedence").casefold()
    if precedence == "auto_reply" or mail.first("X-Autoreply") or mail.first("X-Autorespond"):
        return Kind.ANSWER
    if null and (mail.in_reply_to or mail.references):
        return Kind.ANSWER
    quiet = precedence in ("bulk", "junk") or mail.first("X-Auto-Response-Suppress")
    if (null or quiet) and _AWAY_SUBJECT.match(mail.subject):
        return Kind.ANSWER
    return Kind.MACHINE if null or submitted else Kind.PERSON


def _status_parts(message: Message) -> list[Message]:
    """The machine-readable parts of a delivery report."""
    found: list[Message] = []
    stack = [(message, 0)]
    while stack and len(found) < 5:
        part, depth = stack.pop()
        if content_type(part) in ("message/delivery-status", "message/global-delivery-status"):
            found.append(part)
        elif depth < 4 and content_type(part) != "message/rfc822":
            stack.extend((child, depth + 1) for child in children(part)[:20])
    return found


def report_of(mail: Mail, raw: bytes, own_id: re.Pattern[bytes]) -> Report:
    """Reads a bounce.

    Args:
        own_id: pattern of the Message-IDs that we write; systems that return neither the headers
            nor the message often quote the id somewhere.
    """
    ids: dict[str, None] = {}
    stack = [(mail.message, 0)]
    while stack:
        part, depth = stack.pop()
        inside = children(part)
        if depth and content_type(part) in ("message/rfc822", "message/global"):
            for original in inside[:1]:
                ids.update(dict.fromkeys(decode.message_ids(decode.header(original, "Message-ID"))))
        elif depth < 4:
            stack.extend((child, depth + 1) for child in inside[:20])
    for match in own_id.finditer(raw):
        ids[match.group(0).decode("ascii", "replace")] = None
    ids.update(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))
    return Report(_delivery(mail), tuple(ids))


def _delivery(mail: Mail) -> Delivery:
    actions = {
        decode.header(block, "Action").casefold()
        for part in _status_parts(mail.message)
        for block in children(part)
    } - {""}
    if "failed" in actions:
        return Delivery.FAILED
    if "delayed" in actions:
        return Delivery.DELAYED
    if actions & {"delivered", "relayed", "expanded"}:
        return Delivery.DELIVERED
    return Delivery.DELAYED if _DELAY_SUBJECT.search(mail.subject) else Delivery.FAILED
