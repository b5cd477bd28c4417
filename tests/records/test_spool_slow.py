"""A slow record, a full disk, an index that is away: what comes is kept, in order."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from router.intake import spool as spools
from router.intake import spool_folder
from router.intake.spool import Spool, SpoolFull
from router.live.engine import IndexUnavailable
from router.records.database import RecordUnavailable


class Slow:
    """A record that takes something only when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = 0
        self.fails = False
        self.taken: list[str] = []
        self.no_index: set[str] = set()
        self.poison: set[str] = set()
        self.slow: set[str] = set()
        """These alone wait until they are let; empty: all do."""

    async def writes(self) -> bool:
        return True

    async def take(self, fields: dict[str, str], _body: bytes, _at: int) -> None:
        self.asked += 1
        if not self.slow or fields["key"] in self.slow:
            await self.let.wait()
        if self.fails:
            raise RecordUnavailable("away")
        if fields["key"] in self.no_index:
            raise IndexUnavailable("away")
        if fields["key"] in self.poison:
            raise ValueError("a fault of ours")
        self.taken.append(fields["key"])

    def spool(self, folder: Path, **more: Any) -> Spool:
        found = Spool(folder, self.writes, **more)
        found.takes("call", self.take)
        found.takes("end", self.take)
        return found


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr(spools, "PATIENCE_S", 0.01)
    return Slow()


async def call(spool: Spool, key: str, kind: str = "call") -> None:
    await spool.through(kind, {"key": key + kind[0]}, b"", 1, order=f"call|{key}")


async def test_what_the_record_does_not_take_in_time_is_on_the_disk(
    slow: Slow, tmp_path: Path
) -> None:
    spool = slow.spool(tmp_path)
    await call(spool, "1")
    assert (len(list(tmp_path.glob("*.call"))), slow.taken) == (1, [])


async def test_a_try_that_succeeds_after_all_takes_its_file_with_it(
    slow: Slow, tmp_path: Path
) -> None:
    spool = slow.spool(tmp_path)
    await call(spool, "1")
    assert await spool.drain() == 0  # nobody does it a second time beside the first
    slow.let.set()
    while spool._running:
        await asyncio.sleep(0)
    assert await spool.drain() == 1
    assert (slow.taken, spool.waiting, list(tmp_path.glob("*.call"))) == (["1c"], 0, [])


async def test_a_try_that_fails_after_all_leaves_its_file(slow: Slow, tmp_path: Path) -> None:
    spool = slow.spool(tmp_path)
    slow.fails = True
    await call(spool, "1")
    slow.let.set()
    while spool._running:
        await asyncio.sleep(0.001)
    assert spool.waiting == 1
    slow.fails = False
    assert await spool.drain() == 1
    assert slow.taken == ["1c"]


async def test_the_end_of_a_call_stays_behind_its_beginning(slow: Slow, tmp_path: Path) -> None:
    spool = slow.spool(tmp_path)
    slow.fails = True
    slow.let.set()
    for kind in ("call", "end"):
        await call(spool, "1", kind)
    await call(spool, "2")
    assert spool.holds("call|1", "end")
    assert not spool.holds("call|2", "end")
    slow.fails = False
    await spool.drain()
    assert slow.taken == ["1c", "1e", "2c"]
    assert not spool.holds("call|1")


async def test_what_needs_the_index_waits_for_it_and_holds_up_only_its_own(
    slow: Slow, tmp_path: Path
) -> None:
    spool = slow.spool(tmp_path)
    slow.fails = True
    slow.let.set()
    for key, kind in (("1", "call"), ("1", "end"), ("2", "call")):
        await call(spool, key, kind)
    slow.fails, slow.no_index = False, {"1c"}
    assert (await spool.drain(), slow.taken) == (1, ["2c"])
    slow.no_index.clear()
    assert (await spool.drain(), slow.taken) == (2, ["2c", "1c", "1e"])


async def test_what_we_cannot_take_holds_up_only_its_own(slow: Slow, tmp_path: Path) -> None:
    """A fault of ours is no fault of the record: whoever comes meanwhile goes straight into it."""
    spool = slow.spool(tmp_path)
    slow.fails = True
    slow.let.set()
    for key, kind in (("1", "call"), ("1", "end"), ("2", "call")):
        await call(spool, key, kind)
    slow.fails, slow.poison = False, {"1c"}
    assert (await spool.drain(), slow.taken) == (1, ["2c"])
    await call(spool, "3")
    assert (slow.taken, spool.waiting) == (["2c", "3c"], 2)
    for _ in range(spools.REFUSED_TRIES):
        await spool.drain()
    assert (slow.taken, spool.waiting, spool.aside) == (["2c", "3c", "1e"], 0, 1)


async def test_who_is_slow_holds_up_only_their_own(slow: Slow, tmp_path: Path) -> None:
    spool = slow.spool(tmp_path)
    slow.fails = True
    slow.let.set()
    for key, kind in (("0", "call"), ("1", "call"), ("1", "end"), ("2", "call"), ("3", "call")):
        await call(spool, key, kind)
    slow.fails, slow.slow = False, {"1c"}
    slow.let.clear()
    draining = asyncio.create_task(spool.drain())
    while spool.waiting > 2 and not draining.done():
        await asyncio.sleep(0.001)
    assert slow.taken == ["0c", "2c", "3c"]  # the first alone: does the record take anything?
    slow.let.set()
    assert (await draining, slow.taken) == (5, ["0c", "2c", "3c", "1c", "1e"])


async def test_many_refused_at_once_are_one_try(slow: Slow, tmp_path: Path) -> None:
    """A record that lives and takes nothing has 30 s, however many wait."""
    spool = slow.spool(tmp_path)
    slow.fails = True
    slow.let.set()
    for n in range(3 * spools.LANES):
        await call(spool, str(n))
    for _ in range(spools.REFUSED_TRIES - 1):
        assert await spool.drain() == 0
    assert spool.aside == 0
    asked = slow.asked
    await spool.drain()
    assert spool.aside == 1
    assert slow.asked == asked + 2  # one after the other, until something is taken
    slow.fails = False
    assert await spool.drain() == 3 * spools.LANES - 1


class Disk:
    """A disk that is full until the reserve is so much smaller; it stands at the edge: open()."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, room_below: int) -> None:
        self._reserve, self._below = folder / "reserve", room_below
        monkeypatch.setattr(spool_folder, "open", self._open, raising=False)

    def _open(self, *args: Any, **options: Any) -> Any:
        if self._reserve.stat().st_size >= self._below:
            raise OSError(errno.ENOSPC, "No space left on device")
        return open(*args, **options)


async def test_a_full_disk_has_the_reserve(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = spool_folder.PIECE
    spool = slow.spool(tmp_path, reserve_bytes=4 * piece)
    await spool.fill_reserve()
    assert spool.reserve == 4 * piece
    Disk(tmp_path, monkeypatch, room_below=3 * piece)
    await call(spool, "1")
    assert (spool.waiting, spool.reserve, spool.refused) == (1, 2 * piece, 0)
    slow.let.set()
    while spool._running:
        await asyncio.sleep(0)
    await spool.drain()
    assert spool.reserve == 4 * piece  # there is room again


async def test_the_reserve_is_made_beside_the_loop_and_found_by_the_next_process(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without fallocate (ext2, NFS) writes it: 0.3 s for 64 MiB."""
    piece, by, made = spool_folder.PIECE, list[threading.Thread](), asyncio.Event()
    loop, allocate = asyncio.get_running_loop(), os.posix_fallocate

    def watched(number: int, begin: int, count: int) -> None:
        by.append(threading.current_thread())
        allocate(number, begin, count)
        loop.call_soon_threadsafe(made.set)

    monkeypatch.setattr(os, "posix_fallocate", watched)
    spool = slow.spool(tmp_path, reserve_bytes=4 * piece)
    assert (by, spool.reserve) == ([], 0)
    running = asyncio.create_task(spool.run())
    await made.wait()
    running.cancel()
    await asyncio.wait([running])
    assert len(by) == 1
    assert by[0] is not threading.main_thread()
    after = slow.spool(tmp_path, reserve_bytes=4 * piece)
    assert after.reserve == 4 * piece
    Disk(tmp_path, monkeypatch, room_below=4 * piece)
    await call(after, "1")
    assert (after.waiting, after.refused, len(by)) == (1, 0, 1)


async def test_a_disk_that_is_full_beyond_the_reserve_says_so_and_counts(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = spool_folder.PIECE
    spool = slow.spool(tmp_path, reserve_bytes=2 * piece)
    await spool.fill_reserve()
    Disk(tmp_path, monkeypatch, room_below=0)
    with pytest.raises(SpoolFull):
        await call(spool, "1")
    assert (spool.waiting, spool.bytes, spool.reserve, spool.refused) == (0, 0, 0, 1)
    assert [path.name for path in tmp_path.glob("*.part")] == []


async def test_a_file_is_there_before_it_is_synced_and_gone_when_the_disk_refuses_that(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = slow.spool(tmp_path)
    seen: list[int] = []

    def refuses(_place: Path) -> None:
        seen.append(len(list(tmp_path.glob("*.call"))))
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(spool_folder, "_sync", refuses)
    with pytest.raises(SpoolFull):
        await call(spool, "1")
    assert (seen, spool.waiting, spool.refused) == ([1], 0, 1)
    assert list(tmp_path.glob("*.call")) == []


async def test_nobody_waits_for_a_slow_sync_longer_than_they_said(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, synced = asyncio.get_running_loop(), asyncio.Event()

    def slowly(_place: Path) -> None:
        asyncio.run_coroutine_threadsafe(synced.wait(), loop).result()

    spool = slow.spool(tmp_path)
    monkeypatch.setattr(spool_folder, "_sync", slowly)
    await spool.keep("call", {"key": "1c"}, b"", 1, synced_within_s=0.01)
    assert len(list(tmp_path.glob("*.call"))) == 1
    synced.set()
    while spool._running:
        await asyncio.sleep(0.001)
    assert spool.waiting == 1


async def test_slow_syncs_keep_no_arrival_from_the_disk(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their callers were answered; the next ones are written although no sync has ended."""
    loop, synced = asyncio.get_running_loop(), asyncio.Event()

    def slowly(_place: Path) -> None:
        asyncio.run_coroutine_threadsafe(synced.wait(), loop).result()

    spool = slow.spool(tmp_path)
    monkeypatch.setattr(spool_folder, "_sync", slowly)
    async with asyncio.timeout(60):  # for ever, else
        for n in range(20):
            await spool.keep("call", {"key": f"{n}c"}, b"", 1, synced_within_s=0.001)
    assert len(list(tmp_path.glob("*.call"))) == 20
    synced.set()
    while spool._running:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("answered", [True, False])
async def test_a_sync_that_is_refused_late_loses_nobody_and_stops_nothing(
    slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    """The record takes it in the same moment, or later: who was answered does not send again."""
    loop, refuse = asyncio.get_running_loop(), asyncio.Event()

    def refuses(_place: Path) -> None:
        asyncio.run_coroutine_threadsafe(refuse.wait(), loop).result()
        raise OSError(errno.EIO, "Input/output error")

    spool = slow.spool(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(spool_folder, "_sync", refuses)
        within_s = 0.01 if answered else None
        keeping = asyncio.create_task(
            spool.keep("call", {"key": "1c"}, b"", 1, order="call|1", synced_within_s=within_s)
        )
        while not spool.waiting:
            await asyncio.sleep(0.001)
        if answered:
            await keeping
        else:
            draining = asyncio.create_task(spool.drain())
            while not slow.asked:
                await asyncio.sleep(0.001)
        refuse.set()
        while spool._running:
            await asyncio.sleep(0.001)
    slow.let.set()
    if not answered:
        with pytest.raises(SpoolFull):
            await keeping
        await draining
    await spool.drain()
    assert (slow.taken, spool.waiting, spool.bytes) == (["1c"], 0, 0)
    assert list(tmp_path.glob("*.call")) == []
