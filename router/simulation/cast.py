"""Who plays: the people who come, the agents who answer, and what became of each in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from router.core.contact import Outcome
from router.core.states import AgentState
from router.simulation.policy import Rule
from router.simulation.scenario import Asking, Hands, Outside, Person, Worker


@dataclass(frozen=True, slots=True)
class Cast:
    """The people who come, the agents who answer, and how quickly they do."""

    people: Sequence[Person]
    staff: Sequence[Worker]
    desk: Hands
    outside: Outside = field(default_factory=Outside)
    asking: Asking = field(default_factory=Asking)


@dataclass(frozen=True, slots=True)
class Run:
    """One of several runs with the same cast."""

    rule: Rule
    seed: int
    number: int
    lasts_ms: int
    warmup_ms: int = 0
    first_reply: float = 0.5
    """The share of a text's work until its first answer."""


@dataclass(slots=True)
class Fate:
    """What became of one person; moments in ms from the beginning of the run."""

    person: Person
    answered_at: int | None = None
    gone_at: int | None = None
    taken_at: int | None = None
    """When an agent accepted it."""
    agent: str = ""
    missed: int = 0
    outcome: str = ""
    """How its contact ended."""
    promised: str = ""
    """Ours: the call that we promised to this person in place of their own."""
    beside_a_desk: bool = False
    """... while somebody was at a desk."""
    telephoned: int = 0
    """Of a text or mail: how often a number on call rang for it."""
    taken_over_at: int | None = None
    """When the key was first pressed there."""

    @property
    def machine(self) -> bool:
        """It ended at the voicemail."""
        return self.outcome == Outcome.VOICEMAIL

    @property
    def left(self) -> bool:
        """It ended at the voicemail, or with a promise to call."""
        return self.outcome in (Outcome.VOICEMAIL, Outcome.CALLBACK)


@dataclass(slots=True)
class Hand:
    """An agent as the simulation knows them."""

    worker: Worker
    on: bool = False
    away: bool = False
    """Paused by misses: not at their desk."""
    state: AgentState = AgentState.OFFLINE
    since: int = 0
    busy_ms: int = 0
    available_ms: int = 0
    paused_ms: int = 0
    """By misses: their own time off does not count."""
    offers: int = 0
    fence: str = ""
    texts: dict[str, float] = field(default_factory=dict)
    """Texts in hand -> work left until the next answer; the agent's time is shared among them."""
    texts_at: int = 0
    texts_turn: int = 0
