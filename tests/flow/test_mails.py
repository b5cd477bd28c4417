"""Mail in the same one order, answered from the desk, really sent, and the thread goes on."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.kit.centre import Centre
from tests.kit.desk import desk, said


async def sent_mail(centre: Centre, to: str) -> dict[str, Any]:
    """The newest mail that the carrier's post office has taken for this person."""
    async with asyncio.timeout(10):
        while True:
            for mail in await centre.sandbox.mails("out"):
                if to in mail["to"]:
                    return mail
            await asyncio.sleep(0.05)


async def test_mail_is_answered_and_its_answer_finds_the_incident(centre: Centre) -> None:
    person = "maya.mail@example.com"
    async with desk(centre) as agent:
        written = await centre.sandbox.mail("The key box", "It is empty.", **{"from": person})
        assert written["http_status"] == 200
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        where = agent.contacts[contact]["incident"]
        incident = await agent.do("open", incident=where)
        assert said(incident) == ["It is empty."]
        await agent.do(
            "reply", contact=contact, text="A key is on its way.", then="close", key="mail-0001"
        )
        answer = await sent_mail(centre, person)
        assert answer["subject"].startswith("Re: The key box [INC-")
        assert answer["text"].strip() == "A key is on its way."
        assert answer["in_reply_to"] == written["message_id"]
        await agent.until(lambda: contact not in agent.contacts)
        await centre.sandbox.mail(
            "Re: thanks", "Found it.", **{"from": person, "in_reply_to": answer["message_id"]}
        )
        again = await agent.accept()
        assert again != contact
        assert agent.contacts[again]["incident"] == where


async def test_wrong_secret_is_refused(centre: Centre) -> None:
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{centre.url}/email/inbound", data=b"Subject: x\r\n\r\ny") as answer,
    ):
        assert answer.status == 401
