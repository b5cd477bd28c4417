"""Folds the stream of steps into the record, in batches, each in one transaction.

The position is kept in the same transaction, so a crash repeats at most a batch, and folding is
idempotent; two recorders side by side do no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from router.core.model import Step
from router.live.engine import Engine, IndexUnavailable, decode_step
from router.records import audit, contacts, helps, incident_steps
from router.records.database import (
    Database,
    RecordRefused,
    RecordUnavailable,
    Transaction,
    savepoint,
)
from router.records.today import Today

log = structlog.get_logger()

Raw = tuple[str, bytes]
"""A step as the stream has it: its id, its body."""

BATCH = 200
TRIM_S = 5.0
"""How often the stream is told what the record holds, at most."""
IN_ONE_GO = 20
"""Steps in one statement: few enough that a frame of sound is not late for it."""
RETRY_S = 0.5


class Recorder:
    """Runs until cancelled."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self.position = "0-0"
        self._today = Today()
        self._moved = asyncio.Condition()
        self._trimmed_at = 0.0

    async def run(self) -> None:
        loaded = False
        while True:
            try:
                if not loaded:
                    await self._load_position()
                    loaded = True
                if await self.fold_some(block_ms=5000):
                    await self._trim()
            except (IndexUnavailable, RecordUnavailable) as error:
                log.warning("recorder.waiting", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _trim(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._trimmed_at >= TRIM_S:
            self._trimmed_at = now
            await self._engine.recorded(self.position)

    async def drain(self) -> None:
        """Folds everything on the stream now (before a rebuild reads the record)."""
        await self._load_position()
        while await self.fold_some(block_ms=0):
            pass

    async def fold_some(self, *, block_ms: int) -> int:
        """One batch; returns how many steps it held."""
        steps = await self._engine.read(self.position, block_ms=block_ms, count=BATCH)
        if not steps:
            return 0
        try:
            await self._fold(steps, careful=False)
        except (RecordRefused, msgspec.DecodeError):
            await self._fold(steps, careful=True)
        self.position = steps[-1][0]
        async with self._moved:
            self._moved.notify_all()
        return len(steps)

    async def _fold(self, steps: Sequence[Raw], *, careful: bool) -> None:
        """careful: a step that the database refuses, or that cannot be read, is left out; else
        one such step would hold up the record, and with it every rebuild, for ever."""
        today = self._today.copy()
        read: list[tuple[str, Step]] = []
        async with self._database.write() as connection:
            if not careful:
                read = [_read(*step) for step in steps]
                await incident_steps.lock(connection, contacts.incidents_of(read))
                for at in range(0, len(steps), IN_ONE_GO):
                    some = read[at : at + IN_ONE_GO]
                    await contacts.fold(connection, some)
                    today.add(step for _, step in some)
                    await asyncio.sleep(0)  # SQLite runs in place: sound goes on in between
            else:
                for step in steps:
                    read += await self._fold_one(connection, *step, today)
            await helps.fold(connection, read)
            await audit.fold(connection, read)  # last: its lock is the narrowest
            await contacts.set_recorder_position(connection, steps[-1][0])
            if today.counts != self._today.counts:
                await today.keep(connection)
        self._today = today

    async def _fold_one(
        self, connection: Transaction, step_id: str, raw: bytes, today: Today
    ) -> list[tuple[str, Step]]:
        """The step, if it can be read: its audit line is kept, whatever else is refused."""
        known = []
        try:
            known.append(_read(step_id, raw))
            async with savepoint(connection):
                await contacts.fold(connection, known)
            today.add(step for _, step in known)
        except (RecordRefused, msgspec.DecodeError) as error:
            reason = str(error) if isinstance(error, RecordRefused) else "unreadable"
            log.error("recorder.step_refused", step=step_id, reason=reason)
        return known

    async def reached(self, step_id: str) -> None:
        """Returns once the record holds this step (bounded by the caller's time-out)."""
        wanted = contacts.sortable(step_id)
        async with self._moved:
            await self._moved.wait_for(lambda: contacts.sortable(self.position) >= wanted)

    async def caught_up(self) -> None:
        """Returns once the record holds everything that the index has done so far (bounded by the
        caller's time-out)."""
        ms, count = await self._engine.last_step()
        if ms:
            await self.reached(f"{ms}-{count}")

    async def recorded(self) -> str:
        """The last step that the record holds, whichever process folded it."""
        async with self._database.read() as connection:
            return await contacts.recorder_position(connection)

    async def _load_position(self) -> None:
        async with self._database.read() as connection:
            self.position = await contacts.recorder_position(connection)
            self._today = await Today.kept(connection)


def _read(step_id: str, raw: bytes) -> tuple[str, Step]:
    return contacts.sortable(step_id), decode_step(raw)
