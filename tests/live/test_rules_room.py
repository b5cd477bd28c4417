"""Room and cost, on the engine: what an agent can take beside what they have, what gives way, what
comes back, the reserve, and who is best (docs/routing.md, "Room and cost" to "Best")."""

from __future__ import annotations

import pytest

from router.core.model import Chosen
from tests.kit.store import World

from .test_rules_place import agent_of, live_of

Work = tuple[str, int]
"""Channel and severity."""


async def cost(world: World, contact: str) -> int | None:
    """At which it rings for a; None if it does not."""
    live = await live_of(world, contact)
    return None if live.reason is None else int(live.reason["chosen"]["a"]["cost"])


CALL1, CALL2, CALL3 = ("voice", 1), ("voice", 2), ("voice", 3)
SMS1, SMS2, SMS3 = ("sms", 1), ("sms", 2), ("sms", 3)
MAIL2, MAIL3 = ("email", 2), ("email", 3)


@pytest.mark.parametrize(
    ("hand", "newcomer", "expected"),
    [
        ([], SMS3, 0),
        ([], MAIL3, 0),
        ([], CALL3, 0),
        ([SMS3], SMS3, 1),
        ([SMS3], MAIL3, 1),
        ([SMS3] * 3, SMS1, 1),
        ([SMS3] * 4, SMS1, None),
        ([MAIL3], CALL2, 2),
        ([MAIL3] * 3, CALL1, 2),
        ([SMS3], CALL2, 3),
        ([MAIL3, SMS3], CALL2, 3),
        ([SMS3], CALL3, None),
        ([SMS2], CALL2, None),
        ([SMS3, MAIL2], CALL2, None),
        ([SMS1], CALL1, 3),
        ([SMS1], CALL2, None),
        ([CALL3], CALL1, None),
        ([CALL3], SMS1, None),
    ],
)
@pytest.mark.parametrize("named", [None, "a"])
async def test_what_fits_beside_work_and_at_which_cost(
    world: World, hand: list[Work], newcomer: Work, expected: int | None, named: str | None
) -> None:
    """Found in the pools, or looked at as the one who spoke with them: the same rule."""
    await world.agent("a")
    for channel, severity in hand:
        await world.answer(await world.arrive(channel, severity))
    assert await cost(world, await world.arrive(*newcomer, named=named)) == expected


@pytest.mark.parametrize(("newcomer", "expected"), [(CALL1, 4), (CALL2, None), (SMS1, None)])
@pytest.mark.parametrize("named", [None, "a"])
async def test_in_a_wrap_up_only_an_s1_call(
    world: World, newcomer: Work, expected: int | None, named: str | None
) -> None:
    await world.agent("a")
    call = await world.arrive()
    await world.answer(call)
    await world.engine.step("hang_up", agent="a", contact=call)
    assert await cost(world, await world.arrive(*newcomer, named=named)) == expected


async def test_a_text_interrupts_nothing(world: World) -> None:
    await world.agent("a")
    mail = await world.arrive("email", 3)
    await world.answer(mail)
    urgent = await world.arrive("sms", 1)
    await world.answer(urgent)
    assert await world.state(mail) == "active"


# What gives way ---------------------------------------------------------------------------------


async def test_a_call_takes_the_ring_of_a_higher_tier_number(world: World) -> None:
    await world.agent("a")
    mail = await world.arrive("email", 3)
    before = await live_of(world, mail)
    peer = await world.arrive(severity=3)
    assert await world.offered_to(mail) == "a"
    call = await world.arrive(severity=2)
    assert await world.offered_to(call) == "a"
    after = await live_of(world, mail)
    assert (after.state, after.score, after.passed_over, after.cooling) == (
        "queued", before.score, None, None,
    )  # fmt: skip
    assert (await agent_of(world)).missed_at is None
    assert await world.state(peer) == "queued"
    await world.accept(call)
    worse = await world.arrive(severity=1)
    assert await world.state(worse) == "queued", "what connects does not give way"


async def test_interrupted_texts_rest_with_their_agent_and_resume_before_anything_new(
    world: World,
) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    call = await world.arrive(severity=2)
    assert await world.state(text) == "active", "while the newcomer rings"
    await world.answer(call)
    parked = await live_of(world, text)
    assert (parked.state, parked.agent, int(parked.units), parked.ladder_from) == (
        "parked", "a", 0, None,
    )  # fmt: skip
    assert (await agent_of(world)).used == 100
    await world.engine.step("hang_up", agent="a", contact=call)
    mail = await world.arrive("email", 2)
    assert (await world.state(text), await world.state(mail)) == ("parked", "queued")
    await world.events()
    await world.engine.step("wrapped", agent="a", contact=call, disposition="x")
    names = [
        one for one in await world.events() if one[0] in ("contact.unparked", "contact.offered")
    ]
    assert names == [("contact.unparked", text), ("contact.offered", mail)]
    assert (await live_of(world, text)).units == 25


@pytest.mark.parametrize("how", ["20 min", "pauses", "lost for 30 s", "signs out"])
async def test_what_rests_goes_back_to_its_place(world: World, how: str) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    score = (await live_of(world, text)).score
    await world.answer(text)
    await world.answer(await world.arrive(severity=2))
    if how == "20 min":
        await world.stay(1_199_999, "a")
        assert await world.state(text) == "parked"
        await world.stay(1, "a")
    elif how == "pauses":
        await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    elif how == "lost for 30 s":
        await world.engine.step("agent_lost", agent="a", conn="conn-a")
        await world.advance(29_999)
        assert await world.state(text) == "parked"
        await world.advance(1)
    else:
        await world.engine.step("agent_off", agent="a", force=True)
    live = await live_of(world, text)
    assert (live.state, live.named) == ("queued", "a")
    assert live.score == score


async def test_a_wrap_up_into_which_a_call_came_goes_on_after_that_ones_own(world: World) -> None:
    await world.agent("a")
    first = await world.arrive(severity=3)
    await world.answer(first)
    await world.engine.step("hang_up", agent="a", contact=first)
    await world.stay(10_000, "a")
    second = await world.arrive(severity=1)
    await world.answer(second)
    frozen = await live_of(world, first)
    assert (frozen.until, frozen.frozen_ms) == (None, 30_000), "30 s at least"
    refused = await world.engine.step("extend", agent="a", contact=first)
    assert refused.code == "too_late"
    await world.stay(60_000, "a")
    await world.engine.step("hang_up", agent="a", contact=second)
    third = await world.arrive(severity=1, named="a")
    assert await world.state(third) == "queued", "no other wrap-up frozen"
    await world.engine.step("wrapped", agent="a", contact=second, disposition="x")
    assert (await live_of(world, first)).until == world.now + 30_000
    assert await world.offered_to(third) == "a"


# Reserve ----------------------------------------------------------------------------------------


async def test_the_reserve_keeps_agents_for_s1_calls(world: World) -> None:
    await world.agent("a")
    await world.agent("b")
    trainee = {"id": "t", "name": "t", "skills": {}, "floor": 2}
    await world.engine.step("agent_online", agent=trainee, conn="conn-t")
    await world.engine.step("agent_media", agent="t", media="up", proc="p1")
    await world.engine.step("agent_choice", agent="t", choice=Chosen(ready=True))
    await world.engine.step("configure", cfg={"reserve": 2})
    contact = await world.arrive(severity=2)
    assert await world.state(contact) == "queued", "a trainee is none of the two"
    text = await world.arrive("sms", 2)
    assert await world.offered_to(text) == "a", "texts are not kept back"
    emergency = await world.arrive(severity=1)
    assert await world.offered_to(emergency) == "b", "nor is an S1"
    await world.engine.step("caller_gone", contact=emergency, cause="hung_up")
    assert await world.state(contact) == "queued"
    await world.engine.step("configure", cfg={"reserve": 0})
    assert await world.offered_to(contact) == "b"


# Best -------------------------------------------------------------------------------------------


async def test_who_has_nothing_in_hand_comes_before_who_fits_better(world: World) -> None:
    await world.agent("a", vet=3)
    await world.answer(await world.arrive("email", 3))
    await world.agent("b", vet=5, home=5)
    assert await world.offered_to(await world.arrive(severity=2, needs={"vet": 3})) == "b"


async def test_whose_ring_need_not_give_way_comes_before_who_fits_better(world: World) -> None:
    await world.agent("a", vet=3)
    await world.arrive("email", 3)
    await world.agent("b", vet=5, home=5)
    assert await world.offered_to(await world.arrive(severity=2, needs={"vet": 3})) == "b"


async def test_who_spoke_with_them_comes_before_who_has_nothing_in_hand(world: World) -> None:
    await world.agent("a")
    await world.answer(await world.arrive("email", 3))
    await world.agent("b")
    assert await world.offered_to(await world.arrive(severity=2, named="a")) == "a"


async def test_the_fewest_other_skills_then_the_longest_free_then_the_id(world: World) -> None:
    await world.agent("d", vet=3, home=1)
    await world.advance(1)
    for name in ("c", "b"):
        await world.agent(name, vet=3)
    rung = []
    for _ in range(3):
        contact = await world.arrive(needs={"vet": 3})
        rung.append(await world.offered_to(contact))
    assert rung == ["b", "c", "d"]
