"""Doubt: whom an unsure S2 rings at says what it is with one key, and nothing of it is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from router.core.model import Chosen, Grounds
from router.core.severity import Channel, Severity, answer_by, score
from tests.kit.store import TARGETS, World

UNSURE = {"why": ["gums", "grey"], "sure": 41, "unsure": True}


async def unsure(world: World, **more: Any) -> str:
    return await world.arrive("sms", 2, rule="words: “gums” “grey”", grounds=UNSURE, **more)


async def glance(world: World, agent: str, contact: str, severity: int, **more: Any) -> Any:
    live = await world.contact(contact)
    assert live is not None
    place = Severity(severity), Channel.SMS
    fields: dict[str, Any] = {
        "fence": live.offer.fence if live.offer else "0.0",
        "severity": severity,
        "rule": f"glanced at by {agent}",
        "score": score(world.now, *place, TARGETS),
        "answer_by": answer_by(world.now, *place, TARGETS),
        "promote_at": world.now + 4 * TARGETS[Severity(severity)][Channel.SMS],
    }
    return await world.engine.step("glance", agent=agent, contact=contact, **fields | more)


async def state_of(world: World, agent: str) -> str:
    return next(one.state for one in (await world.engine.snapshot()).agents if one.id == agent)


async def test_an_emergency_is_theirs_at_once(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    assert (await glance(world, "a", contact, 1)).ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.state, live.agent) == (1, "active", "a")
    assert live.grounds is None
    assert live.before is not None
    assert (live.before.severity, live.before.by, live.before.grounds) == (
        2, "a", Grounds(["gums", "grey"], 41, unsure=True),
    )  # fmt: skip


async def test_an_emergency_goes_on_at_once_when_it_is_not_for_them(world: World) -> None:
    """In training for S2 at the worst: they said it is one; somebody else takes it."""
    who = {"id": "new", "name": "new", "skills": {}, "floor": 1}
    await world.engine.step("agent_online", agent=who, conn="conn-new")
    await world.engine.step("agent_media", agent="new", media="up", proc="p1")
    await world.engine.step("agent_choice", agent="new", choice=Chosen(ready=True))
    contact = await unsure(world)
    assert await world.offered_to(contact) == "new"
    await world.agent("a")
    assert (await glance(world, "new", contact, 1)).ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.agent) == (1, None)
    assert await world.offered_to(contact) == "a"
    assert await state_of(world, "new") == "ready"


async def test_urgent_goes_on_sure_and_leaves_them_free(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    await world.agent("b")
    before = await world.contact(contact)
    assert (await glance(world, "a", contact, 2)).ok
    live = await world.contact(contact)
    assert live is not None
    assert before is not None
    assert (live.severity, live.grounds, live.answer_by) == (2, None, before.answer_by)
    assert await world.offered_to(contact) == "b"
    assert await state_of(world, "a") == "ready"
    names = [name for name, about in await world.events() if about == contact]
    assert "contact.glanced" in names


async def test_not_an_emergency_goes_on_at_its_new_place(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    worse = await world.arrive("sms", 3, needs={"vet": 1})
    assert (await glance(world, "a", contact, 4)).ok
    live = await world.contact(contact)
    other = await world.contact(worse)
    assert live is not None
    assert other is not None
    assert (live.severity, live.state) == (4, "queued")
    assert live.score > other.score
    assert await state_of(world, "a") == "ready"


async def test_it_is_fenced(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    assert (await glance(world, "a", contact, 4, fence="1.999")).code == "too_late"
    await world.agent("b")
    assert (await glance(world, "b", contact, 4)).code == "too_late"
    await world.advance(60_000)
    assert (await glance(world, "a", contact, 4)).code == "too_late"
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.grounds is not None) == (2, True)


async def test_the_first_of_two_answers_counts(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    fence = live.offer.fence
    answers = await asyncio.gather(
        glance(world, "a", contact, 1, fence=fence), glance(world, "a", contact, 4, fence=fence)
    )
    assert [answer.ok for answer in answers] == [True, False]


async def test_of_what_nobody_doubts_there_is_nothing_to_glance_at(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive("sms", 2)
    assert (await glance(world, "a", contact, 4)).code == "not_ready"
    live = await world.contact(contact)
    assert live is not None
    assert live.severity == 2


async def test_nobody_glances_and_nothing_is_lost(world: World) -> None:
    """It keeps target, place and ladder of an S2, and its doubt."""
    await world.agent("a")
    contact, sure = await unsure(world), await world.arrive("sms", 2)
    doubted, other = await world.contact(contact), await world.contact(sure)
    assert doubted is not None
    assert other is not None
    assert (doubted.score, doubted.answer_by) == (other.score, other.answer_by)
    await world.stay(40_000, "a")
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.grounds) == (2, doubted.grounds)
    assert (live.score, live.answer_by) == (doubted.score, doubted.answer_by)


async def test_in_hand_the_same_severity_settles_the_doubt(world: World) -> None:
    await world.agent("a")
    contact = await unsure(world)
    await world.accept(contact)
    fields: dict[str, Any] = {"contact": contact, "severity": 2, "rule": "set by a", "by": "a"}
    live = await world.contact(contact)
    assert live is not None
    place = {"score": live.score, "answer_by": live.answer_by, "promote_at": live.promote_at}
    assert (await world.engine.step("severity", **fields, **place)).ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.grounds, live.rule) == (2, None, "set by a")


async def test_what_no_single_word_decided_is_kept_as_well(world: World) -> None:
    """An empty list came back from the index as an object, and the text stood in no queue."""
    await world.agent("a")
    grounds = Grounds([], 55, unsure=True)
    contact = await world.arrive("sms", 2, rule="words", grounds=msgspec.to_builtins(grounds))
    live = await world.contact(contact)
    assert live is not None
    assert live.grounds == grounds
    assert (await glance(world, "a", contact, 1)).ok
    live = await world.contact(contact)
    assert live is not None
    assert live.before is not None
    assert live.before.grounds == grounds


async def test_what_was_held_back_by_the_offer_takes_its_place(world: World) -> None:
    """It is no emergency, and a call waits that may displace what is none: they get that call, and
    the text is back at its place once."""
    await world.agent("a")
    contact = await unsure(world)
    call = await world.arrive("voice", 2)
    assert await world.offered_to(contact) == "a"
    assert (await glance(world, "a", contact, 4)).ok
    assert await world.offered_to(call) == "a"
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.state, live.offer) == (4, "queued", None)


@pytest.mark.parametrize("grounds", [None, UNSURE])
async def test_words_never_lower_what_a_person_raised(
    world: World, grounds: dict[str, Any] | None
) -> None:
    """A new message was judged before the record heard of it."""
    await world.agent("a")
    contact = await world.arrive("sms", 3)
    await world.accept(contact)
    place: dict[str, Any] = {"contact": contact, "score": 1, "answer_by": 1, "promote_at": 1}
    await world.engine.step("severity", **place, severity=1, rule="set by a", by="a")
    before = await world.contact(contact)
    reply = await world.engine.step(
        "severity", **place, severity=2, rule="words: “gums”", by="rule", grounds=grounds
    )
    assert reply.ok
    assert await world.contact(contact) == before
