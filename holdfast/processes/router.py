"""A router process: timers, record and sweeper of the one index, without pages or sound.

Any number of these may run beside the worker, and none leads: the first to tick fires a deadline.
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
from holdfast.parts import House
from holdfast.parts.life import Process
from holdfast.parts.roles import built
from holdfast.parts.timers import Timers
from holdfast.role import Role
from holdfast.settings.reload import ConfigFile
from router.centre import Centre
from router.core.config import Config
from router.core.current import Current
from router.live.engine import Engine
from router.records.database import Database

log = structlog.get_logger()


class RouterProcess:
    """Runs until stopped."""

    def __init__(self, redis_url: str, database_url: str, config: Config, path: Path) -> None:
        """`path` is where `config` was read; it is read again when another process was told to."""
        self._proc = f"router-{uuid.uuid4().hex[:8]}"
        centre = Centre(
            Database(database_url), Engine(redis_url), Current(config), now_ms, "", self._proc
        )
        house = House(centre, ConfigFile(path))
        self._process = Process(house, built(house, Role.ROUTER))
        self._timers = house[Timers]
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Runs until SIGTERM or Ctrl-C; other processes fire anything due in the meantime."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        await self._timers.found()
        log.info("router.ready", proc=self._proc, pid=os.getpid())
        async with self._process.running():
            await self._stop.wait()
        await self._process.close(drained=False)
