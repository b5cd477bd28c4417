"""A colleague whom the agent of a call asks in (docs/voice.md, "Consulting a colleague")."""

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


class Consult(msgspec.Struct, frozen=True):
    """One at a time for a call."""

    at: Consulted
    agent: str
    """The colleague."""
    by: str
    """Who asked them in: the agent of the call then."""
    name: str = ""
    by_name: str = ""
    since: float = 0
    """They were asked, or they have been there, since then."""
    until: float | None = None
    """Asked: it rings until then. There: their sound or page is gone, and they have until then."""
    holds: bool = False
    """The caller was put on hold for it, and is taken off it when it is over."""
