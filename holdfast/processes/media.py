"""A process that carries the sound of calls, and nothing else: `holdfast serve --role media`.

One for each core, beside a process with the pages (`--role web`), on the same store. Each is
reached by the carrier under an address of its own (HOLDFAST_MEDIA_URL), and by browsers on a UDP
port of its own (HOLDFAST_MEDIA_PORTS). Whichever of them ends, the others take over its callers.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import structlog
from aiohttp import web

from holdfast.clips import ClipFiles, Clips
from holdfast.clock import now_ms
from holdfast.host.footing import listen
from holdfast.host.store import socket_path
from holdfast.http import server
from holdfast.http.access import Open
from holdfast.http.tls import ServerCertificate
from holdfast.http.web import HALF_S
from holdfast.parts import House
from holdfast.parts.life import Process
from holdfast.parts.media import Place
from holdfast.parts.roles import built, load
from holdfast.role import Role
from holdfast.settings.environment import Settings, static_dir
from holdfast.settings.reload import ConfigFile
from holdfast.sound.follower import Follower
from holdfast.switchboard import Switchboard
from holdfast.tasks import LooseTasks
from router.centre import Centre
from router.core.current import Current
from router.live.engine import Engine
from router.records.database import Database
from softphone.hops import Hops

log = structlog.get_logger()

load(Role.MEDIA)  # with this module, as the worker does

LOOK_S = 0.1
MOVES_S = 5.0
"""Until callers who are still here have their stream elsewhere."""


def place_of(settings: Settings, port: int) -> Place:
    """Where a process is that serves this port."""
    link = socket_path(settings.data_dir, f"links/{port}.sock")
    return Place(settings.media_url or "", settings.media_link or f"unix:{link}")


class MediaProcess:
    """Runs until stopped."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sock = listen(settings.host, settings.port)
        port = int(self._sock.getsockname()[1])
        self._proc = f"media-{socket.gethostname()}-{port}"
        centre = Centre(
            Database(settings.database_url),
            Engine(settings.redis_url or ""),
            Current(settings.config),
            now_ms,
            settings.account_sid,
            self._proc,
        )
        self._place = place_of(settings, port)
        clips = Clips(ClipFiles(settings.config_path, static_dir()))
        file = ConfigFile(settings.config_path)
        house = House(centre, settings, self._place, file, LooseTasks(), clips)
        self._process = Process(house, built(house, Role.MEDIA))
        self._hops, self._switchboard = house[Hops], house[Switchboard]
        self._follower = house[Follower]
        self._stop = asyncio.Event()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=server.BODY_LIMIT)
        app[HALF_S] = server.REST_S
        for route in self._process.routes:
            if route.access not in (Open.PUBLIC, Open.CARRIER):
                raise ValueError(f"{route.path} is for somebody who signs in")
            app.router.add_route(route.method, route.path, route.handler)
        return app

    async def run(self) -> None:
        """Runs until SIGTERM or Ctrl-C; then until its calls have ended, or the drain has."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._asked)
        links = await self._hops.listen(self._place.link)
        settings = self._settings
        certificate = (
            ServerCertificate(settings.tls_cert, settings.tls_key) if settings.tls_cert else None
        )
        async with self._process.running(), server.served(self._app(), self._sock, certificate):
            log.info("media.ready", proc=self._proc, pid=os.getpid(), url=self._place.url)
            print(f"holdfast: sound is ready on {self._place.url}", flush=True)
            await self._stop.wait()
            await self._calls_end()
            links.close()
            await self._switchboard.exchange.drain("this process ends")
        await self._process.close(drained=True)

    def _asked(self) -> None:
        self._place.draining = True
        self._stop.set()

    async def _calls_end(self) -> None:
        """Pages build their sound anew in another process, and callers end their calls, or are
        brought to another process by the index when we are gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.drain_s
        log.info("media.draining", calls=len(self._switchboard.exchange.snapshot()))
        while self._carries() and loop.time() < until:
            await asyncio.sleep(LOOK_S)
        await self._follower.leave()  # whoever is still here gets a stream elsewhere
        until = loop.time() + MOVES_S
        while self._carries() and loop.time() < until:
            await asyncio.sleep(LOOK_S)

    def _carries(self) -> bool:
        """A caller's stream is here, or that of a number outside."""
        return self._switchboard.busy or self._switchboard.lines > 0


def run(settings: Settings) -> None:
    """Runs one until it is stopped. Raises ParentError: its port is taken."""

    async def serve() -> None:
        await MediaProcess(settings).run()

    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(serve())
