"""6 seeded worlds a commit (10,000 with HOLDFAST_TEST_LONG=1): nobody lost, doubled or stuck.

A failure names its seed: `python -m tests.worlds.world --seed N`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvloop

from tests.kit.record import new_sqlite, with_statements_of_others
from tests.kit.store import running_store
from tests.worlds.rough import RoughDatabase
from tests.worlds.world import folder, run

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
SHARDS = 10 if LONG else 6
WORLDS = (10_000 if LONG else 6) // SHARDS


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with running_store() as url:
        yield url


@pytest.fixture(scope="module")
def event_loop_policy() -> uvloop.EventLoopPolicy:
    return uvloop.EventLoopPolicy()


@pytest_asyncio.fixture
async def record() -> AsyncIterator[RoughDatabase]:
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        path = Path(place) / "record.db"
        await (await new_sqlite(path)).close()
        database = with_statements_of_others(RoughDatabase(f"sqlite:///{path}"))
        yield database
        await database.close()


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
async def test_nobody_is_lost_doubled_or_stuck(
    store: str, record: RoughDatabase, shard: int
) -> None:
    crashes = events = helps = lists = 0
    for seed in range(shard * WORLDS, (shard + 1) * WORLDS):
        world = await run(store, record, seed)
        events += world.watch.events
        crashes += world.centre.crashes
        helps += world.watch.helps.asked
        lists += world.restricted
    assert events >= 200 * WORLDS  # one seed has a few more or less: the database's thread is real
    assert helps >= WORLDS
    assert lists >= WORLDS
    assert crashes >= WORLDS / 2
