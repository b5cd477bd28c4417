"""Mails of megabytes do not crowd out what else is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from router.records.database import Database, Transaction
from router.records.sqlite import BIG_BYTES
from tests.email.conftest import OURS, Room


async def test_two_big_mails_at_most_are_written_at_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = most = 0
    real, go = Database.write, asyncio.Event()

    @asynccontextmanager
    async def write(database: Database) -> AsyncIterator[Transaction]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go.wait()
        async with real(database) as connection:
            yield connection
        at_once -= 1

    monkeypatch.setattr(Database, "write", write)
    async with asyncio.TaskGroup() as group:
        for n in range(5):
            raw = f"Subject: {n}\n\n".encode() + b"x" * (BIG_BYTES + 1)
            group.create_task(room.channel.accept(raw, OURS, ""))
        await asyncio.sleep(0.2)
        assert most == 2
        group.create_task(room.channel.accept(b"Subject: small\n\nhelp", OURS, ""))
        async with asyncio.timeout(2):
            while most < 3:  # a small one does not wait behind them
                await asyncio.sleep(0.01)
        go.set()
    assert most == 3
