"""How long callers and numbers outside have for what they do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds."""

    ring: int
    acknowledge: int
    talk: int
    message: int
