"""One stored mail into the record: a contact, a line on a timeline, or a delivery report."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import structlog

from channels.email import automatic, quotes, threading
from channels.email.automatic import Delivery, Kind
from channels.email.decode import Address, addresses, decode
from channels.email.parse import EMPTY, MAX_TEXT, Mail, Unparsable, read
from channels.email.sender import NOT_DELIVERED
from router.core.severity import Channel
from router.intake import Intake, Text
from router.records import mails, messages, people
from router.records.database import Database, Transaction
from router.records.mails import RawMail
from router.records.messages import Message

log = structlog.get_logger()

UNPARSED = "Unparsed mail"
KNOWN_CHARACTERS = 200_000
SHOWN_OF_UNPARSED = 4_000


class Reader:
    """Parses, threads, checks the sender and writes. Takes the same mail twice without harm."""

    def __init__(
        self,
        *,
        database: Database,
        intake: Intake,
        key: bytes,
        ours: tuple[str, ...],
        own_id: re.Pattern[bytes],
        clock: Callable[[], int],
        changed: Callable[[str], None],
    ) -> None:
        """
        Args:
            ours: our mail addresses, lower case; the first is the default.
            own_id: pattern of the Message-IDs that we write.
        """
        self._database = database
        self._intake = intake
        self._key = key
        self._ours = ours
        self._own_id = own_id
        self._clock = clock
        self._changed = changed

    async def take(self, raw_id: str) -> None:
        """Reads one mail and marks it.

        Raises:
            RecordUnavailable: to be tried again.
        """
        async with self._database.read() as connection:
            row = await mails.get(connection, raw_id)
        if row is None or row.state != "stored":
            return
        try:
            mail = await asyncio.to_thread(read, row.bytes)
        except Unparsable as error:
            await self.show_unparsed(raw_id, str(error))
            return
        state = await self._place(row, mail)
        await self._mark(raw_id, state)

    async def show_unparsed(self, raw_id: str, why: str) -> None:
        """A mail that cannot be read is still a contact: its first lines as they came."""
        async with self._database.read() as connection:
            row = await mails.get(connection, raw_id)
        if row is None:
            return
        start = decode(row.bytes[:SHOWN_OF_UNPARSED])
        sender = next(iter(addresses(row.envelope_from)), None)
        await self._admit(
            Text(
                channel=Channel.EMAIL,
                key=f"mail:{raw_id}",
                from_address=sender.value if sender else threading.nobody(raw_id),
                to_address=self._line_of(_recipients(row.envelope_to)),
                subject=UNPARSED,
                text=f"This mail could not be read ({why}). It is kept as it came ({raw_id}), "
                f"{len(row.bytes):,} bytes. It begins:\n\n{start}",
                raw=raw_id,
                notice="unparsed mail",
            )
        )
        await self._mark(raw_id, "unparsed")

    async def not_delivered(self, message: Message, words: str, detail: str = "") -> None:
        """Brings the conversation of a mail that did not arrive back to somebody: nobody may
        believe that an answer reached a person whom it did not reach."""
        await self._admit(
            Text(
                channel=Channel.EMAIL,
                key=f"failed:{message.id}",
                from_address=message.to_address,
                to_address=message.from_address,
                subject=message.subject,
                text=f"{words}\n\n{detail}".strip(),
                fresh=words,
                incident=message.incident,
                notice="not delivered",
            )
        )
        self._changed(message.incident)

    # What it is -------------------------------------------------------------------------------

    async def _place(self, row: RawMail, mail: Mail) -> str:
        """Puts the mail where it belongs; the state for its bytes."""
        kind = automatic.kind_of(mail, row.envelope_from)
        async with self._database.read() as connection:
            if await self._is_own(connection, mail):
                log.info("mail.own_came_back", raw=row.id)
                return "own"
        if kind is Kind.BOUNCE and await self._bounced(row, mail):
            return "read"
        recipients = (*_recipients(row.envelope_to), *mail.recipients)
        senders = threading.senders(mail, row.envelope_from, row.id, self._ours)
        sender = senders[0]
        notice, place, incident = None, None, None
        async with self._database.read() as connection:
            thread = await threading.find(connection, mail, recipients, self._key)
            if thread is not None:
                admitted = await threading.admitted(connection, thread, senders)
                if admitted is not None:
                    sender, incident = admitted, thread.incident
                    place = await threading.conversation(connection, thread)
                else:
                    notice = f"unknown sender on {thread.incident.word}"
                    log.info("mail.stranger", raw=row.id, incident=thread.incident.id)
            if incident is None:
                incident_of_sender = await self._open_incident(connection, sender)
                if kind is Kind.ANSWER and incident_of_sender is not None:
                    incident = incident_of_sender
                    place = await threading.conversation(
                        connection, threading.Thread(incident, None, "sender")
                    )
                known = await self._known(connection, incident_of_sender)
            else:
                known = await self._known(connection, incident)
            if await self._is_copy(connection, mail, sender):
                return "duplicate"
        fresh = await asyncio.to_thread(quotes.unseen, mail.text[:MAX_TEXT], known)
        lowest = None
        if kind is Kind.ANSWER:
            lowest = "automatic answer"
        elif kind is Kind.BOUNCE:
            lowest, notice = "bounce of an unknown mail", "bounce of an unknown mail"
        elif sender.value in self._ours:
            notice = "from our own address"
        text = Text(
            channel=Channel.EMAIL,
            key=f"mail:{row.id}",
            from_address=sender.value,
            to_address=self._line_of(recipients, place[1] if place else ""),
            name=sender.name,
            subject=mail.subject or None,
            text=mail.shown,
            html=mail.html,
            header_id=mail.message_id,
            refers_to=next(iter((*mail.in_reply_to, *reversed(mail.references))), None),
            raw=row.id,
            notice=notice,
            incident=incident.id if incident and (thread is not None and not notice) else None,
            fresh=fresh or mail.subject or EMPTY,
            lowest=lowest,
            automatic=kind is not Kind.PERSON,
        )
        silent = kind is Kind.ANSWER or sender.value in self._ours
        if silent and incident is not None and place is not None:
            note = "auto-reply" if kind is Kind.ANSWER else "from our own address"
            await self._timeline(text, incident.id, place[0], note)
        else:
            await self._admit(text)
        return "read"

    def _line_of(self, recipients: tuple[str, ...], otherwise: str = "") -> str:
        """Our address that was written to."""
        hit = next((value for value in recipients if value in self._ours), None)
        return hit or otherwise or (self._ours[0] if self._ours else "inbound@holdfast.invalid")

    async def _is_own(self, connection: Transaction, mail: Mail) -> bool:
        """A mail of ours that came back (a forward, a list): never new work."""
        if mail.message_id is None:
            return False
        row = await messages.by_header_id(connection, [mail.message_id])
        return row is not None and row.direction == "out"

    async def _is_copy(self, connection: Transaction, mail: Mail, sender: Address) -> bool:
        """The same mail by another way: other bytes, but the same id, writer and words. The id
        alone does not decide: it can be forged, and some programs repeat it."""
        if mail.message_id is None:
            return False
        row = await messages.by_header_id(connection, [mail.message_id])
        return row is not None and row.from_address == sender.value and row.text == mail.shown

    async def _open_incident(
        self, connection: Transaction, sender: Address
    ) -> people.IncidentRef | None:
        person = await people.find_address(connection, "email", sender.value)
        return await people.open_incident_of(connection, person.party) if person else None

    async def _known(self, connection: Transaction, incident: people.IncidentRef | None) -> str:
        """What the incident's messages said before, newest first."""
        if incident is None:
            return ""
        rows = await messages.by_incident(connection, incident.id)
        said = (f"{row.subject or ''}\n{row.text}" for row in list(reversed(rows))[:30])
        return "\n".join(said)[:KNOWN_CHARACTERS]

    # Bounces ----------------------------------------------------------------------------------

    async def _bounced(self, row: RawMail, mail: Mail) -> bool:
        """Attaches a delivery report to the message it speaks of. False: no message of ours."""
        report = await asyncio.to_thread(automatic.report_of, mail, row.bytes, self._own_id)
        async with self._database.read() as connection:
            sent = None
            for header_id in report.ids[:20]:
                hit = await messages.by_header_id(connection, [header_id])
                if hit is not None and hit.direction == "out":
                    sent = hit
                    break
        if sent is None:
            return False
        log.info("mail.reported", contact=sent.contact, delivery=report.delivery.value)
        now = self._clock()
        if report.delivery is Delivery.FAILED:
            async with self._database.write() as connection:
                await messages.set_outcome(connection, sent.id, "failed", now, error=NOT_DELIVERED)
            await self.not_delivered(sent, NOT_DELIVERED, mail.shown)
            return True
        if report.delivery is Delivery.DELIVERED and sent.status == "sent":
            async with self._database.write() as connection:
                await messages.set_outcome(connection, sent.id, "delivered", now)
        text = Text(
            channel=Channel.EMAIL,
            key=f"mail:{row.id}",
            from_address=sent.to_address,
            to_address=sent.from_address,
            subject=mail.subject or None,
            text=mail.shown,
            raw=row.id,
        )
        await self._timeline(text, sent.incident, sent.contact, f"mail {report.delivery.value}")
        return True

    # Writing ----------------------------------------------------------------------------------

    async def _admit(self, text: Text) -> None:
        arrival = await self._intake.text(text, self._clock())
        if arrival is None:
            return
        log.info(
            "mail.arrived",
            contact=arrival.contact_id,
            severity=arrival.contact.severity,
            new=arrival.new,
        )
        if arrival.contact.incident:
            self._changed(arrival.contact.incident)

    async def _timeline(self, text: Text, incident: str, contact: str, notice: str) -> None:
        """A line that is nobody's work: no new contact, no reopening, no clock."""
        async with self._database.write() as connection:
            await messages.add(
                connection,
                key=text.key,
                contact=contact,
                incident=incident,
                channel=str(text.channel),
                direction="in",
                to_address=text.to_address,
                from_address=text.from_address,
                subject=text.subject,
                text=text.text,
                html=text.html,
                notice=notice,
                raw=text.raw,
                header_id=text.header_id,
                refers_to=text.refers_to,
                status="received",
                at=self._clock(),
            )
        self._changed(incident)

    async def _mark(self, raw_id: str, state: str) -> None:
        async with self._database.write() as connection:
            await mails.set_state(connection, raw_id, state)


def _recipients(envelope_to: str) -> tuple[str, ...]:
    return tuple(a.value for a in addresses(envelope_to))
