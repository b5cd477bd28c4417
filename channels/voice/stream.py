"""The carrier's media stream: one WebSocket is one caller's leg.

Once it is up, its sound comes straight from the parser (leg.py); what the read loop sees then is
the rest, and it never awaits anything but the socket (a slow reader makes the carrier drop the
caller's sound, error 31930). A client
that does not speak the protocol, or has no valid token, loses this one stream and leaves one log
line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from channels.twilio import stream as wire
from channels.voice.leg import CarrierLeg
from channels.voice.straight import StraightSocket

__all__ = ["CarrierLeg", "StreamOwner", "stream_handler"]

log = structlog.get_logger(__name__)

FIRST_FRAME_S: Final = 5.0
HEARTBEAT_S: Final = 10.0
REFUSE_S: Final = 0.1
"""A refused stream is gone within this, whether its peer answers our close or not."""
MAX_UNKNOWN: Final = 100


class StreamOwner(Protocol):
    """The object that decides about streams and hears of them. No method may block."""

    def admits(self, token: str, call_sid: str, contact: str, epoch: int) -> bool:
        """Is the token valid, here and now, for exactly this?"""

    def started(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg) -> bool:
        """A caller's leg is up. False: of an older epoch; it is closed."""

    def ended(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg, cause: str) -> None:
        """A leg for which `started` said True has ended."""

    def digit(self, contact: str, digit: str) -> None:
        """The caller pressed a key."""


@dataclass(frozen=True, slots=True)
class _Started:
    contact: str
    epoch: int
    call_sid: str
    leg: CarrierLeg


class _Refused(Exception):
    """This stream may not go on; the words go to the log."""


def stream_handler(
    owner: StreamOwner,
    *,
    authorise: Callable[[web.Request], bool] | None = None,
    first_frame_s: float = FIRST_FRAME_S,
    heartbeat_s: float = HEARTBEAT_S,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of `GET /twilio/stream…`.

    `authorise` checks the upgrade's signature (403 when it says False); the token inside `start`
    is asked of `owner`. `first_frame_s`: budget from the upgrade to a complete `start`.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        if authorise is not None and not authorise(request):
            log.warning("stream.refused", reason="bad signature")
            return web.Response(status=403, text="signature does not match")
        ws = StraightSocket(
            max_msg_size=wire.MAX_MESSAGE_BYTES,
            compress=False,
            heartbeat=heartbeat_s,
            timeout=2.0,
            writer_limit=16 * 1024,
        )
        try:
            await ws.prepare(request)
        except ConnectionError:
            log.info("stream.refused", reason="gone before it was up")
            return ws
        try:
            async with asyncio.timeout(first_frame_s):
                started = await _start(ws, owner)
        except TimeoutError:
            await _refuse(ws, "no start in time")
        except (_Refused, wire.StreamError) as error:
            await _refuse(ws, str(error))
        else:
            await _carry(ws, owner, started)
        return ws

    return handle


async def _start(ws: StraightSocket, owner: StreamOwner) -> _Started:
    """`connected`, then `start` with our three parameters, and nothing else before."""
    if (await _message(ws)).event != "connected":
        raise _Refused("wrong order")
    message = await _message(ws)
    start = message.start
    if start is None or not message.streamSid:
        raise _Refused("wrong order")
    given = start.customParameters
    contact, token, epoch = given.get("contact", ""), given.get("token", ""), given.get("epoch", "")
    if not (contact and token and epoch.isascii() and epoch.isdigit() and len(epoch) < 16):
        raise _Refused("no token")
    if not owner.admits(token, start.callSid, contact, int(epoch)):
        raise _Refused("bad token")
    if start.mediaFormat.encoding != "audio/x-mulaw" or start.mediaFormat.sampleRate != 8000:
        raise _Refused("unknown sound format")
    now = asyncio.get_running_loop().time
    leg = CarrierLeg(
        ws, message.streamSid, f"carrier {contact}.{int(epoch)}", now, given.get("greets", "")
    )
    return _Started(contact, int(epoch), start.callSid, leg)


async def _message(ws: StraightSocket) -> wire.Inbound:
    """The next message. Raises StreamError, or _Refused when the socket ended."""
    frame = await ws.receive()
    if frame.type is WSMsgType.TEXT:
        return wire.decode(frame.data)
    if frame.type is WSMsgType.BINARY:
        raise wire.StreamError("a binary frame")
    if frame.type is WSMsgType.ERROR:
        raise wire.StreamError("a broken or oversized frame")
    raise _Refused("the carrier closed the socket")


async def _refuse(ws: StraightSocket, reason: str) -> None:
    log.warning("stream.refused", reason=reason)
    try:
        async with asyncio.timeout(REFUSE_S):
            await ws.close(code=WSCloseCode.POLICY_VIOLATION)
    except TimeoutError:
        pass  # aiohttp has closed the transport when its wait was cut short


async def _carry(ws: StraightSocket, owner: StreamOwner, started: _Started) -> None:
    leg = started.leg
    async with asyncio.TaskGroup() as tasks:
        writer = tasks.create_task(leg.write(), name=leg.name)
        if not owner.started(started.contact, started.epoch, started.call_sid, leg):
            writer.cancel()
            leg.end("older epoch")
            await _refuse(ws, "older epoch")
            return
        log.info("stream.started", contact=started.contact, epoch=started.epoch)
        ws.hand_to(leg.took)
        try:
            await _read(ws, owner, started)
        finally:
            leg.end("the process ends the stream")
            cause = leg.cause
            owner.ended(started.contact, started.epoch, started.call_sid, leg, cause)
            log.info(
                "stream.ended", contact=started.contact, epoch=started.epoch, cause=cause,
                frames_in=leg.frames_in, frames_out=leg.frames_out,
                frames_left_out=leg.frames_left_out,
            )  # fmt: skip


async def _read(ws: StraightSocket, owner: StreamOwner, started: _Started) -> None:
    """Until `stop`, the socket's end or nonsense; the leg then knows the cause."""
    leg, unknown = started.leg, 0
    try:
        while not leg.closed:
            message = await _message(ws)
            if message.event == "stop":
                leg.end("stopped by the carrier")
            elif message.dtmf is not None:
                owner.digit(started.contact, message.dtmf.digit[:1])
            elif message.event in ("media", "mark", "start", "connected"):
                leg.received(message)
            else:
                unknown += 1
                if unknown > MAX_UNKNOWN:
                    raise wire.StreamError("too many unknown messages")
    except wire.StreamError as error:
        leg.end(f"protocol: {error}")
    except _Refused as error:
        leg.end(str(error))
