"""Several router processes on one index: no leader, every deadline fired once, kill -9 of any."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.settings.engine_settings import engine_settings
from router.core.model import Chosen
from router.live.engine import Engine, decode_step
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, running_store

SHORT = {"ring_voice": 400, "cool_down": 300, "self_test": 300, "agent_lease": 0}
CONTACTS = 40


@contextmanager
def router(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`holdfast router` as an operating system's process of its own."""
    env = os.environ | {
        "HOLDFAST_REDIS_URL": url,
        "HOLDFAST_DATABASE_URL": f"sqlite:///{folder / 'record.db'}",
        "HOLDFAST_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-c", "from holdfast.cli import main; main()", "router"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    while b"router.ready" not in (line := process.stdout.readline()):
        assert line, "the router ended before it was ready"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_each_deadline_fires_once_whoever_dies(tmp_path: Path) -> None:
    database = await new_sqlite(tmp_path / "record.db")
    await database.close()
    with running_store() as url:
        engine = Engine(url)
        await engine.load()
        await engine.open_epoch(1, engine_settings(CONFIG) | SHORT, [], [])
        with router(url, tmp_path) as first, router(url, tmp_path) as second:
            for n in range(CONTACTS):
                name = f"a{n}"
                who = {"id": name, "name": name, "skills": {}}
                await engine.step("agent_online", agent=who, conn=name)
                await engine.step("agent_media", agent=name, media="up", proc="p")
                await engine.step("agent_choice", agent=name, choice=Chosen(ready=True))
                now = await engine.server_time()
                await engine.step(
                    "enqueue",
                    contact={
                        "id": f"c{n}",
                        "channel": "voice",
                        "severity": 3,
                        "arrived_at": now,
                        "score": 2 * 10**13 + now,
                    },
                )
                if n == CONTACTS // 2:
                    os.kill(first.pid, signal.SIGKILL)
            missed: list[tuple[str, str]] = []
            last = "0-0"
            async with asyncio.timeout(60):  # each agent misses once, then he is paused
                while len(missed) < CONTACTS:
                    for step_id, raw in await engine.read(last, block_ms=1000):
                        last = step_id
                        missed += [
                            (event.contact or "", event.agent or "")
                            for event in decode_step(raw).events
                            if event.name == "contact.missed"
                        ]
            assert second.poll() is None
            per_agent = [agent for _, agent in missed]
            assert len(per_agent) == len(set(per_agent))
        await engine.close()
