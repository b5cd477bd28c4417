"""Our pages, and whether this process is well."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from holdfast.followers.metrics import Metrics
from holdfast.http.access import Open, Route
from holdfast.http.proxies import Proxies
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import problem
from holdfast.security.credentials import Sessions
from router.centre import Centre
from router.intake.spool import Spool


class Pages:
    """`/`, `/login`, `/desk`, `/board`: without data, so that everybody may have them."""

    def __init__(self, static: StaticFiles, sessions: Sessions) -> None:
        self._static = static
        self._sessions = sessions

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/", self.home, Open.PUBLIC, "To the page of the role"),
            Route("GET", "/login", self._static.page("login.html"), Open.PUBLIC, "Sign in"),
            Route("GET", "/desk", self._static.page("desk.html"), Open.PUBLIC, "The agent's desk"),
            Route("GET", "/board", self._static.page("board.html"), Open.PUBLIC, "The board"),
        ]

    async def home(self, request: web.Request) -> web.StreamResponse:
        account = await self._sessions.account(request)
        if account is None:
            raise web.HTTPFound("/login")
        raise web.HTTPFound("/desk" if account.role == "agent" else "/board")


class Health:
    """`/livez`, `/readyz`, `/metrics`."""

    def __init__(
        self,
        centre: Centre,
        spool: Spool,
        draining: Callable[[], bool],
        metrics: Metrics,
        proxies: Proxies,
    ) -> None:
        self._engine = centre.engine
        self._database = centre.database
        self._spool = spool
        self._draining = draining
        self._metrics = metrics
        self._proxies = proxies

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/livez", self.livez, Open.PUBLIC, "The process runs"),
            Route("GET", "/readyz", self.readyz, Open.PUBLIC, "Store and database answer"),
            Route("GET", "/metrics", self.metrics, Open.PUBLIC, "Figures (loopback only)"),
        ]

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        store, database = await self._engine.alive(), await self._database.alive()
        ready = store and database and self._database.trouble is None and not self._draining()
        trouble = self._database.trouble
        words: dict[str, bool | int | str] = {
            "store": store,
            "database": database,
            "record": trouble.value if trouble else "takes writes",
            "draining": self._draining(),
            "spool": self._spool.waiting,
        }
        return web.json_response(words, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        if not self._proxies.on_this_machine(request):
            return problem(403, "not_allowed", "Figures are read on this machine only.")
        return web.Response(body=self._metrics.text(), content_type="text/plain")
