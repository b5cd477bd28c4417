"""The carrier's ills on demand: late and repeated webhooks, early ends, broken and slow streams."""

from __future__ import annotations

import asyncio
import json

import pytest

from channels.sandbox.faults import Actions, Faults
from channels.sandbox.playout import Playout
from channels.twilio import twiml
from channels.twilio.client import CarrierClient, Credentials
from tests.contract.centre import Centre, Stream
from tests.contract.test_streams import RESUME, connect, idle, wait_closed
from tests.kit.sandbox import Sandbox, SandboxError, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE = "/twilio/voice"
STATUS = "/twilio/voice/status"


async def test_a_webhook_may_come_twice(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/usage/webhooks/webhooks-connection-overrides: retries repeat a request."""
    await sandbox.fault(webhook_twice=1)
    sid = await sandbox.call()
    await centre.wait_for(VOICE, n=2)
    assert {s.form["CallSid"] for s in centre.requests(VOICE)} == {sid}
    assert all(s.genuine for s in centre.requests(VOICE))


async def test_a_webhook_may_come_late(centre: Centre, sandbox: Sandbox) -> None:
    """The network between carrier and centre has its own pace."""
    await sandbox.fault(webhook_delay_ms=150)
    sid = await sandbox.call()
    await centre.wait_for(VOICE)
    sent = next(e for e in (await sandbox.look(sid))["timeline"] if e["event"] == "webhook.sent")
    assert sent["ms"] >= 145


async def test_an_answer_may_be_lost(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/11205: the request has arrived, and the fallback is asked."""
    await sandbox.fault(webhook_unanswered=1)
    sid = await sandbox.call()
    seen = await centre.wait_for("/twilio/voice/fallback")
    assert (seen.form["CallSid"], seen.form["ErrorCode"]) == (sid, "11205")
    assert len(centre.requests(VOICE)) == 1


async def test_the_end_may_be_reported_together_with_the_first_webhook(
    centre: Centre, sandbox: Sandbox
) -> None:
    """Status callbacks are not ordered against other webhooks: a tombstone is needed."""
    await sandbox.fault(status_early=1)
    sid = await sandbox.call()
    end = await centre.wait_for(STATUS)
    await centre.wait_for(VOICE)
    assert (end.form["CallSid"], end.form["CallStatus"]) == (sid, "no-answer")


async def test_the_end_may_never_be_reported(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/voice/api/call-resource#statuscallback: not retried."""
    await sandbox.fault(status_missing=1)
    sid = await sandbox.call()
    await sandbox.wait_for(sid, "status.withheld")
    assert not centre.requests(STATUS)


async def test_a_stream_breaks_off_by_itself(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/api/errors/31903."""
    centre.streams["s"] = idle
    await sandbox.fault(stream_drop=1, stream_drop_after_ms=100)
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    await centre.wait_for(RESUME)
    call = await sandbox.look(sid)
    assert [e["code"] for e in call["timeline"] if e["event"] == "stream.failed"] == [31903]


async def test_stop_may_be_missing(centre: Centre, sandbox: Sandbox) -> None:
    """Seen in the field: the socket just closes."""
    got: list[str] = []
    closed = asyncio.Event()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        got.extend(m["event"] for m in await wait_closed(stream))
        closed.set()

    centre.streams["s"] = serve
    await sandbox.fault(stop_missing=1)
    centre.answers[VOICE] = connect(centre)
    await sandbox.call(hang_up_at="stream", hang_up_delay_ms=60)
    async with asyncio.timeout(60):
        await closed.wait()
    assert got
    assert "stop" not in got


async def test_the_start_delay_can_be_set_and_is_never_zero(
    centre: Centre, sandbox: Sandbox
) -> None:
    """One report: 0.4 s from served TwiML to the open stream."""
    centre.streams["s"] = idle
    await sandbox.fault(stream_start_ms=[200, 200])
    centre.answers[VOICE] = connect(centre)
    sid = await sandbox.call()
    call = await sandbox.wait_for(sid, "stream.started")
    moments = {e["event"]: e["ms"] for e in call["timeline"]}
    assert moments["stream.started"] - moments["call.answered"] >= 195


async def test_audio_split_in_any_sizes_is_played_in_order() -> None:
    """twilio.com/docs/voice/media-streams/websocket-messages#send-a-media-message: any size."""
    playout = Playout()
    sound = bytes(range(256)) * 3
    for part in (sound[:7], sound[7:500], sound[500:]):
        playout.add(part)
    playout.mark("end")
    played = bytearray()
    marks: list[str] = []
    for _ in range(7):
        reached, frame = playout.tick()
        marks += reached
        played += frame or b""
    assert bytes(played[:768]) == sound
    assert set(played[768:]) == {0xFF}
    assert marks == ["end"]
    assert playout.tick() == ([], None)


async def test_clear_gives_back_every_pending_mark() -> None:
    """#clear-message: an echo after clear does not mean "played"."""
    playout = Playout()
    playout.add(b"\x00" * 170)
    playout.mark("a")
    playout.add(b"\x00" * 1600)
    playout.mark("b")
    playout.tick()
    playout.tick()
    assert playout.clear() == ["a", "b"]
    assert playout.backlog_ms == 0


async def test_unknown_faults_are_refused(sandbox: Sandbox) -> None:
    """A misspelt fault would be a test that cannot fail."""
    for wrong in ({"webhook_twise": 1}, {"actions": {"closed": "maybe"}}, {"rest_429": "many"}):
        with pytest.raises(SandboxError, match="400"):
            await sandbox.fault(**wrong)
    with pytest.raises(ValueError, match="closed"):
        Actions(closed="maybe")
    table = Faults(rest_429=2)
    assert [table.take("rest_429") for _ in range(3)] == [True, True, False]


async def test_waiting_in_vain_says_what_did_come(centre: Centre, sandbox: Sandbox) -> None:
    """A test that waits for too much should read like a report."""
    centre.answers[VOICE] = twiml.pause_and_redirect(60, f"{centre.url}/x")
    sid = await sandbox.call()
    with pytest.raises(SandboxError, match=r"408.*call\.answered") as failed:
        await sandbox.wait_for(sid, "stream.started", timeout_s=0.3)
    body = json.loads(str(failed.value).split("408 ", 1)[1])
    assert body["status"] == "in-progress"
    async with asyncio.timeout(60):
        await sandbox.hang_up(sid)
        await centre.wait_for(STATUS)


async def test_dialled_calls_queue_at_the_accounts_rate(centre: Centre) -> None:
    """twilio.com/docs/voice/api/call-resource: calls per second, one by default."""
    async with running_sandbox(centre.url, "--calls-per-second", "4") as slow:
        client = CarrierClient(
            Credentials(slow.account_sid, slow.auth_token, base_url=slow.base_url)
        )
        try:
            sids = [
                (await client.dial(f"+1206555016{n}", slow.numbers[0], twiml=twiml.empty())).sid
                for n in range(3)
            ]
        finally:
            await client.close()
        rang = []
        for sid in sids:
            call = await slow.wait_for(sid, "call.ringing")
            rang.append(next(e["ms"] for e in call["timeline"] if e["event"] == "call.ringing"))
    assert rang[0] < 200
    assert rang[2] > 400


@pytest.mark.parametrize("ticks", [0, 1, 2])
async def test_a_clear_gives_back_every_mark_that_was_not_told(ticks: int) -> None:
    """Also one whose sound has just been played and that the next step would tell."""
    playout, told = Playout(), list[str]()
    playout.add(b"\x11" * 160)
    playout.mark("first")
    playout.add(b"\x11" * 160)
    playout.mark("second")
    for _ in range(ticks):
        told += playout.tick()[0]
    assert told + playout.clear() == ["first", "second"]
    assert (playout.backlog_ms, playout.tick()) == (0, ([], None))
