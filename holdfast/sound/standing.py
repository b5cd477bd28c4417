"""How a process that carries sound stands: what it says of itself, and when it is full."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

log = structlog.get_logger()

LOOK_S: Final = 0.05
"""A timer that fires so often is late by as much as the loop is."""
WINDOW_S: Final = 5.0
FULL_CORE: Final = 0.41
"""Of one core: 60 % of what 200 calls took where it was measured (docs/voice.md)."""
FULL_LATE_MS: Final = 5.0
"""The loop is later than this for one frame in a hundred: what waits for it is sound."""


class About(msgspec.Struct, frozen=True):
    """One process, as the others know it."""

    link: str
    """Where it listens for the others (softphone/link.py)."""
    url: str
    """Under which the carrier reaches its streams, without a slash at its end."""
    calls: int = 0
    pages: int = 0
    lent: int = 0
    """People who take part in calls of other processes."""
    core: float = 0.0
    """Share of one core, over five seconds."""
    late_ms: float = 0.0
    """How late its loop is at most, but for one moment in a hundred."""
    full: bool = False
    draining: bool = False
    since: int = 0
    """ms since 1970."""


def known(found: Mapping[str, bytes]) -> dict[str, About]:
    """What processes said of themselves; one of another version that we cannot read is left out."""
    every = {}
    for proc, about in found.items():
        try:
            every[proc] = msgspec.json.decode(about, type=About)
        except msgspec.DecodeError:
            log.error("sound.process_unreadable", proc=proc)
    return every


class Load:
    """Measures this process until cancelled."""

    def __init__(self) -> None:
        looks = int(WINDOW_S / LOOK_S)
        self._late: deque[float] = deque(maxlen=looks)
        self._spent: deque[tuple[float, float]] = deque(maxlen=looks)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self.look(loop.time() - due, loop.time(), time.process_time())

    def look(self, late_s: float, now: float, spent_s: float) -> None:
        """One look: how late, when (s), and what the processor has done for us so far (s)."""
        self._late.append(late_s * 1000)
        self._spent.append((now, spent_s))

    @property
    def late_ms(self) -> float:
        """See About."""
        return sorted(self._late)[int(len(self._late) * 0.99) - 1] if self._late else 0.0

    @property
    def core(self) -> float:
        """See About."""
        if len(self._spent) < 2:
            return 0.0
        (began, before), (now, spent) = self._spent[0], self._spent[-1]
        return (spent - before) / (now - began) if now > began else 0.0

    @property
    def full(self) -> bool:
        """It takes nobody who can go elsewhere."""
        return self.core >= FULL_CORE or self.late_ms >= FULL_LATE_MS
