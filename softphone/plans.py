"""A contact's sound: as it should be (plans), as it is connected now (wiring), what happened
(events). No effects in here: `decide` is a table that can be read and tested.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from router.core.beside import Beside, Mode
from softphone import tones
from softphone.hearing import Other
from softphone.quality import Quality
from softphone.room import Direction, Want
from softphone.seats import AGENT, CALLER, SECOND, Edge, Role, Seat


@dataclass(frozen=True, slots=True)
class Waiting:
    """The caller waits on our stream. `clip`: µ-law, looped; None = the connecting clip."""

    clip: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """An agent is being rung. `clip`: µ-law, looped; None = the connecting clip."""

    clip: bytes | None = None


@dataclass(frozen=True, slots=True)
class Second:
    """A colleague, or a number outside, whom the agent asked in. `together`: the caller hears them,
    unless on hold. `line`: it is a number; `rings`: its telephone does (False: it is only dialled),
    None: somebody answered there."""

    who: str
    together: bool = False
    line: bool = False
    rings: bool | None = None


@dataclass(frozen=True, slots=True)
class Dialing:
    """We call a person, the agent is already on the line and hears what becomes of it until the
    stream is up; from then on the same as Joined. `rings`: it does, there."""

    agent: str
    beside: frozenset[Beside] = frozenset()
    rings: bool = True


@dataclass(frozen=True, slots=True)
class Joined:
    """Caller and agent talk, and `second` with them or apart; while the agent's leg is missing the
    caller hears whoever else takes part, or else the hold clip."""

    agent: str
    beside: frozenset[Beside] = frozenset()
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class OnHold:
    """The caller hears the hold clip and nobody hears them; agent and `second` talk."""

    agent: str
    beside: frozenset[Beside] = frozenset()
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """The caller talks with a number that was asked in; its agent has left."""

    second: Second


Plan = Waiting | Ringing | Dialing | Joined | OnHold | Handed


def agent_of(plan: Plan | None) -> str | None:
    """The agent that a plan binds."""
    return plan.agent if isinstance(plan, Dialing | Joined | OnHold) else None


def has_caller(plan: Plan | None) -> str | None:
    """Whose sound the caller is with: the agent's, or that of a number they were handed over to."""
    return plan.second.who if isinstance(plan, Handed) else agent_of(plan)


def people_of(plan: Plan | None) -> dict[str, Seat]:
    """Everybody whom a plan binds, by whose sound it is, and where they sit."""
    if isinstance(plan, Handed):
        return {plan.second.who: AGENT}
    if not isinstance(plan, Dialing | Joined | OnHold):
        return {}
    beside = {one.leg: Seat(Role.BESIDE, one.leg) for one in plan.beside}
    second = {plan.second.who: SECOND} if isinstance(plan, Joined | OnHold) and plan.second else {}
    return beside | second | {plan.agent: AGENT}


@dataclass(frozen=True, slots=True)
class Wiring:
    """What should be connected now: who hears whom, and who hears a clip instead."""

    edges: frozenset[Edge] = frozenset()
    clips: Mapping[Seat, bytes] = field(default_factory=dict)


def is_far(plan: Plan | None, seat: Seat) -> bool:
    """Whoever sits there is at the carrier's, not at a page of ours."""
    if isinstance(plan, Handed):
        return True
    second = plan.second if isinstance(plan, Joined | OnHold) else None
    return seat == CALLER or (seat == SECOND and second is not None and second.line)


def decide(plan: Plan | None, up: Collection[Seat], *, hold: bytes, idle: bytes) -> Wiring:
    """The wiring for a plan, given whose leg is up. Never silence toward a caller."""
    match plan:
        case None:
            return _plays(idle, up)
        case Waiting(clip) | Ringing(clip):
            return _plays(clip or idle, up)
        case OnHold(_, beside, second):
            edges = _hear(beside, [seat for seat in up if seat != CALLER], {AGENT, SECOND})
            clips = _unspoken(edges, up, hold)
            if second and second.rings is not None and SECOND not in up and AGENT in up:
                clips[AGENT] = _progress(rings=second.rings)
            return Wiring(edges, clips)
        case Dialing(_, beside, rings):
            edges = _hear(beside, up, {CALLER, AGENT})
            if CALLER not in up and AGENT in up:
                return Wiring(edges, {AGENT: _progress(rings=rings)})
            return Wiring(edges, _unspoken(edges, up, hold))
        case Joined(_, beside, second):
            talk = {CALLER, AGENT, SECOND} if second and second.together else {CALLER, AGENT}
            edges = _hear(beside, up, talk)
            return Wiring(edges, _unspoken(edges, up, hold))
        case Handed():
            edges = _hear((), up, {CALLER, AGENT})
            clips = _unspoken(edges, up, hold)
            if AGENT in up and CALLER not in up:
                clips[AGENT] = hold
            return Wiring(edges, clips)


def _progress(*, rings: bool) -> bytes:
    return tones.ringing() if rings else tones.connecting()


def _plays(clip: bytes, up: Collection[Seat]) -> Wiring:
    return Wiring(clips={CALLER: clip} if CALLER in up else {})


def _unspoken(edges: Collection[Edge], up: Collection[Seat], hold: bytes) -> dict[Seat, bytes]:
    """Caller and colleague hear music as long as nobody speaks to them."""
    spoken_to = {edge.target for edge in edges}
    return {seat: hold for seat in (CALLER, SECOND) if seat in up and seat not in spoken_to}


def _hear(
    beside: Collection[Beside], up: Collection[Seat], talk: Collection[Seat]
) -> frozenset[Edge]:
    """Those who talk hear each other; those beside hear everybody who speaks to anybody."""
    heard_by: dict[Seat, set[Seat]] = {seat: {*talk} - {seat} for seat in talk}
    watching = {Seat(Role.BESIDE, one.leg): one.mode for one in beside}
    for seat, mode in watching.items():
        to = {Mode.LISTEN: set(), Mode.WHISPER: {AGENT}, Mode.BARGE: {*talk}}[mode]
        heard_by[seat] = to
    for seat, ears in heard_by.items():
        if ears:
            ears |= watching.keys() - {seat}
    return frozenset(Edge(seat, ear) for seat in up for ear in heard_by.get(seat, ()) if ear in up)


@dataclass(frozen=True, slots=True)
class CallerUp:
    contact: str
    epoch: int


@dataclass(frozen=True, slots=True)
class CallerLost:
    """The newest leg ended (endings of superseded legs are not told)."""

    contact: str
    epoch: int
    cause: str


@dataclass(frozen=True, slots=True)
class AgentUp:
    agent: str
    epoch: int


@dataclass(frozen=True, slots=True)
class AgentLost:
    agent: str
    epoch: int
    cause: str


@dataclass(frozen=True, slots=True)
class Bridged:
    """`ms`: since the plan was set to Joined (or Dialing)."""

    contact: str
    agent: str
    ms: float


@dataclass(frozen=True, slots=True)
class FirstAudio:
    """`ms`: since the legs were joined."""

    contact: str
    direction: Direction
    ms: float


@dataclass(frozen=True, slots=True)
class OneWay:
    """A bridged direction has been absent or silent for too long; told again when that changes.
    `want`: None = sound is back, or the two are not joined any more."""

    contact: str
    direction: Direction
    want: Want | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One second of a call: of caller and agent while they are joined, and of all others in it, by
    whose sound it is; without the caller the agent is one of these."""

    contact: str
    agent: str
    """Or the number that has the caller (`has_caller`)."""
    ways: Mapping[Direction, Quality]
    others: Mapping[str, Other] = field(default_factory=dict)


Event = CallerUp | CallerLost | AgentUp | AgentLost | Bridged | FirstAudio | OneWay | Measured


@dataclass(frozen=True, slots=True)
class Live:
    """One line of `Exchange.snapshot()`: what really is, not what is planned.

    `since` is the exchange clock's moment of joining in seconds; None while not bridged.
    """

    contact: str
    epoch: int | None
    agent: str | None
    agent_epoch: int | None
    bridged: bool
    since: float | None
    held: bool = False
