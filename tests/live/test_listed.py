"""A contact of a restricted incident: for the people on its list alone, but an S1 that they cannot
take."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.model import Chosen
from tests.kit.store import World
from tests.live.test_memory import forget

BREAK = Chosen(reason="break")
ONLY = {"lea": True, "leo": True}


async def decline(world: World, agent: str, contact: str) -> None:
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent=agent, contact=contact, fence=live.offer.fence)


async def rung(world: World, contact: str) -> list[str]:
    live = await world.contact(contact)
    assert live is not None
    return sorted(live.offer.agents) if live.offer else []


async def test_it_is_for_those_on_the_list_whatever_their_skills(world: World) -> None:
    await world.agent("noah", vet=5)
    await world.agent("lea")
    contact = await world.arrive(severity=3, needs={"vet": 3}, only=ONLY)
    assert await world.offered_to(contact) == "lea"


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("channel", ["voice", "sms", "email"])
async def test_it_waits_for_them_though_others_are_free(
    world: World, channel: str, forgets: bool
) -> None:
    await world.agent("noah")
    contact = await world.arrive(channel, severity=2, only=ONLY)
    assert await world.state(contact) == "queued"
    if forgets:
        await forget(world)
    other = await world.arrive(channel, severity=3)
    assert await world.offered_to(other) == "noah"
    await world.agent("leo")
    assert await world.offered_to(contact) == "leo"


async def test_whoever_missed_it_is_asked_again_though_others_are_on_duty(world: World) -> None:
    await world.agent("noah")
    await world.agent("lea")
    contact = await world.arrive("sms", severity=3, only=ONLY)
    await decline(world, "lea", contact)
    assert await world.state(contact) == "queued"
    await world.stay(30_000, "noah", "lea")
    assert await world.offered_to(contact) == "lea"


async def test_an_s1_that_nobody_on_the_list_can_take_is_for_everybody(world: World) -> None:
    await world.agent("lea")
    call = await world.arrive(severity=1)
    await world.answer(call)
    await world.agent("noah")
    contact = await world.arrive(severity=1, only=ONLY)
    assert await rung(world, contact) == ["noah"]


async def test_while_an_s1_rings_at_the_list_nobody_else_is_rung(world: World) -> None:
    """Though the round has room for more."""
    for name in ("noah", "nora", "lea"):
        await world.agent(name)
    contact = await world.arrive(severity=1, only=ONLY)
    assert await rung(world, contact) == ["lea"]
    await world.agent("nils")
    await world.agent("leo")
    assert await rung(world, contact) == ["lea"]


async def test_an_s1_goes_on_to_others_when_the_list_missed_it(world: World) -> None:
    await world.agent("lea")
    await world.agent("noah", ready=False)
    contact = await world.arrive(severity=1, only=ONLY)
    await decline(world, "lea", contact)
    await world.engine.step("agent_choice", agent="noah", choice=Chosen(ready=True))
    assert await rung(world, contact) == ["noah"]


async def test_nobody_is_given_one_by_name_who_is_not_on_the_list(world: World) -> None:
    await world.agent("noah")
    for severity in (1, 3):
        contact = await world.arrive(severity=severity, only=ONLY)
        who: dict[str, Any] = {"agent": "noah", "contact": contact}
        if severity == 1:
            await decline(world, "noah", contact)
        told = await world.engine.step("assign", **who, by="sup", by_name="sup")
        assert (told.code, "not on its list" in told.text) == ("not_ready", True)
        told = await world.engine.step("pull", **who)
        assert (told.code, "not on its list" in told.text) == ("not_ready", True)
        await world.engine.step("caller_gone", contact=contact, cause="hung_up")


@pytest.mark.parametrize(("severity", "rings"), [(3, []), (1, ["noah"])])
async def test_restricted_while_it_rings(world: World, severity: int, rings: list[str]) -> None:
    await world.agent("noah")
    contact = await world.arrive(severity=severity)
    assert await rung(world, contact) == ["noah"]
    await world.engine.step("describe", contact=contact, only=ONLY)
    assert await rung(world, contact) == rings
    await world.agent("lea")
    assert await rung(world, contact) == (rings or ["lea"])


async def test_lifted_it_is_everybodys(world: World) -> None:
    await world.agent("noah")
    contact = await world.arrive(severity=3, only=ONLY)
    assert await world.state(contact) == "queued"
    await world.engine.step("describe", contact=contact, only={})
    assert await world.offered_to(contact) == "noah"
    live = await world.contact(contact)
    assert live is not None
    assert live.only is None


async def test_it_is_held_for_nobody_who_is_not_on_the_list(world: World) -> None:
    await world.agent("noah")
    call = await world.arrive(severity=3)
    await world.answer(call)
    await world.agent("lea")
    contact = await world.arrive(severity=3, named="noah", only=ONLY)
    assert await world.offered_to(contact) == "lea"


async def test_of_the_list_whoever_has_least_in_hand_comes_first(world: World) -> None:
    await world.agent("lea")
    text = await world.arrive("sms", severity=3, only={"lea": True})
    await world.answer(text)
    await world.agent("leo")
    contact = await world.arrive("sms", severity=3, only=ONLY)
    assert await world.offered_to(contact) == "leo"


async def test_lowered_while_it_rings_at_others(world: World) -> None:
    await world.agent("noah")
    contact = await world.arrive(severity=1, only=ONLY)
    assert await rung(world, contact) == ["noah"]
    lower = {"severity": 3, "rule": "looked at it", "by": "sup", "ladders": {}, "target_ms": 1}
    await world.engine.step("severity", contact=contact, **lower, ageing_ms=1)
    assert await rung(world, contact) == []


async def test_whoever_listens_and_is_not_on_the_list_hears_nothing_more(world: World) -> None:
    await world.agent("noah")
    call = await world.arrive(severity=3)
    await world.answer(call)
    for name in ("dana", "lea"):
        await world.agent(name, ready=False)
        told = await world.engine.step("sit_beside", agent=name, contact=call, mode="listen")
        assert told.ok, told.text
    await world.engine.step("describe", contact=call, only=ONLY)
    live = await world.contact(call)
    assert live is not None
    assert [one.agent for one in live.beside or ()] == ["lea"]
    left = [it for it in await world.happened() if it.name == "contact.left_beside"]
    assert [(it.by, it.why) for it in left] == [("dana", "restricted")]
    for do, more in (("sit_beside", {"mode": "listen"}), ("take_call", {})):
        told = await world.engine.step(do, agent="dana", contact=call, **more)
        assert told.why == "not_on_its_list"
