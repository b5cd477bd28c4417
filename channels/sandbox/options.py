"""The options of one sandbox carrier: flags first, then the environment, then a default."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from channels.sandbox.account import ACCOUNTS

MAIN_LINE = "+12065550101"
EMERGENCY_LINE = "+12065550100"
PHONE_PAGE_NUMBER = "+12065550170"

TEST_SID = "ACsandboxtest00000000000000000000f"
TEST_TOKEN = "sandbox-test-token"


@dataclass(frozen=True, slots=True)
class Options:
    """Everything the process is given at its start. Times in milliseconds."""

    account_sid: str
    auth_token: str = field(repr=False)
    centre: str = "http://127.0.0.1:8080"
    """The centre's public URL: webhooks go there, and their signatures cover it."""
    host: str = "127.0.0.1"
    port: int = 8090
    smtp_port: int = 8025
    numbers: tuple[str, ...] = (EMERGENCY_LINE, MAIN_LINE)
    phone_number: str = PHONE_PAGE_NUMBER
    origins: tuple[str, ...] = ()
    """Pages that may open /phone; the centre's own origin is always among them."""
    test_sid: str = TEST_SID
    test_token: str = field(default=TEST_TOKEN, repr=False)
    email_secret: str = field(default="", repr=False)
    email_to: str = "help@holdfast.test"
    stream_start_ms: tuple[int, int] = (300, 1200)
    """From serving the TwiML to opening the stream: drawn from this range, never 0."""
    ring_ms: tuple[int, int] = (1500, 4000)
    """How long a dialled person lets it ring."""
    rest_lag_ms: int = 150
    machine_ms: int = 3000
    """How long the carrier listens until it says whether a machine answered."""
    """How far REST's `in-progress` lags behind the call."""
    interrupted_action_ms: int = 320
    """From a redirect to the interrupted verb's own action request."""
    text_ms: int = 400
    """From one delivery state of a text to the next."""
    letter_ms: int = 60
    """How long the voice that reads words takes for a letter."""
    calls_per_second: float = 0.0
    """Calls started a second through REST (the vendor's default is 1); 0 = no queue."""
    account: str = "full"
    """full, or small: with the limits of a trial account (account.py)."""
    verified: tuple[str, ...] = ()
    """Numbers that a small account may reach besides the phone page's."""
    script: bool = False
    """Start the demo people at once."""
    seed: int = 0
    """Seed of every random choice; 0 = different each time."""


def read_options(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """Options from the command line.

    Raises:
        SystemExit: something is missing or wrong; the message says what.
    """
    env = environ.get
    p = argparse.ArgumentParser(prog="python -m channels.sandbox", description=__doc__)
    p.add_argument("--port", type=int, default=int(env("SANDBOX_PORT", "8090")))
    p.add_argument("--smtp-port", type=int, default=int(env("SANDBOX_SMTP_PORT", "8025")))
    p.add_argument("--host", default=env("SANDBOX_HOST", "127.0.0.1"))
    p.add_argument("--account-sid", default=env("SANDBOX_ACCOUNT_SID"))
    p.add_argument("--auth-token", default=env("SANDBOX_AUTH_TOKEN"))
    p.add_argument("--test-sid", default=env("SANDBOX_TEST_SID", TEST_SID))
    p.add_argument("--test-token", default=env("SANDBOX_TEST_TOKEN", TEST_TOKEN))
    p.add_argument("--centre", default=env("SANDBOX_CENTRE", "http://127.0.0.1:8080"))
    p.add_argument("--number", action="append", default=None, metavar="+1…")
    p.add_argument("--phone-number", default=env("SANDBOX_PHONE_NUMBER", PHONE_PAGE_NUMBER))
    p.add_argument("--origin", action="append", default=[], help="page that may open /phone")
    p.add_argument("--email-secret", default=env("SANDBOX_EMAIL_SECRET", ""))
    p.add_argument("--email-to", default=env("SANDBOX_EMAIL_TO", "help@holdfast.test"))
    p.add_argument("--stream-start-ms", type=_range, default=(300, 1200), metavar="LO-HI")
    p.add_argument("--ring-ms", type=_range, default=(1500, 4000), metavar="LO-HI")
    p.add_argument("--rest-lag-ms", type=int, default=150)
    p.add_argument("--machine-ms", type=int, default=3000)
    p.add_argument("--interrupted-action-ms", type=int, default=320)
    p.add_argument("--text-ms", type=int, default=400)
    p.add_argument("--letter-ms", type=int, default=60)
    p.add_argument("--calls-per-second", type=float, default=0.0)
    p.add_argument("--account", choices=sorted(ACCOUNTS), default=env("SANDBOX_ACCOUNT", "full"))
    p.add_argument("--verified", action="append", default=[], metavar="+1…")
    p.add_argument("--script", action="store_true", default=env("SANDBOX_SCRIPT") == "1")
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args(list(argv))
    if not a.account_sid or not a.auth_token:
        p.error("--account-sid and --auth-token (or SANDBOX_ACCOUNT_SID, …_AUTH_TOKEN) are needed")
    if a.stream_start_ms[0] < 1:
        p.error("--stream-start-ms must be at least 1: a stream never starts at once")
    listed = tuple(n for n in env("SANDBOX_NUMBERS", "").split(",") if n)
    return Options(
        account_sid=a.account_sid,
        auth_token=a.auth_token,
        centre=a.centre.rstrip("/"),
        host=a.host,
        port=a.port,
        smtp_port=a.smtp_port,
        numbers=tuple(a.number or listed or (EMERGENCY_LINE, MAIN_LINE)),
        phone_number=a.phone_number,
        origins=tuple(o.rstrip("/") for o in a.origin),
        test_sid=a.test_sid,
        test_token=a.test_token,
        email_secret=a.email_secret,
        email_to=a.email_to,
        stream_start_ms=a.stream_start_ms,
        ring_ms=a.ring_ms,
        rest_lag_ms=a.rest_lag_ms,
        machine_ms=a.machine_ms,
        interrupted_action_ms=a.interrupted_action_ms,
        text_ms=a.text_ms,
        letter_ms=a.letter_ms,
        calls_per_second=a.calls_per_second,
        account=a.account,
        verified=tuple(a.verified),
        script=a.script,
        seed=a.seed,
    )


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    pair = int(low), int(high or low)
    if not 0 <= pair[0] <= pair[1]:
        raise argparse.ArgumentTypeError("LO-HI with 0 ≤ LO ≤ HI")
    return pair
