"""The things that every durable part shares in one process of a centre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from router.core.current import Current
from router.live.engine import Engine
from router.records.database import Database


@dataclass(frozen=True, slots=True)
class Centre:
    """One process of one centre: its record, its index, and the rest that it works with."""

    database: Database
    engine: Engine
    config: Current
    """Read again while it runs: code that keeps a piece of it keeps an old one."""
    clock: Callable[[], int]
    """ms since 1970."""
    account: str
    """The account at the carrier: ids of contacts are derived from it."""
    proc: str
    """Slot of this process: its successor in the same slot takes over what it held."""
