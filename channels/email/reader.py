"""One stored mail into the record: as a contact, a line on a timeline, or a delivery report."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from channels.email import scan, threading, writers
from channels.email.headers import addresses
from channels.email.letter import EMPTY, Delivery, Kind, Letter, Unparsable
from channels.email.quotes import NO_FOLDS
from channels.email.readers import Readers
from channels.email.sender import NOT_DELIVERED
from channels.email.writers import Writer
from router.centre import Centre
from router.core.severity import Channel
from router.intake.door import Intake, Text
from router.records import mails, messages, people
from router.records.database import Transaction
from router.records.mails import RawMail
from router.records.messages import Message

log = structlog.get_logger()

UNPARSED = "Unparsed mail"
KNOWN_CHARACTERS = 200_000
IN_ORDER_S = 0.5
"""How long a mail waits for the one before it, which may be from the same person."""
BOUNCES_WITHIN_MS = 6 * 24 * 3_600_000
"""Mail systems try for five days; a report without an id is about our last mail to its address."""
AUTOMATIC_PHRASES = re.compile(
    r"\b(?:call|dial|llame|marque)(?: al)? (?:911|112)\b|\b(?:emergenc|urgen)\w*", re.IGNORECASE
)
"""What automatic answers say about emergencies without being about one."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What marks a mail as ours, or as an answer to ours."""

    ours: tuple[str, ...]
    """Our mail addresses, lower case; the first is the default."""
    own_id: re.Pattern[bytes]
    """Pattern of the Message-IDs that we write."""
    key: bytes = field(repr=False)
    """Signs reply addresses."""


class Reader:
    """Parses, threads, checks the sender and writes. Processing the same mail twice is harmless."""

    def __init__(
        self,
        centre: Centre,
        intake: Intake,
        readers: Readers,
        marks: Marks,
        changed: Callable[[str], None],
    ) -> None:
        self._database = centre.database
        self._intake = intake
        self._readers = readers
        self._placing = asyncio.Lock()
        self._key = marks.key
        self._ours = marks.ours
        self._own_id = marks.own_id
        self._clock = centre.clock
        self._changed = changed

    async def take(self, raw_id: str, before: asyncio.Event | None = None) -> None:
        """Reads one mail, files it and marks it. It is filed after the mail that came before it,
        unless that one takes long.

        Raises:
            RecordUnavailable: it must be tried again.
        """
        async with self._database.read() as connection:
            row = await mails.get(connection, raw_id)
        if row is None or row.state != "stored":
            return
        try:
            letter = await self._readers.read(
                row.bytes, row.envelope_from, self._own_id.pattern, self._ours
            )
        except Unparsable as error:
            await self._show_unparsed(row, str(error))
            return
        if before is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IN_ORDER_S):
                    await before.wait()
        async with self._placing:  # one after the other, so that two copies see each other
            state = await self._place(row, letter)
        await self._mark(raw_id, state)

    async def show_unparsed(self, raw_id: str, why: str) -> None:
        """A mail that cannot be read is still a contact."""
        async with self._database.read() as connection:
            row = await mails.get(connection, raw_id)
        if row is not None:
            await self._show_unparsed(row, why)

    async def _show_unparsed(self, row: RawMail, why: str) -> None:
        """Writer, subject and words as far as they can be found; triage reads all of them."""
        try:
            letter = await self._readers.scan(row.bytes)
        except Unparsable:
            letter = scan.letter_of(scan.glance(row.bytes))
        text = f"This mail could not be read ({why}). It is kept as it came ({row.id}), "
        text += f"{len(row.bytes):,} bytes. "
        text += f"What was found of it:\n\n{letter.text}" if letter.text else "No words were found."
        heard = await self._readers.unseen(letter.words, "", self._intake.word_patterns())
        subject = f"{UNPARSED}: {letter.subject}" if letter.subject else UNPARSED
        async with self._placing:
            async with self._database.read() as connection:
                writer = await writers.find(
                    connection, letter, row.envelope_from, row.id, self._ours, None
                )
            await self._admit(
                Text(
                    channel=Channel.EMAIL,
                    key=f"mail:{row.id}",
                    from_address=writer.address.value,
                    name=writer.address.name,
                    written_by=writer.written_by,
                    answer_to=writer.answer_to,
                    apart=writer.apart,
                    automatic=True,
                    to_address=self._line_of((*_recipients(row.envelope_to), *letter.recipients)),
                    subject=subject[:2000],
                    text=text,
                    folds=NO_FOLDS,
                    header_id=letter.message_id,
                    raw=row.id,
                    notice="unparsed mail",
                    fresh=heard or letter.subject or EMPTY,
                )
            )
        await self._mark(row.id, "unparsed")

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
                folds=NO_FOLDS,
                fresh=words,
                incident=message.incident,
                notice="not delivered",
                named=message.author,
            )
        )
        self._changed(message.incident)

    # What it is -------------------------------------------------------------------------------

    async def _place(self, row: RawMail, mail: Letter) -> str:
        """Files the mail where it belongs; returns the state for its bytes."""
        async with self._database.read() as connection:
            if await self._is_own(connection, mail):
                log.info("mail.own_came_back", raw=row.id)
                return "own"
        if mail.kind is Kind.BOUNCE and await self._bounced(row, mail):
            return "read"
        recipients = (*_recipients(row.envelope_to), *mail.recipients)
        async with self._database.read() as connection:
            thread = await threading.find(connection, mail, recipients, self._key)
            writer = await writers.find(
                connection, mail, row.envelope_from, row.id, self._ours, thread
            )
            place = None
            if writer.incident is not None:
                place = await threading.conversation(connection, thread, writer.incident)
            known = await self._known(connection, writer.incident)
            if await self._is_copy(connection, mail, writer):
                return "duplicate"
        fresh = await self._readers.unseen(mail.words, known, self._intake.word_patterns())
        fresh = fresh or mail.subject or EMPTY
        from_us = writer.address.value in self._ours
        notice = writer.notice or ("from our own address" if from_us else None)
        lowest = None
        silent = mail.kind in (Kind.ANSWER, Kind.RECEIPT)
        if mail.kind is Kind.ANSWER:
            lowest = "automatic answer"
        elif mail.kind is Kind.RECEIPT:
            lowest = "read receipt"
        elif mail.kind is Kind.BOUNCE:
            lowest = notice = "bounce of an unknown mail"
        if lowest and self._says_emergency(fresh, mail):
            lowest, silent = None, False  # no header hides what a person says
            notice = notice or "marked automatic, says it is urgent"
        joins = writer.incident if writer.threaded else None
        text = Text(
            channel=Channel.EMAIL,
            key=f"mail:{row.id}",
            from_address=writer.address.value,
            to_address=self._line_of(recipients, place[1] if place else ""),
            name=writer.address.name,
            subject=mail.subject or None,
            text=mail.text,
            html=mail.html,
            folds=json.dumps(mail.folds),
            header_id=self._id_of(mail),
            refers_to=next(iter((*mail.in_reply_to, *reversed(mail.references))), None),
            raw=row.id,
            notice=notice,
            incident=joins.id if joins and writer.notice is None else None,
            fresh=fresh,
            lowest=lowest,
            automatic=not mail.answerable,
            written_by=writer.written_by,
            answer_to=writer.answer_to,
            apart=writer.apart,
        )
        silent = silent or (from_us and writer.notice is None)
        if silent and place is not None:
            note = {Kind.ANSWER: "auto-reply", Kind.RECEIPT: "read receipt"}.get(mail.kind)
            assert writer.incident is not None
            await self._timeline(text, writer.incident.id, place[0], note or "from our own address")
        else:
            await self._admit(text)
        return "read"

    def _says_emergency(self, fresh: str, mail: Letter) -> bool:
        """Urgent words that nobody has heard yet, without what such mails usually say about
        emergencies."""
        subject = "" if mail.kind is Kind.BOUNCE else mail.subject
        return self._intake.urgent(AUTOMATIC_PHRASES.sub(" ", f"{subject}\n{fresh}"))

    def _id_of(self, mail: Letter) -> str | None:
        """Its Message-ID, unless it is one of ours: answers to our mail must find our mail."""
        if mail.message_id is None or self._own_id.fullmatch(mail.message_id.encode()):
            return None
        return mail.message_id

    def _line_of(self, recipients: tuple[str, ...], otherwise: str = "") -> str:
        """The address of ours that was written to."""
        hit = next((value for value in recipients if value in self._ours), None)
        return hit or otherwise or (self._ours[0] if self._ours else "inbound@holdfast.invalid")

    async def _is_own(self, connection: Transaction, mail: Letter) -> bool:
        """A mail of ours that came back (a forward, a list): never new work. Its id alone does not
        prove it, because everybody who got a mail from us knows an id. It is ours if it says
        nothing else."""
        if mail.message_id is None:
            return False
        row = await messages.by_header_id(connection, [mail.message_id])
        if row is None or row.direction != "out":
            return False
        return bool(mail.words.split() == row.text.split())

    async def _is_copy(self, connection: Transaction, mail: Letter, writer: Writer) -> bool:
        """The same mail by another route: other bytes, but the same id, writer and words. The id
        alone does not decide: it can be forged, and some programs repeat it."""
        if mail.message_id is None:
            return False
        row = await messages.by_header_id(connection, [mail.message_id])
        return (
            row is not None and row.from_address == writer.address.value and row.text == mail.text
        )

    async def _known(self, connection: Transaction, incident: people.IncidentRef | None) -> str:
        """What the incident's messages said before, newest first."""
        if incident is None:
            return ""
        return await messages.said(connection, incident.id, KNOWN_CHARACTERS)

    # Bounces ----------------------------------------------------------------------------------

    async def _bounced(self, row: RawMail, mail: Letter) -> bool:
        """Attaches a delivery report to the message it is about. False: that is not a message of
        ours."""
        report = mail.report
        if report is None:
            return False
        async with self._database.read() as connection:
            sent = None
            for header_id in report.ids[:20]:
                hit = await messages.by_header_id(connection, [header_id])
                if hit is not None and hit.direction == "out":
                    sent = hit
                    break
            if sent is None:
                since = self._clock() - BOUNCES_WITHIN_MS
                sent = await messages.last_mail_to(connection, report.addresses, since)
        if sent is None:
            return False
        log.info("mail.reported", contact=sent.contact, delivery=report.delivery.value)
        now = self._clock()
        if report.delivery is Delivery.FAILED:
            async with self._database.write() as connection:
                await messages.set_outcome(connection, sent.id, "failed", now, error=NOT_DELIVERED)
            await self.not_delivered(sent, NOT_DELIVERED, mail.text)
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
            text=mail.text,
            folds=json.dumps(mail.folds),
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
        """A line that needs no work: no new contact, no reopening, no clock."""
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
                folds=text.folds,
                written_by=text.written_by,
                answer_to=text.answer_to,
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
