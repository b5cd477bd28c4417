"""Somebody is added to an incident from the desk: what they send comes to that incident."""

from __future__ import annotations

import pytest

from tests.flow.test_incident_closed import SUPPORT, taken, words_of
from tests.kit.centre import Centre
from tests.kit.desk import desk


async def test_a_vet_is_added_as_typed_and_what_they_write_is_in_that_incident(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        text, incident = await taken(centre, agent, "+12065550531", "where is my parcel")
        await agent.do("open", incident=incident)
        fields = {"incident": incident, "role": "vet", "name": "Dr.  Novak"}
        await agent.do("add_party", at="(206) 555-0532", **fields)
        await agent.do("add_party", at="Front Desk <Ballard@Clinic.example>", **fields)
        await agent.until(lambda: agent.incident and len(agent.incident["parties"]) == 3)
        assert agent.incident is not None
        vets = [p for p in agent.incident["parties"] if p["role"] == "vet"]
        assert [(p["name"], p["side"]) for p in vets] == [("Dr. Novak", "third")] * 2
        assert {a["kind"] for p in vets for a in p["addresses"]} == {"phone", "email"}
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
        await centre.sandbox.text("the x-ray is fine", from_="+12065550532", to=SUPPORT)
        again = await agent.accept()
        assert agent.contacts[again]["incident"] == incident
        await agent.do("close", contact=again, disposition="resolved", anyway=True)


@pytest.mark.parametrize(
    ("at", "role", "says"),
    [
        ("1-800-FLOWERS", "vet", "neither a telephone number nor a mail address"),
        ("novak@clinic", "vet", "neither a telephone number nor a mail address"),
        (SUPPORT, "vet", "one of our own lines"),
        ("+12065550533", "wizard", "A role is one of"),
    ],
)
async def test_what_reaches_nobody_is_refused_in_words(
    centre: Centre, at: str, role: str, says: str
) -> None:
    async with desk(centre) as agent:
        text, incident = await taken(centre, agent, "+12065550534", "where is my parcel")
        assert says in await words_of(agent, "add_party", incident=incident, at=at, role=role)
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
