"""The outbox of mail: queued messages, under a lease, to the mail server, each at most once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from channels.email.compose import Draft, build, own_id, reference_line, tagged
from channels.email.smtp import Attempt, Server, SmtpResult
from channels.email.threading import reply_address
from router.centre import Centre
from router.records import messages, people
from router.records.database import RecordUnavailable
from router.records.messages import Message

log = structlog.get_logger()

LEASE_MS = 150_000
"""Longer than the budgets of one attempt (smtp.py) together."""

RETRY_MS = (5_000, 30_000, 120_000, 300_000, 600_000, 1_800_000)
"""Pauses after temporary failures: given up after about 48 min, in time to call instead."""

AT_ONCE = 4
"""Mails under way at once: one slow server conversation holds up no urgent answer."""

NOT_DELIVERED = "Not delivered: call instead."
NOT_KNOWN = "It is not known whether this mail went out: call, or write again."
STILL_TRYING = "Not sent yet: the mail server does not take it now; trying again."

Failed = Callable[[Message, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The identity of our mails."""

    mail_from: str | None
    """The sender of every mail; None = the line's own address."""
    domain: str
    """The domain of our Message-IDs."""
    reply_domain: str | None
    """A domain whose mail all comes to us, for signed reply addresses."""
    key: bytes = field(repr=False)
    """Signs them."""


class Sender:
    """Sends what is queued. `failed` is called for every mail that somebody must follow up."""

    def __init__(
        self,
        centre: Centre,
        server: Server,
        letterhead: Letterhead,
        changed: Callable[[str], None],
        failed: Failed,
    ) -> None:
        self._database = centre.database
        self._server = server
        self._head = letterhead
        self._clock = centre.clock
        self._changed = changed
        self._failed = failed
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Call it after something was put into the outbox."""
        self._wake.set()

    async def run(self) -> None:
        """Sends until cancelled."""
        while True:
            self._wake.clear()
            wait_s: float | None = 1.0
            try:
                wait_s = await self.send_due()
            except* RecordUnavailable:
                log.warning("mail.outbox_away")
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass  # a retry is due

    async def send_due(self) -> float | None:
        """One round. Returns the seconds until the next one is due; None = only when woken."""
        async with self._database.read() as connection:
            rows = await messages.outbox(connection, self._clock(), "email")
        places = asyncio.Semaphore(AT_ONCE)

        async def one(row: Message) -> None:
            async with places:
                await (self._lapsed(row) if row.status == "sending" else self._send(row))

        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(one(row), name=f"mail {row.id}")
        async with self._database.read() as connection:
            due = await messages.next_due(connection, "email")
        return None if due is None else max(0.05, (due - self._clock()) / 1000)

    async def _lapsed(self, row: Message) -> None:
        """The lease ran out: the process died in between. Only a mail that never reached DATA is
        safe to repeat."""
        if row.carrier_id == _mark(row.id, int(row.tries)):
            await self._give_up(row, "unknown", NOT_KNOWN)
        else:
            await self._outcome(row, "queued", due_at=self._clock())

    async def _send(self, row: Message) -> None:
        now = self._clock()
        if row.to_address is None or row.to_address.endswith(".invalid"):
            await self._give_up(row, "failed", "This mail came without a sender's address.")
            return
        async with self._database.write() as connection:
            if not await messages.begin_sending(connection, row.id, now + LEASE_MS, now):
                return
            incident = await people.incident_by_id(connection, row.incident)
            last = await messages.last_in(connection, row.contact)
            before = await messages.header_ids(connection, row.contact)
            draft = self._draft(row, incident, last.header_id if last else None, before, now)
            await messages.name_mail(
                connection, row.id, draft.message_id, draft.in_reply_to, draft.subject
            )
        tries = int(row.tries) + 1

        async def on_data() -> None:
            async with self._database.write() as connection:
                await messages.set_outcome(
                    connection,
                    row.id,
                    "sending",
                    self._clock(),
                    carrier_id=_mark(row.id, tries),
                    due_at=now + LEASE_MS,
                )

        recipient = _wire(draft.recipient)
        attempt = await self._server.deliver(draft.sender, recipient, build(draft), on_data)
        await self._became(row, attempt, tries)

    def _draft(
        self,
        row: Message,
        incident: people.IncidentRef | None,
        answers: str | None,
        before: list[str],
        now: int,
    ) -> Draft:
        message_id = own_id(row.id, self._head.domain)
        sender = self._head.mail_from or row.from_address
        reply_to = row.from_address if row.from_address != sender else None
        if self._head.reply_domain and incident is not None:
            reply_to = reply_address(incident.number, self._head.key, self._head.reply_domain)
        others = [i for i in before if i != message_id]
        return Draft(
            message_id=message_id,
            sender=sender,
            recipient=row.to_address,
            reply_to=reply_to,
            subject=tagged(row.subject or "", incident.word) if incident else row.subject or "",
            text=row.text,
            in_reply_to=answers or (others[-1] if others else None),
            references=reference_line(others, message_id),
            automatic=row.author is None,
            at=now,
        )

    async def _became(self, row: Message, attempt: Attempt, tries: int) -> None:
        log.info(
            "mail.attempted",
            contact=row.contact,
            outcome=attempt.outcome.value,
            reason=attempt.reason,
            tries=tries,
        )
        if attempt.outcome is SmtpResult.SENT:
            await self._outcome(row, "sent")
        elif attempt.outcome is SmtpResult.UNKNOWN:
            await self._give_up(row, "unknown", NOT_KNOWN)
        elif attempt.outcome is SmtpResult.TEMPORARY and tries <= len(RETRY_MS):
            due_at = self._clock() + RETRY_MS[tries - 1]
            await self._outcome(row, "queued", error=STILL_TRYING, due_at=due_at)
        else:
            await self._give_up(row, "failed", f"{NOT_DELIVERED} ({attempt.reason})"[:200])

    async def _give_up(self, row: Message, status: str, words: str) -> None:
        await self._failed(row, words)  # first: a crash in between must not leave it unseen
        await self._outcome(row, status, error=words)

    async def _outcome(
        self, row: Message, status: str, *, error: str | None = None, due_at: int | None = None
    ) -> None:
        async with self._database.write() as connection:
            await messages.set_outcome(
                connection, row.id, status, self._clock(), error=error, due_at=due_at
            )
        self._changed(row.incident)


def _mark(message: str, tries: int) -> str:
    """The state that the record has from just before DATA on."""
    return f"data:{message}:{tries}"


def _wire(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891); a local part that is not ASCII stays, and is
    refused."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
