"""The records that tests get."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from tests.kit import record


async def test_a_record_is_emptied_though_what_empties_it_hangs_in_a_failed_transaction(
    postgres_url: str,
) -> None:
    database = await record.new_postgres(postgres_url)
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO meta (key, value) VALUES ('left', 'over')"))
    await database.close()

    async def fails() -> None:
        await record._known[postgres_url].execute("BEGIN; SELECT 1 / 0")

    failing = asyncio.run_coroutine_threadsafe(fails(), record._loop())
    with pytest.raises(asyncpg.DivisionByZeroError):
        await asyncio.wrap_future(failing)
    database = await record.new_postgres(postgres_url)
    async with database.read() as connection:
        left = await connection.execute(text("SELECT value FROM meta WHERE key = 'left'"))
        assert left.first() is None
    await database.close()
