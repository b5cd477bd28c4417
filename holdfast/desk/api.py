"""The data that programs read from a centre over HTTP: the same that pages ask for over their
sockets."""

from __future__ import annotations

from aiohttp import web

from holdfast.desk.explained import Explained
from holdfast.desk.hub import Hub, Page
from holdfast.desk.incident_search import Finder, FindForm
from holdfast.desk.intents import Refused, read
from holdfast.desk.opened import Incidents, PeekForm
from holdfast.desk.page_kinds import PAGE_KINDS, USUAL
from holdfast.desk.severities import DAYS, Severities
from holdfast.desk.sight import Sight
from holdfast.http.access import Permission, Route
from holdfast.http.web import ACCOUNT, problem


class DeskApi:
    """Board, incidents, reasons, corrections."""

    def __init__(
        self,
        hub: Hub,
        finder: Finder,
        opened: Incidents,
        explained: Explained,
        severities: Severities,
        sight: Sight,
    ) -> None:
        self._sight = sight
        self._hub = hub
        self._finder = finder
        self._opened = opened
        self._explained = explained
        self._severities = severities

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET", "/api/board", self.board, Permission.BOARD_SEE, "The board's picture, once"
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

    async def board(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._hub.view.board(request[ACCOUNT].id))

    async def incidents(self, request: web.Request) -> web.StreamResponse:
        wanted = {name: request.query.get(name, "") for name in ("q", "filter", "before")}
        try:
            form = read(FindForm, wanted)
            assert isinstance(form, FindForm)
            return web.json_response(await self._finder.find(request[ACCOUNT].id, form))
        except Refused as refusal:
            return problem(400, refusal.code, refusal.message)

    async def corrections(self, request: web.Request) -> web.StreamResponse:
        days = {str(days): days for days in DAYS}.get(request.query.get("days", "7"), 0)
        try:
            sheet = await self._severities.csv(days, request[ACCOUNT].id)
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
        document = self._explained.document(request.match_info["id"])
        if document is None:
            return problem(404, "unknown", "No such contact waits or is in work.")
        return web.json_response(document)

    async def incident(self, request: web.Request) -> web.StreamResponse:
        page = Page(request[ACCOUNT], PAGE_KINDS[USUAL], "api", request.host)
        form = PeekForm(request.match_info["id"])
        try:
            await self._sight.check(page, "open", form)
        except Refused as refusal:
            return problem(403, refusal.code, refusal.message)
        document = await self._opened.document(form.incident, page.account.id)
        if document is None:
            return problem(404, "unknown", "No such incident.")
        return web.json_response(document)
