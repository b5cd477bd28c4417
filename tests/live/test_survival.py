"""Stalls, a full store, many steps at once: what is alive is not taken for dead."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from router.live.engine import IndexUnavailable
from tests.kit.store import World, running_store


async def test_a_process_that_ticks_is_not_declared_dead_by_itself(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.engine.step("stream_started", contact=contact, link_epoch=1, proc="p1")
    await world.answer(contact)
    await world.engine.beat("process_alive", proc="p1", lease_ms=1500)
    world.engine.now = world.now + 5_000  # a stall
    await world.engine.beat("tick", proc="p1")
    live = await world.contact(contact)
    assert live is not None
    assert (live.link, live.fault) == ("streaming", None)


async def test_a_lapsed_process_is_told_to_say_again_what_it_holds(world: World) -> None:
    assert (await world.engine.beat("process_alive", proc="p1", lease_ms=1500)).lapsed
    assert not (await world.engine.beat("process_alive", proc="p1", lease_ms=1500)).lapsed
    await world.advance(1_500)  # another process noticed
    assert (await world.engine.beat("process_alive", proc="p1", lease_ms=1500)).lapsed


async def test_when_the_store_was_held_up_no_process_is_taken_for_dead(world: World) -> None:
    """Nobody could say that they live; whoever does not do so from now on is dead as ever."""
    await world.engine.beat("process_alive", proc="p1", lease_ms=1500, about="{}")
    world.engine.now = world.now + 3_500
    await world.engine.beat("tick", proc="web")
    assert not (await world.engine.beat("process_alive", proc="p1", lease_ms=1500)).lapsed
    world.engine.now = world.now + 3_500
    await world.engine.beat("tick", proc="web")
    assert await world.engine.processes()
    await world.advance(1_500)
    assert not await world.engine.processes()


async def test_a_full_store_is_away_not_a_crash() -> None:
    with running_store() as url:
        world = await World(url).open()
        redis = Redis.from_url(url)
        await redis.config_set("maxmemory", 1)
        with pytest.raises(IndexUnavailable):
            await world.engine.beat("tick")
        await redis.config_set("maxmemory", 0)
        assert (await world.engine.beat("tick")).ok
        await redis.aclose()
        await world.engine.close()


async def test_hundreds_of_steps_at_once_wait_their_turn(world: World) -> None:
    replies = await asyncio.gather(*(world.engine.beat("tick") for _ in range(300)))
    assert all(reply.ok for reply in replies)


async def test_late_news_of_an_ended_call_does_not_open_it_again(world: World) -> None:
    """The carrier speaks after the wrap-up; the record, a moment behind, sweeps the call in."""
    await world.agent("a")
    contact = await world.arrive()
    recorded = await world.contact(contact)
    await world.answer(contact)
    await world.engine.step("hang_up", agent="a", contact=contact)
    await world.engine.step("wrapped", agent="a", contact=contact, disposition="x", comment="")
    late = await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    assert late.code == "ended"
    await world.events()
    again = await world.engine.step("enqueue", contact=msgspec.to_builtins(recorded), inline=False)
    assert (again.ok, again.code) == (False, "ended")
    assert await world.events() == []


async def test_an_older_page_of_theirs_takes_no_sound_away(world: World) -> None:
    """A process that hung tells late of a page that has long been built anew elsewhere."""
    await world.agent("ava")

    async def told(media: str, proc: str, epoch: int) -> tuple[str, str | None]:
        step = {"agent": "ava", "media": media, "proc": proc, "epoch": epoch}
        assert (await world.engine.step("agent_media", **step)).ok
        (ava,) = (await world.engine.snapshot()).agents
        return ava.media, ava.media_proc

    assert await told("up", "one", 1) == ("up", "one")
    assert await told("up", "two", 2) == ("up", "two")
    assert await told("up", "one", 1) == ("up", "two")
    assert await told("down", "one", 1) == ("up", "two")
    assert await told("down", "one", 3) == ("up", "two")  # where they are not any more
    assert await told("down", "two", 2) == ("down", "two")
    assert await told("up", "one", 4) == ("up", "one")
