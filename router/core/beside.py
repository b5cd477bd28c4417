"""How somebody sits beside an agent who talks (docs/voice.md)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Mode(StrEnum):
    """Each hears agent and caller. On hold the caller is neither heard nor hears them."""

    LISTEN = "listen"
    """Nobody hears them."""
    WHISPER = "whisper"
    """The agent hears them."""
    BARGE = "barge"
    """Agent and caller hear them."""


class Beside(msgspec.Struct, frozen=True):
    """Somebody who sits beside the agent of a call."""

    agent: str
    """Who sits there."""
    mode: Mode
    since: float = 0
    name: str = ""
