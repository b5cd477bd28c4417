"""The carrier's end of a media stream, as cheap as it can be: a bare WebSocket client."""

from __future__ import annotations

import asyncio
import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Final, cast

MASK: Final = b"\x5a\xa5\xc3\x3c"
_WIDE: Final = int.from_bytes(MASK * 256, "big")
UPGRADE: Final = (
    "GET /stream HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Stream(asyncio.Protocol):
    """One caller. `heard`: each 20 ms that comes to them."""

    def __init__(self, contact: str, heard: Callable[[bytes], None]) -> None:
        self._contact, self._heard = contact, heard
        self._rest = b""
        self._open = False
        self.lost = False
        self.playing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """The first sound has come: the stream is up."""
        self._head = (
            '{"event":"media","sequenceNumber":"%d","streamSid":"MZbench","media":{"track":'
            '"inbound","chunk":"%d","timestamp":"%d","payload":"'
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods
        self._transport.write(UPGRADE.encode())

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost = True

    def say(self, number: int, payload: bytes) -> None:
        head = self._head % (number + 2, number + 1, number * 20)
        self._text(head.encode() + b2a_base64(payload, newline=False) + b'"}}')

    def close(self) -> None:
        self._transport.close()

    def _text(self, body: bytes, op: int = 0x81) -> None:
        if self.lost:
            return
        size = len(body)
        masked = (int.from_bytes(body, "big") ^ (_WIDE >> (8 * (1024 - size)))).to_bytes(
            size, "big"
        )
        head = (
            bytes((op, 0x80 | size)) if size < 126 else b"%c\xfe%b" % (op, size.to_bytes(2, "big"))
        )
        self._transport.write(b"".join((head, MASK, masked)))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            assert b" 101 " in data[:20], data[:200]
            self._open, data = True, data[end + 4 :]
            parameters = {"contact": self._contact, "epoch": "1", "token": "t"}
            start = {"callSid": f"CA{self._contact}", "customParameters": parameters}
            self._text(b'{"event":"connected"}')
            message = {"event": "start", "streamSid": "MZbench", "start": start}
            self._text(json.dumps(message).encode())
        at, size = 0, len(data)
        while size - at >= 2:
            length, start_at = data[at + 1], at + 2
            if length >= 126:
                wide = 2 if length == 126 else 8
                if size - at < 2 + wide:
                    break
                length, start_at = (
                    int.from_bytes(data[at + 2 : at + 2 + wide], "big"),
                    at + 2 + wide,
                )
            if size - start_at < length:
                break
            self._message(data[at] & 15, data[start_at : start_at + length])
            at = start_at + length
        self._rest = data[at:]

    def _message(self, op: int, body: bytes) -> None:
        if op == 9:
            self._text(body, 0x8A)
        elif op == 1 and (found := body.find(b'"payload":"')) >= 0:
            if not self.playing.done():
                self.playing.set_result(None)
            if len(body) < 400:  # longer ones are clips
                self._heard(a2b_base64(body[found + 11 : -3]))
        elif op == 1 and b'"mark"' in body:
            self._text(body)
