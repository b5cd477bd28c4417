"""The agent's end: aiortc for ICE, DTLS, RTCP and the data channel, SRTP by hand."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any, Final

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from pylibsrtp import _binding

from softphone import peer as peer_module
from softphone.peer import PassThroughTrack

_PROTECT, _UNPROTECT = _binding.lib.srtp_protect, _binding.lib.srtp_unprotect
_FFI = _binding.ffi
LATE_S: Final = 0.030
Chaos = dict[str, float]
"""Shares of packets: loss, late (30 ms), dup, garbage (three packets of noise after one)."""


class Page:
    """`heard`: each 20 ms that comes to the agent."""

    def __init__(self, heard: Callable[[bytes], None], chaos: Chaos, rng: random.Random) -> None:
        self._heard, self._chaos, self._rng = heard, chaos, rng
        self.breaks = self.wrong = 0
        """Packets out of the row of sequence numbers and timestamps; that did not open."""
        self.counting = False
        self._last: tuple[int, int] | None = None

    async def connect(self, http: aiohttp.ClientSession, base: str, agent: str) -> None:
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        with peer_module._pass_through():
            transceiver = self._pc.addTransceiver("audio", "sendrecv")
        transceiver.sender.replaceTrack(PassThroughTrack())
        channel = self._pc.createDataChannel("alive")
        channel.on("message", channel.send)
        gatherer: Any = transceiver.receiver.transport.transport.iceGatherer
        peer_module._gather_only(gatherer, "127.0.0.1")
        await self._pc.setLocalDescription(await self._pc.createOffer())
        offer = self._pc.localDescription.sdp
        async with http.post(f"{base}/rtc?agent={agent}", data=offer) as reply:
            answer = await reply.text()
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while self._pc.connectionState != "connected":
            await asyncio.sleep(0.005)
        self._take_over(transceiver)

    def _take_over(self, transceiver: Any) -> None:
        dtls = transceiver.receiver.transport
        ice = dtls.transport._connection
        pair = ice._nominated[1]
        self._open, self._seal = dtls._rx_srtp._srtp[0], dtls._tx_srtp._srtp[0]
        self._ssrc = transceiver.sender._ssrc.to_bytes(4, "big")
        self._sequence, self._origin = self._rng.randrange(1 << 15), self._rng.randrange(1 << 31)
        self._transport, self.to = pair.protocol.transport, pair.remote_addr
        self._memory = _FFI.new("unsigned char[]", 2048)
        self._view = memoryview(_FFI.buffer(self._memory))
        self._length = _FFI.new("int *")
        for protocol in ice._protocols:
            protocol.datagram_received = self._datagram(protocol.datagram_received)

    def _datagram(self, others: Any) -> Any:
        def datagram_received(data: bytes, address: Any) -> None:
            size = len(data)
            if size <= 20 or data[0] >> 6 != 2 or data[1] & 0x7F:
                others(data, address)
                return
            self._view[:size] = data
            self._length[0] = size
            if _UNPROTECT(self._open, self._memory, self._length):
                self.wrong += 1
                return
            view = self._view
            if self.counting:
                now = int.from_bytes(view[2:4], "big"), int.from_bytes(view[4:8], "big")
                if (last := self._last) is not None:
                    follows = (last[0] + 1) & 0xFFFF, (last[1] + 160) & 0xFFFFFFFF
                    self.breaks += now != follows
                self._last = now
            at = 12 if not view[0] & 0x10 else 16 + 4 * int.from_bytes(view[14:16], "big")
            self._heard(bytes(view[at : self._length[0]]))

        return datagram_received

    def say(self, number: int, payload: bytes, leaves: Callable[[], None]) -> bool:
        """`leaves` is called just before the packet does. False: lost on purpose."""
        sequence, stamp = (self._sequence + number) & 0xFFFF, self._origin + number * 160
        head = b"\x80\x00" + sequence.to_bytes(2, "big") + (stamp & 0xFFFFFFFF).to_bytes(4, "big")
        self._view[:172] = head + self._ssrc + payload
        self._length[0] = 172
        _PROTECT(self._seal, self._memory, self._length)
        data = bytes(self._view[: self._length[0]])
        chaos = self._chaos
        drawn = self._rng.random() if chaos else 1.0
        loss = chaos.get("loss", 0.0)
        if drawn < loss:
            return False
        leaves()
        if drawn < loss + chaos.get("late", 0.0):
            loop = asyncio.get_running_loop()
            loop.call_later(LATE_S, self._transport.sendto, data, self.to)
            return True
        self._transport.sendto(data, self.to)
        if drawn > 1 - chaos.get("dup", 0.0) and chaos:
            self._transport.sendto(data, self.to)
        if drawn > 1 - chaos.get("garbage", 0.0) and chaos:
            for noise in (b"\x80\x00" + os.urandom(180), b"\x16" + os.urandom(100), os.urandom(30)):
                self._transport.sendto(noise, self.to)
        return True

    async def close(self) -> None:
        await self._pc.close()
