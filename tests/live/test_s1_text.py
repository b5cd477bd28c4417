"""An S1 text among calmer work, and before an S1 caller (routing.md, "Room and cost")."""

from __future__ import annotations

import pytest

from router.core.model import Chosen
from tests.kit.store import World
from tests.live.test_order import severe


async def in_hand(world: World, channel: str = "sms") -> None:
    await world.agent("a")
    await world.arrive(channel, 1, id="x")
    await world.answer("x")


@pytest.mark.parametrize("severity", [3, 4])
@pytest.mark.parametrize(("has", "comes"), [("sms", "sms"), ("sms", "email"), ("email", "sms")])
async def test_nothing_calm_is_put_beside_it(
    world: World, severity: int, has: str, comes: str
) -> None:
    await in_hand(world, has)
    await world.arrive(comes, severity, id="calm")
    assert await world.offered_to("calm") is None
    await world.arrive(comes, 2, id="urgent")
    assert await world.offered_to("urgent") == "a"


async def test_a_promoted_text_is_calm_still_and_hides_no_s2_behind_it(world: World) -> None:
    await in_hand(world)
    await world.arrive("sms", 3, id="calm", promote_at=world.now + 1_000)
    await world.stay(1_500, "a")
    live = await world.contact("calm")
    assert live is not None
    assert live.promoted_at is not None
    assert await world.offered_to("calm") is None
    await world.arrive("sms", 2, id="urgent")
    behind = await world.contact("urgent")
    assert behind is not None
    assert live.score < behind.score
    assert await world.offered_to("urgent") == "a"


async def test_a_person_may_still_give_it_or_take_it(world: World) -> None:
    await in_hand(world)
    await world.arrive("sms", 4, id="calm")
    reply = await world.engine.step("assign", agent="a", contact="calm", by="dana")
    assert reply.ok
    assert await world.offered_to("calm") == "a"
    await world.arrive("sms", 4, id="other")
    await world.accept("calm")
    assert (await world.engine.step("pull", agent="a", contact="other")).ok


async def test_when_it_has_left_their_hands_they_are_asked_again(world: World) -> None:
    await in_hand(world)
    await world.arrive("sms", 3, id="calm")
    await world.engine.step("close_contact", contact="x")
    assert await world.offered_to("calm") == "a"


async def test_raised_in_hand_it_counts_and_lowered_it_does_not(world: World) -> None:
    await world.agent("a")
    await world.arrive("sms", 3, id="x")
    await world.answer("x")
    await severe(world, "x", 1)
    await world.arrive("sms", 3, id="calm")
    assert await world.offered_to("calm") is None
    await severe(world, "x", 2)
    assert await world.offered_to("calm") == "a"


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_an_s1_caller_takes_its_ring_away(world: World, channel: str) -> None:
    await world.agent("a")
    await world.arrive(channel, 1, id="text")
    assert await world.offered_to("text") == "a"
    await world.arrive(severity=1, id="call")
    assert await world.offered_to("call") == "a"
    live = await world.contact("text")
    assert live is not None
    assert (live.state, live.offer) == ("queued", None)
    agents = {one.id: one for one in (await world.engine.snapshot()).agents}
    assert agents["a"].missed_at is None


async def test_nobody_on_the_line_takes_no_ring_away_and_hides_no_caller(world: World) -> None:
    await world.agent("a")
    await world.arrive("sms", 1, id="text")
    promised = await world.promise(1)
    assert await world.offered_to(promised) is None
    assert await world.offered_to("text") == "a"
    await world.advance(1)
    await world.arrive(severity=1, id="call")
    assert await world.offered_to("call") == "a"


async def test_a_caller_takes_no_ring_of_another_caller_away(world: World) -> None:
    await world.agent("a")
    await world.arrive(severity=1, id="first")
    await world.advance(1)
    await world.arrive(severity=1, id="second")
    assert await world.offered_to("first") == "a"
    assert await world.offered_to("second") is None


@pytest.mark.parametrize("severity", [2, 3, 4])
@pytest.mark.parametrize(
    ("rings", "comes"), [("sms", "sms"), ("sms", "email"), ("email", "sms"), ("email", "email")]
)
async def test_an_s1_text_takes_the_ring_of_a_calmer_text(
    world: World, severity: int, rings: str, comes: str
) -> None:
    await world.agent("a")
    await world.arrive(rings, severity, id="calm")
    assert await world.offered_to("calm") == "a"
    await world.arrive(comes, 1, id="danger")
    assert await world.offered_to("danger") == "a"
    live = await world.contact("calm")
    assert live is not None
    assert (live.state, live.offer) == ("queued", None)
    agents = {one.id: one for one in (await world.engine.snapshot()).agents}
    assert agents["a"].missed_at is None


async def test_a_text_takes_no_ring_of_a_call(world: World) -> None:
    await world.agent("a")
    await world.arrive(severity=4, id="call")
    await world.arrive("sms", 1, id="danger")
    assert (await world.offered_to("call"), await world.offered_to("danger")) == ("a", None)


async def test_a_text_takes_no_ring_of_an_equal(world: World) -> None:
    await world.agent("a")
    await world.arrive("sms", 1, id="danger")
    await world.arrive("sms", 1, id="second")
    assert (await world.offered_to("danger"), await world.offered_to("second")) == ("a", None)
    await world.arrive("sms", 2, id="urgent")
    assert await world.offered_to("danger") == "a"


async def test_an_s2_text_takes_no_ring_away(world: World) -> None:
    await world.agent("a")
    await world.arrive("sms", 4, id="calm")
    await world.arrive("sms", 2, id="urgent")
    assert (await world.offered_to("calm"), await world.offered_to("urgent")) == ("a", None)


async def test_its_ring_is_taken_where_there_is_room_only(world: World) -> None:
    await world.agent("a")
    for n in range(4):
        await world.arrive("sms", 2, id=f"t{n}")
        await world.answer(f"t{n}")
    await world.arrive("email", 3, id="mail")
    assert await world.offered_to("mail") is None  # four texts fill them
    await world.engine.step("close_contact", contact="t0")
    assert await world.offered_to("mail") == "a"
    await world.arrive("sms", 1, id="danger")
    assert await world.offered_to("danger") == "a"


async def test_an_agent_whose_text_rings_counts_as_somebody_for_an_s1_text(world: World) -> None:
    """Nobody paused is rung for it while they are there."""
    await world.agent("a")
    await world.agent("paused")
    await world.arrive("sms", 3, id="calm")
    taken = await world.offered_to("calm")
    await world.engine.step(
        "agent_choice", agent="paused", choice=Chosen(ready=False, reason="break")
    )
    await world.arrive("sms", 1, id="danger")
    assert taken == "a"
    assert await world.offered_to("danger") == "a"
    live = await world.contact("danger")
    assert live is not None
    assert live.step == 0
