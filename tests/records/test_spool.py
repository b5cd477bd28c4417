"""What comes while the database is away: on the disk, in order, once, also over a crash."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from router.intake.spool import Spool, SpoolFull
from router.live.engine import IndexUnavailable
from router.records.database import RecordRefused, RecordUnavailable


class Record:
    """A database in memory: away, locked (answers but takes nothing), or picky."""

    def __init__(self) -> None:
        self.away = False
        self.refuses: set[bytes] = set()
        self.taken: list[tuple[str, bytes, int]] = []

    async def takes_writes(self) -> bool:
        return not self.away

    async def take(self, fields: dict[str, str], body: bytes, at: int) -> None:
        if self.away:
            raise RecordUnavailable("away")
        if body in self.refuses:
            raise RecordRefused("not these data")
        self.taken.append((fields["key"], body, at))

    def spool(self, folder: Path, most_bytes: int = 10_000, reserve: int = 0) -> Spool:
        found = Spool(folder, self.takes_writes, most_bytes, reserve)
        found.takes("sms", self.take)
        return found


@pytest.fixture
def record() -> Record:
    return Record()


async def send(spool: Spool, key: str, at: int, body: bytes | None = None) -> None:
    await spool.through("sms", {"key": key}, body or key.encode(), at)


async def test_with_the_database_there_nothing_touches_the_disk(
    record: Record, tmp_path: Path
) -> None:
    spool = record.spool(tmp_path)
    await send(spool, "a", 1)
    assert record.taken == [("a", b"a", 1)]
    assert spool.waiting == 0


async def test_a_file_and_its_name_are_on_the_disk_before_its_sender_is_answered(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a folder that is not synced, a loss of power takes the name and with it the file."""
    synced, sync = list[int](), os.fsync

    def watched(number: int) -> None:
        synced.append(os.fstat(number).st_ino)
        sync(number)

    monkeypatch.setattr(os, "fsync", watched)
    record.away = True
    await send(record.spool(tmp_path), "a", 1)
    (file,) = tmp_path.glob("*.sms")
    assert synced == [file.stat().st_ino, tmp_path.stat().st_ino]


async def test_a_crash_keeps_what_was_answered_in_order_with_its_moment(
    record: Record, tmp_path: Path
) -> None:
    record.away = True
    before = record.spool(tmp_path)
    for key, at in (("a", 5), ("b", 7), ("c", 6)):  # the clock was set back: order of arrival
        await send(before, key, at, b"line 1\nline 2\x00" + key.encode())
    assert (await before.drain(), before.waiting) == (0, 3)
    (tmp_path / "0000000000009-00000009.sms.part").write_bytes(b"never answered")
    after = record.spool(tmp_path)  # no word passes between the two but the folder
    assert (after.waiting, after.bytes) == (3, before.bytes)
    await send(after, "d", 1)
    record.away = False
    assert await after.drain() == 4
    assert record.taken == [
        ("a", b"line 1\nline 2\x00a", 5),
        ("b", b"line 1\nline 2\x00b", 7),
        ("c", b"line 1\nline 2\x00c", 6),
        ("d", b"d", 1),
    ]
    assert (after.waiting, after.bytes) == (0, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["aside"]


async def test_what_comes_after_waits_behind_what_waits(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path)
    await send(spool, "a", 1)
    record.away = False
    await send(spool, "b", 2)
    assert record.taken == []
    await spool.drain()
    assert [key for key, _, _ in record.taken] == ["a", "b"]


async def test_a_backlog_does_not_feed_itself(record: Record, tmp_path: Path) -> None:
    """Others go straight into the record once it takes anything; over a restart too."""
    record.away = True
    before = record.spool(tmp_path)
    for n in range(3):
        await before.through("sms", {"key": f"a{n}", "From": "+1"}, b"", n)
    record.away = False
    await before.through("sms", {"key": "b0", "From": "+2"}, b"", 3)
    assert (record.taken, before.waiting) == ([], 4)  # nobody knows yet that it is back
    spool = record.spool(tmp_path)
    await spool.through("sms", {"key": "c0", "From": "+3"}, b"", 4)
    await spool.through("sms", {"key": "a3", "From": "+1"}, b"", 5)
    assert ([key for key, _, _ in record.taken], spool.waiting) == (["c0"], 5)
    other = asyncio.Event()

    async def take(fields: dict[str, str], body: bytes, at: int) -> None:
        if fields["key"] == "a0":
            await other.wait()  # nobody waits for another's
        await record.take(fields, body, at)
        if fields["key"] == "b0":
            other.set()

    spool.takes("sms", take)
    async with asyncio.timeout(60):  # for ever, else
        await spool.drain()
    assert [key for key, _, _ in record.taken] == ["c0", "b0", "a0", "a1", "a2", "a3"]
    await spool.through("sms", {"key": "a4", "From": "+1"}, b"", 6)
    assert record.taken[-1][0] == "a4"
    assert spool.waiting == 0


async def test_the_running_spool_empties_itself(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path)
    running = asyncio.get_running_loop().create_task(spool.run())
    for n in range(20):
        await send(spool, str(n), n)
    record.away = False
    async with asyncio.timeout(60):
        while len(record.taken) < 20:
            await asyncio.sleep(0.01)
    assert [key for key, _, _ in record.taken] == [str(n) for n in range(20)]
    running.cancel()
    await asyncio.wait([running])


async def test_a_full_spool_takes_nothing_and_says_so(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path, most_bytes=300)
    await send(spool, "a", 1, b"x" * 100)
    with pytest.raises(SpoolFull):
        await send(spool, "b", 2, b"x" * 300)
    await send(spool, "c", 3, b"x")  # a small one still fits
    record.away = False
    assert await spool.drain() == 2


async def test_a_disk_that_refuses_is_told(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path / "s")
    (tmp_path / "s" / "aside").rmdir()
    (tmp_path / "s").rmdir()
    with pytest.raises(SpoolFull):
        await send(spool, "a", 1)
    assert (spool.waiting, spool.bytes) == (0, 0)


async def test_what_the_database_refuses_is_set_aside_and_kept(
    record: Record, tmp_path: Path
) -> None:
    record.away = True
    record.refuses = {b"poison"}
    spool = record.spool(tmp_path)
    for n, body in enumerate((b"one", b"poison", b"two")):
        await send(spool, str(n), n, body)
    torn = next(iter(sorted(tmp_path.glob("*.sms"))))
    torn.write_bytes(torn.read_bytes()[:-1])
    record.away = False
    spool = record.spool(tmp_path)  # a process after a loss of power reads what is on the disk
    await spool.drain()
    assert [body for _, body, _ in record.taken] == [b"two"]
    assert (spool.waiting, spool.aside) == (0, 2)
    assert any(path.read_bytes().endswith(b"poison") for path in (tmp_path / "aside").iterdir())


async def test_refused_at_the_door_is_kept_and_set_aside(record: Record, tmp_path: Path) -> None:
    """A carrier tells a text twice at most: what nobody took is gone."""
    record.refuses = {b"poison"}
    spool = record.spool(tmp_path)
    await send(spool, "a", 1, b"poison")
    assert spool.waiting == 1
    assert not spool.away  # what others send goes straight into the record
    await spool.through("sms", {"key": "b", "From": "another"}, b"b", 2)
    assert record.taken == [("b", b"b", 2)]
    await spool.drain()
    assert (spool.waiting, spool.aside, spool.given_up, spool.refused) == (0, 1, 1, 0)


@pytest.mark.parametrize("fault", [KeyError("ours"), IndexUnavailable("away")])
async def test_a_fault_of_ours_or_of_the_index_at_the_door_loses_nothing(
    tmp_path: Path, fault: Exception
) -> None:
    record, faults = Record(), [fault]

    async def take(fields: dict[str, str], body: bytes, at: int) -> None:
        if faults:
            raise faults.pop()
        await record.take(fields, body, at)

    spool = record.spool(tmp_path)
    spool.takes("sms", take)
    await send(spool, "a", 1)
    assert (spool.waiting, spool.away) == (1, False)
    assert await spool.drain() == 1
    assert record.taken == [("a", b"a", 1)]


async def test_a_file_of_nobody_stops_nobody(record: Record, tmp_path: Path) -> None:
    record.away = True
    before = record.spool(tmp_path)
    for n in range(3):
        await before.through("sms", {"key": str(n), "From": f"+{n}"}, b"", n)
    first = min(tmp_path.glob("*.sms"))
    first.write_bytes(b"no head of ours\n")
    record.away = False
    after = record.spool(tmp_path)
    await after.drain()
    assert sorted(key for key, _, _ in record.taken) == ["1", "2"]


async def test_a_request_cut_while_it_is_written_is_counted(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path)
    for n in range(10):
        task = asyncio.get_running_loop().create_task(send(spool, str(n), n))
        for _ in range(n):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    async with asyncio.timeout(60):
        while spool._running:  # cut, and written to its end all the same
            await asyncio.sleep(0.01)
    assert len(list(tmp_path.glob("*.sms"))) == spool.waiting > 0
    assert record.spool(tmp_path).bytes == spool.bytes


async def test_files_are_private(record: Record, tmp_path: Path) -> None:
    record.away = True
    spool = record.spool(tmp_path / "s")
    await send(spool, "a", 1)
    (file,) = (tmp_path / "s").glob("*.sms")
    assert (file.stat().st_mode & 0o777, (tmp_path / "s").stat().st_mode & 0o777) == (0o600, 0o700)
