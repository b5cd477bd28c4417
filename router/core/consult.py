"""Whom the agent of a call asks in: a colleague, or a number outside (docs/voice.md, "Consulting a
colleague" and "A number asked in")."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Consulted(StrEnum):
    """How far it is."""

    ASKED = "asked"
    """Their desk rings. The caller is on hold, or with the agent who took them off it."""
    APART = "apart"
    """They are there, and the caller never hears them: agent and colleague talk while the caller is
    on hold, agent and caller while they are not."""
    TOGETHER = "together"
    """All three talk; on hold agent and colleague alone."""
    HANDED = "handed"
    """Of a number: the agent has left, and the caller talks with it, joined by us."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number outside that we dial to ask it in."""

    kind: str
    """number (of the configuration), typed or interpreter."""
    name: str
    """In the configuration; of an interpreter its language."""
    fence: str
    to: str | None = None
    """As it was typed."""
    language: str | None = None
    """Of an interpreter: the caller hears them as soon as they answer."""
    begun: bool = False
    """A process was about to dial: it is not dialled again."""
    call: str | None = None
    """The carrier's id of the call there, once it is known."""
    rings: bool = False
    proc: str | None = None


class Consult(msgspec.Struct, frozen=True, omit_defaults=True):
    """One at a time for a call."""

    at: Consulted
    by: str
    """Who asked them in: the agent of the call then."""
    agent: str | None = None
    """The colleague; None: it is a number."""
    line: Line | None = None
    name: str = ""
    by_name: str = ""
    since: float = 0
    """They were asked, or they have been there, since then."""
    until: float | None = None
    """Asked: it rings until then. There: their sound or page is gone, and they have until then."""
    holds: bool = False
    """The caller was put on hold for it, and is taken off it when it is over."""


_LINE = "@line:"


def line_leg(contact: str, fence: str) -> str:
    """The name under which the sound of a number that was asked in is known."""
    return f"{contact}{_LINE}{fence}"


def of_line(leg: str) -> tuple[str, str] | None:
    """Contact and fence of such a name; None: it is none."""
    contact, mark, fence = leg.partition(_LINE)
    return (contact, fence) if mark else None
