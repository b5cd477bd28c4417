"""Wiring: the one place that knows every part. Everyone else receives the small piece he needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
import os
import socket
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from channels.email.channel import EmailChannel
from channels.email.endpoint import inbound_handler
from channels.sms.channel import SmsChannel
from channels.twilio.client import CarrierClient, Credentials
from channels.twilio.errors import CarrierError
from channels.voice.effects import VoiceEffects
from channels.voice.link import Prompts, VoiceLink
from channels.voice.webhooks import VoiceWebhooks
from holdfast import demo
from holdfast.access import Open, Route
from holdfast.carrier_routes import CarrierSite
from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub
from holdfast.desk.socket import DeskSocket
from holdfast.engine_settings import engine_settings
from holdfast.metrics import Metrics
from holdfast.routes import Site, openapi
from holdfast.security import Passwords, Sessions
from holdfast.settings import Settings, static_dir
from holdfast.switchboard import Switchboard
from holdfast.tls import ServerCertificate
from holdfast.web import Gate, errors, headers_middleware, policy
from router import rebuild
from router.callbacks import Callbacks
from router.core.config import duration_ms
from router.core.model import Snapshot
from router.intake import Intake
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.live.pulse import Feed, Pulse
from router.recorder import Recorder
from router.records import accounts
from router.records.database import Database, RecordUnavailable
from router.replies import Replies
from softphone import clips

log = structlog.get_logger()

PROC = "media-1"
"""Slot of this process: its successor in the same slot takes over what it held."""

BUSY_BEAT_S, BUSY_LEASE_MS = 0.5, 1500
IDLE_BEAT_S, IDLE_LEASE_MS = 5.0, 15_000
SWEEP_S = 60.0

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("text/javascript", ".js")


class App:
    """One worker with everything in it."""

    def __init__(self, settings: Settings, redis_url: str, sandbox: dict[str, Any] | None) -> None:
        self.settings = settings
        self._sandbox = sandbox
        self._stop = asyncio.Event()
        self._draining = False
        self._script_on = False
        config = settings.config
        key = settings.secret_key.encode()
        self.database = Database(settings.database_url)
        self.engine = Engine(redis_url)
        self.client = CarrierClient(
            Credentials(
                settings.account_sid,
                settings.auth_tokens[0],
                api_key=settings.api_key,
                api_secret=settings.api_secret,
                region=settings.region,
                edge=settings.edge,
                base_url=sandbox["base_url"] if sandbox else settings.twilio_base_url,
            )
        )
        self.intake = Intake(self.database, self.engine, config, settings.account_sid)
        self.recorder = Recorder(self.database, self.engine)
        self.feed = Feed(self.engine)
        self.hub = Hub(self._centre)
        self.metrics = Metrics(self.hub.view)
        static = static_dir()
        hold = static / "audio" / "hold.wav"
        self.switchboard = Switchboard(
            self.engine,
            key,
            PROC,
            now_ms,
            clips.load(hold) if hold.exists() else None,
            self.metrics.observe_sound,
        )
        self.switchboard.on_notice(self.hub.notice)
        self.link = VoiceLink(
            settings.public_url,
            key,
            {
                line.name: Prompts(tuple(line.greeting), tuple(line.menu_prompt))
                for line in config.lines
            },
        )
        self.effects = VoiceEffects(
            self.client,
            self.engine,
            self.database,
            self.link,
            self.switchboard,
            now_ms,
            duration_ms(config.timing.dial) // 1000,
        )
        self.sms = SmsChannel(
            database=self.database,
            intake=self.intake,
            client=self.client,
            public_url=settings.public_url,
            clock=now_ms,
            changed=self.hub.incident_changed,
        )
        mails = [line.mail for line in config.lines if line.mail]
        self.email = EmailChannel(
            database=self.database,
            intake=self.intake,
            smtp_url=settings.smtp_url,
            mail_from=settings.mail_from,
            reply_domain=mails[0].rpartition("@")[2] if settings.demo and mails else None,
            key=key,
            our_addresses=mails,
            clock=now_ms,
            changed=self.hub.incident_changed,
        )
        wake = {"sms": self.sms.wake} | ({"email": self.email.wake} if self.email.ready else {})
        self.replies = Replies(self.database, self.engine, wake)
        self._tasks: asyncio.TaskGroup | None = None
        sessions = Sessions(self.database, secure=settings.secure)
        gate = Gate(sessions, settings.desk_origins)
        self.desk = Desk(
            engine=self.engine,
            database=self.database,
            hub=self.hub,
            switchboard=self.switchboard,
            intake=self.intake,
            callbacks=Callbacks(self.database, self.engine, config),
            replies=self.replies,
            spawn=self._spawn,
            media_address=settings.media_address,
        )
        self.rebuild = rebuild.Rebuild(
            self.database,
            self.engine,
            self.recorder,
            engine_settings(config),
            self,
            PROC,
            now_ms,
        )
        self.pulse = Pulse(self.engine, PROC, self._index_lost, self.effects.perform)
        self.feed.subscribe(self.hub.on_step)
        self.feed.subscribe(self.switchboard.on_step)
        self.feed.subscribe(lambda _id, _step: self.pulse.nudge())
        self.feed.subscribe(_wide_lines)
        if sandbox is not None:
            self.feed.subscribe(self._when_ready)
        site = Site(
            database=self.database,
            engine=self.engine,
            hub=self.hub,
            desk=self.desk,
            socket=DeskSocket(self.hub, self.desk, sessions),
            sessions=sessions,
            gate=gate,
            metrics=self.metrics,
            static=static,
            demo=self._sandbox_page() if settings.demo else None,
            draining=lambda: self._draining,
        )
        carrier = CarrierSite(
            public_url=settings.public_url,
            tokens=settings.auth_tokens,
            voice=VoiceWebhooks(self.intake, self.engine, self.link, now_ms),
            text_hooks={
                "/twilio/sms": self.sms.inbound,
                "/twilio/sms/status": self.sms.status,
            },
            switchboard=self.switchboard,
            metrics=self.metrics,
        )
        mail = inbound_handler(self.email, settings.email_secret)
        mail_route = Route("POST", "/email/inbound", mail, Open.MAIL, "Raw mail comes in")
        self.routes: list[Route] = [*site.routes(), *carrier.routes(), mail_route]
        self.web = self._web(gate, static)

    # Witness of a rebuild -----------------------------------------------------------------------

    def desks(self) -> list[rebuild.Desk]:
        return self.desk.desks()

    def bridges(self) -> list[rebuild.Bridge]:
        return self.switchboard.bridges()

    async def live_calls(self) -> set[str] | None:
        try:
            async with asyncio.timeout(5.0):
                return {call.sid for call in await self.client.live_calls()}
        except (CarrierError, TimeoutError) as error:
            log.warning("carrier.not_asked", error=type(error).__name__)
            return None

    # HTTP -------------------------------------------------------------------------------------

    def _web(self, gate: Gate, static: Path) -> web.Application:
        app = web.Application(middlewares=[errors], client_max_size=1024 * 1024)
        connect = []
        if self._sandbox:
            connect = [
                f"ws://{host}:{self._sandbox['port']}" for host in ("127.0.0.1", "localhost")
            ]
        app.on_response_prepare.append(
            headers_middleware(policy(connect), secure=self.settings.secure)
        )

        async def api_document(_request: web.Request) -> web.StreamResponse:
            return web.json_response(document)

        self.routes.append(
            Route("GET", "/api/openapi.json", api_document, Open.PUBLIC, "This document")
        )
        document = openapi(self.routes, self.settings.public_url)
        for route in self.routes:
            app.router.add_route(route.method, route.path, gate.guard(route))
        app.router.add_static("/static", static, append_version=False)
        return app

    def _centre(self) -> dict[str, Any]:
        config = self.settings.config
        words = {1: "life", 2: "urgent", 3: "report", 4: "follow-up"}
        return {
            "name": config.name,
            "demo": self.settings.demo,
            "severities": [{"level": level, "word": word} for level, word in words.items()],
            "dispositions": [{"code": c.code, "word": c.word} for c in config.dispositions],
            "pause_reasons": [{"code": c.code, "word": c.word} for c in config.pause_reasons],
            "queues": [{"name": n, "word": q.word} for n, q in config.queues.items()],
            "lines": [{"name": line.name, "word": line.word} for line in config.lines],
            "email_ready": "email" in self.replies.channels,
            "ice": [],
        }

    def _sandbox_page(self) -> dict[str, Any]:
        sandbox = self._sandbox or {}
        config = self.settings.config
        return {
            "ws": f"ws://127.0.0.1:{sandbox.get('port')}/phone",
            "lines": [{"number": x.number, "word": x.word} for x in config.lines if x.number],
            "mail": next((x.mail for x in config.lines if x.mail), None),
            "number": sandbox.get("phone_number"),
        }

    # Life -------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Begin to drain."""
        self._draining = True
        self._stop.set()

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        assert self._tasks is not None
        self._tasks.create_task(work, name=name)

    async def _index_lost(self) -> None:
        await self.rebuild.run()
        try:
            await self._reload(await self.engine.snapshot())
        except (IndexLost, IndexUnavailable):
            pass  # the pulse comes here again

    async def _reload(self, snapshot: Snapshot) -> None:
        self.hub.load(snapshot)
        self.switchboard.adopt(snapshot)
        for page in self.hub.pages():
            if page.view == "desk":
                await self.desk.seen(page)

    async def run(self, sock: socket.socket, ready: int | None) -> None:
        """Serves until `stop`; then drains."""
        await self.database.migrate()
        if self.settings.demo:
            await self._demo_accounts()
        async with asyncio.TaskGroup() as group:
            self._tasks = group
            tasks = [
                group.create_task(self.switchboard.run(), name="switchboard"),
                group.create_task(self._index(), name="index"),
                group.create_task(self.recorder.run(), name="recorder"),
                group.create_task(self.sms.run(), name="sms sender"),
                group.create_task(self.email.run(), name="mail"),
                group.create_task(self._beat(), name="beat"),
                group.create_task(
                    self.hub.push_incidents(self.desk.incident, self.recorder.reached),
                    name="incidents",
                ),
            ]
            async with self._served(sock):
                if ready is not None:
                    os.write(ready, b"1")
                log.info("centre.ready", public_url=self.settings.public_url)
                await self._stop.wait()
                log.info("centre.draining", calls=len(self.switchboard.bridges()))
                for page in self.hub.pages():
                    page.close()
                await self.switchboard.exchange.drain("the centre restarts")
            for task in tasks:
                task.cancel()
            self._tasks = None
            raise_cancel(group)
        await self._close()

    async def _close(self) -> None:
        with contextlib.suppress(IndexLost, IndexUnavailable, RecordUnavailable, TimeoutError):
            async with asyncio.timeout(3.0):
                await self.recorder.drain()
        await self.client.close()
        await self.engine.close()
        await self.database.close()

    @contextlib.asynccontextmanager
    async def _served(self, sock: socket.socket) -> AsyncIterator[None]:
        runner = web.AppRunner(self.web, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        context = None
        if self.settings.tls_cert:
            context = ServerCertificate(self.settings.tls_cert, self.settings.tls_key).context
        site = web.SockSite(runner, sock, ssl_context=context, backlog=1024)
        await site.start()
        try:
            yield
        finally:
            await runner.cleanup()

    async def _index(self) -> None:
        """Finds or builds the index, then follows it."""
        while True:
            await self.rebuild.run()
            try:
                await self.engine.step("process_gone", proc=PROC)
                snapshot = await self.engine.snapshot()
                break
            except (IndexLost, IndexUnavailable):
                await asyncio.sleep(0.2)
        self.hub.load(snapshot)
        self.switchboard.adopt(snapshot)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.feed.run(snapshot.last), name="feed")
            group.create_task(self.pulse.run(), name="pulse")
            while True:
                try:
                    await self.rebuild.sweep()
                except (IndexLost, IndexUnavailable, RecordUnavailable):
                    pass  # the next sweep
                await asyncio.sleep(SWEEP_S)

    async def _beat(self) -> None:
        """Says that this process lives: quickly while it carries sound."""
        while True:
            busy = self.switchboard.busy
            with contextlib.suppress(IndexLost, IndexUnavailable):
                await self.engine.beat(
                    "process_alive",
                    proc=PROC,
                    lease_ms=BUSY_LEASE_MS if busy else IDLE_LEASE_MS,
                )
            pause = BUSY_BEAT_S if busy else IDLE_BEAT_S
            for _ in range(int(pause / BUSY_BEAT_S)):
                await asyncio.sleep(BUSY_BEAT_S)
                if self.switchboard.busy and not busy:
                    break

    async def _demo_accounts(self) -> None:
        async with self.database.read() as connection:
            if await accounts.count(connection):
                return
        hashed = await Passwords().hash(demo.PASSWORD)
        async with self.database.write() as connection:
            for account in demo.ACCOUNTS:
                await accounts.add(
                    connection,
                    login=account.login,
                    name=account.name,
                    role=account.role,
                    password_hash=hashed,
                    skills=account.skills,
                    now=now_ms(),
                )

    def _when_ready(self, _step_id: str, _step: Any) -> None:
        """In the demo people reach out while somebody is on duty, and only then."""
        on = any(
            agent.choice == "ready" and agent.presence == "online"
            for agent in self.hub.view.agents.values()
        )
        if on != self._script_on:
            self._script_on = on
            self._spawn(self._script(on), "demo script")

    async def _script(self, on: bool) -> None:
        assert self._sandbox is not None
        url = f"{self._sandbox['base_url']}/_sandbox/script"
        try:
            async with aiohttp.ClientSession() as session, session.post(url, json={"on": on}):
                pass
        except aiohttp.ClientError:
            log.warning("demo.carrier_away")


def raise_cancel(group: asyncio.TaskGroup) -> None:
    """Ends what is left in a task group (peers, intents) when its owner leaves."""
    for task in list(group._tasks):
        task.cancel()


def _wide_lines(_step_id: str, step: Any) -> None:
    """One wide log line for each contact that ended."""
    for happening in step.events:
        if happening.name != "contact.ended":
            continue
        live = next((c for c in step.contacts if c.id == happening.contact), None)
        if live is None:
            continue
        waited = (live.answered_at or live.ended_at or step.at) - (live.queued_at or step.at)
        log.info(
            "contact.ended",
            contact=live.id,
            channel=live.channel,
            direction=live.dir,
            severity=live.severity,
            queue=live.queue,
            agent=live.agent,
            outcome=live.outcome,
            cause=live.cause,
            waited_ms=round(waited),
            talk_ms=round(live.talk_ms) if live.talk_ms else None,
            streams=int(live.link_epoch),
        )


def sandbox_from_environment() -> dict[str, Any] | None:
    """What the parent tells its worker of the demo's carrier."""
    text = os.environ.get("HOLDFAST_SANDBOX")
    return json.loads(text) if text else None
