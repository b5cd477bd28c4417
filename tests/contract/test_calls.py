"""Inbound calls, each TwiML verb, fallback, and redirects of live calls."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from channels.sandbox import audio
from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierRefused, NotFound, NotInProgress
from channels.twilio.forms import CallStatus
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE = "/twilio/voice"
STATUS = "/twilio/voice/status"


def doc(inner: str) -> str:
    return f"<Response>{inner}</Response>"


async def test_the_first_webhook_is_signed_ringing_and_complete(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/voice/twiml: parameters of the request; signed as docs/usage/security."""
    sid = await sandbox.call(from_="+12065550177", forwarded_from="+12065550199")
    seen = await centre.wait_for(VOICE)
    assert seen.genuine
    assert seen.form["CallSid"] == sid
    assert seen.form["CallStatus"] == "ringing"
    assert seen.form["Direction"] == "inbound"
    assert seen.form["From"] == "+12065550177"
    assert seen.form["To"] == sandbox.numbers[0]
    assert seen.form["ForwardedFrom"] == "+12065550199"
    assert seen.form["StirVerstat"] == "TN-Validation-Passed-A"
    assert seen.form["ApiVersion"] == "2010-04-01"


async def test_an_empty_document_ends_the_call_and_reports_once(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/phone-numbers/api/incomingphonenumber-resource: StatusCallback, terminal."""
    sid = await sandbox.call()
    await sandbox.wait_for(sid, "status.sent")
    ends = [seen for seen in centre.requests(STATUS) if seen.form["CallSid"] == sid]
    assert len(ends) == 1
    assert ends[0].genuine
    assert (ends[0].form["CallStatus"], ends[0].form["CallDuration"]) == ("completed", "0")


async def test_say_play_and_pause_are_heard_in_order(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/play, /say, /pause."""
    centre.files["a.wav"] = audio.write_wav(audio.tone(700, 300))
    centre.answers[VOICE] = doc(
        f'<Say>ok</Say><Pause length="0"/><Play loop="2">{centre.url}/files/a.wav</Play>'
    )
    sid = await sandbox.call()
    call = await sandbox.wait_for(sid, "completed")
    played = [e["what"] for e in call["timeline"] if e["event"] == "play.started"]
    assert played == ["say: ok", *[f"{centre.url}/files/a.wav"] * 2]
    found = await sandbox.look(sid, window_s=0.3)
    assert found["heard"]["hz"] == pytest.approx(700, abs=3)


async def test_a_key_stops_the_clip_and_goes_to_the_action(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/voice/twiml/gather: nested Play stops, Digits are posted."""
    centre.files["long.wav"] = audio.write_wav(audio.tone(300, 20_000))
    centre.answers[VOICE] = twiml.menu(
        [f"{centre.url}/files/long.wav"], f"{centre.url}/menu", fallthrough_url=f"{centre.url}/no"
    )
    await sandbox.call(keys=["2"], key_delay_ms=50)
    assert (await centre.wait_for("/menu")).form["Digits"] == "2"
    assert not centre.requests("/no")


async def test_gather_without_a_key_falls_through(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/gather: no input, next verb."""
    centre.answers[VOICE] = twiml.menu(
        [], f"{centre.url}/menu", fallthrough_url=f"{centre.url}/no", timeout_s=0
    )
    await sandbox.call()
    assert (await centre.wait_for("/no")).form["CallStatus"] == "in-progress"
    assert not centre.requests("/menu")


async def test_several_digits_end_with_the_finish_key(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/gather: finishOnKey is # by default and not among the digits."""
    centre.answers[VOICE] = doc(f'<Gather action="{centre.url}/menu"/>')
    await sandbox.call(keys=["123#"], key_delay_ms=20)
    assert (await centre.wait_for("/menu")).form["Digits"] == "123"


async def test_the_hold_loop_goes_round_until_the_caller_hangs_up(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/voice/twiml/redirect."""
    centre.files["a.wav"] = audio.write_wav(audio.tone(700, 100))
    loop = twiml.hold_loop(
        [f"{centre.url}/files/a.wav"], f"{centre.url}/key", f"{centre.url}/wait", timeout_s=0
    )
    centre.answers[VOICE] = centre.answers["/wait"] = loop
    sid = await sandbox.call()
    await centre.wait_for("/wait", n=3)
    await sandbox.hang_up(sid)
    assert (await centre.wait_for(STATUS)).form["CallStatus"] == "completed"


async def test_reject_is_never_in_progress(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/reject."""
    centre.answers[VOICE] = twiml.reject(busy=True)
    sid = await sandbox.call()
    call = await sandbox.wait_for(sid, "busy")
    assert "call.answered" not in [e["event"] for e in call["timeline"]]


async def test_dial_reports_how_it_went(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/dial: action with DialCallStatus."""
    await sandbox.person("+12065550133", talk="tone", hz=500, ring_ms=10)
    centre.answers[VOICE] = twiml.dial_out(
        "+12065550133", caller_id=sandbox.numbers[0], action_url=f"{centre.url}/dialled"
    )
    sid = await sandbox.call(talk="tone", hz=900)
    await sandbox.wait_for(sid, "in-progress")
    child = await _child(sandbox, sid)
    await sandbox.wait_for(child, "in-progress")
    async with asyncio.timeout(60):
        while (await sandbox.look(sid, 0.2))["heard"]["hz"] != pytest.approx(500, abs=5):
            await asyncio.sleep(0.05)
    await sandbox.hang_up(child)
    seen = await centre.wait_for("/dialled")
    assert (seen.form["DialCallStatus"], seen.form["DialCallSid"]) == ("completed", child)


async def test_dial_to_a_busy_number(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/dial: busy."""
    centre.answers[VOICE] = twiml.dial_out(
        "+12065550190", caller_id=sandbox.numbers[0], action_url=f"{centre.url}/dialled"
    )
    await sandbox.call()
    assert (await centre.wait_for("/dialled")).form["DialCallStatus"] == "busy"


async def _child(sandbox: Sandbox, parent: str) -> str:
    async with asyncio.timeout(60):
        while True:
            for call in await sandbox.calls():
                if call["parent"] == parent:
                    return str(call["sid"])
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda _: web.Response(status=500), "11200"),
        ("<Response><Connect><Nonsense/></Connect></Response>", "12200"),
        ("this is not XML", "12100"),
        ("<Response><Redirect>/relative</Redirect></Response>", "11100"),
        (lambda _: web.Response(text="{}", content_type="application/json"), "12300"),
    ],
)
async def test_a_bad_answer_goes_to_the_fallback_with_its_code(
    centre: Centre, sandbox: Sandbox, answer: Any, code: str
) -> None:
    """twilio.com/docs/api/errors/11200, 12100, 12200, 12300: fallback with ErrorCode."""
    centre.answers[VOICE] = answer
    centre.answers["/twilio/voice/fallback"] = twiml.redirect(f"{centre.url}/saved")
    await sandbox.call()
    seen = await centre.wait_for("/twilio/voice/fallback")
    assert (seen.form["ErrorCode"], seen.form["ErrorUrl"]) == (code, centre.url + VOICE)
    await centre.wait_for("/saved")


async def test_without_a_useful_fallback_the_call_ends(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/11200: an application error is read out, the call ends."""
    centre.answers[VOICE] = centre.answers["/twilio/voice/fallback"] = lambda _: web.Response(
        status=502
    )
    sid = await sandbox.call()
    call = await sandbox.wait_for(sid, "completed")
    assert [e["what"] for e in call["timeline"] if e["event"] == "play.started"] == ["error"]
    assert len(centre.requests("/twilio/voice/fallback")) == 1


async def test_a_live_call_is_redirected_in_the_middle_of_a_clip(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    """twilio.com/docs/voice/api/call-resource#update-a-call-resource."""
    centre.files["long.wav"] = audio.write_wav(audio.tone(300, 20_000))
    centre.answers[VOICE] = doc(f"<Play>{centre.url}/files/long.wav</Play>")
    sid = await sandbox.call()
    await sandbox.wait_for(sid, "play.started")
    await _until_rest_says(client, sid, CallStatus.IN_PROGRESS)
    await client.redirect(sid, twiml=twiml.redirect(f"{centre.url}/next"))
    await centre.wait_for("/next")


async def test_rest_lags_and_a_ringing_call_cannot_be_redirected(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    """twilio.com/docs/api/errors/21220."""
    held = asyncio.Event()

    async def slow(_: dict[str, str]) -> str:
        await held.wait()
        return doc('<Pause length="20"/>')

    centre.answers[VOICE] = slow
    sid = await sandbox.call()
    await centre.wait_for(VOICE)
    with pytest.raises(NotInProgress):
        await client.redirect(sid, twiml=twiml.hang_up())
    assert [c.sid for c in await client.live_calls(to=sandbox.numbers[0])] == [sid]
    held.set()
    await _until_rest_says(client, sid, CallStatus.IN_PROGRESS)
    await client.hang_up(sid)
    await centre.wait_for(STATUS)
    with pytest.raises(NotInProgress):
        await client.hang_up(sid)
    found = await client.call(sid)
    assert found is not None
    assert found.status is CallStatus.COMPLETED
    assert found.duration_s == 0


async def test_inline_documents_with_relative_urls_are_refused(
    centre: Centre, sandbox: Sandbox, client: CarrierClient
) -> None:
    """twilio.com/docs/api/errors/15004; 4000 characters at most."""
    centre.answers[VOICE] = doc('<Pause length="20"/>')
    sid = await sandbox.call()
    await _until_rest_says(client, sid, CallStatus.IN_PROGRESS)
    with pytest.raises(CarrierRefused, match="15004"):
        await client.redirect(sid, twiml=doc("<Redirect>/wait</Redirect>"))
    with pytest.raises(ValueError, match="4000"):
        await client.redirect(sid, twiml=doc(f"<Say>{'x' * 4000}</Say>"))


async def test_an_unknown_call_is_none_or_not_found(client: CarrierClient) -> None:
    """twilio.com/docs/api/errors/20404."""
    assert await client.call("CA" + "0" * 32) is None
    with pytest.raises(NotFound):
        await client.hang_up("CA" + "0" * 32)


async def test_hanging_up_while_ringing_reports_no_answer(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/api/call-resource: no-answer, the call ended unanswered."""
    held = asyncio.Event()

    async def slow(_: dict[str, str]) -> str:
        await held.wait()
        return doc("")

    centre.answers[VOICE] = slow
    sid = await sandbox.call()
    await centre.wait_for(VOICE)
    await sandbox.hang_up(sid)
    assert (await centre.wait_for(STATUS)).form["CallStatus"] == "no-answer"
    held.set()


async def _until_rest_says(client: CarrierClient, sid: str, status: CallStatus) -> None:
    async with asyncio.timeout(60):
        while True:
            found = await client.call(sid)
            if found is not None and found.status is status:
                return
            await asyncio.sleep(0.02)
