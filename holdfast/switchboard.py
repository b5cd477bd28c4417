"""Joins what the index decides with the sound of this process, both ways.

Steps of the index set plans in the exchange; what the exchange hears (a stream up, an agent's
sound lost, two legs joined) goes back as steps, in order, by one worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import filterfalse

import structlog

from channels.voice import token
from channels.voice.stream import CarrierLeg
from holdfast.clips import CallerSounds
from router.core.beside import is_board
from router.core.consult import Consulted, line_leg, of_line
from router.core.home import Home
from router.core.model import LiveContact, Snapshot, Step
from router.core.rebuild_facts import CallerStream
from router.core.states import OVER, State
from router.live.engine import Engine, IndexLost, IndexUnavailable
from softphone.exchange import Exchange
from softphone.plans import (
    AgentLost,
    AgentUp,
    Bridged,
    CallerLost,
    Dialing,
    Event,
    FirstAudio,
    Handed,
    Joined,
    OneWay,
    OnHold,
    Plan,
    Ringing,
    Second,
    Waiting,
)

log = structlog.get_logger()

RINGS = ("ringing", "in-progress")
"""How far a call of ours is when its telephone rings, or has rung."""
RETRY_S = 0.2
TRIES = 25


def plan_of(live: LiveContact) -> Plan | None:
    """What the sound of a call should be now; None = we play nothing."""
    if live.caller == "gone" or live.channel != "voice":
        return None
    match live.state:
        case State.QUEUED if live.link in ("asked", "streaming"):
            return Waiting()
        case State.OFFERED:
            return Ringing()
        case State.CONNECTING if live.agent:
            return Joined(live.agent)
        case State.DIALING if live.agent:
            return Dialing(live.agent, rings=live.progress in RINGS)
        case State.ACTIVE if live.agent:
            beside = frozenset(live.beside or ())
            return (OnHold if live.held else Joined)(live.agent, beside, _second(live))
        case State.AWAY if second := _second(live):
            return Handed(second)
    return None


def _second(live: LiveContact) -> Second | None:
    it = live.consult
    if it is None:
        return None
    together = it.at == Consulted.TOGETHER
    if it.line is not None:
        rings = it.line.rings if it.at == Consulted.ASKED else None
        return Second(line_leg(live.id, it.line.fence), together, line=True, rings=rings)
    return None if it.at == Consulted.ASKED else Second(it.agent or "", together)


def _has_no_desk(leg: str) -> bool:
    return is_board(leg) or of_line(leg) is not None


class Switchboard:
    """The process's sound. Implements channels.voice.stream.StreamOwner and …effects.Streams."""

    def __init__(
        self,
        engine: Engine,
        key: bytes,
        proc: str,
        clock: Callable[[], int],
        sounds: CallerSounds | None,
    ) -> None:
        self._engine = engine
        self._key = key
        self._clock = clock
        self.proc = proc
        self._sounds = sounds
        self.exchange = Exchange(None, None, asyncio.get_running_loop(), self._heard)
        self._steps: asyncio.Queue[tuple[str, dict[str, object]]] = asyncio.Queue()
        self._legs: dict[str, tuple[CarrierLeg, int]] = {}
        self._lines: dict[str, dict[str, CarrierLeg]] = {}
        """Numbers that were asked in, by contact and fence."""
        self._epoch = 0
        self._home: Home | None = None
        self.listeners: list[Callable[[Event], None]] = []
        """Hear all that the exchange tells."""

    def share(self) -> None:
        """Other processes carry sound, too: each call is put together in one of them."""
        self._home = Home(self.proc)

    # From the index ---------------------------------------------------------------------------

    def adopt(self, snapshot: Snapshot) -> None:
        """Everything open when this process begins (or after the index was rebuilt)."""
        self._epoch = snapshot.epoch
        if self._home is not None:
            self._home.load(snapshot)
        for live in snapshot.contacts:
            self._apply(live)
        for contact in self._lines.keys() - {live.id for live in snapshot.contacts}:
            self._end_lines(contact, None)

    def on_step(self, _step_id: str, step: Step) -> None:
        if step.epoch < self._epoch:
            return  # of a life of the index that is over: it takes nobody out of a talk
        for live in self._home.moved(step) if self._home is not None else step.contacts:
            if live.channel == "voice":
                self._apply(live)

    def _apply(self, live: LiveContact) -> None:
        line = live.consult.line if live.consult is not None else None
        self._end_lines(live.id, line.fence if line is not None else None)
        plan = plan_of(live)
        if plan is not None and self._home is not None and not self._home.here(live):
            self.exchange.unplan(live.id)
        elif plan is not None:
            music = self._sounds.music(live.line, live.queue) if self._sounds else None
            self.exchange.plan(live.id, plan, music=music)
        elif live.state in OVER or live.state == State.QUEUED or live.caller == "gone":
            self.exchange.forget(live.id, f"contact {live.state}")

    def _end_lines(self, contact: str, but: str | None) -> None:
        """The carrier then asks what follows, and hears that it is over."""
        for fence in self._lines.get(contact, {}).keys() - {but}:
            self.exchange.forget_agent(line_leg(contact, fence), "nobody needs it any more")

    def report_all(self) -> None:
        """Says again what this process holds: after a lapse, others may have taken it for dead."""
        for contact, (_, epoch) in self._legs.items():
            self._post("stream_started", contact=contact, link_epoch=epoch, proc=self.proc)
        for contact, fences in self._lines.items():
            for fence in fences:
                self._post("line_up", contact=contact, fence=fence, proc=self.proc)
        for agent in filterfalse(_has_no_desk, self.exchange.agents()):
            self.report_agent(agent)
        for bridge in self.bridges():
            if bridge.agent:
                self._post("connected", contact=bridge.contact, agent=bridge.agent)

    def report_agent(self, agent: str) -> None:
        """Their desk is back; if their sound never went, the index should know."""
        if (epoch := self.exchange.agent_epoch(agent)) is not None:
            self._media(agent, epoch, "up")

    def _media(self, agent: str, epoch: int, media: str) -> None:
        self._post("agent_media", agent=agent, epoch=epoch, media=media, proc=self.proc)

    # From the carrier's streams -----------------------------------------------------------------

    def admits(self, token_text: str, call_sid: str, contact: str, epoch: int) -> bool:
        return token.valid(
            self._key,
            token_text,
            call_sid=call_sid,
            contact=contact,
            epoch=epoch,
            now_ms=self._clock(),
        )

    def started(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg) -> bool:
        if line := of_line(contact):
            return self._line_started(line, epoch, leg)
        first = self._sounds.greeting(leg.greets) if self._sounds and leg.greets else b""
        if not self.exchange.attach_caller(contact, epoch, leg, first=first):
            return False
        self._legs[contact] = (leg, epoch)
        self._post("stream_started", contact=contact, link_epoch=epoch, proc=self.proc)
        return True

    def _line_started(self, line: tuple[str, str], epoch: int, leg: CarrierLeg) -> bool:
        contact, fence = line
        if not self.exchange.attach_agent(line_leg(contact, fence), epoch, leg):
            return False
        self._lines.setdefault(contact, {})[fence] = leg
        self._post("line_up", contact=contact, fence=fence, proc=self.proc)
        return True

    def _line_ended(self, line: tuple[str, str], leg: CarrierLeg, cause: str) -> None:
        contact, fence = line
        known = self._lines.get(contact, {})
        if known.get(fence) is not leg:
            return
        del known[fence]
        if not known:
            del self._lines[contact]
        self.exchange.forget_agent(line_leg(contact, fence), cause)
        self._post("line_lost", contact=contact, fence=fence)

    def ended(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg, cause: str) -> None:
        if line := of_line(contact):
            self._line_ended(line, leg, cause)
            return
        known = self._legs.get(contact)
        if known is not None and known[0] is leg:
            del self._legs[contact]
        self.exchange.detach_caller(contact, leg, cause)

    def digit(self, contact: str, digit: str) -> None:
        log.info("caller.pressed_key", contact=contact)

    def close_stream(self, contact: str, reason: str) -> None:
        """Ends this contact's stream here; the carrier then asks what to do."""
        self.exchange.forget(contact, reason)

    def bridges(self) -> list[CallerStream]:
        """Callers on a stream here, and the agents who have them (for a rebuild)."""
        return [
            CallerStream(
                line.contact,
                line.epoch,
                line.agent if line.bridged or line.held else None,
                self.proc,
                line.held,
            )
            for line in self.exchange.snapshot()
            if line.epoch is not None
        ]

    @property
    def lines(self) -> int:
        """Numbers that were asked in, whose sound is here."""
        return sum(map(len, self._lines.values()))

    @property
    def busy(self) -> bool:
        """True while a caller's sound is here."""
        return bool(self._legs)

    # To the index -------------------------------------------------------------------------------

    def _heard(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        match event:
            case Bridged(contact, agent, _):
                self._post("connected", contact=contact, agent=agent)
            case CallerLost(contact, epoch, cause):
                self._post("stream_lost", contact=contact, link_epoch=epoch, cause=cause)
            case AgentUp(leg, _) | AgentLost(leg, _, _) if _has_no_desk(leg):
                pass  # a board's page is known by its socket, a number by its stream
            case AgentUp(agent, epoch):
                self._media(agent, epoch, "up")
            case AgentLost(agent, epoch, cause):
                log.info("agent.sound_lost", agent=agent, cause=cause)
                self._media(agent, epoch, "down")
            case FirstAudio(contact, direction, ms):
                log.info("contact.first_audio", contact=contact, way=direction.name, ms=round(ms))
            case OneWay(contact, direction, want):
                what = want.name if want else "OVER"
                log.info("contact.one_way", contact=contact, way=direction.name, want=what)
            case _:
                pass  # CallerUp: told by `started`; Measured: call_sounds.py

    def _post(self, function: str, **request: object) -> None:
        self._steps.put_nowait((function, request))

    async def run(self) -> None:
        """Reports to the index, in order, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.exchange.run(), name="exchange")
            while True:
                function, request = await self._steps.get()
                await self._report(function, request)

    async def _report(self, function: str, request: dict[str, object]) -> None:
        for _ in range(TRIES):
            try:
                reply = await self._engine.step(function, **dict(request))
            except (IndexUnavailable, IndexLost):
                await asyncio.sleep(RETRY_S)
                continue
            if not reply.ok and function == "line_up":
                leg = line_leg(str(request["contact"]), str(request["fence"]))
                self.exchange.forget_agent(leg, reply.code)
            if not reply.ok and function == "stream_started" and reply.code != "stale":
                log.warning("stream.unwanted", contact=request["contact"], code=reply.code)
                self.exchange.forget(str(request["contact"]), reply.code)
            return
        log.error("index.report_lost", function=function)
