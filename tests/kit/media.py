"""Processes that carry sound, beside a centre of role `web`.

async with media(centre) as first, media(centre) as second: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from holdfast.sound.standing import About, known
from router.live.engine import Engine
from tests.kit.centre import Centre, free_port
from tests.kit.sandbox import ROOT


@dataclass
class Media:
    """One of them."""

    centre: Centre
    port: int
    process: asyncio.subprocess.Process

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def ask_to_end(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        async with asyncio.timeout(60):
            return await self.process.wait()

    async def about(self) -> About | None:
        """What it says of itself; None: it is not there (any more)."""
        return (await abouts(self.centre)).get(self.port)

    async def until(self, **wanted: object) -> None:
        """Until it says so of itself."""
        async with asyncio.timeout(60):
            while True:
                about = await self.about()
                if about and all(getattr(about, name) == it for name, it in wanted.items()):
                    return
                await asyncio.sleep(0.05)


async def abouts(centre: Centre) -> dict[int, About]:
    """All of them, by their ports."""
    engine = Engine(centre.redis_url)
    try:
        found = await engine.processes()
    finally:
        await engine.close()
    return {int(proc.rpartition("-")[2]): about for proc, about in known(found).items()}


async def start_media(centre: Centre, port: int | None = None, **env: str) -> Media:
    """One that is known to the others, and to the centre."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        **centre.env,
        "HOLDFAST_PORT": str(port),
        "HOLDFAST_REDIS_URL": centre.redis_url,
        "HOLDFAST_MEDIA_URL": url,
        **env,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "serve", "--role", "media"),
        env={**os.environ, **settings},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=open(centre.data_dir / "centre.log", "ab"),  # noqa: SIM115 - the child's
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = await process.stdout.readline()
    if b"ready" not in line:
        raise AssertionError(f"it did not start:\n{centre.words()}")
    found = Media(centre, port, process)
    await found.until(draining=False)
    async with asyncio.timeout(60):
        while not _known(centre, port):
            await asyncio.sleep(0.05)
    return found


def _known(centre: Centre, port: int) -> bool:
    """Whether the process with the pages has a link to it."""
    log = (centre.data_dir / "centre.log").read_text(errors="replace")
    return any("sound.process_here" in line and f"-{port}" in line for line in log.splitlines())


@asynccontextmanager
async def media(centre: Centre, port: int | None = None, **env: str) -> AsyncIterator[Media]:
    """One, until the block ends."""
    found = await start_media(centre, port, **env)
    try:
        yield found
    finally:
        if found.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                found.process.kill()
            await found.process.wait()
