"""The states of a contact and of an agent, a row each: the one place that says what a state means.

The Lua library gets the table as its first lines (router/live/library.py), the pages as
static/states.js, which `make format` writes. A new state is one row, its transitions (contact.py)
and its words (static/strings). `make check` refuses a state written as a string anywhere else, and
a family of states that is listed again (scripts/states.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a contact is. It is in exactly one state."""

    IN_MENU = "in_menu"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    ACTIVE = "active"
    WRAPUP = "wrapup"
    PARKED = "parked"
    DIALING = "dialing"
    OUTSIDE = "outside"
    """A number outside rings for it."""
    AWAY = "away"
    """Somebody there has taken it."""
    VOICEMAIL = "voicemail"
    SCHEDULED = "scheduled"
    """A promised call before its moment; outside of the order."""
    ENDED = "ended"


class Told(StrEnum):
    """How far an S1 text or mail is told to the numbers on call (docs/routing.md, "Outside")."""

    NEXT = "next"
    """The next number is looked for."""
    RINGS = "rings"
    """A telephone rings for it, or somebody there hears of it."""
    PAUSE = "pause"
    """Nobody on the list pressed the key; it begins again."""
    TAKEN = "taken"
    """Somebody pressed the key and sees to it."""


class AgentState(StrEnum):
    """What an agent is doing, as others see it. They are in exactly one state."""

    OFFLINE = "offline"
    LOST = "lost"
    PAUSED = "paused"
    TESTING = "testing"
    READY = "ready"
    RINGING = "ringing"
    CONNECTING = "connecting"
    DIALING = "dialing"
    TALKING = "talking"
    WRAPUP = "wrapup"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The questions asked of a contact's state."""

    waits: bool = False
    """Anybody may still take it."""
    in_order: bool = False
    """It has a place in the order: it waits, or rings, or connects and keeps its place."""
    rings: bool = False
    """Somebody was chosen for it, and is not with it yet."""
    in_hands: bool = False
    """It is in its agent's hands and takes their room."""
    talks: bool = False
    """Its agent is on the line with it, or about to be."""
    streams: bool = False
    """A call in it needs a media stream."""
    taken: bool = False
    """Somebody of ours took it out of the order."""
    returns: bool = False
    """It goes back to its place when its agent leaves for good."""
    unanswered: bool = False
    """Nobody is with them yet."""
    not_made: bool = False
    """A promised call in it: nobody has begun it."""
    beyond: bool = False
    """The carrier has the caller somewhere else than in our line."""
    overlaid: bool = False
    """An S1 caller in it stands in the order all the same: an offer is laid over it."""
    stays: bool = False
    """It is still in it after the index was rebuilt, whatever else was forgotten."""
    over: bool = False
    """Nobody is on the line any more."""
    final: bool = False
    """Nothing follows."""
    timer: str | None = None
    """The kind of its own deadline, the moment that it tells as `until` (docs/routing.md)."""
    lasts: str | int | None = None
    """The time from a rebuild of the index to its deadline where no `until` is known: a setting by
    its name, or ms."""
    anew: bool = False
    """... and where one is known, too: they get the whole time again."""
    idle: str | None = None
    """The kind of the deadline of a text that nobody touches; the setting of the same name says how
    long."""
    agent: AgentState | None = None
    """What its agent is seen doing."""


S, A = State, AgentState

STATES: Mapping[State, Row] = {
    S.IN_MENU: Row(unanswered=True, stays=True, timer="menu", lasts="menu", anew=True),
    S.QUEUED: Row(waits=True, in_order=True, unanswered=True, not_made=True),
    S.OFFERED: Row(
        waits=True, in_order=True, rings=True, streams=True, unanswered=True, not_made=True,
        timer="ring",
    ),
    S.CONNECTING: Row(
        in_order=True, rings=True, in_hands=True, talks=True, streams=True, returns=True,
        unanswered=True, timer="connect", lasts="connect", anew=True, agent=A.CONNECTING,
    ),
    S.ACTIVE: Row(
        in_hands=True, talks=True, streams=True, taken=True, returns=True, idle="text_idle",
        agent=A.TALKING,
    ),
    S.WRAPUP: Row(
        in_hands=True, taken=True, over=True, timer="wrap", lasts=30_000, agent=A.WRAPUP
    ),
    S.PARKED: Row(taken=True, returns=True, stays=True, timer="parked", lasts="parked"),
    S.DIALING: Row(
        in_hands=True, talks=True, streams=True, timer="dial", lasts="dial", agent=A.DIALING
    ),
    S.OUTSIDE: Row(unanswered=True, beyond=True, overlaid=True, timer="outside", lasts=60_000),
    S.AWAY: Row(beyond=True, timer="outside", lasts=60_000),
    S.VOICEMAIL: Row(beyond=True, overlaid=True, stays=True, timer="outside", lasts=60_000),
    S.SCHEDULED: Row(not_made=True, stays=True, timer="due", lasts=0),
    S.ENDED: Row(over=True, final=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """The questions asked of an agent's state."""

    busy: bool = False
    """They work, or are asked to."""


AGENT_STATES: Mapping[AgentState, AgentRow] = {
    A.OFFLINE: AgentRow(),
    A.LOST: AgentRow(),
    A.PAUSED: AgentRow(),
    A.TESTING: AgentRow(),
    A.READY: AgentRow(),
    A.RINGING: AgentRow(busy=True),
    A.CONNECTING: AgentRow(busy=True),
    A.DIALING: AgentRow(busy=True),
    A.TALKING: AgentRow(busy=True),
    A.WRAPUP: AgentRow(busy=True),
    A.MESSAGES: AgentRow(busy=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTimer:
    """When a deadline of agents comes: `at`, or `lasts`, or else a rule of its kind's name says it
    (router/live/lua/order/agent_timers.lua)."""

    at: str | None = None
    """The column of their record that holds its moment; it is off while the column is empty."""
    lasts: str | None = None
    """From now on so long: a setting by its name; 0 = never."""
    presence: str | None = None
    """It is off in any other."""
    outlives: bool = False
    """It is armed in a rebuilt index."""


AGENT_TIMERS: Mapping[str, AgentTimer] = {
    "lease": AgentTimer(presence="online", lasts="agent_lease", outlives=True),
    "offline": AgentTimer(presence="lost", lasts="lost_to_offline", outlives=True),
    "selftest": AgentTimer(at="testing"),
    "ears": AgentTimer(),
    "shift": AgentTimer(outlives=True),
    "handed": AgentTimer(at="handed_until", outlives=True),
    "help": AgentTimer(outlives=True),
}
"""By kind; what it does when it comes is `fire` of that name (upkeep/time.lua)."""


def _those(column: str) -> frozenset[State]:
    return frozenset(state for state, row in STATES.items() if getattr(row, column))


WAITS = _those("waits")
IN_ORDER = _those("in_order")
RINGS = _those("rings")
IN_HANDS = _those("in_hands")
TALKS = _those("talks")
TAKEN = _those("taken")
UNANSWERED = _those("unanswered")
NOT_MADE = _those("not_made")
BEYOND = _those("beyond")
OVERLAID = _those("overlaid")
STAYS = _those("stays")
OVER = _those("over")

BUSY = frozenset(state for state, row in AGENT_STATES.items() if row.busy)


def holding(
    table: Mapping[State, Row] | Mapping[AgentState, AgentRow],
) -> dict[str, dict[str, bool]]:
    """The columns that hold for each state, of those that a page asks for."""
    return {
        state.value: {name: True for name in row.__slots__ if getattr(row, name) is True}
        for state, row in table.items()
    }
