"""A colleague whom the agent of a call asks in (docs/voice.md, "Consulting a colleague")."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.explain import Limits, Picture
from router.core.model import Chosen, LiveAgent, LiveContact, Reply
from tests.kit.store import World
from tests.live.test_paused_round import STEPS, paused
from tests.live.test_rebuilt import rebuilt
from tests.live.test_s1_rounds import rings_for
from tests.live.test_sweeper import found


async def call(world: World, *, severity: int = 3) -> str:
    """a talks; b is ready."""
    await world.agent("a")
    contact = await world.arrive(severity=severity)
    await world.answer(contact)
    await world.agent("b")
    return contact


async def live(world: World, contact: str) -> LiveContact:
    there = await world.contact(contact)
    assert there is not None
    return there


async def desk(world: World, name: str) -> LiveAgent:
    return {one.id: one for one in (await world.engine.snapshot()).agents}[name]


async def does(world: World, step: str, who: str, contact: str, **more: Any) -> Reply:
    return await world.engine.step(step, agent=who, contact=contact, **more)


async def asks(world: World, contact: str, to: str = "b") -> None:
    assert (await does(world, "consult", "a", contact, to_agent=to)).ok


async def comes(world: World, contact: str) -> None:
    await asks(world, contact)
    assert (await does(world, "consult_answer", "b", contact)).ok


async def how(world: World, contact: str) -> tuple[str | None, bool]:
    """How far the consult is, and whether the caller is on hold."""
    there = await live(world, contact)
    return there.consult and there.consult.at, there.held


async def why_over(world: World) -> list[str | None]:
    return [it.why for it in await world.happened() if it.name == "contact.consult_over"]


async def test_whoever_comes_is_rung_no_more_by_an_emergency_that_rings_for_everybody(
    world: World,
) -> None:
    """Found by the oracle's seed 8000101: it rang again in the moment in which they came."""
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    for name in ("b", "c"):
        await paused(world, name)
    worse = await world.arrive(severity=1, ladder=STEPS)
    assert await rings_for(world, worse) == ["b", "c"]
    await comes(world, contact)
    assert await rings_for(world, worse) == ["c"]
    assert (await desk(world, "b")).offer is None


# Asking -----------------------------------------------------------------------------------------


async def test_the_caller_is_on_hold_while_the_colleague_is_rung(world: World) -> None:
    contact = await call(world)
    await asks(world, contact)
    assert await how(world, contact) == ("asked", True)
    assert (await desk(world, "b")).asked == contact
    assert (await desk(world, "b")).state == "ready"


async def test_who_comes_talks_with_the_agent_and_is_offered_nothing(world: World) -> None:
    contact = await call(world)
    await asks(world, contact)
    await world.advance(5_000)
    await world.happened()
    assert (await does(world, "consult_answer", "b", contact)).ok
    (event,) = [it for it in await world.happened() if it.name == "contact.consulted"]
    assert (event.agent, event.handed_to, event.waited_ms) == ("a", "b", 5_000)
    assert await how(world, contact) == ("apart", True)
    there = await desk(world, "b")
    assert (there.state, there.state_at, there.used) == ("talking", world.now, 100)
    for channel, severity in (("voice", 1), ("sms", 1), ("email", 3)):
        assert await world.offered_to(await world.arrive(channel, severity)) is None


async def test_an_s1_rings_at_whoever_is_asked_and_their_answer_ends_the_asking(
    world: World,
) -> None:
    contact = await call(world)
    await asks(world, contact)
    danger = await world.arrive(severity=1)
    assert await world.offered_to(danger) == "b"
    await world.accept(danger)
    assert await why_over(world) == ["own_work"]
    assert await how(world, contact) == (None, False)


async def test_what_rings_at_whoever_comes_goes_on_to_others(world: World) -> None:
    contact = await call(world)
    await asks(world, contact)
    other = await world.arrive()
    assert await world.offered_to(other) == "b"
    assert (await does(world, "consult_answer", "b", contact)).ok
    assert await world.state(other) == "queued"
    assert (await desk(world, "b")).missed_at is None
    await world.agent("c")
    assert await world.offered_to(other) == "c"


@pytest.mark.parametrize(
    ("who", "why"), [("b", "declined"), ("a", "called_off"), (None, "not_answered")]
)
async def test_where_nobody_comes_the_caller_is_with_the_agent_again(
    world: World, who: str | None, why: str
) -> None:
    contact = await call(world)
    await asks(world, contact)
    await world.happened()
    if who:
        assert (await does(world, "consult_end", who, contact)).ok
    else:
        await world.keep("a", "b")
        await world.advance(19_999)
        assert await how(world, contact) == ("asked", True)
        await world.advance(1)
    assert await why_over(world) == [why]
    assert await how(world, contact) == (None, False)
    there = await desk(world, "b")
    assert (there.asked, there.consult, there.missed_at) == (None, None, None)
    assert (await does(world, "consult_answer", "b", contact)).code == "too_late"


async def test_a_caller_who_was_on_hold_before_stays_there(world: World) -> None:
    contact = await call(world)
    await does(world, "hold", "a", contact, on=True)
    await asks(world, contact)
    await does(world, "consult_end", "a", contact)
    assert await how(world, contact) == (None, True)


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        ("in a call", "on_call"), ("in wrap-up", "wrapup"), ("no sound", "no_sound"),
        ("away", "lost"), ("recovering", "paused"), ("asked by another", "ringing"),
    ],
)  # fmt: skip
async def test_who_cannot_be_asked(world: World, case: str, cause: str) -> None:
    contact = await call(world)
    if case in ("in a call", "in wrap-up"):
        other = await world.arrive()
        await world.answer(other)
        if case == "in wrap-up":
            await does(world, "hang_up", "b", other)
    elif case == "no sound":
        await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    elif case == "away":
        await world.engine.step("agent_lost", agent="b", conn="conn-b")
    elif case == "recovering":
        chosen = Chosen(ready=False, reason="recovering")
        await world.engine.step("agent_choice", agent="b", choice=chosen)
    else:
        await world.agent("c")
        other = await world.arrive()
        await world.answer(other)
        by = (await live(world, other)).agent
        to = "c" if by == "b" else "b"
        assert (await does(world, "consult", str(by), other, to_agent=to)).ok
        reply = await does(world, "consult", "a", contact, to_agent=to)
        assert (reply.code, reply.cause) == ("not_ready", cause)
        return
    reply = await does(world, "consult", "a", contact, to_agent="b")
    assert (reply.code, reply.cause) == ("not_ready", cause)
    assert await how(world, contact) == (None, False)


async def test_whoever_is_paused_at_a_desk_can_be_asked(world: World) -> None:
    contact = await call(world)
    chosen = Chosen(ready=False, reason="admin")
    await world.engine.step("agent_choice", agent="b", choice=chosen)
    await comes(world, contact)
    await does(world, "consult_end", "b", contact)
    assert (await desk(world, "b")).state == "paused"


async def test_only_the_agent_of_the_call_asks_and_one_at_a_time(world: World) -> None:
    contact = await call(world)
    await world.agent("c")
    assert (await does(world, "consult", "b", contact, to_agent="c")).code == "not_yours"
    assert (await does(world, "consult", "a", contact, to_agent="a")).code == "bad_request"
    assert (await does(world, "consult", "a", contact, to_agent="x")).code == "unknown"
    assert (await does(world, "consult", "a", "gone", to_agent="b")).code == "too_late"
    await asks(world, contact)
    assert (await does(world, "consult", "a", contact, to_agent="c")).code == "bad_request"
    assert (await does(world, "consult_answer", "c", contact)).code == "too_late"
    assert (await does(world, "consult_end", "c", contact)).code == "too_late"
    for step in ("consult_together", "consult_hand_over"):
        assert (await does(world, step, "a", contact, on=True)).code == "bad_request"


async def test_without_sound_an_answer_is_refused_and_it_rings_on(world: World) -> None:
    contact = await call(world)
    await asks(world, contact)
    await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    assert (await does(world, "consult_answer", "b", contact)).code == "no_sound"
    assert await how(world, contact) == ("asked", True)


# There ------------------------------------------------------------------------------------------


async def test_back_and_forth_and_all_three(world: World) -> None:
    contact = await call(world)
    await comes(world, contact)
    await does(world, "hold", "a", contact, on=False)
    assert await how(world, contact) == ("apart", False)
    await does(world, "hold", "a", contact, on=True)
    assert (await does(world, "consult_together", "a", contact, on=True)).ok
    assert await how(world, contact) == ("together", False)
    assert (await does(world, "consult_together", "b", contact, on=False)).code == "not_yours"
    assert (await does(world, "consult_together", "a", contact, on=False)).ok
    assert await how(world, contact) == ("apart", False)


@pytest.mark.parametrize(("who", "why"), [("a", "ended"), ("b", "left")])
async def test_when_either_ends_it_the_caller_is_with_the_agent(
    world: World, who: str, why: str
) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.advance(4_000)
    await world.happened()
    assert (await does(world, "consult_end", who, contact)).ok
    assert await why_over(world) == [why]
    assert await how(world, contact) == (None, False)
    there = await desk(world, "b")
    assert (there.state, there.used, there.idle_since) == ("ready", 0, world.now)
    other = await world.arrive()
    assert await world.offered_to(other) == "b"


async def test_texts_in_hand_are_set_aside_and_come_back(world: World) -> None:
    contact = await call(world)
    text = await world.arrive("sms")
    await world.answer(text)
    await comes(world, contact)
    assert await world.state(text) == "parked"
    await does(world, "consult_end", "b", contact)
    assert await world.state(text) == "active"
    assert (await live(world, text)).agent == "b"


@pytest.mark.parametrize(
    "how_it_ends", ["caller", "agent", "returned", "transferred", "outside", "taken"]
)
async def test_it_ends_with_the_call(world: World, how_it_ends: str) -> None:
    contact = await call(world)
    await world.agent("s", ready=False)
    await comes(world, contact)
    await world.happened()
    match how_it_ends:
        case "caller":
            await world.engine.step("caller_gone", contact=contact, cause="hung_up")
        case "agent":
            await does(world, "hang_up", "a", contact)
        case "returned":
            await does(world, "return", "a", contact)
        case "transferred":
            await does(world, "transfer", "a", contact, ladder="vet=3@60000|@")
        case "outside":
            number = {"name": "clinic", "word": "Clinic", "acknowledge": True, "to": None}
            assert (await does(world, "send_outside", "a", contact, **number)).ok
        case _:
            assert (await does(world, "take_call", "s", contact)).ok
    assert await why_over(world) == ["call_over"]
    there = await desk(world, "b")
    assert (there.consult, there.used) == (None, 0)
    assert await found(world) == []


async def test_the_sound_of_whoever_came_may_be_gone_for_a_while(world: World) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    await world.stay(29_000, "a", "b")
    assert await how(world, contact) == ("apart", True)
    await world.engine.step("agent_media", agent="b", media="up", proc="p1")
    await world.stay(60_000, "a", "b")
    assert await how(world, contact) == ("apart", True)


@pytest.mark.parametrize("what", ["page", "sound"])
async def test_whoever_came_and_does_not_come_back_is_there_no_more(
    world: World, what: str
) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.happened()
    if what == "page":
        await world.engine.step("agent_lost", agent="b", conn="conn-b")
    else:
        await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    assert (await does(world, "consult_hand_over", "a", contact)).code == "no_sound"
    await world.stay(30_000, "a", *(() if what == "page" else ("b",)))
    assert await why_over(world) == ["not_back"]
    assert await how(world, contact) == (None, False)


@pytest.mark.parametrize("at", ["asked", "apart"])
async def test_whose_session_is_over_hears_the_call_no_more(world: World, at: str) -> None:
    contact = await call(world)
    await (asks if at == "asked" else comes)(world, contact)
    await world.happened()
    assert (await world.engine.step("session_over", agent="b")).ok
    assert await why_over(world) == ["left_desk"]
    assert await how(world, contact) == (None, False)
    there = await desk(world, "b")
    assert (there.asked, there.consult, there.used) == (None, None, 0)
    assert await found(world) == []


# The call is theirs -----------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False])
async def test_handed_over_the_call_is_the_colleagues(world: World, together: bool) -> None:
    contact = await call(world)
    text = await world.arrive("sms")
    await world.answer(text)
    await comes(world, contact)
    if together:
        await does(world, "consult_together", "a", contact, on=True)
    assert (await does(world, "consult_hand_over", "b", contact)).code == "not_yours"
    assert (await does(world, "consult_hand_over", "a", contact)).ok
    there = await live(world, contact)
    assert (there.agent, there.state, there.held, there.consult) == ("b", "connecting", False, None)
    assert (await does(world, "connected", "b", contact)).ok
    assert await world.state(text) == "parked"
    assert (await desk(world, "a")).state == "wrapup"
    await does(world, "hang_up", "b", contact)
    await does(world, "wrapped", "b", contact)
    assert await world.state(text) == "active"


async def test_the_agent_gone_for_good_leaves_the_caller_with_whoever_is_there(
    world: World,
) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.stay(30_000, "a", "b")
    there = await live(world, contact)
    assert (there.agent, there.state) == ("b", "connecting")


async def test_the_agents_page_gone_for_good_leaves_the_caller_there_too(world: World) -> None:
    """Their sound was up to the last: nothing else says that they are gone."""
    contact = await call(world)
    await comes(world, contact)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.stay(120_000, "b")
    assert (await desk(world, "a")).presence == "offline"
    there = await live(world, contact)
    assert (there.agent, there.consult) == ("b", None)
    assert await found(world) == []


async def test_the_colleague_takes_the_call_while_the_agent_is_gone(world: World) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    assert (await does(world, "consult_hand_over", "b", contact)).ok
    assert (await live(world, contact)).agent == "b"


async def test_both_gone_the_call_is_back_in_its_place(world: World) -> None:
    contact = await call(world)
    await comes(world, contact)
    for name in ("b", "a"):
        await world.engine.step("agent_media", agent=name, media="down", proc="p1")
    await world.stay(30_000, "a", "b")
    there = await live(world, contact)
    assert (there.agent, there.state, there.consult) == (None, "queued", None)


# What is kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["asked", "apart"])
async def test_after_a_loss_of_the_index(world: World, at: str) -> None:
    """Whoever was there still is; a desk that rang is not rung again."""
    contact = await call(world)
    text = await world.arrive("sms")
    await world.answer(text)
    await (asks if at == "asked" else comes)(world, contact)
    await rebuilt(world)
    if at == "asked":
        assert await how(world, contact) == (None, False)
        return
    assert await how(world, contact) == ("apart", True)
    assert (await desk(world, "b")).consult == contact
    assert await world.state(text) == "parked"
    assert await found(world) == []


@pytest.mark.parametrize("back", [True, False])
async def test_whose_sound_came_back_while_the_index_was_away_is_there(
    world: World, back: bool
) -> None:
    contact = await call(world)
    await comes(world, contact)
    await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    await rebuilt(world, b={"media": "up" if back else "down"})
    await world.stay(30_000, "a", "b")
    assert await how(world, contact) == (("apart", True) if back else (None, False))


# Explained --------------------------------------------------------------------------------------


async def test_who_can_be_asked_is_told_as_it_is_decided(world: World) -> None:
    """The list in Transfer against the step, for every kind of colleague."""
    contact = await call(world)
    for name in ("talks", "wraps", "muted", "lost"):
        await world.agent(name)
    for name, reason in (("breaks", "break"), ("rests", "recovering"), ("idle", "signed_in")):
        await world.agent(name, ready=False)
        chosen = Chosen(ready=False, reason=reason)
        await world.engine.step("agent_choice", agent=name, choice=chosen)
    for name, over in (("talks", False), ("wraps", True)):
        other = await world.arrive()
        assert (await does(world, "assign", name, other, by="s")).ok
        await world.answer(other)
        if over:
            await does(world, "hang_up", name, other)
    await world.engine.step("agent_media", agent="muted", media="down", proc="p1")
    await world.engine.step("agent_lost", agent="lost", conn="conn-lost")
    snapshot = await world.engine.snapshot()
    contacts = {one.id: one for one in snapshot.contacts}
    agents = {one.id: one for one in snapshot.agents}
    picture = Picture(contacts, agents, Limits(4, 5), world.now)
    told, decided = {}, {}
    for name in agents.keys() - {"a"}:
        told[name] = picture.asked_in(name)
        reply = await does(world, "consult", "a", contact, to_agent=name)
        decided[name] = reply.cause
        if reply.ok:
            await does(world, "consult_end", "a", contact)
    assert told == decided
    assert {name for name, cause in told.items() if cause is None} == {"b", "breaks", "idle"}


async def test_a_call_that_is_back_in_line_after_a_loss_keeps_no_texts_of_the_colleague(
    world: World,
) -> None:
    contact = await call(world)
    text = await world.arrive("sms")
    await world.answer(text)
    await comes(world, contact)
    await rebuilt(world, **{contact: {"state": "queued", "agent": None, "units": 0}})
    assert await world.state(text) == "active"


# Of a queue, or with a skill ---------------------------------------------------------------------


async def asked_of(world: World, contact: str, ladder: str) -> str | None:
    """Whose desk rings when the agent of the call asks one of that ladder in."""
    reply = await does(world, "consult", "a", contact, ladder=ladder)
    if not reply.ok:
        assert (reply.code, await how(world, contact)) == ("not_ready", (None, False))
        return None
    there = await live(world, contact)
    assert there.consult is not None
    assert there.held
    return there.consult.agent


async def test_whoever_is_free_is_asked_nearest_in_skill_and_longest_free_first(
    world: World,
) -> None:
    contact = await call(world)
    await world.agent("d", vet=5)
    await world.advance(1_000)
    await world.agent("c", vet=3)
    await world.advance(1_000)
    await world.agent("e", vet=3)
    assert await asked_of(world, contact, "vet=3@") == "c"
    assert (await desk(world, "c")).asked == contact
    assert (await does(world, "consult_answer", "c", contact)).ok
    assert await how(world, contact) == ("apart", True)


async def test_a_later_step_of_a_queue_is_asked_where_the_first_has_nobody(world: World) -> None:
    contact = await call(world)  # b has no skill
    await world.agent("c", vet=1)
    assert await asked_of(world, contact, "vet=5@9000|vet=1@9000|@") == "c"


async def test_the_agents_own_skills_ask_nobody(world: World) -> None:
    await world.agent("a", vet=3)
    contact = await world.arrive()
    await world.answer(contact)
    assert await asked_of(world, contact, "vet=3@") is None


@pytest.mark.parametrize("why", ["paused", "mute", "rung", "asked", "not there"])
async def test_who_is_not_free_is_not_asked_and_the_caller_stays(world: World, why: str) -> None:
    contact = await call(world)
    other = ""
    if why == "asked":  # by b, in another call
        other = await world.arrive()
        assert await world.answer(other) == "b"
    if why != "not there":
        await world.agent("c", ready=why != "paused", vet=3)
    if why == "mute":
        await world.engine.step("agent_media", agent="c", media="down", proc="p1")
    if why == "rung":
        other = await world.arrive(ladder="vet=3@")
        assert await world.offered_to(other) == "c"
    if why == "asked":
        assert (await does(world, "consult", "b", other, to_agent="c")).ok
    assert await asked_of(world, contact, "vet=3@") is None


async def test_the_places_kept_for_s1_stay_free(world: World) -> None:
    contact = await call(world, severity=3)
    await world.engine.step("configure", cfg={"reserve": 1})
    assert await asked_of(world, contact, "@") is None


async def test_where_the_best_is_asked_already_the_next_is_asked(world: World) -> None:
    contact = await call(world)
    other = await world.arrive()
    assert await world.answer(other) == "b"
    await world.agent("c", vet=3)
    await world.advance(1_000)
    await world.agent("d", vet=3)
    assert (await does(world, "consult", "b", other, to_agent="c")).ok
    assert await asked_of(world, contact, "vet=3@") == "d"
