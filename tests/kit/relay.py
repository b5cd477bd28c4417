"""A real relay (coturn) on this machine, as an administrator would run one."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.centre import free_port

SECRET = "the tests' relay"


@dataclass
class RelayServer:
    port: int
    tls_port: int = 0
    """0: it speaks no TLS."""
    log: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, transport: str = "tcp") -> str:
        if transport == "tls":
            return f"turns:127.0.0.1:{self.tls_port}?transport=tcp"
        return f"turn:127.0.0.1:{self.port}?transport={transport}"

    async def until(self, words: str) -> None:
        """It has said so."""
        async with asyncio.timeout(60), self.changed:
            while not any(re.search(words, line) for line in self.log):
                await self.changed.wait()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            async with self.changed:
                self.log.append(line.decode(errors="replace"))
                self.changed.notify_all()


@asynccontextmanager
async def running_relay(
    folder: Path, tls: tuple[Path, Path] | None = None
) -> AsyncIterator[RelayServer]:
    """`tls`: its certificate and key."""
    relay, secure = RelayServer(free_port()), ["--no-tls"]
    if tls is not None:
        relay.tls_port = free_port()
        secure = ["--tls-listening-port", str(relay.tls_port)]
        secure += ["--cert", str(tls[0]), "--pkey", str(tls[1])]
    process = await asyncio.create_subprocess_exec(
        "turnserver", "--no-cli", "--no-dtls", *secure, "--fingerprint", "--verbose",
        "--log-file", "stdout", "--simple-log", "--pidfile", str(folder / "turn.pid"),
        "--userdb", str(folder / "turn.db"), "--listening-ip", "127.0.0.1",
        "--relay-ip", "127.0.0.1",
        "--listening-port", str(relay.port), "--realm", "holdfast.test", "--allow-loopback-peers",
        "--use-auth-secret", "--static-auth-secret", SECRET,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder,
    )  # fmt: skip
    assert process.stdout is not None
    reading = asyncio.create_task(relay._read(process.stdout))
    try:
        async with asyncio.timeout(60):
            while not (_listens(relay.port) and (not relay.tls_port or _listens(relay.tls_port))):
                assert process.returncode is None, relay.log
                await asyncio.sleep(0.05)
        yield relay
    finally:
        process.kill()
        await process.wait()
        await reading


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
