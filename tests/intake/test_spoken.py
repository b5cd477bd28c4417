"""Which language a call needs, and that whoever speaks it is looked for."""

from __future__ import annotations

from sqlalchemy import update

from router.intake.door import Call, Intake
from router.records import schema
from router.records.database import Database
from tests.intake.house import House, held
from tests.intake.test_intake import EMERGENCY, MAYA, SUPPORT
from tests.kit.store import World, centre_of

CREW = [{"es": 3, "safety": 3}]


def door(database: Database, world: World) -> Intake:
    intake = Intake(centre_of(database, world.engine))
    intake.on_duty(lambda: CREW)
    return intake


async def over(world: World, contact: str) -> None:
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    await world.advance(20 * 60_000)


async def speak(database: Database, incident: str | None, language: str) -> None:
    async with database.write() as connection:
        row = schema.incident
        changed = update(row).where(row.c.id == incident).values(language=language)
        await connection.execute(changed)


async def asked_in(house: House, call: str, to: str, key: str = "") -> str | None:
    """What a call of hers asks for, from its beginning until she hangs up."""
    arrival = await house.intake.call(Call(call, MAYA, to), house.world.now)
    if key:
        await house.intake.calls.menu_answered(arrival.contact_id, key)
    live = await house.world.contact(arrival.contact_id)
    assert live is not None
    await over(house.world, arrival.contact_id)
    await house.settled()
    return live.asks or None


async def test_a_key_a_fact_and_a_call_before_say_which_language(house: House) -> None:
    assert await asked_in(house, "CA1", EMERGENCY) is None
    assert await asked_in(house, "CA2", SUPPORT, "9") == "es"
    assert await asked_in(house, "CA3", EMERGENCY) == "es"  # it has no menu
    assert await asked_in(house, "CA4", SUPPORT, "4") is None  # she chose ours
    stranger = await house.intake.call(Call("CA5", "+12065550199", EMERGENCY), house.world.now)
    assert stranger.contact.asks is None
    async with house.database.write() as connection:
        await connection.execute(update(schema.incident).values(language="es"))
    assert await asked_in(house, "CA6", EMERGENCY) == "es"


async def test_who_speaks_it_is_waited_for_in_a_call_too(database: Database, world: World) -> None:
    """An S1 no longer than its five seconds."""
    await world.agent("spanish", es=3, safety=3)
    await world.answer(await world.arrive(severity=2))
    intake = door(database, world)
    first = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await speak(database, first.contact.incident, "es")
    await over(world, first.contact_id)
    await world.agent("plain", safety=5)
    await world.agent("spanish", es=3, safety=3)
    call = await world.arrive(severity=2, named="spanish")
    await world.answer(call)
    second = await intake.call(Call("CA2", MAYA, EMERGENCY), world.now)
    assert await world.offered_to(second.contact_id) is None
    await world.stay(5_000, "plain", "spanish")
    assert await world.offered_to(second.contact_id) == "plain"


async def test_what_the_record_says_late_is_asked_for_too(house: House) -> None:
    world = house.world
    house.intake.on_duty(lambda: CREW)
    await world.agent("spanish", ready=False, es=3, safety=3)
    first = await house.intake.call(Call("CA0", MAYA, EMERGENCY), world.now)
    await speak(house.database, first.contact.incident, "es")
    await over(world, first.contact_id)
    async with held(house.database):
        await house.hook("voice")
        live = await world.contact(house.id("CA1"))
        assert live is not None
        assert (live.provisional, live.asks) == (True, None)
    await house.settled()
    live = await world.contact(house.id("CA1"))
    assert live is not None
    assert (live.provisional, live.asks) == (False, "es")
    assert "es" in (live.ladder or "")
