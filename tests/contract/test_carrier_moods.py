"""Where the vendor is lenient, or nobody knows what it does: warnings, redirects, cut messages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from channels.sandbox.document import read
from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierRefused
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")
VOICE = "/twilio/voice"
ALICE = "+12065550142"


async def noted(sandbox: Sandbox, sid: str, event: str) -> list[dict[str, Any]]:
    return [e for e in (await sandbox.look(sid))["timeline"] if e["event"] == event]


@pytest.mark.parametrize(
    "document",
    [
        "<Response><Dance/><Redirect>{0}/next</Redirect></Response>",
        '<Response colour="red"><Redirect>{0}/next</Redirect></Response>',
        '<Response><Redirect method="POST" speed="9">{0}/next</Redirect></Response>',
        '<Response><Pause length="soon"/><Redirect>{0}/next</Redirect></Response>',
        "<Response><Gather><Dial>1</Dial></Gather><Redirect>{0}/next</Redirect></Response>",
    ],
)
async def test_what_is_unknown_is_left_out_with_a_warning(
    centre: Centre, sandbox: Sandbox, document: str
) -> None:
    """twilio.com/docs/api/errors/12200: a warning; the rest of the document runs."""
    centre.answers[VOICE] = document.format(centre.url).replace("<Gather>", '<Gather timeout="0">')
    sid = await sandbox.call()
    await centre.wait_for("/next")
    assert [e["code"] for e in await noted(sandbox, sid, "document.warned")] == [12200]
    assert not centre.requests("/twilio/voice/fallback")


async def test_our_own_documents_get_no_warning() -> None:
    a = "https://c.example/a"
    warned: list[str] = []
    for document in (
        twiml.connect_stream("wss://c.example/s", a, a, {"x": "y"}),
        twiml.hold_loop([a, twiml.Words("x")], a, a),
        twiml.menu([a], a, fallthrough_url=a),
        twiml.dial_out(ALICE, caller_id=ALICE, action_url=a, whisper_url=a, limit_s=3),
        twiml.whisper([twiml.Words("x")], a, timeout_s=3),
        twiml.voicemail([twiml.Words("x")], a, a, limit_s=3),
        twiml.say_and_hang_up([a, twiml.Words("x")]),
        twiml.pause_and_redirect(3, a),
        twiml.reject(busy=True),
    ):
        assert read(document, warned.append)
    assert warned == []


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST")]
)
async def test_a_redirect_of_ours_is_followed_signed_with_its_fields(
    centre: Centre, sandbox: Sandbox, status: int, method: str
) -> None:
    seen: list[str] = []

    def here(form: dict[str, str]) -> str:
        seen.append("POST" if form else "GET")
        return twiml.redirect(f"{centre.url}/next")

    centre.answers[VOICE] = lambda _: web.Response(
        status=status, headers={"Location": f"{centre.url}/here"}
    )
    centre.answers["/here"] = here
    sid = await sandbox.call()
    await centre.wait_for("/next")
    came = await centre.wait_for("/here")
    assert came.genuine
    assert (came.form or came.query)["CallSid"] == sid
    assert seen == [method]


async def test_a_ring_of_redirects_ends_at_the_fallback(centre: Centre, sandbox: Sandbox) -> None:
    centre.answers[VOICE] = lambda _: web.Response(status=302, headers={"Location": VOICE})
    await sandbox.call()
    seen = await centre.wait_for("/twilio/voice/fallback")
    assert seen.form["ErrorCode"] == "11215"


async def test_methods_of_a_number_and_of_verbs_are_kept(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    number = await client.incoming_number(line)
    assert number is not None
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}"
    auth = sandbox.auth()
    change = {"SmsMethod": "GET", "VoiceFallbackMethod": "GET"}
    back = {"SmsMethod": "POST", "VoiceFallbackMethod": "POST"}
    where = f"{url}/IncomingPhoneNumbers/{number.sid}.json"
    try:
        async with sandbox.session.post(where, data=change, auth=auth) as answer:
            assert answer.status == 200
        await sandbox.text("by GET", from_=ALICE)
        assert (await centre.wait_for("/twilio/sms")).query["Body"] == "by GET"
        centre.answers[VOICE] = lambda _: web.Response(status=500)
        await sandbox.call()
        assert (await centre.wait_for("/twilio/voice/fallback")).query["ErrorCode"] == "11200"
        record = twiml.voicemail(
            [twiml.Words("Go")], f"{centre.url}/done", f"{centre.url}/told", limit_s=1
        )
        centre.answers[VOICE] = record.replace('method="POST"', 'method="GET"')
        await sandbox.call(talk="tone", hz=900)
        assert "RecordingSid" in (await centre.wait_for("/done")).query
    finally:
        async with sandbox.session.post(where, data=back, auth=auth) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("how", ["kept", "late", "absent", "obeyed"])
async def test_a_recording_cut_by_a_redirect_ends_in_any_of_four_ways(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, how: str
) -> None:
    await sandbox.fault(actions={"record": how}, action_late_ms=400)
    centre.answers[VOICE] = twiml.voicemail(
        [twiml.Words("Go")], f"{centre.url}/done", f"{centre.url}/r", limit_s=9
    )
    centre.answers["/done"] = twiml.redirect(f"{centre.url}/obeyed")
    sid = await sandbox.call(talk="tone", hz=900)
    await sandbox.wait_for(sid, "record.started")
    await asyncio.sleep(0.3)  # something has to be said
    await client.redirect(sid, twiml=twiml.redirect(f"{centre.url}/target"))
    if how == "obeyed":
        await centre.wait_for("/obeyed")
        assert not centre.requests("/target")
    else:
        await centre.wait_for("/target")
        assert not centre.requests("/obeyed")
    assert bool(centre.requests("/done")) == (how != "absent")
    if how == "absent":
        await sandbox.wait_for(sid, "completed")
        assert not [r for r in centre.requests("/r") if r.form["CallSid"] == sid]
    else:
        assert "RecordingSid" in (await centre.wait_for("/r")).form
    await sandbox.heal()


@pytest.mark.parametrize(
    ("to", "code"), [("+1" + "2" * 15, 32018), ("+0123", 21211), ("nobody", 21211)]
)
async def test_numbers_that_are_none(client: CarrierClient, line: str, to: str, code: int) -> None:
    with pytest.raises(CarrierRefused) as refused:
        await client.dial(to, line, twiml=twiml.hang_up())
    assert refused.value.code == code


async def test_codes_of_the_vendor(sandbox: Sandbox, line: str) -> None:
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}"
    for path, fields, code in (
        ("Calls.json", {"ApplicationSid": "AP1"}, 21218),
        ("Messages.json", {"Body": "x", "ValidityPeriod": "36001"}, 21624),
    ):
        form = {"To": ALICE, "From": line, **fields}
        async with sandbox.session.post(f"{url}/{path}", data=form, auth=sandbox.auth()) as answer:
            assert (await answer.json())["code"] == code


async def test_a_call_without_the_callers_sound_is_ended_by_the_carrier(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/api/errors/31953, 32014."""
    await sandbox.fault(stream_deaf_after_ms=100)

    async def listen(stream: Any) -> None:
        async for _ in stream.ws:
            pass

    centre.streams["s"] = listen
    centre.answers[VOICE] = twiml.connect_stream(
        centre.stream_url("s"), f"{centre.url}/action", f"{centre.url}/stream", {}
    )
    await sandbox.call(talk="tone", hz=900)
    ended = await centre.wait_for("/twilio/voice/status")
    assert (ended.form["CallStatus"], ended.form["ErrorCode"]) == ("completed", "32014")
    events = [s.form.get("StreamError", "") for s in centre.requests("/stream")]
    assert any("31953" in words for words in events)
    await sandbox.heal()
