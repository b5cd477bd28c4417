"""The pulse of a process: fires deadlines, hands out effects, follows the stream of steps.

Nothing here polls for work: the tick says when the next deadline or effect is due, and a step
that this process sees on the stream wakes it earlier.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from router.core.model import Effect, Step
from router.live.engine import Engine, IndexLost, IndexUnavailable, decode_step

log = structlog.get_logger()

LONGEST_SLEEP_S = 1.0
"""A deadline set by another process is fired at most this late if the stream is silent."""

AWAY_RETRY_S = 0.2
READ_S = 5.0
LATE_S = 30.0
"""Who has not read the stream for so long (a process that was stopped, a machine that slept) may
have missed steps: the stream drops what the record holds (engine.STREAM_KEPT_MS)."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps."""


class Pulse:
    """Runs until cancelled.

    `on_lost` is awaited when the index has no epoch (a rebuild is due); `effects` does what has to
    be done outside (None: others do it); `on_back` is told when the store answers again.
    """

    def __init__(
        self,
        engine: Engine,
        proc: str,
        on_lost: Callable[[], Awaitable[None]],
        effects: Callable[[Effect], Coroutine[Any, Any, None]] | None,
        on_back: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._proc = proc
        self._on_lost = on_lost
        self._do = effects
        self._on_back = on_back
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        """Something changed: look at the deadlines now."""
        self._wake.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            away = False
            while True:
                self._wake.clear()
                try:
                    sleep_s = await self._beat(group)
                    if away:
                        away = False
                        self._on_back()
                except IndexLost:
                    await self._on_lost()
                    continue
                except IndexUnavailable:
                    if not away:
                        log.warning("index.unavailable")
                    away = True
                    sleep_s = AWAY_RETRY_S
                try:
                    async with asyncio.timeout(sleep_s):
                        await self._wake.wait()
                except TimeoutError:
                    pass  # the next deadline

    async def _beat(self, group: asyncio.TaskGroup) -> float:
        reply = await self._engine.beat("tick", proc=self._proc)
        if self._do is None:  # effects are for those who have the sound
            reply.effect = None
        elif reply.effect is not None and reply.effect <= reply.now:
            for effect in await self._engine.claim(self._proc):
                group.create_task(self._do(effect), name=f"effect:{effect.kind}")
            return 0.0
        due = [at for at in (reply.next, reply.effect) if at is not None]
        if not due:
            return LONGEST_SLEEP_S
        return min(LONGEST_SLEEP_S, max(0.0, (min(due) - reply.now) / 1000 + 0.001))


Listener = Callable[[str, Step], None]


class Feed:
    """Follows the stream of steps and tells every listener, in order.

    A store that comes back from a loss of power may have forgotten its last second: the last step
    seen here is not in its stream. `on_went_back` is awaited with the last step seen. Who did not
    read for long may have missed what the stream dropped: `on_missed` looks at everything anew and
    returns the step to go on from.
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
        self._listeners: list[Listener] = []
        self.last = "0-0"

    def subscribe(self, listener: Listener) -> None:
        """Listeners run on the event loop and must not block."""
        self._listeners.append(listener)

    async def run(self, start: str) -> None:
        """Follows from after `start` until cancelled."""
        self.last = start
        away = False
        while True:
            try:
                if away and self._went_back and await self._forgot():
                    await self._went_back(self.last)
                away = False
                late = time.clock_gettime(_CLOCK) - self._read_at > LATE_S
                if late and self._missed and await self._engine.dropped_after(self.last):
                    log.warning("feed.missed_steps")
                    self.last = await self._missed()
                steps = await self._engine.read(self.last, block_ms=int(READ_S * 1000))
                self._read_at = time.clock_gettime(_CLOCK)
            except (IndexLost, IndexUnavailable):  # lost: the pulse builds it anew
                away = True
                await asyncio.sleep(AWAY_RETRY_S)
                continue
            for step_id, raw in steps:
                step = decode_step(raw)
                for listener in self._listeners:
                    listener(step_id, step)
                self.last = step_id

    async def _forgot(self) -> bool:
        return await self._engine.lacks(self.last)
