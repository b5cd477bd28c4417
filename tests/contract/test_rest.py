"""The REST resources as the official client meets them; outbound calls; test credentials."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from channels.sandbox.options import TEST_SID, TEST_TOKEN
from channels.twilio import twiml
from channels.twilio.client import CarrierClient, Credentials
from channels.twilio.errors import (
    AccountFault,
    BadNumber,
    Busy,
    CarrierRefused,
    NotInProgress,
    OptedOut,
    Unauthorised,
    Unknown,
    Unreachable,
)
from channels.twilio.forms import CallStatus
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLBACK = "/outbound/status"
ALICE = "+12065550155"
TALK = '<Response><Pause length="20"/></Response>'


def now() -> datetime:
    return datetime.now(UTC)


async def dial(client: CarrierClient, centre: Centre, line: str, **more: Any) -> str:
    more.setdefault("twiml", TALK)
    info = await client.dial(ALICE, line, status_callback=centre.url + CALLBACK, **more)
    assert info.status is CallStatus.QUEUED
    return info.sid


# -- outbound ----------------------------------------------------------------------------------


async def test_a_dialled_call_reports_each_event_that_was_asked_for(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#statuscallbackevent: SequenceNumber from 0."""
    sid = await dial(client, centre, line)
    await sandbox.wait_for(sid, "in-progress")
    await sandbox.hang_up(sid)
    await centre.wait_for(CALLBACK, n=4)
    seen = {s.form["SequenceNumber"]: s for s in centre.requests(CALLBACK)}
    words = [seen[str(n)].form["CallStatus"] for n in range(4)]
    assert words == ["initiated", "ringing", "in-progress", "completed"]
    assert all(s.genuine and s.form["Direction"] == "outbound-api" for s in seen.values())
    assert seen["3"].form["Timestamp"].endswith("+0000")
    assert "CallDuration" in seen["3"].form


async def test_badly_formed_events_are_taken_and_then_silence(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#statuscallbackevent: one value per parameter."""
    sid = await dial(client, centre, line, events=["initiated ringing answered completed"])
    await sandbox.wait_for(sid, "in-progress")
    await sandbox.hang_up(sid)
    await sandbox.wait_for(sid, "completed")
    assert not centre.requests(CALLBACK)


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ({"answer": "busy", "ring_ms": 10}, "busy"),
        ({"answer": "failed"}, "failed"),
        ({"answer": "no-answer"}, "no-answer"),
    ],
)
async def test_calls_that_nobody_answers(
    centre: Centre,
    sandbox: Sandbox,
    client: CarrierClient,
    line: str,
    plan: dict[str, Any],
    status: str,
) -> None:
    """twilio.com/docs/voice/api/call-resource#call-status-values."""
    await sandbox.person(ALICE, **plan)
    sid = await dial(client, centre, line, events=["completed"], timeout_s=1)
    assert (await centre.wait_for(CALLBACK)).form["CallStatus"] == status
    assert (await sandbox.look(sid))["status"] == status
    await sandbox.person(ALICE)


async def test_a_ringing_call_can_be_ended(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource: completed also ends ringing calls."""
    await sandbox.person(ALICE, ring_ms=20_000)
    sid = await dial(client, centre, line, events=["completed"])
    await sandbox.wait_for(sid, "ringing")
    with pytest.raises(NotInProgress):
        await client.redirect(sid, twiml=twiml.hang_up())
    await client.hang_up(sid)
    assert (await centre.wait_for(CALLBACK)).form["CallStatus"] in ("canceled", "completed")
    await sandbox.person(ALICE)


async def test_an_unknown_outcome_is_found_again(
    centre: Centre, sandbox: Sandbox, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#read-multiple-call-resources: no idempotency key."""
    patient = Credentials(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.base_url)
    client = CarrierClient(patient, timeout_s=0.3)
    try:
        who = "+12065550156"
        await sandbox.fault(rest_acts_then_hangs=1)
        with pytest.raises(Unknown):
            await client.dial(who, line, twiml=TALK)
        found = await client.find_recent_calls(who, line, now=now())
        assert [c.to for c in found] == [who]
        await sandbox.fault(rest_hang_before=1)
        with pytest.raises(Unknown):
            await client.dial("+12065550157", line, twiml=TALK)
        assert not await client.find_recent_calls("+12065550157", line, now=now())
    finally:
        await client.close()


async def test_a_call_ends_at_its_time_limit(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource: TimeLimit, in seconds."""
    sid = await dial(client, centre, line, time_limit_s=1, events=["completed"])
    assert (await centre.wait_for(CALLBACK)).form["CallStatus"] == "completed"
    ended = (await sandbox.look(sid))["timeline"]
    assert [e["by"] for e in ended if e["event"] == "call.ended"] == ["time limit"]


async def test_a_dial_may_be_taken_and_never_heard_of(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """A fault seen in the field: 201, then silence."""
    await sandbox.fault(dial_silent=1)
    sid = await dial(client, centre, line)
    info = await client.call(sid)
    assert info is not None
    assert info.status is CallStatus.QUEUED
    assert not centre.requests(CALLBACK)


async def test_callbacks_may_come_out_of_order_and_twice(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#statuscallback: order is not promised."""
    await sandbox.fault(status_shuffle=True, status_twice=1)
    await sandbox.person(ALICE, ring_ms=1, hang_up_at="answered")
    await dial(client, centre, line)
    await centre.wait_for(CALLBACK, n=5)
    order = [int(s.form["SequenceNumber"]) for s in centre.requests(CALLBACK)]
    assert order != sorted(order)
    assert sorted(order) == [0, 0, 1, 2, 3]
    await sandbox.person(ALICE)


# -- errors ------------------------------------------------------------------------------------


async def test_wrong_credentials(sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/20003."""
    client = CarrierClient(Credentials(sandbox.account_sid, "wrong", base_url=sandbox.base_url))
    try:
        with pytest.raises(Unauthorised, match="20003"):
            await client.account()
        with pytest.raises(Unauthorised):
            await client.live_calls()
    finally:
        await client.close()


async def test_the_account_and_its_numbers(
    sandbox: Sandbox, client: CarrierClient, centre: Centre, line: str
) -> None:
    """twilio.com/docs/iam/api/account; docs/phone-numbers/api/incomingphonenumber-resource."""
    account = await client.account()
    assert (account.sid, account.status) == (sandbox.account_sid, "active")
    number = await client.incoming_number(line)
    assert number is not None
    assert number.voice_url == f"{centre.url}/twilio/voice"
    assert number.voice_fallback_url == f"{centre.url}/twilio/voice/fallback"
    assert number.status_callback == f"{centre.url}/twilio/voice/status"
    assert number.sms_url == f"{centre.url}/twilio/sms"
    assert await client.incoming_number("+12065559999") is None


async def test_too_many_requests(sandbox: Sandbox, client: CarrierClient) -> None:
    """twilio.com/docs/api/errors/20429."""
    await sandbox.fault(rest_429=1)
    with pytest.raises(Busy):
        await client.account()
    await sandbox.fault(rest_500=1)
    with pytest.raises(Unknown):
        await client.account()


async def test_nobody_there_is_certain(unused_tcp_port: int) -> None:
    """A refused connection: nothing was done."""
    base = f"http://127.0.0.1:{unused_tcp_port}"
    client = CarrierClient(Credentials("AC" + "0" * 32, "x", base_url=base))
    try:
        with pytest.raises(Unreachable):
            await client.send_message(ALICE, "+12065550101", "hello")
    finally:
        await client.close()


async def test_lists_come_in_pages(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/usage/twilios-response#pagination: next_page_uri."""
    sids = {await sandbox.call(from_="+12065550188") for _ in range(5)}
    auth = aiohttp.BasicAuth(sandbox.account_sid, sandbox.auth_token)
    path = f"/2010-04-01/Accounts/{sandbox.account_sid}/Calls.json"
    uri: str | None = f"{path}?From=%2B12065550188&PageSize=2"
    pages = []
    while uri is not None:
        async with sandbox.session.get(sandbox.base_url + uri, auth=auth) as answer:
            body = await answer.json()
        pages.append([c["sid"] for c in body["calls"]])
        uri = body["next_page_uri"]
    assert [len(p) for p in pages] == [2, 2, 1]
    assert {s for p in pages for s in p} == sids
    assert {c.sid for c in await client.find_recent_calls(line, "+12065550188", now=now())} == sids


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"From": "LINE", "Twiml": TALK}, 21201),
        ({"To": ALICE, "Twiml": TALK}, 21213),
        ({"To": "12", "From": "LINE", "Twiml": TALK}, 21211),
        ({"To": ALICE, "From": "+19995550000", "Twiml": TALK}, 21210),
        ({"To": ALICE, "From": "LINE"}, 21205),
        ({"To": ALICE, "From": "LINE", "Url": "/relative"}, 21205),
        ({"To": ALICE, "From": "LINE", "Twiml": "<Response>"}, 12100),
        ({"To": ALICE, "From": "LINE", "Twiml": TALK, "Timeout": "0"}, 20001),
    ],
)
async def test_bad_dials_are_refused_as_documented(
    sandbox: Sandbox, line: str, fields: dict[str, str], code: int
) -> None:
    """twilio.com/docs/api/errors/<code>: JSON with code, message, more_info, status."""
    form = {k: line if v == "LINE" else v for k, v in fields.items()}
    auth = aiohttp.BasicAuth(sandbox.account_sid, sandbox.auth_token)
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Calls.json"
    async with sandbox.session.post(url, data=form, auth=auth) as answer:
        body = await answer.json()
    assert (answer.status, body["code"], body["status"]) == (400, code, 400)
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


# -- test credentials --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "from_", "kind", "code"),
    [
        ("+15005550001", "+15005550006", BadNumber, 21217),
        ("+15005550002", "+15005550006", BadNumber, 21214),
        ("+15005550003", "+15005550006", AccountFault, 21215),
        ("+15005550004", "+15005550006", AccountFault, 21216),
        (ALICE, "+15005550001", AccountFault, 21212),
        (ALICE, "+12065550199", AccountFault, 21210),
    ],
)
async def test_magic_numbers_of_calls(
    sandbox: Sandbox, to: str, from_: str, kind: type[CarrierRefused], code: int
) -> None:
    """twilio.com/docs/iam/test-credentials#test-calls."""
    client = CarrierClient(Credentials(TEST_SID, TEST_TOKEN, base_url=sandbox.base_url))
    try:
        with pytest.raises(kind) as refused:
            await client.dial(to, from_, twiml=TALK)
        assert refused.value.code == code
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("to", "from_", "kind", "code"),
    [
        ("+15005550001", "+15005550006", BadNumber, 21211),
        ("+15005550002", "+15005550006", BadNumber, 21612),
        ("+15005550003", "+15005550006", AccountFault, 21408),
        ("+15005550004", "+15005550006", OptedOut, 21610),
        ("+15005550009", "+15005550006", BadNumber, 21614),
        (ALICE, "+15005550001", AccountFault, 21212),
        (ALICE, "+15005550007", AccountFault, 21606),
        (ALICE, "+15005550008", CarrierRefused, 21611),
    ],
)
async def test_magic_numbers_of_texts(
    sandbox: Sandbox, to: str, from_: str, kind: type[CarrierRefused], code: int
) -> None:
    """twilio.com/docs/iam/test-credentials#test-sms-messages."""
    client = CarrierClient(Credentials(TEST_SID, TEST_TOKEN, base_url=sandbox.base_url))
    try:
        with pytest.raises(kind) as refused:
            await client.send_message(to, from_, "hello")
        assert refused.value.code == code
    finally:
        await client.close()


async def test_test_credentials_pretend_and_reach_nothing_else(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/iam/test-credentials: three POSTs, no callbacks, 403 elsewhere."""
    client = CarrierClient(Credentials(TEST_SID, TEST_TOKEN, base_url=sandbox.base_url))
    try:
        before = len(await sandbox.calls())
        call = await client.dial(
            ALICE, "+15005550006", twiml=TALK, status_callback=centre.url + CALLBACK
        )
        text = await client.send_message(ALICE, "+15005550006", "hello")
        assert (call.status, text.status) == (CallStatus.QUEUED, "queued")
        assert len(await sandbox.calls()) == before
        with pytest.raises(Unauthorised, match="20008"):
            await client.account()
        with pytest.raises(Unauthorised):
            await client.call(call.sid)
    finally:
        await client.close()
    assert not centre.requests(CALLBACK)


async def test_events_of_a_call_name_what_was_asked_of_us(
    client: CarrierClient, centre: Centre, sandbox: Sandbox, line: str
) -> None:
    """twilio.com/docs/voice/api/call-event-resource"""
    await sandbox.person("+12065550177", ring_ms=20)
    url = f"{centre.url}/mine?c=7"
    call = await client.dial(
        "+12065550177", line, url=url, status_callback=f"{centre.url}/status?c=7"
    )
    await sandbox.wait_for(call.sid, "completed")
    asked = await client.requests_of(call.sid)
    assert url in asked
    assert asked.count(f"{centre.url}/status?c=7") == 4
