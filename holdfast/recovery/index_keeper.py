"""Keeps this process and the live index together: finds or builds it, follows it, beats for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub
from holdfast.followers.rhythm import Rhythm
from holdfast.followers.waits import Waits
from holdfast.sound.face import Sound
from router.centre import Centre
from router.core.abandoned import DONE, abandoned_by, spoken_at
from router.core.model import Snapshot, Step
from router.live.deadline_loop import DeadlineLoop
from router.live.engine import IndexLost, IndexUnavailable, decode_step
from router.live.step_feed import StepFeed
from router.live.sweeper import Sweeper
from router.rebuild import Rebuild
from router.recorder import BATCH, Recorder
from router.records import abandoned
from router.records.database import RecordUnavailable

BUSY_BEAT_S, BUSY_LEASE_MS = 0.5, 1500
"""While it carries a caller's sound, a dead process is noticed within its lease."""

IDLE_BEAT_S, IDLE_LEASE_MS = 5.0, 15_000
SWEEP_S, SWEEP_SOON_S = 60.0, 2.5
"""Regularly; and when what is on its way (IN_FLIGHT_MS, 2 s) must have come."""
RETRY_S = 0.2
EARLY_S = 5.0
"""How often the record is asked for calls of people who gave up before it had them."""
RECORDED_S = 2.0
"""The record holds what the index did, after this time at most; else it is asked again."""


@dataclass(frozen=True, slots=True)
class Followers:
    """A part that shows or plays what the index says, and starts over when it was read again."""

    hub: Hub
    waits: Waits
    sound: Sound
    desk: Desk


class IndexKeeper:
    """Runs in the worker's task group."""

    def __init__(
        self,
        centre: Centre,
        rebuild: Rebuild,
        recorder: Recorder,
        followers: Followers,
        sweeper: Sweeper,
        owed: Sequence[Callable[[], Awaitable[object]]],
    ) -> None:
        """`owed`: functions that bring to the index what only the record knows; each is called at
        every sweep."""
        self._engine = centre.engine
        self._database = centre.database
        self._rebuild = rebuild
        self._recorder = recorder
        self._hub = followers.hub
        self._waits = followers.waits
        self._sound = followers.sound
        self._proc = centre.proc
        self._desk = followers.desk
        self._owed = owed
        self._sweeper = sweeper
        self._sweeps = Rhythm(SWEEP_SOON_S)
        self._shown = asyncio.Event()
        self._anew = False
        """The index was read again: rows from before are in no picture of it."""
        self.tasks: list[asyncio.Task[None]] = []
        """What `follow` runs; whoever ends it ends these too: its group cancels each only once."""

    def behind(self) -> None:
        """The record took something that the index does not have: sweep as soon as it answers."""
        self._sweeps.ask()

    def recorded_late(self) -> None:
        """The record took what the index may have ended before: callers who gave up are read
        again."""
        self._shown.set()

    async def follow(self, deadlines: DeadlineLoop, feed: StepFeed) -> None:
        """Finds or builds the index, takes over what a predecessor held, then follows it."""
        while True:
            await self._rebuild.run()
            try:
                await self._engine.step("process_gone", proc=self._proc)
                snapshot = await self._engine.snapshot()
                break
            except (IndexLost, IndexUnavailable):
                await asyncio.sleep(RETRY_S)
        await self._show(snapshot)
        self._sound.report_all()  # pages may have been quicker than we
        async with asyncio.TaskGroup() as group:
            self.tasks = [
                group.create_task(feed.run(snapshot.last), name="feed"),
                group.create_task(deadlines.run(), name="deadlines"),
                group.create_task(self._sweep(), name="sweep"),
                group.create_task(self._sweeper.run(), name="sweeper"),
                group.create_task(self._abandoned(), name="gave up"),
            ]

    async def went_back(self, last: str) -> None:
        """The store forgot what was seen here; see Rebuild.went_back."""
        await self._rebuild.went_back(last)
        await self.lost()

    async def missed(self) -> str:
        """Steps may have been missed: everything is read again. Returns the last step in it."""
        snapshot = await self._engine.snapshot()
        await self._show(snapshot)
        self._sound.report_all()
        return snapshot.last

    async def lost(self) -> None:
        """The deadline loop found no epoch: rebuild, then everybody here starts over."""
        await self._rebuild.run()
        try:
            await self._show(await self._engine.snapshot())
            self._sound.report_all()
        except (IndexLost, IndexUnavailable):
            pass  # the deadline loop comes here again

    async def _show(self, snapshot: Snapshot) -> None:
        self._waits.load(snapshot)
        self._hub.load(snapshot)
        self._sound.adopt(snapshot)
        for page in self._hub.pages():
            await self._desk.seen(page)
        self._anew = True
        self._shown.set()

    async def _abandoned(self) -> None:
        """Callers who gave up before the index was read, from the record, each time it was; and
        those whose call the record did not have then."""
        while True:
            while not self._shown.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(EARLY_S):
                        await self._shown.wait()
                if self._hub.view.abandoned.provisional:
                    break
            self._shown.clear()
            began = now_ms()
            try:
                try:
                    async with asyncio.timeout(RECORDED_S):
                        await self._recorder.reached(self._hub.view.last)
                except TimeoutError:
                    if not self._anew:  # what it has not heard of is long: later
                        self._shown.set()
                        await asyncio.sleep(SWEEP_SOON_S)
                        continue
                self._anew = False
                steps = await self._unrecorded()
                early = [live.id for step in steps for live in step.contacts if live.provisional]
                calls = [*self._hub.view.abandoned.provisional, *early]
                async with self._database.read() as connection:
                    # First: a call that comes in between has two rows for a moment, and not none.
                    taken = await abandoned.taken(connection, calls)
                    recorded = await abandoned.callers(connection, began)
            except (RecordUnavailable, IndexLost, IndexUnavailable):
                self._anew = True
                self._shown.set()
                await asyncio.sleep(SWEEP_SOON_S)
                continue
            self._hub.show_abandoned(recorded, began, taken, steps)

    async def _unrecorded(self) -> list[Step]:
        """Who gave up, and whom somebody spoke with, as far as the record has not heard of it: what
        the index did stays on its stream until then. Of each step only what matters here."""
        position, found = await self._recorder.recorded(), list[Step]()
        spoken = set[tuple[str, float]]()
        while steps := await self._engine.read(position, count=BATCH):
            position = steps[-1][0]
            for _, raw in steps:
                with contextlib.suppress(msgspec.DecodeError):  # the recorder reports it
                    step = decode_step(raw)
                    talks = {(live.id, at) for live in step.contacts if (at := spoken_at(live))}
                    step.contacts = [
                        live
                        for live in step.contacts
                        if abandoned_by(live) or (live.id, spoken_at(live)) in talks - spoken
                    ]
                    step.events = [it for it in step.events if it.name == DONE]
                    if step.contacts or step.events:
                        found.append(step)
                    spoken |= talks
        return found

    async def _sweep(self) -> None:
        while True:
            try:
                await self._rebuild.sweep()
                for bring in self._owed:
                    await bring()
                pause_s = SWEEP_S
            except (IndexLost, IndexUnavailable, RecordUnavailable):
                pause_s = SWEEP_SOON_S
            await self._sweeps.next(pause_s)

    async def beat(self) -> None:
        """Says that this process lives: quickly while it carries sound."""
        while True:
            busy = self._sound.busy
            with contextlib.suppress(IndexLost, IndexUnavailable):
                reply = await self._engine.beat(
                    "process_alive",
                    proc=self._proc,
                    lease_ms=BUSY_LEASE_MS if busy else IDLE_LEASE_MS,
                )
                if reply.lapsed:
                    self._sound.report_all()
            for _ in range(1 if busy else int(IDLE_BEAT_S / BUSY_BEAT_S)):
                await asyncio.sleep(BUSY_BEAT_S)
                if self._sound.busy and not busy:
                    break
