"""3 nights a commit (500 with HOLDFAST_TEST_LONG=1): numbers on call, voicemail, promised calls.

A failure names its seed: `python -m tests.worlds.night --seed N`.
"""

from __future__ import annotations

import os

import pytest

from tests.worlds.night import NightWorld
from tests.worlds.rough import RoughDatabase
from tests.worlds.test_worlds import event_loop_policy, record, store
from tests.worlds.world import run

__all__ = ["event_loop_policy", "record", "store"]

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
SHARDS = 2 if LONG else 1
NIGHTS = (500 if LONG else 3) // SHARDS
FIRST = 2
"""Of the first two, none has a voicemail; of these three each state is in two at least."""


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
async def test_who_comes_at_night_is_taken_or_called(
    store: str, record: RoughDatabase, shard: int
) -> None:
    seen: set[str] = set()
    for seed in range(FIRST + shard * NIGHTS, FIRST + (shard + 1) * NIGHTS):
        world = await run(store, record, seed, NightWorld)
        assert "outside" in world.watch.states
        seen |= world.watch.states
    assert {"voicemail", "outside+", "dialing"} <= seen
    assert {"told rings", "told pause", "told taken", "told heard"} <= seen
