"""What a step writes of its decision: who rings and why, the next three, how many what kept back.

Held against router/core/explain.py, which works all of it out from whole records.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import msgspec
import pytest

from router.core.explain import Limits, Picture, Why
from router.core.ladder import Rung, text
from router.core.model import Chosen, LiveContact, Snapshot
from tests.kit.store import World

NEEDS: list[dict[str, int]] = [{}, {"vet": 2}, {"vet": 3, "en": 1}, {"en": 4}]
SHARDS, CROWDS = 3, 160 if os.environ.get("HOLDFAST_TEST_LONG") == "1" else 20


async def crowd(world: World, rng: random.Random) -> int:
    """Agents in all states; the reserve."""
    reserve = rng.choice([0, 0, 0, 1, 2])
    await world.engine.step("configure", cfg={"reserve": reserve})
    names = [f"a{n}" for n in range(10)]
    for name in names:
        skills = {skill: rng.randint(1, 5) for skill in ("vet", "en") if rng.random() < 0.8}
        who: dict[str, Any] = {"id": name, "name": name, "skills": skills}
        who["supervisor"] = rng.random() < 0.2
        who["floor"] = rng.choice([0, 0, 0, 0, 1, 2])
        if rng.random() < 0.15:
            who |= {"shift_from": world.now - 2, "shift_to": world.now - 1}
        await world.engine.step("agent_online", agent=who, conn=f"conn-{name}")
        if rng.random() < 0.85:
            await world.engine.step("agent_media", agent=name, media="up", proc="p1")
        choice = rng.choice(["ready"] * 6 + ["paused", None])
        if choice:
            await world.engine.step(
                "agent_choice",
                agent=name,
                choice=Chosen(ready=True) if choice == "ready" else Chosen(reason="lunch"),
            )
    for _ in range(rng.randint(0, 14)):
        await work(world, rng)
    for name in names:
        if rng.random() < 0.1:
            await world.engine.step("agent_media", agent=name, media="down", proc="p1")
        if rng.random() < 0.1:
            await world.engine.step("agent_lost", agent=name, conn=f"conn-{name}")
    return reserve


async def work(world: World, rng: random.Random) -> None:
    contact = await world.arrive(**something(rng))
    if await world.state(contact) != "offered" or rng.random() < 0.3:
        return
    await world.accept(contact)
    if await world.state(contact) != "connecting" or rng.random() < 0.2:
        return
    live = await world.contact(contact)
    assert live is not None
    await world.engine.step("connected", contact=contact, agent=live.agent)
    if rng.random() < 0.3:
        await world.engine.step("caller_gone", contact=contact, cause="hung_up")


def something(rng: random.Random) -> dict[str, Any]:
    return {
        "channel": rng.choice(["voice", "voice", "sms", "email"]),
        "severity": rng.choice([1, 2, 3, 4]),
        "needs": rng.choice(NEEDS),
    }


def listed(rng: random.Random) -> dict[str, bool]:
    """The list of a restricted incident."""
    return dict.fromkeys(rng.sample([f"a{n}" for n in range(10)], 3), True)


def told(why: Why) -> dict[str, Any]:
    able = [one for one in why.judgements if not one.causes]
    return {
        "chosen": {one.agent: one.cost for one in able[:1]},
        "next": [{"agent": one.agent, "cost": one.cost} for one in able[1:4]],
        "excluded": Counter(one.causes[0] for one in why.judgements if one.causes),
    }


def written(live: LiveContact) -> dict[str, Any]:
    reason = live.reason or {}
    return {
        "chosen": {name: one["cost"] for name, one in reason["chosen"].items()},
        "next": reason.get("next", []),
        "excluded": reason.get("excluded", {}),
    }


async def compare(world: World, before: Snapshot, reserve: int, freed: str | None) -> str | None:
    """The decision of the last step about "c", in which `freed` declined. Who rings now."""
    live = await world.contact("c")
    assert live is not None
    waiting = msgspec.structs.replace(live, state="queued", offer=None)
    contacts = {one.id: one for one in before.contacts} | {"c": waiting}
    agents = {agent.id: agent for agent in before.agents}
    if freed is not None:
        agents[freed].offer = None
    why = Picture(contacts, agents, Limits(4, 5, reserve), world.now).why(waiting)
    if live.offer is None:
        assert not told(why)["chosen"]
        return None
    assert written(live) == told(why)
    return live.offer.agents[0]


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_what_is_written_is_what_was_so(store_url: str, shard: int) -> None:
    rang = again = 0
    for n in range(CROWDS + CROWDS // 5):
        rng = random.Random(shard * 1000 + n)
        world = await World(store_url).open(s1_first=1)  # each decision rings at one
        reserve = await crowd(world, rng)
        before, freed = await world.engine.snapshot(), None
        await world.arrive(id="c", **something(rng), only=listed(rng) if n >= CROWDS else None)
        while who := await compare(world, before, reserve, freed):
            rang += 1
            again += freed is not None
            live = await world.contact("c")
            assert live is not None
            assert live.offer is not None
            before, freed = await world.engine.snapshot(), who
            await world.engine.step("decline", agent=who, contact="c", fence=live.offer.fence)
        await world.engine.close()
    assert rang > CROWDS // 3
    assert again > CROWDS // 3


async def test_each_of_a_round_has_his_own_reason(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1)
    await world.agent("b")
    mail = await world.arrive("email", 4)
    assert await world.offered_to(mail) == "b"
    await world.accept(mail)
    await world.agent("mute")
    await world.engine.step("agent_media", agent="mute", media="down", proc="p1")
    await decline(world, contact, "a")
    live = await world.contact(contact)
    assert live is not None
    assert written(live) == {
        "chosen": {"b": 2}, "next": [], "excluded": {"no_sound": 1, "cooling": 1},
    }  # fmt: skip
    await decline(world, contact, "b")
    await world.stay(10_000, "a", "b", "mute")  # the cool-downs are over: a round of three
    live = await world.contact(contact)
    assert live is not None
    assert live.reason is not None
    assert live.reason["chosen"] == {"a": {"cost": 0, "step": 0}, "b": {"cost": 2, "step": 0}}
    assert live.reason["excluded"] == {"no_sound": 1}


async def test_who_was_named_by_a_person_is_compared_with_nobody(world: World) -> None:
    for name in "ab":
        await world.agent(name)
    contact = await world.arrive(needs={"vet": 3})
    await world.engine.step("assign", agent="b", contact=contact, by="u9", by_name="Dana")
    live = await world.contact(contact)
    assert live is not None
    by_dana = {"cost": 0, "why": "assigned", "by": "u9", "by_name": "Dana"}
    assert live.reason == {"step": 0, "chosen": {"b": by_dana}}
    (offered,) = [e for e in await world.happened() if e.name == "contact.offered"]
    assert (offered.why, offered.by, offered.agent) == ("assigned", "u9", "b")


async def test_who_was_transferred_to_knows_by_whom(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    await world.accept(contact)
    await world.engine.step("connected", contact=contact, agent="a")
    await world.agent("b")
    await world.engine.step("transfer", agent="a", contact=contact, to_agent="b")
    live = await world.contact(contact)
    assert live is not None
    assert live.reason is not None
    assert live.reason["chosen"] == {
        "b": {"cost": 0, "why": "transferred", "by": "a", "by_name": "a"}
    }
    requeued = [e for e in await world.happened() if e.name == "contact.requeued"]
    assert [(e.why, e.by) for e in requeued] == [("transferred", None)]


async def test_a_reason_keeps_the_step_in_which_it_was_decided(world: World) -> None:
    """The ladder widens while it rings; who rings was chosen for what was needed before."""
    await world.agent("a", vet=3)
    steps = [Rung({"vet": 3}, 5_000), Rung({"en": 2}, 5_000), Rung({})]
    contact = await world.arrive(severity=1, ladder=text(steps))
    await world.agent("b", en=2)
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert live.offer.agents == ["a"]
    await world.stay(6_000, "a", "b")
    live = await world.contact(contact)
    assert live is not None
    assert live.step == 1
    assert live.reason is not None
    assert live.reason["chosen"] == {"a": {"cost": 0, "step": 0, "needs": {"vet": 3}}}
    (offered,) = [e for e in await world.happened() if e.name == "contact.offered"]
    assert (offered.needs, offered.cost, offered.step, offered.why) == ({"vet": 3}, 0, 0, None)
    await decline(world, contact, "a")
    live = await world.contact(contact)
    assert live is not None
    assert live.reason is not None
    assert live.reason["chosen"] == {"b": {"cost": 0, "step": 1, "needs": {"en": 2}}}


async def test_whoever_takes_it_by_name_was_not_chosen(world: World) -> None:
    """What was decided of the one at whom it rang is not told of the one who took it."""
    await world.agent("a")
    contact = await world.arrive()
    await world.agent("b")
    await world.engine.step("pull", agent="b", contact=contact)
    live = await world.contact(contact)
    assert live is not None
    assert (live.agent, live.reason) == ("b", {"step": 0, "chosen": {}})


async def test_a_decline_in_a_round_leaves_the_others_their_reasons(world: World) -> None:
    for name in "abde":
        await world.agent(name)
    contact = await world.arrive(severity=1)
    for name in "abde":
        await decline(world, contact, name)
    await world.stay(10_000, "a", "b", "d", "e")
    await decline(world, contact, "a")
    live = await world.contact(contact)
    assert live is not None
    assert written(live) == {
        "chosen": {"b": 0, "d": 0, "e": 0}, "next": [], "excluded": {"cooling": 1},
    }  # fmt: skip


async def test_who_cools_is_not_counted_under_the_reserve_as_well(world: World) -> None:
    await world.agent("a")
    await world.agent("b")
    mail = await world.arrive("email", 4)
    assert await world.offered_to(mail) == "a"
    await world.accept(mail)
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    contact = await world.arrive(severity=2)
    await decline(world, contact, "b")
    await world.engine.step("configure", cfg={"reserve": 1})
    await world.engine.step("agent_choice", agent="a", choice=Chosen(ready=True))
    live = await world.contact(contact)
    assert live is not None
    assert written(live) == {"chosen": {"a": 2}, "next": [], "excluded": {"cooling": 1}}


async def decline(world: World, contact: str, who: str) -> None:
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent=who, contact=contact, fence=live.offer.fence)
