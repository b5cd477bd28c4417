"""What the sound path adds and costs: `python -m tests.bench_media [--calls 16] [--seconds 6]`.

A server process holds N two-way calls (carrier WebSocket ⇄ exchange ⇄ WebRTC peer); this process
plays the carriers and the browsers. Every frame carries a number, so each one's way is timed,
end to end over loopback, the load's own work included: the figures are upper bounds of what we
add. Runs: pass-through, stock aiortc on the same wiring, each with 1 % of the browsers' packets
lost, and three parties: in half of the calls a colleague takes part, who says nothing, so that
caller and agent hear a mix in which the frames are still to be read; the other half is untouched,
and the difference is what the mixer adds. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from typing import Any

import aiohttp
import av
import uvloop
import websockets
from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import PCMU_CODEC
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from channels.voice.stream import CarrierLeg, stream_handler
from softphone import g711
from softphone import peer as peer_module
from softphone.exchange import Exchange
from softphone.peer import AgentPeer, PassThroughTrack
from softphone.plans import Event, FirstAudio, Joined, Second
from softphone.port import Ports

FILL = bytes(0x90 + (i % 13) for i in range(150))
SILENT = b"\xff" * 160
WARM_S = 4.0
"""What stood in a mix from the beginning is gone by then."""


# -- the server


class StockTrack(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.queue: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue(50)

    async def recv(self) -> Any:
        payload, timestamp = await self.queue.get()
        frame = av.AudioFrame.from_ndarray(g711.to_pcm(payload).reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, timestamp, peer_module.TIME_BASE
        return frame


class StockPeer:
    """A leg on aiortc as it comes: jitter buffer, decoder thread, encoder in an executor."""

    closed = False
    name = "stock"

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.track = StockTrack()
        transceiver = self.pc.addTransceiver("audio", "sendrecv")
        transceiver.setCodecPreferences(
            [RTCRtpCodecCapability(PCMU_CODEC.mimeType, PCMU_CODEC.clockRate, PCMU_CODEC.channels)]
        )
        transceiver.sender.replaceTrack(self.track)
        self.transceiver = transceiver
        self.sink: Any = None

    async def negotiate(self, offer: str) -> str:
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for transceiver in self.pc.getTransceivers():
            gatherer = transceiver.receiver.transport.transport.iceGatherer
            peer_module._gather_only(gatherer, "127.0.0.1")
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return self.pc.localDescription.sdp

    async def run(self) -> None:
        try:
            while True:
                frame = await self.transceiver.receiver.track.recv()
                if self.sink is not None:
                    self.sink(g711.from_pcm(frame.to_ndarray().reshape(-1)), frame.pts)
        except MediaStreamError:
            return

    def send(self, payload: bytes, timestamp: int) -> None:
        if not self.track.queue.full():
            self.track.queue.put_nowait((payload, timestamp))

    def listen(self, sink: Any) -> None:
        self.sink = sink

    def interrupt(self) -> None: ...

    async def close(self, reason: str) -> None:
        await self.pc.close()


class Server:
    def __init__(self, stock: bool, ports: Ports | None = None) -> None:
        """`ports`: as it is served; None: aiortc's own queues, the way for IPv6."""
        self.stock, self.ports = stock, ports
        self.first_ms: list[float] = []
        self.exchange = Exchange(None, None, asyncio.get_running_loop(), self._heard)
        self.tasks: asyncio.TaskGroup | None = None

    def _heard(self, event: Event) -> None:
        """Nothing else is kept: each call tells something each second."""
        if isinstance(event, FirstAudio):
            self.first_ms.append(event.ms)

    def admits(self, *_: object) -> bool:
        return True

    def started(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg) -> bool:
        return self.exchange.attach_caller(contact, epoch, leg)

    def ended(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg, cause: str) -> None:
        self.exchange.detach_caller(contact, leg, cause)

    def digit(self, contact: str, digit: str) -> None: ...

    async def rtc(self, request: web.Request) -> web.Response:
        offer = await request.text()
        assert self.tasks is not None
        leg: Any
        if self.stock:
            leg = StockPeer()
            answer = await leg.negotiate(offer)
        else:
            leg, answer = await AgentPeer.answer(offer, ports=self.ports)
        self.tasks.create_task(leg.run())
        self.exchange.attach_agent(request.query["agent"], 1, leg)
        return web.Response(text=answer)

    async def join(self, request: web.Request) -> web.Response:
        third = request.query.get("third")
        second = Second(third, together=True) if third else None
        self.exchange.plan(request.query["contact"], Joined(request.query["agent"], second=second))
        return web.Response()

    async def usage(self, _request: web.Request) -> web.Response:
        live = sum(line.bridged for line in self.exchange.snapshot())
        used, tasks = time.process_time(), len(asyncio.all_tasks())
        return web.json_response(
            {"cpu_s": used, "first_ms": self.first_ms, "live": live, "tasks": tasks}
        )

    async def run(self) -> None:
        app = web.Application()
        app.router.add_get("/stream", stream_handler(self))
        app.router.add_post("/rtc", self.rtc)
        app.router.add_post("/join", self.join)
        app.router.add_get("/usage", self.usage)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        async with asyncio.TaskGroup() as self.tasks:
            self.tasks.create_task(self.exchange.run())


# -- the load


async def browser(
    http: aiohttp.ClientSession, url: str, track: PassThroughTrack, came: Any
) -> RTCPeerConnection:
    """A page's sound, once it is connected."""
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    with peer_module._pass_through():
        transceiver = pc.addTransceiver("audio", "sendrecv")
    transceiver.sender.replaceTrack(track)
    transceiver.receiver.on_packet = came
    channel = pc.createDataChannel("alive")
    channel.on("message", channel.send)
    peer_module._gather_only(transceiver.receiver.transport.transport.iceGatherer, "127.0.0.1")
    await pc.setLocalDescription(await pc.createOffer())
    async with http.post(url, data=pc.localDescription.sdp) as reply:
        answer = await reply.text()
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    while pc.connectionState != "connected":
        await asyncio.sleep(0.005)
    return pc


class Call:
    """A carrier and a browser that send numbered frames and time those that come."""

    def __init__(self, index: int, loss: float, *, third: bool = False) -> None:
        self.index, self.loss, self.third = index, loss, third
        self.phase = 0.02 * (index * 0.381966 % 1)
        """Calls say their frames at moments spread evenly over 20 ms: a mix waits for its tick."""
        self.rng = random.Random(index)
        self.sent: dict[tuple[str, int], float] = {}
        self.ms: dict[str, list[float]] = {"to_caller": [], "to_agent": []}
        self.counting = False
        self.lost = 0

    def frame(self, way: str, number: int) -> bytes:
        if self.counting:
            self.sent[way, number] = time.perf_counter()
        return bytes((0x85, 0x86)) + bytes(
            0x80 | (number >> shift & 15) for shift in range(0, 32, 4)
        ) + FILL  # fmt: skip

    def came(self, way: str, payload: bytes) -> None:
        if len(payload) != 160 or payload[0] != 0x85:
            return
        number = sum((payload[2 + i] & 15) << (4 * i) for i in range(8))
        at = self.sent.pop((way, number), None)
        if at is not None:
            self.ms[way].append((time.perf_counter() - at) * 1000)

    async def connect(self, http: aiohttp.ClientSession, port: int) -> None:
        base = f"http://127.0.0.1:{port}"
        self.track = PassThroughTrack()
        self.pages = [
            await browser(http, f"{base}/rtc?agent=a{self.index}", self.track, self.came_to_agent)
        ]
        if self.loss:
            (sender,) = self.pages[0].getSenders()
            self._lose(sender.transport.transport)
        self.silent = PassThroughTrack()
        if self.third:
            url = f"{base}/rtc?agent=t{self.index}"
            self.pages.append(await browser(http, url, self.silent, lambda *_: None))
        self.ws = await websockets.connect(f"ws://127.0.0.1:{port}/stream", compression=None)
        await self.ws.send('{"event":"connected"}')
        parameters = {"contact": f"c{self.index}", "epoch": "1", "token": "t"}
        start = {"callSid": f"CA{self.index}", "customParameters": parameters}
        await self.ws.send(json.dumps({"event": "start", "streamSid": "MZ", "start": start}))
        await self.ws.recv()  # the connecting clip: the stream is up
        with_third = f"&third=t{self.index}" if self.third else ""
        async with http.post(f"{base}/join?contact=c{self.index}&agent=a{self.index}{with_third}"):
            pass

    def came_to_agent(self, payload: bytes, _stamp: int) -> None:
        self.came("to_agent", payload)

    def _lose(self, ice: Any) -> None:
        """One RTP packet in a hundred does not leave the browser."""
        send = ice._send

        async def lossy(data: bytes) -> None:
            if 127 < data[0] < 192 and len(data) > 150 and self.rng.random() < self.loss:
                self.lost += 1
                return
            await send(data)

        ice._send = lossy

    async def listen(self) -> None:
        from base64 import b64decode

        try:
            async for text in self.ws:
                message = json.loads(text)
                if message["event"] == "media":
                    self.came("to_caller", b64decode(message["media"]["payload"]))
                elif message["event"] == "mark":
                    await self.ws.send(text)
        except websockets.ConnectionClosed:
            return

    async def talk(self, seconds: float) -> None:
        from base64 import b64encode

        loop = asyncio.get_running_loop()
        began = (loop.time() // 0.02 + 1) * 0.02 + self.phase
        for number in range(int(seconds * 50)):
            await asyncio.sleep(max(0.0, began + number * 0.02 - loop.time()))
            self.track.put(self.frame("to_caller", number), number * 160)
            if self.third:
                self.silent.put(SILENT, number * 160)
            await asyncio.sleep(0)
            payload = b64encode(self.frame("to_agent", number)).decode()
            await self.ws.send(
                f'{{"event":"media","streamSid":"MZ","media":{{"track":"inbound",'
                f'"timestamp":"{number * 20}","payload":"{payload}"}}}}'
            )


def percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"count": len(values)}
    cuts = statistics.quantiles(values, n=100)
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2), "count": len(values)}


def ways(people: list[Call]) -> dict[str, dict[str, float]]:
    return {
        "caller_to_agent_ms": percentiles([v for c in people for v in c.ms["to_agent"]]),
        "agent_to_caller_ms": percentiles([v for c in people for v in c.ms["to_caller"]]),
    }


def compared(mixed: list[Call], untouched: list[Call]) -> dict[str, Any]:
    """What the mixer adds to each way, from within one run."""
    of, than = ways(mixed), ways(untouched)
    return {
        "mixed": of,
        "untouched": than,
        "added": {
            way: {cut: round(of[way][cut] - than[way][cut], 2) for cut in ("p50", "p99")}
            for way in of
        },
    }


async def measure(
    mode: str, calls: int, seconds: float, loss: float, *, thirds: bool = False
) -> dict[str, Any]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench_media", "--serve", mode,
        stdout=asyncio.subprocess.PIPE, stderr=None,
    )  # fmt: skip
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    people = [Call(index, loss, third=thirds and index % 2 == 0) for index in range(calls)]
    try:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:

            async def usage() -> dict[str, Any]:
                async with http.get(f"http://127.0.0.1:{port}/usage") as reply:
                    return await reply.json()

            talkers = []
            for call in people:
                await call.connect(http, port)
                tasks.create_task(call.listen())
                talkers.append(tasks.create_task(call.talk(seconds + WARM_S + 1)))
            await asyncio.sleep(WARM_S)
            before, began, own = await usage(), time.perf_counter(), time.process_time()
            for call in people:
                call.counting = True
            await asyncio.sleep(seconds)
            after, passed = await usage(), time.perf_counter() - began
            own = (time.process_time() - own) / passed
            for call in people:
                call.counting = False
            for talker in talkers:
                talker.cancel()
            await asyncio.sleep(0.4)  # what is still under way
            for call in people:
                await call.ws.close()
        share = (after["cpu_s"] - before["cpu_s"]) / passed
        return {
            "calls": calls,
            "still_bridged": after["live"],
            **(compared(people[::2], people[1::2]) if thirds else ways(people)),
            "join_to_first_frame_ms": percentiles(after["first_ms"]),
            "packets_lost_on_purpose": sum(call.lost for call in people),
            "server_cpu_percent_of_core_per_call": round(100 * share / calls, 2),
            "calls_per_core": round(calls / share),
            "load_cpu_percent_of_core": round(100 * own),
        }
    finally:
        server.send_signal(signal.SIGTERM)
        await server.wait()
        for call in people:
            for pc in call.pages:
                await pc.close()


async def bench(calls: int, seconds: float) -> dict[str, Any]:
    result: dict[str, Any] = {"machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0]}}
    result["pass_through"] = await measure("pass", calls, seconds, 0.0)
    result["stock_aiortc"] = await measure("stock", calls, seconds, 0.0)
    result["pass_through_1_percent_loss"] = await measure("pass", calls, seconds, 0.01)
    result["stock_aiortc_1_percent_loss"] = await measure("stock", calls, seconds, 0.01)
    result["three_parties"] = await measure("pass", calls, seconds, 0.0, thirds=True)
    return result


async def serve(mode: str) -> None:
    await Server(mode == "stock", Ports()).run()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--serve", choices=["pass", "stock"])
    options = parser.parse_args()
    if options.serve:
        import structlog

        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        uvloop.run(serve(options.serve))
        return
    print(json.dumps(uvloop.run(bench(options.calls, options.seconds)), indent=2))


if __name__ == "__main__":
    main()
