"""An agent's record says how many more of each channel can be offered to them: what pages show."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from router.core.model import Chosen, LiveAgent
from router.live.engine import decode_step
from tests.kit.store import World

FREE = {"voice": 1, "sms": 4, "email": 5}


async def agent(world: World, name: str = "a") -> LiveAgent:
    agents = {agent.id: agent for agent in (await world.engine.snapshot()).agents}
    return agents[name]


async def in_hand(world: World, *channels: str) -> list[str]:
    found = []
    for channel in channels:
        found.append(await world.arrive(channel, 3))
        await world.answer(found[-1])
    return found


async def test_who_is_free_has_room_for_one_call_four_texts_or_five_mails(world: World) -> None:
    await world.agent("a")
    assert (await agent(world)).room == FREE
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    assert (await agent(world)).room == {"sms": 4, "email": 5}  # no sound: no call


@pytest.mark.parametrize(
    ("has", "room"),
    [
        (["sms"], {"sms": 3, "email": 5}),
        (["sms", "sms", "sms"], {"sms": 1, "email": 1}),
        (["sms"] * 4, {}),
        (["email"], {"sms": 3, "email": 4}),
        (["email"] * 5, {"sms": 1}),
        (["sms", "email", "email", "email", "email"], {"email": 1}),
        (["voice"], {}),
    ],
    ids="+".join,
)
async def test_what_fits_beside_what_is_in_hand(
    world: World, has: list[str], room: dict[str, int]
) -> None:
    await world.agent("a")
    await in_hand(world, *has)
    assert (await agent(world)).room == room


async def test_a_call_and_its_wrapup_take_all_of_it(world: World) -> None:
    await world.agent("a")
    (call,) = await in_hand(world, "voice")
    await world.engine.step("caller_gone", contact=call, cause="hung_up")
    assert (await agent(world)).room == {}
    await world.engine.step("wrapped", agent="a", contact=call, disposition="resolved")
    assert (await agent(world)).room == FREE


async def test_nobody_is_offered_a_second_thing_while_one_rings(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    assert (await agent(world)).room == {}
    await world.accept(text)
    assert (await agent(world)).room == {"sms": 3, "email": 5}


async def test_who_is_paused_tested_or_lost_has_no_room_nor_a_supervisor_who_stands_by(
    world: World,
) -> None:
    await world.agent("a")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    assert (await agent(world)).room == {}
    await world.engine.step("agent_choice", agent="a", choice=Chosen(ready=True))
    assert (await agent(world)).room == FREE
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    assert (await agent(world)).room == {}
    who = {"id": "s", "name": "s", "skills": {}, "supervisor": True}
    await world.engine.step("agent_online", agent=who, conn="conn-s")
    await world.engine.step("agent_media", agent="s", media="up", proc="p1")
    assert (await agent(world, "s")).room == {}


@pytest.fixture
async def strict(store_url: str) -> AsyncIterator[World]:
    """A centre where agents have two texts and one mail at most."""
    found = await World(store_url).open(max_sms=2, max_email=1)
    yield found
    await found.engine.close()


async def test_the_centre_s_own_limits_count(strict: World) -> None:
    await strict.agent("a")
    assert (await agent(strict)).room == {"voice": 1, "sms": 2, "email": 1}
    await in_hand(strict, "sms", "sms")
    assert (await agent(strict)).room == {"email": 1}
    assert await strict.offered_to(await strict.arrive("sms", 3)) is None
    assert await strict.offered_to(await strict.arrive("email", 3)) == "a"


async def test_a_limit_that_changes_while_people_work_shows_at_once(world: World) -> None:
    await world.agent("a")
    await in_hand(world, "sms", "sms")
    await world.engine.step("configure", cfg={"max_sms": 3})
    assert (await agent(world)).room == {"sms": 1, "email": 3}
    await world.engine.step("configure", cfg={"max_sms": 2})
    assert (await agent(world)).room == {"email": 3}
    waits = await world.arrive("sms", 3)
    assert await world.offered_to(waits) is None
    await world.engine.step("configure", cfg={"max_sms": 4})
    assert await world.offered_to(waits) == "a"


async def test_the_same_of_mails_and_of_who_is_lost_for_a_moment(world: World) -> None:
    await world.agent("a")
    await in_hand(world, "email", "email")
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.engine.step("configure", cfg={"max_email": 2})
    await world.engine.step("agent_back", agent="a", conn="conn-a")
    assert (await agent(world)).room == {"sms": 2}
    waits = await world.arrive("email", 3)
    assert await world.offered_to(waits) is None
    await world.engine.step("configure", cfg={"max_email": 3})
    assert await world.offered_to(waits) == "a"


async def test_an_offer_that_rings_outlives_a_limit_that_falls(world: World) -> None:
    await world.agent("a")
    await in_hand(world, "sms")
    rings = await world.arrive("sms", 3)
    await world.engine.step("configure", cfg={"max_sms": 1})
    assert await world.offered_to(rings) == "a"
    assert (await world.accept(rings)).ok
    assert (await agent(world)).room == {"email": 3}
    await world.engine.step("close_contact", contact=rings)
    assert (await agent(world)).room == {"email": 5}  # one text is all there may be


async def test_other_settings_move_nobody(world: World) -> None:
    """What concerns nobody's room is told to nobody."""
    await world.agent("a")
    await world.events()
    await world.engine.step("configure", cfg={"ring_text": 50_000})
    (last,) = await world.engine.read(world.last, count=10)
    assert decode_step(last[1]).agents == []


async def test_what_the_library_forgets_and_reads_again_is_the_same(world: World) -> None:
    await world.agent("a")
    await in_hand(world, "sms")
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")
    await world.engine.step("agent_media", agent="a", media="up", proc="p2")
    assert (await agent(world)).room == {"sms": 3, "email": 5}
