"""A real Caddy with the proxy file that we ship, at a port and with an authority of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kit.centre import free_port
from tests.kit.sandbox import ROOT

LEAST = (2, 7)
"""`stream_close_delay` is unknown to those before."""
ABSENT = (
    "deploy/Caddyfile is tested with a real Caddy, 2.7 or newer: none is on the PATH or in this "
    "environment (Debian 12 has 2.6; its makers have newer ones)"
)


def caddy() -> str:
    """Where it is; fails with what to do if there is none that reads our file."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    found = shutil.which("caddy", path=path)
    assert found, ABSENT
    return found


async def run(*args: str, env: dict[str, str]) -> str:
    """What it says; it has to succeed."""
    process = await asyncio.create_subprocess_exec(
        caddy(), *args, env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")
    return said.decode(errors="replace")


@dataclass
class Caddy:
    """One that serves."""

    url: str
    root: Path
    """The certificate of its authority."""
    file: Path
    admin: str
    env: dict[str, str]

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.root))

    async def reload(self) -> None:
        """Its file is read again, as if it had changed."""
        where = ("--config", str(self.file), "--adapter", "caddyfile", "--address", self.admin)
        await run("reload", *where, "--force", env=self.env)


@asynccontextmanager
async def running_caddy(folder: Path, centre_port: int) -> AsyncIterator[Caddy]:
    """Before a centre at that port. The shipped file, and around it what a machine without a name
    of its own needs: another port, an authority of its own that nobody is asked to trust."""
    port, admin = free_port(), f"localhost:{free_port()}"
    file = folder / "Caddyfile"
    own = ("skip_install_trust", f"http_port {free_port()}", f"https_port {port}", f"admin {admin}")
    file.write_text("{\n" + "\n".join(own) + f"\n}}\nimport {ROOT / 'deploy' / 'Caddyfile'}\n")
    env = {
        "HOLDFAST_NAME": "localhost",
        "HOLDFAST_PORT": str(centre_port),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    version = re.search(r"v?(\d+)\.(\d+)", await run("version", env=env))
    assert version is not None
    assert tuple(map(int, version.groups())) >= LEAST, ABSENT
    with (folder / "caddy.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            caddy(), "run", "--config", str(file), "--adapter", "caddyfile",
            env={**os.environ, **env}, stdout=log, stderr=log,
        )  # fmt: skip
    found = Caddy(
        f"https://localhost:{port}",
        folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt",
        file,
        admin,
        env,
    )
    try:
        async with asyncio.timeout(60):
            while not (found.root.exists() and _listens(port)):
                assert process.returncode is None, (folder / "caddy.log").read_text()
                await asyncio.sleep(0.05)
        yield found
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
