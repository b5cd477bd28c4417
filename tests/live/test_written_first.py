"""A text or mail that begins with us: it is never in anybody's hands, and waits for its party."""

from __future__ import annotations

from typing import Any

from router.core.model import Reply
from tests.kit.store import World

HOURS_72 = 72 * 3_600_000


async def write(world: World, agent: str, then: str = "wait", **fields: Any) -> Reply:
    world.made += 1
    body = {
        "id": f"c{world.made}", "channel": "sms", "dir": "out", "severity": 3, "score": 9e13,
        "arrived_at": world.now, "queue": "general", "ladder": "@", "state": "parked",
        "answered_at": world.now, **fields,
    }  # fmt: skip
    return await world.engine.step("write", agent=agent, contact=body, next=then)


async def counted(world: World) -> dict[str, int]:
    return {what: n for what, n in (await world.engine.snapshot()).today.items() if what != "day"}


async def test_it_waits_for_its_party_and_is_counted_nowhere(world: World) -> None:
    await world.agent("a")
    reply = await write(world, "a")
    assert reply.contact is not None
    text = reply.contact.id
    assert (reply.contact.state, reply.contact.parked_for, reply.contact.lane) == (
        "parked", "party", None,
    )  # fmt: skip
    assert (reply.contact.until or 0) - world.now == HOURS_72
    assert (await world.engine.snapshot()).agents[0].used == 0
    assert await write(world, "a", id=text), "a second time it is the same"
    await world.advance(HOURS_72)  # also after the writer has gone
    assert await world.state(text) == "ended"
    assert await counted(world) == {}


async def test_what_waits_for_nobody_is_over_at_once(world: World) -> None:
    await world.agent("a")
    reply = await write(world, "a", then="close")
    assert reply.contact is not None
    assert (reply.contact.state, reply.contact.outcome) == ("ended", "handled")
    assert await counted(world) == {}
    again = await write(world, "a", then="close", id=reply.contact.id)
    assert (again.ok, again.duplicate) == (True, True)


async def test_who_is_in_a_call_or_paused_writes_first_and_keeps_all_they_have(
    world: World,
) -> None:
    await world.agent("a")
    call = await world.arrive("voice", 1)
    await world.answer(call)
    paused = await world.agent("b", ready=False)

    async def all_they_have() -> dict[str, Any]:
        agents = (await world.engine.snapshot()).agents
        return {a.id: (a.state, a.used, a.contacts) for a in agents}

    before = await all_they_have()
    for agent in ("a", paused):
        assert (await write(world, agent)).ok
    assert await all_they_have() == before
    assert await world.state(call) == "active"


async def test_their_answer_is_a_turn_and_is_held_for_the_writer(world: World) -> None:
    await world.agent("b")
    await world.agent("a")
    reply = await write(world, "a")
    assert reply.contact is not None
    text = reply.contact.id
    await world.advance(5_000)
    await world.engine.step("message_in", contact=text, answer_by=1, score=2.2e13, promote_at=9e13)
    live = await world.contact(text)
    assert live is not None
    assert (live.named, live.arrived_at, live.order_at) == ("a", world.now - 5_000, world.now)
    assert await world.offered_to(text) == "a"
