"""The record refuses a call for good: it is worked and ended like any other, and is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from router.intake.spool import REFUSED_TRIES
from router.intake.spool_folder import ASIDE, names_in, try_again
from router.records import abandoned, people, schema
from tests.intake.house import House


@pytest.fixture
def refused() -> Iterator[pytest.MonkeyPatch]:
    """Our own code fails at a call, as often as it is tried. `undo` mends that."""

    async def broken(*_args: object) -> None:
        raise ValueError("a defect")

    patch = pytest.MonkeyPatch()
    patch.setattr(people, "find_or_make", broken)
    yield patch
    patch.undo()


async def set_aside(house: House) -> None:
    """A try at which the database itself is late does not count: it is tried until it is aside."""
    tries = 0
    async with asyncio.timeout(60):
        while not house.spool.aside:
            await house.spool.drain()
            await house.recorder.drain()
            tries += 1
    assert house.spool.waiting == 0
    assert tries >= REFUSED_TRIES


async def again(house: House) -> None:
    """`holdfast spool again`"""
    (name,) = names_in(house.folder / ASIDE)
    try_again(house.folder, name)
    await house.spool.take_up()
    await house.settled()


@pytest.mark.parametrize("forgot", [False, True])
async def test_it_is_answered_and_wrapped_up_and_the_record_has_it_afterwards(
    house: House, refused: pytest.MonkeyPatch, forgot: bool
) -> None:
    """forgot: so late that the index has no trace of it any more."""
    world, contact = house.world, house.id("CA1")
    await world.agent("u1", safety=5)
    assert "<Stream" in await house.hook("voice")
    await set_aside(house)
    assert "<Stream" in await house.hook("wait")
    await world.answer(contact)
    await house.hook("status")
    reply = await world.engine.step(
        "wrapped", agent="u1", contact=contact, disposition="resolved", comment="ok"
    )
    assert reply.ok
    assert await world.state(contact) == "ended"
    await house.recorder.drain()
    assert await house.rows() == []
    if forgot:
        await world.engine._redis.delete(f"{world.engine.prefix}:tomb:{contact}")
    refused.undo()
    await again(house)
    assert await house.rows() == [(contact, "ended", "handled", "u1")]
    async with house.database.read() as connection:
        row = (await connection.execute(select(schema.contact))).one()
        incident = await people.incident_by_id(connection, row.incident)
        assert await abandoned.callers(connection, world.now) == []
    assert (row.disposition, row.comment) == ("resolved", "ok")
    assert incident is not None
    assert incident.owner == "u1"


async def test_who_hangs_up_meanwhile_is_to_be_called_back(
    house: House, refused: pytest.MonkeyPatch
) -> None:
    await house.hook("voice")
    await set_aside(house)
    await house.hook("status")
    assert house.spool.waiting == 0
    await house.recorder.drain()
    refused.undo()
    await again(house)
    assert await house.gave_up() == [house.id("CA1")]


async def test_who_still_waits_gets_their_incident(
    house: House, refused: pytest.MonkeyPatch
) -> None:
    await house.hook("voice")
    await set_aside(house)
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert (live.state, live.provisional) == ("queued", True)
    refused.undo()
    await again(house)
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert (live.state, live.provisional) == ("queued", False)
    assert live.incident is not None


async def test_a_worker_and_an_index_that_begin_anew_try_it_again(
    house: House, refused: pytest.MonkeyPatch
) -> None:
    await house.hook("voice")
    await set_aside(house)
    refused.undo()
    house.born()
    house.living["CA1"] = True
    await house.settled()
    assert [(row.state, row.outcome) for row in await house.rows()] == [("queued", None)]
