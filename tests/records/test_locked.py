"""Somebody else holds the database: who waits for it can give up at once; the cause is known."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from router.records import sqlite
from router.records.database import Database, RecordUnavailable
from router.records.sql import get_meta, put_meta
from router.records.trouble import Trouble
from tests.kit.record import new_sqlite


@contextmanager
def held(path: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Another process has the write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(how)
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def put(database: Database, value: str) -> None:
    async with database.write() as connection:
        await put_meta(connection, "x", value)


async def test_who_waits_for_a_lock_gives_up_without_waiting_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No thread waits, so nothing has to be waited for; and the wait itself would last an hour."""

    async def no_thread(*_: object) -> None:
        raise AssertionError("a lock is not waited for in a thread")

    monkeypatch.setattr(sqlite, "LOCKED_S", 3600)
    database = await new_sqlite(tmp_path / "r.db")
    await put(database, "before")
    monkeypatch.setattr(sqlite, "_in_thread", no_thread)
    with held(tmp_path / "r.db"):
        waiting = asyncio.get_running_loop().create_task(put(database, "lost"))
        while database._writer.pool.checkedout() == 0:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert database._writer.pool.checkedout() == 0  # type: ignore[attr-defined]
        async with database.read() as connection:
            assert await get_meta(connection, "x") == "before"
    monkeypatch.undo()
    await put(database, "kept")
    await database.close()


async def test_a_lock_that_ends_in_time_lets_the_write_go_on(tmp_path: Path) -> None:
    database = await new_sqlite(tmp_path / "r.db")
    with held(tmp_path / "r.db"):
        waiting = asyncio.get_running_loop().create_task(put(database, "late"))
        while database._writer.pool.checkedout() == 0:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
    await waiting
    assert database.trouble is None
    await database.close()


async def test_the_loop_goes_on_while_a_write_waits(tmp_path: Path) -> None:
    """Also for readers that meet a lock which keeps them out (a checkpoint of another process)."""
    database = await new_sqlite(tmp_path / "r.db")
    beats = 0
    with held(tmp_path / "r.db"):
        waiting = asyncio.get_running_loop().create_task(put(database, "late"))
        for _ in range(50):
            await asyncio.sleep(0.001)
            beats += 1
        assert not waiting.done()
    await waiting
    assert beats == 50
    await database.close()


async def test_the_cause_is_told_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCKED_S", 0.05)
    path = tmp_path / "r.db"
    database = await new_sqlite(path)
    assert await database.probe() is None
    with held(path):
        assert await database.probe() is Trouble.LOCKED
        with pytest.raises(RecordUnavailable):
            await put(database, "no")
        assert database.trouble is Trouble.LOCKED
    assert await database.probe() is None
    async with database._writer.connect() as connection:
        await connection.execute(text("PRAGMA query_only=ON"))
    with pytest.raises(RecordUnavailable):
        await put(database, "no")
    assert database.trouble is Trouble.READ_ONLY
    await database.close()


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    database = await new_sqlite(tmp_path / "r.db")
    async with database._writer.connect() as connection:
        await connection.execute(text("PRAGMA max_page_count=1"))  # not less than it has
    with pytest.raises(RecordUnavailable):
        await put(database, "x" * 5_000_000)
    assert database.trouble is Trouble.FULL
    await database.close()


async def test_what_is_committed_outlives_a_loss_of_power(tmp_path: Path) -> None:
    """sqlite.org/pragma.html#pragma_synchronous: in WAL mode only FULL syncs each commit."""
    database = await new_sqlite(tmp_path / "record.db")
    for begin in (database.write, database.read):
        async with begin() as connection:
            found = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    await database.close()
