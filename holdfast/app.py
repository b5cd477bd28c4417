"""Wiring: the one place that knows every part. Everyone else receives the small piece he needs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Coroutine
from typing import Any

import structlog

from channels.email.channel import EmailChannel, Post
from channels.email.endpoint import inbound_handler
from channels.sms.channel import SmsChannel
from channels.twilio.client import CarrierClient, Credentials
from channels.twilio.errors import CarrierError
from channels.voice.dials import Dials
from channels.voice.door import CallDoor
from channels.voice.effects import VoiceEffects
from channels.voice.link import Prompts, VoiceLink
from channels.voice.long_calls import LongCalls
from channels.voice.outside import Limits, OutsideCalls
from channels.voice.voicemail import Sounds, Voicemail
from channels.voice.webhooks import VoiceWebhooks
from holdfast import demo_people, server, wide_log
from holdfast.access import Open, Route
from holdfast.account_routes import AccountSite
from holdfast.account_watch import AccountWatch
from holdfast.carrier_routes import CarrierSite
from holdfast.clock import now_ms
from holdfast.config_file import load_config
from holdfast.demo_config import load_demo_config
from holdfast.desk.desk import Desk
from holdfast.desk.explained import Explained
from holdfast.desk.finder import Finder
from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub
from holdfast.desk.sound import DeskSound
from holdfast.ending import ended_after
from holdfast.engine_settings import engine_settings
from holdfast.hours_site import HoursSite
from holdfast.index_keeper import IndexKeeper
from holdfast.leaving import Leaving
from holdfast.metrics import Metrics
from holdfast.proxies import Proxies
from holdfast.record_watch import RecordWatch
from holdfast.reload import Reload
from holdfast.routes import Site
from holdfast.sandbox_site import SandboxSite
from holdfast.security import Passwords, Sessions
from holdfast.settings import Settings, static_dir
from holdfast.sign_in import SignIn
from holdfast.spare import READY
from holdfast.switchboard import Switchboard
from holdfast.task_root import guarded
from holdfast.tls import ServerCertificate
from holdfast.tries import Devices
from holdfast.waits import Waits
from holdfast.wanted import Wanted
from holdfast.web import Gate, body_arriving
from router import rebuild
from router.callbacks import Callbacks
from router.centre import Centre
from router.core import witness
from router.core.config import duration_ms
from router.core.current import Current
from router.intake import Intake
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.live.pulse import Feed, Pulse
from router.outside import Outside
from router.promises import Promises
from router.recorder import Recorder
from router.records import accounts
from router.records.database import Database, RecordUnavailable
from router.replies import Replies
from router.spool import Spool
from router.triage.learned import Weights
from softphone import clips

log = structlog.get_logger()

PREPARE_AGAIN_S = 2.0
PROC = "media-1"
"""Slot of this process: its successor in the same slot takes over what it held."""


class App:
    """One worker with everything in it."""

    def __init__(self, settings: Settings, redis_url: str, sandbox: dict[str, Any] | None) -> None:
        self.settings = settings
        self._sandbox = sandbox
        current = self.current = Current(settings.config)
        key = settings.secret_key.encode()
        self.database = Database(settings.database_url)
        self.engine = Engine(redis_url)
        centre = self.centre = Centre(
            self.database, self.engine, current, now_ms, settings.account_sid, PROC
        )
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
        self.weights = Weights(settings.data_dir)
        self.intake = Intake(
            self.database, self.engine, current, settings.account_sid, now_ms, self.weights
        )
        self.recorder = Recorder(self.database, self.engine)
        self.promises = Promises(
            self.database, self.engine, self.recorder.reached, current, settings.account_sid
        )
        self.feed = Feed(
            self.engine, lambda last: self.keeper.went_back(last), lambda: self.keeper.missed()
        )
        self.waits = Waits(now_ms)
        self.hub = Hub(self._centre)
        self.hub.view.newcomer, self.hub.view.queues = self.waits.call_of, self.waits.queues
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
        self.spool = Spool(
            settings.data_dir / "spool",
            self.database.takes_writes,
            reserve_bytes=settings.spool_reserve,
        )
        self.metrics.watch_spool(self.spool)
        self.metrics.watch_record(self.database)
        self.record = RecordWatch(
            self.database, self.spool, self.hub.show_record, self.hub.alarm_boards
        )
        self.account = AccountWatch(self.client, self.hub.show_anew)
        wanted = Wanted(self.database, self.hub, self.promises, now_ms)
        self.voicemail = Voicemail(
            centre,
            self.spool,
            Sounds(self.client, settings.data_dir / "voicemail"),
            wanted,
            self._spawn,
            self.hub.incident_changed,
        )
        self.outside = Outside(self.engine, current, now_ms)
        outside = OutsideCalls(
            self.engine,
            self.outside,
            self.voicemail,
            lambda path: f"{settings.public_url}/twilio/voice{path}",
            self._limits,
        )
        self.link = VoiceLink(
            settings.public_url, key, self._prompts, lambda: current.now.callbacks.key, outside
        )
        dials = Dials(centre, self.client, self.link, settings.fallback_url, self.hub.notice)
        self.effects = VoiceEffects(
            centre, self.client, self.link, self.switchboard, outside, dials
        )
        view = self.hub.view
        self.long_calls = LongCalls(self.client, lambda: [*view.contacts.values()], now_ms)
        self.sms = SmsChannel(
            centre,
            self.intake,
            self.client,
            self.spool,
            settings.public_url,
            self.hub.incident_changed,
        )
        mails = [line.mail for line in current.now.lines if line.mail]
        post = Post(settings.smtp_url, settings.mail_from, settings.mail_reply_domain, key, mails)
        self.email = EmailChannel(centre, self.intake, self.spool, post, self.hub.incident_changed)
        wake = {"sms": self.sms.wake} | ({"email": self.email.wake} if self.email.ready else {})
        self.replies = Replies(self.database, self.engine, wake)
        self.intake.answers_by(wake)
        self._group: asyncio.TaskGroup | None = None
        self._spawned: set[asyncio.Task[Any]] = set()
        sessions = Sessions(self.database, secure=settings.secure, zone=lambda: current.now.zone)
        gate = Gate(sessions, settings.desk_origins)
        self.desk = Desk(
            engine=self.engine,
            database=self.database,
            hub=self.hub,
            switchboard=self.switchboard,
            intake=self.intake,
            callbacks=Callbacks(self.database, self.engine, current),
            promises=self.promises,
            replies=self.replies,
            sound=DeskSound(self.switchboard.exchange, self._spawn, settings.media_address),
            finder=Finder(self.engine, self.database, self.hub.view),
            explained=Explained(self.hub, self.waits, current),
            outside=self.outside,
            current=current,
        )
        self.rebuild = rebuild.Rebuild(centre, self.recorder, self._index_settings, self)
        self.keeper = IndexKeeper(
            engine=self.engine,
            rebuild=self.rebuild,
            feed=self.feed,
            hub=self.hub,
            waits=self.waits,
            switchboard=self.switchboard,
            desk=self.desk,
            intake=self.intake,
            recorder=self.recorder,
            database=self.database,
            wanted=wanted,
            violation=lambda what: self.metrics.violations.labels(what).inc(),
        )
        self.pulse = Pulse(
            self.engine, PROC, self.keeper.lost, self.effects.perform, self.keeper.behind
        )
        self.reload = Reload(
            settings.config_path,
            settings.data_dir,
            current,
            self.engine,
            self.hub.show_anew,
            self._crew,
            lambda: self.hub.view.contacts.values(),
            load_demo_config if settings.demo else load_config,
            self.weights,
        )
        self.intake.when_behind(self.keeper.behind)
        self.intake.on_duty(self.hub.view.skills_of_ready)
        self.spool.on_emptied = self.keeper.recorded_late
        for on_step in (self.waits.on_step, self.hub.on_step, self.switchboard.on_step):
            self.feed.subscribe(on_step)
        self.feed.subscribe(self.reload.on_step)
        self.feed.subscribe(lambda _id, _step: self.pulse.nudge())
        self.feed.subscribe(wide_log.on_step)
        self.feed.subscribe(self.promises.on_step)
        if sandbox is not None:
            script = demo_people.Script(sandbox["base_url"], self.hub.view, self._spawn)
            self.feed.subscribe(script.on_step)
        self.leaving = Leaving(
            self.hub, self.switchboard, self.client, settings.drain_s, self.link.url("/wait?n=1")
        )
        self.guard = SessionGuard(self.hub, self.desk, sessions)
        proxies = Proxies(settings.trusted_proxies)
        sign_in = SignIn(
            database=self.database,
            passwords=Passwords(),
            sessions=sessions,
            devices=Devices(key, secure=settings.secure),
            gate=gate,
            proxies=proxies,
            in_call=self.guard.in_call,
            clock=now_ms,
        )
        site = Site(
            database=self.database,
            engine=self.engine,
            hub=self.hub,
            desk=self.desk,
            guard=self.guard,
            sessions=sessions,
            gate=gate,
            metrics=self.metrics,
            spool=self.spool,
            reload=self.reload,
            static=static,
            proxies=proxies,
            leaving=self.leaving,
        )
        people = AccountSite(self.database, current, self.desk.account_changed)
        carrier = CarrierSite(
            public_url=settings.public_url,
            tokens=settings.auth_tokens,
            voice=VoiceWebhooks(
                centre,
                CallDoor(
                    centre,
                    self.intake.calls,
                    self.spool,
                    self._call_lives,
                    self.recorder.caught_up,
                ),
                self.link,
                outside,
                self.promises,
                self.waits.spoken,
            ),
            text_hooks={"/twilio/sms": self.sms.inbound, "/twilio/sms/status": self.sms.status},
            switchboard=self.switchboard,
            metrics=self.metrics,
            data_dir=settings.data_dir,
            parting=self.leaving.parting,
        )
        hours = HoursSite(current, self.voicemail.sounds)
        mail = inbound_handler(self.email, settings.email_secret, body_arriving)
        mail_route = Route("POST", "/email/inbound", mail, Open.MAIL, "Raw mail comes in")
        extra = SandboxSite(settings, sandbox or {}, gate, static) if settings.demo else None
        places = ("127.0.0.1", "localhost") if sandbox else ()
        self.web, self.routes = server.build(
            [
                *site.routes(),
                *sign_in.routes(),
                *hours.routes(),
                *people.routes(),
                *carrier.routes(),
                mail_route,
                *(extra.routes() if extra else ()),
            ],
            gate,
            static,
            public_url=settings.public_url,
            hsts=settings.secure and not settings.demo,
            connect=[f"ws://{place}:{sandbox['port']}" for place in places if sandbox],
        )

    # Witness of a rebuild -----------------------------------------------------------------------

    def desks(self) -> list[witness.Desk]:
        return self.desk.desks()

    def bridges(self) -> list[witness.Bridge]:
        return self.switchboard.bridges()

    def _index_settings(self) -> dict[str, Any]:
        """For an index that is built anew; what a supervisor reserved goes on in it."""
        settings, view = engine_settings(self.current.now), self.hub.view
        return settings | ({"reserve": view.reserve} if view.epoch else {})

    async def _crew(self) -> list[dict[str, int]]:
        async with self.database.read() as connection:
            return await accounts.crew(connection)

    async def live_calls(self) -> set[str] | None:
        try:
            async with asyncio.timeout(5.0):
                return {call.sid for call in await self.client.live_calls()}
        except (CarrierError, TimeoutError) as error:
            log.warning("carrier.not_asked", error=type(error).__name__)
            return None

    async def _call_lives(self, call_sid: str) -> bool | None:
        info = await self.client.call(call_sid)
        return None if info is None else not info.status.over

    # What the configuration says --------------------------------------------------------------

    def _prompts(self, name: str) -> Prompts:
        for line in self.current.now.lines:
            if line.name == name:
                return Prompts(tuple(line.greeting), tuple(line.menu_prompt))
        return Prompts()

    def _limits(self) -> Limits:
        timing = self.current.now.timing
        names = ("outside_ring", "acknowledge", "outside_talk", "voicemail")
        return Limits(*(max(1, duration_ms(getattr(timing, name)) // 1000) for name in names))

    def _centre(self) -> dict[str, Any]:
        config = self.current.now
        words = {1: "life", 2: "urgent", 3: "report", 4: "follow-up"}
        return {
            "name": config.name,
            "demo": self.settings.demo,
            "severities": [{"level": level, "word": word} for level, word in words.items()],
            "dispositions": [{"code": c.code, "word": c.word} for c in config.dispositions],
            "pause_reasons": [{"code": c.code, "word": c.word} for c in config.pause_reasons],
            "queues": [{"name": n, "word": q.word} for n, q in config.queues.items()],
            "hours": self.current.opening.told(now_ms()),
            "lines": [{"name": line.name, "word": line.word} for line in config.lines],
            "record": self.record.told,
            "account": self.account.limits,
            "email_ready": "email" in self.replies.channels,
            "ice": [],
        }

    # Life -------------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Work that lives as long as this process at most; its failure ends nothing else."""
        assert self._group is not None
        task = self._group.create_task(guarded(work, name), name=name)
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)

    async def _prepare(self) -> None:
        await self.database.migrate()
        if self.settings.demo:
            await demo_people.add_accounts(self.database)

    async def _prepare_later(self) -> None:
        """The database is away: texts and mails go to the spool, callers hear the hold loop."""
        while True:
            await asyncio.sleep(PREPARE_AGAIN_S)
            with contextlib.suppress(RecordUnavailable):
                await self._prepare()
                log.info("database.back")
                return

    async def run(self, sock: socket.socket, ready: int | None, again: bool = False) -> None:
        """Serves until `leaving` is asked to. again: a worker before it was ready, so that the
        settings are good; a database that is away is waited for while it serves."""
        late = False
        try:
            await self._prepare()
        except RecordUnavailable as error:
            if not again:
                raise
            late = True
            log.error("database.away", reason=str(error))
        certificate = None
        if self.settings.tls_cert:
            certificate = ServerCertificate(self.settings.tls_cert, self.settings.tls_key)
        async with asyncio.TaskGroup() as group:
            self._group = group
            tasks = [
                group.create_task(self.switchboard.run(), name="switchboard"),
                group.create_task(self.keeper.follow(self.pulse), name="index"),
                group.create_task(self.recorder.run(), name="recorder"),
                group.create_task(self.sms.run(), name="sms sender"),
                group.create_task(self.long_calls.run(), name="long calls"),
                group.create_task(self.email.run(), name="mail"),
                group.create_task(self.spool.run(), name="spool"),
                group.create_task(self.record.run(), name="record"),
                group.create_task(guarded(self.account.run(), "account"), name="account"),
                group.create_task(self.reload.run(), name="reload"),
                group.create_task(self.promises.run(now_ms), name="promises"),
                group.create_task(self.keeper.beat(), name="beat"),
                group.create_task(self.guard.run(), name="sessions"),
                group.create_task(
                    self.hub.push_incidents(self.desk.incident, self.recorder.reached),
                    name="incidents",
                ),
            ]
            if late:
                tasks.append(group.create_task(self._prepare_later(), name="database"))
            async with (
                ended_after(lambda: (*tasks, *self.keeper.tasks, *self._spawned)),
                server.served(self.web, sock, certificate),
            ):
                if ready is not None:
                    os.write(ready, READY)
                log.info("centre.ready", public_url=self.settings.public_url)
                drained = await self.leaving.gone(tasks[1].cancel)
        await self._close(drained)

    async def _close(self, drained: bool) -> None:
        with contextlib.suppress(IndexLost, IndexUnavailable, RecordUnavailable, TimeoutError):
            async with asyncio.timeout(3.0 if drained else 0.0):
                await self.recorder.drain()
        await self.client.close()
        await self.engine.close()
        await self.database.close()
