"""`holdfast …` as real processes, and what is left of their tree."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import aiohttp
import psutil
from typer.testing import CliRunner

from holdfast.cli import app
from holdfast.settings.environment import default_config_path
from tests.kit.centre import SECRET_KEY, free_port
from tests.kit.record import new_sqlite
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN, ROOT

START_S, STOP_S = 60, 40
"""A machine with more to do than cores needs 10 s; the parent itself gives a drain 30 s."""

OPINION = "second_opinion = true"

COMMAND = (sys.executable, "-P", "-m", "holdfast.cli")  # as the installed script: without the cwd


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of this machine without settings of ours, plus `env`."""
    ours = ("HOLDFAST_", "TWILIO_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | dict(env)


def good(folder: Path, **env: str) -> dict[str, str]:
    """Settings with which `serve` starts: no carrier answers, and it reads no texts: it needs
    neither."""
    port = env.get("HOLDFAST_PORT") or str(free_port())
    return {
        "HOLDFAST_PORT": port,
        "HOLDFAST_HOST": "127.0.0.1",
        "HOLDFAST_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOLDFAST_DATA_DIR": str(folder),
        "HOLDFAST_SECRET_KEY": SECRET_KEY,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "HOLDFAST_CONFIG": str(without_opinion()),
    } | env


@cache
def without_opinion() -> Path:
    """The shipped configuration, but texts are not read by weights: loading them costs each worker
    0.2 s of a core."""
    text = default_config_path().read_text(encoding="utf-8")
    assert OPINION in text
    path = Path(mkdtemp(prefix="holdfast-config-")) / "holdfast.toml"
    path.write_text(text.replace(OPINION, "second_opinion = false"), encoding="utf-8")
    return path


async def run(*words: str, env: Mapping[str, str], stdin: bytes = b"") -> tuple[int, str, str]:
    """One command to its end: exit status, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        env=clean(env),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(START_S):
        out, errors = await process.communicate(stdin)
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def run_here(*words: str, env: Mapping[str, str], stdin: str = "") -> tuple[int, str, str]:
    """The same in this process, where the command's imports are done: an eighth of the time."""

    def done() -> tuple[int, str, str]:
        found = CliRunner().invoke(app, [*words], input=stdin, env=dict(env))
        return found.exit_code, found.stdout, found.stderr

    return await asyncio.to_thread(done)


@dataclass
class Tree:
    """A parent with everything it has started."""

    process: asyncio.subprocess.Process
    folder: Path
    url: str
    announced: str
    log: Path

    def members(self) -> list[psutil.Process]:
        """All processes of the tree, the parent last."""
        parent = psutil.Process(self.process.pid)
        return [*parent.children(recursive=True), parent]

    def words(self) -> str:
        """What it wrote to standard error."""
        return self.log.read_text(errors="replace")

    async def get(self, path: str = "/livez") -> int:
        """One request: the status."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status


async def until(check: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    """Waits for another process; AssertionError with `what` when it does not come."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        await asyncio.sleep(0.02)


def gone(members: list[psutil.Process]) -> bool:
    """None of them runs (a zombie has ended; its new parent has not looked yet)."""
    for member in members:
        try:
            if member.is_running() and member.status() != psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            continue
    return True


@asynccontextmanager
async def tree(
    command: str,
    folder: Path,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    *,
    first: bool = False,
) -> AsyncIterator[Tree]:
    """`holdfast serve` or `demo`, announced as ready; nothing of it is left afterwards.

    first: it makes its record by itself, which takes half a second of a core.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not first and not (folder / "holdfast.db").exists():
        await (await new_sqlite(folder / "holdfast.db")).close()
    log = folder / "errors.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *command.split(),
            env=clean(env),
            cwd=cwd,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdout is not None
    announced = ""
    try:
        try:
            async with asyncio.timeout(START_S):
                while "ready in" not in announced:
                    line = await process.stdout.readline()
                    assert line, f"it did not start:\n{log.read_text()}"
                    announced += line.decode()
        except TimeoutError:
            raise AssertionError(
                f"not ready in {START_S} s: {announced!r}\n{log.read_text()}"
            ) from None
        found = Tree(process, folder, f"http://127.0.0.1:{env['HOLDFAST_PORT']}", announced, log)
        yield found
    finally:
        members: list[psutil.Process] = []
        if process.returncode is None:
            parent = psutil.Process(process.pid)
            members = parent.children(recursive=True)
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.communicate()
        except TimeoutError:
            raise AssertionError(f"not ended in {STOP_S} s:\n{log.read_text()}") from None
        finally:
            for member in members:
                if not gone([member]):
                    member.kill()
