"""The deadline loop of a process: fires deadlines and hands out effects.

Nothing here polls for work: the tick says when the next deadline or effect is due, and a step that
this process sees on the stream wakes it earlier.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from router.core.model import Effect
from router.live.engine import Engine, IndexLost, IndexUnavailable

log = structlog.get_logger()

LONGEST_SLEEP_S = 1.0
"""A deadline set by another process is fired at most this late if the stream is silent."""

AWAY_RETRY_S = 0.2


class DeadlineLoop:
    """Runs until cancelled.

    `on_lost` is awaited when the index has no epoch (a rebuild is due); `effects` carries out
    effects (None: others do); `on_back` is called when the store answers again.
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
        if self._do is None:  # effects are for processes that have the sound
            reply.effect = None
        elif reply.effect is not None and reply.effect <= reply.now:
            for effect in await self._engine.claim(self._proc):
                group.create_task(self._do(effect), name=f"effect:{effect.kind}")
            return 0.0
        due = [at for at in (reply.next, reply.effect) if at is not None]
        if not due:
            return LONGEST_SLEEP_S
        return min(LONGEST_SLEEP_S, max(0.0, (min(due) - reply.now) / 1000 + 0.001))
