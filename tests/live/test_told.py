"""What is told of agents and calls: since when, how long they talked, who hung up."""

from __future__ import annotations

import pytest

from router.core.model import Chosen, Happening, LiveAgent, LiveContact
from router.live.engine import decode_step
from tests.kit.store import World


async def agent_of(world: World, name: str) -> LiveAgent:
    return next(a for a in (await world.engine.snapshot()).agents if a.id == name)


async def reload(world: World, name: str, gap_ms: int) -> None:
    """The page's socket ends; another one opens after a while."""
    await world.engine.step("agent_lost", agent=name, conn=f"conn-{name}")
    assert (await agent_of(world, name)).state == "lost"
    await world.advance(gap_ms)
    await world.engine.step(
        "agent_online", agent={"id": name, "name": name, "skills": {}}, conn=f"conn-{name}"
    )


async def steps(world: World, name: str) -> list[tuple[Happening, LiveContact | None]]:
    """Every event of that name with the contact as its step left it."""
    found = []
    for _, raw in await world.engine.read("0-0", count=10_000):
        step = decode_step(raw)
        found += [
            (event, next((c for c in step.contacts if c.id == event.contact), None))
            for event in step.events
            if event.name == name
        ]
    return found


async def ended(world: World) -> LiveContact:
    ((_, live),) = await steps(world, "contact.ended")
    assert live is not None
    return live


# Since when ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["ready", "paused", "talking", "messages", "wrapup"])
async def test_reload_keeps_the_moment_the_state_began(world: World, state: str) -> None:
    await world.agent("a", ready=state != "paused")
    if state not in ("ready", "paused"):
        contact = await world.arrive("sms" if state == "messages" else "voice")
        await world.answer(contact)
        if state == "wrapup":
            await world.engine.step("hang_up", agent="a", contact=contact)
    await world.advance(5_000)
    began = (await agent_of(world, "a")).state_at
    await reload(world, "a", 3_000)
    after = await agent_of(world, "a")
    assert (after.state, after.state_at) == (state, began)


async def test_who_comes_back_to_another_state_began_it_then(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.advance(5_000)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    hung_up = world.now
    await world.advance(2_000)
    await world.engine.step(
        "agent_online", agent={"id": "a", "name": "a", "skills": {}}, conn="conn-a"
    )
    after = await agent_of(world, "a")
    assert (after.state, after.state_at) == ("wrapup", hung_up)


async def test_a_break_runs_on_through_an_s1_that_rang_and_a_lost_page(world: World) -> None:
    await world.agent("a", ready=False)
    began = (await agent_of(world, "a")).state_at
    await world.advance(5_000)
    contact = await world.arrive(severity=1, ladder="@*")
    assert await world.offered_to(contact) == "a"
    await world.advance(1_000)
    await reload(world, "a", 3_000)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    after = await agent_of(world, "a")
    assert (after.state, after.state_at) == ("paused", began)


async def test_who_was_offline_begins_anew(world: World) -> None:
    await world.agent("a", ready=False)
    await reload(world, "a", 121_000)
    after = await agent_of(world, "a")
    assert (after.state, after.state_at) == ("paused", world.now)


# How long --------------------------------------------------------------------------------------


async def test_answered_call_that_lost_its_agent_is_not_abandoned(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(dir="in")
    await world.advance(2_000)
    await world.answer(contact)
    answered = world.now
    await world.advance(10_000)
    await world.keep("a")
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    for _ in range(4):
        await world.advance(7_500)
        await world.keep("a")
    assert await world.state(contact) == "queued"
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    live = await ended(world)
    assert (live.outcome, live.cause) == ("dropped", "hung_up")
    assert live.answered_at == answered
    assert live.talk_ms == 10_000
    today = (await world.engine.snapshot()).today
    assert (today["3:answered"], today.get("3:abandoned", 0)) == (1, 0)


async def test_second_agent_adds_his_talk_and_does_not_answer_again(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(dir="in")
    await world.answer(contact)
    answered = world.now
    await world.advance(10_000)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.agent("b")
    for _ in range(4):
        await world.advance(7_500)
        await world.keep("a", "b")
    assert await world.answer(contact) == "b"
    await world.advance(5_000)
    await world.engine.step("hang_up", agent="b", contact=contact)
    await world.engine.step("wrapped", agent="b", contact=contact, disposition="x", comment="")
    live = await ended(world)
    assert (live.outcome, live.answered_at, live.talk_ms) == ("handled", answered, 15_000)
    assert (await world.engine.snapshot()).today["3:answered"] == 1
    assert [event.again for event, _ in await steps(world, "contact.answered")] == [None, True]


async def test_time_without_the_agents_sound_is_not_talk(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.advance(4_000)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.advance(6_000)
    await world.engine.step("agent_media", agent="a", media="up", proc="p1")
    await world.advance(1_000)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    ((_, live),) = await steps(world, "contact.wrapup_started")
    assert live is not None
    assert live.talk_ms == 5_000


async def test_caller_who_was_never_answered_is_abandoned(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.accept(contact)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    live = await ended(world)
    assert (live.outcome, live.talk_ms) == ("abandoned", None)
    assert (await world.engine.snapshot()).today["3:abandoned"] == 1


# Who hung up -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("who", ["agent", "caller"])
async def test_who_hung_up_first_is_kept(world: World, who: str, wrapped: bool) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    if who == "agent":
        await world.engine.step("hang_up", agent="a", contact=contact)
    # What the carrier says of every call that ended, whoever ended it.
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    if wrapped:
        await world.engine.step("wrapped", agent="a", contact=contact, disposition="x", comment="")
    else:
        for _ in range(4):
            await world.advance(8_000)
            await world.keep("a")
    live = await ended(world)
    assert live.outcome == ("handled" if wrapped else "unfinished")
    assert live.cause == f"{who}_hung_up"


async def test_who_may_not_take_it_is_told_what_to_do(world: World) -> None:
    ada, bo = await world.agent("ada"), await world.agent("bo", ready=False)
    first, second = await world.arrive(severity=1), await world.arrive()

    async def told(agent: str, contact: str) -> str | None:
        reply = await world.engine.step("pull", agent=agent, contact=contact)
        assert (reply.ok, reply.code) == (False, "not_ready")
        return reply.text

    assert await told(bo, second) == "you cannot take it now: press Ready first"
    assert (
        await told(ada, second) == "you cannot take it now: first answer or decline what is ringing"
    )
    assert (await world.engine.step("agent_choice", agent=bo, choice=Chosen(ready=True))).ok
    await world.engine.step("agent_media", agent=bo, media="down", proc="p1")
    assert await told(bo, first) == "you cannot take it now: your sound is not connected"


async def test_the_end_of_an_older_page_takes_nothing_from_the_newer(world: World) -> None:
    """After a reload the old socket's end may come late; nobody is lost, nothing is taken back."""
    await world.agent("a")
    ringing = await world.arrive()
    again = {"id": "a", "name": "a", "skills": {}}
    await world.engine.step("agent_online", agent=again, conn="conn-newer")
    for old in ("conn-a", "", "conn-newer-not"):
        assert (await world.engine.step("agent_lost", agent="a", conn=old)).code == "stale"
        assert (await world.engine.step("agent_seen", agent="a", conn=old)).code == "stale"
    (agent,) = (await world.engine.snapshot()).agents
    assert (agent.presence, await world.offered_to(ringing)) == ("online", "a")
    assert (await world.engine.step("agent_lost", agent="a", conn="conn-newer")).ok
    (agent,) = (await world.engine.snapshot()).agents
    assert (agent.presence, await world.offered_to(ringing)) == ("lost", None)
