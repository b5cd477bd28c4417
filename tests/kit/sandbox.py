"""The sandbox carrier as a real process, and a handle on it.

    async with running_sandbox(centre="http://127.0.0.1:8080") as sandbox:
        call = await sandbox.call(talk="tone", hz=440)
        await sandbox.wait_for(call, "stream.started")

Delays are short (streams open after 20–40 ms) but every request goes over TCP.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
ACCOUNT_SID = "AC" + "5a" * 16
AUTH_TOKEN = "sandbox-token-of-the-tests"
EMAIL_SECRET = "sandbox-mail-secret"
FAST = (
    "--stream-start-ms", "20-40",
    "--ring-ms", "30-60",
    "--rest-lag-ms", "40",
    "--interrupted-action-ms", "30",
    "--machine-ms", "300",
    "--text-ms", "20",
    "--letter-ms", "5",
)  # fmt: skip


class SandboxError(AssertionError):
    """The control API refused, or something that was awaited did not come."""


@dataclass
class Sandbox:
    """A running sandbox carrier. All methods use its control API."""

    process: asyncio.subprocess.Process
    base_url: str
    smtp_port: int
    numbers: list[str]
    phone_number: str
    session: aiohttp.ClientSession
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    email_secret: str = EMAIL_SECRET

    def auth(self) -> aiohttp.BasicAuth:
        """The credentials for its REST API."""
        return aiohttp.BasicAuth(self.account_sid, self.auth_token)

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One control request; SandboxError unless the answer is 2xx."""
        async with self.session.request(
            method, f"{self.base_url}/_sandbox/{path}", json=body, params=query
        ) as answer:
            text = await answer.text()
            if answer.status >= 300:
                raise SandboxError(f"{method} {path}: {answer.status} {text[:3000]}")
            return json.loads(text)

    async def call(
        self,
        *,
        to: str | None = None,
        from_: str = "+12065550142",
        forwarded_from: str = "",
        stir: str = "TN-Validation-Passed-A",
        **plan: Any,
    ) -> str:
        """A scripted person calls; the keyword arguments are a `Plan` (party.py). Returns the
        CallSid."""
        body = {
            "from": from_,
            "to": to or self.numbers[0],
            "plan": plan,
            "forwarded_from": forwarded_from,
            "stir": stir,
        }
        return str((await self.ask("POST", "calls", body))["sid"])

    async def person(self, number: str, **plan: Any) -> None:
        """Sets how a number behaves when it is called."""
        await self.ask("PUT", f"people/{number}", plan)

    async def look(self, sid: str, window_s: float = 1.0) -> dict[str, Any]:
        """One call: status, timeline, and `heard` of the last `window_s`."""
        found: dict[str, Any] = await self.ask("GET", f"calls/{sid}", window_s=window_s)
        return found

    async def calls(self, *, live: bool = False) -> list[dict[str, Any]]:
        """All calls, newest first."""
        query = {"live": "1"} if live else {}
        found: list[dict[str, Any]] = (await self.ask("GET", "calls", **query))["calls"]
        return found

    async def wait_for(
        self, sid: str, what: str, *, n: int = 1, timeout_s: float = 60
    ) -> dict[str, Any]:
        """Wait for a status (`completed`) or the n-th timeline event (`stream.started`)."""
        query = {"for": what, "n": n, "timeout_s": timeout_s}
        found: dict[str, Any] = await self.ask("GET", f"calls/{sid}/wait", **query)
        return found

    async def press(self, sid: str, digits: str) -> None:
        """The person presses keys."""
        await self.ask("POST", f"calls/{sid}/digits", {"digits": digits})

    async def hang_up(self, sid: str) -> None:
        """The person hangs up."""
        await self.ask("POST", f"calls/{sid}/hangup")

    async def drop_stream(self, sid: str) -> None:
        """The stream's connection breaks."""
        await self.ask("POST", f"calls/{sid}/drop-stream")

    async def heard(self, sid: str) -> bytes:
        """Returns what the person heard, as a WAV file."""
        async with self.session.get(f"{self.base_url}/_sandbox/calls/{sid}/heard.wav") as answer:
            return await answer.read()

    async def text(
        self, body: str, *, to: str | None = None, from_: str = "+12065550142", **more: Any
    ) -> str:
        """A person texts a number of the centre; `more`: media, opt_out. Returns the MessageSid."""
        want = {"from": from_, "to": to or self.numbers[0], "body": body, **more}
        return str((await self.ask("POST", "texts", want))["sid"])

    async def texts(self, person: str | None = None) -> list[dict[str, Any]]:
        """Texts, oldest first."""
        query = {"person": person} if person else {}
        found: list[dict[str, Any]] = (await self.ask("GET", "texts", **query))["texts"]
        return found

    async def until_text(self, sid: str, status: str, timeout_s: float = 60) -> None:
        """Waits until a text has this status."""
        async with asyncio.timeout(timeout_s):
            while not any(t["sid"] == sid and t["status"] == status for t in await self.texts()):
                await asyncio.sleep(0.02)

    async def mail(self, subject: str, body: str, **fields: Any) -> dict[str, Any]:
        """A person mails the centre; `http_status` is the centre's answer."""
        want = {"subject": subject, "body": body}
        want |= {k.rstrip("_"): v for k, v in fields.items()}
        found: dict[str, Any] = await self.ask("POST", "mails", want)
        return found

    async def mails(self, direction: str | None = None) -> list[dict[str, Any]]:
        """Mail, oldest first; direction "out" = sent by the centre."""
        query = {"direction": direction} if direction else {}
        found: list[dict[str, Any]] = (await self.ask("GET", "mails", **query))["mails"]
        return found

    async def fault(self, **faults: Any) -> None:
        """Set faults (faults.py); the others stay."""
        await self.ask("POST", "faults", faults)

    async def heal(self) -> None:
        """Resets all faults."""
        await self.ask("DELETE", "faults")

    async def webhooks(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The log of requests to the centre, with their times in ms."""
        query = {"kind": kind} if kind else {}
        found: list[dict[str, Any]] = (await self.ask("GET", "webhooks", **query))["webhooks"]
        return found


@asynccontextmanager
async def running_sandbox(
    centre: str, *flags: str, fast: bool = True, port: int = 0, smtp_port: int = 0
) -> AsyncIterator[Sandbox]:
    """Start the process, wait until it is ready, end it with SIGTERM afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "channels.sandbox",
        *("--port", str(port), "--smtp-port", str(smtp_port), "--centre", centre),
        *("--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN),
        *("--email-secret", EMAIL_SECRET),
        *(FAST if fast else ()),
        *flags,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = await process.stdout.readline()
    if not line:
        raise SandboxError(f"the sandbox did not start: exit status {await process.wait()}")
    ready = json.loads(line)
    try:
        async with aiohttp.ClientSession() as session:
            yield Sandbox(
                process=process,
                base_url=ready["base_url"],
                smtp_port=ready["smtp_port"],
                numbers=ready["numbers"],
                phone_number=ready["phone_number"],
                session=session,
            )
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(60):
            await process.wait()
