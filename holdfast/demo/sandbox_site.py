"""Routes of the demo only: a telephone in the browser, its line to the sandbox carrier."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import WSMsgType, web

from holdfast.demo import show
from holdfast.desk.page_errors import PageErrors
from holdfast.http.access import Open, Route
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import Gate, problem
from holdfast.settings.checks import LOOPBACK
from holdfast.settings.environment import Settings

log = structlog.get_logger()

MAX_BYTES = 64 * 1024
RELAY = "/sandbox/ws"


class Sandbox(dict[str, Any]):
    """The demo carrier's own data: base_url, port, phone_number, account."""


class SandboxSite:
    """The demo's own pages; `sandbox` holds its carrier's own data (ports, number)."""

    def __init__(
        self, settings: Settings, sandbox: dict[str, Any], gate: Gate, static: StaticFiles
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._gate = gate
        self._static = static
        self._direct = f"ws://127.0.0.1:{sandbox.get('port')}/phone"

    def routes(self) -> list[Route]:
        telephone = self._static.page("phone.html")
        return [
            Route("GET", "/sandbox/phone", telephone, Open.PUBLIC, "A telephone"),
            Route("GET", RELAY, self.relay, Open.PUBLIC, "The telephone's line, passed on"),
            Route("GET", "/api/sandbox", self.sandbox, Open.PUBLIC, "The demo's carrier"),
            PageErrors(self._gate).route("/api/sandbox/page_errors", Open.PUBLIC),
            Route("GET", "/api/demo", self.demo, Open.PUBLIC, "The demo's accounts"),
        ]

    async def sandbox(self, request: web.Request) -> web.StreamResponse:
        lines = self._settings.config.lines
        return web.json_response(
            {
                "ws": self._line_for(request),
                "lines": [
                    {"number": x.number, "word": x.word, "severity": x.severity}
                    for x in lines
                    if x.number
                ],
                "mail": next((x.mail for x in lines if x.mail), None),
                "number": self._sandbox.get("phone_number"),
                "account": self._sandbox.get("account") or None,
            }
        )

    def _line_for(self, request: web.Request) -> str:
        """Straight to the carrier where the page can reach it: that survives our restarts."""
        try:
            host = urlsplit(f"//{request.host}").hostname
        except ValueError:
            host = None
        secure = bool(self._settings.tls_cert) or self._settings.secure
        return RELAY if secure or host not in LOOPBACK else self._direct

    async def demo(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "password": show.PASSWORD,
                "accounts": [
                    {"login": a.login, "name": a.name, "role": a.role} for a in show.ACCOUNTS
                ],
            }
        )

    async def relay(self, request: web.Request) -> web.StreamResponse:
        """Passes messages both ways until one side ends."""
        if not self._gate.origin_listed(request.headers.get("Origin")):
            return problem(403, "not_allowed", "This page's address is not listed.")
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(
                    self._direct,
                    headers={"Origin": self._settings.public_url},
                    max_msg_size=MAX_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                ) as carrier,
            ):
                near = web.WebSocketResponse(max_msg_size=MAX_BYTES, compress=False, timeout=1.0)
                await near.prepare(request)
                async with asyncio.TaskGroup() as group:
                    back = group.create_task(_pass_on(carrier, near), name="carrier to phone")
                    await _pass_on(near, carrier)
                    back.cancel()
                return near
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("show.carrier_away", error=type(error).__name__)
            return problem(502, "not_ready", "The sandbox carrier does not answer.")


Side = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pass_on(source: Side, target: Side) -> None:
    """Until `source` ends; then `target` does."""
    try:
        async for message in source:
            if message.type is WSMsgType.BINARY:
                await target.send_bytes(message.data)
            elif message.type is WSMsgType.TEXT:
                await target.send_str(message.data)
    except ConnectionError:
        pass  # the other way sees it too
    await target.close()


def sandbox_from_environment() -> dict[str, Any] | None:
    """The data about the demo's carrier that the parent gives its worker."""
    text = os.environ.get("HOLDFAST_SANDBOX")
    return json.loads(text) if text else None
