"""New settings while people wait: who climbs a queue's old ladder goes on at the new one."""

from __future__ import annotations

from tests.kit.store import World

OLD, NEW = "vet=5@", "vet=1@"


async def reladder(world: World, contact: str, was: str = OLD, now: str = NEW) -> None:
    ladders = {"general": {"3": {was: now}}}
    assert (await world.engine.step("reladder", contacts=[contact], ladders=ladders)).ok


async def test_who_waits_is_offered_by_the_new_ladder_at_once(world: World) -> None:
    await world.agent("a", vet=2)
    contact = await world.arrive(needs={"vet": 5})
    assert await world.offered_to(contact) is None
    await reladder(world, contact)
    assert await world.offered_to(contact) == "a"
    live = await world.contact(contact)
    assert live is not None
    assert live.needs == {"vet": 1}


async def test_the_ladder_time_is_kept(world: World) -> None:
    await world.agent("a", vet=1)
    contact = await world.arrive(ladder="vet=5@10000|vet=4@")
    await world.stay(15_000, "a")
    await reladder(world, contact, "vet=5@10000|vet=4@", "vet=5@20000|vet=1@")
    await world.stay(4_000, "a")
    assert await world.offered_to(contact) is None
    await world.stay(2_000, "a")
    assert await world.offered_to(contact) == "a"


async def test_a_ladder_of_its_own_stays(world: World) -> None:
    await world.agent("a", vet=2)
    contact = await world.arrive(ladder="vet=4@")  # a transfer to skills
    await reladder(world, contact)
    live = await world.contact(contact)
    assert live is not None
    assert (live.ladder, live.offer) == ("vet=4@", None)


async def test_a_live_offer_is_left_alone(world: World) -> None:
    await world.agent("a", vet=5)
    await world.agent("b", vet=1)
    contact = await world.arrive(needs={"vet": 5})
    before = await world.contact(contact)
    await reladder(world, contact)
    after = await world.contact(contact)
    assert before is not None
    assert after is not None
    assert after.offer == before.offer


async def test_the_same_once_more_changes_nothing(world: World) -> None:
    contact = await world.arrive(needs={"vet": 5})
    await reladder(world, contact)
    await world.events()
    await reladder(world, contact)
    assert await world.events() == []
