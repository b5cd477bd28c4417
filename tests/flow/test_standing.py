"""A promise to somebody who is with us, through the whole centre: it waits until they have gone."""

from __future__ import annotations

from typing import Any

from tests.flow.test_promised import SUPPORT, dialled, promised
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


async def talking(agent: DeskClient, centre: Centre, person: str) -> tuple[str, dict[str, Any]]:
    """A call from them that this agent has answered; what asks for a promise to them."""
    call = await centre.sandbox.call(from_=person, to=SUPPORT)
    await centre.sandbox.wait_for(call, "play.started")
    await centre.sandbox.press(call, "4")  # the menu
    contact = await agent.accept()
    live = await agent.until_state(contact, "active")
    incident = await agent.do("open", incident=live["incident"])
    address = incident["parties"][0]["addresses"][0]["id"]
    return contact, {"incident": incident["id"], "address": address}


async def test_a_promise_made_while_they_talk_waits_and_no_ends_it(centre: Centre) -> None:
    person = "+12065550731"
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        call, order = await talking(agent, centre, person)
        await agent.do("request_callback", **order, key="standing-0731")
        row = await board.until(lambda: promised(board))
        assert (row["state"], row["offer"]) == ("scheduled", None)
        assert row["stands"] == {
            "contact": call,
            "why": "call",
            "agent": agent.contacts[call]["agent"],
            "at": None,
        }
        await centre.until_rows(
            f"select state from contact where id = '{row['id']}'", [("scheduled",)]
        )
        told = (await agent.do("open", incident=order["incident"]))["callback"]
        assert told["stands"]["why"] == "call"
        await agent.do("hang_up", contact=call)
        asked = await agent.until(lambda: agent.contacts[call]["still_needed"])
        assert (asked["contact"], asked["by_name"]) == (row["id"], "Priya Nair")
        await agent.do("not_needed", contact=row["id"], through=call)
        await board.until(lambda: row["id"] not in board.contacts)
        await agent.until(lambda: agent.contacts[call]["still_needed"] is None)
        await agent.do("wrapped", contact=call, disposition="resolved", comment="", anyway=True)
    await centre.until_rows(
        f"select state, cause from callback where incident = '{order['incident']}'",
        [("reached", "not_needed")],
    )
    await centre.until_rows(
        "select detail from audit where action = 'callback.not_needed'"
        f" and subject = '{row['id']}'",
        [(f"reached through {call}",)],
    )
    assert await dialled(centre, person) == []


async def test_without_an_answer_it_rings_after_the_wrap_up_though_the_worker_died(
    centre: Centre,
) -> None:
    person = "+12065550732"
    await centre.sandbox.person(person, answer="answers", ring_ms=100)
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        call, order = await talking(agent, centre, person)
        await agent.do("request_callback", **order, key="standing-0732")
        row = await board.until(lambda: promised(board))
        assert row["state"] == "scheduled"
        await agent.do("hang_up", contact=call)
        await agent.until_state(call, "wrapup")
        centre.kill_worker()
        await centre.until_ready()
        for page, view in ((board, "board"), (agent, "desk")):
            await page.close()
            await page.connect(view)
        assert agent.contacts[call]["still_needed"]["contact"] == row["id"]
        assert board.contacts[row["id"]]["state"] == "scheduled"
        await agent.sound()
        await agent.do("wrapped", contact=call, disposition="resolved", comment="", anyway=True)
        offer = await agent.offered()
        assert (offer["id"], offer["named"]) == (row["id"], row["named"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        assert len(await dialled(centre, person)) == 1
        await agent.do("hang_up", contact=contact)
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
    await centre.until_rows(
        f"select state from callback where incident = '{order['incident']}'", [("reached",)]
    )


async def test_one_that_rings_elsewhere_stops_when_they_write(centre: Centre) -> None:
    person = "+12065550733"
    async with desk(centre) as agent:
        call, order = await talking(agent, centre, person)
        await agent.do("hang_up", contact=call)
        await agent.do("wrapped", contact=call, disposition="resolved", comment="", anyway=True)
        await agent.do("request_callback", **order, key="standing-0733")
        offer = await agent.offered()
        assert offer["callback"] is not None
        await centre.sandbox.text("I am at the gate now", from_=person, to=SUPPORT)
        text = await agent.until(lambda: (o := agent.offer()) and o["channel"] == "sms" and o)
        assert text["id"] != offer["id"]
        await agent.accept()
        async with desk(centre, "dana", view="board") as board:
            row = board.contacts[offer["id"]]
            assert (row["state"], row["stands"]["why"]) == ("scheduled", "text")
            await agent.do("close", contact=text["id"], disposition="resolved", anyway=True)
            await agent.until(lambda: (o := agent.offer()) and o["id"] == offer["id"])
            await board.do("not_needed", contact=offer["id"], reason="she is at the gate")
            await board.until(lambda: offer["id"] not in board.contacts)
    await centre.until_rows(
        f"select state, cause from callback where incident = '{order['incident']}'",
        [("reached", "not_needed")],
    )
    assert await dialled(centre, person) == []
