"""Help for an agent in a hard call: who is told, when more are, what ends it (docs/routing.md)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from holdfast.settings.engine_settings import engine_settings
from router.core.help import AtHand, Help, first
from router.core.model import Chosen, Happening
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records import audit_lines
from tests.kit import acts
from tests.kit.acts import floor_in
from tests.kit.store import CONFIG, World, centre_of
from tests.live.test_sweeper import forget, found
from tests.resilience.test_flush import Alone

LISTED = [{"name": "night", "word": "Night lead"}, {"name": "day", "word": "Day lead"}]
ON_CALL = {"on_call": True}


async def helps(world: World) -> dict[str, Help]:
    """The open requests, by agent."""
    return {one.id: one.help for one in (await world.engine.snapshot()).agents if one.help}


async def asks(world: World, agent: str = "a", lead: str | None = None) -> Help:
    reply = await world.engine.step("help_ask", agent=agent, lead=lead)
    assert reply.ok, reply
    assert reply.help is not None
    return reply.help


async def supervisor(world: World, name: str, *, ready: bool = True) -> None:
    who = {"id": name, "name": name.title(), "skills": {"none": 1}, "supervisor": True}
    await world.engine.step("agent_online", agent=who, conn=f"conn-{name}")
    choice = Chosen(ready=True) if ready else Chosen(reason="lunch")
    await world.engine.step("agent_choice", agent=name, choice=choice)


async def board(world: World, *names: str) -> None:
    for name in names:
        await world.engine.beat("board_here", agent=name, name=name.title())


async def stay(world: World, ms: int, *boards: str, desks: tuple[str, ...] = ("a", "b")) -> None:
    """Time passes while these boards and desks answer."""
    end = world.now + ms
    while world.now < end:
        await board(world, *boards)
        await world.keep(*desks)
        await world.advance(min(4_000, end - world.now))


async def told(world: World) -> list[tuple[str, str | None]]:
    """What was told of help since the last call, and why."""
    return [(one.name, one.why) for one in await world.happened() if one.help is not None]


# Whom it is told to ----------------------------------------------------------------------------


async def test_the_lead_is_told_first_then_all_then_the_telephone_rings(world: World) -> None:
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    contact = await world.arrive(severity=2, incident="i1", incident_no="INC-7", line="main")
    await world.answer(contact)
    await board(world, "dana", "olga")
    request = await asks(world, lead="olga")
    assert (request.stage, request.told and request.told.name) == ("one", "Olga")
    assert (request.contact, request.incident_no, request.severity) == (contact, "INC-7", 2)
    await stay(world, 9_999, "dana", "olga")
    assert (await helps(world))["a"].stage == "one"
    await stay(world, 1, "dana", "olga")
    assert (await helps(world))["a"].stage == "all"
    await stay(world, 19_999, "dana", "olga")
    assert (await helps(world))["a"].telling is None
    await stay(world, 1, "dana", "olga")
    request = (await helps(world))["a"]
    assert (request.stage, request.telling and request.telling.at) == ("telephone", "next")
    steps = [it for it in await told(world) if it[0] == "help.widened"]
    assert steps == [("help.widened", "all"), ("help.widened", "telephone")]
    assert await found(world) == []


async def test_without_a_lead_whoever_has_fewest_is_told(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.agent(name)
    await board(world, "dana", "olga")
    chosen = [(await asks(world, name)).told for name in ("a", "b", "c")]
    assert [one.agent for one in chosen if one] == ["dana", "olga", "dana"]


async def test_nobody_on_duty_all_are_told_and_the_telephone_rings_at_once(world: World) -> None:
    """One is at lunch, the other's board is closed."""
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    await supervisor(world, "olga", ready=False)
    await board(world, "dana")
    await world.engine.beat("board_gone", agent="dana")
    request = await asks(world)
    assert (request.stage, request.told) == ("telephone", None)
    assert request.telling is not None
    effects = await world.engine.claim("p1")
    assert [one.kind for one in effects if one.help and one.help.id == request.id] == ["tell"]


async def test_a_board_that_says_nothing_more_is_none(world: World) -> None:
    await world.agent("a")
    await board(world, "dana")
    await world.stay(12_000, "a")
    assert (await asks(world)).told is None


async def test_a_supervisor_at_her_desk_is_told_and_never_of_her_own(world: World) -> None:
    await supervisor(world, "dana")
    await board(world, "dana")
    await world.agent("a")
    assert (await asks(world)).told is not None
    assert (await asks(world, "dana")).told is None


async def test_it_is_the_rule_of_core(world: World) -> None:
    """Random boards, desks and requests: the index tells whom router/core/help.py names."""
    luck = random.Random(37)
    names = ["dana", "olga", "pia", "quin"]
    for n in range(8):
        await world.agent(f"a{n}")
    for _ in range(60):
        name = luck.choice(names)
        if luck.random() < 0.6:
            await board(world, name)
        else:
            await world.engine.beat("board_gone", agent=name)
        boards = set(names) & {
            one.decode() for one in await world.engine._redis.hkeys(f"{world.engine.prefix}:boards")
        }
        asking = luck.choice([f"a{n}" for n in range(8)])
        open_now = await helps(world)
        if asking in open_now:
            await world.engine.step("help_close", help=open_now[asking].id, by="dana", name="Dana")
            continue
        firsts = [it.told.agent for it in open_now.values() if it.told]
        there = [AtHand(id, firsts.count(id)) for id in boards]
        lead = luck.choice([None, *names])
        request = await asks(world, asking, lead)
        assert (request.told.agent if request.told else None) == first(lead, there)


def test_who_is_in_a_call_is_told_after_who_is_not() -> None:
    there = [AtHand("a", 0, in_call=True), AtHand("b", 0), AtHand("c", 1)]
    assert first(None, there) == "b"
    assert first("a", there) == "a"
    assert first("z", [AtHand("c", 1), AtHand("a", 0, in_call=True)]) == "a"
    assert first(None, []) is None


# One request, one person who has it ------------------------------------------------------------


async def test_twice_is_once_and_two_agents_are_two(world: World) -> None:
    await world.agent("a")
    await world.agent("b")
    await board(world, "dana")
    one, again, other = await asks(world), await asks(world), await asks(world, "b")
    assert one.id == again.id != other.id
    asked = [it for it in await told(world) if it[0] == "help.asked"]
    assert len(asked) == 2


async def test_again_after_somebody_has_it_it_is_asked_anew(world: World) -> None:
    """The next emergency, or the same one: whoever has the earlier request is perhaps not there."""
    await world.agent("a")
    await board(world, "dana")
    old = await asks(world)
    await world.engine.step("help_see", help=old.id, by="dana", name="Dana")
    await stay(world, 20_000, "dana")
    await world.happened()
    new = await asks(world)
    assert (new.id != old.id, new.seen, new.stage, new.at) == (True, None, "one", world.now)
    assert await told(world) == [("help.ended", "asked_again"), ("help.asked", None)]
    await stay(world, 10_000, "dana")
    assert (await helps(world))["a"].stage == "all", "its own time"
    late = await world.engine.step("help_see", help=old.id, by="dana", name="Dana")
    assert late.code == "too_late"
    assert await found(world) == []


async def test_of_another_contact_it_is_asked_anew_as_wide_as_it_was(world: World) -> None:
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    contact = await world.arrive(severity=2, incident="i1", incident_no="INC-7", line="main")
    await world.answer(contact)
    await board(world, "dana")
    old = await asks(world)
    await stay(world, 12_000, "dana")
    assert (await asks(world)).id == old.id, "of the same one it is the same request"
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    await world.engine.step("wrapped", agent="a", contact=contact, disposition="", comment="")
    assert (await asks(world)).id == old.id, "of nothing it is the same request"
    other = await world.arrive(severity=1, incident="i2", incident_no="INC-8", line="main")
    await world.answer(other)
    await world.happened()
    new = await asks(world)
    assert (new.contact, new.incident_no, new.stage) == (other, "INC-8", "all")
    assert await told(world) == [("help.ended", "asked_again"), ("help.asked", None)]
    await stay(world, 18_000, "dana")
    rung = (await helps(world))["a"]
    assert rung.stage == "telephone"
    third = await world.arrive(channel="sms", severity=2)
    await world.engine.step("caller_gone", contact=other, cause="hung_up")
    await world.engine.step("wrapped", agent="a", contact=other, disposition="", comment="")
    await world.answer(third)
    again = await asks(world)
    assert (again.contact, again.stage) == (third, "telephone")
    assert again.telling is not None
    assert again.telling.at == "next"
    assert await found(world) == []


async def test_of_a_call_and_an_older_wrap_up_it_is_the_call(world: World) -> None:
    await world.agent("a")
    ended = await world.arrive(severity=1, incident="i1", incident_no="INC-7", line="main")
    await world.answer(ended)
    await world.engine.step("caller_gone", contact=ended, cause="hung_up")
    old = await asks(world)
    assert (old.contact, old.incident_no) == (ended, "INC-7"), "there is nothing else"
    talks = await world.arrive(severity=1, incident="i2", incident_no="INC-8", line="main")
    await world.answer(talks)
    agent = (await world.engine.snapshot()).agents[0]
    assert {ended, talks} <= set(agent.contacts), "the wrap-up is still open"
    new = await asks(world)
    assert (new.contact, new.incident_no) == (talks, "INC-8")


async def test_it_is_seen_once_and_whoever_is_second_hears_who_has_it(world: World) -> None:
    await world.agent("a")
    await board(world, "dana", "olga")
    request = await asks(world)
    await stay(world, 7_000, "dana", "olga")
    mine = {"help": request.id, "by": "dana", "name": "Dana"}
    assert (await world.engine.step("help_see", **mine)).ok
    await world.happened()
    assert (await world.engine.step("help_see", **mine)).ok, "the same person again"
    assert await told(world) == []
    late = await world.engine.step("help_see", help=request.id, by="olga", name="Olga")
    assert (late.code, late.text) == ("taken", "Dana has it")
    await stay(world, 100_000, "dana", "olga")
    seen = (await helps(world))["a"]
    assert (seen.stage, seen.seen and seen.seen.at) == ("one", request.at + 7_000)
    assert await found(world) == []


async def test_of_an_older_request_nothing_counts(world: World) -> None:
    await world.agent("a")
    old = await asks(world)
    await world.engine.step("help_take_back", help=old.id, agent="a")
    await asks(world)
    for step in ("help_see", "help_close"):
        reply = await world.engine.step(step, help=old.id, by="dana", name="Dana")
        assert reply.code == "too_late"
    assert (await helps(world))["a"].seen is None


@pytest.mark.parametrize(("by", "why"), [("agent", "taken_back"), ("by", "done")])
async def test_it_ends_by_a_person(world: World, by: str, why: str) -> None:
    await world.agent("a")
    request = await asks(world)
    await world.happened()
    step = "help_close" if by == "by" else "help_take_back"
    others = await world.engine.step("help_take_back", help=request.id, agent="dana")
    assert others.code == "not_yours"
    assert (await world.engine.step(step, help=request.id, **{by: "a"})).ok
    assert await told(world) == [("help.ended", why)]
    assert await helps(world) == {}
    await world.stay(700_000, "a")
    assert await told(world) == []


async def test_it_ends_by_itself_long_after_it_was_seen(world: World) -> None:
    await world.agent("a")
    request = await asks(world)
    await world.engine.step("help_see", help=request.id, by="dana", name="Dana")
    await world.stay(599_999, "a")
    assert "a" in await helps(world)
    await world.happened()
    await world.stay(1, "a")
    assert await told(world) == [("help.ended", "over")]


@pytest.mark.parametrize(("mode", "how"), [("listen", "listened"), ("take", "took_call")])
async def test_a_supervisor_in_the_call_has_it(world: World, mode: str, how: str) -> None:
    await world.agent("a", vet=1)
    contact = await world.arrive(needs={"vet": 1})
    await world.answer(contact)
    await supervisor(world, "dana")
    await world.engine.step("agent_media", agent="dana", media="up", proc="p1")
    await asks(world)
    mine = {"agent": "dana", "contact": contact}
    if mode == "take":
        reply = await world.engine.step("take_call", **mine)
    else:
        reply = await world.engine.step("sit_beside", name="Dana", mode=mode, **mine)
    assert reply.ok, reply
    seen = (await helps(world))["a"].seen
    assert seen is not None
    assert (seen.by, seen.how) == ("dana", how)


@pytest.mark.parametrize("hidden", [False, True])
async def test_who_listens_already_and_says_so_has_it_and_is_seen(
    world: World, hidden: bool
) -> None:
    """They sat there, perhaps unseen, before it was asked for."""
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    sits = {"agent": "dana", "name": "Dana", "contact": contact, "mode": "listen", "board": "b1"}
    assert (await world.engine.step("sit_beside", **sits, hidden=hidden)).ok
    await asks(world)
    assert (await helps(world))["a"].seen is None
    reply = await world.engine.step("sit_beside", **sits, hidden=False)
    assert reply.ok
    assert reply.contact is not None
    assert [(one.agent, one.hidden) for one in reply.contact.beside] == [("dana", False)]
    seen = (await helps(world))["a"].seen
    assert seen is not None
    assert (seen.by, seen.how) == ("dana", "listened")
    again = await world.engine.step("sit_beside", **sits, hidden=False)
    assert again.ok
    assert [name for name, _ in await told(world)].count("help.seen") == 1


async def test_a_buddy_beside_them_has_not_seen_it(world: World) -> None:
    await world.agent("a", vet=1)
    contact = await world.arrive(needs={"vet": 1})
    await world.answer(contact)
    await world.agent("b")
    await asks(world)
    sat = {"agent": "b", "name": "B", "contact": contact, "mode": "listen", "trainee": "a"}
    assert (await world.engine.step("sit_beside", **sat)).ok
    assert (await helps(world))["a"].seen is None


# The call and the desk go ----------------------------------------------------------------------


async def test_the_call_ends_and_it_stays_open(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await board(world, "dana")
    await asks(world)
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    await world.engine.step("wrapped", agent="a", contact=contact, disposition="", comment="")
    assert (await helps(world))["a"].contact == contact
    assert await found(world) == []


async def test_signing_out_ends_it_with_its_cause(world: World) -> None:
    await world.agent("a")
    await asks(world)
    await world.happened()
    await world.engine.step("agent_off", agent="a", force=False)
    assert await told(world) == [("help.ended", "signed_out")]


@pytest.mark.parametrize("back", [True, False])
async def test_a_desk_that_is_lost_for_good_leaves_it_open_for_a_while(
    world: World, back: bool
) -> None:
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    request = await asks(world)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    await world.advance(120_000)
    gone = (await helps(world))["a"]
    assert (gone.id, gone.left, gone.ends) == (request.id, world.now, world.now + 600_000)
    assert await found(world) == []
    if back:
        await world.agent("a")
        assert (await helps(world))["a"].ends is None
        await world.stay(700_000, "a")
        assert (await helps(world))["a"].id == request.id
        return
    await world.happened()
    await world.advance(600_000)
    assert ("help.ended", "left") in await told(world)
    assert await helps(world) == {}


async def test_who_has_no_desk_asks_nobody(world: World) -> None:
    await world.agent("a")
    await world.engine.step("agent_lost", agent="a", conn="conn-a")
    assert (await world.engine.step("help_ask", agent="a", lead=None)).code == "not_ready"
    assert (await world.engine.step("help_ask", agent="z", lead=None)).code == "not_ready"


# By telephone ----------------------------------------------------------------------------------


async def rings(world: World) -> Help:
    """The first number on call rings for it."""
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    request = await asks(world)
    reply = await world.engine.step("tell", contact=request.id, people=LISTED)
    assert reply.ok
    assert reply.help is not None
    assert reply.help.telling is not None
    return reply.help


async def test_one_number_after_the_other_then_again_after_a_minute(world: World) -> None:
    request = await rings(world)
    assert request.telling
    assert request.telling.name == "night"
    over = {"contact": request.id, "fence": request.telling.fence, "cause": "no-answer"}
    assert (await world.engine.step("telephone_over", **over)).ok
    reply = await world.engine.step("tell", contact=request.id, people=LISTED)
    assert reply.help
    assert reply.help.telling
    assert reply.help.telling.name == "day"
    over["fence"] = reply.help.telling.fence
    await world.engine.step("telephone_over", **over)
    reply = await world.engine.step("tell", contact=request.id, people=LISTED)
    assert reply.help
    assert reply.help.telling
    assert reply.help.telling.at == "pause"
    assert await found(world) == []
    await world.happened()
    await world.stay(60_000, "a")
    assert ("help.repeated", None) in await told(world)
    again = await world.engine.step("tell", contact=request.id, people=LISTED)
    assert again.help
    assert again.help.telling
    assert again.help.telling.name == "night"


async def test_the_key_there_is_that_person_having_it(world: World) -> None:
    request = await rings(world)
    assert request.telling
    its = {"contact": request.id, "fence": request.telling.fence}
    assert (await world.engine.step("telephone_begun", undone=None, **its)).ok
    assert (await world.engine.step("telephone_dialled", call="CA1", **its)).ok
    assert (await world.engine.step("telephone_picked_up", call="CA1", **its)).ok
    key: dict[str, Any] = {"name": "night", "word": "Night lead", "call": "CA1", "heard": False}
    assert (await world.engine.step("take_over", **its, **key)).ok
    seen = (await helps(world))["a"].seen
    assert seen is not None
    assert (seen.by, seen.name, seen.how) == ("on_call:night", "Night lead", "telephone")
    assert (await world.engine.step("telephone_over", cause="completed", **its)).ok
    await world.stay(100_000, "a")
    assert (await helps(world))["a"].id == request.id
    assert await found(world) == []


@pytest.mark.parametrize("who", ["seen", "closed"])
async def test_who_is_quicker_here_hangs_up_there(world: World, who: str) -> None:
    request = await rings(world)
    assert request.telling
    its = {"contact": request.id, "fence": request.telling.fence}
    await world.engine.step("telephone_begun", undone=None, **its)
    await world.engine.step("telephone_dialled", call="CA1", **its)
    step = "help_see" if who == "seen" else "help_close"
    await world.engine.step(step, help=request.id, by="dana", name="Dana")
    effects = await world.engine.claim("p1")
    assert [one.args["call"] for one in effects if one.kind == "unring"] == ["CA1"]
    late = await world.engine.step(
        "take_over", name="night", word="Night lead", call="CA1", heard=False, **its
    )
    assert late.code == "taken"


async def test_without_numbers_on_call_the_alarm_is_raised_each_minute(world: World) -> None:
    await world.engine.beat("configure", cfg={"on_call": False})
    await world.agent("a")
    await board(world, "dana")
    await asks(world)
    await stay(world, 30_000, "dana")
    await world.happened()
    await stay(world, 180_000, "dana")
    assert await told(world) == [("help.repeated", None)] * 3
    assert await found(world) == []


@pytest.mark.parametrize("kind", ["help", "told"])
async def test_a_deadline_that_is_missing_is_found(world: World, kind: str) -> None:
    await world.engine.beat("configure", cfg=ON_CALL)
    await world.agent("a")
    if kind == "help":
        await board(world, "dana")
    request = await asks(world)
    await forget(world, kind, "a" if kind == "help" else request.id)
    assert await found(world) == [("no_deadline", "a")]
    assert await found(world) == []


# Over a loss of the index ----------------------------------------------------------------------


async def test_it_comes_back_from_the_record(store_url: str, tmp_path: Path) -> None:
    """Of an agent whose desk no process has: the worker died with the store."""
    async with floor_in(acts.handed_on, store_url, tmp_path) as floor:
        engine, priya = floor.engine, floor.people["priya"]
        now = engine.now
        assert now is not None
        before = (await engine.step("help_ask", agent=priya.id, lead=None)).help
        assert before is not None
        recorder = Recorder(floor.database, engine)
        await recorder.drain()
        await engine.wipe()
        centre = centre_of(floor.database, engine, clock=lambda: now)
        await Rebuild(centre, recorder, lambda: engine_settings(CONFIG), Alone()).run()
        after = {one.id: one.help for one in (await engine.snapshot()).agents}[priya.id]
        assert after is not None
        assert (after.id, after.at, after.stage) == (before.id, before.at, before.stage)
        assert (after.left, after.ends) == (now, now + 600_000)  # never for ever
        reply = await engine.step("help_see", help=after.id, by="dana", name="Dana")
        assert reply.ok
        assert (await engine.step("help_close", help=after.id, by="dana", name="Dana")).ok
        await recorder.drain()
        await engine.wipe()
        await Rebuild(centre, recorder, lambda: engine_settings(CONFIG), Alone()).run()
        assert not any(one.help for one in (await engine.snapshot()).agents)
        async with floor.database.read() as connection:
            lines = await audit_lines.lines(connection, audit_lines.Wanted(action="help."))
        assert [one.action for one in lines] == ["help.asked", "help.seen", "help.done"]


# At random -------------------------------------------------------------------------------------


async def test_whatever_happens_it_is_one_seen_once_and_never_without_an_end(world: World) -> None:
    """Agents, supervisors, telephones and losses at random, each invariant after each act."""
    luck = random.Random(17)
    await world.engine.beat("configure", cfg=ON_CALL)
    agents = ["a", "b", "c"]
    seen: dict[str, str] = {}
    for name in agents:
        await world.agent(name)
    for _ in range(400):
        name = luck.choice(agents)
        now = await helps(world)
        request = now.get(name)
        fence = request.telling.fence if request and request.telling else None
        act = luck.choice(
            ["ask", "ask", "see", "close", "back", "lose", "off", "tell", "key", "over", "time"]
        )
        if act == "ask":
            await world.agent(name)
            await world.engine.step("help_ask", agent=name, lead=luck.choice([None, "dana"]))
        elif act in ("see", "close") and request:
            await world.engine.step(f"help_{act}", help=request.id, by="dana", name="Dana")
        elif act == "back":
            await world.agent(name)
        elif act == "lose":
            await world.engine.step("agent_lost", agent=name, conn=f"conn-{name}")
        elif act == "off":
            await world.engine.step("agent_off", agent=name, force=True)
        elif act == "tell" and request:
            await world.engine.step("tell", contact=request.id, people=LISTED)
        elif act == "key" and request:
            key = {"name": "night", "word": "Night lead", "call": "CA1", "heard": False}
            await world.engine.step("take_over", contact=request.id, fence=fence, **key)
        elif act == "over" and request:
            over = {"contact": request.id, "fence": fence, "cause": "busy"}
            await world.engine.step("telephone_over", **over)
        elif act == "time":
            online = [n for n in agents if luck.random() < 0.8]
            await board(world, *(["dana"] if luck.random() < 0.5 else []))
            await world.stay(luck.choice([1_000, 9_000, 40_000, 150_000]), *online)
        check(await world.happened(), seen)
        for who, it in (await helps(world)).items():
            rows = {("help", who), ("told", it.id)}
            armed = set()
            for row in await world.engine._redis.zrange(f"{world.engine.prefix}:deadlines", 0, -1):
                kind, _, of = row.decode().partition("|")
                armed.add((kind, of))
            assert armed & rows, (act, it)
            if it.left:
                assert world.now <= it.left + 600_000 or it.seen, it
        assert await found(world) == []
    assert len(seen) > 10


def check(happened: list[Happening], seen: dict[str, str]) -> None:
    for one in happened:
        if one.name == "help.seen":
            assert one.help is not None
            assert one.help.seen is not None
            assert one.help.id not in seen, "seen once"
            seen[one.help.id] = one.help.seen.by
