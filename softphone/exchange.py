"""The legs of this process and who hears whom. Declarative: given a plan, the exchange keeps it.

Legs come and go under epochs (a refresh of the page, a new stream); plans are set by the
application; after every change the wiring is compared with what `decide` wants, and only the
difference is done. Setting the same plan twice therefore changes nothing.

Everything here runs on the event loop and returns at once. Events are handed out after the change
is complete, so that a callback may call the exchange again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from router.ports import AudioLeg
from softphone import tones
from softphone.closing import Closing
from softphone.echo import Echo, Spoken
from softphone.hearing import Other, measure
from softphone.mixer import Mixer
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
    Measured,
    OneWay,
    OnHold,
    Plan,
    Wiring,
    agent_of,
    decide,
    has_caller,
    is_far,
    people_of,
)
from softphone.quality import Quality
from softphone.room import Direction, Room, Want
from softphone.seats import CALLER, Seat

WATCH_S: Final = 1.0
"""Each bridge is measured this often."""
TURN_S: Final = 0.1
"""One timer for all looks for those whose turn it is, so that not all of them hold up the sound at
once; none while nobody talks."""
LEAST_AT_ONCE: Final = 4
SHARE: Final = 8
"""An eighth of all in each turn: those that a new worker has joined at one moment come apart."""


@dataclass(slots=True)
class _Leg:
    """A leg under its epoch, a contact's or an agent's."""

    epoch: int
    leg: AudioLeg
    guest: bool = False
    """Lent by another process."""


@dataclass(slots=True)
class _Line:
    """What is known and connected for one contact."""

    contact: str
    room: Room
    caller: _Leg | None = None
    first: bytes = b""
    """Heard once, before the first clip; whoever talks at once does not hear it."""
    music: bytes | None = None
    newest: int = -1
    """The newest epoch ever attached; older ones stay refused after the leg has gone."""
    plan: Plan | None = None
    planned_at: float = 0.0
    legs: dict[Seat, AudioLeg] = field(default_factory=dict)
    """Who is connected now, and how."""
    wiring: Wiring = field(default_factory=Wiring)
    clips: dict[Seat, Pacer] = field(default_factory=dict)
    looked_at: float = 0.0
    """When it was measured last, or joined."""


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
        self._agents: dict[str, _Leg] = {}
        self._agent_newest: dict[str, int] = {}
        self._bound: dict[str, str] = {}
        """Whoever sits at a desk → the contact whose plan binds them; the newest binding wins."""
        self._lent: set[str] = set()
        """Who takes part in a call of another process."""
        self.moved: Callable[[], None] = lambda: None
        """Told when somebody's sound has come or gone, or a plan has changed."""
        self._has_moved = False
        self._echoes: dict[str, Echo] = {}
        self._mixer = Mixer(clock)
        self._events: deque[Event] = deque()
        self._telling = False
        self._watch: Timer | None = None
        self._closing = Closing()

    # -- the caller's side

    def attach_caller(self, contact: str, epoch: int, leg: AudioLeg, *, first: bytes = b"") -> bool:
        """A caller's leg is up; it takes the place of one of the same or an older epoch. `first`:
        what they hear once, before any other clip.

        False: a newer epoch is known; the leg is refused and its owner closes it.
        """
        line = self._line(contact)
        if epoch < line.newest:
            return False
        if line.caller is not None:
            self._closing.dismiss(line.caller.leg)
        line.caller, line.newest, line.first = _Leg(epoch, leg), epoch, first
        self._events.append(CallerUp(contact, epoch))
        self._settle(line)
        return True

    def detach_caller(self, contact: str, leg: AudioLeg, cause: str) -> None:
        """A caller's leg has ended. Endings of superseded legs change nothing."""
        line = self._lines.get(contact)
        if line is None or line.caller is None or line.caller.leg is not leg:
            return
        self._events.append(CallerLost(contact, line.caller.epoch, cause))
        line.caller = None
        if line.plan is None:
            del self._lines[contact]
        self._settle(line)

    # -- the agents' side

    def attach_agent(self, agent: str, epoch: int, leg: AudioLeg) -> bool:
        """An agent's leg is up; it takes the place of one of the same or an older epoch.

        False: a newer epoch is known; the leg is refused and its owner closes it.
        """
        if epoch < self._agent_newest.get(agent, -1) or not self._replace(agent, epoch):
            return False
        self._agents[agent] = _Leg(epoch, leg)
        self._agent_newest[agent] = epoch
        self._events.append(AgentUp(agent, epoch))
        self._settle(self._lines.get(self._bound.get(agent, "")))
        return True

    def attach_guest(self, who: str, epoch: int, leg: AudioLeg) -> bool:
        """Somebody whose sound is in another process; nothing is told of it, since they are up
        there. False: a newer leg of theirs is here."""
        if not self._replace(who, epoch):
            return False
        self._agents[who] = _Leg(epoch, leg, guest=True)
        self._settle(self._lines.get(self._bound.get(who, "")))
        return True

    def detach_guest(self, who: str, leg: AudioLeg) -> None:
        """It is not lent any more."""
        seat = self._agents.get(who)
        if seat is not None and seat.leg is leg:
            del self._agents[who]
            self._settle(self._lines.get(self._bound.get(who, "")))

    def _replace(self, who: str, epoch: int) -> bool:
        """Makes room for a leg; False: the one that is here is newer."""
        old = self._agents.get(who)
        if old is not None and epoch < old.epoch:
            return False
        if old is not None:
            self.end_echo(who)
            self._closing.dismiss(old.leg)
        return True

    def people(self) -> set[str]:
        """Everybody who is to take part in a call here."""
        return set(self._bound)

    def free(self, who: str) -> tuple[int, AudioLeg] | None:
        """Their leg under its epoch, if it is of this process, and no plan here binds them."""
        seat = self._agents.get(who)
        return None if seat is None or seat.guest or who in self._bound else (seat.epoch, seat.leg)

    def lend(self, who: str, *, lent: bool) -> None:
        """They take part in a call of another process, or do so no more."""
        if lent:
            self.end_echo(who)
            self._lent.add(who)
        else:
            self._lent.discard(who)

    def detach_agent(self, agent: str, leg: AudioLeg, cause: str) -> None:
        """An agent's leg has ended. Endings of superseded legs change nothing."""
        seat = self._agents.get(agent)
        if seat is None or seat.leg is not leg:
            return
        self.end_echo(agent)
        del self._agents[agent]
        self._events.append(AgentLost(agent, seat.epoch, cause))
        self._settle(self._lines.get(self._bound.get(agent, "")))

    def forget_agent(self, agent: str, reason: str = "signed out") -> None:
        """The agent signed out, or their sound is in another process: the leg is closed and epochs
        may start again from 0. One that is lent from there stays."""
        seat = self._agents.get(agent)
        if seat is not None and not seat.guest:
            self.detach_agent(agent, seat.leg, reason)
            self._closing.dismiss(seat.leg, reason)
        self._agent_newest.pop(agent, None)

    def agents(self) -> list[str]:
        """Agents whose leg is up, in this process."""
        return [agent for agent, seat in self._agents.items() if not seat.guest]

    def agent_epoch(self, agent: str) -> int | None:
        """The epoch of the agent's leg, None without one of this process."""
        seat = self._agents.get(agent)
        return seat.epoch if seat and not seat.guest else None

    # -- plans

    def plan(self, contact: str, plan: Plan, *, music: bytes | None = None) -> None:
        """From now on this contact's sound should be like that, whichever legs come and go; `music`
        is what they hear on hold (None: the usual)."""
        line = self._line(contact)
        line.music = music
        if line.plan == plan:
            return
        before, now = people_of(line.plan), people_of(plan)
        line.plan, line.planned_at = plan, self._clock.time()
        left = [who for who in before.keys() - now.keys() if self._bound.get(who) == contact]
        for who in left:
            del self._bound[who]
        others = []
        for who in now:
            self.end_echo(who)
            other = self._bound.get(who)
            if other is None or who not in before:
                others.append(self._lines.get(other or contact, line))
                self._bound[who] = contact
        for other_line in others:
            self._rewire(other_line)
        self._rewire(line)
        self._release(left)
        self._tell()

    def unplan(self, contact: str) -> None:
        """This contact's sound is put together elsewhere from now on; its leg, if it is here, hears
        what everybody hears of whom nothing is known."""
        line = self._lines.get(contact)
        if line is None or line.plan is None:
            return
        left = self._unbind(line)
        line.plan = None
        if line.caller is None:
            del self._lines[contact]
            self._connect(line, {}, Wiring())
        else:
            self._rewire(line)
        self._release(left)
        self._tell()

    def forget(self, contact: str, reason: str = "contact ended") -> None:
        """The contact is over: its leg is closed and nothing of it is kept."""
        line = self._lines.pop(contact, None)
        if line is None:
            return
        left = self._unbind(line)
        self._connect(line, {}, Wiring())
        self._release(left)
        if line.caller is not None:
            self._closing.dismiss(line.caller.leg, reason)
        self._tell()

    def _unbind(self, line: _Line) -> list[str]:
        left = [who for who in people_of(line.plan) if self._bound.get(who) == line.contact]
        for who in left:
            del self._bound[who]
        return left

    def digit(self, contact: str, key: str) -> bool:
        """The caller hears a telephone key. False: nobody is talking, or it is not a key."""
        line = self._lines.get(contact)
        if line is None or line.room.since is None or key not in tones.DIGITS or len(key) != 1:
            return False
        line.room.digit(key)
        return True

    def echo(self, agent: str, measured: Callable[[Spoken], None]) -> bool:
        """They speak for five seconds and hear it back; a call ends it. False: they have no sound,
        or a call."""
        if self.free(agent) is None or agent in self._lent:
            return False
        self.end_echo(agent)
        self._echoes[agent] = Echo(self._agents[agent].leg, self._clock, measured)
        return True

    def end_echo(self, agent: str) -> None:
        """What they said is forgotten."""
        if echo := self._echoes.pop(agent, None):
            echo.stop()

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
                    line.caller.epoch if line.caller else None,
                    agent,
                    seat.epoch if seat else None,
                    line.room.since is not None,
                    line.room.since,
                    isinstance(line.plan, OnHold) and self._owns(line),
                )
            )
        return found

    def quality(self, contact: str) -> dict[Direction, Quality] | None:
        """Both directions since the last question; None while nobody talks."""
        line = self._lines.get(contact)
        return None if line is None or line.room.since is None else self._measured(line)[0]

    def _measured(self, line: _Line) -> tuple[dict[Direction, Quality], dict[str, Other]]:
        lines = [seat for seat in line.legs if is_far(line.plan, seat)]
        ways, others = measure(line.room, line.legs, self._clock.time(), lines)
        whose = {seat: who for who, seat in people_of(line.plan).items()}
        return ways, {whose[seat]: one for seat, one in others.items()}

    async def run(self) -> None:
        """Closes dismissed legs until cancelled. The owner runs it in its task group."""
        await self._closing.run()

    async def drain(self, reason: str) -> None:
        """The process ends: every leg is closed, and closed they are when this returns."""
        for line in list(self._lines.values()):
            self.forget(line.contact, reason)
        for agent in list(self._agents):
            self.forget_agent(agent, reason)
        await self._closing.rest()

    # -- effects

    def _line(self, contact: str) -> _Line:
        if contact not in self._lines:
            room = Room(self._clock, self._mixer, self._first(contact))
            self._lines[contact] = _Line(contact, room)
        return self._lines[contact]

    def _owns(self, line: _Line) -> bool:
        agent = agent_of(line.plan)
        return agent is not None and self._bound.get(agent) == line.contact

    def _settle(self, line: _Line | None) -> None:
        self._has_moved = True
        if line is not None:
            self._rewire(line)
        self._tell()

    def _rewire(self, line: _Line) -> None:
        legs: dict[Seat, AudioLeg] = {}
        if line.caller is not None:
            legs[CALLER] = line.caller.leg
        for who, seat in people_of(line.plan).items():
            if who in self._agents and self._bound.get(who) == line.contact:
                legs[seat] = self._agents[who].leg
        wanted = decide(line.plan, legs.keys(), hold=line.music or self._hold, idle=self._idle)
        if (legs, wanted) == (line.legs, line.wiring):
            return
        agent = agent_of(line.plan)
        before, talked = line.room.wanting, line.room.talks
        joined = self._connect(line, legs, wanted)
        self._tell_one_way(line, before)
        if joined or (line.room.talks and not talked):
            line.looked_at = self._clock.time()
            self._watch_on()
        if joined and agent is not None:
            ms = (self._clock.time() - line.planned_at) * 1000
            self._events.append(Bridged(line.contact, agent, ms))

    def _connect(self, line: _Line, legs: dict[Seat, AudioLeg], wanted: Wiring) -> bool:
        """Only the difference is done; what was sent ahead of a clip that ends is taken back. True:
        caller and agent have been joined."""
        for seat in list(line.clips):
            same = legs.get(seat) is line.legs.get(seat)
            if not same or wanted.clips.get(seat) != line.wiring.clips.get(seat):
                line.clips.pop(seat).stop()
        joined = line.room.set(legs, wanted.edges)
        line.legs, line.wiring = legs, wanted
        for seat, clip in wanted.clips.items():
            if seat not in line.clips:
                far = is_far(line.plan, seat)
                line.clips[seat] = Pacer(
                    legs[seat],
                    clip,
                    self._clock,
                    chunk=CARRIER_CHUNK if far else BROWSER_CHUNK,
                    first=line.first if seat == CALLER else b"",
                )
        if CALLER in legs:
            line.first = b""
        return joined

    def _release(self, people: Iterable[str]) -> None:
        """They are bound to no contact any more: nobody expects sound from there."""
        self._has_moved = True
        for who in people:
            if who in self._agents and who not in self._bound:
                self._agents[who].leg.listen(None)

    def _first(self, contact: str) -> Callable[[Direction, float], None]:
        def first(direction: Direction, ms: float) -> None:
            self._events.append(FirstAudio(contact, direction, ms))
            self._tell()

        return first

    def _watch_on(self) -> None:
        if self._watch is None:
            self._watch = self._clock.call_at(self._clock.time() + TURN_S, self._look)

    def _look(self) -> None:
        self._watch = None
        talking = [line for line in self._lines.values() if line.room.talks]
        now = self._clock.time()
        due = [line for line in talking if now - line.looked_at >= WATCH_S - TURN_S / 2]
        due.sort(key=lambda line: line.looked_at)
        for line in due[: max(LEAST_AT_ONCE, len(talking) // SHARE)]:
            line.looked_at = now
            before = line.room.wanting
            line.room.look()
            self._tell_one_way(line, before)
            who = has_caller(line.plan)
            if who is not None:
                self._events.append(Measured(line.contact, who, *self._measured(line)))
        if talking:
            self._watch_on()
        self._tell()

    def _tell_one_way(self, line: _Line, before: Mapping[Direction, Want]) -> None:
        now = line.room.wanting
        for way in Direction:
            if before.get(way) is not now.get(way):
                self._events.append(OneWay(line.contact, way, now.get(way)))

    def _tell(self) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            while self._events or self._has_moved:
                if self._has_moved:
                    self._has_moved = False
                    self.moved()
                if self._events:
                    self._on_event(self._events.popleft())
        finally:
            self._telling = False
