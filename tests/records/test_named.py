"""Incidents that are named in another one, by a booking or a number, are linked with it."""

from __future__ import annotations

from router.incidents.facts import Facts, Written
from router.live.engine import Engine
from router.records import messages
from router.records.database import Database
from router.records.named import bookings_in, numbers_in
from router.records.people import IncidentRef
from tests.kit.store import centre_of
from tests.records.test_filings import Room
from tests.records.test_incident_changes import contact_in, incident_of
from tests.records.test_next_actions import document
from tests.records.test_records import NOW


async def said(database: Database, of: IncidentRef, name: str, text: str, way: str = "in") -> None:
    await contact_in(database, of, f"c-{name}", channel="email")
    async with database.write() as connection:
        assert await messages.add(
            connection, id=f"m-{name}", key=f"k-{name}", contact=f"c-{name}", incident=of.id,
            channel="email", direction=way, text=text, status="received", at=NOW,
        )  # fmt: skip


async def books(database: Database, of: IncidentRef, booking: str) -> None:
    facts = Facts(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await facts.write(Written(of.id, "booking", booking, "", "u1"), NOW)).ok


async def links(database: Database, of: IncidentRef) -> dict[str, str]:
    found = (await document(database, of.id))["linked"]
    return {one["number"]: one["why"] for one in found}  # type: ignore[attr-defined]


async def test_what_names_a_booking_or_a_number_is_linked_with_that_incident(
    database: Database,
) -> None:
    kitchen = await incident_of(database, "+12065550142")
    other = await incident_of(database, "+12065550143")
    stranger = await incident_of(database, "+12065550144")
    await books(database, kitchen, "88-1920")
    assert await links(database, stranger) == {}
    await said(database, stranger, "ours", "booking 88-1920", "out")
    assert await links(database, stranger) == {}, "what we wrote names nothing"
    await said(database, stranger, "theirs", "The flat of booking 88-1920, see [INC-99999].")
    assert await links(database, stranger) == {kitchen.word: "booking"}
    await said(database, stranger, "more", f"Re: [{other.word.lower()}] and {stranger.word}")
    assert await links(database, stranger) == {kitchen.word: "booking", other.word: "named"}
    assert await links(database, kitchen) == {}
    await books(database, other, "88-1920")
    assert await links(database, other) == {kitchen.word: "booking"}


async def test_one_that_was_merged_is_named_by_what_it_had(database: Database) -> None:
    room = Room(database)
    here, there = await room.begin()
    await books(database, there, "88-1920")
    assert (await room.merge(here, there)).reply.ok
    stranger = await incident_of(database, "+12065550199")
    await said(database, stranger, "theirs", "88-1920")
    assert await links(database, stranger) == {here.word: "booking"}
    await said(database, stranger, "more", f"88-1920, and you said {there.word}")
    assert await links(database, stranger) == {here.word: "named"}


async def test_what_is_named_by_its_number_stands_before_any_of_its_booking(
    database: Database,
) -> None:
    named = await incident_of(database, "+12065550142")
    stranger = await incident_of(database, "+12065550143")
    for last in range(4):
        one = await incident_of(database, f"+1206555015{last}")
        await books(database, one, "HF-88-1920")
    await said(database, stranger, "theirs", f"hf-88-1920, and you said {named.word}")
    found = await links(database, stranger)
    assert next(iter(found)) == named.word
    assert sorted(found.values()) == ["booking", "booking", "named"]


async def test_a_year_or_a_short_number_in_a_mail_is_nobodys_booking(database: Database) -> None:
    stranger = await incident_of(database, "+12065550143")
    for last, booking in enumerate(("2026", "30/11/2026", "2026-11-30", "12345", "room7")):
        one = await incident_of(database, f"+1206555015{last}")
        await books(database, one, booking)
    dates = "On 30/11/2026, 2026-11-30, in 2026, 12345, room7"
    await said(database, stranger, "theirs", dates)
    assert await links(database, stranger) == {}


def test_a_booking_has_digits_and_a_number_is_ours() -> None:
    assert bookings_in("Booking AB-12/7, on 4 May at Ballard; AB-12/7!") == ["AB-12/7"]
    assert bookings_in("hf-88-1920 88-1920 881920") == [
        "hf-88-1920", "HF-88-1920", "88-1920", "881920",
    ]  # fmt: skip
    assert numbers_in("Re: [INC-20412] inc-7 INC-x PRINC-4") == {20412, 7}
