"""A real store for tests: one embedded server per session, a workspace of its own per test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import structs

from holdfast.host.store import EmbeddedStore
from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import default_config_path, load_config
from router.centre import Centre
from router.core.config import Retries
from router.core.current import Current
from router.core.model import Chosen, Happening, LiveContact, Reply
from router.core.severity import Channel, Severity, answer_by, score
from router.core.skills import signature
from router.live.engine import Engine, decode_step
from router.records.database import Database

_SHIPPED = load_config(default_config_path())
SOON = Retries(**{key: ["5m", "30m"] for key in ("S1", "S2", "S3", "S4")})
CONFIG = structs.replace(
    _SHIPPED, callbacks=structs.replace(_SHIPPED.callbacks, courtesy="", again=SOON)
)
"""As shipped, but people are called at any hour, and soon again: tests run at any."""
TARGETS = CONFIG.target_ms()
START = 1_800_000_000_000
_numbers = itertools.count(1)


def centre_of(
    database: Database,
    engine: Engine,
    *,
    config: Current | None = None,
    clock: Callable[[], int] = lambda: 0,
    proc: str = "p1",
) -> Centre:
    """What the durable parts share, on a test's record and index."""
    return Centre(database, engine, config or Current(CONFIG), clock, "AC1", proc)


@contextmanager
def running_store() -> Iterator[str]:
    """Address of a store that lives as long as the block."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder))
        store.start()
        try:
            yield store.url
        finally:
            store.stop()


class World:
    """The live index in virtual time: only `at` moves the clock."""

    def __init__(self, url: str) -> None:
        self.engine = Engine(url, f"test{next(_numbers)}", now=START)
        self.last = "0-0"
        self.made = 0

    async def open(self, **cfg: Any) -> World:
        await self.engine.load()
        await self.engine.open_epoch(1, engine_settings(CONFIG) | cfg, [], [])
        return self

    @property
    def now(self) -> int:
        assert self.engine.now is not None
        return self.engine.now

    async def advance(self, ms: int) -> None:
        """Moves the clock and fires what is due, deadline by deadline."""
        target = self.now + ms
        while True:
            reply = await self.engine.beat("tick")
            if reply.next is None or reply.next > target:
                break
            self.engine.now = max(self.now, int(reply.next))
        self.engine.now = target
        await self.engine.beat("tick")

    async def agent(self, name: str, *, ready: bool = True, **skills: int) -> str:
        await self.engine.step(
            "agent_online", agent={"id": name, "name": name, "skills": skills}, conn=f"conn-{name}"
        )
        if ready:  # before the sound: who is not ready may be rung for an S1
            await self.engine.step("agent_choice", agent=name, choice=Chosen(ready=True))
        await self.engine.step("agent_media", agent=name, media="up", proc="p1")
        return name

    async def keep(self, *names: str) -> None:
        """The desks answer, so their leases run on."""
        for name in names:
            await self.engine.beat("agent_seen", agent=name, conn=f"conn-{name}")

    async def stay(self, ms: int, *names: str) -> None:
        """Lets time pass while these desks answer."""
        end = self.now + ms
        while self.now < end:
            await self.keep(*names)
            await self.advance(min(10_000, end - self.now))

    async def arrive(
        self, channel: str = "voice", severity: int = 3, *, id: str | None = None, **fields: Any
    ) -> str:
        self.made += 1
        contact = id or f"c{self.made}"
        level, kind = Severity(severity), Channel(channel)
        body = {
            "id": contact,
            "channel": channel,
            "severity": severity,
            "arrived_at": self.now,
            "score": score(self.now, level, kind, TARGETS),
            "promote_at": self.now + 4 * TARGETS[level][kind],
            "promote_ms": TARGETS[Severity.S2][kind],
            "answer_by": answer_by(self.now, level, kind, TARGETS),
            "ladder": f"{signature(fields.pop('needs', {}))}@",
            "queue": "general",
            "link": "at_carrier" if channel == "voice" else "none",
            "state": "queued",
            "carrier_id": f"CA{contact}",
            **fields,
        }
        await self.engine.step("enqueue", contact=body)
        return contact

    async def promise(
        self, severity: int = 3, *, at: int | None = None, instead: str | None = None, **fields: Any
    ) -> str:
        """A call that we promised; `at` = the earliest moment."""
        self.made += 1
        place = fields.pop("arrived_at", at or self.now)
        theirs = fields.pop("theirs", [])
        level = Severity(severity)
        body = {
            "id": f"c{self.made}",
            "channel": "voice",
            "dir": "out",
            "severity": severity,
            "arrived_at": place,
            "score": score(place, level, Channel.VOICE, TARGETS),
            "promote_at": place + 4 * TARGETS[level][Channel.VOICE],
            "promote_ms": TARGETS[Severity.S2][Channel.VOICE],
            "answer_by": answer_by(place, level, Channel.VOICE, TARGETS),
            "ladder": f"{signature(fields.pop('needs', {}))}@",
            "queue": "general",
            "not_before": at,
            "callback": {"id": "k1", "by": "u1", "by_name": "Priya", "tries": 3},
            **fields,
        }
        reply = await self.engine.step("callback", contact=body, instead=instead, theirs=theirs)
        assert reply.ok, reply
        return f"c{self.made}"

    async def contact(self, contact: str) -> LiveContact | None:
        for live in (await self.engine.snapshot()).contacts:
            if live.id == contact:
                return live
        return None

    async def state(self, contact: str) -> str:
        live = await self.contact(contact)
        return live.state if live else "ended"

    async def deadlines(self, contact: str) -> set[str]:
        """The kinds of deadline that the contact has."""
        names = await self.engine._redis.zrange(f"{self.engine.prefix}:deadlines", 0, -1)
        pairs = (name.decode().split("|", 1) for name in names)
        return {kind for kind, of in pairs if of == contact}

    async def offered_to(self, contact: str) -> str | None:
        live = await self.contact(contact)
        return live.offer.agents[0] if live and live.offer else None

    async def accept(self, contact: str) -> Reply:
        live = await self.contact(contact)
        assert live is not None
        assert live.offer is not None
        return await self.engine.step(
            "accept", agent=live.offer.agents[0], contact=contact, fence=live.offer.fence
        )

    async def answer(self, contact: str) -> str:
        """Accepts and connects; returns the agent."""
        agent = await self.offered_to(contact)
        assert agent is not None
        assert (await self.accept(contact)).ok
        live = await self.contact(contact)
        assert live is not None
        if live.channel == "voice":
            assert (await self.engine.step("connected", contact=contact, agent=agent)).ok
        return agent

    async def events(self) -> list[tuple[str, str | None]]:
        """(name, contact) of everything that happened since the last call."""
        return [(h.name, h.contact) for h in await self.happened()]

    async def happened(self) -> list[Happening]:
        """Everything that happened since the last call."""
        found: list[Happening] = []
        for step_id, raw in await self.engine.read(self.last, count=10_000):
            self.last = step_id
            found += decode_step(raw).events
        return found
