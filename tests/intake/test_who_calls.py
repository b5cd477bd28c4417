"""Whoever takes it reads who calls or writes: by their name, as what they are in the incident."""

from __future__ import annotations

from router.incidents.filing import Filings
from router.incidents.moving import Move
from router.intake.door import Call
from router.records import people
from tests.intake.test_first_words import VET, Room, database, room
from tests.intake.test_intake import SUPPORT, settle
from tests.intake.test_party_facts import Facts

__all__ = ["database", "room"]

STRANGER = "+12065550178"


async def who(room: Room, contact: str) -> tuple[str | None, str | None]:
    """Name and role, as the index has them."""
    live = await room.world.contact(contact)
    assert live is not None
    return live.who["name"], live.who["role"]


async def calls(room: Room, number: str, key: str = "CA1") -> str:
    arrival = await room.intake.call(Call(key, number, SUPPORT), room.world.now)
    await settle(room.database, room.world)
    return str(arrival.contact_id)


async def test_the_vet_of_an_incident_rings_and_writes_as_the_vet(room: Room) -> None:
    await room.add("phone", VET)
    assert await who(room, await calls(room, VET)) == ("Dr. Novak", "vet")
    assert await who(room, await room.answers("sms:9", "stable", VET)) == ("Dr. Novak", "vet")


async def test_a_caller_who_is_given_a_name_has_it_while_they_are_on_the_line(room: Room) -> None:
    contact = await calls(room, STRANGER)
    live = await room.world.contact(contact)
    assert live is not None
    assert live.incident is not None
    number = live.who["name"]
    facts = Facts(room)
    room.incident = live.incident
    async with room.database.read() as connection:
        known = await people.find_address(connection, "phone", STRANGER)
    assert known is not None
    for was, now in ((("", "caller"), ("Ada", "owner")), (("Ada", "owner"), ("Ada B", "owner"))):
        assert (await facts.facts.change(facts.by, known.party, was=was, now=now)).ok
        assert await who(room, contact) == now
        async with room.database.read() as connection:
            incident = await people.incident_by_id(connection, room.incident)
        assert incident is not None
        assert incident.title == f"Call from {now[0]}", f"it only said {number}"


async def test_a_name_is_told_of_contacts_in_each_incident_and_a_role_in_its_own(
    room: Room,
) -> None:
    one = await calls(room, STRANGER)
    text = await room.answers("sms:7", "and another thing", STRANGER)
    first, second = await room.world.contact(one), await room.world.contact(text)
    assert first is not None
    assert first.incident is not None
    assert second is not None
    if second.incident == first.incident:
        order = Move(first.incident, (text,), (), None, "ann", "k")
        moved = await Filings.of(room.words_of).move(order, room.world.now)
        assert moved.reply.ok
    async with room.database.read() as connection:
        known = await people.find_address(connection, "phone", STRANGER)
    assert known is not None
    room.incident = first.incident
    facts = Facts(room)
    by, party = facts.by, known.party
    assert (await facts.facts.change(by, party, was=("", "caller"), now=("Ada", "owner"))).ok
    assert await who(room, one) == ("Ada", "owner")
    assert await who(room, text) == ("Ada", "caller")
