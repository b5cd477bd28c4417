"""How each call of this process sounds: for the pages now, for the record later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from router.core.model import Step
from softphone.plans import Event, Measured, OneWay
from softphone.quality import Quality
from softphone.report import HEARS
from softphone.room import Direction, Want
from softphone.verdict import Verdict, Where, Window

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
class _Call:
    """How one call sounds now."""

    at: int
    """When it was measured last."""
    windows: dict[Direction, Window] = field(
        default_factory=lambda: {
            way: Window(from_caller=way is Direction.FROM_CALLER) for way in HEARS
        }
    )
    verdicts: dict[Direction, Verdict] = field(default_factory=dict)
    missing: set[Direction] = field(default_factory=set)
    """Ways in which nothing comes."""
    dead_s: int | None = 0
    """Seconds since they were joined in which the agent's microphone gave digital silence alone;
    None: something was heard."""
    agent: str = ""
    told: dict[str, Any] | None = None
    told_at: int = 0

    def shown(self) -> dict[str, Any] | None:
        """`sound` of a contact (docs/desk-protocol.md)."""
        if not self.verdicts:
            return None
        return {
            HEARS[way]: {
                "mos": verdict.mos,
                "sounds": verdict.sounds,
                "where": _MISSING[way] if way in self.missing else verdict.where,
                "lost": round(verdict.lost, 3),
                "delay_ms": round(verdict.delay_ms),
                "missing": way in self.missing,
                "dead": way is Direction.FROM_AGENT and (self.dead_s or 0) >= DEAD_S,
            }
            for way, verdict in self.verdicts.items()
        }


def _words(shown: dict[str, Any] | None) -> object:
    """What is told at once when it changes."""
    return shown and {
        who: (way["sounds"], way["where"], way["missing"], way["dead"])
        for who, way in shown.items()
    }


Ways = dict[Direction, Quality]
Verdicts = dict[Direction, Verdict]
Follow = Callable[[str, str, Ways, Verdicts], None]


class CallSounds:
    """One per process. Hears the exchange by `heard`."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._calls: dict[str, _Call] = {}
        self.show: Callable[[str], None] = lambda contact: None
        """Tells the pages that how this contact sounds has changed."""
        self.follow: list[Follow] = []
        """Told of every second of every call: whose, both ways, what is thought of them."""
        self.alarm: list[Callable[[str, Direction, bool], None]] = []
        """Told when nothing comes in one way any more, and when it does again."""

    def shown(self, contact: str) -> dict[str, Any] | None:
        """How a contact sounds now; None: nobody hears anybody there."""
        call = self._calls.get(contact)
        return None if call is None else call.told  # events and a snapshot say the same

    def heard(self, event: Event) -> None:
        """What the exchange tells."""
        match event:
            case Measured(contact, agent, ways):
                self._second(contact, agent, dict(ways))
            case OneWay(contact, way, want):
                self._one_way(contact, way, want is Want.FRAMES)

    def _second(self, contact: str, agent: str, ways: dict[Direction, Quality]) -> None:
        call = self._call(contact)
        if call.agent != agent:  # another desk: what was before says nothing of it
            call = self._calls[contact] = _Call(self._clock(), missing=call.missing, agent=agent)
        call.at = self._clock()
        if call.dead_s is not None and (said := ways.get(Direction.FROM_AGENT)):
            call.dead_s = None if said.level_db > DEAD_DB else call.dead_s + (said.frames > 0)
        call.verdicts = {way: call.windows[way].add(second) for way, second in ways.items()}
        for follow in self.follow:
            follow(contact, agent, ways, call.verdicts)
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
            if live.id in self._calls and not live.hear_each_other:
                self._over(live.id)

    def _over(self, contact: str) -> None:
        call = self._calls.pop(contact)
        for way in call.missing:
            for alarm in self.alarm:
                alarm(contact, way, False)
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
