"""Fairness among equal agents: random calls in virtual time, so that only the rule counts."""

from __future__ import annotations

import heapq
import random
from collections.abc import Collection
from typing import Any

from router.core.model import Chosen
from router.core.severity import Severity
from tests.bench_router.rig import Rig

BEGIN = 1_900_000_000_000
MEAN_S = 180.0
LOAD = 0.9


def jain(values: Collection[float]) -> float:
    """(sum x)^2 / (n sum x^2): 1 = all equal, 1/n = one has all (Jain, Chiu, Hawe 1984)."""
    total, squares = sum(values), sum(v * v for v in values)
    return total * total / (len(values) * squares) if squares else 0.0


class Day:
    """Equal agents who answer at once; exponential calls at 0.9 of their power."""

    def __init__(self, rig: Rig, agents: int, contacts: int) -> None:
        self.rig = rig
        self.step = rig.engine.step
        self.chance = random.Random(3)
        self.heap: list[tuple[float, int, dict[str, Any] | None]] = []
        self.ends = 0
        self.count: dict[str, int] = dict.fromkeys((f"f{n:02d}" for n in range(agents)), 0)
        self.talked: dict[str, float] = dict.fromkeys(self.count, 0.0)
        at = 0.0
        for _ in range(contacts):
            at += self.chance.expovariate(LOAD * agents / MEAN_S)
            self._at(at, None)

    def _at(self, at: float, ends: dict[str, Any] | None) -> None:
        self.ends += 1
        heapq.heappush(self.heap, (at, self.ends, ends))

    async def run(self) -> dict[str, Any]:
        self.rig.engine.now = BEGIN
        for name in self.count:
            who = {"id": name, "name": "", "skills": {"skill0": 5}}
            await self.step("agent_online", agent=who, conn="x")
            await self.step("agent_media", agent=name, media="up", proc="p")
            await self.step("agent_choice", agent=name, choice=Chosen(ready=True))
        while self.heap:
            at, _, ends = heapq.heappop(self.heap)
            self.rig.engine.now = BEGIN + int(at * 1000)
            if ends is None:
                contact = self.rig.contact(self.rig.engine.now, Severity.S3)
                await self.step("enqueue", contact=contact)
            else:
                await self.step("caller_gone", contact=ends["contact"], cause="hung_up")
                await self.step("wrapped", disposition="resolved", **ends)
            await self._answer(at)
        return {
            "agents": len(self.count),
            "contacts": sum(self.count.values()),
            "jain_contacts": round(jain(self.count.values()), 4),
            "jain_talk_time": round(jain(self.talked.values()), 4),
        }

    async def _answer(self, at: float) -> None:
        for name, contact, fence in await self.rig.offers(list(self.count)):
            what = {"agent": name, "contact": contact}
            await self.step("accept", fence=fence, **what)
            await self.step("connected", **what)
            takes = self.chance.expovariate(1 / MEAN_S)
            self.count[name] += 1
            self.talked[name] += takes
            self._at(at + takes, what)


async def fairness(url: str, agents: int = 20, contacts: int = 2000) -> dict[str, Any]:
    rig = await Rig(url, lanes=1, profiles=1).open()
    try:
        return await Day(rig, agents, contacts).run()
    finally:
        rig.engine.now = None
        await rig.close()
