"""The carrier's end of a bidirectional media stream.

Messages as in twilio.com/docs/voice/media-streams/websocket-messages (numbers travel as strings);
errors as in twilio.com/docs/api/errors/31901, 31903, 31920, 31921, 31930, 31951. One clock of
20 ms with absolute deadlines drives both directions.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import ssl
from enum import Enum
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode

from channels.sandbox import audio
from channels.sandbox.clock import now, until
from channels.sandbox.document import Verb
from channels.sandbox.playout import Playout
from channels.sandbox.signing import new_sid, signature

if TYPE_CHECKING:
    from channels.sandbox.session import Session

OPEN_TIMEOUT_S = 5.0
RTP_TIMEOUT_MS = 500
"""After this long without sound from the caller, a call ends here (the vendor waits longer)."""

OUT_QUEUE = 250
"""How many messages (5 s of audio) a slow reader may lag behind; then caller audio is dropped
(31930)."""


class Ending(Enum):
    """How a stream ended when the carrier did not end it itself."""

    CLOSED = "closed"
    HANDSHAKE = "handshake"
    LOST = "lost"


class StreamClient:
    """One stream of one call. `run` returns when the other side has ended it."""

    def __init__(self, session: Session, verb: Verb) -> None:
        self._session = session
        self._call = session.call
        self._url = verb.attrs["url"].partition("?")[0]
        self._name = verb.attrs.get("name", "")
        self._callback = verb.attrs.get("statusCallback")
        self._callback_method = verb.attrs.get("statusCallbackMethod", "POST")
        self._custom = {p.attrs["name"]: p.attrs.get("value", "") for p in verb.children}
        self.sid = new_sid("MZ")
        self._queue: asyncio.Queue[str] = asyncio.Queue(OUT_QUEUE)
        self._sequence = 0
        self._chunk = 0
        self._playout = Playout()
        self._warned: set[int] = set()
        self._ws: ClientConnection | None = None
        self.invalid_messages = 0
        self.frames_out = 0
        self.frames_dropped = 0
        self.underruns = 0

    async def run(self) -> Ending:
        """Open, carry sound, end. If cancelled (redirect, hang-up): `stop`, then close."""
        await asyncio.sleep(self._session.carrier.stream_delay_s())
        ws = await self._open()
        if ws is None:
            return Ending.HANDSHAKE
        self._ws = ws
        self._event("stream-started")
        self._call.note("stream.started", stream=self.sid)
        try:
            await self._carry(ws)
        finally:
            await self._finish(ws)
        ending = Ending.LOST if ws.protocol.close_rcvd is None else Ending.CLOSED
        if ending is Ending.LOST:
            self._error(31903, "Stream - WebSocket - Connection Broken Pipe")
        else:
            # Also if the centre meant to: a close by the server is how such a stream ends.
            self._error(31921, "Stream - WebSocket - Close Error")
        return ending

    def digit(self, digit: str) -> None:
        """The caller pressed a key."""
        self._push("dtmf", {"track": "inbound_track", "digit": digit})

    def drop(self) -> bool:
        """Break the TCP connection without a goodbye. False when none is open."""
        if self._ws is None:
            return False
        self._ws.transport.abort()
        return True

    async def _open(self) -> ClientConnection | None:
        carrier = self._session.carrier
        signed = self._url + ("/" if carrier.faults.take("stream_slash") else "")
        headers = {"X-Twilio-Signature": signature(carrier.options.auth_token, signed)}
        try:
            if carrier.faults.take("stream_refused"):
                raise OSError("refused by a fault setting")
            ws = await connect(
                self._url,
                additional_headers=headers,
                user_agent_header="Twilio.TmeWs/1.0",
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=1,
                ping_interval=None,  # a host that vanished goes unnoticed, as with the vendor
                compression=None,
                proxy=None,
            )
            if carrier.faults.take("stream_no_pong"):
                _mute(ws)
            return ws
        except (InvalidStatus, InvalidHandshake, InvalidURI) as error:
            self._error(31920, f"Stream - WebSocket - Handshake Error: {error}")
        except ssl.SSLError as error:
            self._error(31902, f"Stream - WebSocket - Connection Refused (TLS): {error}")
        except (OSError, TimeoutError) as error:
            self._error(31901, f"Stream - WebSocket - Connection Timeout: {error}")
        return None

    async def _carry(self, ws: ClientConnection) -> None:
        self._queue.put_nowait(
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        )
        self._push(
            "start",
            {
                "accountSid": self._call.account_sid,
                "streamSid": self.sid,
                "callSid": self._call.sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": self._custom,
            },
        )
        self._session.party.on("stream_started")
        faults = self._session.carrier.faults
        abort = None
        if faults.stream_drop_after_ms and faults.take("stream_drop"):
            loop = asyncio.get_running_loop()
            abort = loop.call_later(faults.stream_drop_after_ms / 1000, ws.transport.abort)
        try:
            async with asyncio.TaskGroup() as group:
                helpers = [
                    group.create_task(self._send(ws)),
                    group.create_task(self._clock()),
                ]
                await self._read(ws)
                for task in helpers:
                    task.cancel()
        finally:
            if abort is not None:
                abort.cancel()

    async def _finish(self, ws: ClientConnection) -> None:
        """Send `stop` if somebody is still there to receive it, and close."""
        try:
            async with asyncio.timeout(2):
                if ws.protocol.close_rcvd is None and not ws.transport.is_closing():
                    if not self._session.carrier.faults.take("stop_missing"):
                        stop = {"accountSid": self._call.account_sid, "callSid": self._call.sid}
                        await ws.send(self._message("stop", stop))
                    await ws.close()
        except (ConnectionClosed, TimeoutError, OSError):
            pass  # it went before we could say goodbye
        self._event("stream-stopped")
        self._call.note(
            "stream.ended",
            stream=self.sid,
            close_code=ws.close_code,
            frames_out=self.frames_out,
            frames_dropped=self.frames_dropped,
            underruns=self.underruns,
            invalid_messages=self.invalid_messages,
        )
        self._session.party.on("stream_ended")

    async def _send(self, ws: ClientConnection) -> None:
        try:
            while True:
                await ws.send(await self._queue.get())
        except ConnectionClosed:
            pass  # the reader sees it too and ends the stream

    async def _clock(self) -> None:
        loop = asyncio.get_running_loop()
        start, n = loop.time(), 0
        party = self._session.party
        deaf_ms = self._session.carrier.faults.stream_deaf_after_ms
        while True:
            deaf = bool(deaf_ms) and n * 20 >= deaf_ms
            if not deaf:
                said = party.speak()
                if not self._session.carrier.faults.stream_mute:
                    self._media(said, n * 20)
            elif n * 20 >= deaf_ms + RTP_TIMEOUT_MS:
                self._error(31953, "Stream - Media - RTP timeout")
                self._session.call.error_code = 32014
                self._session.hang_up("rtp timeout")
                return
            reached, frame = self._playout.tick()
            for name in reached:
                self._echo(name)
            if frame is None:
                self.underruns += 1
            party.hear(frame or audio.SILENCE)
            n += 1
            await until(start + n * audio.FRAME_S)

    def _media(self, ulaw: bytes, ms: int) -> None:
        if self._queue.full():
            self.frames_dropped += 1
            self._error(31930, "Stream - slow reader: caller audio was dropped")
            return
        self._chunk += 1
        self._sequence += 1
        self.frames_out += 1
        payload = base64.b64encode(ulaw).decode()
        self._queue.put_nowait(
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"inbound",'
            f'"chunk":"{self._chunk}","timestamp":"{ms}","payload":"{payload}"}},'
            f'"streamSid":"{self.sid}"}}'
        )

    def _echo(self, name: str) -> None:
        self._push("mark", {"name": name})
        self._call.note("stream.mark_played", name=name)

    def _message(self, event: str, body: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                event: body,
                "streamSid": self.sid,
            }
        )

    def _push(self, event: str, body: dict[str, Any]) -> None:
        if not self._queue.full():
            self._queue.put_nowait(self._message(event, body))

    async def _read(self, ws: ClientConnection) -> None:
        try:
            async for raw in ws:
                if not self._take(raw):
                    self.invalid_messages += 1
                    self._error(31951, "Stream - Protocol - Invalid Message")
        except ConnectionClosed:
            pass  # the ending is read from the connection afterwards

    def _take(self, raw: str | bytes) -> bool:
        """One message from the centre; False when it is not one of the three."""
        try:
            message = json.loads(raw) if isinstance(raw, str) else None
        except ValueError:
            return False
        if not isinstance(message, dict) or message.get("streamSid") != self.sid:
            return False
        match message:
            case {"event": "media", "media": {"payload": str(payload)}}:
                try:
                    self._playout.add(base64.b64decode(payload, validate=True))
                except binascii.Error:
                    return False
            case {"event": "mark", "mark": {"name": str(name)}}:
                self._playout.mark(name)
            case {"event": "clear"}:
                self._call.note("stream.cleared", dropped_ms=self._playout.backlog_ms)
                for name in self._playout.clear():
                    self._echo(name)
                self._session.party.on("cleared")
            case _:
                return False
        return True

    def _error(self, code: int, why: str) -> None:
        """Once per stream and code, as the vendor does."""
        if code not in self._warned:
            self._warned.add(code)
            self._call.note("stream.failed", code=code, why=why)
            self._event("stream-error", f"{code} {why}")

    def _event(self, event: str, error: str = "") -> None:
        if self._callback is None:
            return
        params = [
            ("AccountSid", self._call.account_sid),
            ("CallSid", self._call.sid),
            ("StreamSid", self.sid),
            ("StreamName", self._name or self.sid),
            ("StreamEvent", event),
            ("Timestamp", now().isoformat(timespec="milliseconds").replace("+00:00", "Z")),
        ]
        if error:
            params.append(("StreamError", error))
        self._session.carrier.spawn(
            self._session.carrier.webhooks.send(
                self._callback, params, method=self._callback_method, kind="stream-status"
            )
        )


def _mute(ws: ClientConnection) -> None:
    """Receives pings and does not answer them, like a carrier that does not know them."""
    answering = ws.protocol.recv_frame

    def recv_frame(frame: Frame) -> None:
        if frame.opcode is not Opcode.PING:
            answering(frame)

    ws.protocol.recv_frame = recv_frame  # type: ignore[method-assign]
