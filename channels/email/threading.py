"""Which incident does a mail belong to? And may its sender write there?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels.email.letter import Letter
from router.records import contacts, messages, people
from router.records.database import Transaction
from router.records.people import IncidentRef

MAX_REFERENCES = 50

_TOKEN = re.compile(r"inc\+([0-9]{1,9})\.([a-z2-7]{16})@", re.IGNORECASE)
_SUBJECT = re.compile(r"\[INC-([0-9]{1,9})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thread:
    """An incident a mail refers to. `by` says how it was found, in words for logs."""

    incident: IncidentRef
    contact: str | None
    by: str


def reply_address(number: int, key: bytes, domain: str) -> str:
    """'inc+20401.<mac>@domain': a mail to this address answers a mail of ours about that
    incident."""
    return f"inc+{number}.{_mac(number, key)}@{domain}"


def _mac(number: int, key: bytes) -> str:
    """80 bits of HMAC-SHA-256 in lower-case base32: survives relays that change case."""
    digest = hmac.digest(key, f"mail reply address:{number}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def token_number(recipients: Iterable[str], key: bytes) -> int | None:
    """The incident number in the first address with a token of ours."""
    for address in recipients:
        match = _TOKEN.match(address)
        if match is None:
            continue
        number = int(match.group(1))
        if hmac.compare_digest(_mac(number, key), match.group(2).lower()):
            return number
    return None


async def find(
    connection: Transaction, mail: Letter, recipients: Iterable[str], key: bytes
) -> Thread | None:
    """The first match wins: token in a recipient, In-Reply-To, References (last first), subject.

    Sources: RFC 5322, 3.6.4 (identification fields); text-channels.md.
    """
    number = token_number(recipients, key)
    if number is not None:
        incident = await people.incident_by_number(connection, number)
        if incident is not None:
            return Thread(incident, None, "address")
    for by, ids in (
        ("in_reply_to", list(mail.in_reply_to)),
        ("references", list(reversed(mail.references))),
    ):
        row = await messages.by_header_id(connection, ids[:MAX_REFERENCES])
        if row is not None:
            incident = await people.incident_by_id(connection, row.incident)
            if incident is not None:
                return Thread(incident, row.contact, by)
    match = _SUBJECT.search(mail.subject)
    if match is not None:
        incident = await people.incident_by_number(connection, int(match.group(1)))
        if incident is not None:
            return Thread(incident, None, "subject")
    return None


def nobody(raw_id: str) -> str:
    """An address for mail without a sender; nothing is ever sent to .invalid (RFC 2606)."""
    return f"unknown-{raw_id}@mail.invalid"


async def conversation(
    connection: Transaction, thread: Thread | None, incident: IncidentRef
) -> tuple[str, str] | None:
    """(contact, our address) of the mail conversation of an incident: the one that the thread
    referred to, otherwise the newest; a contact of any channel if no mail was written yet."""
    rows = await contacts.by_incident(connection, incident.id)
    mails = [row for row in rows if row.channel == "email"]
    named = [row for row in rows if thread is not None and row.id == thread.contact]
    for row in (*named, *reversed(mails), *reversed(rows)):
        return row.id, row.our_address if row.channel == "email" else ""
    return None
