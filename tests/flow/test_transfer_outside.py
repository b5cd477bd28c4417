"""An agent hands a caller to a number outside: taken there, not taken there, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import test_outside
from tests.flow.conftest import until_heard
from tests.flow.test_outside import leg_to
from tests.flow.test_promised import order_for
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk

centre, night = test_outside.centre, test_outside.night
VET, OTHER = "+12065550155", "+12065550156"


async def talking(centre: Centre, agent: DeskClient, number: str) -> tuple[str, str]:
    call = await centre.sandbox.call(from_=number, talk="tone", hz=440)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    return call, contact


async def test_number_that_takes_it_has_the_caller_and_the_agent_is_free(centre: Centre) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=500, ring_ms=300, keys=["1"])
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent, "+12065550501")
        targets = await agent.do("transfer_targets", contact=contact)
        assert targets["numbers"] == [
            {"name": "vet_line", "word": "Animal poison control"},
            {"name": "clinic", "word": "Clinic"},
        ]
        assert not targets["any_number"]
        assert "espanol" in [queue["name"] for queue in targets["queues"]]
        await agent.do("transfer", contact=contact, number="vet_line")
        await agent.do("handed_done")
        await agent.until(lambda: agent.agent()["state"] == "ready")
        assert not agent.contacts
        await centre.sandbox.wait_for(call, "dial.bridged")
        await until_heard(centre, call, 500)
        await agent.until(lambda: any("has taken the call" in n["text"] for n in agent.notices))
        await centre.sandbox.hang_up(await leg_to(centre, call, VET))
        await centre.sandbox.wait_for(call, "completed")
        await centre.until_rows(
            f"select state, outcome from contact where id = '{contact}'", [("ended", "handled")]
        )


async def test_number_that_does_not_answer_gives_the_caller_back_to_the_agent(
    centre: Centre,
) -> None:
    await centre.sandbox.person(VET, answer="busy")
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent, "+12065550502")
        before = agent.contacts[contact]["score"]
        await agent.do("transfer", contact=contact, number="vet_line")
        again = await agent.offered()
        assert (again["id"], again["score"], again["named"]) == (contact, before, agent.me["id"])
        assert any("did not take the call" in n["text"] for n in agent.notices)
        await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)


async def test_a_number_that_is_not_allowed_is_refused_and_nothing_happens(centre: Centre) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent, "+12065550503")
        with pytest.raises(DeskError) as refused:
            await agent.do("transfer", contact=contact, number=OTHER)
        assert refused.value.code == "not_allowed"
        assert agent.contacts[contact]["state"] == "active"
        await until_heard(centre, call, 700)


async def test_colleagues_are_offered_only_with_room(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "noah") as free:
        await free.do("pause", reason="break")
        _, contact = await talking(centre, agent, "+12065550504")

        def told(agents: list[dict[str, Any]]) -> list[tuple[str, bool, bool, bool]]:
            return [(it["name"], it["takes"], it["free"], it["asked_in"]) for it in agents]

        found = (await agent.do("transfer_targets", contact=contact))["agents"]
        assert told(found) == [("Noah Kim", False, False, True)]
        refused = await agent.code_of("transfer", contact=contact, agent=found[0]["id"])
        assert refused == "not_ready"
        await free.ready()
        await free.until(lambda: free.agents[free.me["id"]]["choice"] == "ready")  # the hub knows
        found = (await agent.do("transfer_targets", contact=contact))["agents"]
        assert told(found) == [("Noah Kim", True, True, True)]
        await agent.do("transfer", contact=contact, agent=found[0]["id"])
        assert (await free.offered())["id"] == contact


async def test_number_without_a_key_takes_it_by_answering(centre: Centre) -> None:
    await centre.sandbox.person("+12065550157", talk="tone", hz=500, ring_ms=300)
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent, "+12065550505")
        await agent.do("transfer", contact=contact, number="clinic")
        await centre.sandbox.wait_for(call, "dial.bridged")
        await until_heard(centre, call, 500)
        await agent.until(lambda: any("has taken the call" in n["text"] for n in agent.notices))


async def test_whom_we_called_back_is_handed_to_a_colleague_and_to_a_number(
    centre: Centre,
) -> None:
    person, away = "+12065550506", "+12065550157"
    await centre.sandbox.person(person, answer="answers", ring_ms=200, talk="tone", hz=440)
    await centre.sandbox.person(away, talk="tone", hz=500, ring_ms=300)
    async with desk(centre) as agent, desk(centre, "noah") as free:
        await free.do("pause", reason="break")
        order = await order_for(agent, centre, person)
        await agent.do("callback", **order, key="handed-0506")
        contact = await agent.until(lambda: next(iter(agent.contacts), None))
        await agent.until_state(contact, "active")
        call = next(c for c in await centre.sandbox.calls() if c["to"] == person)["sid"]
        await until_heard(centre, call, 700)
        await free.ready()
        await agent.do("transfer", contact=contact, agent=free.me["id"])
        assert await free.accept() == contact
        await free.until_state(contact, "active")
        await until_heard(centre, call, 700)
        assert contact not in agent.contacts or agent.contacts[contact]["agent"] == free.me["id"]
        await free.do("transfer", contact=contact, number="clinic")
        await centre.sandbox.wait_for(call, "dial.bridged")
        await until_heard(centre, call, 500)
        assert [c["sid"] for c in await centre.sandbox.calls() if c["to"] == person] == [call]
        await centre.sandbox.hang_up(call)
        await centre.until_rows(
            f"select state, outcome from contact where id = '{contact}'", [("ended", "handled")]
        )


async def test_whom_a_number_outside_has_is_not_called_back(centre: Centre) -> None:
    person = "+12065550507"
    await centre.sandbox.person("+12065550157", talk="tone", hz=500, ring_ms=300)
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent, person)
        incident = agent.contacts[contact]["incident"]
        await agent.do("transfer", contact=contact, number="clinic")
        await centre.sandbox.wait_for(call, "dial.bridged")
        await agent.do("handed_done")
        await centre.until_rows(f"select state from contact where id = '{contact}'", [("away",)])
        (party,) = (await agent.do("open", incident=incident))["parties"]
        assert party["in_call"] == "in a call with Clinic"
        with pytest.raises(DeskError) as refused:
            await agent.do(
                "callback", incident=incident, address=party["addresses"][0]["id"], key="k0507"
            )
        words = "not_allowed: Not called: they are in a call with Clinic."
        assert str(refused.value) == words
        assert [c for c in await centre.sandbox.calls() if c["to"] == person] == []
        await centre.sandbox.hang_up(call)
        await centre.until_rows(f"select state from contact where id = '{contact}'", [("ended",)])
        (party,) = (await agent.do("open", incident=incident))["parties"]
        assert party["in_call"] is None
