"""A media stream from its upgrade to each of its endings."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from channels.sandbox import audio
from channels.sandbox.stamps import StampReader, stamp
from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.forms import CallStatus
from tests.contract.centre import Centre, Stream
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE = "/twilio/voice"
RESUME = "/twilio/voice/resume"
STREAM_STATUS = "/stream-status"


def connect(centre: Centre, name: str = "s", **params: str) -> str:
    return twiml.connect_stream(
        centre.stream_url(name), centre.url + RESUME, centre.url + STREAM_STATUS, params
    )


def payload(ulaw: bytes) -> str:
    return base64.b64encode(ulaw).decode()


async def wait_closed(stream: Stream) -> list[dict[str, Any]]:
    """Read until the carrier closes; the messages that came."""
    async with asyncio.timeout(60):
        async for message in stream.ws:
            stream.messages.append(message.json())
    return stream.messages


async def test_upgrade_is_signed_and_messages_have_the_documented_shape(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages: numbers travel as strings."""
    done = asyncio.Event()
    seen: list[Stream] = []

    async def serve(stream: Stream) -> None:
        seen.append(stream)
        first = await stream.next("connected", skip=False)
        assert first == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        start = await stream.next("start", skip=False)
        assert start["sequenceNumber"] == "1"
        assert start["streamSid"] == start["start"]["streamSid"]
        assert start["start"]["customParameters"] == {"contact": "c1", "mac": "x&<y"}
        assert start["start"]["tracks"] == ["inbound"]
        assert start["start"]["mediaFormat"] == {
            "encoding": "audio/x-mulaw",
            "sampleRate": 8000,
            "channels": 1,
        }
        for n in range(3):
            media = await stream.next("media", skip=False)
            assert media["media"]["track"] == "inbound"
            assert media["media"]["chunk"] == str(n + 1)
            assert media["media"]["timestamp"] == str(n * 20)
            assert media["sequenceNumber"] == str(n + 2)
            assert len(base64.b64decode(media["media"]["payload"])) == 160
        done.set()
        await wait_closed(stream)

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre, contact="c1", mac="x&<y")
    sid = await sandbox.call()
    async with asyncio.timeout(60):
        await done.wait()
    assert seen[0].genuine
    started = await centre.wait_for(STREAM_STATUS)
    assert (started.form["StreamEvent"], started.form["CallSid"]) == ("stream-started", sid)
    assert started.genuine


async def test_the_query_of_a_stream_url_is_dropped(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/twiml/stream#attributes-url: no query strings."""
    paths: list[str] = []

    async def serve(stream: Stream) -> None:
        paths.append(stream.path_qs)

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre).replace("/stream/s", "/stream/s?a=1")
    await sandbox.call()
    await centre.wait_for(RESUME)
    assert paths == ["/stream/s"]


async def test_audio_marks_and_clear(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages#mark-message, #clear-message."""
    order: list[str] = []

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        await stream.send("media", payload=payload(audio.tone(600, 200)))
        await stream.send("mark", name="first")
        order.append((await stream.next("mark"))["mark"]["name"])
        at = next(i for i, m in enumerate(stream.messages) if m["event"] == "start")
        media = [m for m in stream.messages[at:] if m["event"] == "media"]
        assert 9 <= len(media) <= 14, "the mark came when 200 ms had been played"
        await stream.send("media", payload=payload(audio.tone(600, 5000)))
        await stream.send("mark", name="second")
        await stream.send("mark", name="third")
        await stream.send("clear")
        order.append((await stream.next("mark"))["mark"]["name"])
        order.append((await stream.next("mark"))["mark"]["name"])

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    await centre.wait_for(RESUME)
    assert order == ["first", "second", "third"]
    call = await sandbox.look(sid)
    cleared = next(e for e in call["timeline"] if e["event"] == "stream.cleared")
    assert cleared["dropped_ms"] > 4000


async def test_a_tone_each_way_at_its_frequency(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages#media-message: audio/x-mulaw, 8000."""
    heard = bytearray()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        await stream.send("media", payload=payload(audio.tone(523, 1000)))
        while len(heard) < 4000:
            media = await stream.next("media")
            heard.extend(base64.b64decode(media["media"]["payload"]))

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call(talk="tone", hz=440)
    await centre.wait_for(RESUME)
    assert audio.main_hz(bytes(heard)) == pytest.approx(440, abs=2)
    assert (await sandbox.look(sid, 0.3))["heard"]["hz"] == pytest.approx(523, abs=3)


async def test_stamps_measure_loss_and_latency_both_ways(centre: Centre, sandbox: Sandbox) -> None:
    """ITU-T G.711 pass-through is bit-exact, so a frame can carry its number and time."""
    reader = StampReader()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        for n in range(40):
            media = await stream.next("media")
            reader.feed(base64.b64decode(media["media"]["payload"]))
            if n not in (10, 11):
                await stream.send("media", payload=payload(stamp(n)))
        await stream.send("mark", name="end")
        await stream.next("mark")  # all of it was played, however busy the machine is

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call(talk="stamps")
    await centre.wait_for(RESUME)
    up = reader.report()
    assert (up.lost, up.changed) == (0, 0)
    assert up.received >= 39
    assert up.latency_p50_ms is not None
    assert up.latency_p50_ms < 50
    down = (await sandbox.look(sid))["heard"]["stamps"]
    assert (down["received"], down["lost"], down["changed"]) == (38, 2, 0)
    assert down["latency_p99_ms"] < 200


async def test_keys_arrive_as_dtmf(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages#dtmf-message."""
    keys: list[dict[str, Any]] = []

    async def serve(stream: Stream) -> None:
        start = await stream.next("start")
        await sandbox.press(start["start"]["callSid"], "5#")
        keys.append((await stream.next("dtmf"))["dtmf"])
        keys.append((await stream.next("dtmf"))["dtmf"])

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    await sandbox.call()
    await centre.wait_for(RESUME)
    assert keys == [
        {"track": "inbound_track", "digit": "5"},
        {"track": "inbound_track", "digit": "#"},
    ]


async def test_invalid_messages_are_ignored_with_one_warning(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/api/errors/31951: once per Stream; the stream goes on."""

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        await stream.ws.send_str("no json")
        await stream.ws.send_json({"event": "media", "stream_sid": stream.sid})
        await stream.send("media", payload="%%%")
        await stream.send("mark", name="alive")
        await stream.next("mark")

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    await centre.wait_for(RESUME)
    call = await sandbox.look(sid)
    assert [e["code"] for e in call["timeline"] if e["event"] == "stream.failed"] == [31951, 31921]
    errors = [s for s in centre.requests(STREAM_STATUS) if s.form["StreamEvent"] == "stream-error"]
    assert errors[0].form["StreamError"][:5] == "31951"


# -- the five endings --------------------------------------------------------------------------


async def idle(stream: Stream) -> None:
    """Stay until the carrier closes."""
    await stream.next("start")
    await wait_closed(stream)


async def leave(stream: Stream) -> None:
    """Close at once."""
    await stream.next("start")


async def die(stream: Stream) -> None:
    """Vanish without a closing handshake, as a killed process does."""
    await stream.next("start")
    transport = stream.ws._req.transport  # type: ignore[union-attr]
    assert transport is not None
    transport.abort()


@pytest.mark.parametrize(("how", "asked"), [("sent", 1), ("twice", 2), ("late", 1)])
@pytest.mark.parametrize(("ending", "serve"), [("closed", leave), ("lost", die)])
async def test_ended_by_us_the_action_is_asked(  # errors: docs/api/errors/31921, 31903
    centre: Centre, sandbox: Sandbox, ending: str, serve: Any, how: str, asked: int
) -> None:
    """twilio.com/docs/voice/twiml/connect#action; docs/voice/twiml/stream: ends with the socket."""
    centre.streams["s"] = serve
    await sandbox.fault(actions={ending: how}, action_late_ms=200)
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    request = await centre.wait_for(RESUME, n=asked)
    assert request.form["CallStatus"] == "in-progress"
    call = await sandbox.wait_for(sid, "completed")
    told = next(e for e in call["timeline"] if e["event"] == "stream.action")
    codes = [e["code"] for e in call["timeline"] if e["event"] == "stream.failed"]
    assert codes == [31921 if ending == "closed" else 31903]
    assert (told["ending"], told["how"]) == (ending, how)
    if how == "late":
        ended = next(e["ms"] for e in call["timeline"] if e["event"] == "stream.ended")
        sent = [e["ms"] for e in call["timeline"] if e["event"] == "webhook.sent"][-1]
        assert sent - ended >= 190


@pytest.mark.parametrize(("ending", "serve"), [("closed", leave), ("lost", die)])
async def test_with_the_action_missing_the_next_verb_runs(
    centre: Centre, sandbox: Sandbox, ending: str, serve: Any
) -> None:
    """twilio.com/docs/voice/twiml/connect: without action the document goes on."""
    centre.streams["s"] = serve
    await sandbox.fault(actions={ending: "missing"})
    centre.answers[VOICE] = connect(centre).replace(
        "</Connect>", f"</Connect><Redirect>{centre.url}/next</Redirect>"
    )
    await sandbox.call()
    await centre.wait_for("/next")
    assert not centre.requests(RESUME)


async def test_a_failed_handshake_runs_the_next_verb(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/31920."""
    centre.answers[VOICE] = connect(centre, "nobody").replace(
        "</Connect>", f"</Connect><Redirect>{centre.url}/next</Redirect>"
    )
    await sandbox.call()
    await centre.wait_for("/next")
    failed = await centre.wait_for(STREAM_STATUS)
    assert failed.form["StreamEvent"] == "stream-error"
    assert failed.form["StreamError"].startswith("31920")
    assert not centre.requests(RESUME)


async def test_a_failed_handshake_may_ask_the_action_too(centre: Centre, sandbox: Sandbox) -> None:
    """The vendor's pages leave it open: both are played."""
    await sandbox.fault(actions={"handshake": "sent"}, stream_refused=1)
    centre.answers[VOICE] = connect(centre)
    await sandbox.call()
    await centre.wait_for(RESUME)


@pytest.mark.parametrize("how", ["sent", "missing", "twice", "late"])
async def test_redirected_by_rest_the_stream_gets_stop_and_the_target_runs(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, how: str
) -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages#stop-message and
    docs/voice/api/call-resource#update-a-call-resource."""
    stops: list[dict[str, Any]] = []
    closed = asyncio.Event()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        stops.extend(m for m in await wait_closed(stream) if m["event"] == "stop")
        closed.set()

    centre.streams["s"] = serve
    await sandbox.fault(actions={"redirect": how}, action_late_ms=150)
    centre.answers[VOICE] = connect(centre)
    centre.answers["/target"] = '<Response><Pause length="20"/></Response>'
    sid = await sandbox.call()
    await sandbox.wait_for(sid, "stream.started")
    await until_in_progress(client, sid)
    await client.redirect(sid, url=f"{centre.url}/target")
    await centre.wait_for("/target")
    async with asyncio.timeout(60):
        await closed.wait()
    assert [s["stop"] for s in stops] == [{"accountSid": sandbox.account_sid, "callSid": sid}]
    expected = {"sent": 1, "missing": 0, "twice": 2, "late": 1}[how]
    if expected:
        await centre.wait_for(RESUME, n=expected)
    paths = [s.path for s in centre.seen if s.path in (RESUME, "/target")]
    assert paths.count(RESUME) == expected
    if how == "sent":
        assert paths == [RESUME, "/target"]
    if how == "late":
        assert paths == ["/target", RESUME]


@pytest.mark.parametrize("how", ["missing", "sent", "twice", "late"])
async def test_the_caller_hangs_up_in_a_stream(centre: Centre, sandbox: Sandbox, how: str) -> None:
    """twilio.com/docs/voice/twiml/stream: it stops with the call; action is not promised."""
    centre.streams["s"] = idle
    await sandbox.fault(actions={"hangup": how}, action_late_ms=100)
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call(hang_up_at="stream", hang_up_delay_ms=50)
    await centre.wait_for("/twilio/voice/status")
    expected = {"sent": 1, "missing": 0, "twice": 2, "late": 1}[how]
    for n in range(expected):
        request = await centre.wait_for(RESUME, n=n + 1)
        assert request.form["CallStatus"] == "completed"
    call = await sandbox.wait_for(sid, "completed")
    assert call["streaming"] is False
    assert len(centre.requests(RESUME)) == expected


async def test_the_carrier_itself_may_lose_the_stream(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/31924; the vendor does not reconnect a dropped stream."""
    ended = asyncio.Event()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        await wait_closed(stream)
        ended.set()

    centre.streams["s"] = serve
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    await sandbox.wait_for(sid, "stream.started")
    await sandbox.drop_stream(sid)
    await centre.wait_for(RESUME)
    async with asyncio.timeout(60):
        await ended.wait()


async def until_in_progress(client: CarrierClient, sid: str) -> None:
    async with asyncio.timeout(60):
        while True:
            found = await client.call(sid)
            if found is not None and found.status is CallStatus.IN_PROGRESS:
                return
            await asyncio.sleep(0.02)
