"""How something is told to the numbers on call by telephone (router/live/lua/steps/telling.lua)."""

from __future__ import annotations

import msgspec

from .states import Told


class Telling(msgspec.Struct, frozen=True, omit_defaults=True):
    """An S1 text or mail that overflowed, or an agent's request for help: how far it is told."""

    at: Told
    name: str | None = None
    """Of the number that rings, or of who took it over, in the configuration."""
    word: str | None = None
    since: float | None = None
    """It rings since then, or was taken over then."""
    heard: bool = False
    """Whoever took it over has heard how to reach the party."""
    wrote: bool = False
    """The party wrote again since the key."""
    busy_until: float | None = None
    """Their call is over by then, or when the carrier says so: their telephone is free."""
    until: float | None = None
    fence: str | None = None
    begun: bool = False
    """A process was about to dial: it is not dialled again."""
    call: str | None = None
    """The carrier's id of the call there, once it is known."""
