"""Incidents are found by all that was said in them, as soon as it is kept; on both databases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.doctor import store
from router.core.search_words import Known, Wanted, known, wanted
from router.incidents import findable
from router.incidents.findable import Findable
from router.records import incidents, messages, people, schema, search_hits, search_index
from router.records.database import Database
from router.records.upgrades import steps_on
from tests.records.test_incident_changes import contact_in, incident_of
from tests.records.test_incidents import found
from tests.records.test_records import NOW

TRIGGERS = {
    *("search_incident_insert", "search_incident_update"),
    *("search_party_update", "search_address_insert", "search_address_update"),
    *(f"search_{table}_{how}" for table in ("incident_party", "message", "note")
      for how in ("insert", "update", "delete")),
    "search_address_delete",
    *(f"search_{table}_{how}" for table in ("hand_off", "hand_off_question")
      for how in ("insert", "update")),
    "search_hand_off_passed_insert",
}  # fmt: skip


async def note(database: Database, incident: people.IncidentRef, name: str, words: str) -> None:
    async with database.write() as connection:
        assert await messages.save_note(
            connection, f"note-{name}", incident=incident.id, contact=None, author="u1",
            text=words, offset_ms=None, now=NOW,
        )  # fmt: skip


async def mail(database: Database, incident: people.IncidentRef, **said: Any) -> None:
    await contact_in(database, incident, "c1", channel="email")
    async with database.write() as connection:
        await messages.add(
            connection, key="m1", contact="c1", incident=incident.id, channel="email",
            direction="in", status="received", tries=0, at=NOW, **said,
        )  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "meowing", "MEOWING cat", "tap", "balcony 0142", "“second floor”", '"the second floor"',
        "obrien", "O’Brien", "o`brien", "206-555-0188", "0188", "(206) 555 0188", "+12065550188",
        "020 7946 0018", "+44 20 7946 0018", "HF-20419771", "hf–2041", "20419771", "9771",
        "Straße", "gdansk", "Gdańsk", "smorrebrod", "labrador-mix", "labradormix", "mix",
        "kitch", "balcony meowing '", "About +12065550142 meowing",
    ],
)  # fmt: skip
async def test_every_word_of_a_note_and_a_mail_finds_it(database: Database, query: str) -> None:
    incident = await incident_of(database, "+12065550142")
    await incident_of(database, "+12065550143")
    await note(
        database, incident, "one", "Cat meowing on the balcony, the\nsecond floor. O'Brien’s key."
    )
    await mail(
        database, incident, subject="Your booking HF-20419771",
        text="Call 206 555 0188 or +44 20 7946 0018. Gdańsk, Strasse, smørrebrød: a labrador-mix"
        " by the kitchen tap",
    )  # fmt: skip
    assert await found(database, query) == ["About +12065550142"]


@pytest.mark.parametrize(
    "query",
    ["eowing", "second the floor", '"floor second"', "meowing dog", "555018", "itchen", "2041"],
)
async def test_what_nobody_said_so_is_not_found(database: Database, query: str) -> None:
    incident = await incident_of(database, "+12065550142")
    await note(database, incident, "one", "Cat meowing on the second floor, HF-20419771 kitchen")
    wanted = ["About +12065550142"] if query == "second the floor" else []
    assert await found(database, query) == wanted


async def test_whose_booking_it_is_stands_before_those_who_speak_of_it(database: Database) -> None:
    first = await incident_of(database, "+12065550142")
    second = await incident_of(database, "+12065550143", at=NOW + 9)
    await note(database, second, "one", "the same sitter as in HF-771")
    async with database.write() as connection:
        named = update(schema.incident).where(schema.incident.c.id == first.id)
        await connection.execute(named.values(booking="HF-771", place="Ballard"))
    wanted = ["About +12065550142", "About +12065550143"]
    assert await found(database, "hf–771") == wanted
    assert await found(database, "ballard") == wanted[:1]


async def test_a_booking_is_found_with_and_without_its_dashes(database: Database) -> None:
    first = await incident_of(database, "+12065550142")
    second = await incident_of(database, "+12065551920")
    async with database.write() as connection:
        named = update(schema.incident).where(schema.incident.c.id == first.id)
        await connection.execute(named.values(booking="HF-88-1920", place="Ballard"))
    for typed in ("HF-88-1920", "88-1920", "881920", "hf881920", "ballard 881920"):
        assert await found(database, typed) == ["About +12065550142"], typed
    await note(database, second, "one", "their booking is 77-1920")
    assert await found(database, "77-1920") == ["About +12065551920"]


async def test_nobody_finds_by_a_card_number(database: Database) -> None:
    first = await incident_of(database, "+12065550142")
    await note(database, first, "one", "My card is 4111 1111 1111 1111, or 4111-1111-1111-1111")
    await note(database, first, "two", "4111111111111111 it was")
    for typed in ("4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111", "41111111"):
        assert await found(database, typed) == []
    assert await found(database, "1111") == ["About +12065550142"]


async def test_a_number_in_brackets_alone_lists_no_other_incident(database: Database) -> None:
    await incident_of(database, "+12065550142")
    await incident_of(database, "+12065550143")
    assert await found(database, "[INC-20401]") == ["About +12065550142"]
    assert await found(database, "[INC-29999]") == []


async def test_words_that_go_away_or_elsewhere_are_found_no_longer(database: Database) -> None:
    first = await incident_of(database, "+12065550142")
    second = await incident_of(database, "+12065550143")
    await note(database, first, "one", "the ferret bit")
    assert await found(database, "ferret") == ["About +12065550142"]
    async with database.write() as connection:
        moved = update(schema.note).where(schema.note.c.id == "note-one").values(incident=second.id)
        await connection.execute(moved)
    assert await found(database, "ferret") == ["About +12065550143"]
    await note(database, second, "one", "the weasel bit")
    assert await found(database, "ferret") == []
    await note(database, second, "one", "")
    assert await found(database, "weasel") == []


Reading = tuple[dict[int, Known], dict[int, list[int]]]


async def read_due(database: Database) -> Reading:
    """What another process has read, and not written yet."""
    async with database.read() as connection:
        due = await search_index.what_is_due(connection, 10)
        read = (await search_index.sources(connection, list(due))).values()
    words = {it.number: known(it.head, it.newest_first()) for it in read}
    return words, {it.number: [row for one in it.members for row in due[one]] for it in read}


async def write_due(database: Database, reading: Reading) -> None:
    async with database.write() as connection:
        await search_index.write(connection, *reading)


async def test_a_change_while_words_are_taken_in_is_not_lost(database: Database) -> None:
    incident = await incident_of(database, "+12065550142")
    await note(database, incident, "one", "ferret")
    reading = await read_due(database)
    await note(database, incident, "one", "weasel")
    await write_due(database, reading)
    assert await found(database, "weasel") == ["About +12065550142"]
    assert await found(database, "ferret") == []


async def test_of_two_processes_the_one_that_read_later_has_the_words(database: Database) -> None:
    incident = await incident_of(database, "+12065550142")
    await note(database, incident, "one", "ferret")
    early = await read_due(database)
    await note(database, incident, "one", "weasel")
    await write_due(database, await read_due(database))
    await write_due(database, early)
    assert await found(database, "weasel") == ["About +12065550142"]
    assert await found(database, "ferret") == []


def test_postgresql_asks_its_index_of_words_by_itself() -> None:
    """With 100,000 incidents it would rather work out the words of each, the newest first."""
    asked = incidents._index_of("postgresql", wanted("labrador kitchen"))
    assert asked is not None
    assert "AS MATERIALIZED" in str(asked.compile(dialect=postgresql.dialect()))


async def test_what_and_how_many_are_wanted_stands_in_the_statement(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is not there PostgreSQL expects the worst from the sixth search on: it would sort all
    incidents for each page."""
    said: list[str] = []
    rows = incidents._rows

    async def noted(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Any]:
        said.append(str(statement.compile(dialect=connection.dialect)))
        return await rows(connection, statement)

    monkeypatch.setattr(incidents, "_rows", noted)
    await found(database, '"limping labrador"')
    await found(database, "")
    assert all("incident.state != 'merged'" in words for words in said)
    limits = [limit for words in said for limit in re.findall(r"LIMIT ([^\s)]+)", words)]
    assert limits == ["400", "31", "3000", "31", "31"]


async def test_every_change_of_words_is_noted_by_a_trigger(database: Database) -> None:
    """A later migration that makes one of these tables anew would lose its triggers."""
    of = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    async with database.read() as connection:
        names = set((await connection.execute(text(of))).scalars())
    assert names - {f"search_doc_{how}" for how in ("insert", "update", "delete")} == TRIGGERS


async def test_an_upgrade_takes_in_what_was_said_behind_the_start_and_goes_on_after_a_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findable, "BATCH", 2)
    for n in range(3):
        incident = await incident_of(database, f"+1206555014{n}", at=NOW + n)
        await note(database, incident, f"{n}", f"ferret{n} bit")

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), "0023")

    async with database.write() as connection:
        await connection.run_sync(back)
        kept = (await connection.execute(text("SELECT words FROM incident"))).scalars().all()
        assert "about +12065550140 +12065550140 " in kept  # the version before finds them, too
    await database.migrate()

    async def progress() -> tuple[int, int] | None:
        async with database.read() as connection:
            return await search_index.progress(connection)

    assert await progress() == (0, 3)
    assert await found(database, "ferret0") == []
    assert await Findable(database).take_in_older()
    assert await progress() == (2, 3)
    (told,) = await store.search(database.url)
    assert "2 of 3 incidents" in told.what
    assert await found(database, "ferret2") == ["About +12065550142"]  # the newest first
    await note(database, incident, "new", "weasel")
    assert await found(database, "weasel") == ["About +12065550142"]
    while await Findable(database).take_in_older():  # another worker goes on
        pass
    assert await progress() is None
    assert await store.search(database.url) == []
    assert await found(database, "ferret0") == ["About +12065550140"]
    assert not await Findable(database).take_in_older()


def test_an_endless_thread_is_searched_in_its_newest_words() -> None:
    texts = [f"word{n} " * 3_000 for n in range(40)]
    it = known(["Title"], texts)
    assert len(it.words) < 320_000
    assert " word0 " in it.tokens
    assert " word39 " not in it.tokens
    assert " title " in it.words


def test_what_stands_between_two_others_in_a_term_is_asked_for_whole() -> None:
    assert wanted("person.77@lindqvist.ex") == [
        Wanted(("person", "77", "lindqvist"), ("ex",), ("%person.77@lindqvist.ex%",))
    ]
    assert wanted('"ate the g"') == [Wanted(("ate", "the"), ("g",), ("%ate the g%",))]
    assert wanted("ferr") == [Wanted((), ("ferr",), ())]


async def test_each_row_shows_what_was_found_and_no_number_whole(database: Database) -> None:
    incident = await incident_of(database, "+12065550142")
    await note(database, incident, "one", "A ferret bit the vet. " * 3 + "Call 206 555 0188")
    await mail(database, incident, subject="Ferret again", text="It bit")
    await Findable(database).catch_up()

    async def hit(query: str) -> tuple[Any, Any]:
        async with database.read() as connection:
            rows, _ = await incidents.find(connection, {}, reader="u1", query=query)
            await search_hits.explain(connection, rows, query)
        (row,) = rows
        shown = row.get("hit") or {}
        marks = "".join(text for text, on in shown.get("parts", []) if on)
        return shown.get("of"), marks or row["marks"]

    assert await hit("vet ferret") == ("note", "ferretvet" * 3)
    assert await hit("again") == ("email", "again")
    assert await hit("0188") == ("note", "0188")
    title = [("About +1206555", False), ("0142", True)]
    assert await hit("0142") == (
        None, {"title": title, "who": [("+1 206 ••• ", False), ("0142", True)]},
    )  # fmt: skip
    async with database.write() as connection:
        await connection.execute(update(schema.incident).values(title="A bite"))
        party = await people.find_or_make(connection, "phone", "+12065550142", NOW, "Maya Torres")
        vet = await people.find_or_make(connection, "phone", "+12065550177", NOW, "Dr. Novák")
        await people.add_party(connection, incident.id, vet.party, "vet")
    assert party.name == "Maya Torres"
    await Findable(database).catch_up()
    assert await hit("206-555-0142") == ("phone", "+1 206 ••• 0142")
    assert await hit("novak") == ("name", "Novák")
    assert await hit("INC-20401") == (None, {})
