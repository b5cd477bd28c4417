"""The sweeper: whatever waits for the clock has a deadline; a lost one is found and armed."""

from __future__ import annotations

import pytest

from router.core.model import Chosen
from tests.kit.store import World

S1 = "safety=3@6000|@5000|@10000*|@*!"


async def forget(world: World, kind: str, id: str) -> None:
    """A step that broke off left this deadline out."""
    gone = await world.engine._redis.zrem(f"{world.engine.prefix}:deadlines", f"{kind}|{id}")
    assert gone == 1, f"{kind} was not armed"


async def found(world: World) -> list[tuple[str, str]]:
    swept = (await world.engine.beat("sweep", count=1000)).found or []
    return [(str(one["what"]), str(one.get("contact") or one.get("agent"))) for one in swept]


async def test_nothing_to_find_in_a_sound_index(world: World) -> None:
    await world.agent("a", safety=3)
    await world.arrive(severity=1, ladder=S1)
    await world.arrive()
    await world.arrive("sms")
    await world.answer("c1")
    assert await found(world) == []


@pytest.mark.parametrize("kind", ["step", "caller"])
async def test_a_waiting_caller_always_has_his_clocks(world: World, kind: str) -> None:
    await world.agent("a")  # somebody is on duty: no overflow at once
    contact = await world.arrive(severity=1, ladder=S1)
    await forget(world, kind, contact)
    assert await found(world) == [("no_deadline", contact)]
    assert await found(world) == []
    await world.stay(6_000, "a")
    assert await world.offered_to(contact) == "a"


async def test_a_promise_a_hold_and_a_cool_down_end(world: World) -> None:
    await world.agent("owner")
    await world.answer(await world.arrive())
    held = await world.arrive(named="owner")
    await forget(world, "sticky", held)
    await forget(world, "promote", held)
    assert await found(world) == [("no_deadline", held)] * 2
    await world.agent("other")
    await world.stay(1, "owner", "other")
    assert await world.offered_to(held) == "other"
    live = await world.contact(held)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="other", contact=held, fence=live.offer.fence)
    await forget(world, "cool", held)
    assert await found(world) == [("no_deadline", held)]
    await world.engine.step("agent_choice", agent="owner", choice=Chosen(reason="break"))
    await world.stay(30_000, "owner", "other")
    assert await world.offered_to(held) == "other"


async def test_an_agent_is_neither_lost_nor_tested_for_ever(world: World) -> None:
    await world.agent("a")
    await world.arrive()
    await world.stay(15_000, "a")  # missed
    await forget(world, "selftest", "a")
    assert await found(world) == [("no_deadline", "a")]
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await forget(world, "offline", "a")
    assert await found(world) == [("no_deadline", "a")]
    await world.advance(120_000)
    agents = (await world.engine.snapshot()).agents
    assert [a.presence for a in agents] == ["offline"]


async def test_a_call_whose_agent_is_away_goes_back(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await forget(world, "comeback", contact)
    assert await found(world) == [("no_deadline", contact)]
    await world.stay(30_000, "a")
    assert await world.state(contact) == "queued"


async def test_a_shift_begins_though_its_deadline_was_lost(world: World) -> None:
    who = {"id": "a", "name": "a", "skills": {}}
    who |= {"shift_from": world.now + 5_000, "shift_to": world.now + 60_000}
    await world.engine.step("agent_online", agent=who, conn="conn-a")
    await world.engine.step("agent_media", agent="a", media="up", proc="p1")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(ready=True))
    contact = await world.arrive(severity=3)
    await forget(world, "shift", "a")
    assert await found(world) == [("no_deadline", "a")]
    assert await found(world) == []
    await world.stay(5_000, "a")
    assert await world.offered_to(contact) == "a"
