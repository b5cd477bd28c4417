"""What a rebuild makes of work that stood still for a call, and of ladders."""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast.settings.engine_settings import engine_settings
from router.core.model import Chosen, LiveAgent, LiveContact
from tests.kit.store import CONFIG, World
from tests.live.test_sweeper import found


async def rebuilt(
    world: World, **now: dict[str, Any]
) -> tuple[dict[str, LiveContact], dict[str, LiveAgent]]:
    """The same records in a new life of the index. `now`: what is otherwise by then, by id."""
    snapshot = await world.engine.snapshot()
    await world.engine.wipe()
    contacts, agents = (
        [msgspec.to_builtins(live) | now.get(live.id, {}) for live in those]
        for those in (snapshot.contacts, snapshot.agents)
    )
    await world.engine.open_epoch(2, engine_settings(CONFIG), contacts, agents)
    after = await world.engine.snapshot()
    return {c.id: c for c in after.contacts}, {a.id: a for a in after.agents}


async def test_whose_agent_had_lost_the_sound_before_the_loss_waits_no_longer_than_anybody(
    world: World,
) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await rebuilt(world)
    assert await found(world) == []
    await world.stay(31_000, "a")
    assert await world.state(contact) == "queued"


async def test_a_text_set_aside_stays_so_while_the_call_lasts(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    call = await world.arrive(severity=1)
    await world.answer(call)
    contacts, agents = await rebuilt(world)
    assert (contacts[text].state, agents["a"].used) == ("parked", 100)
    await world.engine.step("hang_up", agent="a", contact=call)
    await world.engine.step("wrapped", agent="a", contact=call, disposition="", comment="")
    assert await world.state(text) == "active"


async def test_a_frozen_wrapup_stays_frozen_while_the_call_lasts(world: World) -> None:
    await world.agent("a")
    first = await world.arrive(severity=3)
    await world.answer(first)
    await world.engine.step("hang_up", agent="a", contact=first)
    second = await world.arrive(severity=1)
    await world.answer(second)
    _, agents = await rebuilt(world)
    assert (agents["a"].frozen, agents["a"].used) == (first, 100)
    await world.stay(40_000, "a")
    assert await world.state(first) == "wrapup"


async def test_the_ladder_of_a_call_in_hand_stands(world: World) -> None:
    await world.agent("a", vet=3)
    call = await world.arrive(severity=2, ladder="vet=3@5000|@")
    await world.answer(call)
    snapshot = await world.engine.snapshot()
    lagging = snapshot.contacts[0]
    lagging.ladder_from = world.now  # the record did not hear of the answer
    await world.engine.wipe()
    agents: list[Any] = [msgspec.to_builtins(agent) for agent in snapshot.agents]
    await world.engine.open_epoch(
        2, engine_settings(CONFIG), [msgspec.to_builtins(lagging)], agents
    )
    await world.stay(60_000, "a")
    live = await world.contact(call)
    assert live is not None
    assert (live.state, int(live.step or 0), live.ladder_from) == ("active", 0, None)


async def test_an_s1_joined_during_a_loss_keeps_its_ladder_time(world: World) -> None:
    """Its legs met while the index was away: in the record it waits still. When it comes back in
    line, its ladder goes on where it stood, and not at its beginning."""
    await world.agent("a", safety=1)
    await world.agent("b")  # who may take it in the end: else its ladder goes there at once
    call = await world.arrive(severity=1, ladder="vet=5@6000|safety=5@6000|@5000|@*")
    await world.stay(4_000, "a", "b")
    snapshot = await world.engine.snapshot()
    (joined,) = [msgspec.to_builtins(live) for live in snapshot.contacts]
    joined |= {
        "state": "active",
        "agent": "a",
        "units": 100,
        "answered_at": world.now,
        "lane": None,
    }
    agents: list[Any] = [msgspec.to_builtins(agent) for agent in snapshot.agents]
    await world.engine.wipe()
    await world.engine.open_epoch(2, engine_settings(CONFIG), [joined], agents)
    await world.stay(60_000, "a", "b")  # the talk is no part of it
    assert (await world.engine.step("return", agent="a", contact=call)).ok
    steps = []
    for ms in (0, 1_999, 1, 5_999, 1):
        await world.stay(ms, "a", "b")
        live = await world.contact(call)
        assert live is not None
        steps.append(int(live.step or 0))
    assert steps == [0, 0, 1, 1, 2]


async def test_a_new_turn_that_is_worse_stands_where_it_came_not_where_the_talk_began(
    world: World,
) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    await world.engine.step("reply", agent="a", contact=text, sent=True, next="wait")
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    world.engine.now = world.now + 48 * 3_600_000
    await world.engine.step(
        "message_in", contact=text, score=2 * 10**13 + world.now, answer_by=world.now
    )
    await world.engine.step(
        "severity", contact=text, severity=1, rule="words", by="rule",
        target_ms=60_000, ageing_ms=240_000, ladders={"general": "@"},
    )  # fmt: skip
    live = await world.contact(text)
    assert live is not None
    assert live.score == world.now + 60_000


async def test_who_hears_the_menu_has_the_whole_time_again(world: World) -> None:
    call = await world.arrive(state="in_menu")
    await world.advance(39_000)
    await rebuilt(world)
    await world.advance(39_000)
    assert await world.state(call) == "in_menu"
    await world.advance(1_000)
    assert await world.state(call) == "queued"


async def test_what_is_in_hand_keeps_the_reason_for_which_it_rang_there(world: World) -> None:
    await world.agent("a")
    text = await world.arrive("sms", 3)
    await world.answer(text)
    rings = await world.arrive(severity=2)
    assert await world.offered_to(rings) == "a"
    snapshot = await world.engine.snapshot()
    contacts: list[Any] = [msgspec.to_builtins(live) for live in snapshot.contacts]
    for live in contacts:
        if live["id"] == rings:  # as the record gives back what rang
            live |= {"state": "queued", "offer": None}
    lost = [msgspec.to_builtins(agent) | {"presence": "lost"} for agent in snapshot.agents]
    await world.engine.wipe()
    await world.engine.open_epoch(2, engine_settings(CONFIG), contacts, lost)
    after = {c.id: c for c in (await world.engine.snapshot()).contacts}
    assert after[text].reason == {"step": 0, "chosen": {"a": {"cost": 0, "step": 0}}}
    assert (after[rings].state, after[rings].reason) == ("queued", None)
