"""The carrier's Dial with a whisper, and Record: what the number outside and voicemail rest on."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import BasicAuth

from channels.sandbox import audio
from channels.twilio import twiml
from tests.contract.centre import Centre
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE = "/twilio/voice"
NIGHT = "+12065550151"


def dialling(centre: Centre, **more: int) -> str:
    """The caller goes to NIGHT, who hears words first and has to press a key within a second."""
    centre.answers["/whisper"] = twiml.whisper(
        [twiml.Words("Go")], f"{centre.url}/ack", timeout_s=1
    )
    return twiml.dial_out(
        NIGHT,
        caller_id="+12065550100",
        action_url=f"{centre.url}/dialled",
        whisper_url=f"{centre.url}/whisper",
        **more,
    )


async def test_who_presses_the_key_is_joined(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/number: `url` runs at the called party's end before the two are
    connected; twilio.com/docs/voice/twiml/dial: answerOnBridge, action, DialBridged."""
    await sandbox.person(NIGHT, talk="tone", hz=500, ring_ms=10, keys=["1"], key_delay_ms=20)
    centre.answers[VOICE] = dialling(centre)
    sid = await sandbox.call(talk="tone", hz=900)
    ack = await centre.wait_for("/ack")
    assert ack.genuine
    assert ack.form["Digits"] == "1"
    assert ack.form["ParentCallSid"] == sid
    assert (ack.form["To"], ack.form["Direction"]) == (NIGHT, "outbound-dial")
    await sandbox.wait_for(sid, "dial.bridged")
    child = ack.form["CallSid"]
    async with asyncio.timeout(60):
        while (await sandbox.look(sid, 0.2))["heard"]["hz"] != pytest.approx(500, abs=5):
            await asyncio.sleep(0.05)
    await sandbox.hang_up(child)
    done = await centre.wait_for("/dialled")
    assert (done.form["DialCallSid"], done.form["DialBridged"]) == (child, "true")


async def test_who_presses_nothing_is_never_joined(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/number: <Gather> and <Hangup> let the called party decline. A
    machine that talks presses nothing. DialCallStatus alone would not tell it from a talk."""
    await sandbox.person(NIGHT, talk="tone", hz=500, ring_ms=10)
    centre.answers[VOICE] = dialling(centre)
    sid = await sandbox.call(talk="tone", hz=900)
    done = await centre.wait_for("/dialled")
    assert done.form["DialBridged"] == "false"
    assert "dial.bridged" not in [e["event"] for e in (await sandbox.look(sid))["timeline"]]


async def test_a_talk_ends_at_its_limit(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/dial: timeLimit."""
    await sandbox.person(NIGHT, talk="tone", hz=500, ring_ms=10, keys=["1"], key_delay_ms=20)
    centre.answers[VOICE] = dialling(centre, limit_s=1)
    await sandbox.call(talk="tone", hz=900)
    assert (await centre.wait_for("/dialled")).form["DialCallStatus"] == "completed"


async def test_caller_who_hangs_up_ends_the_second_leg(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/dial: either party's hang-up ends the Dial."""
    await sandbox.person(NIGHT, ring_ms=10, keys=["1"], key_delay_ms=20)
    centre.answers[VOICE] = dialling(centre)
    sid = await sandbox.call(talk="tone", hz=900)
    child = (await centre.wait_for("/ack")).form["CallSid"]
    await sandbox.hang_up(sid)
    await sandbox.wait_for(child, "call.ended")


def recording(centre: Centre, seconds: int = 30) -> str:
    return twiml.voicemail(
        [twiml.Words("Go")], f"{centre.url}/done", f"{centre.url}/recording", limit_s=seconds
    )


async def test_a_message_is_kept_and_can_be_fetched(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/record: action with RecordingUrl and RecordingDuration;
    recordingStatusCallback; the file under the Recordings resource, with authentication."""
    centre.answers[VOICE] = recording(centre, 1)
    sid = await sandbox.call(talk="tone", hz=900)
    done, told = await centre.wait_for("/done"), await centre.wait_for("/recording")
    assert told.genuine
    assert told.form["CallSid"] == sid
    assert told.form["RecordingStatus"] == "completed"
    assert told.form["RecordingSid"] == done.form["RecordingSid"]
    assert re.fullmatch(r"RE[0-9a-f]{32}", told.form["RecordingSid"])
    assert done.form["RecordingDuration"] == "1"
    url = f"{told.form['RecordingUrl']}.wav"
    async with sandbox.session.get(url) as answer:
        assert answer.status == 401
    async with sandbox.session.get(url, auth=BasicAuth(ACCOUNT_SID, AUTH_TOKEN)) as answer:
        sound = audio.read_wav(await answer.read())
    assert audio.main_hz(sound) == pytest.approx(900, abs=5)


async def test_hanging_up_keeps_the_message(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/record: Digits is 'hangup' when the caller hung up."""
    centre.answers[VOICE] = recording(centre)
    await sandbox.call(talk="tone", hz=900, hang_up_at="record", hang_up_delay_ms=400)
    assert (await centre.wait_for("/done")).form["Digits"] == "hangup"
    await centre.wait_for("/recording")


async def test_silence_is_no_message(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/record: an empty recording asks no action; the next verb runs."""
    centre.answers[VOICE] = recording(centre, 1)
    await sandbox.call(talk="silence")
    assert "RecordingSid" not in (await centre.wait_for("/done")).form
    assert not centre.requests("/recording")
