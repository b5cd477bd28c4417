"""Park: a text is set aside without an answer."""

from __future__ import annotations

from typing import Any, cast

import pytest

from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import ContactForm, Refused, handlers
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.steering import ParkForm, Steering
from router.records.accounts import Account
from tests.kit.store import World, centre_of

NO_RECORD = cast(Any, None)


async def test_set_aside_until_a_moment_keeps_the_place_and_frees_the_room(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    before = await world.contact(text)
    assert before is not None
    until = world.now + 1_800_000
    reply = await world.engine.step("park", agent="a", contact=text, until=until)
    assert reply.ok
    assert (await world.engine.snapshot()).agents[0].used == 0
    await world.stay(1_799_000, "a")
    assert await world.state(text) == "parked"
    await world.stay(1_000, "a")
    assert await world.offered_to(text) == "a"
    live = await world.contact(text)
    assert live is not None
    assert (live.arrived_at, live.named, live.until == until) == (before.arrived_at, "a", False)


async def test_the_party_writes_and_its_wait_goes_on_where_it_was(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    before = await world.contact(text)
    await world.engine.step("park", agent="a", contact=text)
    await world.stay(60_000, "a")
    await world.engine.step("message_in", contact=text, answer_by=1, score=9e13, promote_at=9e13)
    live = await world.contact(text)
    assert live is not None
    assert before is not None
    assert (live.state, live.score) == ("offered", before.score)


async def test_only_his_own_and_only_a_text(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    waiting = await world.arrive("sms", 3, needs={"vet": 3})
    await world.answer(text)
    step = world.engine.step
    assert (await step("park", agent="b", contact=text)).code == "not_yours"
    assert (await step("park", agent="a", contact=waiting)).code == "not_yours"
    assert (await step("park", agent="sup", contact=waiting, steers=True)).ok
    parked = await world.contact(waiting)
    assert parked is not None
    assert parked.ladder_from is None  # its ladder stands
    assert (await step("unpark", agent="a", contact=waiting)).code == "not_yours"
    assert (await step("unpark", agent="sup", contact=waiting, steers=True)).ok
    assert await world.state(waiting) == "queued"
    call = await world.arrive("voice", 3)
    assert (await step("park", agent="sup", contact=call, steers=True)).code == "bad_request"


async def test_closing_what_is_set_aside_leaves_the_agent_as_he_was(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    await world.engine.step("park", agent="a", contact=text)
    idle = (await world.engine.snapshot()).agents[0].idle_since
    await world.stay(5_000, "a")
    assert (await world.engine.step("close_contact", contact=text)).ok
    assert (await world.engine.snapshot()).agents[0].idle_since == idle


async def test_an_answer_that_the_record_does_not_have_yet_is_not_told_as_sent(
    world: World,
) -> None:
    """It is asked for before it is written: is this theirs to answer?"""
    await world.agent("a")
    text = await world.arrive("sms")
    await world.answer(text)
    await world.events()
    told = {"agent": "a", "contact": text, "next": "keep"}
    assert (await world.engine.step("reply", sent=False, **told)).ok
    assert ("contact.reply_sent", text) not in await world.events()
    assert (await world.engine.step("reply", sent=True, **told)).ok
    assert ("contact.reply_sent", text) in await world.events()


@pytest.mark.parametrize(
    ("kind", "role", "code"),
    [
        ("desk", "supervisor", "not_yours"),
        ("board", "supervisor", ""),
        ("board", "agent", "not_yours"),
    ],
)
async def test_what_is_in_other_hands_is_set_aside_and_taken_back_from_a_board_alone(
    world: World, kind: str, role: str, code: str
) -> None:
    """At their own desk a supervisor decides about their own work, as everybody does."""
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    page = Page(Account("dana", "dana", "Dana", role, {}, True, ""), PAGE_KINDS[kind], "c9")
    does = handlers(Steering(centre_of(NO_RECORD, world.engine), Hub(dict)))

    async def refused(do: str, form: Any) -> str:
        try:
            await does[do](page, form)
        except Refused as refusal:
            return refusal.code
        return ""

    assert await refused("park", ParkForm(text)) == code
    await world.engine.step("park", agent="a", contact=text)
    assert await refused("unpark", ContactForm(text)) == code
