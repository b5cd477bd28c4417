"""Our pages, and whether this process is well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from holdfast.followers.metrics import Metrics
from holdfast.http.access import Open, Route
from holdfast.http.proxies import Proxies
from holdfast.http.web import problem
from holdfast.security.credentials import Sessions
from router.centre import Centre
from router.intake.spool import Spool


def page(static: Path, name: str) -> Callable[[web.Request], Any]:
    """A handler that answers with one of our pages."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(static / name, headers={"Cache-Control": "no-cache"})

    return answer


class Pages:
    """`/`, `/login`, `/desk`, `/board`: without data, so that everybody may have them."""

    def __init__(self, static: Path, sessions: Sessions) -> None:
        self._static = static
        self._sessions = sessions

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/", self.home, Open.PUBLIC, "To the page of the role"),
            Route("GET", "/login", page(self._static, "login.html"), Open.PUBLIC, "Sign in"),
            Route("GET", "/desk", page(self._static, "desk.html"), Open.PUBLIC, "The agent's desk"),
            Route("GET", "/board", page(self._static, "board.html"), Open.PUBLIC, "The board"),
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
