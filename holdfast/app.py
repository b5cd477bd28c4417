"""The worker: every part of a centre in one process, behind its HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any

import structlog

from holdfast.clips import ClipFiles, Clips
from holdfast.clock import now_ms
from holdfast.demo import people
from holdfast.demo.sandbox_site import Sandbox
from holdfast.host.ready import READY
from holdfast.http import server
from holdfast.http.static_files import StaticFiles
from holdfast.http.tls import ServerCertificate
from holdfast.http.web import Gate
from holdfast.leaving import Leaving
from holdfast.parts import House
from holdfast.parts.life import Process
from holdfast.parts.premises import Premises
from holdfast.parts.roles import built, load
from holdfast.recovery.only_pages import OnlyPages
from holdfast.role import Role
from holdfast.settings.clip_check import with_clips
from holdfast.settings.config_file import load_config
from holdfast.settings.demo_config import load_demo_config
from holdfast.settings.environment import Settings, static_dir
from holdfast.settings.reload import ConfigFile
from holdfast.tasks import LooseTasks
from router.centre import Centre
from router.core.current import Current
from router.live.engine import Engine
from router.records.database import Database, RecordUnavailable
from router.triage.learned import Weights

log = structlog.get_logger()

for role in (Role.ALL, Role.WEB):
    load(role)  # with this module: a standby worker has all of its imports done

PREPARE_AGAIN_S = 2.0
PROC = "media-1"
"""Slot of this process: its successor in the same slot takes over what it held."""


def house_of(
    settings: Settings, redis_url: str, sandbox: dict[str, Any] | None, proc: str = PROC
) -> House:
    """The house that a worker's parts begin with. `sandbox`: the demo carrier's own data."""
    centre = Centre(
        Database(settings.database_url),
        Engine(redis_url),
        Current(settings.config),
        now_ms,
        settings.account_sid,
        proc,
    )
    key = settings.secret_key.encode()
    place = Premises(
        settings.public_url, settings.data_dir, key, settings.fallback_url, settings.spool_reserve
    )
    clips = Clips(ClipFiles(settings.config_path, static_dir()))
    read = with_clips(clips.files, load_demo_config if settings.demo else load_config)
    file = ConfigFile(settings.config_path, settings.data_dir, read)
    house = House(centre, settings, place, file, Weights(settings.data_dir), LooseTasks(), clips)
    house.keep(StaticFiles, StaticFiles(static_dir()))
    if sandbox is not None:
        house.keep(Sandbox, Sandbox(sandbox))
    return house


class App:
    """One worker with everything in it."""

    def __init__(
        self,
        settings: Settings,
        redis_url: str,
        sandbox: dict[str, Any] | None,
        role: Role = Role.ALL,
    ) -> None:
        self.settings = settings
        proc = PROC if role is Role.ALL else "web-1"
        self.house = house_of(settings, redis_url, sandbox, proc)
        self.process = Process(self.house, built(self.house, role))
        self.leaving = self.house[Leaving]
        self._database = self.house.centre.database
        self._only = OnlyPages(self.house.centre.engine, settings.data_dir)
        places = ("127.0.0.1", "localhost") if sandbox else ()
        self.web, self.routes = server.build(
            self.process.routes,
            self.house[Gate],
            self.house[StaticFiles],
            public_url=settings.public_url,
            hsts=settings.secure and not settings.demo,
            connect=[f"ws://{place}:{sandbox['port']}" for place in places if sandbox],
        )

    async def _prepare(self) -> None:
        await self._database.migrate()
        if self.settings.demo:
            await people.add_accounts(self._database)

    async def _prepare_later(self) -> None:
        """The database is away: texts and mails go to the spool, callers hear the hold loop."""
        while True:
            await asyncio.sleep(PREPARE_AGAIN_S)
            with contextlib.suppress(RecordUnavailable):
                await self._prepare()
                log.info("database.back")
                return

    async def run(self, sock: socket.socket, ready: int | None, again: bool = False) -> None:
        """Serves until `leaving` is asked to. again: an earlier worker was ready, so the settings
        are good; a database that is away is waited for while this one serves."""
        await self._only.begin()
        late = False
        try:
            await self._only.meanwhile(self._prepare())
        except RecordUnavailable as error:
            if not again:
                raise
            late = True
            log.error("database.away", reason=str(error))
        certificate = None
        if self.settings.tls_cert:
            certificate = ServerCertificate(self.settings.tls_cert, self.settings.tls_key)
        more = {"only pages": self._only.run}
        if late:
            more["database"] = self._prepare_later
        async with (
            self.process.running(more) as tasks,
            server.served(self.web, sock, certificate),
        ):
            if ready is not None:
                os.write(ready, READY)
            log.info("centre.ready", public_url=self.settings.public_url)
            drained = await self.leaving.gone(tasks["index"].cancel)
        await self._only.end()
        await self.process.close(drained=drained)
