"""Incidents merged while people call and write: whatever comes for either comes to the one that
stays."""

from __future__ import annotations

import pytest

from router.core.severity import Channel
from router.incidents.filing import Filings, Undo
from router.incidents.merging import Merge
from router.incidents.moving import Move
from router.intake.door import Text
from router.records import contacts, messages, people, stays
from router.records.database import Database
from tests.intake.test_intake import SUPPORT, settle
from tests.intake.test_lent_severity import THANKS, Place
from tests.kit.store import World

STRANGER = "+12065550188"


class Two(Place):
    """Maya's call, and a stranger's text about the same dog."""

    async def begin(self) -> tuple[str, str, str]:
        """The incident of the call, that of the text, and the call."""
        call = await self.call()
        text = await self.stranger("t1", "when do you open today")
        return str(call.contact.incident), text, call.contact_id

    async def stranger(self, key: str, words: str) -> str:
        """The incident to which it came."""
        text = Text(Channel.SMS, key, STRANGER, SUPPORT, words)
        arrival = await self.intake.text(text, self.world.now)
        assert arrival is not None
        async with self.database.read() as connection:
            return await stays.root(connection, str(arrival.contact.incident))

    @property
    def filings(self) -> Filings:
        return Filings.of(self.centre)

    async def merge(self, stays: str, goes: str) -> str:
        await settle(self.database, self.world)
        await self.world.advance(1)
        order = Merge(stays, goes, "u1", "k")
        assert (await self.filings.merge(order, self.world.now)).reply.ok
        await self.world.advance(1)
        return order.id

    async def of(self, contact: str) -> tuple[str | None, str | None]:
        """Its incident and that one's number, as the index has them."""
        live = await self.world.engine.look(contact)
        assert live is not None
        return live.incident, live.incident_no


@pytest.fixture
def place(database: Database, world: World) -> Two:
    return Two(database, world)


async def test_a_call_goes_on_in_the_one_that_stays_and_is_back_after_the_undo(
    place: Two,
) -> None:
    of_call, of_text, call = await place.begin()
    before = await place.of(call)
    act = await place.merge(of_text, of_call)
    async with place.database.read() as connection:
        stays = await people.incident_by_id(connection, of_call)
        rebuilt = {one.id: one.incident for one in await contacts.open_contacts(connection)}
    assert stays is not None
    assert await place.of(call) == (of_text, stays.word)
    assert rebuilt[call] == of_text  # also after the index was lost
    await settle(place.database, place.world)
    assert (await place.filings.undo(Undo(act, "u1"), place.world.now)).reply.ok
    assert await place.of(call) == before


async def test_what_comes_from_the_people_of_either_comes_to_the_one_that_stays(
    place: Two,
) -> None:
    of_call, of_text, _ = await place.begin()
    await place.merge(of_call, of_text)
    assert await place.stranger("t2", "it moves") == of_call  # goes on in their conversation
    await place.over(await place.call())
    assert (await place.writes("t3", THANKS)).contact.incident == of_call
    named = await place.writes("t4", THANKS, incident=of_text)
    assert named.contact.incident == of_call
    async with place.database.read() as connection:
        said = [row.text for row in await messages.by_incident(connection, of_text)]
    assert sorted(said) == sorted(["when do you open today", "it moves", THANKS, THANKS])


async def test_what_waits_keeps_its_severity_and_what_comes_next_gets_the_worse_of_both(
    place: Two,
) -> None:
    of_call, of_text, _ = await place.begin()
    async with place.database.read() as connection:
        [waits] = [row.id for row in await contacts.by_incident(connection, of_text)]
    mild = await place.world.engine.look(waits)
    await place.merge(of_call, of_text)
    after = await place.world.engine.look(waits)
    assert mild is not None
    assert after is not None
    assert after.severity == mild.severity
    assert await place.severity() == 1
    await place.world.engine.step("close_contact", contact=waits)
    await settle(place.database, place.world)
    text = Text(Channel.SMS, "t9", STRANGER, SUPPORT, THANKS)
    arrival = await place.intake.text(text, place.world.now)
    assert arrival is not None
    assert arrival.contact.severity < mild.severity


async def test_a_conversation_that_was_moved_goes_on_where_it_is(place: Two) -> None:
    of_call, of_text, _ = await place.begin()
    await settle(place.database, place.world)
    async with place.database.read() as connection:
        [text] = [row.id for row in await contacts.by_incident(connection, of_text)]
    order = Move(of_text, (text,), (), of_call, "u1", "k")
    assert (await place.filings.move(order, place.world.now)).reply.ok
    assert await place.stranger("t2", "it moves") == of_call
    async with place.database.read() as connection:
        said = [row.text for row in await messages.by_incident(connection, of_call)]
    assert sorted(said) == ["it moves", "when do you open today"]
