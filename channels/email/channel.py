"""Mail in: bytes on disk, then read, then a contact. Mail out: the sender (sender.py)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from channels.email.compose import own_id_pattern
from channels.email.headers import addresses
from channels.email.reader import Marks, Reader
from channels.email.readers import PROCESSES, ReaderDied, Readers
from channels.email.sender import Letterhead, Sender
from channels.email.smtp import Server
from router.centre import Centre
from router.intake.door import Intake
from router.intake.spool import Spool
from router.records import mails, messages
from router.records.database import RecordUnavailable
from router.records.sqlite import BIG_BYTES

log = structlog.get_logger()

BIG_AT_ONCE = 2
"""Mails of several megabytes that are written at the same time; calls and texts can still write."""
POISON_TRIES = 3
"""A mail that the record refuses this often, while it accepts others, is shown as unparsed."""
FOLD_AT_ONCE = 50
FOLD_AGAIN_S = 60.0
POISON_AGAIN_S = 300.0
"""A mail that was given up is tried again after this long: the record may have recovered by
then."""


@dataclass(frozen=True, slots=True)
class Post:
    """How this centre sends and receives mail."""

    smtp_url: str | None
    """smtp:// or smtps://; None = mail can be read but not answered."""
    mail_from: str | None
    """The sender of every mail; None = the line's own address."""
    reply_domain: str | None
    """A domain whose mail all comes to us, so that signed reply addresses can be used; None =
    answers come to the line's address."""
    key: bytes = field(repr=False)
    """The centre's secret; signs reply addresses."""
    our_addresses: Sequence[str]
    """The addresses of the lines; the first one is the default."""


class EmailChannel:
    """Inbound mail and the outbox."""

    def __init__(
        self,
        centre: Centre,
        intake: Intake,
        spool: Spool,
        post: Post,
        changed: Callable[[str], None],
        readers: Readers | None = None,
    ) -> None:
        """
        Args:
            readers: the processes that read mails; None: it starts its own.
            changed: called with the incident whose messages changed.

        Raises:
            ValueError: the mail server's address is not usable.
        """
        self._database = centre.database
        self._clock = centre.clock
        self._spool = spool
        spool.takes("mail", self._store)
        self._wake = asyncio.Event()
        self._tries: dict[str, int] = {}
        self._given_up: dict[str, float] = {}
        self._big = asyncio.Semaphore(BIG_AT_ONCE)
        ours = tuple(a.value for text in post.our_addresses for a in addresses(text))
        sender = next((a.value for a in addresses(post.mail_from or "")), None)
        default = sender or (ours[0] if ours else "")
        domain = default.rpartition("@")[2] or "holdfast.invalid"
        self._readers = readers or Readers()
        self._reader = Reader(
            centre,
            intake,
            self._readers,
            Marks(ours or ((default,) if default else ()), own_id_pattern(domain), post.key),
            changed,
        )
        self._sender: Sender | None = None
        if post.smtp_url and default:
            self._sender = Sender(
                centre,
                Server.from_url(post.smtp_url),
                Letterhead(sender, domain, post.reply_domain, post.key),
                changed,
                self._reader.not_delivered,
            )

    @property
    def ready(self) -> bool:
        """Can mail be answered? False: the board says "email not set up"."""
        return self._sender is not None

    def wake(self) -> None:
        """Call it after something was put into the outbox."""
        if self._sender is not None:
            self._sender.wake()

    async def run(self) -> None:
        """Reads and sends until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_forever(), name="mail reader")
                group.create_task(self.fold_old(), name="mail folds")
                if self._sender is not None:
                    group.create_task(self._sender.run(), name="mail sender")
        finally:
            await self._readers.close()

    async def send_due(self) -> float | None:
        """One round of the sender; returns the seconds until the next is due."""
        return await self._sender.send_due() if self._sender is not None else None

    async def accept(self, raw: bytes, envelope_to: str, envelope_from: str) -> str:
        """Stores the bytes; returns their id once they are on disk. The same bytes (and so the
        same Message-ID) again give the same id and store nothing new.

        Raises:
            RecordUnavailable: nothing was accepted; the sender must keep the mail.
        """
        digest = (await asyncio.to_thread(hashlib.sha256, raw)).hexdigest()
        fields = {"sha256": digest, "to": envelope_to, "from": envelope_from}
        await self._spool.through("mail", fields, raw, self._clock())
        return mails.raw_id_of(digest)

    async def _store(self, fields: dict[str, str], raw: bytes, now: int) -> None:
        """Writes the bytes into the record; they are read afterwards."""
        place = self._big if len(raw) > BIG_BYTES else contextlib.nullcontext()
        async with place, self._database.write() as connection:
            raw_id, new = await mails.store(
                connection, fields["sha256"], fields["to"], fields["from"], raw, now
            )
        log.info("mail.accepted", raw=raw_id, new=new, bytes=len(raw))
        if new:
            self._wake.set()

    async def _read_forever(self) -> None:
        while True:
            self._wake.clear()
            wait_s = None
            try:
                if not await self.read_stored():
                    wait_s = 1.0
                elif self._given_up:
                    wait_s = POISON_AGAIN_S
            except RecordUnavailable:
                wait_s = 1.0
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass  # again: the record was away

    async def read_stored(self) -> bool:
        """Reads every mail that no contact shows yet, also those that a crash left behind. False:
        some could not be written and must be tried again.

        Raises:
            RecordUnavailable: the list itself could not be read.
        """
        async with self._database.read() as connection:
            waiting = iter(await mails.unread(connection))
        done = True

        last: asyncio.Event | None = None

        async def lane() -> None:
            nonlocal done, last
            for raw_id in waiting:
                before, last = last, asyncio.Event()
                mine = last
                try:
                    done = await self._read_one(raw_id, before) and done
                finally:
                    mine.set()

        async with asyncio.TaskGroup() as group:  # a slow one holds up only one lane
            for n in range(PROCESSES):
                group.create_task(lane(), name=f"mail lane {n}")
        return done

    async def fold_old(self) -> None:
        """Finds repeated text in the mails that an older version stored; once."""
        after = ""
        while True:
            try:
                async with self._database.read() as connection:
                    rows = await messages.not_folded(connection, after, FOLD_AT_ONCE)
                for row in rows:
                    folds = await self._readers.folds(row.text)
                    async with self._database.write() as connection:
                        await messages.set_folds(connection, row.id, json.dumps(folds))
                    after = row.id
                if not rows:
                    async with self._database.write() as connection:
                        await messages.all_folded(connection)
                    return
            except RecordUnavailable:
                await asyncio.sleep(FOLD_AGAIN_S)

    async def _read_one(self, raw_id: str, before: asyncio.Event | None) -> bool:
        """Reads one mail, whatever it holds: a bad mail never stops the next. `before` is set when
        the mail before it has its place."""
        if self._tries.get(raw_id, 0) > POISON_TRIES:  # even its notice could not be written
            if time.monotonic() - self._given_up.get(raw_id, 0.0) < POISON_AGAIN_S:
                return True
            self._tries.pop(raw_id)
        try:
            if self._tries.get(raw_id, 0) < POISON_TRIES:
                await self._reader.take(raw_id, before)
            else:
                await self._reader.show_unparsed(raw_id, "the record refused it")
        except ReaderDied:
            return False  # we are shutting down
        except RecordUnavailable as error:
            if not await self._database.takes_writes():
                return False
            self._tries[raw_id] = self._tries.get(raw_id, 0) + 1
            self._given_up[raw_id] = time.monotonic()
            log.error("mail.not_written", raw=raw_id, reason=str(error))
            return self._tries[raw_id] > POISON_TRIES
        except Exception as error:  # noqa: BLE001 - task root: it must become visible, not block
            log.error("mail.not_read", raw=raw_id, error=type(error).__name__)
            self._tries[raw_id] = POISON_TRIES + (self._tries.get(raw_id, 0) >= POISON_TRIES)
            self._given_up[raw_id] = time.monotonic()
            return False
        self._tries.pop(raw_id, None)
        self._given_up.pop(raw_id, None)
        return True
