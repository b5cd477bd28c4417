"""A number outside as second party of a call (docs/voice.md, "A number asked in")."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.consult import Consult
from router.core.model import Reply
from tests.kit.store import World
from tests.live.test_consult import desk, does, how, live, why_over
from tests.live.test_rebuilt import rebuilt
from tests.live.test_sweeper import found

VET = {"kind": "number", "name": "clinic", "word": "Clinic"}
SPANISH = {"kind": "interpreter", "name": "es", "word": "Interpreter, Spanish", "language": "es"}
RINGS = 25_000 + 15_000


async def asks(world: World, line: dict[str, str] = VET) -> str:
    """a talks, and the number is about to be dialled."""
    await world.agent("a")
    contact = await world.arrive()
    await world.answer(contact)
    assert (await does(world, "consult", "a", contact, line=line)).ok
    return contact


async def it(world: World, contact: str) -> Consult:
    there = (await live(world, contact)).consult
    assert there is not None
    return there


async def line(world: World, step: str, contact: str, **more: Any) -> Reply:
    known = (await it(world, contact)).line
    assert known is not None
    return await world.engine.step(step, contact=contact, fence=known.fence, **more)


async def comes(world: World, of: dict[str, str] = VET) -> str:
    """It has answered."""
    contact = await asks(world, of)
    await line(world, "line_begun", contact)
    await line(world, "line_progress", contact, call="CAline", progress="ringing")
    assert (await line(world, "line_up", contact, proc="p1")).ok
    return contact


async def handed(world: World) -> str:
    contact = await comes(world)
    assert (await does(world, "consult_hand_over", "a", contact)).ok
    return contact


async def wanted(world: World) -> list[tuple[str, Any]]:
    """Effects about the number or the caller's line, and the call that is to be hung up."""
    kinds = ("dial_line", "unring", "hang_up")
    claimed = await world.engine.claim("p1")
    return [(one.kind, one.args.get("call")) for one in claimed if one.kind in kinds]


# It rings there ---------------------------------------------------------------------------------


async def test_the_caller_is_on_hold_and_the_number_is_dialled_once(world: World) -> None:
    contact = await asks(world)
    assert await how(world, contact) == ("asked", True)
    assert (await it(world, contact)).name == "Clinic"
    assert await wanted(world) == [("dial_line", None)]
    assert (await line(world, "line_begun", contact)).ok
    assert (await line(world, "line_begun", contact)).code == "taken"
    assert (await does(world, "consult", "a", contact, line=VET)).why == "somebody_asked"


async def test_whoever_waits_their_turn_is_dialled_later_and_has_the_whole_time_then(
    world: World,
) -> None:
    contact = await asks(world)
    assert (await line(world, "line_begun", contact)).ok
    assert (await line(world, "line_waits", contact, ms=7_000)).ok
    assert (await line(world, "line_begun", contact)).ok
    await world.keep("a")
    await world.advance(RINGS + 6_999)
    assert await how(world, contact) == ("asked", True)
    await world.advance(1)
    assert await how(world, contact) == (None, False)
    assert await why_over(world) == ["no_answer"]


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        ("busy", "engaged"), ("no-answer", "no_answer"), ("failed", "out_of_reach"),
        ("canceled", "no_answer"), ("refused", "not_dialled"), ("completed", "hung_up"),
    ],
)  # fmt: skip
async def test_where_nobody_comes_the_caller_is_with_the_agent_again(
    world: World, cause: str, why: str
) -> None:
    contact = await asks(world)
    await world.happened()
    assert (await line(world, "line_over", contact, cause=cause)).ok
    assert await why_over(world) == [why]
    assert await how(world, contact) == (None, False)
    assert (await does(world, "consult", "a", contact, line=VET)).ok


@pytest.mark.parametrize("end", ["never mind", "caller", "hang up", "in time"])
async def test_a_telephone_that_rings_for_nobody_any_more_is_hung_up(
    world: World, end: str
) -> None:
    contact = await asks(world)
    await line(world, "line_progress", contact, call="CAline", progress="ringing")
    await wanted(world)
    if end == "never mind":
        assert (await does(world, "consult_end", "a", contact)).ok
    elif end == "caller":
        await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    elif end == "hang up":
        await does(world, "hang_up", "a", contact)
    else:
        await world.keep("a")
        await world.advance(RINGS)
    assert ("unring", "CAline") in await wanted(world)


async def test_whose_call_the_carrier_tells_of_too_late_is_hung_up(world: World) -> None:
    contact = await asks(world)
    fence = (await it(world, contact)).line.fence  # type: ignore[union-attr]
    await does(world, "consult_end", "a", contact)
    fields = {"contact": contact, "fence": fence}
    assert await wanted(world) == []
    reply = await world.engine.step("line_progress", **fields, call="CAlate", progress=None)
    assert reply.code == "stale"
    assert await wanted(world) == [("unring", "CAlate")]
    for step in ("line_begun", "line_lost"):
        assert (await world.engine.step(step, **fields)).code == "stale"
    for step, more in (("line_up", {"proc": "p1"}), ("line_over", {"cause": "busy"})):
        assert (await world.engine.step(step, **fields, **more)).code == "stale"


# It is there ------------------------------------------------------------------------------------


async def test_back_and_forth_together_and_let_go(world: World) -> None:
    contact = await comes(world)
    assert await how(world, contact) == ("apart", True)
    assert (await does(world, "consult_together", "a", contact, on=True)).ok
    assert await how(world, contact) == ("together", False)
    assert (await does(world, "consult_together", "a", contact, on=False)).ok
    await wanted(world)
    assert (await does(world, "consult_end", "a", contact)).ok
    assert await how(world, contact) == (None, False)
    assert await wanted(world) == [("unring", "CAline")]
    assert (await desk(world, "a")).state == "talking"


async def test_an_interpreter_is_with_both_as_soon_as_they_answer(world: World) -> None:
    contact = await comes(world, SPANISH)
    assert await how(world, contact) == ("together", False)
    told = [one.name for one in await world.happened() if one.name.startswith("contact.cons")]
    assert told == ["contact.consult_asked", "contact.consulted", "contact.consult_together"]
    refused = await does(world, "consult_hand_over", "a", contact)  # nobody here would be with them
    assert (refused.ok, refused.code) == (False, "not_allowed")
    assert await how(world, contact) == ("together", False)


async def test_who_hangs_up_there_leaves_the_caller_with_the_agent(world: World) -> None:
    contact = await comes(world)
    await world.happened()
    await wanted(world)
    assert (await line(world, "line_over", contact, cause="completed")).ok
    assert await why_over(world) == ["hung_up"]
    assert await how(world, contact) == (None, False)
    assert await wanted(world) == []


@pytest.mark.parametrize("how_lost", ["stream", "process"])
async def test_whose_sound_is_gone_has_as_long_as_anybody_to_come_back(
    world: World, how_lost: str
) -> None:
    contact = await comes(world)
    await does(world, "consult_together", "a", contact, on=True)
    await world.happened()
    if how_lost == "stream":
        await line(world, "line_lost", contact)
    else:
        await world.engine.step("process_gone", proc="p1")
    assert (await it(world, contact)).until == world.now + 30_000
    assert (await does(world, "consult_hand_over", "a", contact)).code == "no_sound"
    await world.engine.step("agent_media", agent="a", media="up", proc="p2")
    await line(world, "line_up", contact, proc="p2")
    assert ((await it(world, contact)).at, (await it(world, contact)).until) == ("together", None)
    await line(world, "line_lost", contact)
    await world.keep("a")
    await world.advance(30_000)
    assert await how(world, contact) == (None, False)
    assert await why_over(world) == ["line_lost"]
    assert ("unring", "CAline") in await wanted(world)


async def test_a_process_whose_line_came_back_elsewhere_takes_nothing_with_it(
    world: World,
) -> None:
    contact = await comes(world)
    await line(world, "line_up", contact, proc="p2")
    await world.engine.step("process_gone", proc="p1")
    assert (await it(world, contact)).until is None


async def test_the_agent_gone_for_good_leaves_no_caller_with_a_number(world: World) -> None:
    contact = await comes(world)
    await does(world, "consult_together", "a", contact, on=True)
    await world.happened()
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.advance(30_000)
    assert await world.state(contact) == "queued"
    assert await why_over(world) == ["call_over"]


async def test_a_supervisor_who_takes_the_call_has_it_without_the_number(world: World) -> None:
    contact = await comes(world)
    await world.agent("s", ready=False)
    fields = {"agent": "s", "contact": contact}
    assert (await world.engine.step("sit_beside", **fields, mode="listen")).ok
    assert (await world.engine.step("take_call", **fields)).ok
    assert (await live(world, contact)).agent == "s"
    assert await how(world, contact) == (None, False)


# Handed over ------------------------------------------------------------------------------------


async def test_handed_over_the_two_talk_and_the_agent_has_their_wrap_up(world: World) -> None:
    contact = await handed(world)
    there = await live(world, contact)
    assert (there.state, there.agent, there.held) == ("away", None, False)
    assert there.outside is not None
    assert (there.outside.kind, there.outside.word, there.outside.by) == ("joined", "Clinic", "a")
    assert ((await it(world, contact)).at, there.until) == ("handed", world.now + 14_460_000)
    assert (await desk(world, "a")).state == "wrapup"
    assert await wanted(world) == [("dial_line", None)]
    assert not await found(world)


@pytest.mark.parametrize("who", ["number", "caller", "time"])
async def test_it_is_over_for_both_when_either_hangs_up(world: World, who: str) -> None:
    contact = await handed(world)
    await wanted(world)
    await world.happened()
    if who == "number":
        await line(world, "line_over", contact, cause="completed")
    elif who == "caller":
        await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    else:
        await world.advance(14_460_000)
    ended = [one for one in await world.happened() if one.name == "contact.ended"]
    causes = {"number": "outside_hung_up", "caller": "caller_hung_up", "time": "time_limit"}
    assert [(one.outcome, one.cause) for one in ended] == [("handled", causes[who])]
    hung_up = {"number": {"hang_up"}, "caller": {"unring"}, "time": {"hang_up", "unring"}}
    assert {kind for kind, _ in await wanted(world)} == hung_up[who]


async def test_a_number_that_does_not_come_back_gives_the_caller_back_to_who_had_them(
    world: World,
) -> None:
    contact = await handed(world)
    await world.engine.step("handed_done", agent="a")
    await line(world, "line_lost", contact)
    await world.stay(30_000, "a")
    assert await world.offered_to(contact) == "a"
    there = await live(world, contact)
    assert (there.consult, there.outside, there.talk_from) == (None, None, None)


async def test_the_callers_stream_is_asked_for_again_where_it_is_lost(world: World) -> None:
    contact = await handed(world)
    there = await live(world, contact)
    await world.engine.step(
        "stream_started", contact=contact, link_epoch=there.link_epoch, proc="p1"
    )
    await world.engine.step("process_gone", proc="p1")
    assert (await live(world, contact)).link == "asked"
    reply = await world.engine.step("wait", contact=contact)
    assert (reply.ok, reply.stream) == (True, True)


# After a loss -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["asked", "apart", "together", "handed"])
async def test_after_a_loss_of_the_index(world: World, at: str) -> None:
    contact = await (asks(world) if at == "asked" else comes(world))
    if at == "asked":
        await line(world, "line_progress", contact, call="CAline", progress="ringing")
    if at == "together":
        await does(world, "consult_together", "a", contact, on=True)
    if at == "handed":
        await does(world, "consult_hand_over", "a", contact)
    await rebuilt(world)
    if at == "asked":
        assert await how(world, contact) == (None, False)
        assert await wanted(world) == [("unring", "CAline")]
        return
    there = await it(world, contact)
    assert (there.at, there.until) == (at, world.now + 30_000)
    assert (await line(world, "line_up", contact, proc="p1")).ok
    assert (await it(world, contact)).until is None
    assert not await found(world)
