"""People are told of trouble with the record when it lasts, of its end, and of what is lost."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from holdfast.followers import record_watch
from holdfast.followers.record_watch import RecordWatch
from router.intake import spool_folder
from router.intake.spool import Spool, SpoolFull
from router.records.database import RecordRefused, RecordUnavailable
from router.records.trouble import Trouble, cause
from tests.kit.record import new_sqlite
from tests.records.test_locked import held


async def until(told: list[Any], count: int) -> None:
    while len(told) < count:
        await asyncio.sleep(0.001)


async def test_what_lasts_is_told_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_watch, "LOOK_S", 0.01)
    monkeypatch.setattr("router.records.sqlite.LOCKED_S", 0.01)
    database = await new_sqlite(tmp_path / "r.db")
    spool = Spool(tmp_path / "spool", database.takes_writes)
    told: list[Trouble | None] = []
    watch = RecordWatch(database, spool, told.append, lambda _: None)
    running = asyncio.get_running_loop().create_task(watch.run())
    with held(tmp_path / "r.db"):
        await until(told, 1)
    await until(told, 2)
    assert told == [Trouble.LOCKED, None]
    running.cancel()
    await asyncio.wait([running])
    await database.close()


async def test_people_are_told_while_the_database_is_still_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe waits for a lock as every write does: nobody waits for its answer to be told."""
    monkeypatch.setattr(record_watch, "LOOK_S", 0.01)
    database = await new_sqlite(tmp_path / "r.db")
    answered, asked = asyncio.Event(), asyncio.Event()

    async def slow() -> Trouble | None:
        asked.set()
        await answered.wait()
        database.trouble = None
        return None

    monkeypatch.setattr(database, "probe", slow)
    spool = Spool(tmp_path / "spool", database.takes_writes)
    told: list[Trouble | None] = []
    watch = RecordWatch(database, spool, told.append, lambda _: None)
    running = asyncio.get_running_loop().create_task(watch.run())
    database.trouble = Trouble.LOCKED  # a write has waited for its five seconds
    await asked.wait()
    async with asyncio.timeout(60):
        await until(told, 1)
        assert told == [Trouble.LOCKED]
        answered.set()
        await until(told, 2)
    assert told == [Trouble.LOCKED, None]
    running.cancel()
    await asyncio.wait([running])
    await database.close()


async def test_what_is_kept_nowhere_is_alarmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_watch, "LOOK_S", 0.01)
    database = await new_sqlite(tmp_path / "r.db")
    spool = Spool(tmp_path / "spool", database.takes_writes)

    async def refuses(_fields: dict[str, str], _body: bytes, _at: int) -> None:
        raise RecordUnavailable("away")

    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    spool.takes("sms", refuses)
    monkeypatch.setattr(spool_folder, "open", full, raising=False)
    for _ in range(3):
        with pytest.raises(SpoolFull):
            await spool.through("sms", {}, b"", 1)
    words: list[str] = []
    watch = RecordWatch(database, spool, lambda _: None, words.append)
    running = asyncio.get_running_loop().create_task(watch.run())
    await until(words, 1)
    assert words[0].startswith("3 calls, texts or emails could not be kept anywhere")
    running.cancel()
    await asyncio.wait([running])
    await database.close()


async def test_what_is_set_aside_is_alarmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database works, and nobody else would hear that something is in no list of theirs."""
    monkeypatch.setattr(record_watch, "LOOK_S", 0.01)
    database = await new_sqlite(tmp_path / "r.db")
    spool = Spool(tmp_path / "spool", database.takes_writes)

    async def refuses(_fields: dict[str, str], _body: bytes, _at: int) -> None:
        raise RecordRefused("not these data")

    spool.takes("sms", refuses)
    await spool.keep("sms", {}, b"", 1)
    await spool.drain()
    words: list[str] = []
    watch = RecordWatch(database, spool, lambda _: None, words.append)
    running = asyncio.get_running_loop().create_task(watch.run())
    await until(words, 1)
    assert words[0].startswith("1 calls, texts or mails could not be recorded")
    running.cancel()
    await asyncio.wait([running])
    await database.close()


def test_who_only_waits_behind_others_does_not_rename_the_cause() -> None:
    """A write that got no connection knows that it waited, not why: the banner said in turns that
    somebody holds the database and that it is slow."""
    assert cause(Trouble.LOCKED, Trouble.BUSY) is Trouble.LOCKED
    assert cause(Trouble.FULL, Trouble.BUSY) is Trouble.FULL
    assert cause(None, Trouble.BUSY) is Trouble.BUSY
    assert cause(Trouble.BUSY, Trouble.LOCKED) is Trouble.LOCKED
    assert cause(Trouble.LOCKED, Trouble.FULL) is Trouble.FULL
