"""A folder on the local disk that takes what comes while the database is away.

One file per arrival, named by its moment: written under another name, synced, renamed, the folder
synced; only then is the sender answered. When the database is back the files are taken in order
and deleted. A crash in between takes one again; whoever takes it knows it by its key. Who has words
waiting here waits behind them: nobody's words change their order. What others send goes straight
into the record as soon as that takes anything: a backlog must not feed itself.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from router.records.database import RecordRefused, RecordUnavailable

log = structlog.get_logger()

MOST_BYTES = 1 << 30
"""Of all that waits here. At 1 kB a text that is a million; at 25 MB a mail forty."""
RETRY_S = 1.0
REFUSED_TRIES = 30
"""What a living database does not take this often is set aside, so that the next can pass."""
_NAME = re.compile(r"\d{13}-\d{8}\.\w+")
ASIDE = "aside"
_PART = ".part"


class Kept(msgspec.Struct):
    """First line of a file; the bytes of the body follow."""

    kind: str
    at: int
    fields: dict[str, str]
    size: int

    @property
    def sender(self) -> str:
        """Whose words keep their order; where nobody is named, all of that kind do."""
        return f"{self.kind}|{self.fields.get('From', '')}"


class Waiting(NamedTuple):
    """A file of the folder."""

    name: str
    size: int
    sender: str


Taker = Callable[[dict[str, str], bytes, int], Awaitable[None]]
"""Brings an arrival into the record: (fields, body, when it came). Twice must do no harm."""


class SpoolFull(RecordUnavailable):
    """The database is away and the spool took all it may, or its disk refuses: see the words."""


class Spool:
    """One per process and folder."""

    def __init__(
        self,
        folder: Path,
        takes_writes: Callable[[], Awaitable[bool]],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """
        Args:
            takes_writes: does the database take anything now? (a locked one still answers)
            most_bytes: more than this never waits here.

        Raises:
            OSError: the folder cannot be used.
        """
        self._folder = folder
        self._takes_writes = takes_writes
        self._most = most_bytes
        self._takers: dict[str, Taker] = {}
        self._wake = asyncio.Event()
        self._tries = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ASIDE).mkdir(mode=0o700, exist_ok=True)
        for torn in folder.glob(f"*{_PART}"):
            torn.unlink()  # its sender was never answered
        for again in (folder / ASIDE).iterdir():
            again.rename(folder / again.name)  # a restart is a new try
        found = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
        self._waiting: deque[Waiting] = deque(
            Waiting(p.name, p.stat().st_size, _sender_in(p)) for p in found
        )
        self._senders = Counter(one.sender for one in self._waiting)
        self._away = False
        self.bytes = sum(one.size for one in self._waiting)
        newest = found[-1].stem.split("-") if found else ["0", "0"]
        self._last, self._number = int(newest[0]), int(newest[1])
        self._keeping: set[asyncio.Task[None]] = set()
        if found:
            log.warning("spool.found", waiting=len(found), bytes=self.bytes)

    def takes(self, kind: str, taker: Taker) -> None:
        """Names who brings arrivals of this kind into the record."""
        self._takers[kind] = taker

    @property
    def waiting(self) -> int:
        """Arrivals that the database has not yet."""
        return len(self._waiting)

    @property
    def aside(self) -> int:
        """Arrivals that the database refused; a person has to look."""
        return sum(1 for _ in (self._folder / ASIDE).iterdir())

    # In ---------------------------------------------------------------------------------------

    async def through(self, kind: str, fields: dict[str, str], body: bytes, at: int) -> None:
        """Into the record, or, while that is away, onto the local disk; durable either way.

        Raises:
            RecordRefused: the database does not take these data.
            SpoolFull: nothing was accepted; the sender must come again.
        """
        kept = Kept(kind, at, fields, len(body))
        if not self._senders[kept.sender] and not (self._away and self._waiting):
            try:
                await self._takers[kind](fields, body, at)
                return
            except RecordRefused:
                raise
            except RecordUnavailable:
                self._away = True  # onto the disk with it
        # To its end even when the request is cut: the count must fit the disk.
        work = asyncio.get_running_loop().create_task(self._keep(kept, body))
        self._keeping.add(work)
        work.add_done_callback(self._keeping.discard)
        await asyncio.shield(work)

    async def _keep(self, kept: Kept, body: bytes) -> None:
        head = msgspec.json.encode(kept) + b"\n"
        size = len(head) + len(body)
        if self.bytes + size > self._most:
            log.error("spool.full", waiting=self.waiting, bytes=self.bytes)
            raise SpoolFull(f"The spool holds {self.bytes} bytes already: mend the database.")
        self._last = max(self._last, kept.at)
        self._number += 1
        name = f"{self._last:013d}-{self._number:08d}.{kept.kind}"
        self.bytes += size
        self._senders[kept.sender] += 1
        try:
            await asyncio.to_thread(self._write, name, head, body)
        except OSError as error:
            self.bytes -= size
            self._gone(kept.sender)
            log.error("spool.disk_refused", error=error.strerror)
            raise SpoolFull(f"The spool's disk refuses: {error.strerror}.") from error
        place = len(self._waiting)
        while place and self._waiting[place - 1].name > name:
            place -= 1  # a smaller one was on the disk before a bigger one that began earlier
        self._waiting.insert(place, Waiting(name, size, kept.sender))
        log.warning("spool.kept", kind=kept.kind, waiting=self.waiting, bytes=self.bytes)
        self._wake.set()

    def _write(self, name: str, head: bytes, body: bytes) -> None:
        part = self._folder / (name + _PART)
        try:
            with open(part, "xb", opener=_private) as file:
                file.write(head)
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._folder / name)
            _sync_folder(self._folder)
        except OSError:  # nothing was accepted, so nothing may come alive at the next start
            part.unlink(missing_ok=True)
            (self._folder / name).unlink(missing_ok=True)
            raise

    # Out --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Empties the folder into the record, as often as needed, until cancelled."""
        while True:
            self._wake.clear()
            if self._waiting:
                try:
                    await self.drain()
                except OSError as error:
                    log.error("spool.disk_refused", error=error.strerror)
            if self._waiting:
                await asyncio.sleep(RETRY_S)
            else:
                await self._wake.wait()

    async def drain(self) -> int:
        """Takes what it can, oldest first; returns how many."""
        taken = 0
        while self._waiting:
            one = self._waiting[0]
            name = one.name
            reason = await self._take(name)
            if reason is None:
                self._away = False
                await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)
                taken += 1
            elif reason:
                await asyncio.to_thread(self._set_aside, name)
                log.error("spool.set_aside", name=name, reason=reason)
            else:
                break  # the database is still away
            self._tries = 0
            self._waiting.remove(one)
            self._gone(one.sender)
            self.bytes -= one.size
        if taken:
            log.info("spool.drained", taken=taken, waiting=self.waiting)
        return taken

    async def _take(self, name: str) -> str | None:
        """None: the record has it. "": not now. Else why it never will."""
        try:
            raw = await asyncio.to_thread((self._folder / name).read_bytes)
            head, _, body = raw.partition(b"\n")
            kept = msgspec.json.decode(head, type=Kept)
            if len(body) != kept.size:
                return "torn"
            await self._takers[kept.kind](kept.fields, body, kept.at)
        except RecordRefused as error:
            return str(error)
        except RecordUnavailable as error:
            if not await self._takes_writes():
                return ""
            self._tries += 1
            return str(error) if self._tries >= REFUSED_TRIES else ""
        except FileNotFoundError:
            return None  # somebody else has taken it
        except OSError:
            return ""
        except Exception as error:
            # A task root: one arrival never stops the others.
            log.exception("spool.take_failed", name=name)
            self._tries += 1
            return type(error).__name__ if self._tries >= REFUSED_TRIES else ""
        return None

    def _gone(self, sender: str) -> None:
        self._senders[sender] -= 1
        if not self._senders[sender]:
            del self._senders[sender]

    def _set_aside(self, name: str) -> None:
        (self._folder / name).rename(self._folder / ASIDE / name)
        _sync_folder(self._folder)


def _sender_in(path: Path) -> str:
    """Of a file found at the start; one that cannot be read is nobody's."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.readline(), type=Kept).sender
    except (OSError, msgspec.DecodeError):
        return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """A name in a folder is on the disk only once the folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
