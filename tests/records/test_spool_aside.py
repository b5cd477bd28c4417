"""What the record refused is set aside with its reason, and tried again when somebody says so."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from router.intake import spool as spools
from router.intake.spool_folder import AGAIN, ASIDE, WHY, names_in, try_again
from tests.records.test_spool import Record, record, send

__all__ = ["record"]
NOBODY = 65534


async def refused(record: Record, folder: Path, *bodies: bytes) -> spools.Spool:
    """A spool that has set these aside."""
    record.away, record.refuses = True, set(bodies)
    spool = record.spool(folder)
    for n, body in enumerate(bodies):
        await send(spool, str(n), n, body)
    record.away = False
    await spool.drain()
    assert (spool.aside, spool.given_up, spool.waiting) == (len(bodies), len(bodies), 0)
    return spool


async def test_the_reason_lies_beside_it_and_is_no_arrival(record: Record, tmp_path: Path) -> None:
    await refused(record, tmp_path, b"poison")
    (name,) = names_in(tmp_path / ASIDE)
    assert (tmp_path / ASIDE / (name + WHY)).read_text() == "not these data"


async def test_one_is_tried_again_without_a_restart_the_others_stay(
    record: Record, tmp_path: Path
) -> None:
    spool = await refused(record, tmp_path, b"one", b"two")
    first, second = names_in(tmp_path / ASIDE)
    record.refuses.clear()
    try_again(tmp_path, second)
    await spool.take_up()
    assert (spool.waiting, spool.aside) == (1, 1)
    assert spool.bytes > 0
    assert await spool.drain() == 1
    assert record.taken == [("1", b"two", 1)]
    assert (spool.waiting, spool.aside, spool.bytes) == (0, 1, 0)
    assert names_in(tmp_path / ASIDE) == [first]
    assert not (tmp_path / ASIDE / (second + WHY)).exists()


async def test_what_is_refused_again_is_set_aside_again(record: Record, tmp_path: Path) -> None:
    spool = await refused(record, tmp_path, b"one")
    (name,) = names_in(tmp_path / ASIDE)
    try_again(tmp_path, name)
    await spool.take_up()
    await spool.drain()
    assert names_in(tmp_path / ASIDE) == [name]
    assert (spool.given_up, spool.waiting) == (2, 0)


@pytest.mark.parametrize("asked", [True, False])
async def test_a_restart_tries_all_of_it_again(record: Record, tmp_path: Path, asked: bool) -> None:
    """Also what somebody had asked for when no worker ran, or one that died at it."""
    await refused(record, tmp_path, b"one", b"two")
    if asked:
        try_again(tmp_path, names_in(tmp_path / ASIDE)[0])
    record.refuses.clear()
    spool = record.spool(tmp_path)
    await spool.drain()
    assert sorted(record.taken) == [("0", b"one", 0), ("1", b"two", 1)]
    assert (spool.waiting, spool.aside) == (0, 0)


async def test_a_running_spool_finds_it_by_itself(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "TAKE_UP_S", 0.01)
    spool = await refused(record, tmp_path, b"one")
    emptied = asyncio.Event()
    spool.on_emptied = emptied.set
    running = asyncio.get_running_loop().create_task(spool.run())
    record.refuses.clear()
    try_again(tmp_path, names_in(tmp_path / ASIDE)[0])
    await emptied.wait()
    assert [body for _, body, _ in record.taken] == [b"one"]
    running.cancel()
    await asyncio.wait([running])


async def test_a_reason_that_finds_no_room_keeps_nothing_from_being_set_aside(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    await refused(record, tmp_path, b"one")
    assert len(names_in(tmp_path / ASIDE)) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works in another user's folder")
async def test_what_root_wants_again_belongs_to_the_user_of_the_centre(
    record: Record, tmp_path: Path
) -> None:
    """By `sudo holdfast spool again`; the centre could not even start behind a folder of root's."""
    await refused(record, tmp_path, b"one")
    (name,) = names_in(tmp_path / ASIDE)
    os.chown(tmp_path, NOBODY, NOBODY)
    try_again(tmp_path, name)
    assert (tmp_path / AGAIN).stat().st_uid == NOBODY
    assert (tmp_path / AGAIN).stat().st_gid == NOBODY


async def test_where_nothing_can_be_tried_again_the_centre_starts_all_the_same(
    record: Record, tmp_path: Path
) -> None:
    await refused(record, tmp_path, b"one")
    (tmp_path / AGAIN).write_text("somebody's file")
    spool = record.spool(tmp_path)
    assert (spool.waiting, spool.aside) == (0, 1)
    await send(spool, "1", 5, b"two")
    assert ("1", b"two", 5) in record.taken


async def test_one_that_cannot_be_moved_does_not_hide_the_others(
    record: Record, tmp_path: Path
) -> None:
    spool = await refused(record, tmp_path, b"one", b"two", b"three")
    first, second, third = names_in(tmp_path / ASIDE)
    record.refuses.clear()
    for name in (first, second, third):
        try_again(tmp_path, name)
    (tmp_path / second).mkdir()  # something stands where it waits
    await spool.take_up()
    assert spool.waiting == 2
    assert await spool.drain() == 2
    (tmp_path / second).rmdir()
    await spool.take_up()
    assert await spool.drain() == 1
    assert [body for _, body, _ in record.taken] == [b"one", b"three", b"two"]
