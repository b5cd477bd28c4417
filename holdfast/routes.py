"""Every HTTP route with its access, and the handlers that are not the carrier's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp import web

from holdfast import __version__, demo
from holdfast.access import Open, Permission, Route
from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub, me
from holdfast.desk.intents import Refused
from holdfast.desk.socket import DeskSocket
from holdfast.metrics import Metrics
from holdfast.security import Passwords, Sessions, Throttle, Tickets
from holdfast.web import ACCOUNT, Gate, problem
from router.live.engine import Engine
from router.records import accounts
from router.records.database import Database

log = structlog.get_logger()

LOOPBACK = ("127.0.0.1", "::1")


class _Login(msgspec.Struct):
    login: str
    password: str


class Site:
    """Pages, sign-in, the desk's socket, health."""

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        hub: Hub,
        desk: Desk,
        socket: DeskSocket,
        sessions: Sessions,
        gate: Gate,
        metrics: Metrics,
        static: Path,
        demo: dict[str, Any] | None,
        draining: Callable[[], bool],
    ) -> None:
        self._database = database
        self._engine = engine
        self._hub = hub
        self._desk = desk
        self._socket = socket
        self._sessions = sessions
        self._gate = gate
        self._metrics = metrics
        self._static = static
        self._demo = demo
        self._draining = draining
        self._passwords = Passwords()
        self._tickets = Tickets()
        self._throttle = Throttle()

    def routes(self) -> list[Route]:
        """All of them; app.py refuses any that is not in such a list."""
        found = [
            Route("GET", "/", self.home, Open.PUBLIC, "To the page of the role"),
            Route("GET", "/login", self._page("login.html"), Open.PUBLIC, "Sign in"),
            Route("GET", "/desk", self._page("desk.html"), Open.PUBLIC, "The agent's desk"),
            Route("GET", "/board", self._page("board.html"), Open.PUBLIC, "The board"),
            Route("GET", "/livez", self.livez, Open.PUBLIC, "The process runs"),
            Route("GET", "/readyz", self.readyz, Open.PUBLIC, "Store and database answer"),
            Route("GET", "/metrics", self.metrics, Open.PUBLIC, "Figures (loopback only)"),
            Route("POST", "/api/login", self.login, Open.PUBLIC, "Sign in"),
            Route("POST", "/api/logout", self.logout, Open.SESSION, "Sign out"),
            Route("GET", "/api/me", self.whoami, Open.SESSION, "Who is signed in"),
            Route("POST", "/api/desk/ticket", self.ticket, Open.SESSION, "Ticket for the socket"),
            Route("GET", "/api/desk/ws", self.ws, Open.TICKET, "The desk protocol"),
            Route(
                "GET", "/api/board", self.board, Permission.BOARD_SEE, "The board's picture, once"
            ),
            Route(
                "GET",
                "/api/incidents/{id}",
                self.incident,
                Permission.DESK_USE,
                "An incident as one document",
            ),
        ]
        if self._demo is not None:
            found += [
                Route(
                    "GET", "/sandbox/phone", self._page("phone.html"), Open.PUBLIC, "A telephone"
                ),
                Route("GET", "/api/sandbox", self.sandbox, Open.PUBLIC, "The demo's carrier"),
                Route("GET", "/api/demo", self.demo, Open.PUBLIC, "The demo's accounts"),
            ]
        return found

    def _page(self, name: str) -> Callable[[web.Request], Any]:
        path = self._static / name

        async def page(_request: web.Request) -> web.StreamResponse:
            return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

        return page

    async def home(self, request: web.Request) -> web.StreamResponse:
        account = await self._sessions.account(request)
        if account is None:
            raise web.HTTPFound("/login")
        raise web.HTTPFound("/desk" if account.role == "agent" else "/board")

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        store, database = await self._engine.alive(), await self._database.alive()
        ready = store and database and not self._draining()
        words = {"store": store, "database": database, "draining": self._draining()}
        return web.json_response(words, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        if request.remote not in LOOPBACK or request.headers.get("X-Forwarded-For"):
            return problem(403, "not_allowed", "Figures are read on this machine only.")
        return web.Response(body=self._metrics.text(), content_type="text/plain")

    # Sign-in ----------------------------------------------------------------------------------

    async def login(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.same_site(request):
            return problem(403, "not_allowed", "This request did not come from our pages.")
        try:
            form = msgspec.json.decode(await request.read(), type=_Login)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return problem(400, "bad_request", "login and password are needed.")
        login = form.login.strip().casefold()
        keys = (f"login {login}", f"address {request.remote}")
        if any(self._throttle.blocks(key) for key in keys):
            return problem(429, "too_many", "Too many attempts. Wait a minute.")
        async with self._database.read() as connection:
            account = await accounts.by_login(connection, login)
        right = await self._passwords.verify(
            account.password_hash if account and account.active else None, form.password
        )
        if not right or account is None:
            log.warning("session.refused")
            for key in keys:
                self._throttle.failed(key)
            return problem(401, "wrong", "Login or password is wrong.")
        response = web.json_response({"me": me(account)})
        await self._sessions.open(response, account)
        return response

    async def logout(self, request: web.Request) -> web.StreamResponse:
        try:
            await self._desk.sign_out(request[ACCOUNT].id)
        except Refused as refusal:
            return problem(409, refusal.code, "End the call first.")
        response = web.Response(status=204)
        await self._sessions.close(request, response)
        page = self._hub.desk_of(request[ACCOUNT].id)
        if page is not None:
            page.close()
        return response

    async def whoami(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"me": me(request[ACCOUNT])})

    async def ticket(self, request: web.Request) -> web.StreamResponse:
        ticket = self._tickets.issue(request[ACCOUNT].id)
        return web.json_response({"ticket": ticket, "expires_in_s": 20})

    async def ws(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.origin_listed(request.headers.get("Origin")):
            log.warning("desk.origin_refused")
            return problem(403, "not_allowed", "This page's address is not listed.")
        account_id = self._tickets.redeem(request.query.get("ticket", ""))
        if account_id is None:
            return problem(401, "signed_out", "The ticket is used or too old.")
        async with self._database.read() as connection:
            account = await accounts.by_id(connection, account_id)
        view = request.query.get("view", "desk")
        if account is None or not account.active or view not in ("desk", "board"):
            return problem(403, "not_allowed", "Not possible with this account.")
        if view == "board" and "board.see" not in me(account)["permissions"]:
            return problem(403, "not_allowed", "Your role does not see the board.")
        return await self._socket.serve(request, account, view)

    # Reading ----------------------------------------------------------------------------------

    async def board(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._hub.view.board())

    async def incident(self, request: web.Request) -> web.StreamResponse:
        document = await self._desk.incident(request.match_info["id"], request[ACCOUNT].id)
        if document is None:
            return problem(404, "unknown", "No such incident.")
        return web.json_response(document)

    async def sandbox(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._demo)

    async def demo(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "password": demo.PASSWORD,
                "accounts": [
                    {"login": a.login, "name": a.name, "role": a.role} for a in demo.ACCOUNTS
                ],
            }
        )


def openapi(routes: list[Route], public_url: str) -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document, from the declared routes."""
    paths: dict[str, Any] = {}
    for route in routes:
        if not route.path.startswith("/api/"):
            continue
        secured = not isinstance(route.access, Open) or route.access is Open.SESSION
        operation: dict[str, Any] = {
            "summary": route.summary,
            "x-access": str(route.access),
            "responses": {
                "200": {"description": "Done"},
                "default": {
                    "description": "What went wrong, in words",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/E"}}},
                },
            },
            "security": [{"session": []}] if secured else [],
        }
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if names:
            operation["parameters"] = [
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in names
            ]
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    error = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": {"E": error},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "holdfast"}},
        },
    }
