"""One UDP port for all browsers: whose a packet is, what comes from strangers, what moves."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aioice import Connection
from aioice.ice import StunProtocol
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpsender import RTCRtpSender
from pylibsrtp import Error, Policy, Session, _binding
from structlog.testing import capture_logs

from softphone import datagrams, port, sdp, short_way
from softphone.datagrams import address_of, key_of
from softphone.peer import AgentPeer
from softphone.port import MOST_PORTS, QUIET_S, Port, Ports
from softphone.seen import Seen
from tests.media.browser import Browser, connected, stamped
from tests.media.noise import noise


@pytest_asyncio.fixture
async def ports() -> AsyncIterator[Ports]:
    ports = Ports()
    yield ports
    ports.close()


class Talk:
    """A browser and its leg, and what has come to each."""

    def __init__(self, browser: Browser, peer: AgentPeer) -> None:
        self.browser, self.peer = browser, peer
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self._said = 0
        peer.listen(lambda payload, _timestamp: self.came.put_nowait(payload))

    async def both_ways(self, frames: int = 3) -> None:
        for _ in range(frames):
            self._said += 1
            up, down = stamped(self._said), stamped(self._said + 100)
            self.browser.track.put(up, self._said * 160)
            self.peer.send(down, self._said * 160)
            async with asyncio.timeout(60):
                assert await self.came.get() == up
                assert (await self.browser.heard.get())[0] == down


@asynccontextmanager
async def talk(ports: Ports | None, through: Way | None = None) -> AsyncIterator[Talk]:
    browser = Browser()
    peer, answer = await AgentPeer.answer(await browser.offer(), ports=ports)
    await browser.take(answer if through is None else through.instead_of(answer))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(peer.run())
        await connected(peer)
        yield Talk(browser, peer)
        await peer.close("test ends")
    await browser.pc.close()


def the_port(ports: Ports) -> Port:
    (found,) = ports.all()
    return found


async def test_browsers_share_a_port_and_each_gets_its_own(ports: Ports) -> None:
    async with talk(ports) as one, talk(ports) as other, talk(ports) as third:
        shared = the_port(ports)
        for _ in range(5):
            for it in (one, other, third):
                await it.both_ways()
        assert len({id(way) for way in shared._ways.values()}) == 3
        assert (shared.left_out, shared.dropped) == (0, 0)
        await other.peer.close("over")
        await one.both_ways()
        await third.both_ways()
    for kept in (shared._lines, shared._ways, shared._by_name, shared._by_ssrc):
        assert kept == {}


async def test_sound_passes_aiortc_by() -> None:
    """When this fails, aiortc, aioice or pylibsrtp moved: read the INTERNALS of softphone/port.py
    and softphone/short_way.py against them. Everything still goes, at twice the cost."""
    ports = Ports()
    async with talk(ports) as it:
        assert it.peer._way is not None
        await it.both_ways()
        sender = it.peer._pc.getTransceivers()[0].sender
        inside = vars(sender) | {"_ssrc": sender._ssrc}
        for name in short_way.INTERNALS["sender"]:
            assert name.replace("__", "_RTCRtpSender__", 1) in inside, name
        assert isinstance(sender, RTCRtpSender)
        dtls = sender.transport
        assert isinstance(dtls, RTCDtlsTransport)
        for name in short_way.INTERNALS["dtls"]:
            assert hasattr(dtls, name)
        assert isinstance(dtls._rx_srtp, Session)
        assert all(hasattr(dtls._rx_srtp, name) for name in short_way.INTERNALS["session"])
        ice = dtls.transport._connection
        assert isinstance(ice, Connection)
        for name in (*short_way.INTERNALS["connection"], *port.INTERNALS["connection"]):
            assert hasattr(ice, name)
        for name in port.INTERNALS["protocol"]:
            assert hasattr(StunProtocol, name) or name in StunProtocol.__annotations__
        assert all(hasattr(_binding.lib, name) for name in short_way.INTERNALS["libsrtp"])
    ports.close()


async def test_without_what_we_know_of_aiortc_its_own_way_serves(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_way, "ShortWay", lambda *_: vars(object()))  # a TypeError
    async with talk(ports) as it:
        assert it.peer._way is None
        await it.both_ways()


async def test_what_the_browser_is_told_of_us_adds_up(ports: Ports) -> None:
    """Reports of the sender are aiortc's; the numbers in them are ours."""
    async with talk(ports) as it:
        await it.both_ways(30)
        inside = vars(it.peer._pc.getTransceivers()[0].sender)
        assert inside["_RTCRtpSender__packet_count"] == 26
        assert inside["_RTCRtpSender__octet_count"] == 26 * 160
        assert inside["_RTCRtpSender__ntp_timestamp"] > 0
        assert it.peer.stats.frames_in == it.peer.stats.frames_out == 30


async def test_one_packet_that_nobody_can_take_costs_that_packet(ports: Ports) -> None:
    async with talk(ports) as it:
        take = it.peer._way._heard

        def broken(payload: bytes, timestamp: int) -> None:
            if payload == stamped(2):
                raise ZeroDivisionError
            take(payload, timestamp)

        it.peer._way._heard = broken
        with capture_logs() as logs:
            for number in (1, 2, 3):
                it.browser.track.put(stamped(number), number * 160)
            async with asyncio.timeout(60):
                assert [await it.came.get(), await it.came.get()] == [stamped(1), stamped(3)]
        assert [entry["event"] for entry in logs] == ["sound.packet_lost"]


async def test_what_fails_again_and_again_is_logged_once_a_second(ports: Ports) -> None:
    """A line with its trace costs a thousand times what a packet does."""
    async with talk(ports) as it:
        tried: asyncio.Queue[bytes] = asyncio.Queue()

        def broken(payload: bytes, _timestamp: int) -> None:
            tried.put_nowait(payload)
            raise ZeroDivisionError

        it.peer._way._heard = broken
        shared, now = the_port(ports), asyncio.get_running_loop().time()
        with capture_logs() as logs:
            shared._quiet_until = float("inf")  # there was one just now
            for number in range(31):
                if number == 30:
                    assert logs == []
                    shared._quiet_until = now
                it.browser.track.put(stamped(number), number * 160)
                async with asyncio.timeout(60):
                    await tried.get()
        assert [entry["packets"] for entry in logs] == [31]
        assert shared._quiet_until >= now + QUIET_S


async def test_what_strangers_send_reaches_nobody_and_harms_nobody(ports: Ports) -> None:
    rng = random.Random(20419)
    async with talk(ports) as it:
        shared = the_port(ports)
        (name,) = shared._by_name
        (ssrc, *_) = shared._by_ssrc
        known = dict(shared._lines)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger, capture_logs() as logs:
            for number in range(2_000):
                stranger.sendto(noise(rng, name, ssrc), shared.name)
                if number % 20 == 0:
                    await it.both_ways(1)
        assert logs == []
        assert shared._lines == known
        assert it.came.empty()
        assert it.peer.stats.frames_in == 100


async def test_what_comes_from_a_browsers_address_and_is_none_of_its_sound_harms_nobody(
    ports: Ports,
) -> None:
    """From within its network anybody can send under its address."""
    rng = random.Random(7)
    async with talk(ports) as it, talk(ports) as other:
        shared = the_port(ports)
        names, sources = list(shared._by_name), list(shared._by_ssrc)
        key, line = next((k, v) for k, v in shared._lines.items() if v.way is it.peer._way)
        for _ in range(500):
            data = noise(rng, rng.choice(names), rng.choice(sources))
            if data and not 20 <= data[0] < 64:  # DTLS alerts are not signed before TLS 1.3 either
                size = len(data)
                shared._in.view[:size] = data
                sound = 20 < size < 1500 and data[0] >> 6 == 2 and not data[1] & 127
                if sound:
                    assert not it.peer._way.came(shared._in.memory[0], shared._in.view, 0, size)
                else:
                    shared._other(data, key)
        assert shared._lines[key] is line
        await it.both_ways()
        await other.both_ways()


class Way:
    """Between a browser and us: a router that gives the browser another address when it likes."""

    def __init__(self, to: tuple[str, int] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._inside = self._socket(self._from_browser)
        self._outside = self._socket(self._from_us)
        self._to, self._browser = to, None
        self.address: tuple[str, int] = self._outside.getsockname()

    def _socket(self, came: object) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        self._loop.add_reader(sock.fileno(), came, sock)
        return sock

    def instead_of(self, answer: str) -> str:
        """The answer with our address in place of the port's."""
        lines = []
        for line in answer.splitlines():
            if line.startswith("a=candidate:"):
                fields = line.split(" ")
                self._to = (fields[4], int(fields[5]))
                fields[5] = str(self._inside.getsockname()[1])
                line = " ".join(fields)
            lines.append(line)
        return "\r\n".join(lines) + "\r\n"

    def _from_browser(self, sock: socket.socket) -> None:
        data, self._browser = sock.recvfrom(4096)
        assert self._to is not None
        self._outside.sendto(data, self._to)

    def _from_us(self, sock: socket.socket) -> None:
        data, _ = sock.recvfrom(4096)
        if sock is self._outside and self._browser is not None:  # to where it was: nobody there
            self._inside.sendto(data, self._browser)

    def moves(self) -> None:
        before, self._outside = self._outside, self._socket(self._from_us)
        self._loop.remove_reader(before.fileno())
        before.close()
        self.address = self._outside.getsockname()

    def close(self) -> None:
        for sock in (self._inside, self._outside):
            self._loop.remove_reader(sock.fileno())
            sock.close()


async def test_a_browser_whose_address_changes_in_a_call_loses_nothing_on_its_way_to_us(
    ports: Ports,
) -> None:
    router = Way()
    async with talk(ports, router) as it:
        await it.both_ways()
        for turn in range(3):
            router.moves()
            for number in range(5):
                it.browser.track.put(stamped(turn * 5 + number), (turn * 1000 + number + 10) * 160)
            async with asyncio.timeout(60):
                for number in range(5):
                    assert await it.came.get() == stamped(turn * 5 + number)
                # Its sound goes on; our check of the new address, once a second at most, brings
                # the caller's there.
                said = turn * 1000 + 100
                while it.browser.heard.empty():
                    it.browser.track.put(stamped(said), said * 160)
                    assert await it.came.get() == stamped(said)
                    said += 1
                    it.peer.send(stamped(200), 0)
                    await asyncio.sleep(0.01)
            while not it.browser.heard.empty():
                it.browser.heard.get_nowait()
        assert the_port(ports)._lines[key_of(router.address)].way is it.peer._way
        assert it.peer.stats.lost_in == 0
    router.close()


async def test_a_browser_keeps_its_newest_addresses_and_nobody_elses_source(ports: Ports) -> None:
    async with talk(ports) as it, talk(ports) as other:
        shared = the_port(ports)
        mine = next(line for line in shared._lines.values() if line.way is it.peer._way)
        theirs = next(line for line in shared._lines.values() if line.way is other.peer._way)
        for number in range(port.MOST_ADDRESSES + 5):
            shared.bind(mine, key_of(("192.0.2.1", 1000 + number)))
        assert len(mine.keys) == port.MOST_ADDRESSES
        assert {key for key, line in shared._lines.items() if line is mine} == set(mine.keys)
        shared.pass_sound(theirs, theirs.way, list(mine.ssrcs))  # as if its offer had named them
        assert all(shared._by_ssrc[ssrc] is mine for ssrc in mine.ssrcs)
        await it.both_ways()  # its first address was forgotten, and it is known again
        await other.both_ways()


async def test_an_offer_that_nobody_waits_for_any_more_leaves_nothing_behind(ports: Ports) -> None:
    """Its page is gone, or it took too long: at whatever point of the answer that is."""
    browser = Browser()
    offer = await browser.offer()
    ports.of("127.0.0.1")
    for turns in range(1000):
        answering = asyncio.create_task(AgentPeer.answer(offer, ports=ports))
        for _ in range(turns):
            await asyncio.sleep(0)
        answering.cancel()
        done = await asyncio.gather(answering, return_exceptions=True)
        if not isinstance(done[0], BaseException):
            peer, _ = done[0]
            await peer.close("test ends")
            break
        assert the_port(ports)._by_name == {}, turns
    assert turns > 2
    assert the_port(ports)._by_name == {}
    await browser.pc.close()


async def test_a_packet_that_was_recorded_moves_nobody(ports: Ports) -> None:
    """Who hears a packet on its way may send it again from elsewhere: it opens no second time."""
    router = Way()
    async with talk(ports, router) as it:
        kept: list[bytes] = []
        inside = router._from_browser
        router._loop.remove_reader(router._inside.fileno())

        def recorded(sock: socket.socket) -> None:
            data = sock.recv(4096, socket.MSG_PEEK)
            if data[0] >> 6 == 2 and not data[1] & 127:
                kept.append(data)
            inside(sock)

        router._loop.add_reader(router._inside.fileno(), recorded, router._inside)
        await it.both_ways(5)
        shared = the_port(ports)
        known = dict(shared._lines)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
            for data in kept:
                thief.sendto(data, shared.name)
            await it.both_ways(5)
        assert len(kept) >= 5
        assert shared._lines == known
        assert it.came.empty()
    router.close()


class Recording(Way):
    """It keeps what the browser sends."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        super().__init__()

    def _from_browser(self, sock: socket.socket) -> None:
        self.kept.append(sock.recv(4096, socket.MSG_PEEK))
        super()._from_browser(sock)


async def test_a_signed_check_that_was_recorded_takes_nobodys_address(ports: Ports) -> None:
    """Whoever hears it on its way can write any sender on a copy: another browser's."""
    router = Recording()
    async with talk(ports, router) as it, talk(ports) as other:
        await it.both_ways()
        checks = [data for data in router.kept if data[:2] == b"\x00\x01"]
        assert checks
        shared = the_port(ports)
        mine, theirs = (
            next((key, line) for key, line in shared._lines.items() if line.way is one.peer._way)
            for one in (it, other)
        )
        stranger = key_of(("192.0.2.1", 4000))
        for data in checks:
            shared._other(data, theirs[0])
            shared._other(data, stranger)
            assert shared._checked(data, mine[1], mine[0]) is mine[1]  # they sent it twice
        assert shared._lines[theirs[0]] is theirs[1]
        assert stranger not in shared._lines
        await it.both_ways()
        await other.both_ways()
    router.close()


def test_no_check_is_forgotten_and_hardly_a_new_one_is_taken_for_an_old_one() -> None:
    seen, rng = Seen(), random.Random(7)
    ids = [rng.randbytes(12) for _ in range(10_000)]
    assert sum(not seen.add(one) for one in ids) < 100
    assert not any(seen.add(one) for one in ids)
    assert sum(not seen.add(rng.randbytes(12)) for _ in range(1000)) < 30


async def test_a_number_that_is_taken_is_passed_over_and_none_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        number = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Ports(range(number, number + 1)).of("0.0.0.0")
        next_ = Ports(range(number, min(number + 20, 65_536)))
        found = next_.of("0.0.0.0")
        assert found is not None
        assert number < found.name[1] < number + 20
        next_.close()


async def test_a_page_on_this_machine_takes_no_number_from_the_others() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("0.0.0.0", 0))
        number = free.getsockname()[1]
    ports = Ports(range(number, number + 1))
    here, others = ports.of("127.0.0.1"), ports.of("0.0.0.0")
    assert here is not None
    assert others is not None
    assert (here.name[1] != number, others.name[1]) == (True, number)
    ports.close()


async def test_a_page_that_names_us_otherwise_each_time_takes_no_more_than_a_few_ports() -> None:
    """The Host header is whatever a client writes, and each address of a machine is one of its."""
    ports = Ports()
    found = [ports.of(f"127.0.0.{n}") for n in range(1, 2 * MOST_PORTS + 1)]
    assert [it is not None for it in found] == [True] * MOST_PORTS + [False] * MOST_PORTS
    assert ports.of("127.0.0.1") is found[0]
    ports.close()


def test_addresses_and_sources_are_read_as_the_kernel_and_the_page_write_them() -> None:
    assert address_of(key_of(("192.0.2.7", 40_001))) == ("192.0.2.7", 40_001)
    assert datagrams.possible() == (os.uname().sysname == "Linux")
    lines = ["a=ssrc:4294967295 cname:x", "a=ssrc:1 cname:x", "a=ssrc:1 msid:y", "a=ssrc:-1 x",
             "a=ssrc:99999999999 x", "a=ssrc:² x"]  # fmt: skip
    assert sdp.ssrcs("\r\n".join(lines)) == [b"\xff\xff\xff\xff", b"\x00\x00\x00\x01"]
    assert sdp.ssrcs("\r\n".join(f"a=ssrc:{n} x" for n in range(99))) == [
        n.to_bytes(4, "big") for n in range(4)
    ]


def test_libsrtp_refuses_what_was_opened_before() -> None:
    """What the safety of a moved address rests on."""
    key = bytes(range(30))
    sealed = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)).protect(
        b"\x80\x00\x00\x01" + bytes(8) + stamped(1)
    )
    inbound = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    inbound.unprotect(sealed)
    with pytest.raises(Error):
        inbound.unprotect(sealed)
