"""How a page comes to its desk: a ticket, then the socket; and how its account signs out."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from aiohttp import web

from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub
from holdfast.desk.intents import Refused
from holdfast.desk.page_kinds import PAGE_KINDS, USUAL
from holdfast.desk.socket import DeskSocket
from holdfast.http.access import Open, Route, allowed
from holdfast.http.web import ACCOUNT, Gate, problem
from holdfast.security.credentials import Sessions, Tickets
from router.centre import Centre
from router.live.shared import Shared
from router.records import accounts

log = structlog.get_logger()

MOST_PAGES = 12
"""Of one account; pages that are left without a word count until they are cut off (15 s)."""


class SocketRoutes:
    """`POST /api/desk/ticket`, `GET /api/desk/ws`, `POST /api/logout`."""

    def __init__(
        self,
        centre: Centre,
        hub: Hub,
        guard: SessionGuard,
        sessions: Sessions,
        gate: Gate,
        admits: Callable[[str], bool],
    ) -> None:
        """`admits`: whether this account may open a page. A process that is leaving takes no new
        ones."""
        self._database = centre.database
        self._hub = hub
        self._guard = guard
        self._desk = guard.desk
        self._socket = DeskSocket(hub, guard.desk, guard)
        self._sessions = sessions
        self._gate = gate
        self._admits = admits
        self._tickets = Tickets(Shared(centre.engine))

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/api/logout", self.logout, Open.SESSION, "Sign out"),
            Route("POST", "/api/desk/ticket", self.ticket, Open.SESSION, "Ticket for the socket"),
            Route("GET", "/api/desk/ws", self.ws, Open.TICKET, "The desk protocol"),
        ]

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
        ticket = await self._tickets.issue(request[ACCOUNT].id, self._sessions.digest(request))
        return web.json_response({"ticket": ticket, "expires_in_s": 20})

    async def ws(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.origin_listed(request.headers.get("Origin")):
            log.warning("desk.origin_refused")
            return problem(403, "not_allowed", "This page's address is not listed.")
        redeemed = await self._tickets.redeem(request.query.get("ticket", ""))
        if redeemed is None:
            return problem(401, "signed_out", "The ticket was already used or is too old.")
        account_id, session = redeemed
        if session not in await self._sessions.good([session]):
            return problem(401, "signed_out", "You have signed out since. Sign in again.")
        async with self._database.read() as connection:
            account = await accounts.by_id(connection, account_id)
        kind = PAGE_KINDS.get(request.query.get("view", USUAL))
        if account is None or not account.active or kind is None:
            return problem(403, "not_allowed", "This is not possible with this account.")
        if not allowed(account.role, kind.permission):
            return problem(403, "not_allowed", kind.refused)
        if not self._admits(account.id):
            return problem(
                503, "not_ready", "The centre is restarting. This page tries again by itself."
            )
        if len([p for p in self._hub.pages() if p.account.id == account.id]) >= MOST_PAGES:
            return problem(429, "too_many", "Too many pages are open. Close some of them.")
        return await self._socket.serve(request, account, session, kind)
