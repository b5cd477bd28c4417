"""The carrier's limit of 4 h: raised in time for S1 and S2, once."""

from __future__ import annotations

import time
from typing import Any

import pytest

from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.voice.long_calls import LIMIT_S, RAISE_AT_MS, LongCalls
from router.core.model import LiveContact
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def limits(sandbox: Sandbox, sid: str) -> list[int]:
    """What the call's limit was set to since it began."""
    found = (await sandbox.look(sid))["timeline"]
    return [e["seconds"] for e in found if e["event"] == "call.limited"][1:]


async def talking(centre: Centre, sandbox: Sandbox) -> str:
    centre.answers["/twilio/voice"] = twiml.pause_and_redirect(600, f"{centre.url}/later")
    call = await sandbox.call()
    await sandbox.wait_for(call, "in-progress")
    return call


def lasting(sid: str, **fields: Any) -> LiveContact:
    known: dict[str, Any] = {
        "id": "c1", "channel": "voice", "severity": 1, "arrived_at": 0, "score": 0,
        "state": "active", "carrier_id": sid, "rang_at": time.time() * 1000 - RAISE_AT_MS,
    }  # fmt: skip
    return LiveContact(**(known | fields))


async def look(client: CarrierClient, *contacts: LiveContact, times: int = 1) -> None:
    calls = LongCalls(client, lambda: contacts, lambda: round(time.time() * 1000) + 1)
    for _ in range(times):
        await calls.look()


async def test_at_three_and_a_half_hours_once(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    call = await talking(centre, sandbox)
    await look(client, lasting(call), times=3)
    assert [LIMIT_S - n < 60 for n in await limits(sandbox, call)] == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {"severity": 3},
        {"severity": 4},
        {"rang_at": time.time() * 1000},
        {"channel": "sms"},
        {"caller": "gone"},
    ],
)
async def test_nobody_else(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, fields: dict[str, Any]
) -> None:
    call = await talking(centre, sandbox)
    await look(client, lasting(call, **fields))
    assert await limits(sandbox, call) == []


async def test_a_call_that_we_dialled_and_one_raised_late(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    call = await talking(centre, sandbox)
    long_ago = time.time() * 1000 - RAISE_AT_MS - 900_000
    await look(client, lasting(call, severity=2, rang_at=None, queued_at=long_ago))
    assert len(await limits(sandbox, call)) == 1


async def test_what_the_carrier_refuses_is_tried_again(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    call = await talking(centre, sandbox)
    await sandbox.fault(rest_500=1)
    over = lasting("CA" + "0" * 32, id="c2")
    await look(client, over, lasting(call), times=2)
    assert len(await limits(sandbox, call)) == 1
