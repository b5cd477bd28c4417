"""Texts in the same one order, answered from the desk, really sent; words with a meaning."""

from __future__ import annotations

import pytest

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk, said


async def take_text(agent: DeskClient) -> str:
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    return contact


async def test_text_is_answered_and_its_delivery_is_shown(centre: Centre) -> None:
    person = "+12065550151"
    async with desk(centre) as agent:
        await centre.sandbox.text("my receipt is missing", from_=person, to="+12065550101")
        contact = await take_text(agent)
        incident = await agent.do("open", incident=agent.contacts[contact]["incident"])
        assert said(incident) == ["my receipt is missing"]
        await agent.do("reply", contact=contact, text="Here it is.", then="close", key="reply-0001")
        await agent.until(lambda: contact not in agent.contacts)
        await agent.until(
            lambda: agent.incident and agent.incident["timeline"][-1]["status"] == "delivered"
        )
        sent = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
        assert [t["body"] for t in sent] == ["Here it is."]


async def test_reply_with_the_same_key_is_sent_once(centre: Centre) -> None:
    person = "+12065550152"
    async with desk(centre) as agent:
        await centre.sandbox.text("hello", from_=person, to="+12065550101")
        contact = await take_text(agent)
        for _ in range(3):
            await agent.do("reply", contact=contact, text="Hi.", then="keep", key="reply-0002")
        await centre.until_rows(
            "select status from message where key = 'out:reply-0002'", [("delivered",)]
        )
        sent = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
        assert len(sent) == 1


async def test_reply_and_wait_parks_until_the_person_writes_again(centre: Centre) -> None:
    person = "+12065550153"
    async with desk(centre) as agent:
        await centre.sandbox.text("where do I send it?", from_=person, to="+12065550101")
        contact = await take_text(agent)
        arrived = agent.contacts[contact]["arrived_at"]
        await agent.do("reply", contact=contact, text="Here.", then="wait", key="reply-0003")
        await agent.until_state(contact, "parked")
        assert agent.agent()["state"] == "ready"
        await centre.sandbox.text("done, thanks", from_=person, to="+12065550101")
        again = await agent.offered()
        assert (again["id"], again["arrived_at"]) == (contact, arrived)


async def test_emergency_words_raise_a_text_above_waiting_calls(centre: Centre) -> None:
    for n in range(2):
        await centre.sandbox.call(to="+12065550101", from_=f"+1206555016{n}", keys=["3"])
    async with desk(centre, "dana", view="board") as board:
        await board.until(
            lambda: [c["state"] for c in board.contacts.values()] == ["queued", "queued"]
        )
        await centre.sandbox.text("Está sangrando mucho", from_="+12065550154", to="+12065550101")
        await board.until(lambda: len(board.contacts) == 3)
        first = min(board.contacts.values(), key=lambda c: c["score"])
        assert first["channel"] == "sms"
        assert first["severity"] == 1
        assert "sangrando" in first["rule"]
        async with desk(centre) as agent:
            offer = await agent.offered()
            assert offer["id"] == first["id"]


async def test_stop_is_obeyed_and_the_agent_is_told_to_call(centre: Centre) -> None:
    person = "+12065550155"
    async with desk(centre) as agent:
        await centre.sandbox.text("STOP", from_=person, to="+12065550101")
        contact = await take_text(agent)
        with pytest.raises(DeskError) as refused:
            await agent.do("reply", contact=contact, text="Ok", then="close", key="reply-0004")
        assert refused.value.code == "not_allowed"
        assert "opted out" in str(refused.value)


async def test_duplicate_text_webhook_is_one_message(centre: Centre) -> None:
    person = "+12065550156"
    await centre.sandbox.fault(webhook_twice=3)
    await centre.sandbox.text("only once", from_=person, to="+12065550101")
    await centre.until_rows(
        "select count(*) from message where text = 'only once'",
        [(1,)],
    )
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: len(board.contacts) == 1)


async def test_carrier_answer_lost_after_sending_is_looked_up_not_repeated(
    centre: Centre,
) -> None:
    person = "+12065550157"
    async with desk(centre) as agent:
        await centre.sandbox.text("question", from_=person, to="+12065550101")
        contact = await take_text(agent)
        await centre.sandbox.fault(rest_429=1)
        await agent.do("reply", contact=contact, text="Answer.", then="keep", key="reply-0005")
        await centre.until_rows(
            "select status from message where key = 'out:reply-0005'", [("delivered",)]
        )
        sent = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
        assert len(sent) == 1
