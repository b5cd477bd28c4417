"""An old emergency does not make a thank-you urgent for ever: incidents end, and what opens one
again is judged by its own words."""

from __future__ import annotations

import msgspec
import pytest

from router.callbacks.immediate import CallbackOrder, Callbacks
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.current import Current
from router.core.incident import CLOSED, REOPENED
from router.core.severity import Channel, Severity
from router.incidents.life import IncidentLife
from router.intake.door import Intake, Text
from router.live.engine import Engine
from router.records import callbacks, incident_changes, people, timeline
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, SUPPORT, settle
from tests.intake.test_lent_severity import THANKS, Place
from tests.kit.store import CONFIG, World, centre_of

DAY = 86_400_000
WORSE = "she is not breathing"


async def _nothing() -> None:
    return None


async def _recorded(_step: str) -> None:
    return None


class Ending(Place):
    """Its incident is closed and opened again, too."""

    def __init__(self, database: Database, world: World) -> None:
        super().__init__(database, world)
        self.life = IncidentLife(self.centre, _nothing)
        self.callbacks = Callbacks(self.centre)
        self.promises = ScheduledCallbacks(self.centre, _recorded)

    async def closed(self, reason: str = "resolved") -> None:
        reply = await self.life.close(self.incident, "u1", reason, "", self.world.now)
        assert reply.ok, reply.text

    async def refused(self) -> str:
        """Why it is not closed."""
        reply = await self.life.close(self.incident, "u1", "resolved", "", self.world.now)
        assert (reply.ok, reply.code) == (False, "not_ready")
        return reply.text

    async def stands(self) -> tuple[int, bool]:
        """How severe it is, and whether it is open."""
        async with self.database.read() as connection:
            found = await people.incident_by_id(connection, self.incident)
        assert found is not None
        return found.severity, found.open

    async def history(self) -> list[tuple[str, str, str | None]]:
        """How it closed and opened, by whom, with which contact."""
        async with self.database.read() as connection:
            rows = await incident_changes.history(connection, self.incident)
        ends = [row for row in rows if row.what in (CLOSED, REOPENED)]
        return [(row.what, row.author, row.contact) for row in ends]

    async def told(self) -> list[str]:
        """Its timeline's lines."""
        await settle(self.database, self.world)
        async with self.database.read() as connection:
            found = await timeline.incident_document(
                connection, self.incident, "u1", {}, lambda _: None
            )
        assert found is not None
        return [line["text"] for line in found["timeline"]]

    async def address(self) -> str:
        """Of Maya."""
        async with self.database.read() as connection:
            person = await people.find_address(connection, "phone", MAYA)
        assert person is not None
        return person.address

    async def promise(self) -> CallbackRequest:
        return CallbackRequest(self.incident, "k", "u1", "Priya", address=await self.address())


@pytest.fixture
def place(database: Database, world: World) -> Ending:
    return Ending(database, world)


async def ended_s1(place: Ending) -> None:
    """An S1 whose caller hung up, and which is closed."""
    arrival = await place.call()
    await place.over(arrival)
    await place.closed()


async def test_an_open_s1_makes_a_thank_you_s2_and_a_closed_one_does_not(place: Ending) -> None:
    arrival = await place.call()
    await place.over(arrival)
    first = await place.writes("sms:1", THANKS)
    assert (first.contact.severity, first.contact.rule) == (2, "open INC-20401")
    await place.over(first)
    await place.closed()
    second = await place.writes("sms:2", THANKS)
    assert second.contact.severity >= 3
    assert second.contact.incident == place.incident


async def test_what_reopens_an_incident_is_judged_by_its_own_words_and_lends_nothing_old(
    place: Ending,
) -> None:
    await ended_s1(place)
    again = await place.writes("sms:1", THANKS)
    severity = again.contact.severity
    assert severity >= 3
    assert await place.stands() == (severity, True)
    await place.over(again)
    more = await place.writes("sms:2", "one more thank you")
    assert more.contact.severity >= 3  # it is open again, and not the S1 that it was
    assert await place.history() == [
        ("closed", "u1", None), ("reopened", "", again.contact_id),
    ]  # fmt: skip


async def test_new_words_of_danger_reopen_it_as_severe_as_they_are(place: Ending) -> None:
    await ended_s1(place)
    again = await place.writes("sms:1", WORSE)
    assert again.contact.severity == 1
    assert await place.stands() == (1, True)


async def test_thanks_on_the_emergency_line_raise_no_incident_that_is_known(place: Ending) -> None:
    """That line says how urgent their text is to answer; the incident goes by words alone."""
    first = await place.call(line=SUPPORT)
    assert await place.stands() == (3, True)
    thanks = await place.writes("sms:1", THANKS, EMERGENCY)
    assert (thanks.contact.severity, thanks.contact.incident) == (1, place.incident)
    await place.writes("sms:2", "Luna is home", EMERGENCY)
    assert await place.stands() == (3, True)
    assert not [line for line in await place.told() if line.startswith("incident is ")]
    await place.writes("sms:3", WORSE, EMERGENCY)
    assert await place.stands() == (1, True)
    assert "incident is S1: they wrote; it was S3" in await place.told()
    await place.over(first)
    await place.over(thanks)
    await place.closed()
    again = await place.writes("sms:4", THANKS, EMERGENCY)
    assert (again.contact.severity, again.contact.incident) == (1, place.incident)
    assert await place.stands() == (3, True)


async def test_words_that_a_person_knew_raise_the_incident_no_more(place: Ending) -> None:
    danger = await place.writes("sms:1", WORSE)
    await place.lower(danger.contact_id)
    assert await place.stands() == (3, True)
    await place.writes("sms:2", WORSE)
    assert await place.stands() == (3, True)


async def test_a_word_of_help_raises_a_known_incident_by_its_channel(place: Ending) -> None:
    await place.call(line=SUPPORT)
    await place.writes("sms:1", "HELP", severity=Severity.S2, urgent_rule="asks for help")
    assert await place.stands() == (2, True)


async def test_a_call_reopens_it_at_what_its_line_says(place: Ending) -> None:
    await ended_s1(place)
    place.world.engine.now = place.world.now + 3_600_000
    again = await place.call("CA2", SUPPORT)
    assert (again.contact.severity, again.contact.incident) == (3, place.incident)
    assert await place.stands() == (3, True)
    assert (await place.history())[-1] == ("reopened", "", again.contact_id)


async def test_who_comes_long_after_begins_a_new_one(place: Ending) -> None:
    await ended_s1(place)
    place.world.engine.now = place.world.now + 7 * DAY + 1
    late = await place.writes("sms:1", THANKS)
    assert late.contact.incident != place.incident
    assert await place.stands() == (1, False)


async def test_the_last_that_was_closed_reopens_and_a_duplicate_only_if_it_is_alone(
    place: Ending,
) -> None:
    await ended_s1(place)
    async with place.database.write() as connection:
        party = await people.find_address(connection, "phone", MAYA)
        assert party is not None
        twin = await people.open_incident(
            connection, "The same", 3, party.party, "caller", place.world.now
        )
    reply = await place.life.close(twin.id, "u1", "duplicate", "", place.world.now + 5)
    assert reply.ok
    place.world.engine.now = place.world.now + 10
    first = await place.writes("sms:1", THANKS)
    assert first.contact.incident == place.incident
    async with place.database.read() as connection:
        found = await incident_changes.lately_closed_of(connection, party.party, 0)
    assert found is not None
    assert (found.id, found.open) == (twin.id, False)


async def test_the_window_is_the_configuration_s(database: Database, world: World) -> None:
    within = {"incidents": {"reopened_within": "0s"}}
    config = msgspec.convert(msgspec.to_builtins(CONFIG) | within, type(CONFIG))
    place = Ending(database, world)
    place.intake = Intake(
        centre_of(database, world.engine, config=Current(config), clock=lambda: world.now)
    )
    await ended_s1(place)
    world.engine.now = world.now + 1
    assert (await place.writes("sms:1", THANKS)).contact.incident != place.incident


async def test_a_text_that_names_a_closed_incident_reopens_that_one(place: Ending) -> None:
    await ended_s1(place)
    place.world.engine.now = place.world.now + 100 * DAY
    again = await place.writes("sms:1", THANKS, incident=place.incident)
    assert (again.contact.incident, again.contact.severity >= 3) == (place.incident, True)


async def test_who_dials_again_is_as_urgent_as_they_were_by_themselves(place: Ending) -> None:
    """The call was S2 by an open S1, and was given up; that S1 has been closed since."""
    first = await place.call()
    await place.over(first)
    lent = await place.call("CA2", SUPPORT)
    assert (lent.contact.severity, lent.contact.by_itself) == (2, 3)
    await place.over(lent)
    await place.closed("no_action")
    again = await place.call("CA3", SUPPORT)
    assert "place kept" in again.contact.rule
    assert again.contact.severity == 3
    assert await place.stands() == (3, True)


async def test_our_own_call_gives_an_incident_nothing_back(place: Ending) -> None:
    """It is as severe as its incident, and keeps it at that no longer."""
    first = await place.call()
    asked = await place.promise()
    reply = await place.promises.request_callback(asked, place.world.now)
    assert reply.contact is not None
    assert (reply.contact.severity, reply.contact.by_itself) == (1, 4)
    await place.lower(first.contact_id)
    assert await place.stands() == (3, True)


async def test_a_promised_call_in_a_closed_incident_opens_it_and_is_no_s1(place: Ending) -> None:
    await ended_s1(place)
    asked = await place.promise()
    reply = await place.promises.request_callback(asked, place.world.now)
    assert reply.contact is not None
    assert (reply.contact.severity, reply.contact.by_itself) == (3, 3)
    severity, is_open = await place.stands()
    assert (severity, is_open) == (reply.contact.severity, True)
    assert (await place.history())[-1] == ("reopened", "u1", reply.contact.id)


async def test_calling_them_now_opens_it_too(place: Ending) -> None:
    await ended_s1(place)
    await place.world.agent("u1", safety=5)
    order = CallbackOrder("u1", place.incident, await place.address(), "key-1")
    reply = await place.callbacks.order(order, place.world.now)
    assert reply.ok, reply.text
    assert await place.stands() == (3, True)


async def test_closing_is_refused_in_words_while_something_lives(place: Ending) -> None:
    first = await place.call()
    await settle(place.database, place.world)
    assert (await place.refused()).startswith("Not closed. A call with them is not over yet.")
    await place.over(first)
    thanks = await place.writes("sms:1", THANKS)
    assert "A message of theirs is not done yet" in await place.refused()
    await place.over(thanks)
    asked = await place.promise()
    promised = await place.promises.request_callback(asked, place.world.now)
    assert promised.contact is not None
    assert "A call to them is promised" in await place.refused()
    await place.promises.cancel(promised.contact.id, "u1", "off")
    await settle(place.database, place.world)
    async with place.database.write() as connection:  # as `settle` does
        promise = await callbacks.open_of(connection, place.incident)
        assert promise is not None
        await callbacks.close(connection, promise.id, "cancelled", "", place.world.now)
    await place.closed()


async def test_a_message_whose_contact_ended_before_the_index_heard_of_it_reopens_it(
    place: Ending,
) -> None:
    """The record took it on an open contact while the index was away; that contact and its
    incident were closed before it was announced."""
    first = await place.writes("sms:1", "a question")
    place.incident = str(first.contact.incident)
    await settle(place.database, place.world)
    away = Intake(centre_of(place.database, Engine("unix:///nowhere.sock")))
    late = Text(Channel.SMS, "sms:2", MAYA, SUPPORT, THANKS)
    arrival = await away.text(late, place.world.now)
    assert arrival is not None
    assert (arrival.reply, arrival.contact_id) == (None, first.contact_id)
    await place.over(first)
    await place.closed()
    assert await place.intake.announce_missed(place.world.now + 60_000) == 1
    severity, is_open = await place.stands()
    assert (severity >= 3, is_open) == (True, True)
    what, author, contact = (await place.history())[-1]
    assert (what, author) == ("reopened", "")
    assert contact != first.contact_id


async def test_a_refusal_waits_for_what_has_just_ended(
    place: Ending,
) -> None:
    arrival = await place.call()
    gone = {"contact": arrival.contact_id, "cause": "hung_up"}
    await place.world.engine.step("caller_gone", **gone)

    async def catch_up() -> None:
        await settle(place.database, place.world)

    place.life = IncidentLife(place.centre, catch_up)
    await place.closed()


async def test_reopened_by_a_person_it_is_as_severe_as_it_was(place: Ending) -> None:
    await ended_s1(place)
    assert (await place.life.reopen(place.incident, "u1", place.world.now)).ok
    assert await place.stands() == (1, True)
    reply = await place.life.reopen(place.incident, "u1", place.world.now)
    assert (reply.ok, reply.text) == (False, "This incident is open already.")
    await place.closed()
    assert await place.refused() == "This incident is closed already."


async def test_a_promise_to_call_raises_nothing_that_a_person_lowered(place: Ending) -> None:
    """Its place and severity are those of the S1 call that was given up; the incident was judged
    since."""
    first = await place.call()
    await place.over(first)
    second = await place.call("CA2", SUPPORT)
    await place.lower(second.contact_id)
    assert await place.stands() == (3, True)
    asked = CallbackRequest(place.incident, "k", "u1", "Priya", after=first.contact_id)
    reply = await place.promises.request_callback(asked, place.world.now)
    assert reply.contact is not None
    assert reply.contact.severity == 1
    assert await place.stands() == (3, True)


async def test_a_caller_whom_we_thought_gone_is_in_an_open_incident_again(place: Ending) -> None:
    """The carrier did not know their call, so it ended here, and somebody closed the incident; then
    it asks again: they are on the line."""
    arrival = await place.call()
    gone = {"contact": arrival.contact_id, "cause": "unknown_at_carrier"}
    await place.world.engine.step("caller_gone", **gone)
    await settle(place.database, place.world)
    await place.closed()
    known = await place.intake.calls.known_call(arrival.contact_id)
    assert known is not None
    reply = await place.intake.readmit(known, force=True)
    assert reply is not None
    assert reply.ok
    await place.intake.calls.told()
    assert await place.stands() == (1, True)
