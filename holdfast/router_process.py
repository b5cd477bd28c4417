"""A router process: timers, record and sweeper of the one index, without pages or sound.

Any number of them may run beside the worker, none leads: whoever ticks first fires a deadline.
They keep deadlines, record and rebuild going while a worker restarts.
"""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from pathlib import Path

import structlog

from holdfast.clock import now_ms
from holdfast.ending import ended_after
from holdfast.engine_settings import engine_settings
from holdfast.reload import Reload
from router.centre import Centre
from router.core.config import Config
from router.core.current import Current
from router.core.witness import Bridge, Desk
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.live.pulse import Feed, Pulse
from router.live.sweeper import Sweeper
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records.database import Database

log = structlog.get_logger()

PATIENCE_S = 10.0
"""A worker knows desks and streams, and asks the carrier (5 s at most): it rebuilds a lost index
first, if it is there."""


class _Nobody:
    """Knows no desks, no streams and no carrier: those who do report to the new epoch."""

    def desks(self) -> list[Desk]:
        return []

    def bridges(self) -> list[Bridge]:
        return []

    async def live_calls(self) -> set[str] | None:
        return None


class RouterProcess:
    """Runs until stopped."""

    def __init__(self, redis_url: str, database_url: str, config: Config, path: Path) -> None:
        """`path` is where `config` was read; it is read again when another process was told to."""
        current = Current(config)
        self._engine = Engine(redis_url)
        self._database = Database(database_url)
        self._proc = f"router-{uuid.uuid4().hex[:8]}"
        self._recorder = Recorder(self._database, self._engine)
        self._rebuild = Rebuild(
            Centre(self._database, self._engine, current, now_ms, "", self._proc),
            self._recorder,
            lambda: engine_settings(current.now),
            _Nobody(),
        )
        self._feed = Feed(self._engine, self._went_back, self._last_step)
        self._pulse = Pulse(self._engine, self._proc, self._lost, None)
        self._reload = Reload(path, None, current, self._engine, lambda: None)
        self._feed.subscribe(self._reload.on_step)
        self._feed.subscribe(lambda _id, _step: self._pulse.nudge())
        self._stop = asyncio.Event()

    async def _lost(self) -> None:
        await asyncio.sleep(PATIENCE_S)
        if not await self._engine.alive():
            await self._rebuild.run()

    async def _went_back(self, last: str) -> None:
        await asyncio.sleep(PATIENCE_S)
        await self._rebuild.went_back(last)

    async def _last_step(self) -> str:
        while True:
            try:
                return (await self._engine.snapshot()).last
            except IndexLost:
                await self._lost()
            except IndexUnavailable:
                await asyncio.sleep(0.2)

    async def run(self) -> None:
        """Until SIGTERM or Ctrl-C; what is due meanwhile others fire."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        start = await self._last_step()
        log.info("router.ready", proc=self._proc, pid=os.getpid())
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._pulse.run(), name="pulse"),
                group.create_task(self._feed.run(start), name="feed"),
                group.create_task(self._recorder.run(), name="recorder"),
                group.create_task(Sweeper(self._engine).run(), name="sweeper"),
                group.create_task(self._reload.run(), name="reload"),
            ]
            async with ended_after(lambda: tasks):
                await self._stop.wait()
        await self._engine.close()
        await self._database.close()
