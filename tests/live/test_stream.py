"""The stream of steps forgets what the record holds, and whoever was away looks anew."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from router.live import engine as engine_room
from router.live.engine import IndexLost
from router.live.step_feed import StepFeed
from router.recorder import Recorder
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import World


async def length(world: World) -> int:
    return int(await world.engine._redis.xlen(f"{world.engine.prefix}:events"))


@pytest.fixture
async def record(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return await new_sqlite(tmp_path_factory.mktemp("stream") / "record.db")


async def busy(world: World, steps: int) -> None:
    contact = await world.arrive()
    for n in range(steps):
        await world.engine.step("describe", contact=contact, about=str(n))


async def test_the_stream_drops_what_the_record_holds(
    world: World, record: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_room, "STREAM_KEPT_MS", 0)
    await busy(world, 300)
    before = await length(world)
    recorder = Recorder(record, world.engine)
    while await recorder.fold_some(block_ms=0):
        pass
    await recorder._trim()
    assert await length(world) < before - 100  # whole nodes of a hundred
    await busy(world, 1)
    assert await recorder.fold_some(block_ms=0)
    await record.close()


async def test_what_the_record_does_not_hold_stays(
    world: World, record: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_room, "STREAM_KEPT_MS", 0)
    recorder = Recorder(record, world.engine)
    await busy(world, 300)
    await recorder._load_position()
    before = await length(world)
    await recorder._trim()
    assert await length(world) == before
    await record.close()


async def test_who_was_stopped_for_long_looks_at_everything_anew(world: World) -> None:
    await busy(world, 1)
    was = (await world.engine.snapshot()).last
    await busy(world, 300)
    await world.engine._redis.xtrim(f"{world.engine.prefix}:events", maxlen=5, approximate=False)
    anew = asyncio.Event()

    async def look() -> str:
        anew.set()
        return (await world.engine.snapshot()).last

    seen: list[str] = []
    feed = StepFeed(world.engine, None, look)
    feed.subscribe(lambda step_id, _step: seen.append(step_id))
    running = asyncio.get_running_loop().create_task(feed.run(was))
    await anew.wait()
    while feed.last == was:
        await asyncio.sleep(0.01)
    await busy(world, 1)
    last = (await world.engine.snapshot()).last
    while feed.last != last:
        await asyncio.sleep(0.01)
    assert seen[-1] == last
    running.cancel()
    await asyncio.wait([running])


async def test_an_index_that_is_lost_in_that_moment_ends_no_feed(world: World) -> None:
    """Whoever was stopped for long finds the index lost: it is built anew, and the feed goes on."""
    await busy(world, 1)
    was = (await world.engine.snapshot()).last
    await busy(world, 300)
    redis, records = world.engine._redis, f"{world.engine.prefix}:records"
    await redis.xtrim(f"{world.engine.prefix}:events", maxlen=5, approximate=False)
    kept = await redis.hget(records, "epoch")
    await redis.hdel(records, "epoch")
    lost = asyncio.Event()

    async def look() -> str:
        try:
            return (await world.engine.snapshot()).last
        except IndexLost:
            lost.set()
            raise

    feed = StepFeed(world.engine, None, look)
    running = asyncio.get_running_loop().create_task(feed.run(was))
    await lost.wait()
    await redis.hset(records, "epoch", kept)
    last = (await world.engine.snapshot()).last
    while feed.last != last and not running.done():
        await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])


async def test_who_read_a_moment_ago_is_not_asked_to(world: World) -> None:
    async def never() -> str:
        raise AssertionError("nothing was missed")

    await busy(world, 1)
    feed = StepFeed(world.engine, None, never)
    seen: list[str] = []
    feed.subscribe(lambda step_id, _step: seen.append(step_id))
    running = asyncio.get_running_loop().create_task(feed.run((await world.engine.snapshot()).last))
    for n in range(1, 4):
        await busy(world, 0)
        while len(seen) < n:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.parametrize("raw", [b"{not json", b"", b"[]", b'{"at": 1, "epoch": 1, "agents": 7}'])
async def test_one_step_that_cannot_be_read_ends_no_feed_and_everything_is_read_again(
    world: World, raw: bytes
) -> None:
    """What it changed is in the index: whoever follows looks there."""
    was = (await world.engine.snapshot()).last
    await busy(world, 1)
    await world.engine._redis.xadd(f"{world.engine.prefix}:events", {"e": raw})
    await busy(world, 1)
    anew: list[str] = []

    async def look() -> str:
        anew.append((await world.engine.snapshot()).last)
        return anew[-1]

    feed = StepFeed(world.engine, None, look)
    seen: list[str] = []
    feed.subscribe(lambda step_id, _step: seen.append(step_id))
    with structlog.testing.capture_logs() as lines:
        running = asyncio.get_running_loop().create_task(feed.run(was))
        async with asyncio.timeout(60):
            while not anew and not running.done():
                await asyncio.sleep(0.01)
    assert not running.done()
    await busy(world, 1)
    last = (await world.engine.snapshot()).last
    async with asyncio.timeout(60):
        while feed.last != last and not running.done():
            await asyncio.sleep(0.01)
    assert (len(anew), seen[-1]) == (1, last)
    told = [line for line in lines if line["event"] == "feed.step_unreadable"]
    assert [line["log_level"] for line in told] == ["error"]
    running.cancel()
    await asyncio.wait([running])


async def test_what_the_record_holds_stays_on_the_stream_for_who_is_a_moment_behind(
    world: World,
) -> None:
    """Two minutes of it; what is older goes, in pieces of a hundred steps."""
    redis, name = world.engine._redis, f"{world.engine.prefix}:events"
    await redis.delete(name)
    begin = 1_700_000_000_000
    ids = [f"{begin + s * 1000}-0" for s in range(600)]
    for one in ids:
        await redis.xadd(name, {"e": "{}"}, id=one)
    await world.engine.recorded(ids[400])
    left = [one.decode() for one, _ in await redis.xrange(name)]
    assert ids[99] not in left
    assert left[-320:] == ids[280:]
    assert not await world.engine.dropped_after(ids[280])
    assert await world.engine.dropped_after(ids[99])
    await world.engine.recorded("100000-0")  # of a clock at the beginning of time: nothing goes
    assert [one.decode() for one, _ in await redis.xrange(name)] == left
