"""Our side in virtual time: the parts of holdfast/parts that neither show nor sound, and a process
that may die and come back. Sound is a fact here (who is joined with whom), not frames."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from channels.twilio.client import CarrierClient
from channels.voice.effects import VoiceEffects
from channels.voice.voicemail import Voicemail
from channels.voice.webhooks import VoiceWebhooks
from holdfast.desk.hub import Hub
from holdfast.parts import House, intake, spool, voice
from holdfast.parts.premises import Premises
from holdfast.recovery.unanswered import Unanswered
from holdfast.settings.engine_settings import engine_settings
from holdfast.sound.face import Sound
from holdfast.switchboard import plan_of
from router.callbacks.scheduled import ScheduledCallbacks
from router.centre import Centre as Shared
from router.core.consult import of_line
from router.core.current import Current
from router.core.model import Chosen, LiveAgent, LiveContact, Reply
from router.core.opening import OnCall
from router.core.rebuild_facts import CallerStream, ConnectedDesk
from router.incidents.first_words import FirstWords, Letter
from router.intake.door import Intake, Text
from router.intake.spool import Spool
from router.live.engine import IndexLost, IndexUnavailable, decode_step, moment_of
from router.outbox import Replies
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records import reached
from router.records.database import RecordUnavailable
from router.records.ids import derived_id
from tests.kit.store import CONFIG as SHIPPED
from tests.worlds.carrier import Carrier
from tests.worlds.rough import Crash, RoughDatabase, RoughEngine

CONFIG = msgspec.structs.replace(
    SHIPPED,
    on_call=[OnCall(name=name, word=name, number=number) for name, number in
             (("first", "+12065550190"), ("second", "+12065550191"))],
)  # fmt: skip
AWAY = (IndexLost, IndexUnavailable, RecordUnavailable)
PROC = "media-1"
LEASE_MS = 15_000


@dataclass
class Page:
    """An agent's desk as this process knows it."""

    agent: str
    conn: str
    sound: bool = True


class _Recorder(Recorder):
    """Folds when the world says so: nothing runs beside it that could be waited for."""

    async def caught_up(self) -> None:
        await self.drain()

    async def reached(self, step_id: str) -> None:
        await self.drain()


class Centre:
    """One process that restarts; its memory goes with it, index and record stay."""

    config = CONFIG

    def __init__(
        self,
        engine: RoughEngine,
        database: RoughDatabase,
        carrier: Carrier,
        at: Callable[[float, Callable[[], Awaitable[None]]], None],
        rng: random.Random,
        clock: Callable[[], int],
        folder: Path,
    ) -> None:
        """`folder`: of the spool; it outlives the process."""
        self.engine, self.database, self.carrier = engine, database, carrier
        self._at, self._rng, self._clock, self._folder = at, rng, clock, folder
        self.skills: dict[str, dict[str, int]] = {}
        self.crashes = 0
        self._born()

    def _born(self) -> None:
        self.contacts: dict[str, LiveContact] = {}
        self.agents: dict[str, LiveAgent] = {}
        self.pages: dict[str, Page] = {}
        self.legs: dict[str, tuple[str, int]] = {}
        self.joined: dict[str, str] = {}
        self.last = "0-0"
        self.up = self._recording = False
        self._wake = 0.0
        self._read_at = -1
        self.shared = centre = Shared(
            self.database, self.engine, Current(self.config), self._clock, "AC1", PROC
        )
        house = House(centre, Premises("https://x.test", self._folder, b"key"))
        house.keep(CarrierClient, self.carrier)
        house.keep(Sound, self)
        house.keep(Voicemail, self)
        self.recorder = house.keep(Recorder, _Recorder(self.database, self.engine))
        self.promises = ScheduledCallbacks(centre, self.recorder.reached)
        house.keep(ScheduledCallbacks, self.promises)
        self.unanswered = Unanswered(self.database, Hub(dict), self.promises, self._clock)
        for build in (spool.part, intake.part, voice.part):
            build(house)
        self.intake, self.hooks = house[Intake], house[VoiceWebhooks]
        self.effects, self.spool = house[VoiceEffects], house[Spool]
        self.first = FirstWords(centre, Replies(self.database, self.engine, {"sms": lambda: None}))
        cfg = engine_settings(self.config)
        self.rebuild = Rebuild(centre, self.recorder, lambda: cfg, self)

    # Life -------------------------------------------------------------------------------------

    async def guarded(self, work: Awaitable[Any]) -> Any:
        """What this process does; None when it died of it or something was away."""
        try:
            return await work
        except AWAY:
            return None
        except Crash:
            await self.die()
            return None
        except BaseExceptionGroup as several:  # it died in one of several tasks
            if several.subgroup(Crash) is None:
                raise
            await self.die()
            return None

    async def die(self) -> None:
        """kill -9: streams break, sockets close; the parent starts another."""
        self.crashes += 1
        legs = dict(self.legs)
        self._born()
        for sid, epoch in legs.values():
            self._at(self._rng.uniform(50, 900), lambda s=sid, e=epoch: self._stream_over(s, e))
        self._at(self._rng.uniform(300, 1_500), self.start)

    async def _stream_over(self, sid: str, epoch: int) -> None:
        await self.carrier.stream_over(sid, epoch)

    async def start(self) -> None:
        """As holdfast/recovery/index_keeper.py: find or build the index, take over, follow."""
        if self.up:
            return
        await self.guarded(self._start())
        if not self.up:
            self._at(300, self.start)

    async def _start(self) -> None:
        await self.rebuild.run()
        await self.engine.step("process_gone", proc=PROC)
        await self._look()
        self.up = True

    async def _look(self) -> None:
        snapshot = await self.engine.snapshot()
        self.contacts = {live.id: live for live in snapshot.contacts}
        self.agents = {agent.id: agent for agent in snapshot.agents}
        self.last = snapshot.last

    async def store_back(self) -> None:
        """As router/live/step_feed.py after the store was away: did it forget what was seen?"""
        if self.up and await self.engine.last_step() < moment_of(self.last):
            await self.rebuild.went_back(self.last)
            await self.lost()

    async def lost(self) -> None:
        """The index has no epoch: build it, then say what is held here."""
        await self.rebuild.run()
        await self._look()
        for contact, (_, epoch) in list(self.legs.items()):
            if line := of_line(contact):
                await self.report("line_up", contact=line[0], fence=line[1], proc=PROC)
                self._end_lines(line[0])
                continue
            await self.report("stream_started", contact=contact, link_epoch=epoch, proc=PROC)
        for page in list(self.pages.values()):
            await self.seen(page)
        for contact, agent in self.joined.items():
            await self.report("connected", contact=contact, agent=agent)

    async def pump(self) -> float | None:
        """Follows the stream, fires what is due, does effects; ms until the next deadline."""
        if not self.up:
            return None
        try:
            steps = await self._fold()
            if not steps and self._clock() < self._wake:
                return self._wake - self._clock()
            reply = await self.engine.beat("tick", proc=PROC)
            if reply.effect is not None and reply.effect <= reply.now:
                for effect in await self.engine.claim(PROC):
                    await self.effects.perform(effect)
            await self._fold()
            due = [at for at in (reply.next, reply.effect) if at is not None]
            sleep = max(1.0, min(due) - reply.now) if due else 1_000.0
            self._wake = self._clock() + sleep
            return min(sleep, 1_000.0)
        except IndexLost:
            await self.lost()
            return 1.0

    async def _fold(self) -> int:
        if self.engine.calls == self._read_at:
            return 0  # nobody has taken a step since
        self._read_at = self.engine.calls
        steps = await self.engine.read(self.last)
        for step_id, raw in steps:
            self.last = step_id
            step = decode_step(raw)
            for agent in step.agents:
                self.agents[agent.id] = agent
            for live in step.contacts:
                self.contacts[live.id] = live
                if live.state == "ended":
                    del self.contacts[live.id]
                self._sound(live)
        return len(steps)

    def _sound(self, live: LiveContact) -> None:
        """Joins who is to be joined; ends the stream of what is over."""
        if live.channel != "voice":
            return
        self._end_lines(live.id)
        plan = plan_of(live)
        if plan is None:
            self.joined.pop(live.id, None)
            if live.state in ("ended", "wrapup"):
                self.close_stream(live.id, "over")
            return
        agent = live.agent if live.state in ("connecting", "active", "dialing") else None
        page = self.pages.get(agent or "")
        if agent and page and page.sound and live.id in self.legs:
            if self.joined.get(live.id) != agent:
                self.joined[live.id] = agent
                self._at(15, lambda: self.report("connected", contact=live.id, agent=agent))
        else:
            self.joined.pop(live.id, None)

    def _end_lines(self, contact: str) -> None:
        """Of numbers that are asked in no more."""
        live = self.contacts.get(contact)
        line = live.consult.line if live is not None and live.consult is not None else None
        for leg in list(self.legs):
            found = of_line(leg)
            if found and found[0] == contact and found[1] != (line and line.fence):
                self.close_stream(leg, "nobody needs it any more")

    # The carrier asks --------------------------------------------------------------------------

    async def hook(self, hook: str, form: dict[str, str], query: dict[str, str]) -> str | None:
        if not self.up:
            return None
        try:
            return await self.hooks.answer(hook, form, query)
        except Crash:
            await self.die()
            return None

    async def stream_started(self, sid: str, contact: str, epoch: int) -> bool:
        if not self.up or self.legs.get(contact, ("", -1))[1] > epoch:
            return False
        self.legs[contact] = (sid, epoch)
        if line := of_line(contact):
            await self.report("line_up", contact=line[0], fence=line[1], proc=PROC)
            self._end_lines(line[0])
            return True
        await self.report("stream_started", contact=contact, link_epoch=epoch, proc=PROC)
        if contact in self.contacts:
            self._sound(self.contacts[contact])
        return True

    async def stream_ended(self, contact: str, epoch: int) -> None:
        if self.legs.get(contact, ("", -1))[1] == epoch:
            del self.legs[contact]
            if line := of_line(contact):
                return await self.report("line_lost", contact=line[0], fence=line[1])
            self.joined.pop(contact, None)
            await self.report("stream_lost", contact=contact, link_epoch=epoch, cause="closed")

    def close_stream(self, contact: str, reason: str) -> None:
        leg = self.legs.pop(contact, None)
        if leg is not None:
            self._at(20, lambda: self._stream_over(*leg))

    async def report(self, function: str, **request: Any) -> None:
        """As holdfast/switchboard.py: again until the index has it."""
        try:
            await self.engine.step(function, **request)
        except AWAY:
            self._at(250, lambda: self.report(function, **request))
        except Crash:
            await self.die()

    async def left(self, contact: str, recording: str, seconds: int, call_sid: str) -> None:
        if contact not in self.joined:
            await self.promise(contact, "left a message")

    async def promise(self, contact: str, why: str) -> None:
        await self.unanswered.promise(contact, why)

    def stream_url(self, name: str) -> str | None:
        return ""

    # Witness of a rebuild -----------------------------------------------------------------------

    def desks(self) -> list[ConnectedDesk]:
        found = []
        for page in self.pages.values():
            known = self.agents.get(page.agent)
            choice = known.choice if known else Chosen(ready=True)
            found.append(
                ConnectedDesk(
                    page.agent, page.agent, self.skills[page.agent], choice, page.conn,
                    PROC if page.sound else None,
                )
            )  # fmt: skip
        return found

    async def streams(self) -> list[CallerStream]:
        callers = [(c, epoch) for c, (_, epoch) in self.legs.items() if not of_line(c)]
        return [CallerStream(c, epoch, self.joined.get(c), PROC) for c, epoch in callers]

    async def live_calls(self) -> set[str] | None:
        return None if self._rng.random() < self.carrier.rough else self.carrier.living()

    # Desks --------------------------------------------------------------------------------------

    async def open_page(self, agent: str, conn: str) -> None:
        if self.up:
            self.pages[agent] = Page(agent, conn)
            await self._online(self.pages[agent])

    async def _online(self, page: Page) -> None:
        known = self.agents.get(page.agent)
        told = {"choice": known.choice} if known else {}
        who: dict[str, Any] = {
            **told,
            "id": page.agent,
            "name": page.agent,
            "skills": self.skills[page.agent],
        }
        await self.engine.step("agent_online", agent=who, conn=page.conn)
        if page.sound:
            await self.report("agent_media", agent=page.agent, media="up", proc=PROC)

    async def seen(self, page: Page) -> None:
        reply = await self.engine.beat("agent_seen", agent=page.agent, conn=page.conn)
        if not reply.ok or reply.presence != "online":
            await self._online(page)

    async def step(self, function: str, **request: Any) -> Reply | None:
        """An agent's intent; None when it was not answered."""
        found: Reply | None = await self.guarded(self.engine.step(function, **request))
        return found

    # Texts --------------------------------------------------------------------------------------

    async def text(self, text: Text) -> bool:
        """True: accepted for good (the sender is told so)."""
        if not self.up:
            return False
        try:
            await self.intake.text(text, self._clock())
            return True
        except (RecordUnavailable, Crash) as error:
            if isinstance(error, Crash):
                await self.die()
            return False

    async def writes_first(self, agent: str, incident: str, number: str, key: str) -> bool:
        """An agent writes to somebody of an incident, whoever had the last word; True: done."""

        async def write() -> bool:
            address = derived_id("d", "phone", number)
            async with self.database.read() as connection:
                to = await reached.at(connection, incident, address)
            if to is None:
                return False
            letter = Letter(agent, incident, address, "How is it going?", key, to.role)
            return (await self.first.write(letter, self._clock())).ok

        return bool(self.up and await self.guarded(write()))

    # Routine ------------------------------------------------------------------------------------

    async def routine(self, beat: int) -> None:
        """What the loops of a process do, each second of virtual time."""
        if not self.up:
            return
        if beat % 3 == 0 and not self._recording:
            await self.recorder.drain()
            self._recording = True
        elif beat % 3 == 0:
            await self.recorder.fold_some(block_ms=0)
        if self.spool.waiting:
            await self.spool.drain()
        if beat % 2 == 0:
            await self.recorder.drain()
            await self.promises.settle(self._clock())
        if beat % 5 == 0:
            await self.engine.beat("process_alive", proc=PROC, lease_ms=LEASE_MS)
            await self.engine.step("sweep", count=100)
        if beat % 4 == 0:
            for page in list(self.pages.values()):
                await self.seen(page)
        if beat % 15 == 0:
            await self.rebuild.sweep()
            await self.unanswered.sweep()
            await self.intake.announce_missed(self._clock())
