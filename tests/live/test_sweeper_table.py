"""Each row of the sweeper's table (docs/runbook.md): the index is broken so, the finding has that
code, the repair is what the page says, and the next look finds nothing."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from router.core.model import Chosen
from router.core.states import STATES, State
from router.live.library import library_source
from tests.kit.store import World

from .test_sweeper import forget, found
from .test_transitions import TEXT, VOICE, put

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
Break = Callable[[World], Awaitable[list[str]]]
"""Breaks a rule; of whom the sweeper says so."""
_lost = itertools.count()


async def write(world: World, name: str, **fields: Any) -> None:
    """A record as a step that broke off left it (None: without the field); the memory reads it."""
    records, redis = f"{world.engine.prefix}:records", world.engine._redis
    record = json.loads(await redis.hget(records, name) or b"{}")
    record |= fields
    kept = {key: value for key, value in record.items() if value is not None}
    await redis.hset(records, name, json.dumps(kept))
    await forget_all(world)


async def forget_all(world: World) -> None:
    """The library's memory is read again from the records, whether or not the last step wrote."""
    await world.engine._redis.hset(f"{world.engine.prefix}:records", "v", f"lost {next(_lost)}")


async def lane(world: World, *take: str, put_in: str | None = None) -> None:
    """What waits for anybody: taken out of the lane, or put in though it does not wait."""
    name = f"{world.engine.prefix}:lane:voice|"
    redis = world.engine._redis
    live = {one.id: one for one in (await world.engine.snapshot()).contacts}
    for id in take:
        assert await redis.zrem(name, f"{int(live[id].arrived_at):013d}:{id}") == 1
    if put_in is not None:
        await redis.zadd(name, {f"{int(live[put_in].arrived_at):013d}:{put_in}": 1})
    await forget_all(world)


async def waits_in_no_place(world: World) -> list[str]:
    contact = await world.arrive()
    await lane(world, contact)
    return [contact]


async def has_a_place_and_does_not_wait(world: World) -> list[str]:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await write(world, f"c:{contact}", lane="voice|")
    await lane(world, put_in=contact)
    return [contact]


async def nobody_could_find_it(world: World) -> list[str]:
    contact = await world.arrive()
    await lane(world, contact)
    await write(world, f"c:{contact}", lane=None)
    await world.engine._redis.sadd(f"{world.engine.prefix}:beside_lanes", contact)
    return [contact]


async def has_no_step(world: World) -> list[str]:
    await world.agent("a")
    contact = await world.arrive(severity=1, ladder="vet=3@6000|@")
    await forget(world, "step", contact)
    return [contact]


async def its_agent_does_not_know(world: World) -> list[str]:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await write(world, "a:a", contacts=[])
    return [contact]


async def an_agent_has_what_waits(world: World) -> list[str]:
    await world.agent("a", ready=False)
    contact = await world.arrive()
    await write(world, "a:a", contacts=[contact, "of-nobody"])
    return ["a"] * 2


async def it_rings_and_nobody_hears_it(world: World) -> list[str]:
    await world.agent("a")
    contact = await world.arrive()
    await write(world, "a:a", offer=None)
    return [contact]


async def an_agent_hears_what_does_not_ring(world: World) -> list[str]:
    await world.agent("a")
    gone = {"contact": "gone", "fence": "1.9", "expires": world.now + 9_000, "since": world.now}
    await write(world, "a:a", offer=gone)
    return ["a"]


async def the_sum_is_wrong(world: World) -> list[str]:
    await world.agent("a")
    await world.answer(await world.arrive("sms"))
    await write(world, "a:a", used=75)
    return ["a"]


async def somebody_may_take_it(world: World) -> list[str]:
    await world.agent("a", ready=False)
    contact = await world.arrive()
    await write(world, "a:a", choice={"ready": True}, spots="v0 t0", cause="free")
    return [contact]


async def an_id_of_nobody(world: World) -> list[str]:
    await world.engine._redis.sadd(f"{world.engine.prefix}:agents", "nobody")
    return ["nobody"]


async def remembered_as_busy(world: World) -> list[str]:
    await world.agent("a")
    await write(world, "a:a", spots=None)
    return ["a"]


async def it_stands_for_nobody(world: World) -> list[str]:
    await world.agent("a")
    call = await world.arrive(party="p1")
    await world.answer(call)
    contact = await world.promise(party="p1", theirs=[call])
    await world.engine._redis.srem(f"{world.engine.prefix}:promises", f"p1 {contact}")
    await forget_all(world)
    await world.engine.step("hang_up", agent="a", contact=call)
    await world.engine.step("wrapped", agent="a", contact=call, disposition="x")
    return [contact]


async def _sits(world: World) -> str:
    await world.agent("a")
    await world.agent("s", ready=False)
    contact = await world.arrive()
    await world.answer(contact)
    await world.engine.step("sit_beside", agent="s", contact=contact, mode="listen")
    return contact


async def the_call_names_somebody_who_is_not_there(world: World) -> list[str]:
    contact = await _sits(world)
    await write(world, "a:s", beside=None)
    return [contact]


async def somebody_sits_where_nobody_knows_them(world: World) -> list[str]:
    contact = await _sits(world)
    await write(world, f"c:{contact}", beside=None)
    return ["s"]


async def _consults(world: World) -> str:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.agent("s")
    await world.engine.step("consult", agent="a", contact=contact, to_agent="s")
    await world.engine.step("consult_answer", agent="s", contact=contact)
    return contact


async def who_was_asked_in_does_not_know(world: World) -> list[str]:
    contact = await _consults(world)
    await write(world, "a:s", consult=None)
    return [contact]


async def somebody_is_in_a_call_that_does_not_know_them(world: World) -> list[str]:
    contact = await _consults(world)
    await write(world, f"c:{contact}", consult=None)
    return ["s"]


async def a_desk_rings_for_ever(world: World) -> list[str]:
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    await world.agent("s")
    await world.engine.step("consult", agent="a", contact=contact, to_agent="s")
    await forget(world, "consult", contact)
    return [contact]


BROKEN: list[tuple[str, Break]] = [
    ("place", waits_in_no_place),
    ("place", has_a_place_and_does_not_wait),
    ("no_lane", nobody_could_find_it),
    ("no_deadline", has_no_step),
    ("no_deadline", a_desk_rings_for_ever),
    ("agent_does_not_have_it", its_agent_does_not_know),
    ("has_what_is_not_his", an_agent_has_what_waits),
    ("rings_nowhere", it_rings_and_nobody_hears_it),
    ("offer_of_nothing", an_agent_hears_what_does_not_ring),
    ("used", the_sum_is_wrong),
    ("unmatched", somebody_may_take_it),
    ("no_record", an_id_of_nobody),
    ("pool", remembered_as_busy),
    ("stands", it_stands_for_nobody),
    ("beside", the_call_names_somebody_who_is_not_there),
    ("beside", somebody_sits_where_nobody_knows_them),
    ("consult", who_was_asked_in_does_not_know),
    ("consult", somebody_is_in_a_call_that_does_not_know_them),
]
FOLLOWS = {
    it_rings_and_nobody_hears_it: {"place", "pool"},
    an_agent_hears_what_does_not_ring: {"pool"},
    somebody_may_take_it: {"pool"},
    its_agent_does_not_know: {"pool"},
    who_was_asked_in_does_not_know: {"pool", "used"},
}
"""What the same break may be found by as well."""


@pytest.mark.parametrize(("code", "row"), BROKEN, ids=lambda it: getattr(it, "__name__", it))
async def test_a_broken_rule_is_found_by_its_code_and_mended_in_that_step(
    world: World, code: str, row: Break
) -> None:
    expected = [(code, whose) for whose in await row(world)]
    told = await found(world)
    assert [one for one in told if one[0] == code] == expected
    assert {one for one, _ in told} - {code} <= FOLLOWS.get(row, set())
    assert await found(world) == []
    await forget_all(world)
    assert await found(world) == [], "what was written is right too"


def test_each_code_has_its_row_and_each_row_its_test() -> None:
    """`ghost` is found by whoever looks into a lane: tests/live/test_effects.py."""
    source = library_source()
    codes = {*re.findall(r"wrong\('(\w+)'\)", source), *re.findall(r"what = '(\w+)'", source)}
    table = RUNBOOK.read_text().split("## What the sweeper finds")[1].split("\n\n")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == codes | {"ghost"}
    assert {code for code, _ in BROKEN} == codes


async def test_who_had_no_place_is_offered_again(world: World) -> None:
    await waits_in_no_place(world)
    await world.agent("a")
    assert await world.state("c1") == "queued"
    await found(world)
    assert await world.offered_to("c1") == "a"


async def test_who_waits_though_somebody_may_take_it_is_offered_at_once(world: World) -> None:
    await somebody_may_take_it(world)
    await found(world)
    assert await world.offered_to("c1") == "a"


async def test_an_agent_remembered_as_busy_is_asked_at_once(world: World) -> None:
    await remembered_as_busy(world)
    await world.arrive()
    assert await world.state("c1") == "queued"
    await found(world)
    assert await world.offered_to("c1") == "a"


async def test_what_rings_nowhere_goes_on_at_once(world: World) -> None:
    await it_rings_and_nobody_hears_it(world)
    await world.agent("b")
    await found(world)
    live = await world.contact("c1")
    assert live is not None
    assert live.offer is not None
    assert live.offer.agents in (["a"], ["b"])
    assert (await world.accept("c1")).ok


async def test_who_still_rings_in_such_a_round_rings_on(world: World) -> None:
    five = ("a", "b", "c", "d", "e")
    for name in five:
        await world.agent(name)
    contact = await world.arrive(severity=1)
    await world.stay(8_000, *five)
    before = await world.contact(contact)
    assert before is not None
    assert before.offer is not None
    silent, *others = before.offer.agents
    assert len(others) == 2
    await write(world, f"a:{silent}", offer=None)
    assert ("rings_nowhere", contact) in await found(world)
    after = await world.contact(contact)
    assert after is not None
    assert after.offer is not None
    assert (after.offer.fence, after.offer.expires) == (before.offer.fence, before.offer.expires)
    assert set(others) <= set(after.offer.agents)


async def test_a_deadline_that_finds_nobody_rung_passes_and_holds_up_no_other(
    world: World,
) -> None:
    """Before the sweeper came by. Each tick used to break off there: no deadline fired any more."""
    await it_rings_and_nobody_hears_it(world)
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="break"))
    menu = await world.arrive(id="menu", state="in_menu")
    await world.stay(40_000, "a")
    assert await world.state("c1") == "queued"
    assert await world.state(menu) == "queued"


async def test_an_agent_who_heard_what_did_not_ring_is_free(world: World) -> None:
    await an_agent_hears_what_does_not_ring(world)
    await found(world)
    await world.arrive()
    assert await world.offered_to("c1") == "a"


async def test_who_is_talking_is_not_taken_out_of_the_call_with_the_place(world: World) -> None:
    """Whoever comes next is not offered a call that somebody has."""
    await has_a_place_and_does_not_wait(world)
    await found(world)
    await world.agent("b")
    live = await world.contact("c1")
    assert live is not None
    assert (live.state, live.agent, live.lane) == ("active", "a", None)
    assert await world.engine._redis.hget(f"{world.engine.prefix}:violations", "ghost") is None


OWN = [
    (state, voice)
    for states, voice in ((VOICE, True), (TEXT, False))
    for state in states
    if STATES[state].timer or (STATES[state].idle and not voice)
]


@pytest.mark.parametrize(("state", "voice"), OWN)
async def test_the_own_deadline_of_a_state_is_found_and_comes_when_it_would_have(
    world: World, state: State, voice: bool
) -> None:
    contact = await put(world, state, voice=voice)
    kind = STATES[state].timer or STATES[state].idle
    name = f"{world.engine.prefix}:deadlines"
    before = await world.engine._redis.zscore(name, f"{kind}|{contact}")
    await forget(world, str(kind), contact)
    assert await found(world) == [("no_deadline", contact)]
    assert await world.engine._redis.zscore(name, f"{kind}|{contact}") == before
    assert await found(world) == []
