"""The legs of this process and who hears whom. Declarative: given a plan, the exchange keeps it.

Legs come and go under epochs (a refresh of the page, a new stream); plans are set by the
application; after every change the wiring is compared with what `decide` wants, and only the
difference is done. Setting the same plan twice therefore changes nothing.

Everything here runs on the event loop and returns at once. Events are handed out after the change
is complete, so that a callback may call the exchange again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from router.ports import AudioLeg
from softphone import tones
from softphone.bridge import Bridge, Direction, discard
from softphone.pacer import BROWSER_CHUNK, CARRIER_CHUNK, Clock, Pacer, Timer
from softphone.plans import (
    AgentLost,
    AgentUp,
    Bridged,
    CallerLost,
    CallerUp,
    Event,
    FirstAudio,
    Live,
    OneWay,
    OnHold,
    Plan,
    Wiring,
    agent_of,
    decide,
)
from softphone.quality import Quality

log = structlog.get_logger(__name__)

WATCH_S: Final = 1.0
"""One timer for all bridges looks for one-way audio this often; none while nobody talks."""
CLOSE_S: Final = 2.0


@dataclass(slots=True)
class _Seat:
    """A leg under its epoch, a contact's or an agent's."""

    epoch: int
    leg: AudioLeg


@dataclass(slots=True)
class _Line:
    """What is known and connected for one contact."""

    contact: str
    seat: _Seat | None = None
    newest: int = -1
    """The newest epoch ever attached; older ones stay refused after the leg has gone."""
    plan: Plan | None = None
    planned_at: float = 0.0
    wiring: Wiring = Wiring()  # noqa: RUF009 - frozen
    bridge: Bridge | None = None
    music: Pacer | None = None
    ringback: Pacer | None = None


class Exchange:
    """See the module's text. One per process."""

    def __init__(
        self,
        hold_clip: bytes | None,
        connecting_clip: bytes | None,
        clock: Clock,
        on_event: Callable[[Event], None],
    ) -> None:
        """Clips are µ-law bytes (None: our own tones); `clock` is the event loop or a virtual one.

        `on_event` must not block.
        """
        self._hold = hold_clip or tones.hold()
        self._idle = connecting_clip or tones.connecting()
        self._clock, self._on_event = clock, on_event
        self._lines: dict[str, _Line] = {}
        self._agents: dict[str, _Seat] = {}
        self._agent_newest: dict[str, int] = {}
        self._bound: dict[str, str] = {}
        """Agent → the contact whose plan binds them; the newest plan wins."""
        self._events: deque[Event] = deque()
        self._telling = False
        self._watch: Timer | None = None
        self._closing: asyncio.Queue[tuple[AudioLeg, str]] = asyncio.Queue()

    # -- the caller's side

    def attach_caller(self, contact: str, epoch: int, leg: AudioLeg) -> bool:
        """A caller's leg is up; it takes the place of one of the same or an older epoch.

        False: a newer epoch is known; the leg is refused and its owner closes it.
        """
        line = self._lines.setdefault(contact, _Line(contact))
        if epoch < line.newest:
            return False
        if line.seat is not None:
            self._unwire(line)
            self._dismiss(line.seat.leg)
        line.seat, line.newest = _Seat(epoch, leg), epoch
        leg.listen(discard)
        self._events.append(CallerUp(contact, epoch))
        self._settle(line)
        return True

    def detach_caller(self, contact: str, leg: AudioLeg, cause: str) -> None:
        """A caller's leg has ended. Endings of superseded legs change nothing."""
        line = self._lines.get(contact)
        if line is None or line.seat is None or line.seat.leg is not leg:
            return
        self._unwire(line)
        self._events.append(CallerLost(contact, line.seat.epoch, cause))
        line.seat = None
        if line.plan is None:
            del self._lines[contact]
        self._settle(line)

    # -- the agents' side

    def attach_agent(self, agent: str, epoch: int, leg: AudioLeg) -> bool:
        """An agent's leg is up; it takes the place of one of the same or an older epoch.

        False: a newer epoch is known; the leg is refused and its owner closes it.
        """
        if epoch < self._agent_newest.get(agent, -1):
            return False
        line = self._lines.get(self._bound.get(agent, ""))
        old = self._agents.get(agent)
        if old is not None:
            if line is not None:
                self._unwire(line)
            self._dismiss(old.leg)
        self._agents[agent] = _Seat(epoch, leg)
        self._agent_newest[agent] = epoch
        self._events.append(AgentUp(agent, epoch))
        self._settle(line)
        return True

    def detach_agent(self, agent: str, leg: AudioLeg, cause: str) -> None:
        """An agent's leg has ended. Endings of superseded legs change nothing."""
        seat = self._agents.get(agent)
        if seat is None or seat.leg is not leg:
            return
        line = self._lines.get(self._bound.get(agent, ""))
        if line is not None:
            self._unwire(line)
        del self._agents[agent]
        self._events.append(AgentLost(agent, seat.epoch, cause))
        self._settle(line)

    def forget_agent(self, agent: str, reason: str = "signed out") -> None:
        """The agent signed out: the leg is closed and epochs may start again from 0."""
        seat = self._agents.get(agent)
        if seat is not None:
            self.detach_agent(agent, seat.leg, reason)
            self._dismiss(seat.leg, reason)
        self._agent_newest.pop(agent, None)

    def agents(self) -> list[str]:
        """Agents whose leg is up here."""
        return list(self._agents)

    def agent_epoch(self, agent: str) -> int | None:
        """The epoch of the agent's leg, None without one."""
        seat = self._agents.get(agent)
        return seat.epoch if seat else None

    # -- plans

    def plan(self, contact: str, plan: Plan) -> None:
        """From now on this contact's sound should be like that, whichever legs come and go."""
        line = self._lines.setdefault(contact, _Line(contact))
        if line.plan == plan:
            return
        before = agent_of(line.plan)
        agent = agent_of(plan)
        line.plan, line.planned_at = plan, self._clock.time()
        if before is not None and before != agent and self._bound.get(before) == contact:
            self._unwire(line)
            self._release(before)
        other = None
        if agent is not None:
            other = self._lines.get(self._bound.get(agent, ""))
            if other is not None and other is not line:
                self._unwire(other)
                self._release(agent)
            self._bound[agent] = contact
        self._settle(other, line)

    def forget(self, contact: str, reason: str = "contact ended") -> None:
        """The contact is over: its leg is closed and nothing of it is kept."""
        line = self._lines.pop(contact, None)
        if line is None:
            return
        self._unwire(line)
        agent = agent_of(line.plan)
        if agent is not None and self._bound.get(agent) == contact:
            self._release(agent)
        if line.seat is not None:
            self._dismiss(line.seat.leg, reason)
        self._tell()

    def digit(self, contact: str, key: str) -> bool:
        """The caller hears a telephone key. False: nobody is talking, or it is not a key."""
        line = self._lines.get(contact)
        if line is None or line.bridge is None or key not in tones.DIGITS or len(key) != 1:
            return False
        line.bridge.digit(key)
        return True

    # -- what is

    def snapshot(self) -> list[Live]:
        """Every contact with a leg or a plan here, in no particular order."""
        found = []
        for line in self._lines.values():
            agent = agent_of(line.plan)
            seat = self._agents.get(agent) if agent and self._owns(line) else None
            found.append(
                Live(
                    line.contact,
                    line.seat.epoch if line.seat else None,
                    agent,
                    seat.epoch if seat else None,
                    line.bridge is not None,
                    line.bridge.since if line.bridge else None,
                    isinstance(line.plan, OnHold) and self._owns(line),
                )
            )
        return found

    def quality(self, contact: str) -> dict[Direction, Quality] | None:
        """Both directions since the last question; None while nobody talks."""
        line = self._lines.get(contact)
        if line is None or line.bridge is None:
            return None
        caller, agent = line.bridge.caller, line.bridge.agent
        return {
            Direction.FROM_CALLER: line.bridge.from_caller.meter.second(
                rtt_ms=float(getattr(agent, "rtt_ms", 0.0) or 0.0)
            ),
            Direction.FROM_AGENT: line.bridge.from_agent.meter.second(
                backlog_ms=float(getattr(caller, "backlog_ms", 0.0)),
                rtt_ms=float(getattr(agent, "rtt_ms", 0.0) or 0.0),
            ),
        }

    async def run(self) -> None:
        """Closes dismissed legs until cancelled. The owner runs it in its task group."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                leg, reason = await self._closing.get()
                tasks.create_task(self._close(leg, reason), name=f"close {leg.name}")

    async def drain(self, reason: str) -> None:
        """The process ends: every leg is closed, and closed they are when this returns."""
        for line in list(self._lines.values()):
            self.forget(line.contact, reason)
        for agent in list(self._agents):
            self.forget_agent(agent, reason)
        async with asyncio.TaskGroup() as tasks:
            while not self._closing.empty():
                leg, why = self._closing.get_nowait()
                tasks.create_task(self._close(leg, why), name=f"close {leg.name}")

    async def _close(self, leg: AudioLeg, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await leg.close(reason)
        except TimeoutError:
            pass  # it no longer carries sound; the transport's own time-outs end it
        except Exception:  # a task's root: one leg's bad end must not end the others' closing
            log.exception("leg.close_failed", leg=leg.name)

    # -- effects

    def _owns(self, line: _Line) -> bool:
        agent = agent_of(line.plan)
        return agent is not None and self._bound.get(agent) == line.contact

    def _settle(self, *lines: _Line | None) -> None:
        for line in lines:
            if line is not None:
                self._rewire(line)
        self._tell()

    def _rewire(self, line: _Line) -> None:
        agent = agent_of(line.plan)
        seat = self._agents.get(agent) if agent and self._owns(line) else None
        wanted = decide(
            line.plan,
            caller=line.seat is not None,
            agent=seat is not None,
            hold=self._hold,
            idle=self._idle,
        )
        if wanted == line.wiring:
            return
        self._unwire(line)
        line.wiring = wanted
        caller = line.seat.leg if line.seat else None
        if wanted.bridged and caller is not None and seat is not None and agent is not None:
            line.bridge = Bridge(caller, seat.leg, self._clock, self._first(line.contact))
            ms = (self._clock.time() - line.planned_at) * 1000
            self._events.append(Bridged(line.contact, agent, ms))
            self._watch_on()
        elif wanted.caller_clip is not None and caller is not None:
            line.music = Pacer(caller, wanted.caller_clip, self._clock, chunk=CARRIER_CHUNK)
        if wanted.agent_rings and seat is not None:
            seat.leg.listen(discard)
            line.ringback = Pacer(seat.leg, tones.ringing(), self._clock, chunk=BROWSER_CHUNK)

    def _unwire(self, line: _Line) -> None:
        """Nobody hears anything; what has been sent ahead is taken back."""
        if line.bridge is not None:
            line.bridge.part()
            line.bridge = None
        for pacer in (line.music, line.ringback):
            if pacer is not None:
                pacer.stop()
        line.music = line.ringback = None
        line.wiring = Wiring()

    def _release(self, agent: str) -> None:
        """The agent is bound to no contact any more: nobody expects sound from there."""
        self._bound.pop(agent, None)
        seat = self._agents.get(agent)
        if seat is not None:
            seat.leg.listen(None)

    def _dismiss(self, leg: AudioLeg, reason: str = "superseded") -> None:
        leg.listen(None)
        self._closing.put_nowait((leg, reason))

    def _first(self, contact: str) -> Callable[[Direction, float], None]:
        def first(direction: Direction, ms: float) -> None:
            self._events.append(FirstAudio(contact, direction, ms))
            self._tell()

        return first

    def _watch_on(self) -> None:
        if self._watch is None:
            self._watch = self._clock.call_at(self._clock.time() + WATCH_S, self._look)

    def _look(self) -> None:
        self._watch = None
        talking = [line for line in self._lines.values() if line.bridge is not None]
        for line in talking:
            assert line.bridge is not None
            for direction, want in line.bridge.alarms():
                self._events.append(OneWay(line.contact, direction, want))
        if talking:
            self._watch_on()
        self._tell()

    def _tell(self) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            while self._events:
                self._on_event(self._events.popleft())
        finally:
            self._telling = False
