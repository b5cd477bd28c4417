"""The contract with aiortc: pass-through both ways, liveness, and the insides we rest on."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator

import aiortc
import pytest
import pytest_asyncio
from aiortc import InvalidStateError, RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceGatherer
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from softphone import peer as peer_module
from softphone import sdp as sdp_tools
from softphone.incoming import Incoming
from softphone.peer import NO_RTP_S, AgentPeer, PassThroughReceiver, PassThroughTrack
from softphone.port import Ports
from softphone.sdp import OfferError
from softphone.timeline import Timeline
from tests.media.browser import Browser, connected, stamped


@pytest_asyncio.fixture(params=["our port", "a socket of its own"])
async def ports(request: pytest.FixtureRequest) -> AsyncIterator[Ports | None]:
    """Both ways of a packet between the browser and its leg."""
    if request.param != "our port":
        yield None
        return
    ports = Ports()
    yield ports
    ports.close()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    browser = Browser()
    yield browser
    await browser.pc.close()


async def test_stamped_frames_arrive_bit_exact_both_ways(
    browser: Browser, ports: Ports | None
) -> None:
    peer, answer = await AgentPeer.answer(
        await browser.offer(), page_host="localhost:8080", ports=ports
    )
    audio = next(line for line in answer.splitlines() if line.startswith("m=audio"))
    assert audio.split()[3:] == ["0"]
    candidates = [line for line in answer.splitlines() if line.startswith("a=candidate")]
    assert {line.split()[4] for line in candidates} == {"127.0.0.1"}
    await browser.take(answer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(peer.run())
        await connected(peer)
        came: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()
        peer.listen(lambda payload, timestamp: came.put_nowait((payload, timestamp)))
        first = None
        for number in range(20):
            browser.track.put(stamped(number), number * 160)
            peer.send(stamped(100 + number), 5000 + number * 160)
            async with asyncio.timeout(60):
                payload, _ = await came.get()
                back, timestamp = await browser.heard.get()
            assert (payload, back) == (stamped(number), stamped(100 + number))
            first = timestamp if first is None else first
            assert (timestamp - first) % 2**32 == number * 160
        assert peer.stats.frames_in == peer.stats.frames_out == 20
        assert (peer.stats.lost_in, peer.stats.late_in) == (0, 0)
        await peer.close("test ends")
    assert peer.closed


async def test_a_page_that_closes_is_lost_at_once_and_told_once(
    browser: Browser, ports: Ports | None
) -> None:
    told: list[str] = []
    peer, answer = await AgentPeer.answer(
        await browser.offer(), on_lost=lambda _peer, cause: told.append(cause), ports=ports
    )
    await browser.take(answer)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        ups: list[AgentPeer] = []
        peer.on_up = ups.append
        running = tasks.create_task(peer.run())
        await connected(peer)
        await browser.pc.close()
        assert await running == "the page closed its sound path"
    assert ups == [peer]
    assert told == ["the page closed its sound path"]
    assert peer.closed


async def test_no_packets_in_a_call_is_lost_within_a_second_and_a_half(
    browser: Browser, ports: Ports | None
) -> None:
    peer, answer = await AgentPeer.answer(await browser.offer(), ports=ports)
    await browser.take(answer)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        running = tasks.create_task(peer.run())
        await connected(peer)
        start = asyncio.get_running_loop().time()
        peer.listen(lambda _payload, _timestamp: None)
        assert f"{NO_RTP_S} s" in await running
        assert asyncio.get_running_loop().time() - start >= NO_RTP_S


async def test_an_idle_page_answers_pings_and_is_lost_when_it_stops(
    browser: Browser, ports: Ports | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_module, "PING_S", 0.05)
    peer, answer = await AgentPeer.answer(await browser.offer(), ports=ports)
    await browser.take(answer)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        running = tasks.create_task(peer.run())
        while peer.rtt_ms is None:
            await asyncio.sleep(0.01)
        browser.echo = False
        assert await running == "the browser does not answer"


async def test_a_path_that_never_comes_up_fails_with_words(
    browser: Browser, ports: Ports | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_module, "CONNECT_S", 0.1)
    peer, _answer = await AgentPeer.answer(await browser.offer(), ports=ports)
    async with asyncio.timeout(60):
        assert "HOLDFAST_MEDIA_ADDRESS" in await peer.run()


async def test_of_an_offer_that_comes_twice_the_answer_that_is_taken_carries_the_sound(
    browser: Browser, ports: Ports | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks again with the same words, or whose answer was lost on its way."""
    monkeypatch.setattr(peer_module, "CONNECT_S", 0.5)
    offer = await browser.offer()
    first, _unused = await AgentPeer.answer(offer, ports=ports)
    second, answer = await AgentPeer.answer(offer, ports=ports)
    await browser.take(answer)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        other = tasks.create_task(first.run())
        tasks.create_task(second.run())
        await connected(second)
        second.listen(lambda payload, _timestamp: came.put_nowait(payload))
        came: asyncio.Queue[bytes] = asyncio.Queue()
        browser.track.put(stamped(1), 160)
        assert await came.get() == stamped(1)
        assert "did not come up" in await other
        browser.track.put(stamped(2), 320)
        assert await came.get() == stamped(2)
        second.send(stamped(3), 0)
        assert (await browser.heard.get())[0] == stamped(3)
        await second.close("test ends")


async def test_a_browser_that_takes_two_answers_has_the_sound_of_the_first(
    browser: Browser, ports: Ports | None
) -> None:
    offer = await browser.offer()
    peer, answer = await AgentPeer.answer(offer, ports=ports)
    await browser.take(answer)
    with pytest.raises(InvalidStateError):
        await browser.take(answer)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        tasks.create_task(peer.run())
        await connected(peer)
        peer.send(stamped(1), 0)
        assert (await browser.heard.get())[0] == stamped(1)
        await peer.close("test ends")


@pytest.mark.parametrize("sdp", ["", "garbage", "v=0\r\nm=video 9 X 1\r\n", "m=audio 1\n" * 9])
async def test_an_offer_that_is_none_is_refused_with_words(sdp: str) -> None:
    with pytest.raises(OfferError):
        await AgentPeer.answer(sdp)


async def test_an_offer_whose_sound_has_no_transport_is_refused_with_words(
    browser: Browser, ports: Ports | None
) -> None:
    """Its audio section carries the name of the section after it."""
    offer = await browser.offer()
    lines = [line for line in offer.split("\r\n") if not line.startswith("m=application")]
    with pytest.raises(OfferError):
        await AgentPeer.answer("\r\n".join(lines), ports=ports)


async def test_an_offer_without_our_codec_is_refused(browser: Browser) -> None:
    offer = (await browser.offer()).replace("PCMU", "X-NONE").replace(" 0 8", " 8")
    with pytest.raises(OfferError):
        await AgentPeer.answer(offer)


def test_local_candidates_are_dropped_and_a_dummy_stands_in() -> None:
    offer = (
        "v=0\r\nm=audio 9 X 0\r\n"
        "a=candidate:1 1 udp 99 7a2c.local 5000 typ host\r\n"
        "a=candidate:2 1 tcp 99 10.0.0.1 9 typ host tcptype active\r\n"
        "m=application 9 X y\r\n"
    )
    lines = sdp_tools.reachable(offer, version=4).splitlines()
    assert [line for line in lines if "candidate" in line] == [
        "a=candidate:1 1 udp 1 192.0.2.1 9 typ host"
    ]
    assert lines.index("m=application 9 X y") == 3


@pytest.mark.parametrize(
    ("configured", "page", "address"),
    [
        ("203.0.113.7", "localhost", "203.0.113.7"),
        (None, "localhost:8080", "127.0.0.1"),
        (None, "192.0.2.9:80", "192.0.2.9"),
        (None, "[::1]:8080", "::1"),
        (None, None, "127.0.0.1"),
    ],
)
async def test_the_address_is_the_configured_one_else_the_pages(
    configured: str | None, page: str | None, address: str
) -> None:
    assert await sdp_tools.media_address(configured, page) == address


async def test_an_address_behind_nat_is_advertised_though_not_ours(
    browser: Browser, ports: Ports | None
) -> None:
    peer, answer = await AgentPeer.answer(
        await browser.offer(), media_address="203.0.113.7", ports=ports
    )
    assert {c.split()[4] for c in answer.splitlines() if c.startswith("a=candidate")} == {
        "203.0.113.7"
    }
    await peer.close("test ends")


async def test_the_queue_toward_the_browser_is_bounded_and_drops_the_oldest() -> None:
    track = PassThroughTrack()
    for number in range(25):
        track.put(stamped(number), number * 160)
    assert (len(track._frames), track.dropped) == (10, 15)
    assert bytes(await track.recv()) == stamped(15)


def test_the_timeline_keeps_gaps_and_goes_on_over_changes_of_source() -> None:
    line = Timeline()
    assert line.place(8000, 160, 1.0) == 0
    assert line.place(8160, 160, 1.02) == 160
    assert line.place(8480, 160, 1.06) == 480  # one frame missing: the gap stays
    assert line.place(0, 160, 1.56) == 4480  # another source, half a second later
    assert line.place(160, 160, 1.58) == 4640


def test_aiortc_inside_is_where_we_know_it() -> None:
    """When this fails, aiortc moved: read softphone/peer.py's INTERNALS against the new version."""
    assert aiortc.__version__.startswith("1.16.")
    source = inspect.getsource(RTCRtpReceiver)
    for name in peer_module.INTERNALS["receiver"]:
        assert f"self.{name}" in source, name
    handled = inspect.signature(RTCRtpReceiver._handle_rtp_packet).parameters
    assert list(handled) == ["self", "packet", "arrival_time_ms"]
    assert "_handle_rtp_packet(packet, arrival_time_ms=" in inspect.getsource(RTCDtlsTransport)
    assert hasattr(RTCDtlsTransport, "_register_rtp_receiver")
    connection = RTCIceGatherer(iceServers=[])._connection
    parameters = inspect.signature(connection.get_component_candidates).parameters
    assert list(parameters) == ["component", "addresses", "timeout"]
    assert "self.get_component_candidates(component=component, addresses=" in inspect.getsource(
        type(connection).gather_candidates
    )
    import aiortc.rtcpeerconnection as module

    assert module.RTCRtpReceiver is RTCRtpReceiver is not PassThroughReceiver
    assert "RTCRtpReceiver(kind, dtlsTransport)" in inspect.getsource(RTCPeerConnection)


def test_a_packet_that_was_overtaken_or_comes_twice_is_thrown_away() -> None:
    """There is no jitter buffer to put it in order: played late it would chop a word. A number far
    behind is a new beginning, and numbers go round (RFC 3550, 5.1)."""
    incoming = Incoming()

    def comes(*numbers: int, ssrc: int = 1) -> list[int]:
        return [number for number in numbers if incoming.packet(ssrc, number, number * 160, 1.0)]

    assert comes(65533, 65535, 65534, 0, 65535, 0, 1) == [65533, 65535, 0, 1]
    assert (incoming.late, incoming.lost()) == (3, -2)  # two came twice
    assert comes(30_000, 29_990, 30_001) == [30_000, 30_001]
    assert comes(10, 11, 9) == [10, 11]  # far behind: the page began anew
    assert incoming.lost() == -1
    assert comes(5, 4, 6, 9, ssrc=2) == [5, 6, 9]  # another source
    assert (incoming.late, incoming.lost(), list(incoming.streams)) == (6, 1, [2])
