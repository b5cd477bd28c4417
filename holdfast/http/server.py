"""The HTTP server: routes with declared access on the socket that the parent holds."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from holdfast.http.access import Open, Route
from holdfast.http.half import HalfEnding
from holdfast.http.openapi import openapi
from holdfast.http.static_files import StaticFiles
from holdfast.http.tls import ServerCertificate
from holdfast.http.web import HALF_S, Gate, errors, headers_middleware, policy

BODY_LIMIT = 1024 * 1024
BACKLOG = 1024
REST_S = 15.0
"""How long the rest of half a request is waited for."""
KEEP_S = 130.0
"""A connection without a request is kept so long: longer than proxies keep theirs (Caddy: 120 s),
so that none sends a request on one that is closed in this moment."""
LINGER_S = 1.0
"""What still comes of a body that was refused is read so long, so that the answer is seen."""


def build(
    routes: Sequence[Route],
    gate: Gate,
    static: StaticFiles,
    *,
    public_url: str,
    connect: Sequence[str],
    hsts: bool,
) -> tuple[web.Application, list[Route]]:
    """The application, and all of its routes with the API's own document among them.

    Args:
        connect: further places that pages may open sockets to (the demo's carrier).
        hsts: browsers are told to come by https only, for a year (never in the demo).
    """

    async def api_document(_request: web.Request) -> web.StreamResponse:
        return web.json_response(document)

    async def v1_document(_request: web.Request) -> web.StreamResponse:
        return web.json_response(of_v1)

    every = [
        *routes,
        Route("GET", "/api/openapi.json", api_document, Open.PUBLIC, "This document"),
        Route("GET", "/api/v1/openapi.json", v1_document, Open.PUBLIC, "Incident work alone"),
    ]
    document = openapi(every, public_url)
    of_v1 = openapi(every, public_url, "/api/v1/")
    app = web.Application(middlewares=[errors], client_max_size=BODY_LIMIT)
    app[HALF_S] = REST_S
    app.on_response_prepare.append(headers_middleware(policy(connect), secure=hsts))
    for route in every:
        app.router.add_route(route.method, route.path, gate.guard(route))
    app.router.add_get("/static/{path:.+}", static.file)
    return app, every


@contextlib.asynccontextmanager
async def served(
    app: web.Application, sock: socket.socket, certificate: ServerCertificate | None
) -> AsyncIterator[None]:
    """Answers on the socket as long as the block."""
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=2.0,
        keepalive_timeout=KEEP_S,
        lingering_time=LINGER_S,
    )
    await runner.setup()
    context = certificate.context if certificate else None
    await HalfEnding(runner, sock, app[HALF_S], ssl_context=context, backlog=BACKLOG).start()
    try:
        yield
    finally:
        await runner.cleanup()
