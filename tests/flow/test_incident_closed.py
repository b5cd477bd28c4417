"""Incidents are closed and reopened from the desk: by whom, when not, and what everybody sees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk

SUPPORT = "+12065550101"


async def taken(centre: Centre, agent: DeskClient, person: str, words: str) -> tuple[str, str]:
    """A text that this agent has in hand: contact and incident."""
    await centre.sandbox.text(words, from_=person, to=SUPPORT)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    return contact, str(agent.contacts[contact]["incident"])


async def done(agent: DeskClient, contact: str) -> None:
    await agent.do("close", contact=contact, disposition="resolved", anyway=True)
    await agent.until(lambda: contact not in agent.contacts)


async def words_of(agent: DeskClient, do: str, /, **fields: Any) -> str:
    with pytest.raises(DeskError) as refused:
        await agent.do(do, **fields)
    return str(refused.value)


async def lines(centre: Centre, incident: str) -> list[tuple[str, str]]:
    """Who did what to it, as the audit has it."""
    found = await centre.rows(
        "select u.login, a.action from audit a join account u on u.id = a.actor "
        f"where a.subject = '{incident}' and a.action like 'incident.%' order by a.id"
    )
    return [(row[0], row[1]) for row in found]


async def test_an_agent_closes_an_incident_and_everybody_who_has_it_open_sees_it(
    centre: Centre,
) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        contact, incident = await taken(centre, agent, "+12065550511", "where is my parcel")
        told = await words_of(agent, "close_incident", incident=incident, reason="resolved")
        assert "Not closed. A message of theirs is not done yet." in told
        await done(agent, contact)
        await board.do("open", incident=incident)
        # At once: the record may not know yet that the text is over.
        await agent.do(
            "close_incident", incident=incident, reason="no_action", comment="only a  question\n"
        )
        await board.until(lambda: board.incident and board.incident["state"] == "closed")
        assert board.incident is not None
        closed = board.incident["closed"]
        assert (closed["by_name"], closed["word"]) == ("Priya Nair", "No action needed")
        assert closed["comment"] == "only a question"
        said = board.incident["timeline"][-1]["text"]
        assert said == "incident resolved by Priya Nair: no action needed · only a question"
        (row,) = (await agent.do("incidents", q="0511"))["rows"]
        assert row["state"] == "closed"
        open_ones = (await agent.do("incidents", q="0511", filter="open"))["rows"]
        assert open_ones == []
        assert await lines(centre, incident) == [("priya", "incident.closed")]


async def test_a_supervisor_reopens_it_at_their_desk_and_nobody_does_it_twice(
    centre: Centre,
) -> None:
    async with desk(centre) as agent, desk(centre, "dana", sound=False) as other:
        contact, incident = await taken(centre, agent, "+12065550512", "where is my parcel")
        await done(agent, contact)
        await agent.do("close_incident", incident=incident, reason="resolved")
        told = await words_of(other, "close_incident", incident=incident, reason="duplicate")
        assert "This incident is closed already." in told
        await other.do("open", incident=incident)
        await other.do("reopen_incident", incident=incident)
        await other.until(lambda: other.incident and other.incident["state"] == "open")
        assert other.incident is not None
        assert other.incident["timeline"][-1]["text"] == "incident reopened by Dana Reyes"
        told = await words_of(agent, "reopen_incident", incident=incident)
        assert "This incident is open already." in told
        assert await lines(centre, incident) == [
            ("priya", "incident.closed"), ("dana", "incident.reopened"),
        ]  # fmt: skip


async def test_a_reason_that_there_is_not_and_an_incident_that_there_is_not(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550513", "where is my parcel")
        await done(agent, contact)
        codes = [choice["code"] for choice in agent.centre_words["close_reasons"]]
        assert "resolved" in codes
        assert "upgrade" not in codes
        for reason in ("", "upgrade", "because"):
            told = await words_of(agent, "close_incident", incident=incident, reason=reason)
            assert "The reason is one of: resolved" in told
        told = await words_of(agent, "close_incident", incident="i0", reason="resolved")
        assert "No such incident." in told
        assert await lines(centre, incident) == []


async def test_their_next_text_reopens_it_and_is_not_urgent_by_what_is_over(
    centre: Centre,
) -> None:
    person = "+12065550514"
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, person, "my dog is not breathing")
        assert agent.contacts[contact]["severity"] == 1
        await done(agent, contact)
        await agent.do("close_incident", incident=incident, reason="resolved")
        contact, again = await taken(centre, agent, person, "thank you so much")
        assert again == incident
        assert agent.contacts[contact]["severity"] >= 3
        await agent.do("open", incident=incident)
        document = await agent.do("open", incident=incident)
        assert (document["state"], document["severity"] >= 3) == ("open", True)
        said = [entry["text"] for entry in document["timeline"]]
        assert "incident reopened: they wrote" in said
        await done(agent, contact)
