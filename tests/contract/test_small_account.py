"""The profile of a small account: calls at once, their rate, requests, and whom a trial reaches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from channels.twilio import twiml
from channels.twilio.client import CarrierClient, Credentials
from channels.twilio.errors import AccountFault, Busy
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")
VERIFIED, STRANGER = "+12065550142", "+12065550143"
VOICE = "/twilio/voice"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_sandbox(module_centre: Centre) -> AsyncIterator[Sandbox]:
    flags = ("--account", "small", "--verified", VERIFIED)
    async with running_sandbox(module_centre.url, *flags) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def client(sandbox: Sandbox) -> AsyncIterator[CarrierClient]:
    keys = Credentials(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.base_url)
    client = CarrierClient(keys)
    yield client
    await client.close()


async def test_it_is_a_trial(client: CarrierClient) -> None:
    assert (await client.account()).kind == "Trial"


async def test_the_sixth_caller_at_once_hears_a_busy_tone(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    """twilio.com/docs/api/errors/10004"""
    centre.answers[VOICE] = twiml.pause_and_redirect(60, f"{centre.url}/later")
    calls = [await sandbox.call(from_=f"+1206555020{n}") for n in range(6)]
    refused = await sandbox.wait_for(calls[5], "busy")
    assert refused["status"] == "busy"
    assert len(await sandbox.calls(live=True)) == 5
    with pytest.raises(AccountFault) as error:
        await client.dial(VERIFIED, sandbox.numbers[0], twiml=twiml.hang_up())
    assert error.value.code == 10004
    await sandbox.hang_up(calls[0])
    await sandbox.wait_for(calls[0], "call.ended")
    sixth = await sandbox.call(from_="+12065550209")
    await sandbox.wait_for(sixth, "in-progress")


async def test_only_verified_people_are_reached_with_a_notice_first(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/api/errors/21219, 21608."""
    with pytest.raises(AccountFault) as called:
        await client.dial(STRANGER, line, twiml=twiml.hang_up())
    with pytest.raises(AccountFault) as texted:
        await client.send_message(STRANGER, line, "hello")
    assert (called.value.code, texted.value.code) == (21219, 21608)
    await client.send_message(VERIFIED, line, "hello")
    call = await client.dial(VERIFIED, line, twiml=twiml.hang_up())
    done = await sandbox.wait_for(call.sid, "completed")
    assert [e["what"] for e in done["timeline"] if e["event"] == "play.started"] == ["trial notice"]


async def test_calls_go_out_one_a_second(
    client: CarrierClient, sandbox: Sandbox, line: str
) -> None:
    sids = [(await client.dial(VERIFIED, line, twiml=twiml.hang_up())).sid for _ in range(3)]
    rang = []
    for sid in sids:
        found = await sandbox.wait_for(sid, "call.ringing")
        rang.append(next(e["ms"] for e in found["timeline"] if e["event"] == "call.ringing"))
    assert rang[2] - rang[0] >= 1_500  # their own clocks began within milliseconds


async def test_too_many_requests_in_a_second_are_asked_to_wait(client: CarrierClient) -> None:
    """twilio.com/docs/api/errors/20429, with Retry-After."""
    answers = await asyncio.gather(*(client.account() for _ in range(30)), return_exceptions=True)
    refused = [a for a in answers if isinstance(a, Busy)]
    assert refused
    assert all(a.retry_after_s == 1 for a in refused)
    async with asyncio.timeout(60):
        while isinstance((await asyncio.gather(client.account(), return_exceptions=True))[0], Busy):
            pass  # until the second is over
