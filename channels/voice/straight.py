"""A WebSocket whose text goes straight from aiohttp's parser to whoever takes it, and straight into
the transport's buffer while that is all but empty.

Stock aiohttp puts each message into a queue and wakes a task, and so did we for what we send: for
50 frames a second and way that is most of what a frame costs. What nobody takes goes the ordinary
way, and so does everything, if what this rests on inside aiohttp is not there (INTERNALS; a test
fails loudly when it moves).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSMsgType, web, web_ws

INTERNALS: Final = {
    "web_ws": ("WebSocketDataQueue",),
    "response": ("_post_start", "_reader", "_reset_heartbeat", "_closing"),
}
"""Names in aiohttp.web_ws, attributes of WebSocketResponse that are used beyond what is public."""

MOST_BUFFERED: Final = 2048
"""Bytes that the other side has not taken yet; beyond, what comes next waits in its turn."""

Take = Callable[[bytes], bool]
"""A text message. False: it is read in its turn, as if nobody took any."""


def _nobody(_text: bytes) -> bool:
    return False


_Queue: Any = getattr(web_ws, "WebSocketDataQueue", None)
POSSIBLE = _Queue is not None and hasattr(web.WebSocketResponse, "_post_start")
"""False: another aiohttp than the one that we know."""


class _Straight(_Queue or object):  # type: ignore[misc]  # Any: aiohttp does not export it
    take: Take = staticmethod(_nobody)

    def feed_data(self, data: Any, size: int) -> None:
        if data[0] is not WSMsgType.TEXT or not self.take(data[1]):
            super().feed_data(data, size)


class StraightSocket(web.WebSocketResponse):
    """Text comes as bytes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(decode_text=False, **options)
        self._transport: Any = None

    def _post_start(self, *args: Any) -> None:
        """The queue that it builds is ours, just for one synchronous call."""
        if not POSSIBLE:
            super()._post_start(*args)
            return
        module: Any = web_ws
        stock = module.WebSocketDataQueue
        module.WebSocketDataQueue = _Straight
        try:
            super()._post_start(*args)
        finally:
            module.WebSocketDataQueue = stock

        self._transport = args[0].transport

    def _reset_heartbeat(self) -> None:
        """Not any more once it is closing: what still comes then would keep this socket, and all
        that hangs on it, for another heartbeat and pong; a flood of such streams is a heap that
        stops everybody's sound while it is searched."""
        if not (self.closed or self._closing):
            super()._reset_heartbeat()

    def write_now(self, text: bytes) -> bool:
        """One message, at once and without waiting. False: what was written before stands in the
        way, or the socket is closing; nothing was written."""
        transport = self._transport
        if transport is None or self.closed or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > MOST_BUFFERED:
            return False
        transport.write(_head(len(text)) + text)
        return True

    async def write_text(self, text: bytes) -> None:
        """One message; waits while the other side takes nothing."""
        await self.send_frame(text, WSMsgType.TEXT)

    def hand_to(self, take: Take) -> bool:
        """From now on. False: it cannot be done, everything is read in turn."""
        queue: Any = getattr(self, "_reader", None)
        if not isinstance(queue, _Straight):
            return False
        queue.take = take
        return True


def _head(size: int) -> bytes:
    """Of an unmasked text frame, RFC 6455 section 5.2."""
    if size < 126:
        return b"\x81" + bytes((size,))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")
