"""What was decided of a call while the record was held reaches its incident, however late that has
the call: a key, a rule, and what the record itself knew of that party."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from channels.voice import reception
from router.admission import BY_RULE
from router.core.model import LiveContact
from router.core.severity import Severity
from router.intake.door import Intake
from router.live.engine import Engine
from router.records import abandoned, contacts, people, schema
from tests.intake.house import House, held, voice_form
from tests.intake.test_intake import EMERGENCY, SUPPORT
from tests.kit.store import centre_of


@pytest.fixture(params=["the try", "the recorder"])
def first(request: pytest.FixtureRequest) -> str:
    """Who has the record first when it is free again."""
    return str(request.param)


async def given_up(house: House, first: str) -> None:
    """The slow try ends before the record is free: the recorder comes next, the spool after it."""
    if first == "the recorder":
        for task in set(house.spool._running):
            task.cancel()
        await asyncio.wait(set(house.spool._running))


async def told(house: House, first: str) -> None:
    if first == "the recorder":
        await house.recorder.drain()
    await house.settled()
    await house.intake.calls.told()


async def incidents(house: House) -> list[int]:
    async with house.database.read() as connection:
        return list(await connection.scalars(select(schema.incident.c.severity)))


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize("key", ["1", "4"])
async def test_the_key_of_whoever_hung_up_reaches_the_incident(
    house: House, key: str, over: bool, first: str
) -> None:
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits=key)
        if over:
            await house.hook("status", to=SUPPORT)
        await given_up(house, first)
    await told(house, first)
    assert await incidents(house) == [int(key)]
    async with house.database.read() as connection:
        live = await contacts.live_of(connection, house.id("CA1"))
    assert live is not None
    assert (live.severity, live.by_line, live.provisional) == (int(key), None, False)


async def test_what_a_rule_says_meanwhile_reaches_the_incident(house: House, first: str) -> None:
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.intake.change_severity(house.id("CA1"), Severity.S2, "words", BY_RULE)
        await house.hook("status", to=SUPPORT)
        await given_up(house, first)
    await told(house, first)
    assert await incidents(house) == [2]


@pytest.mark.parametrize(("key", "severity"), [("1", 1), ("4", 3)])
async def test_an_incident_that_was_there_is_raised_and_never_lowered(
    house: House, key: str, severity: int, first: str
) -> None:
    before = await house.intake.call(reception._call(voice_form("CA0", SUPPORT)), house.world.now)
    await house.world.engine.step("caller_gone", contact=before.contact_id, cause="hung_up")
    await house.settled()
    house.world.engine.now = house.world.now + 3_600_000
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits=key)
        await house.hook("status", to=SUPPORT)
        await given_up(house, first)
    await told(house, first)
    assert await incidents(house) == [severity]


async def test_who_has_an_emergency_and_hung_up_gave_up_as_such(house: House, first: str) -> None:
    """The index knew their line alone: nobody would have called them back first."""
    before = await house.intake.call(reception._call(voice_form("CA0", EMERGENCY)), house.world.now)
    await house.settled()
    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
        await house.hook("menu", to=SUPPORT, Digits="4")
        await house.hook("status", to=SUPPORT)
        await given_up(house, first)
    await told(house, first)
    assert await incidents(house) == [1]
    async with house.database.read() as connection:
        rows = await abandoned.callers(connection, house.world.now)
    assert [(row.contact, row.severity) for row in rows] == [(house.id("CA1"), 2)]
    assert rows[0].incident == before.contact.incident


async def test_a_key_pressed_while_the_record_tells_the_index(house: House, store_url: str) -> None:
    """The call is provisional when its key is looked up, and is no more when the key counts."""

    class Told(Engine):
        async def look(self, contact_id: str) -> LiveContact | None:
            found = await super().look(contact_id)
            await house.settled()
            return found

    async with held(house.database):
        await house.hook("voice", to=SUPPORT)
    engine = Told(store_url, house.world.engine.prefix[10:-1], now=house.world.now)
    intake = Intake(centre_of(house.database, engine, config=house.current))
    reply = await intake.menu_answered(house.id("CA1"), "4")
    await intake.calls.told()
    await house.settled()
    await engine.close()
    assert reply is not None
    assert reply.contact is not None
    assert (reply.contact.severity, reply.contact.provisional) == (4, False)
    assert await incidents(house) == [4]


async def test_who_answered_meanwhile_owns_the_incident(house: House, first: str) -> None:
    await house.world.agent("u1", safety=5)
    async with held(house.database):
        await house.hook("voice")
        await house.world.answer(house.id("CA1"))
        await given_up(house, first)
    await told(house, first)
    async with house.database.read() as connection:
        row = (await connection.execute(select(schema.contact.c.incident))).one()
        incident = await people.incident_by_id(connection, row.incident)
    assert incident is not None
    assert incident.owner == "u1"
