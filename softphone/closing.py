"""Legs that nobody needs any more are closed here: whoever dismisses one never waits for it."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from router.ports import AudioLeg

log = structlog.get_logger(__name__)

CLOSE_S: Final = 2.0


class Closing:
    """Of one exchange."""

    def __init__(self) -> None:
        self._legs: asyncio.Queue[tuple[AudioLeg, str]] = asyncio.Queue()

    def dismiss(self, leg: AudioLeg, reason: str = "superseded") -> None:
        """Nobody listens to it from now on; it is closed soon."""
        leg.listen(None)
        self._legs.put_nowait((leg, reason))

    async def run(self) -> None:
        """Closes them until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                leg, reason = await self._legs.get()
                tasks.create_task(self._close(leg, reason), name=f"close {leg.name}")

    async def rest(self) -> None:
        """Returns when all that were dismissed are closed."""
        async with asyncio.TaskGroup() as tasks:
            while not self._legs.empty():
                leg, reason = self._legs.get_nowait()
                tasks.create_task(self._close(leg, reason), name=f"close {leg.name}")

    async def _close(self, leg: AudioLeg, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await leg.close(reason)
        except TimeoutError:
            pass  # it no longer carries sound; the transport's own time-outs end it
        except Exception:  # a task's root: one leg's bad end must not end the others' closing
            log.exception("leg.close_failed", leg=leg.name)
