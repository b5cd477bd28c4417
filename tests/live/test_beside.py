"""Somebody beside an agent who talks: where they sit, what ends it, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from holdfast.settings.engine_settings import engine_settings
from router.core.contact import MESSAGE_LEFT
from router.core.model import Chosen, LiveAgent, LiveContact
from router.live.engine import decode_step
from tests.kit.store import CONFIG, World

from .test_sweeper import found


async def call(world: World) -> str:
    """a talks; s and t are at their desks and not ready."""
    await world.agent("a")
    for name in ("s", "t"):
        await world.agent(name, ready=False)
    contact = await world.arrive()
    await world.answer(contact)
    return contact


async def live(world: World, contact: str) -> LiveContact:
    found = await world.contact(contact)
    assert found is not None
    return found


async def people(world: World, contact: str) -> dict[str, str]:
    """Who sits there and how; each of them knows it too."""
    call = await world.contact(contact)
    sits = {one.agent: one.mode.value for one in (call and call.beside) or []}
    agents: list[LiveAgent] = (await world.engine.snapshot()).agents
    assert {a.id for a in agents if a.beside == contact} == set(sits)
    return sits


async def sit(world: World, contact: str, agent: str = "s", mode: str = "listen") -> str:
    reply = await world.engine.step("sit_beside", agent=agent, contact=contact, mode=mode)
    return "" if reply.ok else reply.code


async def rung(world: World, contact: str) -> list[str]:
    offer = (await live(world, contact)).offer
    return offer.agents if offer else []


async def told(world: World) -> list[tuple[str, str | None, str | None]]:
    """Who sat down or left, and how or why."""
    names = {"contact.sat_beside": "sat", "contact.left_beside": "left"}
    happened = await world.happened()
    return [(names[h.name], h.by, h.why) for h in happened if h.name in names]


async def test_they_sit_there_change_what_they_do_and_leave(world: World) -> None:
    contact = await call(world)
    assert await sit(world, contact) == ""
    since = (await live(world, contact)).beside
    await world.advance(1_000)
    assert await sit(world, contact, mode="whisper") == ""
    assert await sit(world, contact, "t", "barge") == ""
    assert await people(world, contact) == {"s": "whisper", "t": "barge"}
    now = (await live(world, contact)).beside
    assert since is not None
    assert now is not None
    assert {one.agent: one.since for one in now}["s"] == since[0].since
    await world.engine.step("leave_beside", agent="s")
    assert await people(world, contact) == {"t": "barge"}
    await world.engine.step("leave_beside", agent="s")
    assert await told(world) == [
        ("sat", "s", "listen"), ("sat", "s", "whisper"), ("sat", "t", "barge"),
        ("left", "s", "left"),
    ]  # fmt: skip


async def test_the_same_twice_is_told_once(world: World) -> None:
    contact = await call(world)
    for _ in range(2):
        assert await sit(world, contact) == ""
    assert await told(world) == [("sat", "s", "listen")]


async def test_whoever_sits_down_elsewhere_leaves_the_first(world: World) -> None:
    first = await call(world)
    await world.agent("b")
    second = await world.arrive()
    await world.answer(second)
    await sit(world, first)
    await sit(world, second)
    assert (await people(world, first), await people(world, second)) == ({}, {"s": "listen"})


@pytest.mark.parametrize("ends", ["caller", "agent", "wrapped"])
async def test_it_ends_with_the_call(world: World, ends: str) -> None:
    contact = await call(world)
    await sit(world, contact)
    if ends == "caller":
        await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    else:
        await world.engine.step("hang_up", agent="a", contact=contact)
    if ends == "wrapped":
        await world.engine.step("wrapped", agent="a", contact=contact, disposition="resolved")
    assert await people(world, contact) == {}
    assert await sit(world, contact) == "too_late"


async def test_it_goes_on_with_the_next_agent_and_over_a_hold(world: World) -> None:
    contact = await call(world)
    await sit(world, contact)
    await world.engine.step("hold", agent="a", contact=contact, on=True)
    await world.agent("b")
    reply = await world.engine.step("transfer", agent="a", contact=contact, to_agent="b")
    assert reply.ok
    assert await people(world, contact) == {"s": "listen"}
    await world.answer(contact)
    assert (await live(world, contact)).agent == "b"
    assert await people(world, contact) == {"s": "listen"}


async def test_a_lost_page_or_sound_keeps_their_place_and_signing_out_does_not(
    world: World,
) -> None:
    contact = await call(world)
    await sit(world, contact)
    await world.engine.step("agent_media", agent="s", media="down", proc="p1")
    await world.engine.step("agent_lost", agent="s", conn="conn-s")
    assert await people(world, contact) == {"s": "listen"}
    await world.engine.step("agent_off", agent="s", force=False)
    assert await people(world, contact) == {}


@pytest.mark.parametrize("supervisor", [True, False])
async def test_whoever_comes_back_as_no_supervisor_sits_there_no_more(
    world: World, supervisor: bool
) -> None:
    contact = await call(world)
    await sit(world, contact)
    await world.engine.step("agent_lost", agent="s", conn="conn-s")
    back = {"id": "s", "name": "s", "skills": {}, "supervisor": supervisor}
    await world.engine.step("agent_online", agent=back, conn="conn-s2")
    assert await people(world, contact) == ({"s": "listen"} if supervisor else {})


async def test_a_call_of_their_own_comes_first(world: World) -> None:
    contact = await call(world)
    await sit(world, contact)
    await world.engine.step("agent_choice", agent="s", choice=Chosen(ready=True))
    mine = await world.arrive()
    await world.answer(mine)
    assert (await live(world, mine)).agent == "s"
    assert await people(world, contact) == {}
    assert await sit(world, contact) == "not_ready"
    assert (await told(world))[-1] == ("left", "s", "own_work")


@pytest.mark.parametrize(
    ("how", "code"),
    [("own", "bad_request"), ("no sound", "no_sound"), ("no desk", "not_ready"),
     ("text", "too_late"), ("waits", "too_late"), ("unknown", "too_late")],
)  # fmt: skip
async def test_where_nobody_can_sit(world: World, how: str, code: str) -> None:
    contact, who = await call(world), "s"
    if how == "own":
        who = "a"
    elif how == "no sound":
        await world.engine.step("agent_media", agent="s", media="down", proc="p1")
    elif how == "no desk":
        await world.engine.step("agent_off", agent="s", force=False)
    elif how == "text":
        await world.agent("b")
        contact = await world.arrive("sms")
        await world.answer(contact)
    elif how == "waits":
        contact = await world.arrive()
    else:
        contact = "nobody"
    assert await sit(world, contact, who) == code


async def test_whoever_takes_the_call_has_it_at_once_and_the_agent_has_its_wrap_up(
    world: World,
) -> None:
    contact = await call(world)
    await sit(world, contact, mode="barge")
    await sit(world, contact, "t")
    reply = await world.engine.step("take_call", agent="s", contact=contact)
    assert reply.ok
    assert (await told(world))[-1] == ("left", "s", "took_it")  # and not: for work of their own
    taken = await live(world, contact)
    assert (taken.state, taken.agent) == ("connecting", "s")
    assert await people(world, contact) == {"t": "listen"}
    agents = {a.id: a for a in (await world.engine.snapshot()).agents}
    assert (agents["a"].contacts, agents["a"].state) == ([], "wrapup")  # time for their notes
    assert (agents["a"].handed, agents["a"].handed_until) == (contact, world.now + 30_000)
    assert (await world.engine.step("handed_done", agent="a")).ok
    agents = {a.id: a for a in (await world.engine.snapshot()).agents}
    assert agents["a"].state == "ready"
    assert (await world.engine.step("connected", contact=contact, agent="s")).ok
    assert await world.state(contact) == "active"
    late = await world.engine.step("hang_up", agent="a", contact=contact)
    assert (late.ok, late.code) == (False, "not_yours")


async def by_board(world: World, contact: str, page: str = "page-1", mode: str = "listen") -> str:
    """z has never had a desk."""
    sat = {"agent": "z", "name": "Zoë", "contact": contact, "mode": mode, "board": page}
    reply = await world.engine.step("sit_beside", **sat)
    return "" if reply.ok else reply.code


async def test_somebody_without_a_desk_sits_there_by_their_board_and_nothing_rings_for_them(
    world: World,
) -> None:
    contact = await call(world)
    assert await by_board(world, contact) == ""
    assert await people(world, contact) == {"z": "listen"}
    (there,) = (await live(world, contact)).beside or []
    assert (there.board, there.name, there.leg) == (True, "Zoë", "z@board")
    waits = await world.arrive(severity=1)
    for _ in range(12):
        await world.engine.beat("ears_seen", agent="z", board="page-1")
        await world.stay(5_000, "a", "s", "t")
    offer = (await live(world, waits)).offer
    assert "z" not in (offer.agents if offer else [])
    assert await found(world) == []
    assert await by_board(world, contact, mode="barge") == ""
    assert [(one.mode, one.since) for one in (await live(world, contact)).beside or []] == [
        ("barge", there.since)
    ]


async def test_a_board_that_is_not_heard_from_hears_the_call_no_more(world: World) -> None:
    contact = await call(world)
    await by_board(world, contact)
    await world.stay(8_000, "a")
    assert (await by_board(world, contact, "page-2")) == ""  # reloaded
    assert not (await world.engine.beat("ears_seen", agent="z", board="page-1")).ok
    await world.stay(8_000, "a")
    assert await people(world, contact) == {"z": "listen"}
    await world.engine.step("session_over", agent="z", board="page-1")  # that one is long gone
    assert await people(world, contact) == {"z": "listen"}
    await world.stay(5_000, "a")
    assert await people(world, contact) == {}
    assert await told(world) == [("sat", "z", "listen"), ("left", "z", "page_lost")]


async def test_whoever_listens_by_their_board_may_close_their_desk_but_not_take_a_call_there(
    world: World,
) -> None:
    contact = await call(world)
    sat = {"agent": "s", "name": "s", "contact": contact, "mode": "listen", "board": "page-1"}
    assert (await world.engine.step("sit_beside", **sat)).ok
    await world.engine.step("agent_lost", agent="s", conn="conn-s")
    for _ in range(60):  # until they count as gone
        await world.engine.beat("ears_seen", agent="s", board="page-1")
        await world.stay(5_000, "a")
    agents = {a.id: a for a in (await world.engine.snapshot()).agents}
    assert agents["s"].state == "offline"
    assert await people(world, contact) == {"s": "listen"}
    await world.agent("s")
    mine = await world.arrive()
    await world.answer(mine)
    assert (await live(world, mine)).agent == "s"
    assert await people(world, contact) == {}
    assert (await told(world))[-1] == ("left", "s", "own_work")


async def test_an_end_says_how_and_since_when_they_sat_there(world: World) -> None:
    contact = await call(world)
    began = world.now
    await sit(world, contact)
    await world.advance(2_000)
    await sit(world, contact, mode="whisper")
    await world.advance(1_000)
    await world.engine.step("session_over", agent="s")
    end = (await world.happened())[-1]
    assert (end.name, end.by, end.why) == ("contact.left_beside", "s", "session_over")
    assert (end.mode, end.since, end.agent, end.contact) == ("whisper", began, "a", contact)


@pytest.mark.parametrize("desk", [True, False])
async def test_whose_desk_a_new_life_of_the_index_does_not_know_sits_there_no_more(
    world: World, desk: bool
) -> None:
    contact = await call(world)
    await sit(world, contact)
    before = await world.engine.snapshot()
    await world.engine.wipe()
    agents: list[Any] = [msgspec.to_builtins(a) for a in before.agents if desk or a.id != "s"]
    contacts: list[Any] = [msgspec.to_builtins(c) for c in before.contacts]
    await world.engine.open_epoch(2, engine_settings(CONFIG), contacts, agents)
    assert await people(world, contact) == ({"s": "listen"} if desk else {})
    ends = [one for one in await told(world) if one[0] == "left"]
    assert ends == ([] if desk else [("left", "s", "index_rebuilt")])


async def test_whoever_is_on_a_call_takes_no_other(world: World) -> None:
    contact = await call(world)
    await world.engine.step("agent_choice", agent="s", choice=Chosen(ready=True))
    await world.answer(await world.arrive())
    reply = await world.engine.step("take_call", agent="s", contact=contact)
    assert (reply.ok, reply.code) == (False, "not_ready")
    assert (await live(world, contact)).agent == "a"


@pytest.mark.parametrize("channel", ["voice", "sms"])
async def test_what_rings_at_whoever_takes_a_call_over_goes_on_to_others_and_is_no_miss(
    world: World, channel: str
) -> None:
    contact = await call(world)
    await world.engine.step("agent_choice", agent="s", choice=Chosen(ready=True))
    rings = await world.arrive(channel, severity=2)
    assert (await live(world, rings)).state == "offered"
    await world.agent("b")
    assert (await world.engine.step("take_call", agent="s", contact=contact)).ok
    assert (await live(world, contact)).agent == "s"
    assert await rung(world, rings) == ["b"]  # a has time for their notes
    me = next(a for a in (await world.engine.snapshot()).agents if a.id == "s")
    assert (me.offer, me.missed_at) == (None, None)
    withdrawn = [h for h in await world.happened() if h.name == "offer.withdrawn"]
    assert [(h.contact, h.agent, h.code) for h in withdrawn] == [(rings, "s", "in_a_call")]
    assert await found(world) == []


async def test_a_worse_one_that_rings_at_whoever_takes_a_call_over_rings_on_at_others(
    world: World,
) -> None:
    contact = await call(world)
    await world.engine.step("agent_choice", agent="s", choice=Chosen(ready=True))
    worse = await world.arrive(severity=1)
    assert "s" in await rung(world, worse)
    assert (await world.engine.step("take_call", agent="s", contact=contact)).ok
    assert "a" in await rung(world, worse)
    assert await found(world) == []


async def test_another_page_goes_on_hearing_it_without_a_new_line_in_the_audit(
    world: World,
) -> None:
    contact = await call(world)
    said = {"by": "z", "action": "contact.sat_beside", "subject": contact}
    lines = []
    for page, mode in (("page-1", "listen"), ("page-2", "listen"), ("page-2", "whisper")):
        before = await world.engine.last_step()
        sat = {"agent": "z", "name": "Zoë", "contact": contact, "mode": mode, "board": page}
        assert (await world.engine.step("sit_beside", **sat, audit=said)).ok
        steps = await world.engine.read(f"{before[0]}-{before[1]}", count=10)
        lines.append([decode_step(raw).audit is not None for _, raw in steps])
    assert lines == [[True], [False], [True]]


async def test_a_message_that_is_left_as_somebody_takes_the_call_over_cuts_nobody_off(
    world: World,
) -> None:
    """The page that left it knew of no other agent yet."""
    contact = await call(world)
    assert (await world.engine.step("take_call", agent="s", contact=contact)).ok
    left = {"agent": "a", "contact": contact, "cause": MESSAGE_LEFT}
    assert (await world.engine.step("caller_gone", **left)).code == "not_yours"
    there = await live(world, contact)
    assert (there.agent, there.caller) == ("s", "present")


async def test_nobody_sits_beside_a_call_that_is_sent_outside(world: World) -> None:
    contact = await call(world)
    assert await sit(world, contact) == ""
    there = {"name": "clinic", "word": "Clinic", "acknowledge": True}
    sent = await world.engine.step("send_outside", contact=contact, agent="a", **there)
    assert sent.ok
    assert await people(world, contact) == {}
    agents = {a.id: a for a in (await world.engine.snapshot()).agents}
    assert agents["s"].beside is None


async def buddy(world: World, contact: str, mode: str = "whisper") -> str:
    """s sits down as the buddy of a."""
    reply = await world.engine.step(
        "sit_beside", agent="s", contact=contact, mode=mode, trainee="a"
    )
    return "" if reply.ok else reply.code


async def test_a_buddy_sits_beside_their_trainee_and_not_beside_whoever_has_the_call_then(
    world: World,
) -> None:
    contact = await call(world)
    assert await buddy(world, contact) == ""
    await sit(world, contact, "t")
    await world.agent("b")
    await world.engine.step("transfer", agent="a", contact=contact, to_agent="b")
    assert await people(world, contact) == {"t": "listen"}  # a supervisor goes with the caller
    assert ("left", "s", "not_their_trainee") in await told(world)
    await world.answer(contact)
    assert (await live(world, contact)).agent == "b"
    assert await buddy(world, contact) == "not_allowed"


async def test_a_buddy_who_comes_back_sits_there_until_they_are_one_no_more(world: World) -> None:
    contact = await call(world)
    await buddy(world, contact)
    await world.engine.step("agent_lost", agent="s", conn="conn-s")
    back = {"id": "s", "name": "s", "skills": {}, "supervisor": False}
    await world.engine.step("agent_online", agent=back, conn="conn-s2")
    assert await people(world, contact) == {"s": "whisper"}
    for of, left in (("s", {"s": "whisper"}), ("t", {})):
        trainee = {"id": "a", "name": "a", "skills": {}, "buddy": of}
        await world.engine.step("agent_online", agent=trainee, conn="conn-a2")
        assert await people(world, contact) == left
