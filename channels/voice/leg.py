"""A caller behind the carrier's media stream: frames both ways, and how far ahead we are.

Live sound goes both ways without a queue and without a task (straight.py). What cannot be written
at once, and all clips, go through a bounded queue and a task of its own, so that neither the read
loop nor the agent's side ever waits for a socket.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from channels.twilio import stream as wire
from channels.voice.backlog import Backlog, Standing
from router.ports import FrameSink

log = structlog.get_logger(__name__)

WRITE_S: Final = 5.0
"""A carrier that takes nothing for this long is gone."""
MARK_EVERY_S: Final = 1.0
QUIET_ABOVE_MS: Final = 80.0
"""Standing backlog above which silent frames are left out."""
LIVE_ABOVE_MS: Final = 250.0
"""Standing backlog above which any live frame is left out."""
BURST_ABOVE_MS: Final = 1_000.0
"""A page that stalled and sends it all at once: live frames are left out beyond this much of it."""
LIVE_BYTES: Final = 480
"""Up to 60 ms in one piece is live sound; longer pieces are clips and tones, never left out."""
MAX_QUEUED_MS: Final = 10_000.0
"""Clips waiting for the socket beyond this are dropped, oldest first."""
_RATE: Final = 8
"""Samples, and bytes, in a millisecond."""
_QUIET_CODES: Final = bytes((*range(0x70, 0x80), *range(0xF0, 0x100)))
"""µ-law codes of the lowest segment (magnitude ≤ 120). softphone.g711.is_silent says the same;
siblings share no code, a test compares them."""


class Socket(Protocol):
    """What a leg needs of its WebSocket (straight.py)."""

    def write_now(self, text: bytes) -> bool: ...
    async def write_text(self, text: bytes) -> None: ...
    async def close(self) -> object: ...


@dataclass(slots=True)
class _Item:
    text: bytes
    ms: float = 0.0
    live: bool = False


class CarrierLeg:
    """A caller behind a media stream. Implements router.ports.AudioLeg."""

    def __init__(
        self,
        ws: Socket,
        stream_sid: str,
        name: str,
        now: Callable[[], float],
        greets: str = "",
    ) -> None:
        """`now`: seconds of the loop's clock. `greets`: the line whose greeting this caller has not
        heard yet."""
        self.greets = greets
        self._ws, self._name, self._now = ws, name, now
        self._out = wire.Outbound(stream_sid)
        self._sink: FrameSink | None = None
        self._queue: deque[_Item] = deque()
        self._queued_ms = 0.0
        self._wake = asyncio.Event()
        self._backlog = Backlog()
        self._standing = Standing()
        self._marked_at = now()
        self._closed = False
        self.cause = ""
        """Why it ended, in words; empty while it lives."""
        self.frames_in = self.frames_out = self.frames_left_out = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def backlog_ms(self) -> float:
        """Sound on its way that the caller has not heard: our queue and the carrier's buffer."""
        return self._backlog.ms(self._now()) + self._queued_ms

    @property
    def standing_ms(self) -> float:
        """The smallest backlog of the last second: a delay that stays."""
        return self._standing.ms(self.backlog_ms, self._now())

    def send(self, payload: bytes, timestamp: int) -> None:
        """Live frames are forwarded at once. What stands is judged by the smallest backlog of the
        last second: above 80 ms silent frames are left out, above 250 ms all: oldest first in our
        own queue, and what the carrier already has cannot be taken back singly, so there it is the
        newest."""
        if self._closed or not payload:
            return
        ms = len(payload) / _RATE
        live = len(payload) <= LIVE_BYTES
        if live:
            backlog = self.backlog_ms
            standing = self._standing.ms(backlog, self._now())
            if standing > QUIET_ABOVE_MS and _is_silent(payload):
                self.frames_left_out += 1
                return
            over = standing > LIVE_ABOVE_MS or backlog > BURST_ABOVE_MS
            if over and not self._drop_oldest(live=True):
                self.frames_left_out += 1
                return
        elif self._queued_ms > MAX_QUEUED_MS:
            self._drop_oldest(live=False)
        text = self._out.media(payload)
        if live and not self._queue and self._ws.write_now(text):
            if mark := self._written(ms):
                self._put(_Item(mark))
            return
        self._put(_Item(text, ms, live))

    def listen(self, sink: FrameSink | None) -> None:
        self._sink = sink

    def interrupt(self) -> None:
        """`clear`: the carrier forgets its buffer, we ours."""
        if self._closed:
            return
        self._queue = deque(item for item in self._queue if not item.ms)
        self._queued_ms = 0.0
        self._backlog.cleared(self._now())
        self._standing.cleared()
        self._put(_Item(self._out.clear))

    async def close(self, reason: str) -> None:
        if self._closed:
            return
        self.end(reason)
        await self._ws.close()

    # -- the handler's side

    def took(self, text: bytes) -> bool:
        """A message that comes all the time, straight from the parser. False: any other."""
        message = None if self._closed else wire.often(text)
        if message is None:
            return False
        if (sound := message.media) is not None:
            if sound.track == "inbound":
                self._heard(sound.payload, sound.timestamp * wire.SAMPLES_PER_MS)
        elif message.mark is not None:
            self._backlog.echoed(message.mark.name, self._now())
        return True

    def _heard(self, payload: bytes, timestamp: int) -> None:
        self.frames_in += 1
        if self._sink is None or not payload:
            return
        try:
            self._sink(payload, timestamp)
        except Exception:  # a root: it is called from the parser, and costs this one frame
            log.exception("stream.frame_lost", leg=self._name)

    def received(self, message: wire.Inbound) -> None:
        """One message after `start`. Raises StreamError for what has no place there."""
        if message.media is not None:
            if message.media.track != "inbound":
                return
            self._heard(*wire.audio(message.media))
        elif message.mark is not None:
            self._backlog.echoed(message.mark.name, self._now())
        elif message.event in ("start", "connected"):
            raise wire.StreamError("started twice")

    async def write(self) -> None:
        """Hands the queue to the socket until the leg ends."""
        try:
            while not self._closed:
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                await self._write_one(self._queue.popleft())
        except TimeoutError:
            self.end("the carrier takes nothing")
        except (ConnectionError, RuntimeError):
            self.end("the connection broke")
        await self._ws.close()

    async def _write_one(self, item: _Item) -> None:
        self._queued_ms = max(0.0, self._queued_ms - item.ms)
        mark = self._written(item.ms) if item.ms else None
        async with asyncio.timeout(WRITE_S):
            await self._ws.write_text(item.text)
            if mark is not None:
                await self._ws.write_text(mark)

    def _written(self, ms: float) -> bytes | None:
        """That much sound is handed over; the mark that follows it, once in a while."""
        now = self._now()
        self._backlog.sent(ms, now)
        self.frames_out += 1
        if now - self._marked_at < MARK_EVERY_S:
            return None
        self._marked_at = now
        return self._out.mark(self._backlog.mark(now))

    def _put(self, item: _Item) -> None:
        self._queue.append(item)
        self._queued_ms += item.ms
        self._wake.set()

    def _drop_oldest(self, *, live: bool) -> bool:
        for index, item in enumerate(self._queue):
            if item.ms and item.live == live:
                del self._queue[index]
                self._queued_ms -= item.ms
                self.frames_left_out += 1
                return True
        return False

    def end(self, cause: str) -> None:
        """It carries nothing from now on; the handler closes the socket. The first cause stays."""
        if not self._closed:
            self._closed = True
            self.cause = cause
            self._sink = None
            self._queue.clear()
            self._wake.set()


def _is_silent(payload: bytes) -> bool:
    return len(payload.translate(None, _QUIET_CODES)) * 16 <= len(payload)
