"""Agents and a queue in an index of their own, driven by pipelines; what this machine gives."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis

from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import default_config_path, load_config
from router.core import ladder
from router.core.model import Chosen, LiveContact
from router.core.severity import Channel, Severity, answer_by, score
from router.live.engine import Engine

CONFIG = load_config(default_config_path())
TARGETS = CONFIG.target_ms()
BATCH = 200
SKILLS = 60
encode = msgspec.json.Encoder().encode

BARE = """#!lua name=bare
redis.register_function('bare_step', function(keys, argv)
  local p, req = keys[1], cjson.decode(argv[1])
  redis.call('TIME')
  redis.call('HMGET', p, 'epoch', 'v')
  redis.call('HSET', p, 'c:' .. req.contact, argv[2], 'a:' .. req.agent, argv[3], 'v', '1.1:12345')
  redis.call('ZADD', p .. ':d', 1795272813658, 'wrap|' .. req.contact)
  redis.call('XADD', p .. ':s', '*', 'e', argv[2] .. argv[3], 'o', req.op, 'r', 'ok', 'c', '')
  return 'ok'
end)
"""
"""A step without a rule: reads its request and the clock, writes two records, a deadline and an
entry of the stream, of the size that the engine's have."""


def needs_of(lane: int) -> dict[str, int]:
    """Lane n: a skill at a level; beyond 180 lanes its neighbour too."""
    more = lane // (SKILLS * 3)
    found = {f"skill{lane % SKILLS}": 1 + lane // SKILLS % 3}
    return found | {f"skill{(lane + more) % SKILLS}": 1} if more else found


def skills_of(profile: int) -> dict[str, int]:
    """Five skills next to each other; levels 3 to 5."""
    return {f"skill{(profile + i) % SKILLS}": 3 + (profile + i) % 3 for i in range(5)}


def chunks(some: Sequence[Any] | range, size: int) -> Iterator[Any]:
    for at in range(0, len(some), size):
        yield some[at : at + size]


class Rig:
    """`lanes` needs among the contacts, `profiles` among the agents."""

    def __init__(self, url: str, lanes: int, profiles: int) -> None:
        self.engine = Engine(url, f"bench{uuid.uuid4().hex[:6]}")
        self.redis: Redis = Redis.from_url(url)
        self.lanes = lanes
        self.profiles = profiles
        self.made = self.signed_in = 0
        self.chance = random.Random(7)

    async def open(self) -> Rig:
        await self.engine.load()
        settings = engine_settings(CONFIG) | {"agent_lease": 0}
        await self.engine.open_epoch(1, settings, [], [])
        return self

    async def close(self) -> None:
        await self.engine.wipe()
        await self.engine.close()
        await self.redis.aclose()

    async def call(self, name: str, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same function many times in one pipeline, each its own operation."""
        pipe = self.redis.pipeline(transaction=False)
        for body in bodies:
            body["op"] = uuid.uuid4().hex
            pipe.fcall(f"hf_{name}", 1, self.engine.prefix, encode(body))
        return [msgspec.json.decode(raw) for raw in await pipe.execute()]

    def contact(self, now: int | None = None, severity: Severity | None = None) -> LiveContact:
        self.made += 1
        now = int(time.time() * 1000) if now is None else now
        severity = severity or Severity(self.chance.choices((1, 2, 3, 4), (2, 18, 60, 20))[0])
        channel = Channel.VOICE
        lane = self.chance.randrange(self.lanes)
        steps = [ladder.Rung(needs_of(lane), 3_600_000), ladder.Rung()]
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
            party=f"p{self.made:020d}",
            incident=f"i{self.made:08d}",
            incident_no=f"INC-{self.made}",
        )

    async def queue(self, many: int) -> None:
        for part in chunks(range(many), 1000):
            await self.call("enqueue", [{"contact": self.contact()} for _ in part])

    async def agents(self, many: int) -> list[str]:
        """So many more, signed in, with sound, ready."""
        names = [f"a{n:05d}" for n in range(self.signed_in, self.signed_in + many)]
        self.signed_in += many
        for part in chunks(names, 500):
            who = [
                {"id": n, "name": n, "skills": skills_of(int(n[1:]) % self.profiles)} for n in part
            ]
            await self.call("agent_online", [{"agent": one, "conn": "x"} for one in who])
            await self.call("agent_media", [{"agent": n, "media": "up", "proc": "p"} for n in part])
            await self.call(
                "agent_choice", [{"agent": n, "choice": Chosen(ready=True)} for n in part]
            )
        return names

    async def offers(self, agents: Sequence[str]) -> list[tuple[str, str, str]]:
        """What rings at them: (agent, contact, fence)."""
        if not agents:
            return []
        fields = [f"a:{name}" for name in agents]
        found = []
        for raw in await self.redis.hmget(f"{self.engine.prefix}:records", fields):
            agent = msgspec.json.decode(raw)
            if agent.get("offer"):
                found.append((agent["id"], agent["offer"]["contact"], agent["offer"]["fence"]))
        return found

    async def take_offers(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Every open offer of these agents is accepted and connected: (agent, contact)."""
        held = await self.offers(names)
        await self.call("accept", [{"agent": a, "contact": c, "fence": f} for a, c, f in held])
        await self.call("connected", [{"agent": a, "contact": c} for a, c, _ in held])
        return [(a, c) for a, c, _ in held]

    async def forget_traces(self) -> None:
        """The stream of what was told is no part of what a queued contact takes."""
        await self.redis.xtrim(f"{self.engine.prefix}:events", maxlen=0, approximate=False)

    async def cpu_s(self) -> float:
        return await cpu_s(self.redis)

    async def memory(self) -> tuple[int, int]:
        """Bytes of the data, and of the library's memory."""
        info: Any = await self.redis.info("memory")
        return int(info["used_memory"]), int(info.get("used_memory_vm_functions", 0))


class Bare:
    """Steps without a rule, on a store of their own: what the machine gives at that moment."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis.from_url(url)
        self.spent_s = 0.0
        self.steps = 0

    async def batch(self) -> None:
        if not self.steps:
            await self.redis.function_load(BARE, replace=True)
        before = await cpu_s(self.redis)
        pipe = self.redis.pipeline(transaction=False)
        for n in range(BATCH):
            request = {"agent": f"a{n}", "contact": f"c{n:07d}", "op": uuid.uuid4().hex}
            pipe.fcall("bare_step", 1, "{bare}", encode(request), b"x" * 850, b"y" * 380)
        await pipe.execute()
        self.spent_s += await cpu_s(self.redis) - before
        self.steps += BATCH

    @property
    def step_us(self) -> float:
        return self.spent_s / max(1, self.steps) * 1e6


async def cpu_s(redis: Redis) -> float:
    """CPU of the thread that takes the steps."""
    info: Any = await redis.info("cpu")
    main = info.get("used_cpu_user_main_thread"), info.get("used_cpu_sys_main_thread")
    if None not in main:
        return float(main[0]) + float(main[1])
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


async def baseline(url: str) -> dict[str, float]:
    """What this machine gives just now: a plain SET and a record decoded in the store, us."""
    redis: Redis = Redis.from_url(url)
    document = encode(LiveContact(id="c", channel="voice", severity=3, arrived_at=1, score=1))
    out = {}
    for name, body in (
        ("set_us", "for i=1,20000 do redis.call('SET','b:x',ARGV[1]) end"),
        ("decode_us", "for i=1,20000 do cjson.decode(ARGV[1]) end"),
    ):
        began = time.perf_counter()
        await redis.eval(body, 0, document)
        out[name] = round((time.perf_counter() - began) / 20_000 * 1e6, 2)
    await redis.aclose()
    return out
