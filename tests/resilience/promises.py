"""A house in which calls are promised: record and index, on both databases."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from holdfast.settings.engine_settings import engine_settings
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.callback import CALLER
from router.core.current import Current
from router.core.model import Chosen, LiveContact
from router.intake.door import Call, Intake
from router.live.engine import Engine
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records import contacts
from router.records.database import Database
from tests.kit.record import new_postgres, new_sqlite
from tests.kit.store import CONFIG, centre_of
from tests.resilience.test_flush import Alone

LINE = "+12065550101"


class House:
    """Record and index; `later` is added to the clock."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.database = database
        self.engine = Engine(url)
        self.recorder = Recorder(database, self.engine)
        self.later = 0
        self.current = Current(CONFIG)
        self.rebuild = Rebuild(
            centre_of(database, self.engine, config=self.current, clock=self.now),
            self.recorder,
            lambda: engine_settings(CONFIG),
            Alone(),
        )
        self.intake = Intake(centre_of(database, self.engine, config=self.current))
        self.promises = self.promises_on(self.engine)

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.later

    def promises_on(self, engine: Engine) -> ScheduledCallbacks:
        return ScheduledCallbacks(
            centre_of(self.database, engine, config=self.current), self.recorder.reached
        )

    async def call(self, number: str) -> LiveContact:
        arrival = await self.intake.call(Call(f"CA{number}", number, LINE, None), self.now())
        await self.engine.step("triaged", contact=arrival.contact_id, set={})
        await self.recorder.drain()
        found = await self.recorded(arrival.contact_id)
        assert found is not None
        return found

    async def recorded(self, contact: str) -> LiveContact | None:
        async with self.database.read() as connection:
            return await contacts.live_of(connection, contact)

    async def asked_for(self, contact: str) -> None:
        """The carrier was asked to dial it."""
        async with self.database.write() as connection:
            assert await contacts.begin_dial(connection, contact, self.now())

    async def waiting(self) -> list[str]:
        found = (await self.engine.snapshot()).contacts
        return [c.id for c in sorted(found, key=lambda c: c.score)]

    async def flush(self) -> None:
        redis = Redis.from_url(self.url)
        await redis.flushall()
        await redis.aclose()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, store_url: str
) -> AsyncIterator[House]:
    if request.param == "sqlite":
        database = await new_sqlite(tmp_path / "record.db")
    else:
        database = await new_postgres(request.getfixturevalue("postgres_url"))
    found = House(store_url, database)
    await found.flush()  # of the tests before this one
    await found.rebuild.run()
    yield found
    await found.engine.close()
    await database.close()


def wish(call: LiveContact, **more: object) -> CallbackRequest:
    fields = {"by": CALLER, "by_name": "Maya", "key": call.id, "after": call.id, "instead": True}
    assert call.incident is not None
    return CallbackRequest(incident=call.incident, **(fields | more))  # type: ignore[arg-type]


async def promised_to(house: House, number: str) -> tuple[LiveContact, LiveContact]:
    """Somebody who called from there, and the call that is promised to them."""
    call = await house.call(number)
    reply = await house.promises.request_callback(wish(call), house.now())
    assert reply.contact is not None
    return call, reply.contact


async def sits_down(house: House, agent: str) -> None:
    """At a desk, with sound."""
    desk = {"id": agent, "name": agent, "skills": {}}
    await house.engine.step("agent_online", agent=desk, conn=agent)
    await house.engine.step("agent_media", agent=agent, media="up", proc="p1")


async def dial_begins(house: House, promised: str) -> None:
    """An agent takes it, and the carrier has been asked; it is a second later."""
    await sits_down(house, "a")
    assert (await house.engine.step("callback_now", agent="a", contact=promised)).ok
    await house.asked_for(promised)
    await house.recorder.drain()
    house.later = 1_000


async def talks_with(house: House, agent: str, number: str) -> LiveContact:
    """Whoever called from there talks with this agent."""
    step, call = house.engine.step, await house.call(number)
    await sits_down(house, agent)
    await step("agent_choice", agent=agent, choice=Chosen(ready=True))
    rings = await house.engine.look(call.id)
    assert rings is not None
    assert rings.offer is not None
    accept = {"agent": agent, "contact": call.id, "fence": rings.offer.fence}
    assert (await step("accept", **accept)).ok
    assert (await step("connected", agent=agent, contact=call.id)).ok
    await house.recorder.drain()
    return call
