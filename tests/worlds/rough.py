"""Bad connections: what is sent may be lost, be done without an answer, or arrive twice; a process
may die between any two of its steps."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from router.live.engine import Engine, IndexUnavailable, StepFailed
from router.records.database import Database, RecordUnavailable

Dump = list[tuple[bytes, int, bytes]]
TIMEOUTS = ("socket_timeout", "socket_connect_timeout")


class Crash(BaseException):
    """The process died here: nothing of it runs on, not even what catches failures."""


class Fuse:
    """Says when the process dies: after so many more of its steps."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.left: int | None = None

    def burns(self) -> bool:
        """One more step. True: it dies at this one."""
        if self.left is None:
            return False
        self.left -= 1
        if self.left > 0:
            return False
        self.left = None
        return True


class RoughEngine(Engine):
    """The index over a bad connection; `rough` is the share of steps that go wrong in one way."""

    def __init__(self, url: str, workspace: str, now: int, rng: random.Random, fuse: Fuse) -> None:
        super().__init__(url, workspace, now=now)
        # Its time is virtual: a store that a busy machine holds for two seconds is not away.
        self._redis.connection_pool.connection_kwargs |= dict.fromkeys(TIMEOUTS)
        self._reader.connection_pool.connection_kwargs |= dict.fromkeys(TIMEOUTS)
        self._rng = rng
        self._fuse = fuse
        self.rough = 0.0
        self.calls = 0
        self.failed: str | None = None
        """A step that the library could not do: a defect, whoever hides it."""

    async def call(self, function: str, request: dict[str, Any], tries: int = 3) -> bytes:
        self.calls += 1
        if self._fuse.burns():
            if self._rng.random() < 0.5:
                await super().call(function, request, tries)
            raise Crash(function)
        luck = self._rng.random() / self.rough if self.rough else 9.0
        if luck < 1:
            raise IndexUnavailable("not sent")
        try:
            answer = await super().call(function, request, tries)
        except StepFailed as error:
            self.failed = f"{function}: {error}"
            raise
        if luck < 2:
            raise IndexUnavailable("done, but the answer was lost")
        if luck < 3:
            return await super().call(function, request, tries)  # a second copy of it arrived
        return answer

    async def dump(self) -> Dump:
        """Every key of this workspace, to be restored later."""
        found: Dump = []
        async for name in self._redis.scan_iter(f"{self.prefix}:*", count=1000):
            left = await self._redis.pttl(name)
            value = await self._redis.dump(name)
            if value is not None:
                found.append((name, max(0, left), value))
        return found

    async def restore(self, dump: Dump) -> None:
        for name, left, value in dump:
            await self._redis.restore(name, left, value)


class RoughDatabase(Database):
    """The record over a bad connection."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.rng = random.Random(0)
        self.fuse = Fuse(self.rng)
        self.rough = 0.0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if self.rng.random() < self.rough:
            raise RecordUnavailable("away")
        dies = self.fuse.burns()
        after = self.rng.random() < 0.5
        async with super().write() as connection:
            yield connection
            if dies and not after:
                raise Crash("before the commit")
        if dies:
            raise Crash("after the commit")
