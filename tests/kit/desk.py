"""An agent without a browser: the desk protocol over a real socket, sound over real WebRTC.

The reading of events here follows docs/desk-protocol.md, independently of the page's own code.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import aiohttp
import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.kit.centre import PASSWORD, Centre


class Tone(MediaStreamTrack):
    """A microphone that picks up a pure tone."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._at = 0
        self._start: float | None = None

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        if self._start is None:
            self._start = loop.time()
        await asyncio.sleep(max(0.0, self._start + self._at / 8000 - loop.time()))
        n = np.arange(self._at, self._at + 160)
        wave = (8000 * np.sin(2 * math.pi * self._hertz * n / 8000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, self._at, Fraction(1, 8000)
        self._at += 160
        return frame


class Ear:
    """What the agent hears, as samples at 8 kHz."""

    def __init__(self) -> None:
        self.samples = np.zeros(0, dtype=np.int16)

    async def listen(self, track: MediaStreamTrack) -> None:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)
        while True:
            try:
                frame = await track.recv()
            except Exception:
                return  # the track has ended
            for part in resampler.resample(frame):
                self.samples = np.append(self.samples, part.to_ndarray().reshape(-1))[-16000:]

    def hertz(self) -> float:
        """The strongest frequency of the last half second; 0 when it is silent."""
        recent = self.samples[-4000:].astype(float)
        if len(recent) < 4000 or np.abs(recent).mean() < 200:
            return 0.0
        spectrum = np.abs(np.fft.rfft(recent * np.hanning(len(recent))))
        return float(np.argmax(spectrum[5:]) + 5) * 2.0

    def tones(self, *hertz: float) -> set[float]:
        """Which of these are in the last half second, each at least a fifth as loud as the
        strongest sound."""
        recent = self.samples[-4000:].astype(float)
        if len(recent) < 4000 or np.abs(recent).mean() < 200:
            return set()
        spectrum = np.abs(np.fft.rfft(recent * np.hanning(len(recent))))
        near = {hz: float(spectrum[round(hz / 2) - 3 : round(hz / 2) + 4].max()) for hz in hertz}
        return {hz for hz, power in near.items() if power > spectrum[5:].max() / 5}


class DeskError(Exception):
    """A refused intent."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class DeskClient:
    """One connected page."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        self._centre = centre
        self._session = session
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[Any]] = []
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._pc: RTCPeerConnection | None = None
        self._view = "desk"
        self.contacts: dict[str, dict[str, Any]] = {}
        self.agents: dict[str, dict[str, Any]] = {}
        self.abandoned: dict[str, dict[str, Any]] = {}
        self.helps: dict[str, dict[str, Any]] = {}
        self.helps_told: list[dict[str, Any]] = []
        """Each request for help as often as it was told."""
        self.tally: dict[str, Any] = {}
        self.depth: list[dict[str, Any]] = []
        self.me: dict[str, Any] = {}
        self.centre_words: dict[str, Any] = {}
        self.incident: dict[str, Any] | None = None
        self.notices: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.trouble: str | None = None
        self.seq = 0
        self.gaps = 0
        self.events: list[str] = []
        self.ear = Ear()
        self.answer_pings = True
        self.passes_tests: bool | None = None
        self._tested = 0.0

    async def sign_in(self, login: str, password: str = PASSWORD) -> None:
        async with self._session.post(
            f"{self._centre.url}/api/login",
            json={"login": login, "password": password},
            headers={"X-Holdfast": "1"},
        ) as answer:
            assert answer.status == 200, await answer.text()

    async def connect(self, view: str = "desk") -> None:
        """Ticket, socket, first snapshot."""
        self._view = view
        async with self._session.post(
            f"{self._centre.url}/api/desk/ticket", headers={"X-Holdfast": "1"}
        ) as answer:
            assert answer.status == 200, await answer.text()
            ticket = (await answer.json())["ticket"]
        self._ws = await self._session.ws_connect(
            f"{self._centre.url}/api/desk/ws?ticket={ticket}&view={view}",
            headers={"Origin": self._centre.url},
            max_msg_size=0,
        )
        self.seq = 0
        self._tasks.append(asyncio.create_task(self._read(self._ws)))
        await self.until(lambda: self.seq > 0 or self.cut)
        if not self.seq:
            raise ConnectionResetError("the connection ended before the first snapshot")

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        async for message in ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            await self._take(json.loads(message.data))
        if ws is self._ws:
            await self._ended()

    async def _ended(self) -> None:
        """Whether answers no longer come; a page would tell its user at once."""
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the connection ended"))
        self._replies.clear()
        async with self._changed:
            self._changed.notify_all()

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "ping":
            if self.answer_pings and self._ws is not None:
                await self._ws.send_json({"do": "pong"})
            return
        if kind == "reply":
            waiting = self._replies.pop(message["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
            return
        self.heard.append(message)
        async with self._changed:
            if kind == "snapshot":
                self.seq = message["seq"]
                self.me, self.centre_words = message["me"], message["centre"]
                self.contacts = message["view"]["contacts"]
                self.agents = message["view"]["agents"]
                self.abandoned = message["view"].get("abandoned", {})
                self.helps = message["view"]["helps"]
                self.helps_told += self.helps.values()
                self.tally = message["view"]["tally"]
                self.depth = message["view"].get("depth", [])
            elif kind == "event":
                self.gaps += message["seq"] != self.seq + 1
                self.seq = message["seq"]
                self.events.append(message["name"])
                self.contacts |= message["put"].get("contacts", {})
                self.agents |= message["put"].get("agents", {})
                self.abandoned |= message["put"].get("abandoned", {})
                self.helps |= message["put"].get("helps", {})
                self.helps_told += message["put"].get("helps", {}).values()
                for name in message["drop"].get("helps", []):
                    self.helps.pop(name, None)
                self.tally = message["put"].get("tally", self.tally)
                for name in message["drop"].get("contacts", []):
                    self.contacts.pop(name, None)
                for name in message["drop"].get("agents", []):
                    self.agents.pop(name, None)
                for name in message["drop"].get("abandoned", []):
                    self.abandoned.pop(name, None)
            elif kind == "incident":
                self.incident = message["incident"]
            elif kind == "record":
                self.trouble = message["trouble"]
            elif kind == "notice":
                self.notices.append(message)
            self._changed.notify_all()
        testing = self.agents.get(self.me.get("id", ""), {}).get("testing") or 0.0
        if testing > self._tested and self.passes_tests is not None:
            self._tested = testing
            self._tasks.append(asyncio.create_task(self._report_test()))

    async def _report_test(self) -> None:
        await self.do("selftest", passed=self.passes_tests, detail="as told")

    async def do(self, what: str, /, **fields: Any) -> Any:
        """Sends an intent and returns its result; DeskError if it is refused."""
        assert self._ws is not None
        number = next(self._numbers)
        future = asyncio.get_running_loop().create_future()
        self._replies[number] = future
        try:
            await self._ws.send_json({"id": number, "do": what, **fields})
            async with asyncio.timeout(60):
                message = await future
        finally:
            self._replies.pop(number, None)
        if not message["ok"]:
            raise DeskError(message["error"]["code"], message["error"]["message"])
        return message["result"]

    async def code_of(self, what: str, /, **fields: Any) -> str | None:
        """The code with which an intent is refused; None if it is done."""
        try:
            await self.do(what, **fields)
        except DeskError as refused:
            return refused.code
        return None

    async def until(self, test: Callable[[], Any], timeout_s: float = 60) -> Any:
        """Waits for messages until `test` is true; returns its value."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                while not (found := test()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(
                f"not seen within {timeout_s} s; contacts {list(self.contacts.values())}, "
                f"agents {list(self.agents.values())}, notices {self.notices}\n"
                f"{self._centre.words()}"
            ) from None

    def agent(self) -> dict[str, Any]:
        return self.agents.get(self.me["id"], {})

    def offer(self) -> dict[str, Any] | None:
        """The contact that is offered to this agent now."""
        for contact in self.contacts.values():
            if contact["offer"] and self.me["id"] in contact["offer"]["agents"]:
                return contact
        return None

    async def offered(self, timeout_s: float = 60) -> dict[str, Any]:
        found: dict[str, Any] = await self.until(self.offer, timeout_s)
        return found

    async def accept(self, timeout_s: float = 60) -> str:
        """Accepts the next offer; returns the contact's id."""
        contact = await self.offered(timeout_s)
        await self.do("accept", contact=contact["id"], fence=contact["offer"]["fence"])
        return str(contact["id"])

    async def until_state(self, contact: str, state: str, timeout_s: float = 60) -> dict[str, Any]:
        found: dict[str, Any] = await self.until(
            lambda: (c := self.contacts.get(contact)) and c["state"] == state and c, timeout_s
        )
        return found

    async def sound(
        self, hertz: float = 700, before: Callable[[], Coroutine[Any, Any, Any]] | None = None
    ) -> None:
        """Brings the sound path up: microphone with a tone, ear on. `before` begins while the
        centre waits for this end."""
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.addTrack(Tone(hertz))
        channel = self._pc.createDataChannel("alive")
        channel.on("message", lambda text: channel.send(text))

        @self._pc.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            self._tasks.append(asyncio.create_task(self.ear.listen(track)))

        await self._pc.setLocalDescription(await self._pc.createOffer())
        result = await self.do("rtc", sdp=self._pc.localDescription.sdp, epoch=1)
        async with asyncio.TaskGroup() as group:
            if before is not None:
                group.create_task(before())
            group.create_task(
                self._pc.setRemoteDescription(RTCSessionDescription(result["sdp"], "answer"))
            )
        if self._view == "desk":
            await self.until(lambda: self.agent().get("sound"))

    async def mute_network(self) -> None:
        """The sound path dies without notice."""
        if self._pc is not None:
            await self._pc.close()
            self._pc = None

    @property
    def cut(self) -> bool:
        """The socket has ended: the page would connect again."""
        return self._ws is None or self._ws.closed

    async def ready(self) -> None:
        await self.do("ready")

    async def close(self) -> None:
        """The tab is closed."""
        if self._ws is not None:
            await self._ws.close()
        if self._pc is not None:
            await self._pc.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._ws = self._pc = None


@asynccontextmanager
async def desk(
    centre: Centre, login: str = "priya", *, view: str = "desk", sound: bool = True
) -> AsyncIterator[DeskClient]:
    """A signed-in page; with sound and Ready when it is a desk."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        client = DeskClient(centre, session)
        await client.sign_in(login)
        await client.connect(view)
        try:
            if view == "desk" and sound:
                await client.sound()
                await client.ready()
            yield client
        finally:
            await client.close()


def said(incident: dict[str, Any]) -> list[str]:
    """The messages of an incident, as its timeline has them."""
    return [entry["text"] for entry in incident["timeline"] if entry["kind"] == "message"]
