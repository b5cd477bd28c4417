"""What the record does under bad data, full pools and big mails; on both databases."""

from __future__ import annotations

import asyncio
import os
import traceback
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from router.records import accounts, audit, mails, messages, schema, sqlite
from router.records.database import (
    Database,
    RecordRefused,
    RecordUnavailable,
    savepoint,
)
from router.records.mails import PART_BYTES as PART
from router.records.sql import get_meta, put_meta
from tests.records.test_records import NOW, admitted

SECRET = "my cat ate +12065550142 pills"


async def test_a_pool_that_is_taken_is_an_outage_not_a_crash(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database._writer.pool, "_timeout", 0.2)
    free = asyncio.Event()

    async def hold() -> None:
        async with database.write():
            await free.wait()

    async with asyncio.TaskGroup() as group:
        for _ in range(1 if database.sqlite else 12):
            group.create_task(hold())
        await asyncio.sleep(0.5)
        with pytest.raises(RecordUnavailable):
            async with database.write():
                pass
        free.set()
    async with database.write() as connection:  # and it comes back
        await put_meta(connection, "x", "y")


async def test_waiting_for_a_connection_is_bounded(database: Database) -> None:
    for engine in (database._writer, database._reader):
        assert engine.pool.timeout() == 5.0  # type: ignore[attr-defined]


async def test_refused_data_are_told_from_an_outage_and_never_quoted(database: Database) -> None:
    row = {"id": "n1", "incident": "i", "author": "a", "text": SECRET, "at": NOW, "changed_at": NOW}
    with pytest.raises(RecordRefused) as caught:
        async with database.write() as connection:
            await connection.execute(insert(schema.note).values(**row))  # no such incident
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert str(caught.value)
    assert database._writer.sync_engine.hide_parameters
    assert database._reader.sync_engine.hide_parameters


async def test_a_doubled_key_is_not_quoted_by_the_driver(database: Database) -> None:
    with pytest.raises(RecordRefused) as caught:
        async with database.write() as connection:
            await connection.execute(
                insert(schema.meta).values([{"key": SECRET, "value": "v"}] * 2)
            )
    assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_a_refused_part_leaves_the_rest_of_its_transaction(database: Database) -> None:
    async with database.write() as connection:
        await put_meta(connection, "before", "1")
        rows = [{"key": key, "value": "2"} for key in ("part", "before")]
        with pytest.raises(RecordRefused):
            async with savepoint(connection):
                await connection.execute(insert(schema.meta).values(rows))
        await put_meta(connection, "after", "1")
    async with database.read() as connection:
        found = [await get_meta(connection, key) for key in ("before", "part", "after")]
    assert found == ["1", None, "1"]


async def test_the_audit_chain_holds_when_many_write_at_once(database: Database) -> None:
    async def line(n: int) -> None:
        async with database.write() as connection:
            await audit.append(connection, actor="u", action="a", subject=str(n), now=n)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        for n in range(7):
            group.create_task(line(n))
    async with database.read() as connection:
        assert await audit.verify(connection) == (7, None)


async def test_the_next_due_is_the_earliest_also_without_a_due_time(database: Database) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        for key, due in (("a", NOW + 120_000), ("b", None), ("c", NOW + 5)):
            await messages.add(
                connection, key=key, contact=live.id, incident=live.incident, channel="sms",
                direction="out", text="t", status="queued", tries=0, at=NOW, due_at=due,
            )  # fmt: skip
        assert await messages.next_due(connection, "sms") == NOW
        assert await messages.next_due(connection, "email") is None


async def test_a_login_with_a_nul_is_nobody_s(database: Database) -> None:
    async with database.read() as connection:
        assert await accounts.by_login(connection, "eva\x00") is None


@pytest.mark.parametrize("size", [0, 7, PART - 1, PART, PART + 1, 3 * PART, 5_000_000])
async def test_a_big_mail_comes_back_as_it_went_in_small_parts(
    database: Database, size: int
) -> None:
    """The drivers copy a parameter on the loop: none of them is big."""
    raw, biggest = os.urandom(size), 0

    @event.listens_for(database._writer.sync_engine, "before_cursor_execute")
    def look(*args: Any) -> None:
        nonlocal biggest
        biggest = max([biggest, *(len(v) for v in args[3] if isinstance(v, (bytes, memoryview)))])

    async with database.write() as connection:
        raw_id, new = await mails.store(connection, "x" * 64, "to", "from", raw, NOW)
        again = await mails.store(connection, "x" * 64, "to", "from", raw, NOW)
    assert (new, again) == (True, (raw_id, False))
    assert biggest == min(size, PART)
    async with database.read() as connection:
        row = await mails.get(connection, raw_id)
        assert row is not None
        assert row.bytes == raw
        assert await mails.get(connection, "none") is None


async def test_sqlite_writes_and_reads_big_mails_off_the_loop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.sqlite:
        return
    handed: list[str] = []
    real = sqlite._in_thread

    async def noted(work: object, *args: object) -> object:
        handed.append(str(args[0]).split()[0] if args else "COMMIT")
        return await real(work, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite, "_in_thread", noted)
    async with database.write() as connection:
        for size in (10, sqlite.BIG_BYTES + 1):
            await mails.store(connection, f"{size:064}", "to", "from", b"x" * size, NOW)
    assert handed == ["INSERT", "COMMIT"]
    handed.clear()
    async with database.read() as connection:
        await mails.unread(connection)
        await mails.get(connection, "r")
    assert handed == ["SELECT"]


async def test_a_writer_cancelled_while_a_thread_works_leaves_no_open_transaction(
    database: Database,
) -> None:
    async def write() -> None:
        async with database.write() as connection:
            await mails.store(connection, "y" * 64, "t", "f", os.urandom(8_000_000), NOW)

    for pause in (0.0, 0.002, 0.01, 0.03):
        task = asyncio.get_running_loop().create_task(write())
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.wait([task])
    async with database.write() as connection:
        await put_meta(connection, "x", "y")


@pytest.mark.parametrize("commits", [False, True])
async def test_a_commit_that_was_not_answered_is_told_as_such(
    database: Database, commits: bool
) -> None:
    """It may have been done. What went away before that was not."""
    if database.sqlite:
        return  # its commit is in this process: it answers, or the process is gone

    async def write() -> None:
        async with database.write() as connection:
            await put_meta(connection, "lost", "1")
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with database.write() as other:
                await other.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
            if not commits:
                await put_meta(connection, "lost", "2")

    with pytest.raises(RecordUnavailable) as away:
        await write()
    assert away.value.unclear == commits
