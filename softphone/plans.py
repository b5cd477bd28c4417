"""A contact's sound: as it should be (plans), as it is connected now (wiring), what happened
(events). No effects in here: `decide` is a table that can be read and tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from softphone.bridge import Direction, Want


@dataclass(frozen=True, slots=True)
class Waiting:
    """The caller waits on our stream. `clip`: µ-law, looped; None = the connecting clip."""

    clip: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """An agent is being rung. `clip`: µ-law, looped; None = the connecting clip."""

    clip: bytes | None = None


@dataclass(frozen=True, slots=True)
class Dialing:
    """We call a person, the agent is already on the line and hears it ringing until the stream
    is up; from then on the same as Joined."""

    agent: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Caller and agent talk; while the agent's leg is missing the caller hears the hold clip."""

    agent: str


@dataclass(frozen=True, slots=True)
class OnHold:
    """The caller hears the hold clip, the agent nothing."""

    agent: str


Plan = Waiting | Ringing | Dialing | Joined | OnHold


def agent_of(plan: Plan | None) -> str | None:
    """The agent that a plan binds."""
    return plan.agent if isinstance(plan, Dialing | Joined | OnHold) else None


@dataclass(frozen=True, slots=True)
class Wiring:
    """What should be connected now."""

    bridged: bool = False
    caller_clip: bytes | None = None
    agent_rings: bool = False


def decide(plan: Plan | None, *, caller: bool, agent: bool, hold: bytes, idle: bytes) -> Wiring:
    """The wiring for a plan, given which legs are up. Never silence toward a caller."""
    match plan:
        case None:
            return Wiring(caller_clip=idle if caller else None)
        case Waiting(clip) | Ringing(clip):
            return Wiring(caller_clip=(clip or idle) if caller else None)
        case Dialing() if agent and not caller:
            return Wiring(agent_rings=True)
        case Dialing() | Joined():
            if caller and agent:
                return Wiring(bridged=True)
            return Wiring(caller_clip=hold if caller else None)
        case OnHold():
            return Wiring(caller_clip=hold if caller else None)


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
    """A bridged direction has been absent or silent for more than 3 s. Once until sound is back."""

    contact: str
    direction: Direction
    want: Want


Event = CallerUp | CallerLost | AgentUp | AgentLost | Bridged | FirstAudio | OneWay


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
