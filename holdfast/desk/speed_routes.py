"""How quickly data go each way between a page and us, for the check before a shift: as many bytes
as are asked for, taken and thrown away or sent, in pieces between which calls have their turn."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from aiohttp import web

from holdfast.clock import now_ms
from holdfast.http.access import Open, Route
from holdfast.http.web import ACCOUNT, BadRequest, problem
from holdfast.security.tries import Tries

MOST_BYTES: Final = 1000 << 10
"""Of one request; the page makes a few, each larger than the one before (static/desk/speed.js)."""
PIECE: Final = 64 << 10
LONGEST_S: Final = 2.0
"""The page gives each way up after one second."""
MOST_REQUESTS: Final = 400
"""Of one account in ten minutes: a dozen checks at least."""
WINDOW_MS: Final = 600_000
NO_SIZE: Final = f"`bytes` is a number up to {MOST_BYTES}"


class SpeedRoutes:
    """`GET` and `POST /api/desk/speed`."""

    def __init__(self) -> None:
        self._noise = os.urandom(PIECE)  # nothing on the way makes it smaller
        self._tries = Tries(MOST_REQUESTS, now_ms, WINDOW_MS)

    def routes(self) -> list[Route]:
        path = "/api/desk/speed"
        return [
            Route("GET", path, self.down, Open.SESSION, "As many bytes as `bytes` says"),
            Route("POST", path, self.up, Open.SESSION, "Takes bytes and keeps none"),
        ]

    def _too_many(self, request: web.Request) -> web.Response | None:
        if not self._tries.take(request[ACCOUNT].id):
            return None
        return problem(429, "too_many", "That was measured often just now. Try again in a while.")

    async def down(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("bytes", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 9):
            raise BadRequest(NO_SIZE)
        if not 0 < (left := int(asked)) <= MOST_BYTES:
            raise BadRequest(NO_SIZE)
        if refused := self._too_many(request):
            return refused
        answer = web.StreamResponse()
        answer.content_type, answer.content_length = "application/octet-stream", left
        await answer.prepare(request)
        try:
            async with asyncio.timeout(LONGEST_S):
                while left:
                    await answer.write(self._noise[:left])
                    left -= min(left, PIECE)
                    await asyncio.sleep(0)
        except (TimeoutError, ConnectionError):
            answer.force_close()  # the page has given up, or does now
        return answer

    async def up(self, request: web.Request) -> web.StreamResponse:
        if refused := self._too_many(request):
            return refused
        return web.json_response({"bytes": len(await request.read())})
