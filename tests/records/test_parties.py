"""People of an incident: added with what they are, known again, never doubled."""

from __future__ import annotations

import pytest

from router.core.model import Reply
from router.incidents.parties import Newcomer, Parties
from router.live.engine import Engine
from router.records import people
from router.records.database import Database
from tests.kit.store import centre_of
from tests.records.test_incident_changes import incident_of, life_of
from tests.records.test_next_actions import acts, agents, document, lines
from tests.records.test_records import NOW

VET = "+12065550119"


@pytest.fixture
def parties(database: Database) -> Parties:
    return Parties(centre_of(database, Engine("unix:///nowhere.sock")))


async def test_a_vet_is_added_once_and_stands_among_third_parties(
    database: Database, parties: Parties
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    vet = Newcomer(incident.id, "phone", VET, "Dr. P. Novak", "vet", who["Elena"])
    first, again = await parties.add(vet, NOW), await parties.add(vet, NOW + 1)
    assert (first.ok, first.duplicate, again.ok, again.duplicate) == (True, False, True, True)
    found = (await document(database, incident.id))["parties"]
    shown = [(p["name"], p["role"], p["side"]) for p in found]  # type: ignore[attr-defined]
    assert sorted(shown) == [("+1 206 ••• 0142", "caller", None), ("Dr. P. Novak", "vet", "third")]
    assert await lines(database, incident.id) == [("Elena", "Elena added Dr. P. Novak, vet")]
    assert await acts(database) == [(who["Elena"], "incident.party_added")]
    async with database.read() as connection:
        person = await people.find_address(connection, "phone", VET)
        assert person is not None
        theirs = await people.open_incident_of(connection, person.party)
    assert theirs is not None
    assert theirs.id == incident.id  # when they call, they come to this one


async def test_whoever_is_known_keeps_the_name_and_gets_the_role(
    database: Database, parties: Parties
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    async with database.write() as connection:
        await people.find_or_make(connection, "phone", VET, NOW, "Ballard Hospital")
    for role in ("vet", "hospital"):
        newcomer = Newcomer(incident.id, "phone", VET, "Somebody else", role, who["Elena"])
        assert (await parties.add(newcomer, NOW)).ok
    found = (await document(database, incident.id))["parties"]
    shown = {(p["name"], p["role"]) for p in found}  # type: ignore[attr-defined]
    assert ("Ballard Hospital", "hospital") in shown
    assert len(shown) == 2


async def test_nobody_is_added_to_a_closed_incident_or_to_none(
    database: Database, parties: Parties
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    assert (await life_of(database).close(incident.id, who["Elena"], "resolved", "", NOW)).ok
    for of, code in ((incident.id, "too_late"), ("i-nothing", "unknown")):
        reply = await parties.add(Newcomer(of, "phone", VET, "", "vet", who["Elena"]), NOW)
        assert (reply.ok, reply.code) == (False, code)
    async with database.read() as connection:
        assert await people.find_address(connection, "phone", VET) is None


async def test_a_number_is_told_whole_with_its_line_and_only_of_somebody_of_this_incident(
    database: Database, parties: Parties
) -> None:
    who = await agents(database)
    incident, other = [await incident_of(database, f"+1206555014{n}") for n in range(2)]
    async with database.write() as connection:
        maya = await people.find_address(connection, "phone", "+12065550140")
        nobody = await people.find_or_make(connection, "phone", "anonymous:CA1", NOW)
        await people.add_party(connection, incident.id, nobody.party)
    assert maya is not None
    elena = who["Elena"]
    assert await parties.reveal(incident.id, maya.address, elena, NOW) == "+12065550140"
    for of, address, code in (
        (other.id, maya.address, "unknown"),
        (incident.id, "d-nothing", "unknown"),
        (incident.id, nobody.address, "not_allowed"),
    ):
        refused = await parties.reveal(of, address, elena, NOW)
        assert isinstance(refused, Reply)
        assert refused.code == code
    assert await acts(database) == [(elena, "address.revealed")]
