"""Who sits in a call, and who hears whom: a set of edges between seats."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple


class Role(enum.Enum):
    """What a seat is for."""

    CALLER = "caller"
    AGENT = "agent"
    """Whoever has the caller: an agent, or a number that they were handed over to."""
    BESIDE = "beside"
    """A supervisor or buddy with the agent: listens, whispers, or takes part."""
    SECOND = "second"
    """A colleague, or a number outside, whom the agent asked in."""


class Seat(NamedTuple):
    """One place in a call. `who`: the person, where a role may be taken by several."""

    role: Role
    who: str = ""


CALLER: Final = Seat(Role.CALLER)
AGENT: Final = Seat(Role.AGENT)
SECOND: Final = Seat(Role.SECOND)


class Edge(NamedTuple):
    """`target` hears `source`."""

    source: Seat
    target: Seat


TALK: Final = frozenset({Edge(CALLER, AGENT), Edge(AGENT, CALLER)})
"""Caller and agent hear each other."""
