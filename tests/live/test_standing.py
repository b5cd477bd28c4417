"""Promised calls stand while their party is with us (docs/routing.md, "Promised calls")."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.settings.engine_settings import engine_settings
from router.core.abandoned import waits_from
from router.core.explain import Limits, Picture
from router.core.model import Grounds
from router.live.engine import decode_step
from tests.kit.store import CONFIG, World
from tests.live.test_order import severe

MIN = 60_000
HERS = {"party": "p1"}


async def held(world: World, contact: str) -> tuple[str, float | None, str | None]:
    """Its state, until when (from now), and the contact for which it stands."""
    live = await world.contact(contact)
    assert live is not None
    till = None if live.until is None else live.until - world.now
    return live.state, till, live.stands.contact if live.stands else None


async def talk(world: World, **fields: object) -> str:
    """A call of hers that somebody has answered."""
    call = await world.arrive(**HERS, **fields)
    await world.answer(call)
    return call


async def hang_up(world: World, call: str, *, wrapped: bool = True) -> None:
    agent = (await world.contact(call)).agent  # type: ignore[union-attr]
    assert (await world.engine.step("hang_up", agent=agent, contact=call)).ok
    if wrapped:
        assert (await world.engine.step("wrapped", agent=agent, contact=call, disposition="x")).ok


async def test_a_promise_made_while_they_talk_does_not_ring(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    promised = await world.promise(theirs=[call], **HERS)
    assert await held(world, promised) == ("scheduled", 15 * MIN, call)
    live = await world.contact(promised)
    assert live is not None
    assert live.stands is not None
    assert (live.stands.why, live.stands.agent) == ("call", "a")
    assert await world.deadlines(promised) == {"due"}


@pytest.mark.parametrize("verb", ["assign", "pull"])
async def test_nobody_is_given_it_by_name_while_it_stands(world: World, verb: str) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    promised = await world.promise(theirs=[call], **HERS)
    by = {"by": "u9", "by_name": "Dana"} if verb == "assign" else {}
    reply = await world.engine.step(verb, contact=promised, agent="b", **by)
    assert (reply.ok, reply.code, reply.cause) == (False, "not_ready", "stands")
    snapshot = await world.engine.snapshot()
    contacts = {live.id: live for live in snapshot.contacts}
    agents = {agent.id: agent for agent in snapshot.agents}
    told = Picture(contacts, agents, Limits(4, 5), world.now).by_name(contacts[promised], "b")
    assert told.cause == "stands"


async def test_it_rings_when_their_wrapup_is_over_and_first_for_who_had_them(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    place = world.now
    promised = await world.promise(theirs=[call], **HERS)
    await world.stay(2 * MIN, "a", "b")
    await hang_up(world, call, wrapped=False)
    assert (await held(world, promised))[0] == "scheduled"
    await world.engine.step("wrapped", agent="a", contact=call, disposition="x")
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.named, live.arrived_at) == ("offered", "a", place)
    assert live.offer is not None
    assert live.offer.agents == ["a"]  # b is free, too
    assert live.stands is None


async def test_its_wait_before_counts_and_the_time_it_stood_does_not(world: World) -> None:
    promised = await world.promise(ladder="vet=3@60000|@", **HERS)
    await world.advance(10_000)
    await world.agent("a")
    call = await talk(world)
    await world.stay(2 * MIN, "a")
    assert (await held(world, promised))[0] == "scheduled"
    await hang_up(world, call)
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.step, live.ladder_ms) == ("queued", 0, 10_000)
    await world.stay(50_000, "a")
    assert await world.offered_to(promised) == "a"


@pytest.mark.parametrize("ended_by", ["they", "nobody answered"])
async def test_it_stands_from_the_moment_another_call_of_ours_dials_them(
    world: World, ended_by: str
) -> None:
    await world.agent("a")
    promised = await world.promise(**HERS)
    other = await world.promise(callback={"id": "k2", "by": "u1", "by_name": "P"}, **HERS)
    assert await world.offered_to(promised) == "a"
    await world.agent("b")
    assert await world.offered_to(other) == "b"
    await world.accept(other)
    assert await held(world, promised) == ("scheduled", 15 * MIN, other)
    snapshot = await world.engine.snapshot()
    assert [a.offer for a in snapshot.agents] == [None, None]
    if ended_by == "they":
        await world.engine.step("caller_gone", contact=other, cause="busy")
    else:
        await world.stay(40_000, "a", "b")
    assert await world.state(promised) == "offered"


async def test_the_ring_that_stops_is_no_miss(world: World) -> None:
    await world.agent("a")
    promised = await world.promise(**HERS)
    assert await world.offered_to(promised) == "a"
    call = await world.arrive("sms", **HERS)
    assert (await held(world, promised))[2] == call
    happened = [(h.name, h.code) for h in await world.happened() if h.contact == promised]
    assert ("offer.withdrawn", "stands") in happened
    (agent,) = (await world.engine.snapshot()).agents
    assert (agent.misses or 0, agent.missed_at, agent.state) == (0, None, "ringing")  # the text


async def test_its_own_dialling_does_not_make_it_stand(world: World) -> None:
    await world.agent("a")
    promised = await world.promise(**HERS)
    await world.accept(promised)
    await world.advance(1_000)
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.stands) == ("dialing", None)


async def test_somebody_elses_call_about_it_does_not_make_it_stand(world: World) -> None:
    await world.agent("a")
    call = await world.arrive(incident="i1", party="p2")
    await world.answer(call)
    await world.agent("b")
    promised = await world.promise(theirs=[call], incident="i1", **HERS)
    assert await world.offered_to(promised) == "b"


async def test_it_stands_for_three_minutes_after_a_text_of_theirs_moved(world: World) -> None:
    text = await world.arrive("sms", **HERS)
    await world.advance(MIN)
    promised = await world.promise(theirs=[text], **HERS)
    assert await held(world, promised) == ("scheduled", 2 * MIN, text)
    await world.advance(MIN)
    await world.engine.step("message_in", contact=text, answer_by=0, score=1, promote_at=1)
    assert await held(world, promised) == ("scheduled", 3 * MIN, text)
    await world.agent("a")
    await world.answer(text)
    await world.stay(MIN, "a")
    await world.engine.step("reply", contact=text, agent="a", next="stay", sent=True)
    live = await world.contact(promised)
    assert live is not None
    assert live.stands is not None
    assert (live.stands.why, live.stands.at, live.stands.agent) == ("text", world.now, "a")
    await world.stay(3 * MIN - 1, "a")
    assert (await held(world, promised))[0] == "scheduled"
    await world.stay(1, "a")
    assert await world.offered_to(promised) == "a"


async def test_a_text_that_is_over_keeps_nobody(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", **HERS)
    await world.answer(text)
    promised = await world.promise(theirs=[text], **HERS)
    assert (await held(world, promised))[0] == "scheduled"
    await world.engine.step(
        "reply", contact=text, agent="a", next="close", sent=True, disposition="x"
    )
    assert await world.offered_to(promised) == "a"


@pytest.mark.parametrize(("severity", "minutes"), [(3, 15), (2, 15), (1, 2)])
async def test_it_goes_on_at_its_limit_though_they_still_talk(
    world: World, severity: int, minutes: int
) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    promised = await world.promise(severity, theirs=[call], **HERS)
    assert await held(world, promised) == ("scheduled", minutes * MIN, call)
    await world.stay(minutes * MIN - 1, "a", "b")
    assert (await held(world, promised))[0] == "scheduled"
    await world.stay(1, "a", "b")
    # held for the agent who talks with them, who is on duty; an S1 is held for nobody
    assert await world.state(promised) == ("offered" if severity == 1 else "queued")
    await world.stay(MIN, "a", "b")
    assert (await held(world, promised))[2] is None  # the same contact holds it up once


async def test_raised_to_s1_it_stands_two_minutes_in_all(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(3, theirs=[call], **HERS)
    await world.stay(MIN, "a")
    raise_it = {"contact": promised, "rule": "x", "by": "rule", "promote_at": 0, "answer_by": 0}
    await world.engine.step("severity", severity=1, score=1, **raise_it)
    assert await held(world, promised) == ("scheduled", MIN, call)
    await world.stay(MIN, "a")
    assert await world.state(promised) == "queued"


async def test_one_for_a_certain_time_keeps_the_later_of_both_moments(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(at=world.now + 10 * MIN, theirs=[call], **HERS)
    assert await held(world, promised) == ("scheduled", 10 * MIN, None)
    await world.stay(10 * MIN, "a")
    assert await held(world, promised) == ("scheduled", 15 * MIN, call)
    await hang_up(world, call)
    assert await world.offered_to(promised) == "a"


async def test_one_that_they_talked_before_its_time_comes_at_its_time(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(at=world.now + 10 * MIN, theirs=[call], **HERS)
    await hang_up(world, call)
    await world.stay(10 * MIN - 1, "a")
    assert await world.state(promised) == "scheduled"
    await world.stay(1, "a")
    assert await world.offered_to(promised) == "a"


async def test_whom_an_agent_lost_is_with_us_again_when_another_takes_them(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(severity=4, theirs=[call], **HERS)
    began = world.now
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.stay(30_000, "a")
    assert (await world.state(call), await world.state(promised)) == ("queued", "queued")
    await world.agent("b")
    assert await world.answer(call) == "b"
    live = await world.contact(promised)
    assert live is not None
    assert live.until == began + 15 * MIN  # counted from when it first stood for that call
    assert (live.named, live.stands and live.stands.agent) == ("b", "b")


async def test_not_needed_ends_it_by_whom_it_is_named_for(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    promised = await world.promise(theirs=[call], **HERS)
    assert await needless(world, promised, "b", call) == ("not_yours", "others_have_them")
    assert await needless(world, promised, "a", call) == DONE
    ended = [h for h in await world.happened() if h.name == "contact.ended"]
    assert [(h.contact, h.outcome, h.cause) for h in ended] == [
        (promised, "cancelled", "not_needed")
    ]
    assert (await needless(world, promised, "a", call))[0] == "too_late"


DONE = ("", "")


async def needless(
    world: World, promised: str, agent: str, through: str | None = None, **more: object
) -> tuple[str, str]:
    """Why it was refused."""
    step = {"contact": promised, "agent": agent, "through": through} | more
    reply = await world.engine.step("not_needed", **step)
    return (reply.code, reply.why) if not reply.ok else DONE


@pytest.mark.parametrize(
    "how", ["none", "somebody else's", "of others", "over", "dialled", "the promise"]
)
async def test_whoever_is_not_with_them_cannot_say_that_they_were_reached(
    world: World, how: str
) -> None:
    """It is named for the agent, and that is not enough."""
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], **HERS)
    through: str | None = None
    if how == "somebody else's":
        await world.agent("b")
        through = await world.arrive(party="p2")
        await world.answer(through)
    elif how == "over":
        await hang_up(world, call)
        through = call
    elif how in ("dialled", "of others"):
        await hang_up(world, call)
        rings = await world.contact(promised)
        assert rings is not None
        assert rings.offer is not None
        await world.engine.step("decline", agent="a", contact=promised, fence=rings.offer.fence)
        if how == "of others":
            through = await world.arrive(party="p2")
            assert await world.answer(through) == "a"
        else:
            through = await world.promise(callback={"id": "k2", "by": "u", "by_name": "P"}, **HERS)
            await world.accept(through)
            assert await world.state(through) == "dialing"
    elif how == "the promise":
        through = promised
    refused = await needless(world, promised, "a", through)
    assert refused == ("not_yours", "not_with_them")
    assert await world.state(promised) != "ended"


@pytest.mark.parametrize("how", ["talking", "wrap-up", "text"])
async def test_whoever_is_with_them_can(world: World, how: str) -> None:
    await world.agent("a")
    call = await world.arrive("sms", **HERS) if how == "text" else await talk(world)
    if how == "text":
        await world.answer(call)
    elif how == "wrap-up":
        await hang_up(world, call, wrapped=False)
    promised = await world.promise(theirs=[call], **HERS)
    assert await needless(world, promised, "a", call) == DONE


async def test_a_supervisor_may_say_so_of_any_and_says_why(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], **HERS)
    steers = {"steers": True}
    assert await needless(world, promised, "s", **steers) == ("bad_request", "say_why")
    assert await needless(world, promised, "s", reason="", **steers) == ("bad_request", "say_why")
    theirs = await needless(world, promised, "s", call, reason="they are here", **steers)
    assert theirs == ("not_yours", "not_with_them")
    assert await needless(world, promised, "s", reason="they are here", **steers) == DONE
    assert await world.state(promised) == "ended"


async def test_a_supervisor_who_had_them_needs_no_reason(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], named="b", **HERS)
    assert await needless(world, promised, "a", call, steers=True) == DONE


async def test_busy_with_us_is_told_apart_from_busy(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    await world.agent("b")
    promised = await world.promise(theirs=[call], **HERS)
    assert (await world.engine.step("callback_now", agent="b", contact=promised)).ok
    await world.engine.step("caller_gone", contact=promised, cause="busy")
    alone = await world.promise(party="p2")
    await world.accept(alone)
    await world.engine.step("caller_gone", contact=alone, cause="busy")
    steps = [decode_step(raw) for _, raw in await world.engine.read("0-0", count=10_000)]
    found = {c.id: c for step in steps for c in step.contacts if c.state == "ended"}
    assert (found[promised].with_us, found[alone].with_us) == (True, False)


async def test_what_the_memory_forgot_is_found_in_the_store(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], **HERS)
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")
    await hang_up(world, call)
    assert await world.offered_to(promised) == "a"
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")
    text = await world.arrive("email", **HERS)
    assert (await held(world, promised))[2] == text
    assert (await world.engine.beat("sweep", count=1000)).found is None


async def test_of_several_contacts_the_one_that_holds_it_longest_counts(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", **HERS)
    await world.answer(text)
    promised = await world.promise(theirs=[text], **HERS)
    assert await held(world, promised) == ("scheduled", 3 * MIN, text)
    await world.agent("b")
    call = await talk(world)
    assert await held(world, promised) == ("scheduled", 15 * MIN, call)
    await world.stay(MIN, "a", "b")
    await hang_up(world, call)
    assert await held(world, promised) == ("scheduled", 2 * MIN, text)
    live = await world.contact(promised)
    assert live is not None
    assert live.named == "a"
    await world.stay(2 * MIN, "a", "b")
    assert (await held(world, promised))[0] == "queued"  # held for a


async def test_a_promise_that_has_stood_keeps_nobody_out(world: World) -> None:
    await world.agent("a")
    promised = await world.promise(**HERS)
    live = await world.contact(promised)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="a", contact=promised, fence=live.offer.fence)
    text = await world.arrive("sms", **HERS)
    await world.accept(text)
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.passed_over) == ("scheduled", None)
    assert live.cooling is not None
    await world.engine.step("close_contact", contact=text)
    assert await world.state(promised) == "queued"
    await world.agent("b", ready=False)
    await world.stay(30_000, "a", "b")
    assert await world.offered_to(promised) == "a"


async def test_a_late_tick_lets_it_go_on_at_its_turn_among_the_deadlines(world: World) -> None:
    """When their wrap-up ends the agent still cools for it, so that nothing is held for them; their
    cool-down ends in the same tick, a moment later."""
    await world.agent("a")
    promised = await world.promise(**HERS)
    live = await world.contact(promised)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="a", contact=promised, fence=live.offer.fence)
    call = await talk(world, wrapup_ms=29_999)
    await hang_up(world, call, wrapped=False)
    await world.stay(29_990, "a")
    assert world.engine.now is not None
    world.engine.now += 10
    await world.engine.beat("tick")
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.named, live.sticky_for) == ("offered", "a", None)


async def test_a_rebuilt_index_finds_who_is_with_us(world: World) -> None:
    """The record had the promise in line, and not that somebody had taken their call."""
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], **HERS)
    await world.agent("b")
    snapshot = await world.engine.snapshot()
    agents = [msgspec.to_builtins(agent) for agent in snapshot.agents]
    contacts = [msgspec.to_builtins(live) for live in snapshot.contacts]
    for one in contacts:
        if one["id"] == promised:
            one |= {"state": "queued", "until": None}
            del one["stands"], one["theirs"]
    await world.engine.wipe()
    await world.engine.open_epoch(2, engine_settings(CONFIG), contacts, agents)
    assert await held(world, promised) == ("scheduled", 15 * MIN, call)
    await hang_up(world, call)
    assert await world.state(promised) == "offered"


@pytest.mark.parametrize("how", ["reached", "called off"])
async def test_what_is_over_is_forgotten(world: World, how: str) -> None:
    await world.agent("a")
    promised = await world.promise(**HERS)
    key = f"{world.engine.prefix}:promises"
    assert await world.engine._redis.smembers(key) == {f"p1 {promised}".encode()}
    if how == "reached":
        await world.answer(promised)
    else:
        await world.engine.step("cancel_callback", contact=promised, cause="cancelled")
    assert await world.engine._redis.smembers(key) == set()


async def test_whom_a_number_outside_has_is_with_us(world: World) -> None:
    """Nobody here has them, and their line is busy all the same."""
    await world.agent("a")
    call = await talk(world)
    there = {"name": "vet", "word": "Night vet", "acknowledge": True}
    sent = await world.engine.step("send_outside", contact=call, agent="a", **there)
    assert sent.ok
    assert sent.contact is not None
    assert sent.contact.outside is not None
    assert (await world.engine.step("handed_done", agent="a")).ok
    promised = await world.promise(theirs=[call], **HERS)
    assert (await held(world, promised))[0] == "offered"  # it rings there, and nobody is with them
    fence = sent.contact.outside.fence
    assert (await world.engine.step("outside_answered", contact=call, fence=fence)).ok
    assert await held(world, promised) == ("scheduled", 15 * MIN, call)
    await world.engine.step("outside_over", contact=call, fence=fence, cause="completed")
    assert (await held(world, promised))[0] == "offered"
    assert (await world.engine.beat("sweep", count=1000)).found is None


async def test_a_text_that_the_promise_has_not_heard_of_is_found(world: World) -> None:
    """It entered when the record had been asked what they have open, and before the promise did."""
    text = await world.arrive("sms", **HERS)
    promised = await world.promise(**HERS)
    swept = (await world.engine.beat("sweep", count=1000)).found or []
    assert [(one["what"], one["contact"]) for one in swept] == [("stands", text)]
    assert await held(world, promised) == ("scheduled", 3 * MIN, text)
    assert (await world.engine.beat("sweep", count=1000)).found is None


async def test_told_again_what_they_have_open_it_stands(world: World) -> None:
    text = await world.arrive("sms", **HERS)
    promised = await world.promise(**HERS)
    live = await world.contact(promised)
    again = {"contact": msgspec.to_builtins(live), "theirs": [text]}
    assert (await world.engine.step("callback", **again)).duplicate
    assert await held(world, promised) == ("scheduled", 3 * MIN, text)


async def due(world: World, contact: str) -> tuple[float | None, float]:
    """When it is due (from now), and from when its target counts (likewise)."""
    live = await world.contact(contact)
    assert live is not None
    by = None if live.answer_by is None else live.answer_by - world.now
    return by, waits_from(live) - world.now


async def stands_for_a_call(world: World, promised: str, ms: int) -> None:
    """While their party talks with c, for so long; then it is on its way again."""
    await world.agent("c")
    call = await talk(world)
    assert (await held(world, promised))[0] == "scheduled"
    await world.stay(ms, "c")
    await hang_up(world, call)
    assert (await held(world, promised))[0] == "queued"


async def test_the_time_that_it_stands_does_not_count_against_its_target(world: World) -> None:
    promised = await world.promise(needs={"vet": 5}, **HERS)
    await world.advance(10_000)
    assert await due(world, promised) == (50_000, -10_000)
    await stands_for_a_call(world, promised, 2 * MIN)
    assert await due(world, promised) == (50_000, -10_000)
    await stands_for_a_call(world, promised, MIN)  # each time that it stands
    assert await due(world, promised) == (50_000, -10_000)
    live = await world.contact(promised)
    assert live is not None
    assert live.score == live.arrived_at + 60_000 + 2 * 10**13  # its place does not move


async def test_a_promise_that_was_late_before_it_stood_is_as_late_after_it(world: World) -> None:
    promised = await world.promise(needs={"vet": 5}, **HERS)
    await world.advance(70_000)
    await stands_for_a_call(world, promised, 2 * MIN)
    assert await due(world, promised) == (-10_000, -70_000)


async def test_one_that_stands_from_the_beginning_is_due_by_its_target_afterwards(
    world: World,
) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(needs={"vet": 5}, theirs=[call], **HERS)
    await world.stay(2 * MIN, "a")
    await hang_up(world, call)
    assert await due(world, promised) == (60_000, 0)


async def test_one_for_a_certain_time_counts_from_it_and_stands_from_it(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(at=world.now + MIN, needs={"vet": 5}, theirs=[call], **HERS)
    await world.stay(3 * MIN, "a")
    await hang_up(world, call)
    assert await due(world, promised) == (60_000, 0)


async def test_while_its_queue_is_closed_no_standing_moves_its_target(world: World) -> None:
    opens = world.now + 3 * MIN
    closed = {"due_from": opens, "answer_by": opens + 60_000}
    promised = await world.promise(needs={"vet": 5}, **closed, **HERS)
    await stands_for_a_call(world, promised, 2 * MIN)
    assert await due(world, promised) == (2 * MIN, MIN)
    await stands_for_a_call(world, promised, 2 * MIN)
    assert await due(world, promised) == (60_000, 0)  # of these two minutes one was after it opened


async def test_an_s1_of_the_voicemail_keeps_its_pause_between_two_tries_when_its_doubt_is_settled(
    world: World,
) -> None:
    """It was called again at once."""
    await world.agent("a")
    left = {"id": "k1", "by": "voicemail", "by_name": "Voicemail", "tried": 2, "tries": 3}
    grounds = msgspec.to_builtins(Grounds(["smoke"], 55, unsure=True))
    promised = await world.promise(
        1, at=world.now + 5 * MIN, due_from=world.now + 5 * MIN, callback=left, grounds=grounds,
        **HERS,
    )  # fmt: skip
    _, counts_from = await due(world, promised)
    await severe(world, promised, 1)
    live = await world.contact(promised)
    assert live is not None
    assert live.grounds is None
    assert await held(world, promised) == ("scheduled", 5 * MIN, None)
    assert (await due(world, promised))[1] == counts_from
    await world.stay(5 * MIN, "a")
    assert await world.state(promised) == "offered"


async def test_who_calls_while_it_stands_finds_it_due_as_it_was(world: World) -> None:
    await world.agent("a")
    call = await talk(world)
    promised = await world.promise(theirs=[call], **HERS)
    await world.agent("b")
    await world.stay(MIN, "a", "b")
    assert (await world.engine.step("callback_now", agent="b", contact=promised)).ok
    assert await due(world, promised) == (60_000, 0)


@pytest.mark.parametrize(
    ("severity", "wanted"), [(2, (3 * MIN + 20_000, 3 * MIN)), (1, (15_000, 0))]
)
async def test_a_new_severity_counts_from_the_same_moment_but_no_queue_is_closed_to_an_s1(
    world: World, severity: int, wanted: tuple[int, int]
) -> None:
    await world.advance(MIN)
    opens = world.now + 3 * MIN
    promised = await world.promise(
        needs={"vet": 5},
        arrived_at=world.now - MIN,
        due_from=opens,
        answer_by=opens + 60_000,
        **HERS,
    )
    target = {1: 15_000, 2: 20_000}[severity]
    reply = await world.engine.step(
        "severity", contact=promised, severity=severity, rule="set", by="u9", ladders={},
        target_ms=target, ageing_ms=4 * target,
    )  # fmt: skip
    assert reply.ok
    assert await due(world, promised) == wanted
    live = await world.contact(promised)
    assert live is not None
    assert live.score == (severity - 1) * 10**13 + world.now - MIN + target
