"""How each call of this process sounds: for the pages now, for the record later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from router.core.consult import of_line
from router.core.model import LiveContact, Step
from softphone.hearing import Other
from softphone.plans import Event, Measured, OneWay
from softphone.quality import Quality
from softphone.report import HEARS
from softphone.room import Direction, Want
from softphone.seats import Role
from softphone.verdict import Verdict, Where, Window

log = structlog.get_logger()

STALE_MS: Final = 2_500
"""Not measured for so long: they do not hear each other now."""
TELL_MS: Final = 5_000
"""Figures alone are told this often at most; a verdict and an alarm at once."""
TURN_S: Final = 1.0
DEAD_S: Final = 6
"""Whoever answers a call says something sooner: a microphone that gave only digital silence for so
long from the beginning is muted at the headset, or broken."""
DEAD_DB: Final = -71.0
"""As loud as one step of µ-law."""


_MISSING: Final = {Direction.FROM_CALLER: Where.LINE, Direction.FROM_AGENT: Where.NETWORK}
"""Where it gets lost, if nothing comes."""


@dataclass(slots=True)
class Besides:
    """Somebody besides caller and agent, or an agent whose caller is on hold: what is thought of
    what they hear, and of what is heard of them; None: nothing is to be."""

    role: Role
    windows: dict[str, Window]
    second: Other
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def add(self, second: Other) -> None:
        self.second = second
        ways = {"hears": second.hears, "heard": second.heard}
        self.verdicts = {
            way: self.windows[way].add(one) for way, one in ways.items() if one is not None
        }

    def shown(self, who: str) -> dict[str, Any]:
        """Nobody else's of these is told of an agent or caller: it says whose it is."""
        where = Where.LINE if self.second.line else Where.NETWORK
        found: dict[str, Any] = {"who": who, "role": self.role.value, "hears": None, "heard": None}
        for way, verdict in self.verdicts.items():
            absent = way == "heard" and self.second.absent
            found[way] = _way(verdict, where=where if absent else verdict.where, missing=absent)
        return found


def besides(one: Other) -> Besides:
    """Of whom nothing is known yet."""
    windows = {"hears": not one.line, "heard": one.line}
    return Besides(
        one.role, {way: Window(from_caller=from_) for way, from_ in windows.items()}, one
    )


def _way(verdict: Verdict, *, where: Where | None, missing: bool) -> dict[str, Any]:
    return {
        "mos": verdict.mos,
        "sounds": verdict.sounds,
        "where": where,
        "lost": round(verdict.lost, 3),
        "delay_ms": round(verdict.delay_ms),
        "missing": missing,
        "dead": False,
    }


@dataclass(slots=True)
class _Call:
    """How one call sounds now."""

    at: int
    """When it was measured last."""
    agent: str = ""
    """Or the number that has the caller."""
    windows: dict[Direction, Window] = field(init=False)
    verdicts: dict[Direction, Verdict] = field(default_factory=dict)
    missing: set[Direction] = field(default_factory=set)
    """Ways in which nothing comes."""
    dead_s: int | None = 0
    """Seconds since they were joined in which the agent's microphone gave digital silence alone;
    None: something was heard."""
    others: dict[str, Besides] = field(default_factory=dict)
    told: dict[str, Any] | None = None
    told_at: int = 0

    def __post_init__(self) -> None:
        self.part()

    def part(self) -> None:
        """Caller and agent do not hear each other: what was before says nothing of what comes."""
        self.dead_s, self.verdicts = 0, {}
        self.windows = {
            way: Window(from_caller=way is Direction.FROM_CALLER, at_telephones=self.by_number)
            for way in HEARS
        }

    @property
    def by_number(self) -> bool:
        """The caller was handed over to a number outside: nobody of ours is in it."""
        return of_line(self.agent) is not None

    @property
    def apart(self) -> bool:
        """The caller is on hold, and the agent talks with whom they asked in."""
        return any(one.role is Role.AGENT for one in self.others.values())

    def is_of(self, live: LiveContact) -> bool:
        """Those who were measured are still those who talk."""
        if live.talk_apart:
            return not (self.verdicts or self.missing)
        return live.hear_each_other and live.joined is self.by_number and not self.apart

    def shown(self) -> dict[str, Any] | None:
        """`sound` of a contact (docs/desk-protocol.md)."""
        if not (self.verdicts or self.apart):
            return None
        found: dict[str, Any] = {"agent": None, "caller": None}
        for way, verdict in self.verdicts.items():
            gone = way in self.missing
            lost = Where.LINE if self.by_number else _MISSING[way]
            where = lost if gone else verdict.where
            found[HEARS[way]] = _way(verdict, where=where, missing=gone)
        if Direction.FROM_AGENT in self.verdicts and not self.by_number:
            found[HEARS[Direction.FROM_AGENT]]["dead"] = (self.dead_s or 0) >= DEAD_S
        return found | {"others": [one.shown(who) for who, one in self.others.items()]}


def _words(shown: dict[str, Any] | None) -> object:
    """What is told at once when it changes; of who only listens nothing: the moment of such a
    message would tell of them."""
    if shown is None:
        return None
    ways = {who: way for who, way in shown.items() if who != "others" and way}
    for one in shown["others"]:
        if one["heard"]:
            ways |= {(one["who"], way): one[way] for way in ("hears", "heard") if one[way]}
    return {
        who: (way["sounds"], way["where"], way["missing"], way["dead"]) for who, way in ways.items()
    }


Ways = dict[Direction, Quality]
Verdicts = dict[Direction, Verdict]
Others = Mapping[str, Besides]
Follow = Callable[[str, str, Ways, Verdicts, Others], None]


class CallSounds:
    """One per process. Hears the exchange by `heard`."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._calls: dict[str, _Call] = {}
        self.show: Callable[[str], None] = lambda contact: None
        """Tells the pages that how this contact sounds has changed."""
        self.follow: list[Follow] = []
        """Told of every second of every call: whose (`_Call.agent`), both ways, what is thought of
        them, and all others but its agent by whose sound it is."""
        self.alarm: list[Callable[[str, Direction, bool], None]] = []
        """Told when nothing comes in one way any more, and when it does again."""
        self.absent: list[Callable[[str, str, Role, bool], None]] = []
        """The same of others: call, whose sound, who they are."""

    def shown(self, contact: str) -> dict[str, Any] | None:
        """How a contact sounds now; None: nobody hears anybody there."""
        call = self._calls.get(contact)
        return None if call is None else call.told  # events and a snapshot say the same

    def whose(self, contact: str) -> str:
        """Whose call it is: the agent, or the number that has the caller; "": not known yet."""
        call = self._calls.get(contact)
        return "" if call is None else call.agent

    def heard(self, event: Event) -> None:
        """What the exchange tells."""
        match event:
            case Measured(contact, agent, ways, others):
                self._others(self._of(contact, agent), contact, others)
                self._second(contact, dict(ways))
            case OneWay(contact, way, want):
                self._one_way(contact, way, want is Want.FRAMES)

    def _of(self, contact: str, agent: str) -> _Call:
        call = self._call(contact)
        if call.agent != agent:  # another desk: what was before says nothing of it
            others = {who: besides(one.second) for who, one in call.others.items()}
            call = _Call(self._clock(), agent, missing=call.missing, others=others)
            self._calls[contact] = call
        call.at = self._clock()
        return call

    def _others(self, call: _Call, contact: str, others: Mapping[str, Other]) -> None:
        was = {who for who, one in call.others.items() if one.second.absent}
        for who in call.others.keys() - others.keys():
            self._tell_absent(contact, who, call.others.pop(who).role, who in was, absent=False)
        for who, second in others.items():
            one = call.others.setdefault(who, besides(second))
            one.add(second)
            self._tell_absent(contact, who, one.role, who in was, absent=second.absent)

    def _tell_absent(self, contact: str, who: str, role: Role, was: bool, *, absent: bool) -> None:
        if was is not absent:
            log.info("contact.absent", contact=contact, role=role.value, absent=absent)
            for tell in self.absent if role is not Role.AGENT else ():
                tell(contact, who, role, absent)

    def _second(self, contact: str, ways: dict[Direction, Quality]) -> None:
        call = self._calls[contact]
        if not ways:
            call.part()
        if call.dead_s is not None and (said := ways.get(Direction.FROM_AGENT)):
            call.dead_s = None if said.level_db > DEAD_DB else call.dead_s + (said.frames > 0)
        call.verdicts = {way: call.windows[way].add(second) for way, second in ways.items()}
        thirds = {who: one for who, one in call.others.items() if one.role is not Role.AGENT}
        for follow in self.follow:
            follow(contact, call.agent, ways, call.verdicts, thirds)
        self._tell(contact, call)

    def _one_way(self, contact: str, way: Direction, missing: bool) -> None:
        if missing is (contact in self._calls and way in self._calls[contact].missing):
            return
        call = self._call(contact)
        (call.missing.add if missing else call.missing.discard)(way)
        for alarm in self.alarm:
            alarm(contact, way, missing)
        self._tell(contact, call)

    def _call(self, contact: str) -> _Call:
        return self._calls.setdefault(contact, _Call(self._clock()))

    def _tell(self, contact: str, call: _Call) -> None:
        shown = call.shown()
        news = _words(shown) != _words(call.told)
        if not news and (shown == call.told or call.at - call.told_at < TELL_MS):
            return
        call.told, call.told_at = shown, call.at
        self.show(contact)

    def on_step(self, _step_id: str, step: Step) -> None:
        """A listener of the stream of steps."""
        for live in step.contacts:
            call = self._calls.get(live.id)
            if call and not call.is_of(live):
                self._over(live.id)

    def _over(self, contact: str) -> None:
        call = self._calls.pop(contact)
        for way in call.missing:
            for alarm in self.alarm:
                alarm(contact, way, False)
        self._others(call, contact, {})
        if call.told is not None:
            self.show(contact)

    async def run(self) -> None:
        """Forgets those who hear each other no more, until cancelled."""
        while True:
            await asyncio.sleep(TURN_S)
            self.turn()

    def turn(self) -> None:
        """Forgets whom nothing has been measured of for a while."""
        now = self._clock()
        for contact in [id_ for id_, call in self._calls.items() if now - call.at > STALE_MS]:
            self._over(contact)
