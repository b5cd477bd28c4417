"""Half a request, head or body, is waited for only while the rest keeps coming.

aiohttp itself waits for ever: a client that opens many connections and sends nothing, or a letter
now and then, would hold every descriptor that the centre has. A head has its time from its first
byte. A body is waited for while it comes, a large mail on a bad line for minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Protocol

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

FLOOR = 64 * 1024
"""Bytes of a body in the time that half a request has (15 s): 35 kbit/s, a bad line's."""
TOTAL = 40
"""Times of half a request that a body may take in all (10 min): 25 MB at 0.35 Mbit/s."""
LOOKS = 15
"""Looks at a body in the time of half a request; it is ended at the look that follows."""


class _Content(Protocol):
    total_bytes: int


@contextlib.asynccontextmanager
async def arriving(content: _Content, half_s: float) -> AsyncIterator[None]:
    """A body read in this block has to arrive at `FLOOR` or quicker.

    Raises:
        TimeoutError: nothing came for `half_s`, or too little, or it took too long in all.
    """
    loop, pause_s = asyncio.get_running_loop(), half_s / LOOKS
    began, seen = loop.time(), content.total_bytes
    until = began + half_s

    handle: asyncio.TimerHandle

    def look() -> None:
        nonlocal until, seen, handle
        now, came = loop.time(), content.total_bytes - seen
        seen += came
        until = min(until + came / FLOOR * half_s, now + half_s, began + TOTAL * half_s)
        if not limit.expired():
            limit.reschedule(until + pause_s)
            handle = loop.call_later(pause_s, look)

    handle = loop.call_later(pause_s, look)
    try:
        async with asyncio.timeout(half_s + pause_s) as limit:
            yield
    finally:
        handle.cancel()


class _Connection(web.RequestHandler):
    """One connection. What is not a whole head `half_s` after its first byte is ended; where that
    came in one packet with the end of another request, at most as long again."""

    __slots__ = ("_body", "_half", "_half_s", "_quiet", "_since")

    def __init__(self, server: web.Server, half_s: float, **options: Any) -> None:
        super().__init__(server, **options)
        self._half_s = half_s
        self._half: asyncio.TimerHandle | None = None
        self._since = 0.0
        """When half a head may have begun; meaningful while `_half` runs."""
        self._quiet = False
        """Nothing has come since a request was whole."""
        self._body: StreamReader | None = None
        """What is still to come of it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._since = self._loop.time()
        self._half = self._loop.call_later(self._half_s, self._look)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._half is not None:
            self._half.cancel()
        self._half = self._body = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._upgraded:  # sound and pages: every frame comes by here
            super().data_received(data)
            return
        before, in_body = self._request_count, self._body is not None
        super().data_received(data)
        new = self._request_count != before
        if new and self._messages:
            self._body = self._messages[-1][1]
        if self._body is not None and self._body.is_eof():
            self._body = None
        if new or in_body:
            self._since, self._quiet = self._loop.time(), True
        elif self._half is None or self._quiet:
            self._since, self._quiet = self._loop.time(), False
        if self._half is None:
            self._half = self._loop.call_later(self._half_s, self._look)

    def _look(self) -> None:
        self._half = None
        if self._payload_parser is not None or self.transport is None:
            return  # a socket of sound or of a page
        left = self._since + self._half_s - self._loop.time()
        answers = self._waiter is None or self._waiter.done() or bool(self._messages)
        if left > 0 or answers:  # whose request is whole may take what it needs
            self._half = self._loop.call_later(left if left > 0 else self._half_s, self._look)
        elif not self._request_count or self._is_half():
            self.force_close()

    def _is_half(self) -> bool:
        """Between requests, empty lines say nothing (RFC 9112, 2.2); they end half a head, or are a
        fault in it. The connection is of no use afterwards if it was one."""
        assert self._parser is not None
        try:
            return bool(self._parser.feed_data(b"\r\n\r\n")[0])
        except HttpProcessingError:
            return True


class HalfEnding(web.SockSite):
    """Serves on a socket; half a TLS handshake or head is ended after `half_s` seconds."""

    def __init__(
        self,
        runner: web.AppRunner,
        sock: socket.socket,
        half_s: float,
        *,
        ssl_context: ssl.SSLContext | None,
        backlog: int,
    ) -> None:
        super().__init__(runner, sock, ssl_context=ssl_context, backlog=backlog)
        self._half_s = half_s

    async def start(self) -> None:
        await web.BaseSite.start(self)
        server = self._runner.server
        assert server is not None
        loop = asyncio.get_running_loop()
        options = server._kwargs  # what aiohttp itself hands to each connection
        self._server = await loop.create_server(
            partial(_Connection, server, self._half_s, loop=loop, **options),
            sock=self._sock,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=self._half_s if self._ssl_context else None,
        )
