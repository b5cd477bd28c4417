"""An S1 caller outside or at the voicemail is offered all the same (routing.md, "Outside")."""

from __future__ import annotations

import pytest

from router.core import ladder
from router.core.contact import Event, next_state
from router.core.model import LiveContact
from router.core.severity import Severity
from router.core.states import State
from tests.kit.store import World
from tests.live.test_s1_rounds import rings_for

STEPS = ladder.text(ladder.complete([ladder.Rung({"safety": 3}, 5_000)], Severity.S1))
THERE = {"name": "night", "word": "Night lead", "acknowledge": True}


async def found(world: World, contact: str) -> LiveContact:
    live = await world.contact(contact)
    assert live is not None
    return live


async def outside(world: World, severity: int = 1) -> str:
    """A number on call rings for them; nobody is here."""
    contact = await world.arrive(severity=severity, ladder=STEPS)
    assert (await world.engine.step("send_outside", contact=contact, **THERE)).ok
    return contact


async def voicemail(world: World, severity: int = 1) -> str:
    """They leave a message; nobody is here."""
    contact = await world.arrive(severity=severity, ladder=STEPS)
    assert (await world.engine.step("nobody_outside", contact=contact)).ok
    return contact


GOES = {"outside": outside, "voicemail": voicemail}
where = pytest.mark.parametrize("state", GOES)


async def fence(world: World, contact: str) -> str:
    live = await found(world, contact)
    assert live.outside is not None
    return live.outside.fence


async def effects(world: World) -> list[str]:
    """Kinds of effects that are due in the next second."""
    await world.advance(1_000)
    return [e.kind for e in await world.engine.claim("p1")]


@where
async def test_whoever_becomes_ready_is_rung_and_the_caller_hears_nothing_of_it(
    world: World, state: str
) -> None:
    contact = await GOES[state](world)
    before = await found(world, contact)
    await effects(world)
    await world.agent("a")
    after = await found(world, contact)
    assert await rings_for(world, contact) == ["a"]
    assert (after.state, after.until, after.link) == (state, before.until, before.link)
    assert "open_stream" not in await effects(world)


@where
async def test_an_accept_brings_them_with_one_redirect(world: World, state: str) -> None:
    contact = await GOES[state](world)
    await effects(world)
    await world.agent("a")
    assert (await world.accept(contact)).ok
    live = await found(world, contact)
    assert (live.state, live.agent, live.outside) == ("connecting", "a", None)
    assert (await effects(world)).count("open_stream") == 1
    assert await world.deadlines(contact) >= {"connect"}
    assert "outside" not in await world.deadlines(contact)
    assert (await world.engine.step("connected", contact=contact, agent="a")).ok
    assert await world.state(contact) == "active"


@where
async def test_missed_or_declined_the_state_goes_on(world: World, state: str) -> None:
    contact = await GOES[state](world)
    until = (await found(world, contact)).until
    await world.agent("a")
    await world.stay(8_000, "a")
    live = await found(world, contact)
    assert (live.state, live.until, live.offer) == (state, until, None)
    [agent] = (await world.engine.snapshot()).agents
    assert agent.testing is not None  # a miss as any other
    await world.engine.step("selftest", agent="a", passed=True, detail="")
    await world.stay(10_000, "a")
    live = await found(world, contact)
    assert live.offer is not None
    await world.engine.step("decline", agent="a", contact=contact, fence=live.offer.fence)
    assert (await found(world, contact)).state == state


@where
async def test_somebody_paused_at_their_desk_is_rung_too(world: World, state: str) -> None:
    contact = await GOES[state](world)
    await world.agent("p", ready=False)
    assert await rings_for(world, contact) == ["p"]


async def test_the_key_comes_first_and_whoever_rings_here_has_missed_nothing(world: World) -> None:
    contact = await outside(world)
    await world.agent("a")
    offer = (await found(world, contact)).offer
    assert offer is not None
    reply = await world.engine.step(
        "outside_answered", contact=contact, fence=await fence(world, contact)
    )
    assert reply.ok
    [agent] = (await world.engine.snapshot()).agents
    assert (agent.offer, agent.missed_at, agent.testing) == (None, None, None)
    late = await world.engine.step("accept", agent="a", contact=contact, fence=offer.fence)
    assert (late.ok, late.code) == (False, "too_late")
    assert await world.state(contact) == "away"
    await world.agent("b")
    assert await rings_for(world, contact) == []


async def test_an_accept_comes_first_and_the_key_there_is_told_so(world: World) -> None:
    contact = await outside(world)
    key = await fence(world, contact)
    await world.agent("a")
    await world.accept(contact)
    late = await world.engine.step("outside_answered", contact=contact, fence=key)
    assert (late.ok, late.code) == (False, "taken")
    over = await world.engine.step("outside_over", contact=contact, fence=key, cause="canceled")
    assert over.code == "stale"
    assert over.contact is not None
    assert await world.state(contact) == "connecting"


async def test_when_nobody_takes_it_there_it_goes_on_ringing_here(world: World) -> None:
    contact = await outside(world)
    await world.agent("a")
    before = (await found(world, contact)).offer
    reply = await world.engine.step(
        "outside_over",
        contact=contact,
        fence=await fence(world, contact),
        cause="no-answer",
        inline=True,
    )
    live = await found(world, contact)
    assert (live.state, live.offer) == ("offered", before)
    assert reply.stream
    assert (await world.accept(contact)).ok
    assert await world.state(contact) == "connecting"


async def test_the_end_of_the_message_comes_first(world: World) -> None:
    contact = await voicemail(world)
    await world.agent("a")
    assert (await world.engine.step("message_over", contact=contact, cause="left_message")).ok
    assert await world.state(contact) == "ended"
    [agent] = (await world.engine.snapshot()).agents
    assert (agent.offer, agent.missed_at, agent.state) == (None, None, "ready")


async def test_an_accept_comes_before_the_end_of_the_message(world: World) -> None:
    contact = await voicemail(world)
    await world.agent("a")
    await world.accept(contact)
    late = await world.engine.step("message_over", contact=contact, cause="left_message")
    assert (late.ok, late.code) == (False, "too_late")
    assert late.contact is not None
    assert late.contact.state == "connecting"


@where
async def test_a_hang_up_ends_it_as_that_state_does(world: World, state: str) -> None:
    contact = await GOES[state](world)
    await world.agent("a")
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    [agent] = (await world.engine.snapshot()).agents
    assert (agent.offer, agent.missed_at, agent.state) == (None, None, "ready")
    ended = [h for h in await world.happened() if h.name == "contact.ended"]
    assert [h.outcome for h in ended] == ["abandoned" if state == "outside" else "voicemail"]


@where
async def test_not_joined_they_wait_in_line_at_their_place(world: World, state: str) -> None:
    contact = await GOES[state](world)
    score = (await found(world, contact)).score
    await world.agent("a")
    await world.accept(contact)
    await world.stay(8_000, "a")
    live = await found(world, contact)
    assert (live.state, live.score) == ("queued", score)
    assert live.ladder_from is not None


@where
async def test_an_s2_is_left_where_it_is(world: World, state: str) -> None:
    contact = await GOES[state](world, 2)
    await world.agent("a")
    assert await rings_for(world, contact) == []


@where
async def test_raised_there_it_rings_and_lowered_again_it_rings_for_nobody_new(
    world: World, state: str
) -> None:
    contact = await GOES[state](world, 2)
    await world.agent("a")
    fields = {"rule": "set", "by": "s", "answer_by": world.now, "ladder": STEPS}
    live = await found(world, contact)
    one = {"severity": 1, "score": live.arrived_at + 5_000, "promote_at": world.now + 10**6}
    await world.engine.step("severity", contact=contact, **one, **fields)
    assert await rings_for(world, contact) == ["a"]
    two = {**one, "severity": 2, "score": live.score}
    await world.engine.step("severity", contact=contact, **two, **fields)
    assert await rings_for(world, contact) == ["a"]  # what rings goes on ringing
    await world.stay(8_000, "a")
    await world.agent("b")
    assert (await rings_for(world, contact), await world.state(contact)) == ([], state)


async def test_whom_an_agent_sent_there_is_not_offered(world: World) -> None:
    await world.agent("a", safety=3)
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.answer(contact)
    assert (await world.engine.step("send_outside", contact=contact, agent="a", **THERE)).ok
    await world.agent("b")
    assert await rings_for(world, contact) == []


@where
async def test_a_supervisor_takes_or_gives_it_by_name(world: World, state: str) -> None:
    contact = await GOES[state](world)
    await world.agent("a")
    await world.agent("b")
    reply = await world.engine.step("assign", contact=contact, agent="b", by="s", by_name="S")
    assert (reply.ok, await rings_for(world, contact)) == (True, ["b"])
    assert (await world.engine.step("pull", contact=contact, agent="a")).ok
    assert await world.state(contact) == "connecting"
    [b] = [one for one in (await world.engine.snapshot()).agents if one.id == "b"]
    assert b.offer is None


@where
async def test_the_index_that_was_lost_in_memory_offers_it_as_before(
    world: World, state: str
) -> None:
    contact = await GOES[state](world)
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")
    await world.agent("a")
    assert await rings_for(world, contact) == ["a"]
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", "v")
    assert not (await world.engine.beat("sweep", count=1000)).found
    assert (await world.accept(contact)).ok


@pytest.mark.parametrize(("state", "event"), [
    (State.OUTSIDE, Event.ACCEPT), (State.VOICEMAIL, Event.ACCEPT),
    (State.OUTSIDE, Event.OUTSIDE_OVER), (State.OUTSIDE, Event.EXPIRE),
])  # fmt: skip
async def test_the_table_says_so(world: World, state: State, event: Event) -> None:
    contact = await GOES[state](world)
    await world.stay(54_000)
    await world.agent("a")
    if event == Event.ACCEPT:
        await world.accept(contact)
    elif event == Event.OUTSIDE_OVER:
        await world.engine.step(
            "outside_over", contact=contact, fence=await fence(world, contact), cause="busy"
        )
    else:
        await world.stay(4_000, "a")
    assert await world.state(contact) == next_state(state, event, voice=True, overlaid=True)


async def test_the_key_at_the_voicemail_brings_them_back_in_line(world: World) -> None:
    contact = await voicemail(world, 2)
    fields = {"rule": "key", "by": "rule", "answer_by": world.now, "ladder": STEPS}
    live = await found(world, contact)
    one = {"severity": 1, "score": live.arrived_at + 5_000, "promote_at": world.now + 10**6}
    await world.engine.step("severity", contact=contact, **one, **fields)
    assert (await world.engine.step("leave_voicemail", contact=contact)).ok
    assert await world.state(contact) == "queued"
    await world.agent("a")
    assert await rings_for(world, contact) == ["a"]


@where
async def test_a_new_ladder_while_it_rings_leaves_it_in_the_last_step(
    world: World, state: str
) -> None:
    """Else whoever comes to their desk could not join: the first step is for the skilled alone."""
    contact = await GOES[state](world)
    await world.agent("p", ready=False)
    live = await found(world, contact)
    other = STEPS.replace("safety", "vet")
    ladders = {live.queue: {"1": {STEPS: other}}}
    await world.engine.step("reladder", contacts=[contact], ladders=ladders)
    await world.agent("q", ready=False)
    assert await rings_for(world, contact) == ["p", "q"]


async def test_whoever_was_never_in_line_is_counted_as_the_event_says(world: World) -> None:
    """After hours they went to the voicemail at once; `holdfast recount` reads the event."""
    contact = await world.arrive(severity=1, ladder=STEPS, state="voicemail", after_hours=True)
    assert await world.state(contact) == "voicemail"
    await world.happened()
    assert (await world.engine.step("leave_voicemail", contact=contact)).ok
    queued = [h.facts for h in await world.happened() if h.name == "contact.queued"]
    assert (await world.engine.snapshot()).today["1:queued"] == len(queued) == 1


async def test_what_rings_for_them_at_the_voicemail_rings_on_when_they_press_the_key(
    world: World,
) -> None:
    contact = await voicemail(world)
    await world.agent("a")
    before = (await found(world, contact)).offer
    reply = await world.engine.step("leave_voicemail", contact=contact)
    live = await found(world, contact)
    assert (live.state, live.offer, reply.stream) == ("offered", before, True)


async def test_the_key_is_too_late_when_somebody_accepted_them(world: World) -> None:
    contact = await voicemail(world)
    await world.agent("a")
    await world.accept(contact)
    late = await world.engine.step("leave_voicemail", contact=contact)
    assert (late.ok, late.code) == (False, "too_late")
    assert await world.state(contact) == "connecting"


async def test_who_rang_for_a_moment_has_missed_nothing_though_the_number_gave_up_meanwhile(
    world: World,
) -> None:
    """Back in line is no new round."""
    contact = await outside(world)
    await world.agent("a")
    await world.stay(5_500, "a")
    await world.agent("b")
    offer = (await found(world, contact)).offer
    assert offer is not None
    await world.engine.step("decline", agent="a", contact=contact, fence=offer.fence)
    assert await rings_for(world, contact) == ["b"]
    key = await fence(world, contact)
    await world.engine.step("outside_over", contact=contact, fence=key, cause="no-answer")
    assert await world.state(contact) == "offered"
    live = await found(world, contact)
    assert live.offer is not None
    assert live.offer.expires - world.now < 3_000
    await world.stay(2_500, "a", "b")
    told = [h.name for h in await world.happened() if h.agent == "b"]
    assert "contact.offered" in told
    assert "contact.missed" not in told
