"""The stream of steps, followed in order by everything in a process that has to know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from router.core.model import Step
from router.live.deadline_loop import AWAY_RETRY_S
from router.live.engine import Engine, IndexLost, IndexUnavailable, decode_step

log = structlog.get_logger()

READ_S = 5.0
LATE_S = 30.0
"""Who has not read the stream for so long (a process that was stopped, a machine that slept) may
have missed steps: the stream drops what the record holds (engine.STREAM_KEPT_MS)."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps."""

Listener = Callable[[str, Step], None]


class StepFeed:
    """Follows the stream of steps and tells every listener, in order.

    A store that comes back from a loss of power may have forgotten its last second: the last step
    seen here is not in its stream. `on_went_back` is awaited with the last step seen. A feed that
    has not read for long may have missed steps that the stream dropped, and one that cannot be read
    is missed as well: `on_missed` reads everything again and returns the step to go on from.
    """

    def __init__(
        self,
        engine: Engine,
        on_went_back: Callable[[str], Awaitable[None]] | None = None,
        on_missed: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self._engine = engine
        self._went_back = on_went_back
        self._missed = on_missed
        self._read_at = 0.0
        self._unread = False
        self._listeners: list[Listener] = []
        self.last = "0-0"

    def subscribe(self, listener: Listener) -> None:
        """Listeners run on the event loop and must not block."""
        self._listeners.append(listener)

    async def run(self, start: str) -> None:
        """Follows the stream, from the step after `start`, until cancelled."""
        self.last = start
        away = False
        while True:
            try:
                if away and self._went_back and await self._forgot():
                    await self._went_back(self.last)
                away = False
                if self._missed and await self._has_missed():
                    log.warning("feed.missed_steps")
                    self.last = await self._missed()
                    self._unread = False
                steps = await self._engine.read(self.last, block_ms=int(READ_S * 1000))
                self._read_at = time.clock_gettime(_CLOCK)
            except (IndexLost, IndexUnavailable):  # lost: the deadline loop rebuilds it
                away = True
                await asyncio.sleep(AWAY_RETRY_S)
                continue
            for step_id, raw in steps:
                self._tell(step_id, raw)
                self.last = step_id

    def _tell(self, step_id: str, raw: bytes) -> None:
        try:
            step = decode_step(raw)
        except msgspec.DecodeError:  # of a worker of another version, at worst: it ends nobody's
            log.error("feed.step_unreadable", step=step_id)
            self._unread = True
            return
        for listener in self._listeners:
            listener(step_id, step)

    async def _has_missed(self) -> bool:
        late = time.clock_gettime(_CLOCK) - self._read_at > LATE_S
        return self._unread or (late and await self._engine.dropped_after(self.last))

    async def _forgot(self) -> bool:
        return await self._engine.lacks(self.last)
