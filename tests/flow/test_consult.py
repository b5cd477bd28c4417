"""A colleague whom the agent of a call asks in, with real sound: who hears whom, in tones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.flow.conftest import until_heard
from tests.flow.test_beside import AGENT, CALLER, hears, how_good
from tests.flow.test_crashes import reconnect
from tests.flow.test_sessions import shut_account, until_closed
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

COLLEAGUE = 1000.0
PHONE = "+12065551471"


@asynccontextmanager
async def talking(centre: Centre) -> AsyncIterator[tuple[DeskClient, DeskClient, str, str]]:
    """Agent, a colleague who is paused at their desk, call at the carrier, contact; each says a
    tone of their own."""
    async with desk(centre, "tomas") as agent:
        call = await centre.sandbox.call(talk="tone", hz=int(CALLER), from_=PHONE)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        async with desk(centre, "noah", sound=False) as colleague:
            await colleague.sound(COLLEAGUE)
            await colleague.do("pause", reason="admin")
            await until_heard(centre, call, AGENT)
            yield agent, colleague, call, contact


async def comes(agent: DeskClient, colleague: DeskClient, contact: str) -> None:
    found = (await agent.do("transfer_targets", contact=contact))["agents"]
    (row,) = [one for one in found if one["id"] == colleague.agent()["id"]]
    assert (row["takes"], row["asked_in"]) == (False, True)
    await agent.do("consult", contact=contact, agent=row["id"])
    await colleague.until(lambda: colleague.agent()["asked"] == contact)
    assert agent.contacts[contact]["held"]
    await colleague.do("consult_answer", contact=contact)


async def test_ask_talk_swap_bring_together_and_let_go(centre: Centre) -> None:
    async with talking(centre) as (agent, colleague, call, contact):
        await comes(agent, colleague, contact)
        await hears(agent, COLLEAGUE)
        await hears(colleague, AGENT)
        for page in (agent, colleague):  # how they hear each other; the caller is on hold
            await page.until(lambda p=page: how_good_apart(p, contact) == ["agent", "second"])
        await agent.do("hold", contact=contact, on=False)
        await hears(agent, CALLER)
        await hears(colleague)
        await agent.until(lambda: (agent.contacts[contact]["sound"] or {}).get("caller"))
        await until_heard(centre, call, AGENT)
        await agent.do("consult_together", contact=contact, on=True)
        await hears(agent, CALLER, COLLEAGUE)
        await hears(colleague, CALLER, AGENT)
        assert colleague.contacts[contact]["consult"]["at"] == "together"
        await agent.until(lambda: (agent.contacts[contact]["sound"] or {}).get("others"))
        await agent.until(lambda: how_good(agent, contact) == [True, True])
        await agent.do("hold", contact=contact, on=True)
        await hears(colleague, AGENT)
        await agent.do("consult_end", contact=contact)
        await hears(agent, CALLER)
        await colleague.until(lambda: contact not in colleague.contacts)
        assert colleague.agent()["state"] == "paused"
        assert not agent.contacts[contact]["held"]


def how_good_apart(page: DeskClient, contact: str) -> list[str] | None:
    """Who hears well, and is heard well, while the caller is on hold; None: it is not so."""
    sound = page.contacts[contact]["sound"] or {}
    if sound.get("agent", "?") is not None or sound["caller"] is not None:
        return None
    ways = {one["role"]: (one["hears"], one["heard"]) for one in sound["others"]}
    good = [role for role, both in ways.items() if all(way and way["mos"] > 4 for way in both)]
    return sorted(good)


async def test_whoever_is_free_with_a_skill_or_of_a_queue_is_asked_in(centre: Centre) -> None:
    async with talking(centre) as (agent, colleague, _call, contact):
        found = await agent.do("transfer_targets", contact=contact)
        queue, skill = found["queues"][0]["name"], found["skills"][0]
        ways = ({"skills": {skill["name"]: skill["level"]}}, {"queue": queue})
        for way in ways:  # paused: nobody is asked who did not offer themselves
            assert await agent.code_of("consult", contact=contact, **way) == "not_ready"
        wrong = ({}, {"queue": "nowhere"}, {"skills": {}}, {"queue": queue, "agent": "u1"})
        for way in wrong:
            assert await agent.code_of("consult", contact=contact, **way) == "bad_request"
        assert not agent.contacts[contact]["held"]
        await colleague.ready()
        for way in ways:
            await agent.do("consult", contact=contact, **way)
            await colleague.until(lambda: colleague.agent()["asked"] == contact)
            await colleague.do("consult_answer", contact=contact)
            await hears(agent, COLLEAGUE)
            await agent.do("consult_end", contact=contact)
            await colleague.until(lambda: colleague.agent()["state"] == "ready")
        lines = f"from audit where action = 'contact.consult_asked' and subject = '{contact}'"
        asked = f"select detail {lines} order by id"
        await centre.until_rows(asked, [(skill["name"],), (queue,)])


async def test_a_killed_worker_brings_all_three_back_and_the_call_is_handed_over(
    centre: Centre,
) -> None:
    async with talking(centre) as (agent, colleague, call, contact):
        await comes(agent, colleague, contact)
        await agent.do("consult_together", contact=contact, on=True)
        await hears(agent, CALLER, COLLEAGUE)
        centre.kill_worker()
        await centre.until_ready()
        await asyncio.gather(reconnect(agent, AGENT), reconnect(colleague, COLLEAGUE))
        await hears(agent, CALLER, COLLEAGUE)
        await hears(colleague, CALLER, AGENT)
        await agent.do("consult_hand_over", contact=contact)
        await until_heard(centre, call, COLLEAGUE)
        await hears(colleague, CALLER)
        await colleague.until_state(contact, "active")
        assert agent.agent()["contacts"] == []
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


async def test_whose_account_is_closed_neither_hears_the_call_nor_speaks_in_it(
    centre: Centre,
) -> None:
    async with talking(centre) as (agent, colleague, _call, contact):
        await comes(agent, colleague, contact)
        await hears(agent, COLLEAGUE)
        async with shut_account(centre, colleague):
            await until_closed(colleague, 5)
            await hears(agent, CALLER)
            told = [it["text"] for it in agent.notices if it["code"] == "contact.consult_over"]
            assert told == ["Noah Kim has left their desk. You have the caller."]


async def test_the_caller_hangs_up_while_the_two_talk(centre: Centre) -> None:
    async with talking(centre) as (agent, colleague, call, contact):
        await comes(agent, colleague, contact)
        await hears(colleague, AGENT)
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")
        await colleague.until(lambda: contact not in colleague.contacts)
        assert colleague.agent()["consult"] is None
        await colleague.until(
            lambda: "contact.consult_over" in [n["code"] for n in colleague.notices]
        )
