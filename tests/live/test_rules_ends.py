"""Ends, on the engine: timers that end something, and what a person takes, gives or frees by name
(docs/routing.md, "Every timer", "Verbs", "Loss")."""

from __future__ import annotations

import pytest

from router.core.model import Chosen
from tests.kit.store import World

from .test_rules_place import agent_of, live_of

HOUR = 3_600_000
LADDER = "safety=3@6000|@5000|@10000*|@*!"


async def ended(world: World, contact: str) -> tuple[str | None, str | None]:
    """Outcome and cause of a contact that has ended by now."""
    (one,) = [
        it for it in await world.happened() if (it.name, it.contact) == ("contact.ended", contact)
    ]
    return one.outcome, one.cause


async def effects(world: World) -> list[str]:
    return [effect.kind for effect in await world.engine.claim("p1")]


# Timers -----------------------------------------------------------------------------------------


async def test_an_answered_text_whose_party_never_writes_is_handled_after_72_hours(
    world: World,
) -> None:
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    await world.engine.step("reply", agent="a", contact=text, next="wait", sent=True)
    await world.advance(72 * HOUR - 1)
    assert await world.state(text) == "parked"
    await world.advance(1)
    assert await ended(world, text) == ("handled", "no_answer_came")


async def test_a_call_of_ours_that_nobody_reports_ends_and_its_agent_is_free(world: World) -> None:
    await world.agent("a")
    call = await world.promise()
    await world.accept(call)
    await world.stay(39_999, "a")
    assert await world.state(call) == "dialing"
    await world.stay(1, "a")
    assert await ended(world, call) == ("not_reached", "no_answer")
    assert "hang_up" in await effects(world)
    assert (await agent_of(world)).state == "ready"


async def test_a_talk_outside_ends_a_minute_after_the_carrier_should_have_ended_it(
    store_url: str,
) -> None:
    world = await World(store_url).open(on_call=True, outside_talk=600_000)
    call = await world.arrive(severity=1, ladder=LADDER)
    night = {"name": "night", "word": "Night lead", "acknowledge": True}
    await world.engine.step("send_outside", contact=call, **night)
    there = (await live_of(world, call)).outside
    assert there is not None
    await world.engine.step("outside_answered", contact=call, fence=there.fence)
    await world.advance(600_000 + 59_999)
    assert await world.state(call) == "away"
    await world.advance(1)
    assert await ended(world, call) == ("handled", "time_limit")
    assert "hang_up" in await effects(world)
    await world.engine.close()


async def test_a_stream_on_which_nobody_is_found_goes_back_to_the_carriers_loop(
    world: World,
) -> None:
    call = await world.arrive()
    await world.engine.step("stream_started", contact=call, link_epoch=1, proc="p1")
    await world.advance(24_999)
    assert await effects(world) == []
    await world.advance(1)
    assert await effects(world) == ["close_stream"]


async def test_a_text_set_aside_comes_back_at_its_moment_named_for_its_agent(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    until = world.now + HOUR
    await world.engine.step("park", agent="a", contact=text, until=until)
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    await world.stay(HOUR - 1, "a")
    assert await world.state(text) == "parked"
    await world.stay(1, "a")
    live = await live_of(world, text)
    assert (live.state, live.named) == ("queued", "a")


async def test_agents_whose_training_shuts_it_out_are_nobody_to_wait_for(store_url: str) -> None:
    world = await World(store_url).open(on_call=True)
    who = {"id": "t", "name": "t", "skills": {}, "floor": 1}
    await world.engine.step("agent_online", agent=who, conn="conn-t")
    await world.engine.step("agent_media", agent="t", media="up", proc="p1")
    await world.engine.step("agent_choice", agent="t", choice=Chosen(ready=True))
    call = await world.arrive(severity=1, ladder=LADDER)
    assert (await live_of(world, call)).overflow_at == world.now
    await world.engine.close()


# By name ----------------------------------------------------------------------------------------


async def test_what_is_taken_out_of_order_is_in_their_hands_until_it_connects(world: World) -> None:
    await world.agent("a")
    call = await world.arrive()
    await world.agent("b")
    assert (await world.engine.step("pull", agent="b", contact=call)).ok
    assert await world.state(call) == "connecting"
    assert (await agent_of(world)).offer is None
    late = await world.engine.step("pull", agent="a", contact=call)
    assert (late.ok, late.code) == (False, "taken")


@pytest.mark.parametrize("channel", ["voice", "sms"])
async def test_what_rings_at_whoever_takes_another_goes_on_to_others_and_is_no_miss(
    world: World, channel: str
) -> None:
    """A supervisor could not take the caller that the board shows while anything rang at their
    desk."""
    await world.agent("a")
    rings = await world.arrive(severity=3)
    assert await world.offered_to(rings) == "a"
    other = await world.arrive(channel, 4, needs={"vet": 5})
    await world.agent("b")
    assert (await world.engine.step("pull", agent="a", contact=other)).ok
    assert await world.state(other) == ("connecting" if channel == "voice" else "active")
    assert await world.offered_to(rings) == "b"
    agent = await agent_of(world)
    assert (agent.offer, agent.testing, (await live_of(world, rings)).passed_over) == (None,) * 3
    withdrawn = [it for it in await world.happened() if it.name == "offer.withdrawn"]
    assert [(it.contact, it.agent, it.code) for it in withdrawn] == [(rings, "a", "took_another")]


@pytest.mark.parametrize(("channel", "severity"), [("voice", 2), ("sms", 1)])
async def test_an_s1_that_rings_is_answered_or_declined_before_another_is_taken(
    world: World, channel: str, severity: int
) -> None:
    """Also an S1 text, whose place a caller as severe would have by the order."""
    await world.agent("a")
    rings = await world.arrive(channel, 1)
    other = await world.arrive(severity=severity, needs={"vet": 5})
    refused = await world.engine.step("pull", agent="a", contact=other)
    assert (refused.code, refused.cause) == ("not_ready", "ringing")
    assert await world.offered_to(rings) == "a"


@pytest.mark.parametrize("verb", ["pull", "assign"])
async def test_by_name_it_takes_room_and_no_skills(world: World, verb: str) -> None:
    await world.agent("a")
    call = await world.arrive(needs={"vet": 5})
    assert (await world.engine.step(verb, agent="a", contact=call, by="dana")).ok
    if verb == "assign":
        assert await world.offered_to(call) == "a"
        await world.accept(call)
    await world.engine.step("connected", contact=call, agent="a")
    other = await world.arrive()
    refused = await world.engine.step(verb, agent="a", contact=other, by="dana")
    assert (refused.ok, refused.code) == (False, "not_ready")


async def test_a_caller_who_is_there_goes_back_from_a_freed_agent_who_is_cooling(
    world: World,
) -> None:
    await world.agent("a")
    call = await world.arrive()
    await world.answer(call)
    assert (await world.engine.step("force_release", contact=call, by="dana")).ok
    live = await live_of(world, call)
    assert (live.state, live.cooling) == ("queued", {"a": world.now + 30_000})
    assert (await agent_of(world)).state == "ready"


@pytest.mark.parametrize("what", ["wrap-up", "caller gone", "a call of ours"])
async def test_what_is_over_ends_as_unfinished_when_its_agent_is_freed(
    world: World, what: str
) -> None:
    await world.agent("a")
    if what == "a call of ours":
        call = await world.promise()
        await world.accept(call)
    else:
        call = await world.arrive()
        await world.answer(call)
        if what == "wrap-up":
            await world.engine.step("hang_up", agent="a", contact=call)
        else:
            await world.engine.step("caller_gone", contact=call, cause="hung_up")
    assert (await world.engine.step("force_release", contact=call, by="dana")).ok
    assert await ended(world, call) == ("unfinished", "force_released")
    assert (await agent_of(world)).state == "ready"


async def test_nobody_is_freed_of_what_nobody_has(world: World) -> None:
    call = await world.arrive()
    refused = await world.engine.step("force_release", contact=call, by="dana")
    assert (refused.ok, refused.code) == (False, "not_allowed")


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("hang_up", {}),
        ("hold", {"on": True}),
        ("transfer", {"ladder": "@"}),
        ("return", {}),
        ("send_outside", {"name": "night", "word": "Night lead", "acknowledge": True}),
    ],
)
async def test_the_index_itself_leaves_a_call_with_whoever_has_it(
    world: World, step: str, fields: dict[str, object]
) -> None:
    """Whatever a page was told a moment ago."""
    await world.agent("a")
    call = await world.arrive()
    await world.answer(call)
    await world.agent("b")
    before = await live_of(world, call)
    refused = await world.engine.step(step, agent="b", contact=call, **fields)
    assert (refused.ok, refused.code) == (False, "not_yours")
    assert await live_of(world, call) == before


# Loss -------------------------------------------------------------------------------------------


async def test_a_lost_page_whose_sound_is_up_keeps_its_call(world: World) -> None:
    await world.agent("a")
    call = await world.arrive()
    await world.answer(call)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.advance(119_999)
    assert await world.state(call) == "active"
    await world.advance(1)  # signed out: all their work goes back
    live = await live_of(world, call)
    assert (live.state, live.named) == ("queued", "a")
    assert (await agent_of(world)).presence == "offline"


async def test_a_lost_agents_texts_go_back_after_thirty_seconds(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.advance(29_999)
    assert await world.state(text) == "active"
    await world.advance(1)
    live = await live_of(world, text)
    assert (live.state, live.named) == ("queued", "a")


async def test_whoever_is_back_in_time_has_their_texts_still(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.advance(29_999)
    await world.agent("a")
    await world.stay(60_000, "a")
    live = await live_of(world, text)
    assert (live.state, live.agent, live.fault) == ("active", "a", None)


async def test_a_text_that_overflows_alarms_and_keeps_its_place(world: World) -> None:
    text = await world.arrive("sms", severity=1, ladder=LADDER)
    await world.advance(9_999)  # nobody is here: its ladder is at everybody at a desk at once
    assert ("contact.overflow", text) not in await world.events()
    await world.advance(1)
    assert ("contact.overflow", text) in await world.events()
    assert await effects(world) == []
    assert await world.state(text) == "queued"
