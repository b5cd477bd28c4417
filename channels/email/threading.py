"""To which incident does a mail belong? And may its sender write there?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels.email.decode import Address, addresses
from channels.email.parse import Mail
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
    """'inc+20401.<mac>@domain': who writes there answers a mail of ours about that incident."""
    return f"inc+{number}.{_mac(number, key)}@{domain}"


def _mac(number: int, key: bytes) -> str:
    """80 bits of HMAC-SHA-256 in lower-case base32: survives relays that change case."""
    digest = hmac.digest(key, f"mail reply address:{number}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def token_number(recipients: Iterable[str], key: bytes) -> int | None:
    """The incident number in the first address whose token is ours."""
    for address in recipients:
        match = _TOKEN.match(address)
        if match is None:
            continue
        number = int(match.group(1))
        if hmac.compare_digest(_mac(number, key), match.group(2).lower()):
            return number
    return None


async def find(
    connection: Transaction, mail: Mail, recipients: Iterable[str], key: bytes
) -> Thread | None:
    """First hit wins: token in a recipient, In-Reply-To, References from the right, subject.

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


def senders(mail: Mail, envelope_from: str, raw_id: str, ours: tuple[str, ...]) -> list[Address]:
    """Who wrote, most fitting first, never empty.

    Reply-To before From (RFC 5322, 3.6.2): forms and services write in a person's name, and who
    is answered is who is taken for the writer, so that nobody's incident is told to somebody
    else. Lists put their own address there: From first.
    """
    ordered = [*mail.reply_to, *mail.from_]
    if mail.first("List-Id"):
        ordered = [*mail.from_, *mail.reply_to]
    others = [address for address in ordered if address.value not in ours]
    found = others or list(mail.from_) or addresses(envelope_from)
    if not found:
        return [Address(nobody(raw_id), None)]
    best = found[0]
    if best.name is None and mail.from_:
        best = Address(best.value, mail.from_[0].name)
    return [best, *found[1:5]]


def nobody(raw_id: str) -> str:
    """An address for mail without a sender; nothing is ever sent to .invalid (RFC 2606)."""
    return f"unknown-{raw_id}@mail.invalid"


async def admitted(
    connection: Transaction, thread: Thread, senders: Iterable[Address]
) -> Address | None:
    """The first of the sender's addresses that is a party of the incident; None = a stranger."""
    for sender in senders:
        person = await people.find_address(connection, "email", sender.value)
        if person is not None and await people.is_party_of(
            connection, thread.incident.id, person.party
        ):
            return sender
    return None


async def conversation(connection: Transaction, thread: Thread) -> tuple[str, str] | None:
    """(contact, our address) of the mail conversation of a thread: the one that was referred to,
    else the incident's newest; a contact of any channel where no mail was written yet."""
    rows = await contacts.by_incident(connection, thread.incident.id)
    mails = [row for row in rows if row.channel == "email"]
    named = [row for row in rows if row.id == thread.contact]
    for row in (*named, *reversed(mails), *reversed(rows)):
        return row.id, row.our_address if row.channel == "email" else ""
    return None
