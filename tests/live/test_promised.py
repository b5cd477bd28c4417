"""Promised calls in the engine: their place, their moment, what taking one does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.store import World


async def test_it_waits_outside_of_the_order_until_its_moment(world: World) -> None:
    contact = await world.promise(2, at=world.now + 600_000)
    await world.agent("a")
    other = await world.arrive(severity=3)
    assert await world.offered_to(other) == "a"
    await world.answer(other)
    await world.stay(599_000, "a")
    assert await world.state(contact) == "scheduled"
    await world.engine.step("hang_up", agent="a", contact=other)
    await world.engine.step("wrapped", agent="a", contact=other, disposition="x")
    await world.stay(1_000, "a")
    assert await world.offered_to(contact) == "a"
    live = await world.contact(contact)
    assert live is not None
    assert live.queued_at == live.not_before == live.arrived_at


async def test_it_stands_at_the_place_it_inherits(world: World) -> None:
    first = await world.arrive(severity=3)
    place = world.now
    await world.advance(1)
    later = await world.arrive(severity=3)
    await world.engine.step("caller_gone", contact=first, cause="hung_up")
    await world.advance(1_000)
    promised = await world.promise(3, arrived_at=place)
    await world.agent("a")
    assert await world.offered_to(promised) == "a"
    assert await world.state(later) == "queued"


async def test_taking_it_dials_once_and_binds_the_agent(world: World) -> None:
    await world.agent("a")
    contact = await world.promise()
    assert (await world.accept(contact)).ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.agent, live.link) == ("dialing", "a", "asked")
    effects = await world.engine.claim("p1")
    assert [(e.kind, e.contact) for e in effects] == [("dial", contact)]
    assert (await world.engine.step("connected", contact=contact, agent="a")).ok
    assert await world.state(contact) == "active"


async def test_pressed_twice_is_taken_once(world: World) -> None:
    await world.agent("a")
    contact = await world.promise()
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    fence = live.offer.fence
    for _ in range(2):
        reply = await world.engine.step("accept", agent="a", contact=contact, fence=fence)
        assert reply.ok


async def test_nobody_asks_the_carrier_about_a_call_that_was_not_made(world: World) -> None:
    contact = await world.promise()
    await world.advance(300_000)
    assert await world.state(contact) == "queued"
    assert await world.engine.claim("p1") == []


async def test_it_takes_the_place_of_the_call_that_waits_for_it(world: World) -> None:
    call = await world.arrive(severity=3)
    place = world.now
    await world.advance(5_000)
    promised = await world.promise(3, arrived_at=place, instead=call)
    assert await world.state(call) == "ended"
    assert ("contact.ended", call) in await world.events()
    await world.agent("a")
    assert await world.offered_to(promised) == "a"


async def test_it_cannot_replace_a_call_that_somebody_answers(world: World) -> None:
    await world.agent("a")
    call = await world.arrive(severity=3)
    await world.accept(call)
    body = {
        "id": "k", "channel": "voice", "dir": "out", "severity": 3, "arrived_at": world.now,
        "score": 1, "callback": {"id": "k1", "by": "caller", "by_name": "Maya"},
    }  # fmt: skip
    reply = await world.engine.step("callback", contact=body, instead=call)
    assert (reply.ok, reply.code) == (False, "too_late")
    assert await world.state("k") == "ended"
    assert await world.state(call) == "connecting"


async def test_an_agent_may_call_before_its_moment_though_paused(world: World) -> None:
    await world.agent("a", ready=False)
    contact = await world.promise(at=world.now + 600_000)
    reply = await world.engine.step("callback_now", agent="a", contact=contact)
    assert reply.ok, reply
    assert await world.state(contact) == "dialing"
    await world.advance(1_000)
    refused = await world.engine.step("cancel_callback", contact=contact, cause="cancelled")
    assert refused.code == "too_late"


@pytest.mark.parametrize("verb", ["callback_now", "dial"])
async def test_what_rings_at_whoever_calls_somebody_goes_on_to_others_and_is_no_miss(
    world: World, verb: str
) -> None:
    promised = await world.promise(at=world.now + 600_000)
    await world.agent("a")
    rings = await world.arrive()
    assert await world.state(rings) == "offered"
    if verb == "dial":
        body = {
            "id": "k", "channel": "voice", "dir": "out", "severity": 3, "arrived_at": world.now,
            "score": 1, "queue": "general", "ladder": "general:3",
        }  # fmt: skip
        reply = await world.engine.step("dial", agent="a", contact=body)
    else:
        reply = await world.engine.step("callback_now", agent="a", contact=promised)
    assert reply.ok, reply
    assert await world.state(rings) == "queued"
    me = next(one for one in (await world.engine.snapshot()).agents if one.id == "a")
    assert (me.offer, me.missed_at, me.state) == (None, None, "dialing")
    told = [h for h in await world.happened() if h.name == "offer.withdrawn"]
    assert [(h.contact, h.code) for h in told] == [(rings, "in_a_call")]
    await world.agent("b")
    assert await world.state(rings) == "offered"


@pytest.mark.parametrize("verb", ["dial", "callback_now"])
async def test_an_s1_that_rings_is_answered_or_declined_before_anybody_is_called(
    world: World, verb: str
) -> None:
    promised = await world.promise(at=world.now + 600_000)
    await world.agent("a")
    rings = await world.arrive(severity=1)
    assert await world.state(rings) == "offered"
    body = {
        "id": "k", "channel": "voice", "dir": "out", "severity": 3, "arrived_at": world.now,
        "score": 1, "queue": "general", "ladder": "general:3",
    }  # fmt: skip
    contact: Any = body if verb == "dial" else promised
    reply = await world.engine.step(verb, agent="a", contact=contact)
    assert (reply.ok, reply.code) == (False, "not_ready")
    assert await world.state(rings) == "offered"


async def test_whom_we_reached_and_lost_waits_on_the_line_and_is_not_dialled_again(
    world: World,
) -> None:
    await world.agent("a")
    contact = await world.promise()
    await world.accept(contact)
    await world.engine.claim("p1")
    await world.engine.step("dial_progress", contact=contact, carrier_id="CA1", progress="ringing")
    await world.engine.step("stream_started", contact=contact, link_epoch=1, proc="p1")
    await world.engine.step("connected", contact=contact, agent="a")
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")
    await world.stay(31_000, "a")
    assert await world.state(contact) == "queued"
    await world.agent("b")
    await world.accept(contact)
    assert await world.state(contact) == "connecting"


async def reached(world: World, agent: str) -> str:
    """A promised call in which they talk."""
    contact = await world.promise()
    await world.accept(contact)
    await world.engine.step("dial_progress", contact=contact, carrier_id="CA1", progress="ringing")
    await world.engine.step("stream_started", contact=contact, link_epoch=1, proc="p1")
    assert (await world.engine.step("connected", contact=contact, agent=agent)).ok
    return contact


@pytest.mark.parametrize("verb", ["agent", "skills", "return", "force_release"])
async def test_whom_we_reached_is_handed_on_as_any_caller(world: World, verb: str) -> None:
    await world.agent("a")
    contact = await reached(world, "a")
    await world.agent("b", vet=3)
    match verb:
        case "agent":
            more = {"agent": "a", "to_agent": "b"}
        case "skills":
            more = {"agent": "a", "queue": "general", "ladder": "vet=3@"}
        case "return":
            more = {"agent": "a"}
        case _:
            more = {"by": "dana"}
    name = "transfer" if verb in ("agent", "skills") else verb
    assert (await world.engine.step(name, contact=contact, **more)).ok
    assert await world.offered_to(contact) == "b"
    await world.accept(contact)
    assert await world.state(contact) == "connecting"  # on the line already: not dialled again
    assert (await world.engine.step("connected", contact=contact, agent="b")).ok
    kinds = [effect.kind for effect in await world.engine.claim("p1")]
    assert kinds.count("dial") <= 1


async def test_whom_we_reached_can_be_handed_to_a_number(world: World) -> None:
    await world.agent("a")
    contact = await reached(world, "a")
    sent = {"name": "clinic", "word": "Clinic", "acknowledge": False, "inline": False}
    assert (await world.engine.step("send_outside", contact=contact, agent="a", **sent)).ok
    assert await world.state(contact) == "outside"
    kinds = [effect.kind for effect in await world.engine.claim("p1")]
    assert "go_outside" in kinds


async def test_not_reached_frees_the_agent_and_is_no_abandoned_call(world: World) -> None:
    await world.agent("a")
    contact = await world.promise()
    await world.accept(contact)
    await world.stay(41_000, "a")
    assert await world.state(contact) == "ended"
    snapshot = await world.engine.snapshot()
    assert snapshot.agents[0].state == "ready"
    assert not any(name.endswith((":abandoned", ":queued")) for name in snapshot.today)


async def test_a_call_that_waits_its_turn_at_the_carrier_is_not_unanswered(world: World) -> None:
    """A minute, as a carrier may ask for; then it has as long as any to be answered."""
    await world.agent("a")
    contact = await world.promise()
    await world.accept(contact)
    assert (await world.engine.step("dial_waits", contact=contact, ms=60_000)).ok
    await world.stay(90_000, "a")
    assert await world.state(contact) == "dialing"
    await world.stay(20_000, "a")
    assert await world.state(contact) == "ended"
    assert not (await world.engine.step("dial_waits", contact=contact, ms=60_000)).ok


@pytest.mark.parametrize("verb", ["dial", "callback_now"])
async def test_nobody_is_called_who_is_in_a_call(world: World, verb: str) -> None:
    promised = await world.promise(at=world.now + 600_000, party="p1")
    await world.agent("b")
    call = await world.arrive(party="p1")
    body = {
        "id": "k", "channel": "voice", "dir": "out", "severity": 3, "arrived_at": world.now,
        "score": 1, "queue": "general", "ladder": "general:3", "party": "p1",
    }  # fmt: skip

    async def tried() -> tuple[bool, str, str | None]:
        contact: Any = body if verb == "dial" else promised
        reply = await world.engine.step(verb, agent="a", contact=contact, theirs=[call, promised])
        return reply.ok, reply.why, reply.who

    await world.agent("a", ready=False)
    assert await tried() == (False, "on_line", None)
    await world.answer(call)
    assert await tried() == (False, "in_call_with", "b")
    reply = await world.engine.step(
        "send_outside", agent="b", contact=call, name="vet", word="Vet", acknowledge=False
    )
    assert reply.ok, reply
    assert await tried() == (False, "in_call_with", "Vet")
    await world.engine.step("caller_gone", contact=call, cause="caller_hung_up")
    assert await world.state(call) == "ended"
    assert await tried() == (True, "", None)


@pytest.mark.parametrize(("severity", "patience"), [(2, 300_000), (3, 43_200_000), (4, 43_200_000)])
async def test_its_owner_has_it_first_for_longer_than_a_caller_on_the_line(
    world: World, severity: int, patience: int
) -> None:
    await world.agent("a")
    in_hand = await world.arrive(severity=4)
    await world.answer(in_hand)
    promised = await world.promise(severity, named="a")
    await world.agent("b")
    live = await world.contact(promised)
    assert live is not None
    assert (live.state, live.sticky_for) == ("queued", "a")
    begun = world.now
    await world.stay(130_000, "a", "b")
    assert await world.state(promised) == "queued"
    held = (await world.contact(promised)).sticky_for  # type: ignore[union-attr]
    assert held == "a"
    if patience < 3_600_000:
        await world.stay(begun + patience - world.now, "a", "b")
        assert await world.offered_to(promised) == "b"
        return
    await world.engine.step("agent_choice", agent="a", choice={"ready": False, "reason": "lunch"})
    assert await world.offered_to(promised) == "b"


async def test_an_owner_who_is_not_here_keeps_nobody_waiting(world: World) -> None:
    await world.agent("b")
    promised = await world.promise(3, named="on holiday")
    assert await world.offered_to(promised) == "b"


async def test_an_s1_rings_at_its_owner_and_the_next_best_at_once(world: World) -> None:
    for name in ("a", "b", "owner"):
        await world.agent(name)
    promised = await world.promise(1, named="owner")
    live = await world.contact(promised)
    assert live is not None
    assert live.offer is not None
    assert live.sticky_for is None
    assert "owner" in live.offer.agents
    assert len(live.offer.agents) > 1
