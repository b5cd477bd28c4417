"""Whether a process that only carries sound is well: `/livez`, `/readyz`, `/metrics`."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from holdfast.http.access import Open, Route
from holdfast.http.proxies import Proxies
from holdfast.http.web import problem
from holdfast.sound.standing import About
from router.live.engine import Engine
from softphone.port import Ports


class MediaSite:
    """Of one process."""

    def __init__(
        self, about: Callable[[], About], engine: Engine, ports: Ports, proxies: Proxies
    ) -> None:
        self._about, self._engine, self._proxies = about, engine, proxies
        self._registry = CollectorRegistry()

        def gauge(name: str, words: str, value: Callable[[], float]) -> None:
            Gauge(f"holdfast_media_{name}", words, registry=self._registry).set_function(value)

        gauge("calls", "Calls and numbers outside with a stream here", lambda: about().calls)
        gauge("pages", "Pages with their sound here", lambda: about().pages)
        gauge("lent", "People here in calls of other processes", lambda: about().lent)
        gauge("core", "Share of one core, over 5 s", lambda: about().core)
        gauge("late_seconds", "The loop's lateness, p99 of 5 s", lambda: about().late_ms / 1000)
        gauge("full", "1: takes nobody who can go elsewhere", lambda: about().full)
        gauge(
            "lost_packets",
            "Packets of sound that the kernel could not keep for us",
            lambda: sum(port.dropped for port in ports.all()),
        )

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/livez", self.livez, Open.PUBLIC, "The process runs"),
            Route("GET", "/readyz", self.readyz, Open.PUBLIC, "The store answers"),
            Route("GET", "/metrics", self.metrics, Open.PUBLIC, "Figures (loopback only)"),
        ]

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        well = await self._engine.alive() and not self._about().draining
        return web.Response(text="ready\n" if well else "not ready\n", status=200 if well else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        if not self._proxies.on_this_machine(request):
            return problem(403, "not_allowed", "Figures are read on this machine only.")
        return web.Response(body=generate_latest(self._registry), content_type="text/plain")
