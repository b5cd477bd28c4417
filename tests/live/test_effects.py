"""Whatever the library asks to be done outside, somebody does."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from channels.voice.dials import Dials
from channels.voice.effects import VoiceEffects
from channels.voice.limits import Writing
from channels.voice.lines import Lines
from channels.voice.outside import OutsideCalls
from channels.voice.told import ToldByTelephone
from holdfast.settings.engine_settings import engine_settings
from router.live.engine import StepFailed
from router.live.library import library_source
from tests.kit.store import CONFIG, World, centre_of


def test_each_kind_of_effect_has_a_handler() -> None:
    asked = set(re.findall(r"effect\('(\w+)'", library_source()))
    nothing = cast(Any, None)
    centre = centre_of(nothing, nothing)
    dials = Dials(centre, nothing, nothing)
    told = ToldByTelephone(centre, nothing, nothing, nothing, nothing, nothing)
    lines = Lines(centre, nothing, nothing, nothing, nothing)
    writing = Writing(nothing, nothing, nothing)
    outside = OutsideCalls(nothing, nothing, nothing, writing, told, lines)
    known = VoiceEffects(centre, nothing, nothing, nothing, outside, dials).handlers
    assert asked == set(known)


async def test_an_error_inside_a_step_is_told_and_leaves_nothing_half_known(world: World) -> None:
    """What broke off is forgotten by the memory between steps; the next step is right again."""
    await world.agent("a")
    contact = await world.arrive(severity=3)
    with pytest.raises(StepFailed):
        await world.engine.step("configure", cfg=17)
    assert await world.offered_to(contact) == "a"
    assert (await world.accept(contact)).ok


async def test_a_ghost_in_a_lane_is_taken_out_and_nobody_is_kept_by_it(world: World) -> None:
    await world.agent("a")
    talking = await world.arrive(severity=3, id="talking")
    await world.answer(talking)
    waiting = await world.arrive(severity=3, id="waiting")
    redis = world.engine._redis
    lane = f"{world.engine.prefix}:lane:voice|"
    live = await world.contact(talking)
    assert live is not None
    await redis.zadd(lane, {f"{int(live.arrived_at):013d}:talking": 1, f"{1:013d}:gone": 2})
    await redis.hdel(f"{world.engine.prefix}:records", "v")  # the heads of lanes are read anew
    await world.agent("b")
    assert (await world.offered_to(waiting), await world.state(talking)) == ("b", "active")
    assert await redis.hget(f"{world.engine.prefix}:violations", "ghost") == b"2"


async def test_what_a_lost_life_of_the_index_wanted_is_not_done_in_the_next(world: World) -> None:
    """The records are gone, the rows of its effects are not: a store that lost some of its keys."""
    await world.agent("a")
    contact = await world.arrive()
    await world.advance(400)
    redis, prefix = world.engine._redis, world.engine.prefix
    assert await redis.zcard(f"{prefix}:effects") == 1
    await redis.delete(f"{prefix}:records")
    await world.engine.open_epoch(2, engine_settings(CONFIG), [], [])
    assert await world.engine.claim("p1") == []
    assert await redis.zcard(f"{prefix}:effects") == 0
    assert await redis.exists(f"{prefix}:e:open_stream:{contact}") == 0


async def test_news_of_an_older_effect_does_not_end_the_newer_one_of_its_name(
    world: World,
) -> None:
    """It was claimed, its contact went on and came back; then whoever claimed it reports."""
    await world.agent("a")
    contact = await world.arrive()
    await world.advance(400)
    (older,) = await world.engine.claim("p1")
    assert older.kind == "open_stream"
    await world.engine.step("wait", contact=contact)  # the carrier asked first: asked anew
    await world.engine.step("caller_alive", contact=contact)
    await world.advance(400)
    (newer,) = await world.engine.claim("p2")
    assert (newer.id, newer.made_at > older.made_at) == (older.id, True)
    for again_at in (world.now + 1, None):
        late = await world.engine.beat(
            "effect_done", id=older.id, made_at=older.made_at, again_at=again_at
        )
        assert late.code == "stale"
    assert await world.engine._redis.exists(f"{world.engine.prefix}:e:{newer.id}") == 1
    assert (await world.engine.beat("effect_done", id=newer.id, made_at=newer.made_at)).ok
    assert await world.engine._redis.exists(f"{world.engine.prefix}:e:{newer.id}") == 0
