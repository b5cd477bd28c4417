"""The library's memory: what it is made of again, and what outlives it."""

from __future__ import annotations

from typing import Any

import pytest

from router.live.engine import StepFailed
from tests.kit.store import World


async def forget(world: World) -> None:
    """As after a failover: the name of the last step is not the one that this memory wrote."""
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")


async def memory(world: World) -> bytes:
    """Which memory wrote last."""
    found: Any = await world.engine._redis.hget(f"{world.engine.prefix}:records", "v")
    return bytes(found).rpartition(b":")[0]


async def test_an_operation_asked_again_has_its_first_reply_after_a_loss_of_memory(
    world: World,
) -> None:
    contact = await world.arrive(severity=3)
    request = {"op": "one", "contact": contact, "cause": "hung_up"}
    first = await world.engine.call("caller_gone", dict(request))
    assert await world.engine.call("caller_gone", dict(request)) == first
    await forget(world)
    assert await world.engine.call("caller_gone", dict(request)) == first
    assert [name for name, _ in await world.events()].count("contact.ended") == 1


async def test_a_reply_with_a_contact_is_found_whole(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=3)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    request = {"op": "two", "contact": contact, "agent": "a", "fence": live.offer.fence}
    first = world.engine._replies.decode(await world.engine.call("accept", dict(request)))
    again = world.engine._replies.decode(await world.engine.call("accept", dict(request)))
    assert first.contact is not None
    assert again == first


async def test_loading_the_same_library_again_keeps_its_memory(world: World) -> None:
    await world.agent("a")
    before = await memory(world)
    await world.engine.load()
    await world.agent("b")
    assert await memory(world) == before
    await forget(world)
    await world.agent("c")
    assert await memory(world) != before


async def test_fences_go_on_rising_after_a_loss_of_memory(world: World) -> None:
    await world.agent("a")
    first = await world.contact(await world.arrive(severity=3))
    await forget(world)
    await world.agent("b")
    second = await world.contact(await world.arrive(severity=3))
    assert first is not None
    assert first.offer is not None
    assert second is not None
    assert second.offer is not None
    number = [int(one.offer.fence.split(".")[1]) for one in (first, second) if one.offer]
    assert number[0] < number[1]


async def test_who_looks_in_the_next_tick_outlives_the_memory(world: World) -> None:
    """The first of two late ones is first, though who it was is known to nobody any more."""
    await world.agent("a")
    late = [await world.promise(severity=4, at=world.now + 10 + n) for n in range(2)]
    world.engine.now = world.now + 100
    await world.engine.beat("tick", limit=1)
    assert await world.offered_to(late[0]) is None
    await forget(world)
    await world.engine.beat("tick", limit=2)
    assert await world.offered_to(late[0]) == "a"


async def test_a_step_that_broke_off_leaves_nobody_waiting(world: World) -> None:
    """It tore the memory while somebody was to look in the next tick, and nothing else is due."""
    await world.agent("a")
    late = await world.promise(severity=4, at=world.now + 10)
    await world.promise(severity=4, at=world.now + 20)
    world.engine.now = world.now + 100
    await world.engine.beat("tick", limit=1)
    with pytest.raises(StepFailed):
        await world.engine.step("enqueue", contact={"id": "x"})
    await world.advance(1)
    assert await world.offered_to(late) == "a"
