"""People at desks who take promised calls, through the index: no page and no sound of their own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from router.core.model import Chosen, LiveContact
from router.core.states import State
from router.live.engine import Engine, IndexLost, IndexUnavailable, decode_step

AWAKE_S = 3.0
TALKS_S = 0.2


class CallersBack:
    """Each accepts what rings, speaks for a moment with whoever answers, and is free again."""

    def __init__(self, url: str, desks: int) -> None:
        self._engine = Engine(url)
        self._desks = {f"back{n}" for n in range(desks)}
        self._acts: asyncio.TaskGroup | None = None

    async def sit_down(self) -> None:
        for name in sorted(self._desks):
            desk = {"id": name, "name": name, "skills": {}}
            await self._engine.step("agent_online", agent=desk, conn=name)
            await self._engine.step("agent_media", agent=name, media="up", proc="none of ours")
            await self._engine.step("agent_choice", agent=name, choice=Chosen(ready=True))

    async def work(self) -> None:
        """Until cancelled."""
        last = (await self._engine.snapshot()).last
        async with asyncio.TaskGroup() as self._acts:
            self._acts.create_task(self._stay_awake())
            while True:
                with contextlib.suppress(IndexLost, IndexUnavailable):
                    for step, raw in await self._engine.read(last, block_ms=500):
                        last = step
                        for live in decode_step(raw).contacts:
                            self._acts.create_task(self._see(live))

    async def _stay_awake(self) -> None:
        while True:
            for name in sorted(self._desks):
                with contextlib.suppress(IndexLost, IndexUnavailable):
                    await self._engine.beat("agent_seen", agent=name, conn=name)
            await asyncio.sleep(AWAKE_S)

    async def _see(self, live: LiveContact) -> None:
        """What whoever has it does now; what is refused was somebody else's, or is over."""
        contact: dict[str, Any] = {"contact": live.id}
        if live.offer is not None and (rung := sorted(self._desks & set(live.offer.agents))):
            await self._do("accept", agent=rung[0], fence=live.offer.fence, **contact)
        elif live.agent not in self._desks:
            return
        elif live.state == State.DIALING and live.progress == "in-progress":
            await self._do("connected", agent=live.agent, **contact)
            await asyncio.sleep(TALKS_S)
            await self._do("hang_up", agent=live.agent, **contact)
        elif live.state == State.WRAPUP:
            done = {"disposition": "resolved", "comment": ""}
            await self._do("wrapped", agent=live.agent, **contact, **done)

    async def _do(self, what: str, **request: Any) -> None:
        with contextlib.suppress(IndexLost, IndexUnavailable):
            await self._engine.step(what, **request)

    async def go_home(self) -> None:
        for name in sorted(self._desks):
            await self._do("agent_off", agent=name)
        await self._engine.close()


@asynccontextmanager
async def callers_back(url: str, desks: int) -> AsyncIterator[None]:
    """So many, at work until the block ends."""
    floor = CallersBack(url, desks)
    await floor.sit_down()
    work = asyncio.create_task(floor.work())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await floor.go_home()
