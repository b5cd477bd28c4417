"""The whole centre as real processes (`holdfast serve`), with the sandbox carrier.

async with running_centre(tmp_path) as centre:
    call = await centre.sandbox.call(talk="tone", hz=440)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from argon2 import PasswordHasher
from sqlalchemy import text

from holdfast.settings.config_file import GUIDANCE, SNIPPETS, default_config_path
from router.live.engine import Engine
from router.records import accounts
from router.records.database import Database
from tests.kit.record import new_postgres, new_sqlite
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN, EMAIL_SECRET, ROOT, Sandbox, running_sandbox

PASSWORD = "a long test password"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Of a cost that a hundred sign-ins of tests can bear; what real ones cost is tested elsewhere."""
SECRET_KEY = "test-key-of-the-centre-0123456789abcdef"

PEOPLE = {
    "priya": ("Priya Nair", "agent", {"safety": 4, "vet": 4, "en": 5}),
    "tomas": ("Tomás Vega", "agent", {"safety": 3, "es": 5, "en": 4}),
    "noah": ("Noah Kim", "agent", {"en": 5}),
    "dana": ("Dana Reyes", "supervisor", {"safety": 5}),
    "ada": ("Ada Lind", "admin", {}),
}


def free_port() -> int:
    """A port that is free now, and that no outgoing connection will get meanwhile (Linux uses ports
    from 32768 up for those)."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Centre:
    """A running centre and its carrier."""

    url: str
    port: int
    data_dir: Path
    sandbox: Sandbox
    env: dict[str, str]
    role: str = "all"
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Starts the parent and waits until the worker says that it is ready."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", "serve", "--role", self.role),
            env={**os.environ, **self.env},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=open(self.data_dir / "centre.log", "ab"),  # noqa: SIM115 - the child's
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        if b"ready" not in line:
            raise AssertionError(f"the centre did not start:\n{self.words()}")
        await self.until_ready()

    async def until_ready(self, timeout_s: float = 60) -> None:
        """Whether store, database and worker answer."""
        async with asyncio.timeout(timeout_s), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Ctrl-C; everything it started ends too."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            async with asyncio.timeout(60):
                await self.process.wait()

    def worker_pid(self) -> int:
        return int((self.data_dir / "worker.pid").read_text())

    def store_pid(self) -> int:
        return int((self.data_dir / "store" / "store.pid").read_text())

    def kill_worker(self) -> None:
        """kill -9; the parent starts another. Requests it was answering at this moment are cut
        (the number's fallback on another host is for those); later ones wait in the backlog."""
        worker = psutil.Process(self.worker_pid())
        worker.kill()
        psutil.wait_procs([worker], timeout=5)

    def kill_store(self) -> None:
        """kill -9 of Redis; the parent starts another on the same data."""
        os.kill(self.store_pid(), signal.SIGKILL)

    @property
    def redis_url(self) -> str:
        return f"unix://{self.data_dir / 'store' / 'store.sock'}"

    def words(self) -> str:
        """The end of the log."""
        path = self.data_dir / "centre.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    async def end_everything(self) -> None:
        """Ends the contacts that a test left behind, through the index itself; whoever was ready at
        a desk is not on duty any more, else the next test's text rings at theirs."""
        engine = Engine(self.redis_url)
        try:
            for live in (await engine.snapshot()).contacts:
                if live.channel == "voice":
                    await engine.step("caller_gone", contact=live.id, cause="test over")
                if live.state == "wrapup" or live.channel == "voice":
                    await engine.step(
                        "wrapped", agent=live.agent, contact=live.id, disposition="x", comment=""
                    )
                elif live.agent:
                    await engine.step(
                        "reply", agent=live.agent, contact=live.id, next="close", sent=False
                    )
            for live in (await engine.snapshot()).contacts:
                await engine.step("close_contact", contact=live.id)
            for agent in (await engine.snapshot()).agents:
                await engine.step("agent_off", agent=agent.id)
        finally:
            await engine.close()
        await self.until_rows(
            "select id, state, channel, direction, live from contact where state != 'ended'", []
        )

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Reads the record directly; of SQLite at once: a connection by a thread costs ten times as
        much, and this is asked again and again."""
        if url := self.env.get("HOLDFAST_DATABASE_URL"):
            database = Database(url)
            async with database.read() as record:
                found = [tuple(row) for row in await record.execute(text(sql))]
            await database.close()
            return found
        with contextlib.closing(sqlite3.connect(self.data_dir / "holdfast.db")) as connection:
            return connection.execute(sql).fetchall()

    async def until_rows(self, sql: str, wanted: Any, timeout_s: float = 60) -> None:
        """Waits until a query's rows equal `wanted`."""
        try:
            async with asyncio.timeout(timeout_s):
                while await self.rows(sql) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(
                f"{sql}: {await self.rows(sql)!r}, wanted {wanted!r}\n{self.words()}"
            ) from None


async def add_people(database_url: str) -> None:
    """The tests' accounts, all with the same password."""
    if database_url.startswith("sqlite"):
        database = await new_sqlite(Path(database_url.removeprefix("sqlite:///")))
    else:
        database = await new_postgres(database_url)
    async with database.write() as connection:
        for login, (name, role, skills) in PEOPLE.items():
            await accounts.add(
                connection,
                login=login,
                name=name,
                role=role,
                password_hash=HASHED,
                skills=skills,
                now=1,
            )
    await database.close()


def any_hour(folder: Path) -> Path:
    """The shipped configuration, in which people are called at any hour: tests run at any."""
    shipped = default_config_path()
    for beside in (SNIPPETS, GUIDANCE):
        (folder / beside).write_text(shipped.with_name(beside).read_text())
    path = folder / "any-hour.toml"
    path.write_text(shipped.read_text().replace('courtesy = "08:00-21:00"', 'courtesy = ""'))
    return path


@asynccontextmanager
async def running_centre(
    folder: Path,
    *,
    carrier: tuple[str, ...] = (),
    port: int | None = None,
    role: str = "all",
    **env: str,
) -> AsyncIterator[Centre]:
    """A centre of its own in `folder`; `env` adds settings, `carrier` adds flags of its sandbox."""
    folder.mkdir(exist_ok=True)
    env = {"HOLDFAST_CONFIG": str(any_hour(folder)), **env}
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    async with running_sandbox(url, *carrier) as sandbox:
        settings = {
            "HOLDFAST_PORT": str(port),
            "HOLDFAST_HOST": "127.0.0.1",
            "HOLDFAST_PUBLIC_URL": url,
            "HOLDFAST_DATA_DIR": str(folder),
            "HOLDFAST_SECRET_KEY": SECRET_KEY,
            "HOLDFAST_EMAIL_SECRET": EMAIL_SECRET,
            "HOLDFAST_SMTP_URL": f"smtp://127.0.0.1:{sandbox.smtp_port}",
            "HOLDFAST_DRAIN": "1s",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE_URL": sandbox.base_url,
            **env,
        }
        url_of_record = env.get("HOLDFAST_DATABASE_URL", f"sqlite:///{folder / 'holdfast.db'}")
        await add_people(url_of_record)
        centre = Centre(url, port, folder, sandbox, settings, role)
        await centre.start()
        try:
            yield centre
        finally:
            await centre.stop()
