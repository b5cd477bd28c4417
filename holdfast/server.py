"""The HTTP server: routes with declared access on the socket that the parent holds."""

from __future__ import annotations

import contextlib
import mimetypes
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiohttp import web

from holdfast.access import Open, Route
from holdfast.routes import openapi
from holdfast.tls import ServerCertificate
from holdfast.web import Gate, errors, headers_middleware, policy

BODY_LIMIT = 1024 * 1024
BACKLOG = 1024

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("text/javascript", ".js")


def build(
    routes: Sequence[Route],
    gate: Gate,
    static: Path,
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

    every = [
        *routes,
        Route("GET", "/api/openapi.json", api_document, Open.PUBLIC, "This document"),
    ]
    document = openapi(every, public_url)
    app = web.Application(middlewares=[errors], client_max_size=BODY_LIMIT)
    app.on_response_prepare.append(headers_middleware(policy(connect), secure=hsts))
    for route in every:
        app.router.add_route(route.method, route.path, gate.guard(route))
    app.router.add_static("/static", static, append_version=False)
    return app, every


@contextlib.asynccontextmanager
async def served(
    app: web.Application, sock: socket.socket, certificate: ServerCertificate | None
) -> AsyncIterator[None]:
    """Answers on the socket as long as the block."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    context = certificate.context if certificate else None
    await web.SockSite(runner, sock, ssl_context=context, backlog=BACKLOG).start()
    try:
        yield
    finally:
        await runner.cleanup()
