"""A process that carries sound leaves the index, whatever is under way at that moment."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from holdfast.sound.follower import Follower
from holdfast.sound.standing import About
from router.core.model import Reply
from router.live.engine import Engine
from tests.kit.store import World


class Held(Engine):
    """A beat of it takes as long as a test likes."""

    begun: asyncio.Event
    goes_on: asyncio.Event

    async def beat(self, function: str, **request: Any) -> Reply:
        self.begun.set()
        await self.goes_on.wait()
        return await super().beat(function, **request)


async def test_a_beat_that_is_under_way_does_not_bring_it_back(
    world: World, store_url: str
) -> None:
    engine = Held(store_url, world.engine.prefix.removeprefix("{holdfast:").removesuffix("}"))
    engine.begun, engine.goes_on = asyncio.Event(), asyncio.Event()
    board = cast(Any, SimpleNamespace(proc="media-x"))
    follower = Follower(engine, board, cast(Any, None), lambda: About("unix:/x", "http://x"))
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(follower._beat())
        await engine.begun.wait()
        leaves = group.create_task(follower.leave())
        await asyncio.sleep(0)
        engine.goes_on.set()
        await leaves
    assert await engine.processes() == {}
    assert not await follower._beat()
    assert await engine.processes() == {}
    await engine.close()
