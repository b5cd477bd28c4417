"""Every HTTP route with its access, and the handlers that are not the carrier's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp import web

from holdfast import __version__
from holdfast.access import Open, Permission, Route
from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub, me
from holdfast.desk.intents import FindForm, Refused, read
from holdfast.desk.severities import DAYS
from holdfast.desk.socket import DeskSocket
from holdfast.faults import SettingsError
from holdfast.leaving import Leaving
from holdfast.metrics import Metrics
from holdfast.proxies import Proxies
from holdfast.reload import Reload
from holdfast.security import Sessions, Tickets
from holdfast.web import ACCOUNT, Gate, problem
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.records import accounts
from router.records.database import Database
from router.spool import Spool

log = structlog.get_logger()


def page(static: Path, name: str) -> Callable[[web.Request], Any]:
    """A handler that answers with one of our pages."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(static / name, headers={"Cache-Control": "no-cache"})

    return answer


MOST_PAGES = 12
"""Of one account; pages that are left without a word count until they are cut off (15 s)."""


class Site:
    """Pages, signing out, the desk's socket, health."""

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        hub: Hub,
        desk: Desk,
        guard: SessionGuard,
        sessions: Sessions,
        gate: Gate,
        metrics: Metrics,
        spool: Spool,
        reload: Reload,
        static: Path,
        proxies: Proxies,
        leaving: Leaving,
    ) -> None:
        self._database = database
        self._engine = engine
        self._hub = hub
        self._desk = desk
        self._guard = guard
        self._socket = DeskSocket(hub, desk, guard)
        self._sessions = sessions
        self._gate = gate
        self._metrics = metrics
        self._spool = spool
        self._reload = reload
        self._static = static
        self._proxies = proxies
        self._leaving = leaving
        self._tickets = Tickets()

    def routes(self) -> list[Route]:
        """All of them; app.py refuses any that is not in such a list."""
        return [
            Route("GET", "/", self.home, Open.PUBLIC, "To the page of the role"),
            Route("GET", "/login", page(self._static, "login.html"), Open.PUBLIC, "Sign in"),
            Route("GET", "/desk", page(self._static, "desk.html"), Open.PUBLIC, "The agent's desk"),
            Route("GET", "/board", page(self._static, "board.html"), Open.PUBLIC, "The board"),
            Route("GET", "/livez", self.livez, Open.PUBLIC, "The process runs"),
            Route("GET", "/readyz", self.readyz, Open.PUBLIC, "Store and database answer"),
            Route("GET", "/metrics", self.metrics, Open.PUBLIC, "Figures (loopback only)"),
            Route("POST", "/api/logout", self.logout, Open.SESSION, "Sign out"),
            Route("POST", "/api/desk/ticket", self.ticket, Open.SESSION, "Ticket for the socket"),
            Route("GET", "/api/desk/ws", self.ws, Open.TICKET, "The desk protocol"),
            Route(
                "GET", "/api/board", self.board, Permission.BOARD_SEE, "The board's picture, once"
            ),
            Route(
                "POST",
                "/api/config/reload",
                self.reload,
                Permission.CENTRE_CONFIGURE,
                "Read the configuration file anew: all of it, or nothing",
            ),
            Route(
                "GET",
                "/api/corrections.csv",
                self.corrections,
                Permission.QUEUE_STEER,
                "Corrections of severities of the last 7 or 90 `days`, as a spreadsheet",
            ),
            Route("GET", "/api/incidents", self.incidents, Permission.DESK_USE, "Find incidents"),
            Route(
                "GET",
                "/api/contacts/{id}/why",
                self.why,
                Permission.BOARD_SEE,
                "Why it waits here: step, candidates, what keeps it from whom, estimated wait",
            ),
            Route(
                "GET",
                "/api/incidents/{id}",
                self.incident,
                Permission.DESK_USE,
                "An incident as one document",
            ),
        ]

    async def home(self, request: web.Request) -> web.StreamResponse:
        account = await self._sessions.account(request)
        if account is None:
            raise web.HTTPFound("/login")
        raise web.HTTPFound("/desk" if account.role == "agent" else "/board")

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        store, database = await self._engine.alive(), await self._database.alive()
        ready = store and database and self._database.trouble is None and not self._leaving.draining
        trouble = self._database.trouble
        words: dict[str, bool | int | str] = {
            "store": store,
            "database": database,
            "record": trouble.value if trouble else "takes writes",
            "draining": self._leaving.draining,
            "spool": self._spool.waiting,
        }
        return web.json_response(words, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        if not self._proxies.on_this_machine(request):
            return problem(403, "not_allowed", "Figures are read on this machine only.")
        return web.Response(body=self._metrics.text(), content_type="text/plain")

    # Sessions ---------------------------------------------------------------------------------

    async def logout(self, request: web.Request) -> web.StreamResponse:
        try:
            await self._desk.sign_out(request[ACCOUNT].id)
        except Refused as refusal:
            return problem(
                409,
                refusal.code,
                "You are on a call. Hang up first, then sign out; nothing was changed.",
            )
        response = web.Response(status=204)
        await self._sessions.close(request, response)
        self._guard.close_account(request[ACCOUNT].id)
        return response

    async def ticket(self, request: web.Request) -> web.StreamResponse:
        ticket = self._tickets.issue(request[ACCOUNT].id, self._sessions.digest(request))
        return web.json_response({"ticket": ticket, "expires_in_s": 20})

    async def ws(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.origin_listed(request.headers.get("Origin")):
            log.warning("desk.origin_refused")
            return problem(403, "not_allowed", "This page's address is not listed.")
        redeemed = self._tickets.redeem(request.query.get("ticket", ""))
        if redeemed is None:
            return problem(401, "signed_out", "The ticket is used or too old.")
        account_id, session = redeemed
        async with self._database.read() as connection:
            account = await accounts.by_id(connection, account_id)
        view = request.query.get("view", "desk")
        if account is None or not account.active or view not in ("desk", "board"):
            return problem(403, "not_allowed", "Not possible with this account.")
        if view == "board" and "board.see" not in me(account)["permissions"]:
            return problem(403, "not_allowed", "Your role does not see the board.")
        if not self._leaving.admits(account.id):
            return problem(
                503, "not_ready", "The centre restarts. This page tries again by itself."
            )
        if len([p for p in self._hub.pages() if p.account.id == account.id]) >= MOST_PAGES:
            return problem(429, "too_many", "Too many pages are open. Close some of them.")
        return await self._socket.serve(request, account, session, view)

    async def reload(self, request: web.Request) -> web.StreamResponse:
        try:
            done = await self._reload.apply()
        except SettingsError as error:
            faults = [str(fault) for fault in error.faults]
            text = "The file is faulty; nothing was changed."
            body = {"error": {"code": "faulty", "message": text, "faults": faults}}
            return web.json_response(body, status=422)
        except (IndexLost, IndexUnavailable):
            return problem(503, "unavailable", "The store does not answer; nothing was changed.")
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=request[ACCOUNT].id,
                action="config.reloaded",
                subject="centre",
                detail=", ".join(done.changed),
                now=now_ms(),
            )
        return web.json_response(msgspec.to_builtins(done))

    # Reading ----------------------------------------------------------------------------------

    async def board(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._hub.view.board())

    async def incidents(self, request: web.Request) -> web.StreamResponse:
        wanted = {name: request.query.get(name, "") for name in ("q", "filter", "before")}
        try:
            form = read(FindForm, wanted)
            assert isinstance(form, FindForm)
            return web.json_response(await self._desk.finder.find(request[ACCOUNT].id, form))
        except Refused as refusal:
            return problem(400, refusal.code, refusal.message)

    async def corrections(self, request: web.Request) -> web.StreamResponse:
        days = {str(days): days for days in DAYS}.get(request.query.get("days", "7"), 0)
        try:
            sheet = await self._desk.severities.csv(days, request[ACCOUNT].id)
        except Refused as refusal:
            return problem(400, refusal.code, refusal.message)
        name = f'attachment; filename="corrections-{days}-days.csv"'
        return web.Response(
            text=sheet,
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": name, "Cache-Control": "no-store"},
        )

    async def why(self, request: web.Request) -> web.StreamResponse:
        document = self._desk.explained.document(request.match_info["id"])
        if document is None:
            return problem(404, "unknown", "No such contact waits or is in work.")
        return web.json_response(document)

    async def incident(self, request: web.Request) -> web.StreamResponse:
        document = await self._desk.incident(request.match_info["id"], request[ACCOUNT].id)
        if document is None:
            return problem(404, "unknown", "No such incident.")
        return web.json_response(document)


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
