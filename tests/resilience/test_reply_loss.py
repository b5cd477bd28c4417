"""Replies of the store lost at random: every step is taken once, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from router.live.engine import Engine, IndexUnavailable
from tests.kit.proxy import lossy_proxy
from tests.kit.store import World

SCENARIOS = 1000 if os.environ.get("HOLDFAST_TEST_LONG") else 60
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


async def test_no_step_is_taken_twice(store_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with lossy_proxy(store_url, Path(folder), seed=7) as (url, proxy):
            for scenario in range(SCENARIOS):
                world = await World(store_url).open()
                lossy = Engine(url, "x", now=world.now)
                lossy.prefix = world.engine.prefix
                proxy.loss = 0.3
                await _one_life(world, lossy)
                proxy.loss = 0.0
                events = [name for name, _ in await world.events()]
                snapshot = await world.engine.snapshot()
                assert events.count("contact.queued") == 1, scenario
                assert events.count("contact.offered") == 1, scenario
                assert events.count("contact.ended") <= 1, scenario
                assert snapshot.today["3:queued"] == 1, scenario
                await lossy.close()
                await world.engine.close()
    assert proxy.lost > SCENARIOS / 2


async def _step(engine: Engine, function: str, **request: object) -> object:
    """As the application does: the same operation again until it is answered."""
    while True:
        try:
            return await engine.step(function, **request)
        except IndexUnavailable:
            return None  # three attempts lost: the record decides what happens next


async def _one_life(world: World, lossy: Engine) -> None:
    await world.agent("a")
    live = {
        "id": "c1", "channel": "voice", "severity": 3, "arrived_at": world.now, "needs": {},
        "score": 1, "answer_by": world.now, "state": "queued", "link": "at_carrier", "dir": "in",
    }  # fmt: skip
    while await _step(lossy, "enqueue", contact=live) is None:
        pass
    found = await world.contact("c1")
    assert found is not None
    assert found.offer is not None
    while await _step(lossy, "accept", agent="a", contact="c1", fence=found.offer.fence) is None:
        pass
    while await _step(lossy, "connected", agent="a", contact="c1") is None:
        pass
    while await _step(lossy, "hang_up", agent="a", contact="c1") is None:
        pass
    while await _step(lossy, "wrapped", agent="a", contact="c1", disposition="x") is None:
        pass
    assert await world.contact("c1") is None
