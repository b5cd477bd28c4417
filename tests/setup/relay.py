"""An HTTP relay whose answers a test can bend: a proxy before the centre or the carrier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

Bend = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
Edit = Callable[[str, Any], Any]


@dataclass
class Relay:
    """Passes everything to `target`, unless told otherwise."""

    url: str
    target: str = ""
    bend: Bend | None = None
    """Answers instead of the target; None from it = pass on."""
    edit: Edit | None = None
    """Changes a JSON answer: path and document in, document out."""
    add_query: str = ""
    date: str = ""

    def straight(self) -> None:
        """Passes everything on again."""
        self.bend = self.edit = None
        self.add_query = self.date = ""


@asynccontextmanager
async def relay(target: str = "") -> AsyncIterator[Relay]:
    """A running relay on a free port of loopback."""
    front = Relay("", target)
    async with aiohttp.ClientSession() as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            if front.bend is not None:
                bent = await front.bend(request)
                if bent is not None:
                    return bent
            headers = {k: v for k, v in request.headers.items() if k.lower() != "host"}
            url = front.target + request.raw_path + front.add_query
            body = await request.read()
            async with session.request(
                request.method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                extra = {"Date": front.date} if front.date else {}
                if front.edit is not None and answer.content_type == "application/json":
                    document = front.edit(request.path, await answer.json())
                    return web.json_response(document, status=answer.status, headers=extra)
                return web.Response(
                    status=answer.status,
                    body=await answer.read(),
                    content_type=answer.content_type,
                    headers=extra,
                )

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        front.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield front
        finally:
            await runner.cleanup()
