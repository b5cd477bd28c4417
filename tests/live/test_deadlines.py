"""Every state that is not final has a deadline; each is fired here in virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.model import Chosen, LiveAgent
from tests.kit.store import World


async def test_offer_at_its_deadline_has_expired(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    world.engine.now = int(live.offer.expires)
    late = await world.engine.step("accept", agent="a", contact=contact, fence=live.offer.fence)
    assert (late.ok, late.code) == (False, "too_late")


async def test_ended_beats_too_late(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    world.engine.now = int(live.offer.expires) + 1
    late = await world.engine.step("accept", agent="a", contact=contact, fence=live.offer.fence)
    assert late.code == "caller_gone"


async def test_missed_tests_the_desk_and_the_contact_goes_on(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    await world.advance(8_000)
    agent = (await world.engine.snapshot()).agents[0]
    assert (agent.choice.ready, agent.state) == (True, "testing")
    assert await world.state(contact) == "queued"


async def test_a_passed_test_brings_the_agent_back_once(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=3)
    await world.stay(15_000, "a")
    await world.engine.step("selftest", agent="a", passed=True, detail="")
    await world.stay(30_000, "a")
    assert await world.offered_to(contact) == "a"  # nobody else: after the cool-down
    await world.stay(15_000, "a")  # the second miss within 30 min
    await world.engine.step("selftest", agent="a", passed=True, detail="")
    agent = (await world.engine.snapshot()).agents[0]
    assert agent.choice == Chosen(reason="missed")


async def test_a_test_without_a_result_has_failed(world: World) -> None:
    await world.agent("a")
    await world.arrive(severity=3)
    await world.stay(20_000, "a")
    agent = (await world.engine.snapshot()).agents[0]
    assert agent.choice == Chosen(reason="self_test_failed")


async def test_not_connected_in_time_returns_to_its_place(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    await world.accept(contact)
    await world.keep("a")
    await world.advance(8_000)
    assert await world.state(contact) == "queued"
    assert ("contact.not_connected", contact) in await world.events()
    await world.engine.step("selftest", agent="a", passed=True, detail="")
    await world.stay(10_000, "a")
    assert await world.offered_to(contact) == "a", "the test was passed and the cool-down is over"


async def test_who_could_not_be_joined_tests_his_desk(world: World) -> None:
    """It is no miss, and the caller is with the next at once."""
    await world.agent("a")
    contact = await world.arrive(severity=1)
    await world.accept(contact)
    await world.agent("b")
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    assert await world.offered_to(contact) == "b"
    assert (await known(world, "a")).state == "testing"
    await world.stay(5_000, "a", "b")
    agent = await known(world, "a")
    assert agent.choice == Chosen(reason="self_test_failed")


async def known(world: World, name: str) -> LiveAgent:
    return next(one for one in (await world.engine.snapshot()).agents if one.id == name)


@pytest.mark.parametrize("how", ["his page", "our process"])
async def test_a_desk_without_fault_or_page_is_not_tested(world: World, how: str) -> None:
    await world.agent("a")
    await world.accept(await world.arrive(severity=1))
    if how == "his page":
        await world.engine.step("agent_lost", agent="a", conn="conn-a")
        await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    else:
        await world.engine.step("process_gone", proc="p1")
    agent = (await world.engine.snapshot()).agents[0]
    assert (agent.choice.ready, agent.testing) == (True, None)


async def test_wrapup_ends_by_itself_as_unfinished(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("hang_up", agent="a", contact=contact)
    await world.engine.step("extend", agent="a", contact=contact)
    await world.keep("a")
    for _ in range(6):
        await world.advance(9_999)
        await world.keep("a")
    assert await world.state(contact) == "wrapup"
    await world.advance(100)
    assert await world.state(contact) == "ended"
    assert (await world.engine.snapshot()).agents[0].state == "ready"


async def test_wrapup_is_extended_twice_at_most(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("hang_up", agent="a", contact=contact)
    replies = [await world.engine.step("extend", agent="a", contact=contact) for _ in range(3)]
    assert [r.ok for r in replies] == [True, True, False]


async def test_silent_desk_is_lost_after_its_lease_and_its_ring_goes_on(world: World) -> None:
    await world.agent("a")
    await world.advance(11_000)
    contact = await world.arrive()
    assert await world.offered_to(contact) == "a"
    await world.advance(1_000)
    assert await world.offered_to(contact) is None
    agent = (await world.engine.snapshot()).agents[0]
    assert (agent.presence, agent.choice.ready) == ("lost", True)  # lost is not a miss


async def test_lost_agent_becomes_offline(world: World) -> None:
    await world.agent("a")
    await world.advance(12_000 + 120_000)
    assert (await world.engine.snapshot()).agents[0].presence == "offline"


async def test_sound_lost_in_a_call_then_back(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.fault, live.until) == (
        "active",
        "agent_sound_lost",
        world.now + 30_000,
    )
    await world.engine.step("agent_media", agent="a", media="up", proc="p1")
    live = await world.contact(contact)
    assert live is not None
    assert live.fault is None
    await world.keep("a")
    await world.advance(11_000)
    assert await world.state(contact) == "active"


async def test_sound_lost_for_too_long_returns_the_call_to_its_place(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    arrived = world.now
    await world.answer(contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    for _ in range(3):
        await world.keep("a")
        await world.advance(10_000)
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.named, live.arrived_at) == ("queued", "a", arrived)


async def test_menu_without_an_answer_is_queued_by_the_line(world: World) -> None:
    contact = await world.arrive(state="in_menu")
    await world.advance(39_000)
    assert await world.state(contact) == "in_menu"
    await world.advance(1_000)
    assert await world.state(contact) == "queued"


async def test_caller_not_heard_of_is_looked_up_at_the_carrier(world: World) -> None:
    contact = await world.arrive()
    await world.advance(34_999)
    assert await world.engine.claim("p1") == []
    await world.advance(1)
    assert [e.kind for e in await world.engine.claim("p1")] == ["look_up"]
    await world.engine.step("caller_alive", contact=contact)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    assert await world.state(contact) == "ended"


async def test_idle_text_returns_to_its_place(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive("sms")
    await world.answer(contact)
    for _ in range(180):
        await world.keep("a")
        await world.advance(10_000)
    assert ("contact.idle", contact) in await world.events()


async def test_process_lost_asks_for_new_streams(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    live = await world.contact(contact)
    assert live is not None
    await world.engine.step(
        "stream_started", contact=contact, link_epoch=live.link_epoch, proc="p1"
    )
    await world.answer(contact)
    await world.engine.beat("process_alive", proc="p1", lease_ms=1500)
    await world.advance(1_500)
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.link, live.link_epoch) == ("active", "asked", 2)
    assert [e.kind for e in await world.engine.claim("p2")] == ["open_stream"]


async def test_older_stream_is_refused_and_its_end_is_ignored(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.engine.step("stream_started", contact=contact, link_epoch=1, proc="p1")
    await world.engine.step("stream_lost", contact=contact, link_epoch=1, cause="x")
    await world.engine.step("wait", contact=contact, ended=1)
    late = await world.engine.step("stream_started", contact=contact, link_epoch=1, proc="p1")
    assert late.code == "stale"
    await world.engine.step("stream_started", contact=contact, link_epoch=2, proc="p1")
    stale = await world.engine.step("stream_lost", contact=contact, link_epoch=1, cause="x")
    assert stale.code == "stale"


async def test_asked_twice_gives_the_same_epoch(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    replies = [await world.engine.step("wait", contact=contact) for _ in range(3)]
    assert [(r.stream, r.contact and r.contact.link_epoch) for r in replies] == [(True, 1)] * 3


async def test_claimed_effect_of_a_dead_process_is_done_by_the_next(world: World) -> None:
    await world.agent("a")
    await world.arrive()
    assert [e.kind for e in await world.engine.claim("p1")] == []  # quiet while being answered
    await world.advance(300)
    first = await world.engine.claim("p1")
    assert [e.kind for e in first] == ["open_stream"]
    assert await world.engine.claim("p2") == []
    await world.engine.step("process_gone", proc="p1")
    again = await world.engine.claim("p2")
    assert [(e.kind, e.tries) for e in again] == [("open_stream", 2)]


@pytest.mark.parametrize("state", ["queued", "offered", "active", "wrapup"])
async def test_nothing_waits_without_a_deadline(world: World, state: str) -> None:
    """In each state the tick knows a next moment."""
    if state != "queued":
        await world.agent("a")
    contact = await world.arrive()
    if state in ("active", "wrapup"):
        await world.answer(contact)
    if state == "wrapup":
        await world.engine.step("hang_up", agent="a", contact=contact)
    assert await world.state(contact) == state
    reply = await world.engine.beat("tick")
    assert reply.next is not None


@pytest.mark.parametrize("limit", [1, 500])
async def test_a_late_clock_rings_the_worst_of_all_that_it_lets_in(
    world: World, limit: int
) -> None:
    """Both may come in by now; that the mild one's deadline was the earlier changes nothing, nor
    that one tick is not enough."""
    await world.agent("a1")
    bad = await world.arrive("email", 2)
    live = await world.contact(bad)
    assert live is not None
    assert live.offer is not None
    assert (await world.engine.step("decline", agent="a1", contact=bad, fence=live.offer.fence)).ok
    mild = await world.promise(severity=4, at=world.now + 20_000)
    world.engine.now = world.now + 40_000  # nobody fired anything meanwhile
    await world.keep("a1")
    while (await world.engine.beat("tick", limit=limit)).fired == limit:
        assert await world.offered_to(mild) is None
    assert await world.offered_to(bad) == "a1"
    assert await world.state(mild) == "queued"


async def test_who_looks_later_looks_after_a_second_at_the_latest(world: World) -> None:
    """Deadlines that are late without end keep nobody from those who are free."""
    await world.agent("a1")
    soon = await world.promise(severity=4, at=world.now + 10)
    for n in range(3):
        await world.promise(severity=4, at=world.now + 20 + n)
    world.engine.now = world.now + 100
    assert (await world.engine.beat("tick", limit=1)).fired == 1
    assert await world.offered_to(soon) is None
    world.engine.now = world.now + 1_000
    await world.engine.beat("tick", limit=1)
    assert await world.offered_to(soon) == "a1"


async def test_what_happens_between_two_ticks_is_matched_at_once(world: World) -> None:
    await world.agent("a1")
    late = [await world.promise(severity=4, at=world.now + 10 + n) for n in range(2)]
    world.engine.now = world.now + 100
    await world.engine.beat("tick", limit=1)
    call = await world.arrive(severity=1)
    assert await world.offered_to(call) == "a1"
    await world.engine.beat("tick", limit=1)
    await world.engine.beat("tick", limit=1)
    await world.agent("a2")
    assert await world.offered_to(late[0]) == "a2"


async def test_a_match_that_takes_too_long_goes_on_in_the_next_ticks(store_url: str) -> None:
    """The same offers, whether one step makes them or many."""
    found = []
    for bound in ({}, {"step_ms": 0}):
        world = await World(store_url).open(agent_lease=0, **bound)
        for n in range(6):
            await world.agent(f"a{n}", **({"vet": 3} if n % 2 else {}))
        for _ in range(6):
            contact = await world.arrive()
            await world.advance(6)
            await world.answer(contact)
            await world.engine.step("caller_gone", contact=contact, cause="hung_up")
        calls = [
            await world.arrive(severity=2 + n % 3, needs={"vet": 2} if n % 3 else {})
            for n in range(8)
        ]
        world.engine.now = world.now + 31_000  # all wrap-ups are over
        await world.engine.beat("tick")
        first = [await world.offered_to(call) for call in calls]
        await world.advance(10)
        found.append(([await world.offered_to(call) for call in calls], first))
        await world.engine.close()
    (whole, at_once), (in_parts, part) = found
    assert in_parts == whole == at_once
    assert len([one for one in whole if one]) == 6
    assert len([one for one in part if one]) < 6


@pytest.mark.parametrize("way", ["agent_online", "agent_back"])
@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_who_is_there_again_has_what_they_had_and_a_lease(
    world: World, way: str, channel: str
) -> None:
    await world.agent("a")
    contact = await world.arrive(channel)
    await world.answer(contact)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    live = await world.contact(contact)
    assert live is not None
    assert live.fault == "agent_lost"
    assert "comeback" in await world.deadlines(contact)
    known: Any = {"id": "a", "name": "a", "skills": {}} if way == "agent_online" else "a"
    await world.engine.step(way, agent=known, conn="conn-again")
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.agent, live.fault, live.until) == ("active", "a", None, None)
    assert "comeback" not in await world.deadlines(contact)
    assert "lease" in await world.deadlines("a")
