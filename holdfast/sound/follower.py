"""A process that carries sound, and the index: it follows the index, and says that it lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from holdfast.sound.standing import About, known
from holdfast.switchboard import Switchboard
from router.core.model import Step
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.live.step_feed import StepFeed
from softphone.hops import Hops

log = structlog.get_logger()

BEAT_S: Final = 0.5
LEASE_MS: Final = 1500
AGAIN_S: Final = 0.2


class Follower:
    """Of one process. Whoever rebuilds a lost index is somebody else."""

    def __init__(
        self, engine: Engine, switchboard: Switchboard, hops: Hops, about: Callable[[], About]
    ) -> None:
        self._engine, self._switchboard, self._hops, self._about = engine, switchboard, hops, about
        self.feed = StepFeed(engine, on_missed=self._anew)
        self._epoch = 0
        self._stale = asyncio.Event()
        self._left = False
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Follows the index until cancelled."""
        await self._gone()  # what one before us in this place held
        last = await self._found()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.feed.run(last), name="feed")
            group.create_task(self._beats(), name="beat")
            group.create_task(self._another_life(), name="another life")

    def on_step(self, _step_id: str, step: Step) -> None:
        """A listener of the stream of steps: one of another life of the index."""
        if step.epoch > self._epoch:
            self._stale.set()

    async def leave(self) -> None:
        """We carry nothing any more: callers who are here get a stream elsewhere."""
        self._left = True
        async with self._turn:  # a beat that is under way would bring us back
            with contextlib.suppress(IndexLost, IndexUnavailable):
                await self._engine.step("process_gone", proc=self._switchboard.proc)

    async def _gone(self) -> None:
        while True:
            try:
                await self._engine.step("process_gone", proc=self._switchboard.proc)
                return
            except (IndexLost, IndexUnavailable):
                await asyncio.sleep(AGAIN_S)

    async def _found(self) -> str:
        while True:
            try:
                return await self._anew()
            except (IndexLost, IndexUnavailable):
                await asyncio.sleep(AGAIN_S)

    async def _anew(self) -> str:
        """Everything is read again, and told again. Returns the last step in it."""
        snapshot = await self._engine.snapshot()
        self._epoch = snapshot.epoch
        await self._beat()
        self._switchboard.adopt(snapshot)
        self._switchboard.report_all()
        return snapshot.last

    async def _another_life(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            await self._found()

    async def _beats(self) -> None:
        while not self._left:
            try:
                if await self._beat():
                    self._switchboard.report_all()
                self._know(await self._engine.processes())
            except IndexUnavailable:
                pass  # who talks goes on talking
            except IndexLost:
                self._stale.set()
            await asyncio.sleep(BEAT_S)

    async def _beat(self) -> bool:
        """True: others may have taken us for dead."""
        async with self._turn:
            if self._left:
                return False
            reply = await self._engine.beat(
                "process_alive",
                proc=self._switchboard.proc,
                lease_ms=LEASE_MS,
                about=msgspec.json.encode(self._about()).decode(),
            )
            return reply.lapsed

    def _know(self, found: dict[str, bytes]) -> None:
        self._hops.know({proc: about.link for proc, about in known(found).items()})
