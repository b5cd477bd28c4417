"""What callers, carriers and pages may send never stops the record; on both databases."""

from __future__ import annotations

import asyncio

import pytest
import structlog
from sqlalchemy import select

from router.core.severity import Channel
from router.intake.door import Call, Intake, Text
from router.recorder import IN_ONE_GO, Recorder
from router.records import contacts, schema
from router.records.database import Database, RecordUnavailable
from router.records.today import Today
from tests.kit.store import World, centre_of

EMERGENCY, SUPPORT, MAYA = "+12065550100", "+12065550101", "+12065550142"
LONG = "x" * 65


@pytest.fixture
def intake(database: Database, world: World) -> Intake:
    return Intake(centre_of(database, world.engine))


async def wrap_up(intake: Intake, world: World, disposition: str, comment: str = "") -> str:
    await world.agent("ann", safety=3, general=3)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(call.contact_id)
    await world.engine.step("hang_up", agent="ann", contact=call.contact_id)
    reply = await world.engine.step(
        "wrapped", agent="ann", contact=call.contact_id, disposition=disposition, comment=comment
    )
    assert reply.ok
    return call.contact_id


async def test_a_word_too_long_for_its_column_does_not_stop_the_recorder(
    intake: Intake, world: World, database: Database
) -> None:
    contact = await wrap_up(intake, world, LONG, "a\x00b")
    await Recorder(database, world.engine).drain()
    async with database.read() as connection:
        row = await contacts.get(connection, contact)
    assert row is not None
    assert (row.state, row.disposition, row.comment) == ("ended", LONG[:64], "ab")


async def test_a_step_that_the_record_refuses_is_left_out_and_told(
    intake: Intake, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = await wrap_up(intake, world, "resolved")
    real, refused = contacts.fold, []

    async def fold(
        connection: contacts.AsyncConnection, steps: list[tuple[str, contacts.Step]]
    ) -> None:
        await real(connection, steps)
        for step_id, step in steps:
            if any(happening.name == "contact.offered" for happening in step.events):
                refused.append(step_id)  # NULL where none may be: both databases refuse it
                await connection.execute(schema.meta.insert().values(key=step_id, value=None))

    monkeypatch.setattr(contacts, "fold", fold)
    recorder = Recorder(database, world.engine)
    with structlog.testing.capture_logs() as lines:
        await recorder.drain()
    told = [line for line in lines if line["event"] == "recorder.step_refused"]
    assert len(told) == 1
    assert told[0]["log_level"] == "error"
    assert contacts.sortable(told[0]["step"]) == refused[0]
    async with database.read() as connection:
        row = await contacts.get(connection, contact)
        kept = set((await connection.execute(select(schema.event.c.step))).scalars())
        assert await contacts.recorder_position(connection) == recorder.position
    assert row is not None
    assert row.state == "ended"
    assert refused[0] not in kept  # undone as a whole


@pytest.mark.parametrize(
    "raw",
    [b"{not json", b"", b"\xff\xfe", b"[]", b'{"at": 1}', b'{"at": 1, "epoch": 1, "events": 7}'],
)
async def test_an_entry_that_cannot_be_read_costs_nothing_but_itself(
    intake: Intake, world: World, database: Database, raw: bytes
) -> None:
    """What came before it and behind it in one batch is recorded, audited and counted; it is told
    once and not looked at again."""
    before = await intake.text(Text(Channel.SMS, "k1", MAYA, SUPPORT, "hello"), world.now)
    assert before is not None
    said = {"by": "dana", "action": "contact.closed", "subject": before.contact_id}
    await world.engine.step("close_contact", contact=before.contact_id, audit=said)
    await world.engine._redis.xadd(f"{world.engine.prefix}:events", {"e": raw})
    contact = await wrap_up(intake, world, "resolved")
    await world.engine.step("configure", cfg={"reserve": 1}, audit=said | {"action": "reserve.set"})
    recorder = Recorder(database, world.engine)
    with structlog.testing.capture_logs() as lines:
        await recorder.drain()
        await recorder.drain()
    told = [line["reason"] for line in lines if line["event"] == "recorder.step_refused"]
    assert told == ["unreadable"]
    last = (await world.engine.snapshot()).last
    assert (recorder.position, await recorder.recorded()) == (last, last)
    async with database.read() as connection:
        rows = [await contacts.get(connection, one) for one in (before.contact_id, contact)]
        lines_of = (await connection.execute(select(schema.audit.c.action))).scalars()
        assert list(lines_of) == ["contact.closed", "reserve.set"]
        today = await Today.kept(connection)
    assert [row.state if row else None for row in rows] == ["ended", "ended"]
    counted = (await world.engine.snapshot()).today
    assert {k: v for k, v in today.counts.items() if k != "day"} == {
        k: v for k, v in counted.items() if k != "day"
    }


async def test_control_characters_of_a_text_are_left_out(
    intake: Intake, world: World, database: Database
) -> None:
    arrival = await intake.text(
        Text(Channel.SMS, "k1", MAYA, SUPPORT, "help\x00me\nnow\x1b", name="Ma\x00ya" * 100),
        world.now,
    )
    assert arrival is not None
    async with database.read() as connection:
        row = (await connection.execute(select(schema.message))).one()
        party = (await connection.execute(select(schema.party))).one()
    assert row.text == "helpme\nnow"
    assert len(party.name) == 200
    assert party.name.startswith("MayaMaya")


async def test_a_caller_s_name_and_number_are_cut_to_their_columns(
    intake: Intake, world: World, database: Database
) -> None:
    call = Call("CA1", "+1" + "2" * 400, EMERGENCY, caller_name="\x00Maya" * 90)
    await intake.call(call, world.now)
    async with database.read() as connection:
        party = (await connection.execute(select(schema.party))).one()
    assert len(party.name) == 200
    assert "\x00" not in party.name


async def test_a_recorder_that_starts_while_the_database_is_away_waits(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, asked = Recorder(database, world.engine), []

    async def away() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise RecordUnavailable("away")
        raise StopAsyncIteration  # the second question: the test has seen enough

    monkeypatch.setattr("router.recorder.RETRY_S", 0.01)
    monkeypatch.setattr(recorder, "_load_position", away)
    with pytest.raises(StopAsyncIteration):
        await recorder.run()
    assert len(asked) == 2


async def test_a_long_batch_lets_sound_run_between_its_parts(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(50):
        await world.arrive()
    batch = await world.engine.read("0-0", count=1000)
    turns, seen, real = 0, [], contacts.fold

    async def fold(
        connection: contacts.AsyncConnection, steps: list[tuple[str, contacts.Step]]
    ) -> None:
        seen.append(turns)
        await real(connection, steps)

    async def sound() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(contacts, "fold", fold)
    other = asyncio.get_running_loop().create_task(sound())
    await Recorder(database, world.engine)._fold(batch, careful=False)
    other.cancel()
    assert len(batch) > 2 * IN_ONE_GO
    assert len(set(seen)) == -(-len(batch) // IN_ONE_GO)


async def test_the_record_says_up_to_which_step_it_has_all(
    intake: Intake, world: World, database: Database
) -> None:
    """A life of the index that follows is numbered after it, and a start reads from there."""
    await wrap_up(intake, world, "resolved")
    steps = await world.engine.read("0-0", count=10_000)
    assert len(steps) > 3
    recorder = Recorder(database, world.engine)
    await recorder.drain()
    assert recorder.position == await recorder.recorded() == steps[-1][0]
    assert await Recorder(database, world.engine).fold_some(block_ms=0) == len(steps)  # no harm
    following = Recorder(database, world.engine)
    await following.drain()
    assert following.position == steps[-1][0]
    await world.arrive()
    await following.drain()
    assert await following.recorded() > steps[-1][0]
