"""Mails are read in processes of their own, so that no mail holds up another, or any sound.

There are at most two. They are started when a mail comes and end when none has come for a while.
Whatever a mail does to its process ends only that process: the next mail gets a fresh one.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from channels.email.frames import FRAME, OUT_OF_MEMORY, exactly, write_all
from channels.email.letter import Answer, Letter, Question, Unparsable

log = structlog.get_logger()

PROCESSES = 2
LIMIT_S = 2.0
"""CPU time for one mail."""
PATIENCE_S = 10.0
"""Wall-clock time: a machine that is busy with other things may take longer for the same work."""
IDLE_S = 60.0
TRIES = 2
"""A process may be killed by somebody else, so the mail is read once more."""
LAST_RESORT = 20_000
"""Letters of a text that triage reads if nothing else worked."""
WORST = "it takes too long to read"


class ReaderDied(Exception):
    """The process ended before it answered. `reason`: the limit that it broke; '' = none."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Process:
    """One reading process, used by one thread at a time."""

    def __init__(self) -> None:
        self.idle_since = time.monotonic()
        self._late = False
        self._asking = threading.Lock()
        place = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TZ")}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "channels.email.reading_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=place,
        )

    @property
    def pid(self) -> int:
        return self._child.pid

    def ask(self, question: bytes, raw: bytes) -> Answer:
        """Blocks; `kill` from another thread ends the wait.

        Raises:
            ReaderDied
        """
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with self._asking:
            into, out = self._child.stdin.fileno(), self._child.stdout.fileno()
            try:
                for piece in (FRAME.pack(len(question), len(raw)), question, raw):
                    write_all(into, piece)
                head = exactly(out, FRAME.size)
                answer = exactly(out, FRAME.unpack(head)[0]) if head else None
            except OSError:
                answer = None
        if answer is None:
            raise ReaderDied(self._why())
        return msgspec.msgpack.decode(answer, type=Answer)

    def _why(self) -> str:
        self._child.kill()
        status = self._child.wait()
        if status == -signal.SIGPROF or self._late:
            return WORST
        return "it needs too much memory" if status == OUT_OF_MEMORY else ""

    def give_up(self) -> None:
        """It used all its time."""
        self._late = True
        self.kill()

    def kill(self) -> None:
        """Kills it, whatever it is doing; a question to it ends too."""
        if self._child.poll() is None:
            self._child.kill()

    def close(self) -> None:
        """Ends it and releases what it held. A question to it ends before that: the next process
        may get the same descriptors, and a thread that still wrote would write into its mail."""
        self.kill()
        self._child.wait()
        with self._asking:
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()


class Readers:
    """The few reading processes of this centre."""

    def __init__(
        self,
        *,
        limit_s: float = LIMIT_S,
        patience_s: float = PATIENCE_S,
        idle_s: float = IDLE_S,
        free: list[Process] | None = None,
    ) -> None:
        """`free`: processes that are waiting already."""
        self._limit_s = limit_s
        self._patience_s = patience_s
        self._idle_s = idle_s
        self._places = asyncio.Semaphore(PROCESSES)
        self._free = [] if free is None else free
        self._busy: set[Process] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    def pids(self) -> list[int]:
        """The processes that are alive now."""
        return [process.pid for process in (*self._free, *self._busy)]

    async def read(
        self, raw: bytes, envelope_from: str, own_id: bytes, ours: tuple[str, ...]
    ) -> Letter:
        """
        Raises:
            Unparsable: it cannot be read, or not within the limits.
        """
        question = Question("read", self._limit_s, envelope_from, own_id, ours)
        answer = await self._ask(question, raw)
        if answer.letter is None:
            raise Unparsable(answer.refused or "no answer")
        return answer.letter

    async def scan(self, raw: bytes) -> Letter:
        """What can be found in a mail that cannot be read.

        Raises:
            Unparsable: not even that was possible within the limits.
        """
        answer = await self._ask(Question("scan", LIMIT_S), raw)
        if answer.letter is None:
            raise Unparsable(answer.refused or "no answer")
        return answer.letter

    async def unseen(self, text: str, known: str, patterns: tuple[str, ...]) -> str:
        """The new part of a text, as far as triage needs it (quotes.py, reading.py); the beginning
        of the text if that takes too long."""
        question = Question("unseen", LIMIT_S, text=text, known=known, patterns=patterns)
        try:
            return (await self._ask(question, b"")).text
        except Unparsable:
            return text[:LAST_RESORT]

    async def folds(self, text: str) -> list[int]:
        """quotes.folds_of; nothing is folded if that takes too long."""
        try:
            return (await self._ask(Question("folds", LIMIT_S, text=text), b"")).folds
        except Unparsable:
            return []

    async def close(self) -> None:
        """Ends all processes; mails that are being read stay unread."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for process in self._busy:
            process.kill()  # its thread ends it
        free, self._free = self._free, []
        for process in free:
            await asyncio.to_thread(process.close)

    async def _ask(self, question: Question, raw: bytes) -> Answer:
        asked = msgspec.msgpack.encode(question)
        reason = ""
        for _ in range(TRIES):
            try:
                async with self._process() as process:
                    return await asyncio.to_thread(process.ask, asked, raw)
            except OSError as error:  # no process or pipe to be had: there may be one soon
                log.error("mail.reader_not_started", error=type(error).__name__)
                raise Unparsable("no reading process could be started") from error
            except ReaderDied as died:
                log.warning("mail.reader_died", work=question.work, reason=died.reason or "killed")
                reason = died.reason
                if self._closed:
                    raise
                if reason:
                    break
        raise Unparsable(reason or "its reading broke off")

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[Process]:
        """A process for one question. If the caller leaves before the answer comes, the process
        ends."""
        async with self._places:
            process = self._free.pop() if self._free else await asyncio.to_thread(Process)
            self._busy.add(process)
            clock = asyncio.get_running_loop().call_later(self._patience_s, process.give_up)
            whole = False
            try:
                yield process
                whole = True
            finally:
                clock.cancel()
                self._busy.discard(process)
                process.idle_since = time.monotonic()
                if whole and not self._closed:
                    self._free.append(process)
                    self._sweep_later()
                else:
                    process.kill()
                    await asyncio.to_thread(process.close)

    def _sweep_later(self) -> None:
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle)

    def _end_idle(self) -> None:
        """Ends processes that nobody has needed for a while."""
        self._sweep = None
        old = time.monotonic() - self._idle_s
        for process in [p for p in self._free if p.idle_since <= old]:
            self._free.remove(process)
            process.close()  # it waits for nothing: the kernel ends it at once
        if self._free:
            self._sweep_later()
