"""More workers on a store and a record that have one already, as real processes.

The product starts no second one (holdfast/recovery/only_pages.py), but two can be at work: one
stood still, the next took its place, and it goes on. What is dialled has to be right then, too.

    async with more_workers(centre, 2) as others: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.centre import Centre, free_port
from tests.kit.sandbox import ROOT


@dataclass
class MoreWorkers:
    """Each carries out effects and decides what follows the tries, without sound of its own. A slot
    is its successor's, as that of the worker is."""

    centre: Centre
    processes: list[tuple[str, asyncio.subprocess.Process]] = field(default_factory=list)
    started: int = 0

    async def start(self, slot: str) -> None:
        self.started += 1
        folder = self.centre.data_dir.with_name(f"{self.centre.data_dir.name}-{self.started}")
        folder.mkdir()
        record = f"sqlite:///{self.centre.data_dir / 'holdfast.db'}"
        own = {
            "HOLDFAST_DATA_DIR": str(folder),
            "HOLDFAST_PORT": str(free_port()),
            "HOLDFAST_REDIS_URL": self.centre.redis_url,
            "HOLDFAST_DATABASE_URL": self.centre.env.get("HOLDFAST_DATABASE_URL", record),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.kit.more_workers", slot),
            env={**os.environ, **self.centre.env, **own},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=open(self.centre.data_dir / "centre.log", "ab"),  # noqa: SIM115 - the child's
        )
        self.processes.append((slot, process))
        assert process.stdout is not None
        async with asyncio.timeout(60):
            ready = await process.stdout.read(1)
        assert ready, f"it did not start:\n{self.centre.words()}"

    async def kill_one(self) -> None:
        """kill -9 of the one that has run longest; another one begins."""
        slot, oldest = self.processes.pop(0)
        oldest.kill()
        await oldest.wait()
        await self.start(slot)

    async def end(self) -> None:
        for _, process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def more_workers(centre: Centre, how_many: int) -> AsyncIterator[MoreWorkers]:
    """So many, until the block ends."""
    found = MoreWorkers(centre)
    try:
        for n in range(how_many):
            await found.start(f"more-{n}")
        yield found
    finally:
        await found.end()


async def _work(slot: str) -> None:
    from holdfast import app as worker
    from holdfast.recovery.only_pages import OnlyPages
    from holdfast.role import Role
    from holdfast.settings.environment import load

    class Unasked(OnlyPages):
        """It has begun already, when nobody else was there."""

        async def begin(self) -> None:
            pass

        async def run(self) -> None:
            await asyncio.Event().wait()

        async def end(self) -> None:
            pass

    settings = load(demo=False, again=True)
    house_of = worker.house_of
    worker.house_of = lambda *house: house_of(*house[:3], slot)
    app = worker.App(settings, settings.redis_url or "", None, Role.WEB)
    app._only = Unasked(app.house.centre.engine, Path(settings.data_dir))
    sock = socket.create_server(("127.0.0.1", settings.port))
    await app.run(sock, 1, again=True)


def main() -> None:
    from holdfast import logs

    logs.configure(os.environ.get("HOLDFAST_LOG", "info"), None)
    asyncio.run(_work(sys.argv[1]))


if __name__ == "__main__":
    main()
