"""Who wrote a mail, who gets the answer, and which incident they may join.

A mail may have three addresses: From, Reply-To, and that of a form or list that writes for many
people. Whether somebody belongs to an incident is checked by From: a Reply-To is only a wish, and
naming a party there does not make the sender that party. If a mail has the addresses of two people,
both are kept and shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email.headers import Address, addresses
from channels.email.letter import Letter
from channels.email.threading import Thread, nobody
from router.records import messages, people
from router.records.database import Transaction
from router.records.people import IncidentRef

_VIA = re.compile(r"\s+(?:\(?via\b|-\s*via\b).*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Writer:
    """`address` is the party, who gets the answer. `incident`: where the mail belongs; `threaded`
    if the mail refers to it. `written_by`: From, if it differs; `answer_to`: a Reply-To that is not
    used. `apart`: it gets an incident of its own, whatever is open at this address."""

    address: Address
    incident: IncidentRef | None = None
    threaded: bool = False
    notice: str | None = None
    written_by: str | None = None
    answer_to: str | None = None
    apart: bool = False


async def find(
    connection: Transaction,
    mail: Letter,
    envelope_from: str,
    raw_id: str,
    ours: tuple[str, ...],
    thread: Thread | None,
) -> Writer:
    """Decides this from the mail and from what the record knows about its addresses."""
    others = [address for address in mail.from_ if address.value not in ours]
    found = others or list(mail.from_) or addresses(envelope_from)
    stranger = f"unknown sender on {thread.incident.word}" if thread else None
    if not found:
        asked = next((a for a in mail.reply_to if a.value not in ours), None)
        if asked is None:
            return Writer(Address(nobody(raw_id), None), notice=stranger)
        known = await people.find_address(connection, "email", asked.value)
        return Writer(asked, notice=stranger, apart=known is not None)
    sender = found[0]
    wished = next(
        (a for a in mail.reply_to if a.value not in ours and a.value != sender.value), None
    )
    if thread is not None:
        if await _is_party(connection, thread.incident, sender):
            answer_to = wished.value if wished else None
            return Writer(sender, thread.incident, threaded=True, answer_to=answer_to)
        if wished is not None:
            pair = await messages.same_pair(connection, wished.value, sender.value)
            theirs = await people.incident_by_id(connection, pair.incident) if pair else None
            if theirs is not None and theirs.id == thread.incident.id:
                who = _named(wished, sender, mail)
                return Writer(who, thread.incident, threaded=True, written_by=sender.value)
    if wished is None:
        if mail.shared and sender.value not in ours:
            # nobody can be answered there, and the next mail from there is by somebody else
            return Writer(
                Address(nobody(raw_id), _name(sender)), notice=stranger, written_by=sender.value
            )
        incident = await _open_of(connection, sender)
        return Writer(sender, incident, notice=stranger)
    return await _of_two(connection, mail, sender, wished, stranger)


async def _of_two(
    connection: Transaction, mail: Letter, sender: Address, wished: Address, stranger: str | None
) -> Writer:
    """From and Reply-To are two addresses, and the mail refers to nothing that they may join."""
    who = _named(wished, sender, mail)
    pair = await messages.same_pair(connection, wished.value, sender.value)
    if pair is not None:
        incident = await people.incident_by_id(connection, pair.incident)
        if incident is not None and await people.is_open(connection, incident.id):
            return Writer(
                who, incident, threaded=True, notice=stranger, written_by=sender.value,
                apart=stranger is not None,
            )  # fmt: skip
    known = await people.find_address(connection, "email", wished.value)
    many = mail.shared or await messages.writes_for_others(connection, sender.value, wished.value)
    if not many:
        itself = await people.find_address(connection, "email", sender.value)
        if known is not None or itself is not None:
            incident = await _open_of(connection, sender)
            return Writer(sender, incident, notice=stranger, answer_to=wished.value)
    return Writer(who, notice=stranger, written_by=sender.value, apart=known is not None)


async def _is_party(connection: Transaction, incident: IncidentRef, sender: Address) -> bool:
    person = await people.find_address(connection, "email", sender.value)
    return person is not None and await people.is_party_of(connection, incident.id, person.party)


async def _open_of(connection: Transaction, sender: Address) -> IncidentRef | None:
    person = await people.find_address(connection, "email", sender.value)
    return await people.open_incident_of(connection, person.party) if person else None


def _named(wished: Address, sender: Address, mail: Letter) -> Address:
    """A list that rewrites From leaves the writer's name there; a form's name is nobody's name."""
    if wished.name is not None or not (mail.shared and _VIA.search(sender.name or "")):
        return wished
    return Address(wished.value, _name(sender))


def _name(sender: Address) -> str | None:
    """'Maya via Neighbours' is Maya."""
    return (_VIA.sub("", sender.name).strip("' \"") or None) if sender.name else None
