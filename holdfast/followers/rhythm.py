"""When to look again: regularly, and soon after somebody asked."""

from __future__ import annotations

import asyncio


class Rhythm:
    """For one loop that looks at something that takes a moment to become visible."""

    def __init__(self, soon_s: float) -> None:
        """soon_s: what somebody asked for is visible after this long."""
        self._soon_s = soon_s
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Asks for a look soon."""
        self._asked.set()

    async def next(self, pause_s: float) -> None:
        """Returns after `pause_s`, or soon after somebody asked; never between a question and the
        moment in which its answer can be seen: a look in between would find nothing, and nobody
        would ask again."""
        try:
            async with asyncio.timeout(pause_s):
                await self._asked.wait()
        except TimeoutError:
            if not self._asked.is_set():
                return
        self._asked.clear()  # who asks from now on is answered by a look after this one
        await asyncio.sleep(self._soon_s)
