"""Whoever hands a call on keeps its wrap-up (docs/routing.md, "Room and cost")."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.settings.engine_settings import engine_settings
from router.core.model import Chosen, LiveAgent
from router.core.rebuild_facts import ConnectedDesk
from router.rebuild import Rebuild
from router.recorder import Recorder
from tests.kit import acts
from tests.kit.acts import floor_in
from tests.kit.store import CONFIG, World, centre_of
from tests.live.test_sweeper import found
from tests.resilience.test_flush import Alone


async def desk(world: World, name: str = "a") -> LiveAgent:
    return {one.id: one for one in (await world.engine.snapshot()).agents}[name]


async def hands_on(world: World, way: str = "skills", channel: str = "voice") -> str:
    """a has handed on what they had, in one of the ways that there are."""
    await world.agent("a")
    contact = await world.arrive(channel, wrapup_ms=20_000)
    await world.answer(contact)
    mine = {"agent": "a", "contact": contact}
    if way == "skills":
        reply = await world.engine.step("transfer", **mine, ladder="vet=3@600000|@")
    elif way == "agent":
        await world.agent("b")
        reply = await world.engine.step("transfer", **mine, to_agent="b")
    elif way == "number":
        fields = {"name": "clinic", "word": "Clinic", "acknowledge": True, "to": None}
        reply = await world.engine.step("send_outside", **mine, **fields)
    elif way == "consult":
        await world.agent("b")
        await world.engine.step("consult", **mine, to_agent="b")
        await world.engine.step("consult_answer", agent="b", contact=contact)
        reply = await world.engine.step("consult_hand_over", **mine)
    else:
        reply = await world.engine.step("return", **mine)
    assert reply.ok
    return contact


@pytest.mark.parametrize("way", ["skills", "agent", "number", "consult"])
async def test_it_is_a_wrap_up_of_the_calls_own_length(world: World, way: str) -> None:
    contact = await hands_on(world, way)
    a = await desk(world)
    assert (a.state, a.until, a.handed, a.used) == ("wrapup", world.now + 20_000, contact, 100)
    text = await world.arrive("sms", needs={}) if way in ("skills", "number") else None
    if text:
        assert await world.offered_to(text) is None
    await world.stay(19_999, "a", "b")
    assert (await desk(world)).state == "wrapup"
    await world.stay(1, "a", "b")
    a = await desk(world)
    assert (a.state == "wrapup", a.handed, a.idle_since) == (False, None, world.now)
    if text:
        assert await world.offered_to(text) == "a"
    assert await found(world) == []


@pytest.mark.parametrize(("way", "channel"), [("back", "voice"), ("skills", "sms")])
async def test_what_goes_back_in_line_and_a_text_have_none(
    world: World, way: str, channel: str
) -> None:
    await hands_on(world, way, channel)
    a = await desk(world)
    assert (a.handed, a.used) == (None, 0)


async def test_they_end_it_themselves_and_once(world: World) -> None:
    await hands_on(world)
    await world.advance(3_000)
    assert (await world.engine.step("handed_done", agent="a")).ok
    a = await desk(world)
    assert (a.state, a.idle_since) == ("ready", world.now)
    assert (await world.engine.step("handed_done", agent="a")).code == "too_late"


async def test_only_an_s1_call_comes_into_it_and_ends_it_for_good(world: World) -> None:
    await hands_on(world)
    for channel, severity in (("voice", 2), ("sms", 1), ("email", 1)):
        assert await world.offered_to(await world.arrive(channel, severity)) is None
    danger = await world.arrive(severity=1)
    assert await world.offered_to(danger) == "a"
    await world.answer(danger)
    assert (await desk(world)).handed is None
    await world.engine.step("hang_up", agent="a", contact=danger)
    await world.engine.step("wrapped", agent="a", contact=danger, disposition="", comment="")
    assert (await desk(world)).state != "wrapup"


async def test_what_was_set_aside_waits_for_its_end(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    call = await world.arrive(severity=1)
    await world.answer(call)
    await world.engine.step("transfer", agent="a", contact=call, ladder="vet=3@600000|@")
    assert await world.state(text) == "parked"
    await world.engine.step("handed_done", agent="a")
    assert await world.state(text) == "active"


async def test_a_pause_leaves_it_and_signing_out_ends_it(world: World) -> None:
    await hands_on(world)
    chosen = Chosen(ready=False, reason="lunch")
    await world.engine.step("agent_choice", agent="a", choice=chosen)
    assert (await desk(world)).state == "wrapup"
    await world.engine.step("agent_off", agent="a", force=False)
    a = await desk(world)
    assert (a.state, a.handed_until) == ("offline", None)


async def test_a_wrap_up_takes_no_call_of_a_promise_and_no_consult(world: World) -> None:
    await hands_on(world)
    await world.agent("b")
    other = await world.arrive()
    await world.answer(other)
    reply = await world.engine.step("consult", agent="b", contact=other, to_agent="a")
    assert (reply.code, reply.cause) == ("not_ready", "wrapup")


async def test_it_goes_on_in_a_rebuilt_index(store_url: str, tmp_path: Path) -> None:
    """As the desk knows it that is connected: no contact of theirs tells of it."""
    async with floor_in(acts.handed_on, store_url, tmp_path) as floor:
        priya = floor.people["priya"]
        hub, desks = floor.house[Hub], floor.house[Desk]
        hub.join(Page(priya, PAGE_KINDS["desk"], "conn-priya"))

        class Witness(Alone):
            def desks(self) -> list[ConnectedDesk]:
                return desks.desks()

        now = floor.engine.now
        assert now is not None
        until = hub.view.agents[priya.id].handed_until
        assert until is not None
        await floor.engine.wipe()
        recorder = Recorder(floor.database, floor.engine)
        centre = centre_of(floor.database, floor.engine, clock=lambda: now)
        await Rebuild(centre, recorder, lambda: engine_settings(CONFIG), Witness()).run()
        found = {one.id: one for one in (await floor.engine.snapshot()).agents}[priya.id]
        assert (found.state, found.handed_until) == ("wrapup", until)
        assert found.handed == floor.facts["contact"]
