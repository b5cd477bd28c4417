"""Callers outside, in virtual time: when, who comes first, and that every state ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest
import pytest_asyncio

from channels.voice.limits import Limits, Writing
from channels.voice.outside import Messages, OutsideCalls
from channels.voice.prompts import Prompts
from holdfast.settings.engine_settings import engine_settings
from router.core.current import Current
from router.core.model import Chosen, LiveContact
from router.core.opening import OnCall
from router.on_call import OutsideRouting
from router.records.database import Database
from tests.kit.store import CONFIG, World, centre_of

LADDER = "safety=3@6000|@5000|@10000*|@*!"
NIGHT = {"name": "night", "word": "Night lead", "acknowledge": True}


@pytest_asyncio.fixture
async def night(store_url: str) -> AsyncIterator[World]:
    """A world with somebody on call."""
    found = await World(store_url).open(on_call=True)
    yield found
    await found.engine.close()


async def emergency(world: World) -> str:
    return await world.arrive(severity=1, ladder=LADDER)


async def live(world: World, contact: str) -> LiveContact:
    found = await world.contact(contact)
    assert found is not None
    return found


async def asked(world: World) -> list[str]:
    """Kinds of effects that are due now."""
    await world.engine.beat("tick")
    return [e.kind for e in await world.engine.claim("p1")]


async def outside(world: World) -> tuple[str, str]:
    """A contact at the number outside, and its fence."""
    contact = await emergency(world)
    assert (await world.engine.step("send_outside", contact=contact, **NIGHT)).ok
    there = (await live(world, contact)).outside
    assert there is not None
    return contact, there.fence


async def test_with_nobody_on_duty_no_step_is_waited_out(night: World) -> None:
    contact = await emergency(night)
    assert ("contact.overflow", contact) in await night.events()
    await night.advance(300)  # the first webhook is being answered
    assert await asked(night) == ["overflow"]


async def test_while_whoever_is_ready_cannot_take_it_everybody_at_a_desk_comes_first(
    night: World,
) -> None:
    await night.agent("busy", safety=3)
    await night.answer(await night.arrive())
    contact = await emergency(night)
    await night.stay(9_900, "busy")
    assert (await live(night, contact)).overflow_at is None
    await night.stay(200, "busy")
    assert (await live(night, contact)).overflow_at is not None


async def test_a_supervisor_who_stands_by_is_somebody(night: World) -> None:
    agent = {"id": "s", "name": "S", "skills": {}, "supervisor": True}
    await night.engine.step("agent_online", agent=agent, conn="conn-s")
    await night.engine.step("agent_media", agent="s", media="up", proc="p1")
    contact = await emergency(night)
    assert (await live(night, contact)).overflow_at is None
    assert await night.offered_to(contact) == "s"


async def test_last_agent_who_leaves_lets_the_next_step_overflow(night: World) -> None:
    await night.agent("a")
    contact = await emergency(night)
    await night.engine.step("agent_choice", agent="a", choice=Chosen(reason="recovering"))
    await night.advance(6_000)
    assert (await live(night, contact)).overflow_at is not None


async def test_without_numbers_on_call_he_waits_and_boards_are_alarmed(world: World) -> None:
    contact = await emergency(world)
    assert (await live(world, contact)).overflow_at is None
    await world.advance(21_000)
    assert ("contact.overflow", contact) in await world.events()
    assert await asked(world) == ["look_up"] or not await asked(world)
    assert await world.state(contact) == "queued"


async def test_stale_key_changes_nothing_and_says_why(night: World) -> None:
    contact, fence = await outside(night)
    await night.engine.step("outside_over", contact=contact, fence=fence, cause="no-answer")
    late = await night.engine.step("outside_answered", contact=contact, fence=fence)
    assert (late.ok, late.code) == (False, "taken")
    assert await night.state(contact) == "queued"
    again = await night.engine.step("outside_over", contact=contact, fence=fence, cause="busy")
    assert again.code == "stale"
    await night.engine.step("caller_gone", contact=contact, cause="hung_up")
    gone = await night.engine.step("outside_answered", contact=contact, fence=fence)
    assert gone.code == "caller_gone"


async def test_back_at_its_place_who_is_free_comes_first(night: World) -> None:
    contact, fence = await outside(night)
    await night.agent("a")
    assert await night.offered_to(contact) == "a"  # laid over: it rings outside as well
    reply = await night.engine.step(
        "outside_over", contact=contact, fence=fence, cause="no-answer", inline=True
    )
    assert await night.offered_to(contact) == "a"
    assert reply.contact is not None
    assert reply.stream
    found = await live(night, contact)
    assert found.tried == ["night"]
    assert found.score == found.arrived_at + 15_000


async def test_only_the_key_is_an_answer(night: World) -> None:
    contact, fence = await outside(night)
    await night.engine.step("outside_picked_up", contact=contact, fence=fence)
    assert (await live(night, contact)).answered_at is None
    await night.engine.step("outside_answered", contact=contact, fence=fence)
    found = await live(night, contact)
    assert (found.state, found.answered_at) == ("away", night.now)
    today = (await night.engine.snapshot()).today
    assert (today["1:answered"], today["1:in_target"]) == (1, 1)


async def test_refused_redirect_never_ends_a_talk_that_began_all_the_same(night: World) -> None:
    contact, fence = await outside(night)
    await night.engine.step("outside_answered", contact=contact, fence=fence)
    fields = {"contact": contact, "fence": fence, "cause": "refused"}
    assert (await night.engine.step("outside_over", ringing=True, **fields)).code == "stale"
    assert await night.state(contact) == "away"


async def test_no_news_from_the_carrier_goes_on_to_the_next(night: World) -> None:
    contact, _ = await outside(night)
    until = (await live(night, contact)).until
    assert until is not None
    await night.advance(int(until) - night.now)
    assert await night.state(contact) == "queued"
    await night.advance(300)
    assert "overflow" in await asked(night)


async def test_while_outside_the_carrier_is_asked_whether_he_is_there(night: World) -> None:
    contact, fence = await outside(night)
    await night.engine.step("outside_answered", contact=contact, fence=fence)
    await night.advance(35_000)
    assert "look_up" in await asked(night)
    await night.engine.step("caller_alive", contact=contact)
    assert await night.state(contact) == "away"
    await night.engine.step("caller_gone", contact=contact, cause="hung_up")
    ended = [e for e in await night.events() if e[0] == "contact.ended"]
    assert ended == [("contact.ended", contact)]


async def test_list_that_is_through_begins_again_while_somebody_is_on_duty(night: World) -> None:
    await night.agent("busy")
    await night.answer(await night.arrive())
    contact, fence = await outside(night)
    await night.engine.step("outside_over", contact=contact, fence=fence, cause="busy")
    refused = await night.engine.step("nobody_outside", contact=contact)
    assert (refused.ok, refused.code) == (False, "somebody_here")
    assert await night.state(contact) == "queued"
    await night.stay(59_900, "busy")
    assert (await live(night, contact)).tried == ["night"]
    await night.stay(400, "busy")
    assert (await live(night, contact)).tried is None
    assert "overflow" in await asked(night)


async def test_voicemail_of_an_overflow_is_called_back_whatever_happens(night: World) -> None:
    for cause, step in (
        ("left_message", "message_over"),
        ("hung_up", "caller_gone"),
        ("time_limit", None),
    ):
        contact = await emergency(night)
        assert (await night.engine.step("nobody_outside", contact=contact)).ok
        if step is not None:
            await night.engine.step(step, contact=contact, cause=cause)
        else:
            until = (await live(night, contact)).until
            assert until is not None
            await night.advance(int(until) - night.now)
        assert await night.state(contact) == "ended"
        assert "call_back" in await asked(night)


async def test_transfer_that_nobody_takes_comes_back_named_for_its_agent(night: World) -> None:
    await night.agent("a")
    await night.agent("b")
    contact = await night.arrive(severity=3)
    who = await night.answer(contact)
    sent = await night.engine.step("send_outside", contact=contact, agent=who, **NIGHT)
    assert sent.ok
    there = (await live(night, contact)).outside
    assert there is not None
    assert (there.kind, there.by) == ("transfer", who)
    freed = {a.id: a.state for a in (await night.engine.snapshot()).agents}
    assert freed[who] == "wrapup"
    await night.engine.step("outside_over", contact=contact, fence=there.fence, cause="no-answer")
    assert await night.offered_to(contact) == who
    assert (await live(night, contact)).tried is None


async def test_supervisor_brings_a_call_back_from_outside_or_ends_it_there(night: World) -> None:
    contact, fence = await outside(night)
    assert (await night.engine.step("force_release", contact=contact, by="s")).ok
    assert await night.state(contact) == "queued"
    other, fence = await outside(night)
    await night.engine.step("outside_answered", contact=other, fence=fence)
    assert (await night.engine.step("force_release", contact=other, by="s")).ok
    assert await night.state(other) == "ended"
    assert "hang_up" in await asked(night)


async def test_severity_changed_outside_keeps_it_there(night: World) -> None:
    contact, _ = await outside(night)
    reply = await night.engine.step(
        "severity", contact=contact, severity=2, rule="r", by="b", target_ms=20_000,
        ageing_ms=80_000, ladders={"general": "@"},
    )  # fmt: skip
    assert reply.ok
    assert await night.state(contact) == "outside"
    sweep = await night.engine.beat("sweep", count=100)
    assert not sweep.found


async def test_a_new_queue_begins_its_ladder_anew_and_does_not_go_outside_before_its_end(
    night: World,
) -> None:
    await night.agent("busy")
    await night.answer(await night.arrive())
    contact = await emergency(night)
    await night.stay(21_100, "busy")
    assert (await live(night, contact)).overflow_at is not None
    await night.agent("a")
    assert await night.answer(contact) == "a"
    await night.agent("b", safety=3, ready=False)
    await night.engine.step("agent_choice", agent="b", choice=Chosen(reason="recovering"))
    moved = {"queue": "claims", "wrapup_ms": 90_000, "ladder": "safety=5@600000|@5000|@10000*|@*!"}
    await night.engine.step("agent_choice", agent="a", choice=Chosen(reason="recovering"))
    assert (await night.engine.step("transfer", agent="a", contact=contact, **moved)).ok
    found = await live(night, contact)
    assert (found.state, found.overflow_at, found.tried) == ("queued", None, None)
    assert (found.queue, found.wrapup_ms) == ("claims", 90_000)
    await night.advance(300)
    assert "overflow" not in await asked(night)


async def test_lowered_he_does_not_go_to_the_numbers_on_call_any_more(night: World) -> None:
    await night.agent("busy")
    await night.answer(await night.arrive())
    contact = await emergency(night)
    await night.stay(21_100, "busy")
    assert (await live(night, contact)).overflow_at is not None
    lowered = {"severity": 4, "rule": "no emergency", "by": "s", "score": 2e13 + night.now}
    await night.engine.step(
        "severity", contact=contact, **lowered, ladder="safety=5@", answer_by=night.now,
        promote_at=night.now + 3_600_000,
    )  # fmt: skip
    found = await live(night, contact)
    assert (found.state, found.overflow_at) == ("queued", None)
    await night.advance(300)
    assert "overflow" not in await asked(night)


def calls(world: World, *numbers: str) -> OutsideCalls:
    """What answers the carrier, with these people on call."""
    people = [OnCall(name=n[-4:], word=f"Night {n[-4:]}", number=n) for n in numbers]
    current = Current(msgspec.structs.replace(CONFIG, on_call=people))
    return OutsideCalls(
        world.engine,
        OutsideRouting(
            centre_of(cast(Database, None), world.engine, config=current, clock=lambda: world.now)
        ),
        cast(Messages, None),
        Writing(
            lambda path: f"https://x.test/twilio/voice{path}",
            lambda: Limits(ring=20, acknowledge=8, talk=14_400, message=120),
            Prompts(lambda: CONFIG, "https://x.test"),
        ),
    )


@pytest.mark.parametrize(("numbers", "way"), [(["+12065550151"], "<Dial"), ([], "<Record")])
async def test_webhook_that_came_twice_has_the_same_answer_twice(
    night: World, numbers: list[str], way: str
) -> None:
    """The carrier heeds one of the two, nobody knows which."""
    found = calls(night, *numbers)
    waits = await live(night, await emergency(night))
    first = await found.go_on(waits, night.now)
    assert first is not None
    assert way in first
    assert await found.go_on(waits, night.now) == first  # it read the same state, and was slower


async def test_webhook_answered_while_the_index_redirects_him_does_not_dial_too(
    night: World,
) -> None:
    found = calls(night, "+12065550151")
    waits = await live(night, await emergency(night))
    await night.advance(300)
    await found.overflow(waits, night.now)
    assert "go_outside" in await asked(night)
    answer = await found.go_on(waits, night.now)
    assert answer is not None
    assert "<Dial" not in answer
    assert "/wait" in answer
    await night.advance(5_000)
    later = found.again(await live(night, waits.id), night.now)
    assert "<Dial" in later  # the redirect never came


@pytest.mark.parametrize("tried", [[], ["night"]])
async def test_after_a_loss_of_the_index_the_numbers_on_call_are_still_their_way(
    night: World, tried: list[str]
) -> None:
    """Nobody is here: to begin to wait anew must not mean to wait for nobody."""
    contact = await emergency(night)
    found = await live(night, contact)
    assert found.overflow_at is not None
    found.tried = tried or None
    later = await night.arrive(severity=3)
    lost = [msgspec.to_builtins(c) for c in (found, await live(night, later))]
    await night.engine.wipe()
    await night.engine.open_epoch(2, engine_settings(CONFIG) | {"on_call": True}, lost, [])
    await night.advance(400)
    due = [(e.kind, e.contact) for e in await night.engine.claim("p1")]
    assert due == [("overflow", contact)]
    again = await live(night, contact)
    assert (again.overflow_at, again.tried) == (found.overflow_at, found.tried)
