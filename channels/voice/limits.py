"""What documents about callers and numbers outside are written with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from channels.voice.prompts import Prompts


@dataclass(frozen=True, slots=True)
class Limits:
    """How long they have for what they do, in seconds."""

    ring: int
    acknowledge: int
    talk: int
    message: int


@dataclass(frozen=True, slots=True)
class Writing:
    """`url` makes a voice webhook's address."""

    url: Callable[[str], str]
    limits: Callable[[], Limits]
    prompts: Prompts
