"""The carrier stream endpoint, spoken to over a real socket by the `websockets` client."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import websockets
from structlog.testing import capture_logs
from websockets.frames import Frame, Opcode

from channels.twilio import stream as wire
from channels.voice import straight, token
from channels.voice.backlog import Backlog
from channels.voice.leg import QUIET_ABOVE_MS, CarrierLeg
from tests.media import carrier
from tests.media.carrier import (
    KEY,
    NOW_MS,
    Owner,
    call,
    connected,
    media,
    mint,
    read,
    served,
    start,
)
from tests.media.wrong_frames import mutate

LOUD = b"\x80" * 160
QUIET = b"\xff" * 160


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest_asyncio.fixture(params=["straight", "in turn"])
async def url(
    owner: Owner, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """Both ways of a message between the socket and its leg."""
    monkeypatch.setattr(straight, "POSSIBLE", request.param == "straight")
    async with served(owner) as url:
        yield url


async def closed_within(ws: websockets.ClientConnection, seconds: float) -> int:
    began = time.perf_counter()
    async with asyncio.timeout(60):
        await ws.wait_closed()
    assert time.perf_counter() - began < seconds
    return ws.close_code or 0


async def test_audio_goes_both_ways_untouched_with_timestamps_in_samples(
    owner: Owner, url: str
) -> None:
    ws = await call(url)
    await owner.until(lambda: "c" in owner.legs)
    leg = owner.legs["c"]
    came: list[tuple[bytes, int]] = []
    leg.listen(lambda payload, stamp: (came.append((payload, stamp)), owner.changed.set()))
    await ws.send(media(LOUD, 0))
    await ws.send(media(bytes(range(160)), 3))
    await owner.until(lambda: len(came) == 2)
    assert came == [(LOUD, 0), (bytes(range(160)), 480)]
    leg.send(bytes(range(160)), 0)
    out = await read(ws)
    assert (out["event"], out["streamSid"]) == ("media", "MZc")
    assert base64.b64decode(out["media"]["payload"]) == bytes(range(160))
    await ws.send(json.dumps({"event": "dtmf", "streamSid": "MZc", "dtmf": {"digit": "7"}}))
    await owner.until(lambda: owner.digits)
    assert owner.digits == [("c", "7")]
    await ws.send(json.dumps({"event": "stop", "streamSid": "MZc", "stop": {"callSid": "CA1"}}))
    await owner.until(lambda: owner.ends)
    assert owner.ends == [("c", 1, "stopped by the carrier")]
    assert leg.closed
    await closed_within(ws, 1)


async def test_sound_passes_no_queue_and_no_task() -> None:
    """When this fails, aiohttp moved: read the INTERNALS of channels/voice/straight.py against it.
    Everything still goes, at thrice the cost."""
    assert straight.POSSIBLE
    owner = Owner()
    async with served(owner) as url:
        ws = await call(url)
        await owner.until(lambda: "c" in owner.legs)
        leg = owner.legs["c"]
        tasks: list[object] = []
        leg.listen(lambda *_: (tasks.append(asyncio.current_task()), owner.changed.set()))
        await ws.send(media(LOUD, 0))
        await owner.until(lambda: tasks)
        assert tasks == [None]
        leg.send(LOUD, 0)
        assert not leg._queue
        assert (await read(ws))["event"] == "media"
        await ws.close()


async def test_a_frame_that_its_listener_cannot_take_costs_that_frame(
    owner: Owner, url: str
) -> None:
    ws = await call(url)
    await owner.until(lambda: "c" in owner.legs)
    came: list[int] = []

    def sink(_payload: bytes, stamp: int) -> None:
        if stamp == 160:
            raise ZeroDivisionError
        came.append(stamp)
        owner.changed.set()

    owner.legs["c"].listen(sink)
    with capture_logs() as logs:
        for at in range(3):
            await ws.send(media(LOUD, at))
        await owner.until(lambda: len(came) == 2)
    assert came == [0, 320]
    assert [entry["event"] for entry in logs] == ["stream.frame_lost"]
    await ws.close()


async def test_what_a_slow_carrier_has_not_taken_waits_in_its_turn() -> None:
    page = Page()
    page.takes = False
    for number in range(5):
        page.leg.send(bytes((0x80 | number,)) * 160, 0)
    page.takes = True
    page.leg.send(b"\x8f" * 160, 0)  # behind the others, though it could go
    assert page.written == []
    await page.passes()
    sounds = [base64.b64decode(json.loads(text)["media"]["payload"])[0] for text in page.written]
    assert sounds == [0x80, 0x81, 0x82, 0x83, 0x84, 0x8F]


async def send_until_closed(ws: websockets.ClientConnection, frames: list[str | bytes]) -> None:
    try:
        for frame in frames:
            await ws.send(frame)
    except websockets.ConnectionClosed:
        return
    await closed_within(ws, 0.5)


@pytest.mark.parametrize(
    ("given", "epoch", "why"),
    [
        ("", 1, "no token"),
        ("0.abc", 1, "wrong"),
        ("é.ü", 1, "not ascii"),
        (mint(life_ms=-1), 1, "late"),
        (mint(life_ms=61_000), 1, "living too long"),
        (mint(call="CA2"), 1, "of another call"),
        (mint(contact="d"), 1, "of another contact"),
        (mint(epoch=1), 2, "of another epoch"),
        (mint().replace(".", "0."), 1, "with its expiry moved"),
    ],
)
async def test_a_token_that_is_not_right_closes_within_100_ms(
    owner: Owner, url: str, given: str, epoch: int, why: str
) -> None:
    good = await call(url, "other")
    await owner.until(lambda: "other" in owner.legs)
    with capture_logs() as logs:
        ws = await websockets.connect(url, compression=None)
        await ws.send(connected())
        await ws.send(start("c", epoch, given=given))
        assert await closed_within(ws, 0.1) == 1008, why
    assert [entry["event"] for entry in logs] == ["stream.refused"]
    assert (given or "no token") not in str(logs) or not given
    assert "c" not in owner.legs
    owner.legs["other"].send(LOUD, 0)
    assert (await read(good))["event"] == "media"
    await good.close()


async def test_an_older_epoch_is_closed_and_the_newer_stream_lives(owner: Owner, url: str) -> None:
    newer = await call(url, epoch=2)
    await owner.until(lambda: "c" in owner.legs)
    older = await call(url, epoch=1)
    assert await closed_within(older, 0.1) == 1008
    owner.legs["c"].send(LOUD, 0)
    assert (await read(newer))["event"] == "media"
    assert owner.ends == []
    await newer.close()
    await owner.until(lambda: owner.ends)
    assert owner.ends == [("c", 2, "the carrier closed the socket")]


@pytest.mark.parametrize(
    "frames",
    [
        ["garbage"],
        [b"binary"],
        ["[]"],
        ["{}"],
        [start()],
        [connected(), connected()],
        [connected(), media(LOUD, 0)],
        [connected(), '{"event":"start"}'],
        ["x" * 10_000_000],
        ["[" * 60_000],
    ],
    ids=["text", "binary", "array", "empty", "start first", "twice", "media first", "no part",
         "10 MB", "deep"],
)  # fmt: skip
async def test_nonsense_before_start_closes_only_that_stream_with_one_line(
    owner: Owner, url: str, frames: list[str | bytes]
) -> None:
    good = await call(url, "other")
    await owner.until(lambda: "other" in owner.legs)
    with capture_logs() as logs:
        ws = await websockets.connect(url, compression=None)
        await send_until_closed(ws, frames)
        await asyncio.sleep(0)
    assert [entry["event"] for entry in logs] == ["stream.refused"]
    owner.legs["other"].send(LOUD, 0)
    assert (await read(good))["event"] == "media"
    await good.close()


@pytest.mark.parametrize(
    "frame",
    ["garbage", b"binary", "x" * 10_000_000, connected(), start(),
     '{"event":"media","media":{"payload":"%%%"}}', '{"event":"mark"}'],
    ids=["text", "binary", "10 MB", "connected", "start", "base64", "no part"],
)  # fmt: skip
async def test_nonsense_after_start_ends_the_leg_with_its_cause(
    owner: Owner, url: str, frame: str | bytes
) -> None:
    ws = await call(url)
    await owner.until(lambda: "c" in owner.legs)
    await send_until_closed(ws, [frame])
    await owner.until(lambda: owner.ends)
    assert owner.ends[0][2].startswith("protocol: ")
    assert owner.legs["c"].closed


async def test_unknown_fields_and_events_are_passed_over(owner: Owner, url: str) -> None:
    ws = await call(url)
    await ws.send('{"event":"weather","streamSid":"MZc","weather":{"sun":true},"new":[1]}')
    await ws.send('{"event":"dtmf","dtmf":{"digit":"1","track":"inbound_track"},"x":null}')
    await owner.until(lambda: owner.digits)
    assert owner.ends == []
    await ws.close()


async def test_no_start_in_time_closes_the_stream(owner: Owner) -> None:
    async with served(owner, first_frame_s=0.05) as url:
        silent = await websockets.connect(url, compression=None)
        assert await closed_within(silent, 0.5) == 1008
        dripping = await websockets.connect(url, compression=None)
        await dripping.send(connected())
        assert await closed_within(dripping, 0.5) == 1008


async def test_an_upgrade_with_a_bad_signature_gets_403(owner: Owner) -> None:
    async with served(owner, authorise=lambda _request: False) as url:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url)
        assert refused.value.response.status_code == 403


async def test_interrupt_sends_clear_after_what_was_sent_and_forgets_what_was_not(
    owner: Owner, url: str
) -> None:
    ws = await call(url)
    await owner.until(lambda: "c" in owner.legs)
    leg = owner.legs["c"]
    leg.send(b"\x80" * 16000, 0)
    assert len((await read(ws))["media"]["payload"]) > 20_000
    assert leg.backlog_ms == pytest.approx(2000, abs=100)
    leg.send(b"\x81" * 16000, 0)
    leg.interrupt()
    leg.send(LOUD, 0)
    assert (await read(ws))["event"] == "clear"
    assert base64.b64decode((await read(ws))["media"]["payload"]) == LOUD
    assert leg.backlog_ms <= 20
    await ws.close()


class Page:
    """A browser's frames on their way to a carrier that plays in real time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.written: list[bytes] = []
        self.takes = True
        self.leg = CarrierLeg(self, "MZ1", "caller", lambda: self.now)

    def write_now(self, text: bytes) -> bool:
        if self.takes:
            self.written.append(text)
        return self.takes

    async def write_text(self, text: bytes) -> None:
        self.written.append(text)

    async def close(self) -> None: ...

    async def passes(self, *frames: bytes) -> None:
        """20 ms in which these frames came."""
        for payload in frames:
            self.leg.send(payload, 0)
        while self.leg._queue:
            await self.leg._write_one(self.leg._queue.popleft())
        self.now += 0.02

    async def talks(self, seconds: float, *, quiet_every: int = 5) -> None:
        """One frame each 20 ms, some of them silent."""
        for number in range(round(seconds * 50)):
            await self.passes(LOUD if number % quiet_every else QUIET)


@pytest.mark.parametrize("stall_ms", [100, 200, 400])
async def test_a_page_that_stalls_and_bursts_loses_nothing_that_does_not_stand(
    stall_ms: int,
) -> None:
    page = Page()
    for _ in range(40):
        await page.talks(0.4)
        page.now += stall_ms / 1000
        await page.passes(*[LOUD] * (stall_ms // 20))
    sent = page.leg.frames_out + page.leg.frames_left_out
    assert page.leg.frames_left_out / sent <= 0.01
    assert page.leg.backlog_ms <= stall_ms + 1


async def test_a_backlog_that_stands_goes_with_silent_frames_first_and_above_250_ms_with_all() -> (
    None
):
    page = Page()
    await page.passes(*[LOUD] * 8)  # 140 ms are ahead from now on
    await page.talks(0.9)
    assert page.leg.frames_left_out == 0  # it may be a burst yet
    await page.talks(2.0)
    assert page.leg.backlog_ms <= 81
    assert page.leg.frames_left_out == 3
    await page.passes(*[LOUD] * 16)
    await page.talks(3.0, quiet_every=1_000)
    assert page.leg.backlog_ms <= 251
    assert page.leg.frames_left_out > 3


async def test_of_a_burst_beyond_a_second_the_rest_is_left_out_and_a_clip_never() -> None:
    page = Page()
    await page.talks(1.0)
    await page.passes(*[LOUD] * 100)
    assert page.leg.backlog_ms <= 1_020
    left_out = page.leg.frames_left_out
    assert left_out >= 49
    await page.passes(b"\x80" * 16000)
    assert page.leg.backlog_ms > 2_900
    assert page.leg.frames_left_out == left_out


async def test_a_page_that_gives_nothing_for_four_seconds_and_then_all_of_it_leaves_no_delay() -> (
    None
):
    page = Page()
    await page.talks(5.0)
    before = page.leg.standing_ms
    page.now += 4.0
    await page.passes(*[LOUD] * 200)
    await page.talks(3.0)
    assert page.leg.standing_ms <= before + QUIET_ABOVE_MS
    left_out = page.leg.frames_left_out
    await page.talks(3.0)
    assert page.leg.frames_left_out == left_out  # nothing is missing any more


async def test_a_carrier_that_takes_nothing_for_four_seconds_leaves_no_delay() -> None:
    page = Page()
    await page.talks(5.0)
    before = page.leg.standing_ms
    page.takes = False
    for number in range(200):
        page.leg.send(LOUD if number % 5 else QUIET, 0)
        page.now += 0.02
    assert page.leg.backlog_ms <= 1_020  # the oldest are left out
    page.takes = True
    await page.talks(3.0)
    assert page.leg.standing_ms <= before + QUIET_ABOVE_MS
    left_out = page.leg.frames_left_out
    await page.talks(3.0)
    assert page.leg.frames_left_out == left_out


def test_marks_correct_the_clock_when_the_carrier_stalls() -> None:
    backlog = Backlog()
    now = 100.0
    backlog.sent(20, now)
    first = backlog.mark(now)
    now += 0.08  # 20 ms of sound and 60 ms of network
    backlog.echoed(first, now)
    assert backlog.ms(now) == 0
    backlog.sent(20, now)
    second = backlog.mark(now)
    now += 0.38  # 300 ms more than the network needs: the carrier plays late
    backlog.echoed(second, now)
    assert backlog.ms(now) == pytest.approx(300)
    third = backlog.mark(now)
    backlog.cleared(now)
    backlog.echoed(third, now + 5)  # sent back by `clear`: not played
    assert backlog.ms(now) == 0


async def test_a_mark_is_sent_each_second_of_sound(owner: Owner, url: str) -> None:
    ws = await call(url)
    await owner.until(lambda: "c" in owner.legs)
    leg = owner.legs["c"]
    clock = [leg._now()]
    leg._now = lambda: clock[0]
    leg._marked_at = clock[0]
    for _ in range(60):
        clock[0] += 0.02
        leg.send(LOUD, 0)
        out = await read(ws)
        if out["event"] == "mark":
            break
    else:
        pytest.fail("no mark")
    assert clock[0] - leg._marked_at < 0.05
    await ws.close()


@pytest.mark.parametrize(
    "frames", [10_000, pytest.param(1_000_000, marks=pytest.mark.long)], ids=["some", "a million"]
)
def test_decoding_malformed_frames_raises_nothing_but_its_own_error(frames: int) -> None:
    rng = random.Random(20419)
    samples = [connected(), start(), media(LOUD, 1), '{"event":"mark","mark":{"name":"0-1"}}']
    refused = 0
    for _ in range(frames):
        try:
            text = mutate(rng, rng.choice(samples))
            often = wire.often(text if isinstance(text, bytes) else text.encode())
            message = wire.decode(text)
            if message.media is not None:
                payload = wire.audio(message.media)
                if often is not None and often.media is not None:  # both ways read the same
                    assert (often.media.payload, often.media.timestamp * 8) == payload
            else:
                assert often is None or often.mark == message.mark is not None
        except wire.StreamError:
            refused += 1
    assert refused > frames / 2


async def test_another_streams_audio_is_unharmed_by_10_000_malformed_frames() -> None:
    owner = Owner()
    async with served(owner) as url:
        await unharmed(owner, url)


async def unharmed(owner: Owner, url: str) -> None:
    rng = random.Random(7)
    good = await call(url, "other")
    await owner.until(lambda: "other" in owner.legs)
    leg = owner.legs["other"]
    waits: list[float] = []
    sent: dict[bytes, float] = {}
    leg.listen(lambda payload, _stamp: waits.append(time.perf_counter() - sent[payload[:4]]))
    done = asyncio.Event()

    async def talk() -> None:
        number = 0
        while not done.is_set():
            key = number.to_bytes(4, "big")
            sent[key] = time.perf_counter()
            await good.send(media(key + LOUD[4:], number))
            number += 1
            await asyncio.sleep(0.02)

    async def attack() -> None:
        bad = 0
        samples = [connected(), start("evil"), media(LOUD, 1)]
        # a quick machine is through with the bad ones before twenty good ones were due
        while bad < 10_000 or len(sent) < 50:
            ws = await websockets.connect(url, compression=None)
            try:
                await ws.send(connected())
                if rng.random() < 0.7:
                    await ws.send(start("evil"))
                for _ in range(200):
                    # half of them are still right, so that a stream lives on for a while
                    right = rng.random() < 0.5
                    await ws.send(media(LOUD, 1) if right else mutate(rng, rng.choice(samples)))
                    bad += not right
                    if rng.random() < 0.1:
                        await asyncio.sleep(0)  # the server and the good call live here too
            except websockets.ConnectionClosed:
                pass
            finally:
                ws.transport.abort()

    with capture_logs():
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(talk())
            await attack()
            done.set()
    assert len(sent) >= 50
    assert len(waits) >= len(sent) - 2
    assert sorted(waits)[int(len(waits) * 0.9)] < 0.05
    assert not leg.closed
    assert len(owner.ends) > 50
    await good.close()


def test_a_token_is_valid_for_exactly_one_thing() -> None:
    given = mint("c", 4, "CA9")
    right = {"call_sid": "CA9", "contact": "c", "epoch": 4, "now_ms": NOW_MS}
    assert token.valid(KEY, given, **right)
    assert not token.valid(b"x" * 32, given, **right)
    assert not token.valid(KEY, given, **{**right, "now_ms": NOW_MS + 30_000})
    assert not token.valid(KEY, given, **{**right, "contact": "c4", "epoch": 0})
    assert carrier.NOW_MS == NOW_MS


def deaf_to_pings(ws: websockets.ClientConnection) -> None:
    """As a carrier that does not answer pings (unknown of the real one: `doctor --call` tells)."""
    answering = ws.protocol.recv_frame

    def recv_frame(frame: Frame) -> None:
        if frame.opcode is not Opcode.PING:
            answering(frame)

    ws.protocol.recv_frame = recv_frame  # type: ignore[method-assign]


async def test_a_carrier_that_answers_no_pings_keeps_its_streams_while_sound_comes(
    owner: Owner,
) -> None:
    async with served(owner, heartbeat_s=0.3) as url:
        ws = await call(url)
        deaf_to_pings(ws)
        for n in range(100):  # 2 s: six pings are not answered
            await ws.send(media(LOUD, n))
            await asyncio.sleep(0.02)
        assert owner.ends == []
        assert ws.close_code is None
        await owner.until(lambda: owner.ends)  # no sound any more, no pong: it is dead
