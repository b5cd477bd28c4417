"""News that comes late, twice, or while the index is away: nothing lost, nothing raised."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from holdfast.parts import House
from holdfast.parts import intake as intake_part
from holdfast.settings.engine_settings import engine_settings
from router.callbacks.immediate import CallbackOrder, Callbacks
from router.core import ladder
from router.core.config import MenuKey
from router.core.current import Current
from router.core.model import LiveContact
from router.core.severity import Severity
from router.intake.door import Call, Intake
from router.live.engine import Engine, IndexUnavailable
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records import contacts, incident_ratings, people
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, SUPPORT, settle, text
from tests.kit.store import CONFIG, World, centre_of
from tests.resilience.test_flush import Alone


@pytest.fixture
def intake(database: Database, world: World) -> Intake:
    return Intake(centre_of(database, world.engine))


def rebuild(database: Database, world: World) -> Rebuild:
    recorder = Recorder(database, world.engine)
    return Rebuild(
        centre_of(database, world.engine, clock=lambda: world.now),
        recorder,
        lambda: engine_settings(CONFIG),
        Alone(),
    )


async def test_a_text_just_after_the_close_begins_a_new_contact(
    intake: Intake, world: World, database: Database
) -> None:
    """The recorder has not told the record yet that the first one ended."""
    await world.agent("u1")
    first = await text(intake, world, "sms:1", "a question")
    await world.answer(first.contact_id)
    await world.engine.step("reply", agent="u1", contact=first.contact_id, next="close", sent=True)
    second = await text(intake, world, "sms:2", "another question")
    assert second.contact_id != first.contact_id
    assert await world.state(second.contact_id) == "offered"
    await settle(database, world)
    async with database.read() as connection:
        row = await contacts.get(connection, first.contact_id)
    assert row is not None
    assert (row.state, row.outcome) == ("ended", "handled")


async def test_a_text_on_parked_work_while_the_index_is_away_is_announced_later(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("u1")
    first = await text(intake, world, "sms:1", "a question")
    await world.answer(first.contact_id)
    await world.engine.step("reply", agent="u1", contact=first.contact_id, next="wait", sent=True)
    await settle(database, world)
    away = Intake(centre_of(database, Engine("unix:///nowhere.sock")))
    behind: list[bool] = []
    away.when_behind(lambda: behind.append(True))
    await text(away, world, "sms:2", "another question")
    assert behind == [True]
    assert await world.state(first.contact_id) == "parked"
    world.engine.now = world.now + 3_000
    assert await intake.announce_missed(world.now) == 1
    assert await world.state(first.contact_id) == "offered"
    assert await intake.announce_missed(world.now) == 0


async def test_a_late_duplicate_changes_nothing_after_the_end(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("u1", safety=5)
    arrival = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(arrival.contact_id)
    await world.engine.step("hang_up", agent="u1", contact=arrival.contact_id)
    await world.engine.step(
        "wrapped", agent="u1", contact=arrival.contact_id, disposition="resolved"
    )
    for _ in range(2):  # before and after the record knows
        again = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
        assert again.reply is not None
        assert again.reply.code == "ended"
        await settle(database, world)
    async with database.read() as connection:
        row = await contacts.get(connection, arrival.contact_id)
    assert row is not None
    assert (row.state, row.outcome) == ("ended", "handled")
    assert await world.state(arrival.contact_id) == "ended"


async def test_a_duplicate_after_the_index_forgot_the_end_raises_nobody(
    intake: Intake, world: World, database: Database, store_url: str
) -> None:
    arrival = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.engine.step("caller_gone", contact=arrival.contact_id, cause="hung_up")
    await settle(database, world)
    fresh = await World(store_url).open()  # another life of the index: no tombstones
    late = await Intake(centre_of(database, fresh.engine)).call(
        Call("CA1", MAYA, EMERGENCY), world.now
    )
    assert late.reply is not None
    assert late.reply.code == "ended"
    assert await fresh.contact(arrival.contact_id) is None
    await fresh.engine.close()


async def test_rebuild_does_not_end_somebody_who_rang_again(
    intake: Intake, world: World, database: Database, store_url: str
) -> None:
    start = world.now
    first = await intake.call(Call("CA1", MAYA, EMERGENCY), start)
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await settle(database, world)
    world.engine.now = start + 60_000
    second = await intake.call(Call("CA2", MAYA, EMERGENCY), world.now)
    assert second.contact.arrived_at == start
    fresh = World(store_url)
    fresh.engine.now = world.now
    await rebuild(database, fresh).run()  # the carrier's list does not show the call yet
    assert await fresh.state(second.contact_id) == "queued"
    await fresh.engine.close()


async def test_sweep_keeps_menu_and_parking_and_never_queues_our_own_calls(
    intake: Intake, world: World, database: Database, store_url: str
) -> None:
    menu = await intake.call(Call("CA1", "+12065550177", SUPPORT), world.now)
    await world.agent("u1")
    parked = await text(intake, world, "sms:1", "a question")
    await world.answer(parked.contact_id)
    await world.engine.step("reply", agent="u1", contact=parked.contact_id, next="wait", sent=True)
    await settle(database, world)
    async with database.read() as connection:
        mine = await people.find_address(connection, "phone", MAYA)
    assert mine is not None
    lost = Callbacks(centre_of(database, Engine("unix:///nowhere.sock")))
    with pytest.raises(IndexUnavailable):
        await lost.order(
            CallbackOrder("u1", str(parked.contact.incident), mine.address, "key-1"), world.now
        )
    fresh = await World(store_url).open()
    fresh.engine.now = world.now + 10_000
    await rebuild(database, fresh).sweep()
    states = {c.id: c.state for c in (await fresh.engine.snapshot()).contacts}
    assert states == {menu.contact_id: "in_menu", parked.contact_id: "parked"}
    async with database.read() as connection:
        open_now = {c.id for c in await contacts.open_contacts(connection)}
    assert open_now == {menu.contact_id, parked.contact_id}
    await fresh.engine.close()


async def test_a_process_that_leaves_first_tells_the_record_of_a_key(
    world: World, database: Database
) -> None:
    """The caller is answered before the record has heard of it."""
    house = House(centre_of(database, world.engine))
    leaving = intake_part.part(house)
    assert leaving.drain is not None
    door = house[Intake]
    arrival = await door.call(Call("CA1", MAYA, SUPPORT), world.now)
    async with database.write():  # the record is held when the key comes, and when we leave
        assert await door.menu_answered(arrival.contact_id, "4") is not None
        drained = asyncio.ensure_future(leaving.drain())
        await asyncio.wait([drained], timeout=0)
        assert not drained.done()
    await drained
    async with database.read() as connection:
        incident = await people.incident_by_id(connection, str(arrival.contact.incident))
    assert incident is not None
    assert incident.severity == 4


async def test_a_chosen_key_says_more_than_the_line(
    intake: Intake, world: World, database: Database
) -> None:
    for sid, severity in (
        ("CA1", 4),
        ("CA2", 3),
    ):  # an incident that was there before keeps its own
        arrival = await intake.call(Call(sid, MAYA, SUPPORT), world.now)
        if sid == "CA2":
            async with database.write() as connection:
                await incident_ratings.touch_incident(
                    connection, str(arrival.contact.incident), world.now, severity=3, contact_id=""
                )
        reply = await intake.menu_answered(arrival.contact_id, "4")
        assert reply is not None
        assert reply.contact is not None
        assert (reply.contact.severity, reply.contact.queue) == (4, "claims")
        await intake.calls.told()
        async with database.read() as connection:
            incident = await people.incident_by_id(connection, str(arrival.contact.incident))
        assert incident is not None
        assert incident.severity == severity, sid


async def test_a_milder_key_that_comes_too_late_leaves_the_incident(
    intake: Intake, world: World, database: Database
) -> None:
    """He stands in line by the line's default already, and the record has not heard of it."""
    arrival = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    await world.advance(40_000)
    reply = await intake.menu_answered(arrival.contact_id, "4")
    assert reply is not None
    assert reply.contact is not None
    async with database.read() as connection:
        incident = await people.incident_by_id(connection, str(arrival.contact.incident))
    assert incident is not None
    assert (reply.contact.state, reply.contact.severity, incident.severity) == ("queued", 3, 3)


async def test_a_key_answered_while_a_reload_takes_its_queue_away(
    database: Database, world: World, store_url: str
) -> None:
    """The file changes between the look at the call and the step that places it."""

    class Reloads(Engine):
        async def look(self, contact_id: str) -> LiveContact | None:
            found = await super().look(contact_id)
            current.replace(replace(CONFIG, lines=lines, queues=queues))
            return found

    menu = {"2": MenuKey(severity=2, queue="espanol", word="Spanish")}
    lines = [replace(line, menu=menu, severity=3) if line.menu else line for line in CONFIG.lines]
    current = Current(replace(CONFIG, lines=lines))
    queues = {name: queue for name, queue in CONFIG.queues.items() if name != "espanol"}
    engine = Reloads(store_url, world.engine.prefix[10:-1], now=world.engine.now)
    intake = Intake(centre_of(database, engine, config=current))
    arrival = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    reply = await intake.menu_answered(arrival.contact_id, "2")
    await intake.calls.told()
    await engine.close()
    assert "espanol" not in current.value.queues
    assert reply is not None
    assert reply.contact is not None
    assert (reply.contact.severity, reply.contact.queue) == (2, "general")
    assert reply.contact.ladder == ladder.text(current.value.steps("general", Severity.S2))


async def test_a_process_by_another_file_leaves_the_queue_and_serves_an_s1(
    database: Database, world: World, store_url: str
) -> None:
    """The index was told of a queue that its own file does not have."""
    newer = replace(CONFIG, queues=CONFIG.queues | {"new": CONFIG.queues["claims"]})
    menu = {"2": MenuKey(severity=4, queue="new", word="New")}
    lines = [replace(line, menu=menu) if line.menu else line for line in CONFIG.lines]
    intake = Intake(centre_of(database, world.engine, config=Current(replace(newer, lines=lines))))
    arrival = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    await intake.menu_answered(arrival.contact_id, "2")
    await settle(database, world)
    before = await world.contact(arrival.contact_id)
    assert before is not None
    current = Current(CONFIG)
    current.agreed = False
    older = Intake(centre_of(database, world.engine, config=current))

    async def said(severity: Severity) -> tuple[str, str | None]:
        assert (await older.change_severity(before.id, severity, "a bite", "u9")).ok
        live = await world.contact(before.id)
        assert live is not None
        return live.queue, live.ladder

    assert await said(Severity.S2) == ("new", before.ladder)
    emergency = ladder.text(CONFIG.steps("general", Severity.S1))
    assert await said(Severity.S1) == ("new", emergency)
    empty = await World(store_url).open()  # the index comes back without them
    back = Intake(centre_of(database, empty.engine, config=current))
    await back.readmit(replace(before, id="lame", severity=1, ladder="es=1@"))
    await back.readmit(before)
    found = {live.id: live for live in (await empty.engine.snapshot()).contacts}
    assert (found[before.id].queue, found[before.id].ladder) == ("new", before.ladder)
    assert (found["lame"].queue, found["lame"].ladder) == ("new", emergency)
    await empty.engine.close()
    current.agreed = True
    assert await said(Severity.S3) == ("general", ladder.text(CONFIG.steps("general", Severity.S3)))


async def test_a_raised_severity_is_kept_when_the_caller_rings_again(
    intake: Intake, world: World, database: Database
) -> None:
    first = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    await intake.menu_answered(first.contact_id, "3")
    await intake.change_severity(first.contact_id, Severity.S1, "set by Dana", "u9")
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await settle(database, world)
    again = await intake.call(Call("CA2", MAYA, SUPPORT), world.now)
    assert again.contact.severity == 1
    assert again.contact.rule.startswith("set by Dana")
    reply = await intake.menu_answered(again.contact_id, "3")
    assert reply is not None
    assert reply.contact is not None
    assert reply.contact.severity == 1
