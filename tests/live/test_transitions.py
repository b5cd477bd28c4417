"""The table in router/core/contact.py against the engine: every (state, event) pair."""

from __future__ import annotations

import pytest

from router.core.contact import IGNORED, Event, next_state
from router.core.model import Chosen
from router.core.states import STATES, State
from tests.kit.store import World

S, E = State, Event
VOICE = [
    S.IN_MENU,
    S.QUEUED,
    S.OFFERED,
    S.CONNECTING,
    S.ACTIVE,
    S.WRAPUP,
    S.DIALING,
    S.OUTSIDE,
    S.AWAY,
    S.VOICEMAIL,
]
TEXT = [S.QUEUED, S.OFFERED, S.ACTIVE, S.PARKED]


NIGHT = {"name": "night", "word": "Night lead", "acknowledge": True}


async def put(world: World, state: State, *, voice: bool) -> str:
    """A contact in that state, with agent 'a' where one is bound."""
    channel = "voice" if voice else "sms"
    beyond = (S.OUTSIDE, S.AWAY, S.VOICEMAIL)
    if state not in (S.QUEUED, S.IN_MENU, *beyond):
        await world.agent("a")
    if state is S.DIALING:
        body = {
            "id": "c1", "channel": "voice", "dir": "out", "severity": 3, "needs": {},
            "arrived_at": world.now, "queued_at": world.now, "score": 1, "answer_by": world.now,
        }  # fmt: skip
        assert (await world.engine.step("dial", agent="a", contact=body)).ok
        return "c1"
    contact = await world.arrive(channel, state="in_menu" if state is S.IN_MENU else "queued")
    if state in (S.CONNECTING, S.ACTIVE, S.WRAPUP, S.PARKED):
        await world.accept(contact)
    if state in (S.ACTIVE, S.WRAPUP) and voice:
        await world.engine.step("connected", contact=contact, agent="a")
    if state is S.WRAPUP:
        await world.engine.step("hang_up", agent="a", contact=contact)
    if state is S.PARKED:
        await world.engine.step("reply", agent="a", contact=contact, next="wait", sent=True)
        await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="break"))
    if state in (S.OUTSIDE, S.AWAY):
        await world.engine.step("send_outside", contact=contact, **NIGHT)
    if state is S.AWAY:
        live = await world.contact(contact)
        assert live is not None
        assert live.outside is not None
        fence = live.outside.fence
        await world.engine.step("outside_answered", contact=contact, fence=fence)
    if state is S.VOICEMAIL:
        await world.engine.step("nobody_outside", contact=contact)
    assert await world.state(contact) == state
    return contact


async def with_number(world: World, contact: str) -> None:
    """Its agent has asked a number in, and somebody answered there."""
    line = {"kind": "number", "name": "vet", "word": "Vet"}
    reply = await world.engine.step("consult", agent="a", contact=contact, line=line)
    assert reply.contact is not None
    assert reply.contact.consult is not None
    assert reply.contact.consult.line is not None
    fence = reply.contact.consult.line.fence
    await world.engine.step("line_up", contact=contact, fence=fence, proc="p1")


async def cause(world: World, contact: str, event: Event) -> None:
    live = await world.contact(contact)
    assert live is not None
    fence = live.offer.fence if live.offer else "0.0"
    agent = live.offer.agents[0] if live.offer else (live.agent or "a")
    there = live.outside.fence if live.outside else "0.0"
    step = world.engine.step
    match event:
        case E.TRIAGED:
            await step("triaged", contact=contact, set={"severity": 2})
        case E.ACCEPT:
            await step("accept", agent=agent, contact=contact, fence=fence)
        case E.DECLINE:
            await step("decline", agent=agent, contact=contact, fence=fence)
        case E.CONNECTED:
            await step("connected", contact=contact, agent=agent)
        case E.CALLER_GONE:
            if live.channel == "voice":
                await step("caller_gone", contact=contact, cause="hung_up")
        case E.HANG_UP:
            await step("hang_up", agent=agent, contact=contact)
        case E.WRAPPED:
            await step("wrapped", agent=agent, contact=contact, disposition="x")
        case E.WAIT:
            await step("reply", agent=agent, contact=contact, next="wait", sent=True)
        case E.CLOSE:
            done = await step("reply", agent=agent, contact=contact, next="close", sent=True)
            if not done.ok and live.channel != "voice" and not live.offer:
                await step("close_contact", contact=contact)
        case E.PARK:
            await step("park", agent="sup", contact=contact, steers=True)
        case E.CANCEL:
            await step("cancel_callback", contact=contact, cause="cancelled")
        case E.MESSAGE_IN:
            if live.channel != "voice":
                await step("message_in", contact=contact, answer_by=world.now, score=live.score)
        case E.AGENT_GONE:
            await step("agent_media", agent="a", media="down", proc="p1")
            await step("agent_lost", agent="a", conn="conn-a")
        case E.SENT_OUTSIDE:
            await step("send_outside", contact=contact, agent=live.agent, **NIGHT)
        case E.TAKEN_OUTSIDE:
            await step("outside_answered", contact=contact, fence=there)
        case E.OUTSIDE_OVER:
            await step("outside_over", contact=contact, fence=there)
        case E.JOINED_OUTSIDE:
            if live.state is S.ACTIVE and live.channel == "voice":
                await with_number(world, contact)
                await step("consult_hand_over", agent="a", contact=contact)
        case E.LINE_LOST:
            there = live.consult.line.fence if live.consult and live.consult.line else "0.0"
            await step("line_lost", contact=contact, fence=there)
            if live.consult is not None:
                await world.advance(30_000)
        case E.NOBODY_OUTSIDE:
            await step("nobody_outside", contact=contact)
        case E.MESSAGE_OVER:
            await step("message_over", contact=contact, cause="left_message")
        case E.LEAVE_VOICEMAIL:
            await step("leave_voicemail", contact=contact)
        case E.EXPIRE:
            if live.state == S.ACTIVE:
                await step("agent_media", agent="a", media="down", proc="p1")
                await step("agent_lost", agent="a", conn="conn-a")
            if live.state not in (S.QUEUED, S.IN_MENU):
                fresh = await world.contact(contact)
                assert fresh is not None
                assert fresh.until is not None
                await world.advance(int(fresh.until) - world.now)


TIMERS = {timer for row in STATES.values() for timer in (row.timer, row.idle) if timer}


async def its_own(world: World, contact: str) -> bool:
    """Of all deadlines that belong to a state only that of its own runs."""
    runs = await world.deadlines(contact) & TIMERS
    state = State(await world.state(contact))
    if state is S.QUEUED:
        runs -= {"outside"}  # nobody outside took it: the list is asked again
    return runs <= {STATES[state].timer, STATES[state].idle}


PAIRS = [(s, e, True) for s in VOICE for e in Event] + [(s, e, False) for s in TEXT for e in Event]


@pytest.mark.parametrize(("state", "event", "voice"), PAIRS)
async def test_engine_moves_as_the_table_says(
    world: World, state: State, event: Event, voice: bool
) -> None:
    contact = await put(world, state, voice=voice)
    await cause(world, contact, event)
    wanted = next_state(state, event, voice=voice)
    if wanted is None:
        assert IGNORED[event]
        wanted = state
    assert await world.state(contact) == wanted
    assert await its_own(world, contact)


@pytest.mark.parametrize("event", list(Event))
async def test_who_is_joined_with_a_number_moves_as_the_table_says(
    world: World, event: Event
) -> None:
    contact = await put(world, S.ACTIVE, voice=True)
    await cause(world, contact, E.JOINED_OUTSIDE)
    assert await world.state(contact) == S.AWAY
    await cause(world, contact, event)
    wanted = next_state(S.AWAY, event, voice=True, joined=True) or S.AWAY
    assert await world.state(contact) == wanted
    assert await its_own(world, contact)


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("state", [S.SCHEDULED, S.QUEUED, S.OFFERED])
async def test_a_promised_call_moves_as_its_table_says(
    world: World, state: State, event: Event
) -> None:
    if state is S.OFFERED:
        await world.agent("a")
    contact = await world.promise(at=world.now + 60_000 if state is S.SCHEDULED else None)
    assert await world.state(contact) == state
    await cause(world, contact, event)
    wanted = next_state(state, event, voice=True, promised=True)
    if wanted is None:
        assert IGNORED[event]
        wanted = state
    assert await world.state(contact) == wanted
    assert await its_own(world, contact)


async def test_an_ended_contact_stays_ended(world: World) -> None:
    contact = await world.arrive()
    live = await world.contact(contact)
    assert live is not None
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    for function, fields in (
        ("accept", {"agent": "a", "fence": "1.1"}),
        ("connected", {"agent": "a"}),
        ("wait", {}),
        ("enqueue", {}),
    ):
        request = {"contact": contact, **fields}
        if function == "enqueue":
            request = {"contact": {"id": contact, "channel": "voice", "severity": 1, "needs": {},
                                   "arrived_at": world.now, "score": 1}}  # fmt: skip
        reply = await world.engine.step(function, **request)
        assert not reply.ok
    assert await world.state(contact) == "ended"
