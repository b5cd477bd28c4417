"""One process with pages for each store: a second does not start, and follows a dead one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from tests.kit.centre import Centre, free_port, running_centre
from tests.kit.sandbox import ROOT


@asynccontextmanager
async def second(centre: Centre, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another one on the same store and record, in a folder and at a port of its own."""
    own = {
        "HOLDFAST_PORT": str(free_port()),
        "HOLDFAST_DATA_DIR": str(folder),
        "HOLDFAST_REDIS_URL": centre.redis_url,
        "HOLDFAST_DATABASE_URL": f"sqlite:///{centre.data_dir / 'holdfast.db'}",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "serve", "--role", "web"),
        env={**os.environ, **centre.env, **own},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


async def test_a_second_process_with_pages_does_not_start_while_the_first_lives(
    tmp_path: Path,
) -> None:
    async with running_centre(tmp_path / "one", role="web") as centre:
        async with second(centre, tmp_path / "two") as refused, asyncio.timeout(60):
            said, _ = await refused.communicate()
        assert refused.returncode
        words = f"Another process with pages runs on this store ({os.uname().nodename}:"
        assert words + str(centre.data_dir) in said.decode()
        centre.kill_worker()  # its own successor is no other
        await centre.until_ready()
        assert centre.process is not None
        parent = psutil.Process(centre.process.pid)
        parent.suspend()
        try:
            os.kill(centre.worker_pid(), signal.SIGKILL)
            async with second(centre, tmp_path / "two") as takes, asyncio.timeout(60):
                assert takes.stdout is not None
                while b"ready in" not in (line := await takes.stdout.readline()):
                    assert line, "it ended"
        finally:
            parent.resume()
