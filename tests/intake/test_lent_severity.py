"""What an incident lends to a contact never counts for that incident again, nor for another one."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.model import LiveContact
from router.core.severity import Channel, Severity
from router.intake.door import Arrival, Call, Intake, Text
from router.records import people
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, SUPPORT, settle
from tests.kit.store import World, centre_of

THANKS = "thank you so much, she is fine"


class Place:
    """The door, and the incident of the first who came: Maya, always."""

    def __init__(self, database: Database, world: World) -> None:
        self.database, self.world = database, world
        self.centre = centre_of(database, world.engine, clock=lambda: world.now)
        self.intake = Intake(self.centre)
        self.incident = ""

    async def call(self, sid: str = "CA1", line: str = EMERGENCY) -> Arrival:
        arrival = await self.intake.call(Call(sid, MAYA, line), self.world.now)
        self.incident = self.incident or str(arrival.contact.incident)
        return arrival

    async def writes(self, key: str, words: str, line: str = SUPPORT, **more: Any) -> Arrival:
        arrival = await self.intake.text(
            Text(Channel.SMS, key, MAYA, line, words, **more), self.world.now
        )
        assert arrival is not None
        self.incident = self.incident or str(arrival.contact.incident)
        return arrival

    async def over(self, arrival: Arrival) -> None:
        """A person closes it, or its caller hangs up; the record knows."""
        contact = arrival.contact_id
        if arrival.contact.channel == "voice":
            await self.world.engine.step("caller_gone", contact=contact, cause="hung_up")
        else:
            await self.world.engine.step("close_contact", contact=contact)
        await settle(self.database, self.world)

    async def lower(self, contact: str, to: Severity = Severity.S3) -> None:
        """A person says that it is not so bad."""
        await settle(self.database, self.world)
        reply = await self.intake.change_severity(contact, to, "over now", "u1")
        assert reply.ok, reply.text
        await settle(self.database, self.world)

    async def severity(self) -> int:
        """Of the incident."""
        async with self.database.read() as connection:
            found = await people.incident_by_id(connection, self.incident)
        assert found is not None
        return found.severity

    async def live(self, contact: str) -> LiveContact:
        found = await self.world.contact(contact)
        assert found is not None
        return found


@pytest.fixture
def place(database: Database, world: World) -> Place:
    return Place(database, world)


async def test_a_call_that_only_its_incident_made_urgent_keeps_no_incident_urgent(
    place: Place,
) -> None:
    """The S1 is over, said a person; the thank-you that waits beside it was S2 by that S1 alone."""
    first = await place.call()
    thanks = await place.writes("sms:1", THANKS)
    assert thanks.contact.severity == 2
    assert thanks.contact.by_itself >= 3
    await place.lower(first.contact_id)
    assert await place.severity() == 3


async def test_what_waits_beside_it_by_its_own_words_still_counts(place: Place) -> None:
    first = await place.call()
    await place.writes("sms:1", "our cat got lost")
    await place.lower(first.contact_id)
    assert await place.severity() == 2


async def test_a_person_s_word_on_a_lent_severity_is_their_own(place: Place) -> None:
    first = await place.call()
    thanks = await place.writes("sms:1", THANKS)
    await settle(place.database, place.world)
    for level in (Severity.S1, Severity.S2):
        await place.intake.change_severity(thanks.contact_id, level, "looked at it", "u1")
    await place.lower(first.contact_id)
    assert await place.severity() == 2


async def test_a_later_message_that_its_incident_makes_urgent_counts_no_more(place: Place) -> None:
    """It came as an S3; a message after the S1 began was raised by the open incident."""
    before = await place.writes("sms:1", "a question")
    assert before.contact.severity == 3
    first = await place.call()
    assert await place.writes("sms:2", THANKS)
    raised = await place.live(before.contact_id)
    assert (raised.severity, raised.by_itself >= 3) == (2, True)
    await place.lower(first.contact_id)
    assert await place.severity() == 3


async def test_an_incident_raises_no_other_incident_of_its_party(place: Place) -> None:
    """Their text waits in one incident while another one, an S1, lends it its severity."""
    waits = await place.writes("sms:1", "a question")
    async with place.database.write() as connection:
        party = await people.find_address(connection, "phone", MAYA)
        assert party is not None
        await people.open_incident(
            connection, "Another", 1, party.party, "caller", place.world.now + 1
        )
    await place.writes("sms:2", THANKS)
    assert (await place.live(waits.contact_id)).severity == 2
    assert await place.severity() == 3


async def test_a_key_says_what_a_call_is_by_itself(place: Place) -> None:
    first = await place.call()
    await place.over(first)
    lent = await place.call("CA2", SUPPORT)
    reply = await place.intake.menu_answered(lent.contact_id, "4")
    assert reply is not None
    assert reply.contact is not None
    assert (reply.contact.severity, reply.contact.by_itself >= 3) == (2, True)
    again = await place.call("CA3", SUPPORT)
    await place.intake.menu_answered(again.contact_id, "1")
    assert (await place.live(again.contact_id)).by_itself == 1


async def test_a_later_message_raises_no_incident_by_a_line_that_a_person_overruled(
    place: Place,
) -> None:
    waits = await place.writes("sms:1", "a question")
    await place.lower(waits.contact_id, Severity.S4)
    assert await place.severity() == 4
    await place.writes("sms:2", "one more question")
    assert (await place.live(waits.contact_id)).severity == 4
    assert await place.severity() == 4
