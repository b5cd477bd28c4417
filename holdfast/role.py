"""The roles of processes: which of a centre's tasks each may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The share of a centre's tasks that a process does."""

    ALL = "all"
    WEB = "web"
    """All but the sound of calls."""
    ROUTER = "router"
    """Timers and the record."""
    MEDIA = "media"
    """The sound of calls."""
