"""Delivery reports, in the standard's form (RFC 3464) and in the forms that mail systems really
write.

Reports without a machine-readable part are recognised by their sender (a daemon, or nobody)
together with the subject or the first lines; tests/email/test_bounces.py names the families.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from channels.email import headers, leaves
from channels.email.leaves import kind_of as content_type
from channels.email.letter import Delivery, Report
from channels.email.parse import Mail, children
from channels.email.robots import DAEMONS, UNREAD

STATUS = ("message/delivery-status", "message/global-delivery-status")
_ROBOT_NAMES = re.compile(
    r"mail delivery (?:sub)?system|mail delivery service|delivery (?:status )?notification"
    r"|internet mail delivery|system administrator|mail administrator|mailer[- ]daemon|interscan"
    r"|trend ?micro|\bimss\b|mail system|post ?master|fml mailing list",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|non remis|non recapitabile|unzustellbar|配信できません|送信できません"
    r"|fail(?:ed|ure) delivery|postmaster notify|error sending your mail|could not send message"
    r"|message frozen|in forwarding or filtering"
    # fml: about the list, not about a person
    r"|loop (?:alert|back warning)|not member article|reject mail|fml system error"
    r"|delivery (?:status|failure|failed|has failed|incomplete|report)"
    r"|delivery.{0,20}(?:delayed|problem|error|issue)|delayed mail|failure notice|returned mail"
    r"|mail (?:delivery )?(?:failed|failure|system error|error)|mail delivery (?:failed|system)"
    r"|could ?n.t be delivered|could not be (?:delivered|sent)|unable to deliver|not delivered"
    r"|errors from|message.{0,40}delayed|rejected mail|delivery notification"
    r"|aws notification message|no se pudo entregar|no entregado|no se ha podido entregar"
    r"|error de entrega|mensaje no enviado",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:could|can) ?(?:not|n.t) be delivered|couldn.t be delivered|was(?: not|n.t) delivered"
    r"|unable to (?:deliver|send)|undeliver(?:able|ed)|did not reach the following"
    r"|delivery to the following|not be delivered to|permanent (?:fatal )?error"
    r"|following address(?:es)?(?:\(es\))? (?:failed|had)|following recipient|returned to sender"
    r"|message that you sent|duplicated message-id|not a member of this mailing list"
    r"|reject (?:mail from|spammers)|(?:has been|was) frozen|qmail-send|user unknown"
    r"|the message which you sent was not"
    r"|no such user|unknown user|recipient (?:address )?rejected"
    r"|mailbox (?:is )?(?:full|unavailable|not found)|address(?: was)? not found"
    r"|does(?: not|n.t) exist|not (?:yet )?been delivered|\b5[0-9]{2}[ -]5\.[0-9]\.[0-9]"
    r"|no se pudo entregar|no se ha podido entregar|no existe",
    re.IGNORECASE,
)  # fmt: skip
_DELAY = re.compile(
    r"\bdelay|retras|still being retried|still trying|will (?:be retried|keep|continue to|retry)"
    r"|not yet been delivered|no action is required|\bwarning:? (?:message|could not send)"
    r"|status notification: warning|(?:has been|was) frozen",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"permanent|giving up|given up|\b5[0-9]{2}[ -]5\.|user unknown|no such user|unknown user"
    r"|retry timeout exceeded|does(?: not|n.t) exist",
    re.IGNORECASE,
)
"""Words that a mere delay notice never has."""
_RECIPIENT = re.compile(
    r"^[ \t>]{0,8}(?:final|original)-recipient[ \t]?:[ \t]{0,8}rfc822[ \t]?;"
    r"[ \t]{0,8}<?([^\s<>;]{3,320})",
    re.IGNORECASE | re.MULTILINE,
)
_ENVELOPE = re.compile(
    r"\bRCPT[ \t]{1,4}TO[ \t]{0,4}:[ \t]{0,4}<?([^\s<>;,]{3,320})", re.IGNORECASE
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'=/-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
FIRST_LETTERS = 4_000
"""The first letters of a report, in which it says what it is."""


def parts_of(message: Message, kinds: tuple[str, ...]) -> list[Message]:
    """The parts of these types, except those in an enclosed mail."""
    found: list[Message] = []
    stack = [(message, 0)]
    while stack and len(found) < 5:
        part, depth = stack.pop()
        kind = content_type(part)
        if kind in kinds:
            found.append(part)
        elif depth < 4 and kind != "message/rfc822":
            stack.extend((child, depth + 1) for child in children(part)[:20])
    return found


def _is_robot(mail: Mail) -> bool:
    senders = mail.from_[:1]
    if mail.first("X-MLServer") or "interscan" in mail.first("Content-Type").casefold():
        return True
    return not senders or any(
        DAEMONS.match(sender.value) or _ROBOT_NAMES.search(sender.name or "") for sender in senders
    )


def is_bounce(mail: Mail, null: bool) -> bool:
    """A person who attaches a report to their own words is a person; so is one whose relay posts
    every mail with a null return path."""
    machine_part = bool(parts_of(mail.message, STATUS))
    if machine_part and content_type(mail.message) in ("multipart/report", *STATUS):
        return True
    subject = _SUBJECT.search(mail.subject) is not None
    failed = bool(mail.first("X-Failed-Recipients"))
    if _is_robot(mail):
        said = _BODY.search(mail.text[:FIRST_LETTERS]) is not None
        return machine_part or subject or failed or said
    if null:
        return machine_part or subject or failed
    if failed and (subject or mail.first("Auto-Submitted")):
        return True
    return bool(_notification(mail))


def may_be(mail: Mail, null: bool) -> bool:
    """It reads like a report and comes from an address that nobody reads: it is a report if what it
    returns has an id of ours."""
    machine = null or any(UNREAD.search(sender.value) for sender in mail.from_[:1])
    said = _SUBJECT.search(mail.subject) or _BODY.search(mail.text[:FIRST_LETTERS])
    return machine and said is not None


def quotes_ours(mail: Mail, raw: bytes, own_id: re.Pattern[bytes]) -> bool:
    """Does an id of ours appear in it, outside the header fields of an answer?"""
    answers = {*mail.in_reply_to, *mail.references}
    return any(own not in answers for own in _own_ids(mail, raw, own_id))


def _own_ids(mail: Mail, raw: bytes, own_id: re.Pattern[bytes]) -> list[str]:
    """Our ids anywhere in it, with or without their angle brackets."""
    bare = re.compile(own_id.pattern.removeprefix(b"<").removesuffix(b">"))
    found: dict[str, None] = {}
    for source in _sources(mail.message, raw):
        for match in bare.finditer(source):
            found[f"<{match.group(0).decode('ascii', 'replace')}>"] = None
    return list(found)


def report_of(
    mail: Mail, raw: bytes, own_id: re.Pattern[bytes], ours: tuple[str, ...] = ()
) -> Report:
    """Reads a bounce.

    Args:
        own_id: pattern of the Message-IDs that we write; systems that return neither the headers
            nor the message often quote the id somewhere.
        ours: our addresses, which are never the one that was not reached.
    """
    ids: dict[str, None] = {}
    for part in _returned(mail.message):
        ids.update(dict.fromkeys(headers.message_ids(headers.header(part, "Message-ID"))))
    ids.update(dict.fromkeys(_own_ids(mail, raw, own_id)))
    told = _notification(mail)
    common = told.get("mail", {}).get("commonHeaders", {}) if told else {}
    if isinstance(common, dict):
        ids.update(dict.fromkeys(headers.message_ids(str(common.get("messageId") or ""))))
    ids.update(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))
    return Report(_delivery(mail, told), tuple(ids)[:50], _unreached(mail, told, ours))


def _returned(message: Message) -> Iterator[Message]:
    """The returned messages inside, whole or only their headers."""
    stack = [(message, 0)]
    while stack:
        part, depth = stack.pop()
        inside = children(part)
        if depth and content_type(part) in ("message/rfc822", "message/global"):
            yield from inside[:1]
        elif depth < 4:
            stack.extend((child, depth + 1) for child in inside[:20])


def _sources(message: Message, raw: bytes) -> Iterator[bytes]:
    """All bytes that may contain an id: as they came, and each encoded part decoded."""
    yield raw
    stack = [(message, 0)]
    seen = 0
    while stack and seen < 100:
        part, depth = stack.pop()
        seen += 1
        inside = children(part)
        if depth < 6:
            stack.extend((child, depth + 1) for child in inside[:20])
        encoding = leaves.encoding_of(part)
        if encoding:
            body = b"".join(leaves.raw_of(child) for child in inside[:1]) or leaves.raw_of(part)
            yield leaves.unwrapped(body, encoding)


def _notification(mail: Mail) -> dict[str, Any]:
    """A notification of Amazon SES as JSON, alone or in its SNS envelope; {} if it is not one."""
    start = mail.text.find("{")
    said = mail.text[:100_000]
    if not 0 <= start <= 200 or ("otificationType" not in said and "eventType" not in said):
        return {}
    try:
        found: Any = json.JSONDecoder(strict=False).raw_decode(mail.text[start : start + 100_000])[
            0
        ]
        if isinstance(found, dict) and isinstance(found.get("Message"), str):
            found = json.loads(found["Message"], strict=False)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not isinstance(found.get("mail"), dict):
        return {}
    kind = found.get("notificationType") or found.get("eventType")
    return found if kind in ("Bounce", "Delivery", "DeliveryDelay") else {}


def _unreached(mail: Mail, told: dict[str, Any], ours: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that were not reached, most certain first."""
    named: list[str] = []
    for part in parts_of(mail.message, STATUS):
        for block in children(part):
            for name in ("Original-Recipient", "Final-Recipient"):
                named.append(headers.header(block, name).rpartition(";")[2])
    said = mail.text[:FIRST_LETTERS]
    named += _RECIPIENT.findall(said)
    named += mail.first("X-Failed-Recipients").split(",")[:20]
    bounce = told.get("bounce") or told.get("deliveryDelay") or told.get("delivery") or {}
    if isinstance(bounce, dict):
        for key in ("bouncedRecipients", "delayedRecipients", "recipients"):
            for one in bounce.get(key) or [] if isinstance(bounce.get(key), list) else []:
                named.append(str(one.get("emailAddress") if isinstance(one, dict) else one))
    if not any(name.strip() for name in named):
        named += _ENVELOPE.findall(said)[:20] or _ADDRESS.findall(said)[:20]
    mine = {*ours, *(address.value for address in mail.from_)}
    found = [a.value for name in named for a in headers.addresses(name.strip(" '\"\t."))]
    return tuple(v for v in dict.fromkeys(found) if v not in mine)[:10]


def _delivery(mail: Mail, told: dict[str, Any]) -> Delivery:
    actions = {
        headers.header(block, "Action").casefold()
        for part in parts_of(mail.message, STATUS)
        for block in children(part)
    } - {""}
    if "failed" in actions or "bounce" in told:
        return Delivery.FAILED
    if "delayed" in actions or "deliveryDelay" in told:
        return Delivery.DELAYED
    if actions & {"delivered", "relayed", "expanded"} or "delivery" in told:
        return Delivery.DELIVERED
    said = f"{mail.subject}\n{mail.text[:1000]}"
    late = _DELAY.search(said) and not _FINAL.search(said)
    return Delivery.DELAYED if late else Delivery.FAILED
