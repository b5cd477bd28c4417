"""Whatever the library asks to be done outside, somebody does."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from channels.voice.dials import Dials
from channels.voice.effects import VoiceEffects
from router.live.engine import StepFailed
from router.live.library import library_source
from tests.kit.store import World, centre_of


def test_each_kind_of_effect_has_a_handler() -> None:
    asked = set(re.findall(r"effect\('(\w+)'", library_source()))
    nothing = cast(Any, None)
    centre = centre_of(nothing, nothing)
    dials = Dials(centre, nothing, nothing)
    known = VoiceEffects(centre, nothing, nothing, nothing, nothing, dials).handlers
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
