"""A PostgreSQL that does not answer: nothing waits for ever, and it is used again once it does."""

from __future__ import annotations

import asyncio

import psutil
import pytest
from sqlalchemy import text

from router.records import database as module
from router.records.database import Database, RecordUnavailable
from router.records.sql import put_meta
from tests.kit.postgres import running_postgres


async def put(database: Database) -> None:
    async with database.write() as connection:
        await put_meta(connection, "x", "y")


async def test_a_statement_that_takes_too_long_is_given_up(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENT_S", 0.3)
    database = Database(postgres_url)
    await database.migrate()

    async def hang() -> None:
        async with database.write() as connection:
            await put_meta(connection, "half", "done")
            await connection.execute(text("SELECT pg_sleep(30)"))

    with pytest.raises(RecordUnavailable, match="statement timeout"):
        await hang()
    async with database.write() as connection:  # nothing of it stayed, and it goes on
        assert (await connection.execute(text("SELECT 1 FROM meta WHERE key = 'half'"))).all() == []
        await put_meta(connection, "x", "y")
    await database.close()


async def test_a_migration_takes_as_long_as_it_takes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENT_S", 0.1)

    def slow(connection: object) -> None:
        connection.execute(text("SELECT pg_sleep(1.5)"))  # type: ignore[attr-defined]

    monkeypatch.setattr(module, "upgrade", slow)
    database = Database(postgres_url)
    await database.migrate()
    await database.close()


async def test_a_hung_server_is_an_outage_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process of it stopped: connections stay open, and nothing answers."""
    monkeypatch.setattr(module, "STATEMENT_S", 0.5)
    monkeypatch.setattr(module, "WAIT_S", 1.0)
    with running_postgres() as url:
        database = Database(url)
        await database.migrate()
        await asyncio.gather(*(put(database) for _ in range(4)))  # some wait in the pool
        mine = psutil.Process().children(recursive=True)
        port = url.rpartition(":")[2].partition("/")[0]
        main = next(p for p in mine if p.name() == "postgres" and port in p.cmdline())
        stopped = [main, *main.children(recursive=True)]
        for process in stopped:
            process.suspend()
        try:
            for _ in range(3):
                with pytest.raises(RecordUnavailable):  # each by itself; no server ever answers
                    await put(database)
            assert not await database.alive()
        finally:
            for process in stopped:
                process.resume()
        async with asyncio.timeout(60):
            while not await database.takes_writes():
                await asyncio.sleep(0.05)
        await asyncio.gather(*(put(database) for _ in range(10)))
        await database.close()
