"""A skill that is asked for: looked for alone, and ranks when its time is over or nobody on duty
has it."""

from __future__ import annotations

import pytest

from router.core.model import Chosen
from tests.kit.store import World
from tests.live.test_memory import forget

SPANISH = "es?1@30000|es=0@"
BREAK = Chosen(reason="break")


async def busy(world: World, agent: str) -> str:
    """A call in their hands."""
    call = await world.arrive(named=agent, severity=1)
    assert await world.offered_to(call) == agent
    await world.answer(call)
    return call


@pytest.mark.parametrize("forgets", [False, True])
async def test_who_is_busy_is_waited_for_until_its_time(world: World, forgets: bool) -> None:
    await world.agent("spanish", es=3)
    await busy(world, "spanish")
    await world.agent("plain")
    contact = await world.arrive(severity=2, ladder=SPANISH, asks="es")
    if forgets:
        await forget(world)
    await world.stay(29_000, "spanish", "plain")
    assert await world.state(contact) == "queued"
    await world.stay(1_000, "spanish", "plain")
    assert await world.offered_to(contact) == "plain"


@pytest.mark.parametrize("forgets", [False, True])
async def test_when_the_last_goes_off_duty_nobody_waits_for_them(
    world: World, forgets: bool
) -> None:
    await world.agent("spanish", es=3)
    await busy(world, "spanish")
    await world.agent("plain")
    contact = await world.arrive(severity=2, ladder=SPANISH, asks="es")
    if forgets:
        await forget(world)
    await world.engine.step("agent_choice", agent="spanish", choice=BREAK)
    assert await world.offered_to(contact) == "plain"
    widened = [it for it in await world.happened() if it.name == "contact.widened"]
    assert [(it.contact, it.cause, it.needs) for it in widened] == [
        (contact, "nobody_has_it", None)
    ]
    live = await world.contact(contact)
    assert live is not None
    assert (live.ladder, live.needs) == ("es=0@30000|es=0@", {})


async def test_when_it_was_refused_it_is_not_waited_for_either(world: World) -> None:
    """It stands beside the lanes by then."""
    await world.agent("spanish", es=3)
    await world.agent("other", es=1)
    contact = await world.arrive(severity=2, ladder=SPANISH, asks="es")
    first = await world.offered_to(contact)
    live = await world.contact(contact)
    assert first is not None
    assert live is not None
    assert live.offer is not None
    second = {"spanish": "other", "other": "spanish"}[first]
    await world.engine.step("agent_choice", agent=second, choice=BREAK)
    await world.agent("plain", ready=False)
    await world.engine.step("decline", agent=first, contact=contact, fence=live.offer.fence)
    assert await world.state(contact) == "queued"
    await world.engine.step("agent_choice", agent=first, choice=BREAK)
    await world.engine.step("agent_choice", agent="plain", choice=Chosen(ready=True))
    assert await world.offered_to(contact) == "plain"


async def test_from_then_on_whoever_has_it_comes_first(world: World) -> None:
    """Although the others have been idle for longer, and have nothing else."""
    await world.agent("plain")
    await world.stay(5_000, "plain")
    await world.agent("spanish", es=2, vet=5, home=5)
    contact = await world.arrive(severity=2, ladder="es=0@", asks="es")
    assert await world.offered_to(contact) == "spanish"


async def test_the_trade_is_given_up_before_the_language(world: World) -> None:
    await world.agent("both", es=2, vet=2)
    await busy(world, "both")
    await world.agent("spanish", es=2)
    await world.agent("vet", vet=2)
    contact = await world.arrive(severity=2, ladder="es?1,vet?1@30000|es=0,vet=0@", asks="es,vet")
    assert await world.state(contact) == "queued"
    await world.engine.step("agent_choice", agent="both", choice=BREAK)
    assert await world.offered_to(contact) == "spanish"


async def test_whose_tier_they_may_not_take_they_are_not_there_for(world: World) -> None:
    """A trainee who speaks it is no reason for an S1 to wait."""
    await world.agent("trainee", ready=False, es=5)
    agent = {"id": "trainee", "name": "trainee", "skills": {"es": 5}, "floor": 2}
    await world.engine.step("agent_online", agent=agent, conn="trainee")
    await world.engine.step("agent_choice", agent="trainee", choice=Chosen(ready=True))
    await world.agent("plain")
    contact = await world.arrive(severity=1, ladder="es?1@5000|es=0@", asks="es")
    assert await world.offered_to(contact) == "plain"
