"""Incident numbers: never doubled, and nobody waits for another's commit to have one."""

from __future__ import annotations

import asyncio

import pytest
from alembic import command
from sqlalchemy import Connection

from router.records import people
from router.records.database import Database, Transaction
from router.records.upgrades import steps_on

NOW = 1_800_000_000_000


async def opened(connection: Transaction, n: int) -> int:
    """The number of a new incident of caller n."""
    person = await people.find_or_make(connection, "phone", f"+1206555{n:04d}", NOW)
    return (await people.open_incident(connection, "x", 3, person.party, "c", NOW)).number


async def kept(database: Database, n: int) -> int:
    async with database.write() as connection:
        return await opened(connection, n)


async def test_numbers_are_never_doubled(database: Database) -> None:
    numbers = await asyncio.gather(*(kept(database, n) for n in range(20)))
    assert sorted(numbers) == list(range(20401, 20421))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_a_call_that_is_being_recorded_holds_up_no_other(database: Database) -> None:
    async with database.write() as slow:
        first = await opened(slow, 1)
        async with asyncio.timeout(60):
            assert await kept(database, 2) == first + 1


async def test_the_version_before_and_this_one_give_no_number_twice(database: Database) -> None:
    """0007 goes on after the last number, with room for a worker that has not drained yet; back
    and forth again nothing is given twice."""

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), "0006")

    first = [await kept(database, n) for n in range(3)]
    async with database.write() as connection:
        await connection.run_sync(back)
    await database.migrate()
    later = [await kept(database, n) for n in range(3, 6)]
    assert first == [20401, 20402, 20403]
    assert later[0] - first[-1] == (1 if database.sqlite else 101)
    assert later == list(range(later[0], later[0] + 3))
