"""Whose the pages are while something takes its time before a process serves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from holdfast.recovery import only_pages
from holdfast.recovery.only_pages import OnlyPages, PagesElsewhere
from router.records.database import RecordUnavailable
from tests.kit.store import World


async def test_a_long_upgrade_leaves_the_pages_to_nobody_else(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(only_pages, "HELD_MS", 400)
    monkeypatch.setattr(only_pages, "BEAT_S", 0.05)
    first, second = (OnlyPages(world.engine, tmp_path / name) for name in ("one", "two"))
    await first.begin()

    async def upgrade() -> None:
        with pytest.raises(PagesElsewhere):  # it tries for twice as long as a word counts
            await second.begin()
        raise RecordUnavailable("away")

    with pytest.raises(RecordUnavailable):  # as it came, for whoever waits for the record
        await first.meanwhile(upgrade())
    await first.end()
    await second.begin()


async def test_what_took_its_time_is_over_however_the_store_takes_a_cancellation(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """redis-py 8 loses one in about two that come while it reads: a start hung for ever."""
    monkeypatch.setattr(only_pages, "BEAT_S", 0.0005)
    pages = OnlyPages(world.engine, tmp_path / "one")
    await pages.begin()
    for turn in range(40):
        async with asyncio.timeout(60):
            await pages.meanwhile(asyncio.sleep(turn / 20_000))
