"""A page's side of its sound, by aiortc itself."""

from __future__ import annotations

import asyncio

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from softphone import peer as peer_module
from softphone.peer import AgentPeer, PassThroughTrack


def stamped(number: int) -> bytes:
    return bytes((number * 7 + i) & 0xFF for i in range(160))


class Browser:
    """A page's side, by aiortc itself: same receiver, so that bytes can be compared."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.track = PassThroughTrack()
        with peer_module._pass_through():
            self.transceiver = self.pc.addTransceiver("audio", "sendrecv")
        self.transceiver.sender.replaceTrack(self.track)
        self.channel = self.pc.createDataChannel("alive")
        self.echo = True
        self.channel.on("message", lambda m: self.echo and self.channel.send(m))
        peer_module._gather_only(
            self.transceiver.receiver.transport.transport.iceGatherer, "127.0.0.1"
        )
        self.heard: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()
        self.transceiver.receiver.on_packet = lambda p, t: self.heard.put_nowait((p, t))

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def connected(peer: AgentPeer) -> None:
    async with asyncio.timeout(60):
        while not peer.connected:
            await asyncio.sleep(0.005)
