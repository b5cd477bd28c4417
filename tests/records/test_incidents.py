"""Finding incidents, and the callers who gave up; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from holdfast.desk.entities import contact_entity
from router.core.bidi import isolated
from router.core.model import Happening, LiveContact, Step
from router.incidents.findable import Findable
from router.records import contacts, incident_facts, incidents, people, timeline
from router.records.database import Database
from tests.kit.many_incidents import QUERIES, fill
from tests.records.test_incident_changes import life_of
from tests.records.test_records import NOW

NAMES = {"u1": "Priya Nair"}


async def incident_of(
    database: Database, value: str, title: str, name: str | None = None, *, at: int = NOW
) -> people.IncidentRef:
    kind = "email" if "@" in value else "phone"
    async with database.write() as connection:
        person = await people.find_or_make(connection, kind, value, at, name)
        return await people.open_incident(connection, title, 2, person.party, "caller", at)


async def found(database: Database, query: str, **more: Any) -> list[str]:
    await Findable(database).catch_up()
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, NAMES, reader="u1", query=query, **more)
    return [row["title"] for row in rows]


async def three(database: Database) -> list[people.IncidentRef]:
    return [
        await incident_of(database, "+12065550142", "Labrador ate gum", "Zoë Torres", at=NOW),
        await incident_of(database, "maya.weber@mail.example", "Lost cat", "Maya", at=NOW + 1),
        await incident_of(database, "+442079460018", "100% wool_rug flooded", at=NOW + 2),
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("20401", ["Labrador ate gum"]),
        ("INC-20402", ["Lost cat"]),
        ("#20403", ["100% wool_rug flooded"]),
        ("+12065550142", ["Labrador ate gum"]),
        ("(206) 555-0142", ["Labrador ate gum"]),
        ("0142", ["Labrador ate gum"]),
        ("+1 206 ••• 0142", ["Labrador ate gum"]),
        ("zoe 206 555 0142", ["Labrador ate gum"]),
        ("(206) 555-0142 zoe", ["Labrador ate gum"]),
        ("gum +1 206.555.0142 labrador", ["Labrador ate gum"]),
        ("maya 206 555 0142", []),
        ("rug +44 20 7946 0018", ["100% wool_rug flooded"]),
        ("0018", ["100% wool_rug flooded"]),
        ("+44 20 7946 0018", ["100% wool_rug flooded"]),
        ("2065", []),
        ("maya.weber@", ["Lost cat"]),
        ("WEBER@mail", ["Lost cat"]),
        ("ma•••@mail.example", ["Lost cat"]),
        ("zoe", ["Labrador ate gum"]),
        ("ZOË lab", ["Labrador ate gum"]),
        ("100%", ["100% wool_rug flooded"]),
        ("wool_rug", ["100% wool_rug flooded"]),
        ("wool-rug", []),
        ("l_st", []),
        ("%", ["100% wool_rug flooded"]),
        ("\\", []),
        ("nobody", []),
        ("", ["100% wool_rug flooded", "Lost cat", "Labrador ate gum"]),
        ("  ", ["100% wool_rug flooded", "Lost cat", "Labrador ate gum"]),
        ("99999999999", []),
    ],
)
async def test_found_by_number_telephone_mail_name_and_words(
    database: Database, query: str, titles: list[str]
) -> None:
    await three(database)
    assert await found(database, query) == titles


@pytest.mark.parametrize(
    "query",
    [
        "+12065550171", "12065550171", "2065550171", "5550171", "0171",
        "tel:+12065550171", "TEL:+1-206-555-0171", "001 206 555 0171", "011 1 206 555 0171",
        "206–555–0171", "206—555—0171", "206−555−0171", "(206) 555‑0171", "206.555.0171",
        "206/555/0171", "+1 (206) 555-0171 ext. 12", "206-555-0171x12", "206 555 0171, Ext 7",
        "+12065550171;ext=5", "2065550171#12", "\u202a+1 206 555 0171\u202c",
        "２０６５５５０１７１",
        "sip:+12065550171@pbx.example.com", "<tel:+12065550171>", "whatsapp:+12065550171",
        "maya 206-555-0171", "“206-555-0171”", "206\u00a0555\u20070171",
    ],
)  # fmt: skip
async def test_a_number_is_found_however_it_is_written(database: Database, query: str) -> None:
    await three(database)
    await incident_of(database, "+12065550171", "Maya’s dog is shy", "Maya")
    await incident_of(database, "+13035550172", "another one")
    assert await found(database, query) == ["Maya’s dog is shy"]


@pytest.mark.parametrize(
    ("value", "queries"),
    [
        ("+442079460018", ["020 7946 0018", "+44 (0)20 7946 0018", "0044 20 7946 0018",
                           "011 44 20 7946 0018", "(020) 7946-0018"]),
        ("02079460018", ["020 7946 0018", "+44 20 7946 0018", "0044 20 7946 0018"]),
        ("2065550161", ["+1 206 555 0161", "001 206 555 0161", "206-555-0161", "0161"]),
        ("sip:2065550161@pbx.example.com", ["+12065550161", "206–555–0161", "0161", "pbx.example",
                                            "sip:2065550161@pbx.example.com"]),
        ("whatsapp:+12065550161", ["206 555 0161", "whatsapp:+12065550161", "whatsapp"]),
    ],
)  # fmt: skip
async def test_a_number_is_found_with_and_without_its_country(
    database: Database, value: str, queries: list[str]
) -> None:
    await incident_of(database, value, "this one")
    await incident_of(database, "+12065550142", "another one")
    for query in queries:
        assert await found(database, query) == ["this one"], query
    assert await found(database, "0044 20 7946 0019") == []


@pytest.mark.parametrize(
    ("title", "queries"),
    [
        ("Maya’s dog is shy", ["Maya's", "maya’s", "Mayaʼs dog", "maya`s", "MAYA´S"]),
        ("O'Brien — gas", ["O’Brien", "o‘brien", "O'Brien - gas", "o'brien – gas"]),
        ("Smith–Jones flat", ["Smith-Jones", "smith—jones", "Smith‐Jones", "smith−jones"]),
        ("Ma\u00adya\u200b To\u200drres\ufeff", ["maya", "torres", "ma\u200bya torres"]),
        ("\u202eMaya", ["maya", "\u2068Maya\u2069"]),
        ("Søren Łukasiewicz", ["soren", "lukasiewicz", "SØREN", "ŁUKASIEWICZ"]),
        ("Đorđe, Þóra", ["dorde", "thora", "Đorđe"]),
        ("Æsa Cœur Straße", ["aesa", "coeur", "strasse", "STRASSE", "straße", "STRAẞE"]),
        ("Yıldız İnönü", ["yildiz", "YILDIZ", "inonu", "İNÖNÜ"]),
        ("café Zoë", ["cafe\u0301", "zoe\u0308", "CAFÉ"]),
    ],
)  # fmt: skip
async def test_words_are_found_however_they_are_spelled(
    database: Database, title: str, queries: list[str]
) -> None:
    await incident_of(database, "+12065550171", title)
    await incident_of(database, "+12065550172", "another one")
    for query in queries:
        assert await found(database, query) == [isolated(title)], query


async def test_a_tag_and_an_address_as_they_stand_in_a_mail(database: Database) -> None:
    await three(database)
    for query in ("[INC-20402]", "Re: [INC-20402] Lost", "INC–20402", "(INC-20402)", "inc 20402,"):
        assert (await found(database, query))[:1] == ["Lost cat"], query
    for query in (
        "<maya.weber@mail.example>", '"Maya" <maya.weber@mail.example>', "Maya.Weber@mail.example,",
        "mailto:maya.weber@mail.example",
    ):  # fmt: skip
        assert await found(database, query) == ["Lost cat"], query


async def test_what_it_is_found_by_follows_title_name_and_parties(database: Database) -> None:
    first, second, _ = await three(database)
    async with database.write() as connection:
        row = await incident_facts.held(connection, first.id)
        title = "Shepherd swallowed a sock"
        await incident_facts.write(connection, first.id, NOW, row, "title", title, author="u1")
        person = await people.find_or_make(connection, "phone", "+12065550199", NOW)
        await people.add_party(connection, second.id, person.party, "sitter")
        await people.find_or_make(connection, "phone", "+12065550199", NOW, "Jonah Lind")
    assert await found(database, "labrador") == []
    assert await found(database, "sock zoe") == ["Shepherd swallowed a sock"]
    assert await found(database, "jonah") == ["Lost cat"]
    assert await found(database, "0199") == ["Lost cat"]


async def test_a_row_says_who_by_what_and_what_was_last_and_shows_no_address(
    database: Database,
) -> None:
    *_, rug = await three(database)
    async with database.write() as connection:
        person = await people.find_address(connection, "phone", "+442079460018")
        assert person is not None
        for n, (channel, outcome) in enumerate((("sms", "handled"), ("voice", "abandoned"))):
            await contacts.admit(
                connection,
                LiveContact(
                    id=f"c{n}", channel=channel, severity=2, arrived_at=NOW, score=1,
                    incident=rug.id,
                ),
                party=person.party, address=person.address, our_address="x",
            )  # fmt: skip
            await connection.execute(
                text(
                    "UPDATE contact SET state = 'ended', outcome = :o, ended_at = :e WHERE id = :i"
                ),
                {"o": outcome, "e": NOW + 100 + n, "i": f"c{n}"},
            )
        await people.own_if_nobody_does(connection, rug.id, "u1")
    await Findable(database).catch_up()
    async with database.read() as connection:
        rows, more = await incidents.find(connection, NAMES, reader="u1", query="rug")
        assert await incidents.find(connection, NAMES, reader="u1", owner="u1") == (rows, None)
        assert await incidents.find(connection, NAMES, reader="u1", only={rug.id}) == (rows, None)
        assert (await incidents.find(connection, NAMES, reader="u1", only=set()))[0] == []
    assert more is None
    assert rows == [
        {
            "id": rug.id, "number": rug.word, "title": "100% wool_rug flooded", "severity": 2,
            "state": "open", "status": "new", "closed_at": None, "touched_at": NOW + 2,
            "owner_name": "Priya Nair",
            "who": "+44 ••• 0018", "channels": ["voice", "sms"], "open_contacts": 0,
            "last": {"channel": "voice", "direction": "in", "state": "ended",
                     "outcome": "abandoned"},
        }
    ]  # fmt: skip


async def moves(database: Database, live: LiveContact, name: str, at: int) -> None:
    step = Step(at=at, epoch=1, events=[Happening(name, contact=live.id)], contacts=[live])
    async with database.write() as connection:
        await contacts.fold(connection, [(contacts.sortable(f"{at}-0"), step)])


@pytest.mark.parametrize("name", sorted(contacts.MOVES))
async def test_the_list_stands_in_the_order_of_the_times_it_shows(
    database: Database, name: str
) -> None:
    """A call that ends puts its incident first, however long ago it came in."""
    first, *_ = await three(database)
    live = LiveContact("c1", "voice", 2, NOW, 1, incident=first.id)
    async with database.write() as connection:
        person = await people.find_address(connection, "phone", "+12065550142")
        assert person is not None
        await contacts.admit(
            connection, live, party=person.party, address=person.address, our_address="x"
        )
    await moves(database, live, "contact.offered", NOW + 8_000)  # nobody sees that move
    assert (await shown(database))[0] == ("100% wool_rug flooded", NOW + 2)
    await moves(database, live, name, NOW + 9_000)
    newest = ("Labrador ate gum", NOW + 9_000)
    assert (await shown(database))[0] == newest
    await moves(database, live, name, NOW + 5_000)  # told late: nothing goes back
    rows = await shown(database)
    assert rows[0] == newest
    assert [at for _, at in rows] == sorted((at for _, at in rows), reverse=True)


async def shown(database: Database) -> list[tuple[str, int]]:
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, NAMES, reader="u1")
    return [(row["title"], row["touched_at"]) for row in rows]


async def test_pages_follow_each_other_without_doubles_or_holes(database: Database) -> None:
    refs = [
        await incident_of(database, f"+1206555{n:04d}", f"Case {n:02d}", at=NOW + n // 4)
        for n in range(70)
    ]
    await Findable(database).catch_up()
    for query in ("", "case", "20405"):
        seen: list[str] = []
        before: tuple[int, str] | None = None
        for _ in range(4):
            async with database.read() as connection:
                rows, before = await incidents.find(
                    connection, {}, reader="u1", query=query, before=before
                )
            seen += [row["id"] for row in rows]
            if before is None:
                break
        wanted = {ref.id for ref in refs} if query in ("", "case") else {refs[4].id}
        assert len(seen) == len(wanted)
        assert set(seen) == wanted


async def test_a_search_reads_by_index(database: Database) -> None:
    """No statement walks a whole table, whatever is asked. How quick it is: tests/bench.py."""
    await fill(database, 400)
    asked: list[tuple[str, Any]] = []

    def before(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", before)
    try:
        for query in QUERIES:
            async with database.read() as connection:
                await incidents.find(connection, NAMES, reader="u1", query=query)
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    asked = [one for one in asked if "FROM incident" in one[0]]
    assert len(asked) >= len(QUERIES)
    async with database.read() as connection:
        if not database.sqlite:  # a small table is read whole unless that is forbidden
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in asked:
            how = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN "
            rows = (await connection.exec_driver_sql(how + statement, parameters)).all()
            for line in (str(row[-1]) for row in rows):
                assert "Seq Scan" not in line, (line, statement)
                assert "SCAN incident" not in line or "INDEX" in line, (line, statement)
            if database.sqlite and "ORDER BY incident.touched_at DESC" in statement:
                # Whatever else it chooses, it would sort all incidents for the newest few hundred.
                plan = [str(row[-1]) for row in rows]
                assert any("ix_incident_touched_at" in line for line in plan), (plan, statement)


async def test_names_and_titles_of_before_are_closed_off_where_they_are_shown(
    database: Database,
) -> None:
    """Written by a version that did not close them off where they came in."""
    ref = await incident_of(database, "+12065550171", "Dog \u202egpj", "Maya \u202esirroT")
    closed = ("\u2068Dog \u202egpj\u202c\u2069", "\u2068Maya \u202esirroT\u202c\u2069")
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, NAMES, reader="u1", query="")
        document = await timeline.incident_document(connection, ref.id, "u", {}, lambda _: None)
    assert (rows[0]["title"], rows[0]["who"]) == closed
    assert document is not None
    assert (document["title"], document["parties"][0]["name"]) == closed
    live = LiveContact(id="c", channel="sms", severity=3, arrived_at=1, score=1)
    live.who, live.about = {"name": "Maya \u202esirroT", "address": None}, "Dog \u202egpj"
    shown = contact_entity(live, None)
    assert (shown["about"], shown["who"]["name"], shown["who"]["address"]) == (*closed, None)


async def test_closed_incidents_are_told_from_open_ones_and_can_be_left_out(
    database: Database,
) -> None:
    gum, *_ = await three(database)
    await life_of(database).close(gum.id, "u1", "resolved", "", NOW + 9)
    async with database.read() as connection:
        rows, _ = await incidents.find(connection, NAMES, reader="u1")
    states = [(row["number"], row["state"], row["closed_at"]) for row in rows]
    assert states == [
        ("INC-20403", "open", None), ("INC-20402", "open", None), ("INC-20401", "closed", NOW + 9),
    ]  # fmt: skip
    for query in ("", "labrador", "20401", "0142", "cat"):
        among = await found(database, query)
        assert await found(database, query, only_open=True) == [
            title for title in among if title != "Labrador ate gum"
        ]
