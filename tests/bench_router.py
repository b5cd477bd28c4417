"""`make bench-router`: what the engine costs, as JSON.

The real function library on a store of its own.

    python -m tests.bench_router [cycles] [growth] [latency]

A full cycle is one contact's whole life: enqueued, offered as an agent comes free, accepted,
connected, hung up, wrapped up: five steps with operation ids, reasons and events, the append-only
file written and synced every second. Cost is the store's own CPU (INFO cpu), so that the Python
driver, which saturates first, does not count.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis

from holdfast.engine_settings import engine_settings
from holdfast.settings import default_config_path, load_config
from holdfast.store import EmbeddedStore
from router.core import ladder
from router.core.model import LiveContact
from router.core.severity import Channel, Severity, answer_by, score
from router.live.engine import Engine, decode_step

CONFIG = load_config(default_config_path())
TARGETS = CONFIG.target_ms()
BATCH = 200
SKILLS = 60
encode = msgspec.json.Encoder().encode


def needs_of(lane: int) -> dict[str, int]:
    """Lane n: a skill at a level, with a language for every other."""
    found = {f"skill{lane % SKILLS}": 1 + lane // SKILLS % 3}
    return found


def skills_of(profile: int) -> dict[str, int]:
    """Five skills next to each other; levels 3 to 5."""
    return {f"skill{(profile + i) % SKILLS}": 3 + (profile + i) % 3 for i in range(5)}


class Rig:
    """Agents and a queue in the index, driven by pipelines."""

    def __init__(self, url: str, lanes: int, profiles: int) -> None:
        self.engine = Engine(url, f"bench{uuid.uuid4().hex[:6]}")
        self.redis: Redis = Redis.from_url(url) if "://" in url else Redis(unix_socket_path=url)
        self.lanes = lanes
        self.profiles = profiles
        self.made = 0
        self.chance = random.Random(7)

    async def open(self) -> None:
        await self.engine.load()
        settings = engine_settings(CONFIG) | {"agent_lease": 0}
        await self.engine.open_epoch(1, settings, [], [])

    async def call(self, name: str, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same function many times in one pipeline."""
        pipe = self.redis.pipeline(transaction=False)
        for body in bodies:
            body["op"] = uuid.uuid4().hex
            pipe.fcall(f"hf_{name}", 1, self.engine.prefix, encode(body))
        return [msgspec.json.decode(raw) for raw in await pipe.execute()]

    def contact(self) -> LiveContact:
        self.made += 1
        now = int(time.time() * 1000)
        severity = Severity(self.chance.choices((1, 2, 3, 4), (2, 18, 60, 20))[0])
        channel = Channel.VOICE
        lane = self.chance.randrange(self.lanes)
        steps = [ladder.Step(needs_of(lane), 3_600_000), ladder.Step()]
        return LiveContact(
            id=f"c{self.made:08d}",
            channel=str(channel),
            severity=int(severity),
            arrived_at=now,
            score=score(now, severity, channel, TARGETS),
            answer_by=answer_by(now, severity, channel, TARGETS),
            ladder=ladder.text(steps if severity > 1 else [steps[0]]),
            promote_at=now + 3_600_000,
            promote_ms=20_000,
            queue="general",
            line="support",
            rule="Support line: menu 3",
            who={"name": "+1 206 *** 1234", "address": "+1 206 *** 1234", "role": "caller"},
            incident=f"i{self.made:08d}",
            incident_no=f"INC-{self.made}",
        )

    async def queue(self, many: int) -> None:
        for part in chunks(range(many), 1000):
            await self.call("enqueue", [{"contact": self.contact()} for _ in part])

    async def agents(self, many: int) -> list[str]:
        names = [f"a{n:05d}" for n in range(many)]
        for part in chunks(names, 500):
            who = [
                {"id": n, "name": n, "skills": skills_of(int(n[1:]) % self.profiles)} for n in part
            ]
            await self.call("agent_online", [{"agent": one, "conn": "x"} for one in who])
            await self.call("agent_media", [{"agent": n, "media": "up", "proc": "p"} for n in part])
            await self.call("agent_choice", [{"agent": n, "choice": "ready"} for n in part])
        return names

    async def take_offers(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Every open offer of these agents is accepted and connected."""
        pipe = self.redis.pipeline(transaction=False)
        for name in names:
            pipe.hget(f"{self.engine.prefix}:records", f"a:{name}")
        held = []
        for raw in await pipe.execute():
            agent = msgspec.json.decode(raw)
            if agent.get("offer"):
                held.append((agent["id"], agent["offer"]["contact"], agent["offer"]["fence"]))
        await self.call("accept", [{"agent": a, "contact": c, "fence": f} for a, c, f in held])
        await self.call("connected", [{"agent": a, "contact": c} for a, c, _ in held])
        return [(a, c) for a, c, _ in held]

    async def cpu_s(self) -> float:
        info: Any = await self.redis.info("cpu")
        main = info.get("used_cpu_user_main_thread"), info.get("used_cpu_sys_main_thread")
        if None not in main:
            return float(main[0]) + float(main[1])
        return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])

    async def memory(self) -> int:
        info: Any = await self.redis.info("memory")
        return int(info["used_memory"])


def chunks(some: Sequence[Any] | range, size: int) -> Iterator[Any]:
    for at in range(0, len(some), size):
        yield some[at : at + size]


async def cycles(url: str, queued: int, agents: int, lanes: int, runs: int) -> dict[str, Any]:
    """Full cycles under overload: every agent busy, `queued` waiting."""
    rig = Rig(url, lanes, profiles=min(agents, lanes))
    await rig.open()
    empty = await rig.memory()
    await rig.queue(queued)
    await rig.redis.xtrim(f"{rig.engine.prefix}:events", maxlen=0)
    async for name in rig.redis.scan_iter(f"{rig.engine.prefix}:op:*", count=1000):
        await rig.redis.delete(name)  # replies kept for a minute
    each = (await rig.memory() - empty) / max(1, queued)
    names = await rig.agents(agents)
    busy: list[tuple[str, str]] = []
    for part in chunks(names, BATCH):
        busy += await rig.take_offers(part)
    await rig.redis.xtrim(f"{rig.engine.prefix}:events", maxlen=0)
    done, cpu, wall = 0, await rig.cpu_s(), time.perf_counter()
    while done < runs:
        some, busy = busy[:BATCH], busy[BATCH:]
        await rig.call("enqueue", [{"contact": rig.contact()} for _ in some])
        await rig.call("caller_gone", [{"contact": c, "cause": "hung_up"} for _, c in some])
        await rig.call(
            "wrapped", [{"agent": a, "contact": c, "disposition": "resolved"} for a, c in some]
        )
        taken = await rig.take_offers([a for a, _ in some])
        busy += taken
        done += len(taken)
        if not taken:
            break
    spent, took = await rig.cpu_s() - cpu, time.perf_counter() - wall
    await rig.engine.wipe()
    await rig.engine.close()
    await rig.redis.aclose()
    return {
        "queued": queued,
        "agents": agents,
        "lanes": lanes,
        "cycles": done,
        "store_us_per_cycle": round(spent / max(1, done) * 1e6, 1),
        "cycles_per_s_of_one_core": round(done / spent) if spent else None,
        "cycles_per_s_of_this_driver": round(done / took),
        "bytes_per_queued_contact": round(each),
    }


async def latency(
    url: str, per_s: int, seconds: int, agents: int, talk_s: float | None
) -> dict[str, Any]:
    """Open loop: contacts arrive by a clock of their own; arrival to the offer's event at a reader.

    talk_s None: nobody answers, only offers are made.
    """
    rig = Rig(url, lanes=8, profiles=8)
    await rig.open()
    await rig.agents(agents)
    came: dict[str, float] = {}
    freed: dict[str, float] = {}
    offered: list[float] = []
    again: list[float] = []
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[Any]] = set()

    def later(work: Any) -> None:
        task = loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def serve(agent: str, contact: str, fence: str) -> None:
        step = rig.engine.step
        if not (await step("accept", agent=agent, contact=contact, fence=fence)).ok:
            return
        await step("connected", agent=agent, contact=contact)
        await asyncio.sleep(talk_s or 0)
        await step("caller_gone", contact=contact, cause="hung_up")
        freed[agent] = time.perf_counter()
        await step("wrapped", agent=agent, contact=contact, disposition="resolved")

    async def read() -> None:
        last = "0-0"
        while True:
            for step_id, raw in await rig.engine.read(last, block_ms=1000, count=500):
                last = step_id
                seen = time.perf_counter()
                for event in decode_step(raw).events:
                    if event.name != "contact.offered" or event.agent is None:
                        continue
                    at = came.pop(event.contact or "", None)
                    if at is not None:
                        offered.append((seen - at) * 1000)
                    free = freed.pop(event.agent, None)
                    if free is not None:
                        again.append((seen - free) * 1000)
                    if talk_s is not None:
                        later(serve(event.agent, event.contact or "", event.fence or ""))

    async def arrive(contact: LiveContact) -> None:
        came[contact.id] = time.perf_counter()
        await rig.engine.step("enqueue", contact=contact)

    reader = loop.create_task(read())
    began = time.perf_counter()
    for n in range(per_s * seconds):
        due = began + n / per_s
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        later(arrive(rig.contact()))
    await asyncio.sleep(0.5)
    reader.cancel()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(reader, *tasks, return_exceptions=True)
    await rig.engine.wipe()
    await rig.engine.close()
    await rig.redis.aclose()
    return {
        "contacts_per_s": per_s,
        "agents": agents,
        "talk_s": talk_s,
        "arrival_to_offer": spread(offered),
        "freed_to_next_offer": spread(again),
    }


def spread(values: list[float]) -> dict[str, float]:
    """p50, p99, max in ms."""
    found = sorted(values) or [0.0]
    at = lambda share: found[min(len(found) - 1, int(share * len(found)))]  # noqa: E731
    return {"n": len(values), "p50_ms": round(at(0.5), 2), "p99_ms": round(at(0.99), 2)}


async def baseline(url: str) -> dict[str, float]:
    """What this machine gives just now: a plain SET and a JSON record decoded in the store, us."""
    redis: Redis = Redis.from_url(url)
    script = "for i=1,20000 do redis.call('SET','b:x',ARGV[1]) end"
    document = encode(LiveContact(id="c", channel="voice", severity=3, arrived_at=1, score=1))
    out = {}
    for name, body in (
        ("set_us", script),
        ("decode_us", "for i=1,20000 do cjson.decode(ARGV[1]) end"),
    ):
        began = time.perf_counter()
        await redis.eval(body, 0, document)
        out[name] = round((time.perf_counter() - began) / 20_000 * 1e6, 2)
    await redis.aclose()
    return out


async def main(parts: list[str]) -> None:
    out: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
    }
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder))
        store.start()
        try:
            client: Redis = Redis.from_url(store.url)
            await client.config_set("appendfsync", "everysec")
            await client.aclose()
            out["baseline"] = await baseline(store.url)
            if "quick" in parts:
                out["quick"] = [await cycles(store.url, 5_000, 500, n, 2_000) for n in (64, 300)]
            if "cycles" in parts:
                out["cycles"] = [
                    await cycles(store.url, 100_000, 10_000, n, 10_000) for n in (64, 300)
                ]
            if "growth" in parts:
                out["growth"] = [
                    await cycles(store.url, queued, agents, 64, 3_000)
                    for queued in (1_000, 10_000, 100_000)
                    for agents in (100, 1_000, 10_000)
                ]
            if "latency" in parts:
                out["latency"] = {
                    "free_agents": await latency(store.url, 60, 20, 200, talk_s=2.0),
                    "open_loop_1000": await latency(store.url, 1000, 7, 7_500, talk_s=None),
                    "overload": await latency(store.url, 30, 20, 40, talk_s=2.0),
                }
        finally:
            store.stop()
    print(json.dumps(out, indent=2))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["cycles", "growth", "latency"]))
