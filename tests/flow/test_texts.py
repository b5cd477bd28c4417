"""Texts in the same one order, answered from the desk, really sent; words with a meaning."""

from __future__ import annotations

import aiosqlite
import pytest

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk, said


async def take_text(agent: DeskClient) -> str:
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    return contact


async def test_text_is_answered_and_its_delivery_is_shown(centre: Centre) -> None:
    person = "+12065550661"
    async with desk(centre) as agent:
        await centre.sandbox.text("my receipt is missing", from_=person, to="+12065550101")
        contact = await take_text(agent)
        incident = await agent.do("open", incident=agent.contacts[contact]["incident"])
        assert said(incident) == ["my receipt is missing"]
        await agent.do(
            "reply",
            contact=contact,
            text="Here it is.",
            then="close",
            anyway=True,
            key="reply-0001",
        )
        await agent.until(lambda: contact not in agent.contacts)
        await agent.until(
            lambda: (
                agent.incident
                and "delivered" in [entry["status"] for entry in agent.incident["timeline"]]
            )
        )
        told = agent.incident and [e["text"] for e in agent.incident["timeline"]]
        assert told == [
            "my receipt is missing", "S2 because “missing”", "taken by Priya Nair", "Here it is.",
            "conversation finished by Priya Nair",
        ]  # fmt: skip
        sent = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
        assert [t["body"] for t in sent] == ["Here it is."]


async def test_reply_with_the_same_key_is_sent_once(centre: Centre) -> None:
    person = "+12065550662"
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
    person = "+12065550663"
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
        await centre.sandbox.call(to="+12065550101", from_=f"+1206555154{n}", keys=["3"])
    async with desk(centre, "dana", view="board") as board:
        await board.until(
            lambda: [c["state"] for c in board.contacts.values()] == ["queued", "queued"]
        )
        await centre.sandbox.text("Está sangrando mucho", from_="+12065550664", to="+12065550101")
        await board.until(lambda: len(board.contacts) == 3)
        first = min(board.contacts.values(), key=lambda c: c["score"])
        assert first["channel"] == "sms"
        assert first["severity"] == 1
        assert "sangrando" in first["rule"]
        async with desk(centre) as agent:
            offer = await agent.offered()
            assert offer["id"] == first["id"]


async def test_stop_is_obeyed_and_the_agent_is_told_to_call(centre: Centre) -> None:
    person = "+12065550665"
    async with desk(centre) as agent:
        await centre.sandbox.text("STOP", from_=person, to="+12065550101")
        contact = await take_text(agent)
        with pytest.raises(DeskError) as refused:
            await agent.do(
                "reply", contact=contact, text="Ok", then="close", anyway=True, key="reply-0004"
            )
        assert refused.value.code == "not_allowed"
        assert "opted out" in str(refused.value)


async def test_duplicate_text_webhook_is_one_message(centre: Centre) -> None:
    person = "+12065550666"
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
    person = "+12065550667"
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


@pytest.mark.parametrize("left", [True, False])
async def test_of_a_text_whose_sender_died_the_carrier_is_asked_and_it_goes_out_once(
    centre: Centre, left: bool
) -> None:
    """The same words went to the same person before. That text is not this one; and one that the
    carrier has is not sent again."""
    person, words = f"+1206555019{left:d}", "Somebody calls you in a minute."
    async with desk(centre) as agent:
        await centre.sandbox.text("are you there?", from_=person, to="+12065550101")
        contact = await take_text(agent)
        for key in ("first", "second"):
            await agent.do("reply", contact=contact, text=words, then="keep", key=f"{key}-{person}")
            await centre.until_rows(
                f"select status from message where key = 'out:{key}-{person}'", [("delivered",)]
            )
        async with aiosqlite.connect(centre.data_dir / "holdfast.db", timeout=10) as connection:
            died = "status = 'sending', carrier_id = null, due_at = 1"
            second = f"key = 'out:second-{person}'"
            if left:
                await connection.execute(f"update message set {died} where {second}")
            else:  # another one, of which the carrier never heard
                await connection.execute(
                    "insert into message (id, key, contact, incident, channel, direction, author,"
                    " to_address, from_address, text, status, tries, at, due_at, status_at)"
                    f" select 'died{person[-3:]}', 'out:third-{person}', contact, incident,"
                    " channel, direction, author, to_address, from_address, text, 'sending', 1,"
                    f" at + 1, 1, status_at from message where {second}"
                )
            await connection.commit()
        await agent.do("reply", contact=contact, text="Now.", then="keep", key=f"wake-{person}")
        await centre.until_rows(
            f"select count(*), count(distinct carrier_id) from message where direction = 'out'"
            f" and to_address = '{person}' and status = 'delivered'",
            [(3, 3) if left else (4, 4)],
        )
    sent = [t["body"] for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
    assert sent.count(words) == (2 if left else 3)
