"""How long until an offer: through the engine's own client, and by a driver of raw sockets.

`busy_floor`: the engine's client as processes of the centre use it (asyncio, redis-py), and a
reader that follows the stream as each process does. From the moment before the request is made
until the reader has the offer's event: both ends of Python are in it. Agents accept at once, talk,
hang up, wrap up.

`freed_to_next_offer`: from the moment before `wrapped` is sent until the reader has the entry in
which that agent is offered the next contact. It counts only when that entry is the same step: then
somebody waited whom he may take. (After every step no permitted pair is left, as the oracle holds;
so an agent who was offered nothing in that step had nobody to take.)
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Coroutine
from typing import Any

from router.core.model import Happening, LiveContact, Step
from router.live.engine import decode_step
from tests.bench_router.rig import BARE, Rig
from tests.kit.spread import spread


class Floor:
    """Agents who work: accept at once, talk so long, wrap up."""

    def __init__(self, rig: Rig, talk_s: float) -> None:
        self.rig = rig
        self.talk_s = talk_s
        self.came: dict[str, float] = {}
        self.freed: dict[str, float] = {}
        self.offered: list[float] = []
        self.again: list[float] = []
        self.waited = 0
        self.tasks: set[asyncio.Task[Any]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, agent: str, contact: str, fence: str) -> None:
        step = self.rig.engine.step
        if not (await step("accept", agent=agent, contact=contact, fence=fence)).ok:
            return
        await step("connected", agent=agent, contact=contact)
        await asyncio.sleep(self.talk_s)
        await step("caller_gone", contact=contact, cause="hung_up")
        self.freed[agent] = time.perf_counter()
        await step("wrapped", agent=agent, contact=contact, disposition="resolved")

    async def read(self) -> None:
        last = "0-0"
        while True:
            for step_id, raw in await self.rig.engine.read(last, block_ms=1000, count=500):
                last = step_id
                self._saw(decode_step(raw), time.perf_counter())

    def _saw(self, step: Step, now: float) -> None:
        ended = {live.agent for live in step.contacts if live.state == "ended"}
        offers = [one for one in step.events if one.name == "contact.offered"]
        for one in offers:
            self._offer(one, now, freed=one.agent in ended)
        for agent in ended - {one.agent for one in offers}:
            self.freed.pop(agent or "", None)  # nobody waited whom he may take

    def _offer(self, one: Happening, now: float, *, freed: bool) -> None:
        agent, contact = one.agent or "", one.contact or ""
        at = self.came.pop(contact, None)
        if at is not None:
            if freed:
                self.waited += 1  # it waited for somebody: that is no free agent's answer
            else:
                self.offered.append((now - at) * 1000)
        since = self.freed.pop(agent, None)
        if since is not None and freed:
            self.again.append((now - since) * 1000)
        self.later(self.serve(agent, contact, one.fence or ""))

    async def arrive(self, contact: LiveContact) -> None:
        self.came[contact.id] = time.perf_counter()
        await self.rig.engine.step("enqueue", contact=contact)


async def busy_floor(url: str, per_s: int, seconds: int, agents: int, talk_s: float) -> Any:
    """Open loop: contacts arrive by a clock of their own."""
    rig = await Rig(url, lanes=8, profiles=8).open()
    floor = Floor(rig, talk_s)
    try:
        await rig.agents(agents)
        reader = asyncio.get_running_loop().create_task(floor.read())
        began = time.perf_counter()
        for n in range(per_s * seconds):
            if (wait := began + n / per_s - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            floor.later(floor.arrive(rig.contact()))
        await asyncio.sleep(0.5)
        for task in [reader, *floor.tasks]:
            task.cancel()
        await asyncio.gather(reader, *floor.tasks, return_exceptions=True)
    finally:
        await rig.close()
    return {
        "contacts_per_s": per_s,
        "agents": agents,
        "talk_s": talk_s,
        "arrival_to_offer_with_a_free_agent": spread(floor.offered),
        "waited_for_an_agent": floor.waited,
        "freed_to_next_offer": spread(floor.again),
    }


async def open_loop(
    url: str,
    per_s: int,
    seconds: int,
    agents: int,
    *,
    lives: bool = False,
    bare: bool = False,
    talk_s: float = 1.0,
) -> Any:
    """By raw.py in a process of its own: one arrival each 1/per_s, with free agents."""
    rig = await Rig(url, lanes=8, profiles=8).open()
    try:
        await rig.agents(agents)
        plan = {
            "socket": url.removeprefix("unix://"),
            "prefix": rig.engine.prefix,
            "per_s": per_s,
            "seconds": seconds,
            "connections": 8,
            "lives": lives,
            "bare": bare,
            "talk_s": talk_s,
        }
        if bare:
            await rig.redis.function_load(BARE, replace=True)
        cpu, began = await rig.cpu_s(), time.perf_counter()
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench_router.raw", json.dumps(plan)),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await child.communicate()
        found = json.loads(out)
        busy = (await rig.cpu_s() - cpu) / (time.perf_counter() - began)
    finally:
        await rig.close()
    return {"contacts_per_s": per_s, "agents": agents, "store_busy": round(busy, 2)} | found
