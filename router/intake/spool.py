"""Arrivals wait on the local disk while the database is away or slow.

Each has a file from the moment its sender is answered (`spool_folder`): once it is renamed, no
death of this process loses it, and once synced, no loss of power does. When the record has the
arrival, the file is deleted. After a crash in between it is taken again; its taker knows it by its
key. Arrivals that belong together (a sender's words, a call and its end) keep their order,
independently of others. Those of other senders go straight into the record as soon as it takes
anything: a backlog must not feed itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from router.intake.spool_folder import IN_MEMORY, Kept, SpoolFolder, Waiting, read
from router.intake.spool_lanes import Lanes
from router.live.engine import IndexLost, IndexUnavailable
from router.records.database import RecordRefused, RecordUnavailable

log = structlog.get_logger()

MOST_BYTES = 1 << 30
"""Of all that waits here. At 1 kB a text that is a million; at 25 MB a mail forty."""
PATIENCE_S = 1.0
"""What the record has not taken by then is written here, whatever becomes of that try."""
RETRY_S = 1.0
TAKE_UP_S = 2.0
"""So often it looks whether somebody wants tried again what was set aside."""
REFUSED_TRIES = 30
"""What a living database does not take this often is set aside, so that the next can pass."""
LANES = 16
"""Senders whose arrivals go from the disk into the record beside each other."""
MOST_AT_ONCE = 64
"""Arrivals that wait for the record beside each other; more go to the disk at once."""
NOT_NOW, BEHIND = "", "behind"
"""The record takes nothing; the index is away, or we fail at it: what belongs to it waits, what
others sent does not."""

Taker = Callable[[dict[str, str], bytes, int], Coroutine[Any, Any, Any]]
"""Brings an arrival into the record: (fields, body, when it came). Twice must do no harm."""


class SpoolFull(RecordUnavailable):
    """The database is away and the spool is full, or its disk refuses: the words say which."""


@dataclass
class _Pass:
    """One pass through everything that waits."""

    taken: int = 0
    stopped: bool = False
    """The record or the disk takes nothing more."""
    refused: bool = False
    """The record lives and refused something."""


class Spool:
    """One per process and folder."""

    def __init__(
        self,
        folder: Path,
        takes_writes: Callable[[], Awaitable[bool]],
        most_bytes: int = MOST_BYTES,
        reserve_bytes: int = 0,
    ) -> None:
        """
        Args:
            takes_writes: whether the database takes writes now (a locked one still answers).
            most_bytes: more than this never waits here.
            reserve_bytes: kept free on the disk for when it is full.

        Raises:
            OSError: the folder cannot be used.
        """
        self._folder = SpoolFolder(folder, reserve_bytes)
        self._takes_writes = takes_writes
        self._most = most_bytes
        self._takers: dict[str, Taker] = {}
        self._wake = asyncio.Event()
        self._tries = 0
        self._faults = Counter[str]()
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="spool")
        self._syncing = ThreadPoolExecutor(max_workers=4, thread_name_prefix="spool sync")
        self._answered: set[str] = set()
        """Not synced yet, and their senders were answered."""
        found = self._folder.found()
        self._waiting = Lanes(found)
        self._senders = Counter(one.sender for one in found)
        self._away = False
        self.bytes = sum(one.size for one in found)
        newest = found[-1].name.partition(".")[0].split("-") if found else ["0", "0"]
        self._last, self._number = int(newest[0]), int(newest[1])
        self._running: set[asyncio.Task[Any]] = set()
        self._tried: set[str] = set()
        self._had: set[str] = set()
        self.refused = 0
        """Arrivals that neither the record nor this folder took, since the start."""
        self.given_up = 0
        """Arrivals that were set aside, since the start."""
        self.on_emptied: Callable[[], None] = lambda: None
        """Told when something of the folder has come into the record."""
        if found:
            log.warning("spool.found", waiting=len(found), bytes=self.bytes)

    def takes(self, kind: str, taker: Taker) -> None:
        """Names the function that brings arrivals of this kind into the record."""
        self._takers[kind] = taker

    @property
    def waiting(self) -> int:
        """Arrivals that the database does not have yet."""
        return len(self._waiting)

    @property
    def aside(self) -> int:
        """Arrivals that the database refused; a person has to look."""
        return self._folder.aside

    @property
    def reserve(self) -> int:
        """Bytes that are still kept free for a full disk."""
        return self._folder.reserve

    @property
    def away(self) -> bool:
        """The record took nothing when last asked, and something waits for it."""
        return self._away and bool(self._waiting)

    def holds(self, sender: str, kind: str | None = None) -> bool:
        """Whether anything of this kind from this sender (or call) waits here."""
        if not self._senders[sender]:
            return False
        return kind is None or any(one.kind == kind for one in self._waiting.of(sender))

    # In ---------------------------------------------------------------------------------------

    async def through(
        self, kind: str, fields: dict[str, str], body: bytes, at: int, order: str = ""
    ) -> None:
        """Puts it into the record, or, if that is away, slow or refuses it, onto the local disk;
        durable either way.

        Raises:
            SpoolFull: nothing was accepted; the sender must come again.
        """
        sender = Kept(kind, at, fields, len(body), order).sender
        work: asyncio.Task[Any] | None = None
        if not self._senders[sender] and self.may_try:
            work = self.attempt(self._takers[kind](fields, body, at))
            await asyncio.wait({work}, timeout=PATIENCE_S)
            if work.done():
                try:
                    work.result()
                    return
                except RecordRefused as error:  # the disk's copy is set aside: a person looks
                    log.error("spool.refused_at_the_door", kind=kind, reason=str(error))
                except RecordUnavailable:
                    self._away = True  # onto the disk with it
                except (IndexLost, IndexUnavailable) as error:
                    log.warning("spool.not_taken", kind=kind, error=type(error).__name__)
                except Exception:
                    # The webhook edge: a defect of ours loses nobody; the disk has what came.
                    log.exception("spool.not_taken", kind=kind)
                work = None
        # To its end even when the request is cut: the count must fit the disk.
        keeping = self.attempt(self.keep(kind, fields, body, at, order, after=work))
        await asyncio.shield(keeping)

    @property
    def may_try(self) -> bool:
        """Whether it is worth asking the record at once."""
        return not self.away and len(self._running) < MOST_AT_ONCE

    def attempt(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Starts work that runs to its end even if nobody waits for it any more."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # raised in the waiter; if there was none, the file is here

    async def keep(
        self,
        kind: str,
        fields: dict[str, str],
        body: bytes,
        at: int,
        order: str = "",
        *,
        after: asyncio.Task[Any] | None = None,
        synced_within_s: float | None = None,
    ) -> None:
        """Puts it onto the local disk: once this returns, no death of this process loses it.

        Args:
            after: a try to bring it into the record that is still running; if it succeeds, the file
            is deleted. synced_within_s: how long to wait until no loss of power loses it either;
            the disk goes on with that afterwards. None: wait until it has.

        Raises:
            SpoolFull: it is not here.
        """
        kept = Kept(kind, at, fields, len(body), order)
        raw = msgspec.json.encode(kept) + b"\n" + body
        if self.bytes + len(raw) > self._most:
            self.refused += 1
            log.error("spool.full", waiting=self.waiting, bytes=self.bytes)
            raise SpoolFull(f"The spool already holds {self.bytes} bytes: repair the database.")
        self._last = max(self._last, at)
        self._number += 1
        name = f"{self._last:013d}-{self._number:08d}.{kind}"
        one = Waiting(name, len(raw), kept.sender, raw if len(raw) <= IN_MEMORY else None)
        self.bytes += one.size
        self._senders[one.sender] += 1
        try:
            await self._in_thread(self._folder.write, name, raw)
        except OSError as error:
            raise self._refused(one, error) from error
        self._waiting.add(one)
        log.warning("spool.kept", kind=kind, waiting=self.waiting, bytes=self.bytes)
        if after is not None:
            self._tried.add(name)
            after.add_done_callback(partial(self._tried_out, name))
        syncing = self.attempt(self._synced(one))
        done, _ = await asyncio.wait({syncing}, timeout=synced_within_s)
        self._wake.set()
        if not done:
            self._answered.add(name)
            log.warning("spool.not_synced_yet", kind=kind)
        for task in done:
            task.result()

    async def _synced(self, one: Waiting) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._syncing, self._folder.sync, one.name
            )
        except OSError as error:
            if one.name in self._answered:  # nobody sends it again: it is kept as it is
                log.error("spool.not_synced", error=error.strerror)
                return
            await self._in_thread(self._folder.delete, [one.name])
            if self._waiting.take(one.name):  # else the record has it
                raise self._refused(one, error) from error
        finally:
            self._answered.discard(one.name)

    def _refused(self, one: Waiting, error: OSError) -> SpoolFull:
        self._gone(one)
        self.refused += 1
        log.error("spool.disk_refused", error=error.strerror)
        return SpoolFull(f"The spool's disk refuses: {error.strerror}.")

    def _tried_out(self, name: str, work: asyncio.Task[Any]) -> None:
        """The slow try is over: the record has it after all, or it is the spool's turn."""
        self._tried.discard(name)
        if not work.cancelled() and work.exception() is None and name in self._waiting:
            self._had.add(name)
        self._wake.set()

    async def _in_thread(self, work: Callable[..., Any], *args: Any) -> Any:
        """In threads of our own: no other disk work, no sync, goes before it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    # Out --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Empties the folder into the record, as often as needed, until cancelled."""
        await self.fill_reserve()
        while True:
            self._wake.clear()
            await self.take_up()
            if self._waiting:
                await self.drain()
            if self._waiting:
                await asyncio.sleep(RETRY_S)
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TAKE_UP_S):
                        await self._wake.wait()

    async def fill_reserve(self) -> None:
        """Creates the missing part of the reserve; an earlier process may have made the rest."""
        await self._in_thread(self._folder.fill_reserve)

    async def take_up(self) -> None:
        """Arrivals that were set aside wait again if somebody wants that (`holdfast spool
        again`)."""
        try:
            found = await self._in_thread(self._folder.wanted_again)
        except OSError as error:
            log.error("spool.disk_refused", error=error.strerror)
            return
        for one in found:
            self._waiting.add(one)
            self._senders[one.sender] += 1
            self.bytes += one.size
            log.warning("spool.tried_again", name=one.name)

    async def drain(self) -> int:
        """Takes as many as it can, oldest first; returns how many."""
        taken = 0
        while self._waiting:
            some, goes_on = await self._once_through()
            taken += some
            if not some or not goes_on:
                break
        if taken:
            log.info("spool.drained", taken=taken, waiting=self.waiting)
            self.on_emptied()
            if not self._waiting:
                await self.fill_reserve()
        return taken

    async def _once_through(self) -> tuple[int, bool]:
        """Takes those that wait now: returns how many were taken, and whether the record takes
        anything."""
        senders = iter(self._waiting.senders())
        run = _Pass()
        if self._away or self._tries:  # one alone, to see whether the record takes anything
            await self._work(senders, run, first=True)
        if not run.stopped:
            async with asyncio.TaskGroup() as group:
                for _ in range(LANES):
                    group.create_task(self._work(senders, run))
        return run.taken, not run.stopped

    async def _work(self, senders: Iterator[str], run: _Pass, *, first: bool = False) -> None:
        """Takes lane after lane, until they or the record end; `first`: until one was taken."""
        for sender in senders:
            over = list[str]()
            try:
                for one in self._waiting.of(sender):
                    if one.name in self._tried or not await self._brought(one, run, over):
                        break
                await self._in_thread(self._folder.delete, over)
            except OSError as error:
                log.error("spool.disk_refused", error=error.strerror)
                run.stopped = True
                return
            for name in over:
                self._over_with(name)
            if run.stopped or (first and run.taken):
                return

    async def _brought(self, one: Waiting, run: _Pass, over: list[str]) -> bool:
        """Into the record, or set aside. False: neither, so its sender's later arrivals wait
        too."""
        if one.name not in self._waiting:  # its sync was refused meanwhile
            return True
        reason = await self._take(one, run)
        if reason == NOT_NOW:
            self._away = run.stopped = True
        if reason in (NOT_NOW, BEHIND):
            return False
        if reason is None:
            self._away = False
            run.taken += 1
            over.append(one.name)
        else:
            await self._in_thread(self._folder.set_aside, one.name, reason)
            self.given_up += 1
            log.error("spool.set_aside", name=one.name, reason=reason)
            self._over_with(one.name)
        self._tries = 0
        return True

    def _over_with(self, name: str) -> None:
        one = self._waiting.take(name)
        if one:  # else its sync was refused meanwhile
            self._gone(one)
        self._faults.pop(name, None)

    async def _take(self, one: Waiting, run: _Pass) -> str | None:
        """None: the record has it. NOT_NOW, BEHIND, or why it never will."""
        if one.name in self._had:
            self._had.discard(one.name)
            return None
        try:
            raw = one.raw or await self._in_thread(self._folder.read, one.name)
            found = read(raw)
            if found is None:
                return "torn"
            kept, body = found
            await self._takers[kept.kind](kept.fields, body, kept.at)
        except (IndexLost, IndexUnavailable):
            return BEHIND
        except RecordRefused as error:
            return str(error)
        except RecordUnavailable as error:
            return self._again(str(error), run) if await self._takes_writes() else NOT_NOW
        except FileNotFoundError:
            return None  # somebody else has taken it
        except OSError:
            return NOT_NOW
        except Exception as error:
            # A task root: one arrival never stops the others.
            log.exception("spool.take_failed", name=one.name)
            self._faults[one.name] += 1
            return type(error).__name__ if self._faults[one.name] >= REFUSED_TRIES else BEHIND
        return None

    def _again(self, reason: str, run: _Pass) -> str:
        """While the record works: after this many tries somebody has to look at the arrival."""
        self._tries += not run.refused
        run.refused = True
        return reason if self._tries >= REFUSED_TRIES else NOT_NOW

    def _gone(self, one: Waiting) -> None:
        self.bytes -= one.size
        self._senders[one.sender] -= 1
        if not self._senders[one.sender]:
            del self._senders[one.sender]
