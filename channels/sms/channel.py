"""Texts in and out: record, then answer; the outbox, then the carrier."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from channels.sms.words import Word, meaning
from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.codes import Code
from channels.twilio.errors import (
    AccountFault,
    BadNumber,
    Busy,
    CarrierRefused,
    NothingDone,
    OptedOut,
    Unknown,
)
from channels.twilio.forms import read_text, read_text_status
from channels.twilio.reasons import not_texted
from router.centre import Centre
from router.core.arrivals import Media
from router.core.severity import Channel, Severity
from router.core.text import clean
from router.intake.door import Intake, Text
from router.intake.spool import Spool
from router.records import messages, people
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LEASE_MS = 30_000
RETRY_MS = (1_000, 5_000, 30_000, 120_000)
CLOCKS_MS = 5_000
"""The carrier's clock has whole seconds: it may be this far behind ours."""

LOST = "Not delivered: call instead."

MOST_EARLY = 500
"""Delivery reports kept of texts that we do not know yet."""

URGENT_VALIDITY_S = 300
"""An urgent text that cannot be delivered within this time is given up: call instead."""


class SmsChannel:
    """Inbound texts, delivery reports, and the sender of the outbox."""

    def __init__(
        self,
        centre: Centre,
        intake: Intake,
        client: CarrierClient,
        spool: Spool,
        public_url: str,
        changed: Callable[[str], None],
    ) -> None:
        """`changed` is called with the incident whose messages changed."""
        self._database = centre.database
        self._intake = intake
        self._client = client
        self._status_url = f"{public_url}/twilio/sms/status"
        self._clock = centre.clock
        self._spool = spool
        spool.takes("sms", self._take)
        spool.takes("sms_status", self._take_status)
        self._changed = changed
        self._wake = asyncio.Event()
        self._early: OrderedDict[str, tuple[str, str | None]] = OrderedDict()

    def wake(self) -> None:
        """Call it after something was put into the outbox."""
        self._wake.set()

    # In ---------------------------------------------------------------------------------------

    async def inbound(self, form: Mapping[str, str]) -> str:
        """POST /twilio/sms. The answer is empty: a <Message> in it would be an extra text.

        Raises:
            RecordUnavailable: nothing was accepted; the carrier's fallback takes it.
        """
        if read_text(form).sid:
            await self._spool.through("sms", dict(form), b"", self._clock())
        return twiml.empty()

    async def _take(self, form: dict[str, str], _body: bytes, now: int) -> None:
        """Writes a text into the record."""
        text = read_text(form)
        word = meaning(text.body, text.opt_out)
        attachments = "".join(
            f"\n[attachment {n}: {item.content_type or 'file'}]"
            for n, item in enumerate(text.media, 1)
        )
        severity, rule = self._urgency(word)
        arrival = await self._intake.text(
            Text(
                channel=Channel.SMS,
                key=f"sms:{text.sid}",
                from_address=text.from_,
                to_address=text.to,
                text=(text.body + attachments).strip() or "(empty text)",
                carrier_id=text.sid,
                notice=word.value if word else None,
                severity=severity,
                urgent_rule=rule,
                opts_out={Word.OUT: True, Word.BACK_IN: False}.get(word) if word else None,
                media=tuple(Media(item.url, item.content_type) for item in text.media),
            ),
            now,
        )
        if arrival is not None:
            log.info(
                "text.arrived",
                contact=arrival.contact_id,
                severity=arrival.contact.severity,
                new=arrival.new,
                attachments=len(text.media),
            )
            if arrival.contact.incident:
                self._changed(arrival.contact.incident)

    @staticmethod
    def _urgency(word: Word | None) -> tuple[Severity | None, str | None]:
        """HELP may come from somebody in danger: a person has to look at once. STOP and START raise
        nothing; if the sender has an open incident, that decides."""
        return (Severity.S2, "asked for help by text") if word is Word.HELP else (None, None)

    async def status(self, form: Mapping[str, str]) -> str:
        """POST /twilio/sms/status: reports may be unordered, repeated or unknown. The carrier sends
        each only once, so the spool keeps it while the database is away."""
        report = read_text_status(form)
        if report.sid:
            order = f"text|{report.sid}"
            await self._spool.through("sms_status", dict(form), b"", self._clock(), order)
        return twiml.empty()

    async def _take_status(self, form: dict[str, str], _body: bytes, _at: int) -> None:
        report = read_text_status(form)
        error = not_texted(report.error_code) if report.error_code else None
        report = replace(report, sid=clean(report.sid, 64), status=clean(report.status, 24))
        row = await self._report(report.sid, report.status, error)
        if row is None:
            row = await self._early_report(report.sid, report.status, error)
        if row is not None:
            log.info("text.status_changed", contact=row.contact, status=report.status)
            self._changed(row.incident)

    async def _early_report(
        self, sid: str, status: str, error: str | None
    ) -> messages.Message | None:
        """It may have overtaken the answer to our own request: kept until that answer says whose it
        is. The carrier does not promise their order: the one that tells most is kept."""
        known = self._early.get(sid)
        if known is None or messages.moves(known[0], status):
            self._early[sid] = (status, error or (known[1] if known else None))
        async with self._database.read() as connection:
            row = await messages.by_carrier_id(connection, sid)
        if row is not None:  # a late one, or the answer has come in this moment
            early = self._early.pop(sid, None)
            return await self._report(sid, *early) if early else None
        while len(self._early) > MOST_EARLY:
            self._early.popitem(last=False)
        return None

    async def _report(self, sid: str, status: str, error: str | None) -> messages.Message | None:
        if status in messages.LOST:
            async with self._database.read() as connection:
                row = await messages.by_carrier_id(connection, sid)
            if row is not None and messages.changes(row, status):
                await self._comes_back(row, error)
        async with self._database.write() as connection:
            return await messages.set_status(connection, sid, status, self._clock(), error)

    async def _comes_back(self, row: messages.Message, error: str | None) -> None:
        """Brings the conversation of a text that did not arrive back to somebody, even if it was
        set aside or closed: nobody may believe that the text reached the person. This is done
        before the message is marked, so that a crash in between does not leave it unseen; it
        happens once.

        Raises:
            RecordUnavailable: the report must be sent again.
        """
        await self._intake.text(
            Text(
                channel=Channel.SMS,
                key=f"failed:{row.id}",
                from_address=row.to_address,
                to_address=row.from_address,
                text=f"{error or LOST}\n\n{row.text}",
                fresh=error or LOST,
                incident=row.incident,
                severity=Severity.S3,
                urgent_rule="a text of ours did not arrive",
                notice="not delivered",
                automatic=True,
                named=row.author,
            ),
            self._clock(),
        )
        log.warning("text.not_delivered", contact=row.contact)

    # Out --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sends what the outbox holds until cancelled; never sends a text twice blindly."""
        while True:
            self._wake.clear()
            try:
                wait_s = await self._send_due()
            except RecordUnavailable:
                wait_s = 1.0
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass  # a retry is due

    async def _send_due(self) -> float | None:
        now = self._clock()
        async with self._database.read() as connection:
            rows = await messages.outbox(connection, now, "sms")
        for row in rows:
            if row.status == "sending":
                await self._look_up(row)
            else:
                await self._send(row)
        async with self._database.read() as connection:
            due = await messages.next_due(connection, "sms")
        return None if due is None else max(0.05, (due - self._clock()) / 1000)

    async def _send(self, row: messages.Message) -> None:
        now = self._clock()
        async with self._database.write() as connection:
            if not await messages.begin_sending(connection, row.id, now + LEASE_MS, now):
                return
        try:
            sent = await self._client.send_message(
                row.to_address,
                row.from_address,
                row.text,
                status_callback=self._status_url,
                validity_s=URGENT_VALIDITY_S,
            )
        except Unknown:
            log.warning("text.send_unclear", contact=row.contact)
            return  # the lease lapses, then it is looked up
        except OptedOut:
            async with self._database.write() as connection:
                person = await people.find_address(connection, "phone", row.to_address)
                if person is not None:
                    await people.set_opted_out(connection, person.address, True)
            await self._outcome(row, "failed", error=not_texted(Code.OPTED_OUT))
        except (BadNumber, AccountFault) as error:
            await self._outcome(row, "failed", error=not_texted(error.code, error.message))
        except NothingDone as error:
            tries = int(row.tries)
            if isinstance(error, Busy) or tries < len(RETRY_MS):
                pause = RETRY_MS[min(tries, len(RETRY_MS) - 1)]
                if isinstance(error, Busy):
                    pause = error.pause_ms(tries + 1)
                await self._outcome(row, "queued", due_at=self._clock() + pause)
            else:
                words = "Not delivered: the carrier cannot be reached: call instead."
                if isinstance(error, CarrierRefused):
                    words = not_texted(error.code, error.message)
                await self._outcome(row, "failed", error=words)
        else:
            await self._outcome(row, sent.status, carrier_id=sent.sid)

    async def _look_up(self, row: messages.Message) -> None:
        """For a request whose answer was lost: does the carrier know such a text?"""
        when = datetime.fromtimestamp(self._clock() / 1000, UTC)
        try:
            found = await self._client.find_recent_messages(
                row.to_address, row.from_address, now=when, within_s=600
            )
        except (NothingDone, Unknown):
            async with self._database.write() as connection:
                await messages.look_up_later(connection, row.id, self._clock() + 5_000)
            return
        began = datetime.fromtimestamp(((row.status_at or row.at) - CLOCKS_MS) / 1000, UTC)
        same = [
            info
            for info in found
            if info.body == row.text and (info.created_at is None or info.created_at >= began)
        ]
        async with self._database.read() as connection:
            known = await messages.known_carrier_ids(connection, [info.sid for info in same])
        same = [info for info in same if info.sid not in known]  # another message's, not this one
        if same:
            sent = same[0]
            error = not_texted(sent.error_code) if sent.error_code else None
            await self._outcome(row, sent.status, carrier_id=sent.sid, error=error)
        else:
            await self._outcome(row, "queued", due_at=self._clock())

    async def _outcome(
        self,
        row: messages.Message,
        status: str,
        *,
        carrier_id: str | None = None,
        error: str | None = None,
        due_at: int | None = None,
    ) -> None:
        if status in ("queued", "accepted", "scheduled") and carrier_id:
            status = "accepted"  # the carrier has it: out of our outbox
        if status in messages.LOST:
            await self._comes_back(row, error)
        async with self._database.write() as connection:
            await messages.set_outcome(
                connection,
                row.id,
                status,
                self._clock(),
                carrier_id=carrier_id,
                error=error,
                due_at=due_at,
            )
        early = self._early.pop(carrier_id, None) if carrier_id else None
        if carrier_id and early:
            await self._report(carrier_id, *early)
        log.info("text.outcome", contact=row.contact, status=status)
        self._changed(row.incident)
