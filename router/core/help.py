"""Help for an agent in a hard call: whom they are told to, when others are, what ends it.

The library follows the same rule (router/live/lua/steps/help.lua); docs/routing.md, "Help".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from .telling import Telling


class HelpStage(StrEnum):
    """Who has been told. It only widens, until somebody has it."""

    ONE = "one"
    """The supervisor on duty."""
    ALL = "all"
    """Every supervisor who is signed in."""
    TELEPHONE = "telephone"
    """They, and the numbers on call, one after the other."""


class HelpEnd(StrEnum):
    """What ended it."""

    TAKEN_BACK = "taken_back"
    """By whoever asked."""
    DONE = "done"
    """By a supervisor."""
    OVER = "over"
    """Somebody had it for so long; nobody said that it was done."""
    SIGNED_OUT = "signed_out"
    ASKED_AGAIN = "asked_again"
    """By the next one of the same agent."""
    LEFT = "left"
    """Their desk was gone for good, and nobody had seen to it since."""


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody has it: one person, once."""

    by: str
    """Their account; on_call:NAME of a number on call."""
    name: str
    at: float
    how: str
    """said (I'm on it), listened, took_call, telephone."""


class Someone(msgspec.Struct, frozen=True):
    agent: str
    name: str


PREFIX = "help-"


def is_help(id: str) -> bool:
    """Whether this names a request, and no contact."""
    return id.startswith(PREFIX)


class Help(msgspec.Struct, omit_defaults=True):
    """An open request of an agent, in their record of the index; of one agent there is one."""

    id: str
    """It names the request in steps and calls: of another one nothing counts."""
    agent: str
    name: str
    at: float
    stage: HelpStage
    told: Someone | None = None
    """Whom it was told to first; None: all at once."""
    contact: str | None = None
    """What they had in hand when they asked, and its facts then."""
    channel: str | None = None
    severity: int | None = None
    incident: str | None = None
    incident_no: str | None = None
    line: str = ""
    due: float | None = None
    """More are told then, if nobody has it."""
    ends: float | None = None
    """It ends by itself then."""
    left: float | None = None
    """Their desk is gone since then."""
    again: float | None = None
    """Nobody on the list took it; the alarm was raised anew then."""
    seen: Seen | None = None
    telling: Telling | None = None
    tried: list[str] | None = None
    end: HelpEnd | None = None
    """Only in what tells of its end; and the name of the supervisor who says that it is done."""
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class AtHand:
    """A supervisor on duty: their board is open, or they are at a desk and have not paused."""

    id: str
    helps: int
    """Open requests that they were told first."""
    in_call: bool = False


def first(lead: str | None, on_duty: Iterable[AtHand]) -> str | None:
    """Who is told at once: the agent's lead, else whoever has the fewest requests, before those in
    a call of their own. None: nobody is on duty; then everybody is, and the telephone rings."""
    there = sorted(on_duty, key=lambda one: (one.helps, one.in_call, one.id))
    if any(one.id == lead for one in there):
        return lead
    return there[0].id if there else None
