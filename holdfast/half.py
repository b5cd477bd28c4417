"""Connections that bring half a request are ended: aiohttp itself waits for the rest for ever.

Who opens many and sends nothing, or a letter now and then, would hold every descriptor that the
centre has. A body is timed by `web.whole`; here it is the head.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import partial
from typing import Any

from aiohttp import web


class _Connection(web.RequestHandler):
    """One connection; its clock runs from half a head until the request is whole."""

    __slots__ = ("_half", "_half_s")

    def __init__(self, server: web.Server, half_s: float, **options: Any) -> None:
        super().__init__(server, **options)
        self._half: asyncio.TimerHandle | None = None
        self._half_s = half_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._upgraded:  # sound and pages: every frame comes by here
            super().data_received(data)
            return
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._whole()
        elif self._half is None and not self._request_in_progress and not self._messages:
            self._begin()

    def _begin(self) -> None:
        self._half = self._loop.call_later(self._half_s, self.force_close)

    def _whole(self) -> None:
        if self._half is not None:
            self._half.cancel()
            self._half = None


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
