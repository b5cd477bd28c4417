"""The store's own CPU per full cycle, how it grows, what a loss of the library's memory costs.

A full cycle is one contact's whole life in five steps (arrived, accepted, connected, hung up,
wrapped up; the offer is part of the last, as the agent comes free), with operation ids, reasons and
events, the append-only file written and synced each second. CPU is the store's (INFO cpu, the
thread that takes the steps), so that the Python driver, which saturates first, does not count.
`bare_step_us` is measured between the batches of the same run, on a store beside it: a function
that writes as much and decides nothing. `bare_steps_per_cycle` compares runs on machines that
others use too.
"""

from __future__ import annotations

import time
from typing import Any

from router.core.model import Chosen
from tests.bench_router.rig import BATCH, Bare, Rig, chunks
from tests.kit.store import running_store


class Overload:
    """Every agent busy, `queued` waiting."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.busy: list[tuple[str, str]] = []
        self.bytes_per_queued = 0

    async def fill(self, queued: int) -> None:
        empty, _ = await self.rig.memory()
        await self.rig.queue(queued)
        await self.rig.forget_traces()
        full, _ = await self.rig.memory()
        self.bytes_per_queued = round((full - empty) / queued)

    async def staff(self, agents: int) -> None:
        """So many are busy in the end; as many contacts more, so that the queue stays as long."""
        more = agents - len(self.busy)
        await self.rig.queue(more)
        for part in chunks(await self.rig.agents(more), BATCH):
            self.busy += await self.rig.take_offers(part)
        await self.rig.forget_traces()

    async def measure(self, runs: int, bare: Bare) -> dict[str, Any]:
        rig = self.rig
        bare.spent_s, bare.steps = 0.0, 0
        done, spent, began = 0, 0.0, time.perf_counter()
        steps: dict[str, float] = {}
        while done < runs:
            size = min(BATCH, len(self.busy))
            some, self.busy = self.busy[:size], self.busy[size:]
            clock = await rig.cpu_s()

            async def spend(name: str, since: float) -> float:
                now = await rig.cpu_s()
                steps[name] = steps.get(name, 0.0) + now - since
                return now

            await rig.call("enqueue", [{"contact": rig.contact()} for _ in some])
            at = await spend("arrived", clock)
            await rig.call("caller_gone", [{"contact": c, "cause": "hung_up"} for _, c in some])
            at = await spend("hung_up", at)
            ends = [{"agent": a, "contact": c, "disposition": "resolved"} for a, c in some]
            await rig.call("wrapped", ends)
            at = await spend("wrapped_and_offered", at)
            taken = await rig.take_offers([a for a, _ in some])
            spent += await spend("accepted_and_connected", at) - clock
            self.busy += taken
            done += len(taken)
            if not taken:
                break
            await bare.batch()
        took = time.perf_counter() - began
        per_cycle = spent / max(1, done) * 1e6
        return {
            "agents": len(self.busy),
            "lanes": rig.lanes,
            "cycles": done,
            "store_us_per_cycle": round(per_cycle, 1),
            "us_per_step": {name: round(s / max(1, done) * 1e6, 1) for name, s in steps.items()},
            "bare_step_us": round(bare.step_us, 1),
            "bare_steps_per_cycle": round(per_cycle / bare.step_us, 1),
            "cycles_per_s_of_one_core": round(done / spent) if spent else 0,
            "cycles_per_s_of_this_driver": round(done / took),
        }

    async def recall_ms(self) -> float:
        """One step right after the memory was lost, as after a failover; ms of CPU."""
        await self.rig.redis.hdel(f"{self.rig.engine.prefix}:records", "v")
        before = await self.rig.cpu_s()
        await self.rig.call("tick", [{"limit": 1}])
        return round((await self.rig.cpu_s() - before) * 1000, 1)


async def cycles(url: str, queued: int, agents: int, lanes: int, runs: int) -> dict[str, Any]:
    found = await grown(url, queued, (agents,), lanes, runs)
    return found[0]


async def grown(
    url: str, queued: int, agents: tuple[int, ...], lanes: int, runs: int
) -> list[dict[str, Any]]:
    """One queue, more and more agents."""
    rig = await Rig(url, lanes, profiles=lanes).open()
    load = Overload(rig)
    out = []
    try:
        await load.fill(queued)
        with running_store() as beside:
            bare = Bare(beside)
            for many in agents:
                await load.staff(many)
                found = {"queued": queued} | await load.measure(runs, bare)
                found["recall_ms"] = await load.recall_ms()
                found["bytes_per_queued_contact"] = load.bytes_per_queued
                _, library = await rig.memory()
                found["library_mb"] = round(library / 1e6, 1)
                out.append(found)
            await bare.redis.aclose()
    finally:
        await rig.close()
    return out


async def refused(url: str, many: int) -> dict[str, Any]:
    """`many` contacts that one agent declined: they are looked at one by one when another is free.

    The worst case: those who may take none of them come free again and again.
    """
    rig = await Rig(url, lanes=1, profiles=1).open()
    try:
        name = (await rig.agents(1))[0]
        for _ in range(many):
            await rig.call("enqueue", [{"contact": rig.contact()}])
            ((_, contact, fence),) = await rig.offers([name])
            body = {"agent": name, "contact": contact, "fence": fence}
            await rig.call("decline", [body])
        before = await rig.cpu_s()
        rounds = 100
        for _ in range(rounds):
            await rig.call("agent_choice", [{"agent": name, "choice": Chosen(ready=True)}])
        each = (await rig.cpu_s() - before) / rounds
        return {"refused": many, "ms_per_step_of_who_refused_all": round(each * 1000, 2)}
    finally:
        await rig.close()
