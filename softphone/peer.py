"""The agent's browser behind WebRTC: G.711 µ-law passed through, both ways untouched.

Stock aiortc decodes in a thread behind an 80 ms jitter buffer that, after one lost packet, stays
280 ms late for the rest of the call; we take packets as they come and hand them over as they are.
Over one of our ports they go round aiortc altogether (short_way.py); the way through its queues
and tasks is in here, for IPv6 and for systems without such a port. What of aiortc's inside this
rests on is listed in INTERNALS and checked by a test that fails loudly when it moves (aiortc is
pinned to 1.16).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, cast

import aiortc.rtcpeerconnection
import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.codecs import PCMU_CODEC
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from router.ports import FRAME_BYTES, FrameSink
from softphone import sdp as sdp_tools
from softphone import short_way
from softphone.far_hops import PageSays
from softphone.incoming import Incoming
from softphone.port import Port, Ports
from softphone.sdp import OfferError
from softphone.timeline import Timeline

INTERNALS: Final = {
    "receiver": ("__codecs", "__remote_streams", "__rtcp_task", "__started", "_run_rtcp"),
    "transport": ("_register_rtp_receiver",),
    "gatherer": ("_connection",),
    "connection": ("_local_username", "get_component_candidates"),
}
"""Attributes of RTCRtpReceiver (`__x` name-mangled), RTCDtlsTransport, RTCIceGatherer and
aioice.Connection that this file touches beyond the public interface."""

TIME_BASE: Final = Fraction(1, 8000)
PAYLOAD_PCMU: Final = 0
MAX_FRAMES: Final = 10
"""Toward the browser at most 200 ms wait; the oldest is dropped."""
CONNECT_S: Final = 5.0
NO_RTP_S: Final = 1.4
"""In a call: then it is known within 1.5 s that nothing comes from a browser any more."""
PING_S: Final = 1.0
STALL_S: Final = 0.25
"""A timer this late is our own stall (a pause of the machine, a slow disk), not the browser's."""
MAX_UNANSWERED: Final = 3

PacketSink = Callable[[bytes, int], None]


@dataclass(frozen=True, slots=True)
class PeerStats:
    """The path between the browser and us."""

    state: str
    """new, connecting, connected, closed, failed (RTCPeerConnection.connectionState)."""
    frames_in: int
    frames_out: int
    dropped_out: int
    """Left out because the browser's transport did not keep up."""
    late_in: int
    """Late or double packets, thrown away."""
    lost_in: int
    """RFC 3550 cumulative number of packets lost."""
    jitter_ms: float
    rtt_ms: float | None
    """Of the last answered ping; None before the first."""


class PassThroughReceiver(RTCRtpReceiver):
    """Hands each RTP payload on at once: no jitter buffer, no decoder, no thread."""

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.on_packet: PacketSink | None = None
        self.incoming = Incoming()

    async def receive(self, parameters: Any) -> None:
        """Stock `receive` without its decoder thread."""
        inside: Any = self
        if inside._RTCRtpReceiver__started:
            return
        inside._RTCRtpReceiver__codecs.update({c.payloadType: c for c in parameters.codecs})
        inside._RTCRtpReceiver__remote_streams = self.incoming.streams
        self.transport._register_rtp_receiver(self, parameters)
        loop = asyncio.get_running_loop()
        # aiortc's own housekeeping task (RTCP reports), cancelled by its own stop().
        inside._RTCRtpReceiver__rtcp_task = loop.create_task(self._run_rtcp())
        inside._RTCRtpReceiver__started = True

    async def _handle_rtp_packet(self, packet: Any, arrival_time_ms: int) -> None:
        if packet.payload_type != PAYLOAD_PCMU:
            return
        now = asyncio.get_running_loop().time()
        sequence, timestamp = packet.sequence_number, packet.timestamp
        if not self.incoming.packet(packet.ssrc, sequence, timestamp, now):
            return
        if self.on_packet is not None and packet.payload:
            self.on_packet(packet.payload, timestamp)


class PassThroughTrack(MediaStreamTrack):
    """Gives aiortc's sender ready µ-law packets; it sleeps while there are none."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: deque[tuple[bytes, int]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.dropped = 0

    def put(self, payload: bytes, timestamp: int) -> None:
        if len(self._frames) >= MAX_FRAMES:
            self._frames.popleft()
            self.dropped += 1
        self._frames.append((payload, timestamp))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def clear(self) -> None:
        self._frames.clear()

    async def recv(self) -> Any:
        while not self._frames:
            if self.readyState != "live":
                raise MediaStreamError
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        payload, timestamp = self._frames.popleft()
        packet = av.Packet(payload)
        packet.time_base = TIME_BASE
        packet.pts = timestamp
        return packet

    def stop(self) -> None:
        super().stop()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class AgentPeer:
    """An agent's browser. Implements router.ports.AudioLeg.

    Build with `answer`; then run `run()` in a task group: it watches the path and ends when the
    peer is lost or closed. Being listened to means being in a call: then RTP must come.
    """

    def __init__(self, name: str, on_lost: Callable[[AgentPeer, str], None] | None) -> None:
        self._name, self._on_lost = name, on_lost
        self.on_up: Callable[[AgentPeer], None] | None = None
        """Called once when sound can flow; set it right after `answer`."""
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._loop = asyncio.get_running_loop()
        self._track = PassThroughTrack()
        self._timeline = Timeline()
        with _pass_through():
            transceiver = self._pc.addTransceiver("audio", "sendrecv")
        transceiver.setCodecPreferences(
            [RTCRtpCodecCapability(PCMU_CODEC.mimeType, PCMU_CODEC.clockRate, PCMU_CODEC.channels)]
        )
        transceiver.sender.replaceTrack(self._track)
        self._receiver = cast(PassThroughReceiver, transceiver.receiver)
        self._receiver.on_packet = self._packet
        self._way: short_way.ShortWay | None = None
        self._ssrcs: list[bytes] = []
        self._sink: FrameSink | None = None
        self._channel: Any = None
        self._pinged_at: float | None = None
        self._unanswered = 0
        self._rtt_ms: float | None = None
        self.page_says: PageSays | None = None
        """What the page measured last; its owner sets it."""
        self._born = self._heard_at = self._loop.time()
        self._connected = False
        self._closed = False
        self._lost: str | None = None
        self._sent = 0
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("datachannel", self._channel_came)

    @classmethod
    async def answer(
        cls,
        sdp: str,
        *,
        media_address: str | None = None,
        page_host: str | None = None,
        name: str = "agent",
        on_lost: Callable[[AgentPeer, str], None] | None = None,
        ports: Ports | None = None,
    ) -> tuple[AgentPeer, str]:
        """Answer a page's offer. Returns the peer and the answer's SDP.

        `media_address`: HOLDFAST_MEDIA_ADDRESS, or None; `page_host`: the Host under which the
        page was reached. `on_lost(peer, cause)` is called once, from `run`, when the path dies by
        itself; not after `close`. `ports`: of this process; None: a socket of its own. Raises
        OfferError with words for the agent.
        """
        sdp_tools.check(sdp)
        address = await sdp_tools.media_address(media_address, page_host)
        bound = sdp_tools.bindable(address)
        offer = sdp_tools.reachable(sdp, version=6 if ":" in address else 4)
        peer = cls(name, on_lost)
        try:
            await peer._negotiate(offer, bound, None if ports is None else ports.of(bound))
        except asyncio.CancelledError:  # nobody waits for the answer; our port would keep it
            await peer.close("nobody waits for the answer")
            raise
        except Exception as error:
            with contextlib.suppress(AttributeError):  # aiortc closes transports that never were
                await peer.close("the offer was refused")
            if isinstance(error, OSError):
                raise OfferError(f"no sound port on the media address: {error.strerror}") from error
            raise OfferError("the page's offer cannot be answered") from error
        answer = str(peer._pc.localDescription.sdp)
        return peer, answer if bound == address else sdp_tools.advertise(answer, bound, address)

    async def _negotiate(self, offer: str, bound: str, port: Port | None) -> None:
        self._ssrcs = sdp_tools.ssrcs(offer)
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        for transceiver in self._pc.getTransceivers():
            _gather_only(transceiver.receiver.transport.transport.iceGatherer, bound, port)
        await self._pc.setLocalDescription(await self._pc.createAnswer())

    # -- AudioLeg

    @property
    def name(self) -> str:
        return self._name

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def connected(self) -> bool:
        """Sound can flow: ICE and DTLS are done."""
        return self._connected and not self._closed

    async def settled(self) -> bool:
        """Waits until sound can flow, or never will (5 s at most). The browser knows of the first a
        moment before us. Returns `connected`."""
        await self._settled.wait()
        return self.connected

    @property
    def rtt_ms(self) -> float | None:
        return self._rtt_ms

    def send(self, payload: bytes, timestamp: int) -> None:
        """Any number of samples; travels in 20 ms packets. Dropped while not connected."""
        if not self.connected or not payload:
            return
        placed = self._timeline.place(timestamp, len(payload), self._loop.time())
        put = self._track.put if self._way is None else self._way.send
        if len(payload) == FRAME_BYTES:
            put(payload, placed)
            self._sent += 1
            return
        for start in range(0, len(payload), FRAME_BYTES):
            put(payload[start : start + FRAME_BYTES], placed + start)
            self._sent += 1

    def listen(self, sink: FrameSink | None) -> None:
        if self._sink is None and sink is not None:
            self._heard_at = self._loop.time()
            self._changed.set()
        self._sink = sink

    def interrupt(self) -> None:
        self._track.clear()

    async def close(self, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        self._sink = None
        self._changed.set()
        self._settled.set()
        await self._pc.close()

    # -- life

    async def run(self) -> str:
        """Watch until the peer is lost or closed; returns why. Closes what is left."""
        while not self._closed and self._lost is None:
            due = self._next_look()
            try:
                async with asyncio.timeout(max(0.0, due - self._loop.time())):
                    await self._changed.wait()
                self._changed.clear()
            except TimeoutError:
                self._excuse(self._loop.time() - due)
                self._look(self._loop.time())
        cause = self._lost or "closed"
        if self._lost is not None and not self._closed:
            if self._on_lost is not None:
                self._on_lost(self, cause)
            await self.close(cause)
        return cause

    @property
    def stats(self) -> PeerStats:
        incoming = self._receiver.incoming
        return PeerStats(
            state=str(self._pc.connectionState),
            frames_in=incoming.frames,
            frames_out=self._sent,
            dropped_out=self._track.dropped,
            late_in=incoming.late,
            lost_in=incoming.lost(),
            jitter_ms=incoming.jitter_ms(),
            rtt_ms=self._rtt_ms,
        )

    def _next_look(self) -> float:
        if not self._connected:
            return self._born + CONNECT_S
        ping = (self._pinged_at or self._loop.time() - PING_S) + PING_S
        return min(ping, self._heard_at + NO_RTP_S) if self._sink is not None else ping

    def _excuse(self, late_s: float) -> None:
        """A timer that fires late means that we stalled; what the browser sent meanwhile waits in
        the socket. The time that we were away is not held against it."""
        if late_s > STALL_S:
            self._heard_at += late_s
            self._born += late_s
            if self._pinged_at is not None:
                self._pinged_at += late_s

    def _look(self, now: float) -> None:
        if not self._connected:
            if now >= self._born + CONNECT_S:
                self._lose(
                    "the browser's sound path did not come up in 5 s: a firewall between page and "
                    "server, or HOLDFAST_MEDIA_ADDRESS is not reachable from there"
                )
            return
        if self._sink is not None and now >= self._heard_at + NO_RTP_S:
            self._lose(f"no sound packets from the browser for {NO_RTP_S} s")
        elif self._pinged_at is None or now >= self._pinged_at + PING_S:
            if self._unanswered >= MAX_UNANSWERED and self._sink is None:
                self._lose("the browser does not answer")
            else:
                self._ping(now)

    def _ping(self, now: float) -> None:
        self._pinged_at = now
        self._unanswered += 1
        if self._channel is not None and self._channel.readyState == "open":
            try:
                self._channel.send("p")
            except (InvalidStateError, ConnectionError):
                pass  # counted as unanswered

    def _lose(self, cause: str) -> None:
        if self._lost is None and not self._closed:
            self._lost = cause
            self._changed.set()
            self._settled.set()

    def _packet(self, payload: bytes, timestamp: int) -> None:
        self._heard_at = self._loop.time()
        if self._sink is not None:
            self._sink(payload, timestamp)

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if state == "connected":
            first = not self._connected
            self._connected = True
            if first:
                self._shorten()
            self._heard_at = self._loop.time()
            self._changed.set()
            if first and self.on_up is not None:
                self.on_up(self)
            self._settled.set()
        elif state == "failed":
            self._lose("the browser's sound path failed")
        elif state == "closed":
            self._lose("the page closed its sound path")

    def _shorten(self) -> None:
        """From now on sound passes aiortc by, where it can."""
        found = short_way.build(
            self._pc.getTransceivers()[0], self._receiver.incoming, self._packet
        )
        if found is not None:
            self._way, line = found
            line.port.pass_sound(line, self._way, self._ssrcs)

    def _channel_came(self, channel: Any) -> None:
        if channel.label == "alive" and self._channel is None:
            self._channel = channel
            channel.on("message", self._answered)

    def _answered(self, message: str | bytes) -> None:
        if message != "p" or self._pinged_at is None:
            return
        if self._unanswered:
            self._rtt_ms = (self._loop.time() - self._pinged_at) * 1000
        self._unanswered = 0


@contextlib.contextmanager
def _pass_through() -> Iterator[None]:
    """aiortc builds its receiver from a module name; it is ours just for one synchronous call."""
    module: Any = aiortc.rtcpeerconnection
    stock = module.RTCRtpReceiver
    module.RTCRtpReceiver = PassThroughReceiver
    try:
        yield
    finally:
        module.RTCRtpReceiver = stock


def _gather_only(gatherer: Any, address: str, port: Port | None = None) -> None:
    """aioice would offer every interface and no loopback; it shall offer exactly this address, at
    our port if there is one."""
    connection = gatherer._connection
    gather = connection.get_component_candidates

    async def one(component: int, addresses: list[str], timeout: int = 5) -> Any:
        if port is not None:
            # Of all browsers at this port; aioice's own four letters are enough for one.
            connection._local_username = secrets.token_hex(8)
            return [port.candidate(connection, component)]
        found = await gather(component=component, addresses=[address], timeout=timeout)
        if not found:
            raise OSError(99, "cannot bind to it")
        return found

    connection.get_component_candidates = one
