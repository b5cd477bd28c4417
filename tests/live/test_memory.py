"""The library's memory: what it is made of again, and what outlives it."""

from __future__ import annotations

from typing import Any

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
