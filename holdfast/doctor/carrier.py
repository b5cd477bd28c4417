"""The carrier's account: credentials, also test credentials, and its clock against ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from enum import Enum

import aiohttp

from channels.twilio import twiml
from channels.twilio.client import CarrierClient, Credentials
from channels.twilio.codes import Code
from channels.twilio.errors import (
    CarrierError,
    CarrierRefused,
    NothingDone,
    Unauthorised,
    Unreachable,
)
from holdfast.clock import now_ms
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.settings.environment import Settings

BUDGET_S = 8.0
CLOCK_WARN_S, CLOCK_FAIL_S = 2.0, 30.0

VALID = "+15005550006"
MAGIC_CALLS = {"+15005550002": Code.CANNOT_ROUTE_CALL, "+15005550003": Code.NO_CALL_PERMISSION}
MAGIC_TEXTS = {"+15005550001": Code.INVALID_TO, "+15005550009": Code.NOT_A_MOBILE}
"""Numbers that stand for faults (twilio.com/docs/iam/test-credentials). With any other
credentials the sender is refused first, so nothing is ever dialled or sent."""


class Reach(Enum):
    """The account that the credentials open."""

    ACCOUNT = "account"
    TEST = "test"
    NOTHING = "nothing"


def base_url(settings: Settings) -> str:
    """Where the carrier's REST API is (twilio.com/docs/global-infrastructure)."""
    if settings.twilio_base_url:
        return settings.twilio_base_url.rstrip("/")
    where = [part for part in (settings.edge, settings.region) if part]
    if settings.edge and not settings.region:
        where.append("us1")
    return f"https://{'.'.join(['api', *where, 'twilio.com'])}"


@asynccontextmanager
async def client_of(settings: Settings) -> AsyncIterator[CarrierClient]:
    """The client as the centre would build it."""
    client = CarrierClient(
        Credentials(
            settings.account_sid,
            settings.auth_tokens[0],
            api_key=settings.api_key,
            api_secret=settings.api_secret,
            region=settings.region,
            edge=settings.edge,
            base_url=settings.twilio_base_url,
        ),
        timeout_s=BUDGET_S,
    )
    try:
        yield client
    finally:
        await client.close()


async def credentials(client: CarrierClient, account_sid: str) -> tuple[list[Finding], Reach]:
    """Fetches the account; if that is refused, finds out whether these are test credentials."""
    name = "credentials"
    try:
        account = await client.account()
    except Unreachable as error:
        mend = "Allow outgoing port 443; check TWILIO_API_BASE_URL and TWILIO_REGION."
        return [fail(name, f"the carrier cannot be reached: {error}", mend)], Reach.NOTHING
    except CarrierRefused as error:
        return await _maybe_test(client, error)
    except CarrierError as error:
        again = "Run doctor again; see the carrier's status page."
        return [unknown(name, f"the carrier did not answer: {error}", again)], Reach.NOTHING
    if account.status != "active":
        mend = "Reactivate it in the carrier's console."
        return [fail(name, f"the account is {account.status}", mend)], Reach.ACCOUNT
    if account.sid != account_sid:
        what = f"they belong to another account, {account.sid}"
        mend = "Set TWILIO_ACCOUNT_SID to that account, or use the token of the account you set."
        return [fail(name, what, mend)], Reach.ACCOUNT
    if account.kind == "Trial":
        mend = "Fine for testing; upgrade it before real callers rely on it."
        what = "a trial account: 5 calls at once, verified numbers only, a notice before each call"
        return [warn(name, what, mend)], Reach.ACCOUNT
    what = f"the account {account.name!r} is active ({account.kind})"
    return [ok(name, what)], Reach.ACCOUNT


async def _maybe_test(
    client: CarrierClient, refusal: CarrierRefused
) -> tuple[list[Finding], Reach]:
    """Test credentials cannot read the account, but may pretend to call from VALID."""
    name = "credentials"
    wrong = fail(
        name,
        f"the carrier refuses them: {refusal.message}",
        "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or API key and secret) from its console.",
    )
    try:
        await client.dial(VALID, VALID, twiml=twiml.hang_up())
    except NothingDone:
        return [wrong], Reach.NOTHING
    except CarrierError as error:
        return [unknown(name, f"the carrier did not answer: {error}")], Reach.NOTHING
    proved = 1
    strange: list[str] = []
    for to, code in MAGIC_CALLS.items():
        said = await _code_of(client.dial(to, VALID, twiml=twiml.hang_up()))
        proved += said == code
        strange += [] if said == code else [f"a call to {to} gave {said}, not {int(code)}"]
    for to, code in MAGIC_TEXTS.items():
        said = await _code_of(client.send_message(to, VALID, "Holdfast doctor"))
        proved += said == code
        strange += [] if said == code else [f"a text to {to} gave {said}, not {int(code)}"]
    if strange:
        mend = "The carrier has changed, or something between us and the carrier answers for it."
        return [fail(name, "test credentials, but " + "; ".join(strange), mend)], Reach.TEST
    return [
        warn(
            name,
            f"test credentials: {proved} requests with magic numbers were answered as documented",
            "They reach no account, number, webhook or media: serve needs live credentials.",
        )
    ], Reach.TEST


async def _code_of(request: Awaitable[object]) -> int | str:
    """The code of the refusal; a word if there was none."""
    try:
        await request
    except Unauthorised as error:
        return error.code or "a refused sign-in"
    except CarrierRefused as error:
        return error.code
    except CarrierError as error:
        return type(error).__name__
    return "success"


async def clock(url: str) -> Finding:
    """Our clock against the carrier's Date header (whole seconds)."""
    name = "clock"
    try:
        async with asyncio.timeout(BUDGET_S), aiohttp.ClientSession() as session:
            before = now_ms()
            async with session.get(url, allow_redirects=False) as answer:
                after = now_ms()
                theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return unknown(name, f"the carrier did not answer ({type(error).__name__})")
    except (KeyError, ValueError):
        return unknown(name, "the carrier's answer has no Date")
    # Their clock shows whole seconds: half a second later is the best estimate.
    off = abs((before + after) / 2000 - (theirs + 0.5))
    said = f"{off:.0f} s from the carrier's"
    mend = "Turn time synchronisation on: timedatectl set-ntp true"
    if off > CLOCK_FAIL_S:
        return fail(name, said, mend)
    if off > CLOCK_WARN_S:
        return warn(name, said, mend)
    return ok(name, "within 2 s of the carrier's")
