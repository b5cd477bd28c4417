"""The demo: accounts, the sandbox carrier's command, the printed text."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from holdfast.settings.checks import LOOPBACK
from holdfast.settings.environment import Settings

PASSWORD = "holdfast-demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to sign in with. Exists in the demo only."""

    login: str
    name: str
    role: str
    skills: dict[str, int]


ACCOUNTS = (
    DemoAccount("priya", "Priya Nair", "agent", {"safety": 4, "vet": 4, "en": 5}),
    DemoAccount("tomas", "Tomás Vega", "agent", {"safety": 3, "home": 4, "en": 4, "es": 5}),
    DemoAccount("noah", "Noah Kim", "agent", {"safety": 2, "en": 5}),
    DemoAccount("dana", "Dana Reyes", "supervisor", {"safety": 5, "en": 5, "es": 3}),
    DemoAccount("admin", "Ada Minns", "admin", {"safety": 5, "en": 5}),
)


def pace(ready: int) -> tuple[tuple[float, float], int]:
    """How people reach out while this many agents are ready: least and most seconds between two,
    and how many may be open at once. A call with its wrap-up takes an agent about a minute."""
    return (max(10.0, 40.0 / ready), max(25.0, 70.0 / ready)), min(6, 2 + ready)


def sandbox_command(settings: Settings, port: int, ports: dict[str, Any]) -> list[str]:
    """How the sandbox carrier is started; a restart keeps its ports."""
    numbers = [line.number for line in settings.config.lines if line.number]
    return [
        *(sys.executable, "-P", "-m", "channels.sandbox"),  # not from the current folder
        *("--port", str(ports.get("port", 0)), "--smtp-port", str(ports.get("smtp_port", 0))),
        *("--account-sid", settings.account_sid, "--auth-token", settings.auth_tokens[0]),
        *("--centre", settings.public_url.replace(f":{settings.port}", f":{port}")),
        *("--email-secret", settings.email_secret or ""),
        *(word for number in numbers for word in ("--number", number)),
    ]


def elsewhere(settings: Settings, port: int) -> str | None:
    """The demo's address for another machine, when it serves https on all interfaces."""
    if not settings.tls_cert or settings.host in LOOPBACK:
        return None
    hosts = [urlsplit(origin).hostname or "" for origin in settings.desk_origins]
    far = next((host for host in hosts if host[:1].isdigit() and host not in LOOPBACK), None)
    return f"https://{far}:{port}" if far else None


ROLE_WORDS = {"admin": "administrator"}
"""As the pages say it."""


def banner(
    url: str, took_s: float, far: str | None = None, log: str | None = None, account: str = ""
) -> str:
    """The text that `make demo` prints when everything answers."""
    note = (
        f"""
    {far}/desk            from another machine; its browser warns once,
                          because the certificate is self-signed
"""
        if far
        else ""
    )
    small = f"\n  The carrier is {account}.\n" if account else ""
    kept = f"  What happens inside is written to {log}.\n" if log else ""
    rows = "\n".join(
        f"    {account.login:<7} {ROLE_WORDS.get(account.role, account.role):<14} {account.name}"
        for account in ACCOUNTS
    )
    return f"""
  Holdfast demo: ready in {took_s:.1f} s

    {url}/desk            the agent's desk
    {url}/board           the supervisor's board
    {url}/sandbox/phone   a telephone, to call, text and mail the line
{note}
  Sign in with the password {PASSWORD!r} as
{rows}

  Press Ready at the desk: the first person calls within 30 s, then texts and mails come too,
  more of them the more agents are ready. Nobody new comes while nobody is ready, or while
  several wait or are promised a call; Ready once more goes on where it was, and begins
  nothing anew. While nobody is ready the emergency of a scripted
  caller rings at the telephone (its page must be open), which is the number on call: answer,
  press a key. Ctrl-C ends everything.
{small}{kept}"""
