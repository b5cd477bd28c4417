"""Where an incident stands, how severe it is, what is known of it: the rule, and its history."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.followers.settling import Settling
from router.core import incident_severity as severity
from router.core.durations import duration_ms
from router.core.incident_facts import NoFact, cleaned
from router.core.incident_status import ROWS, News, Status, after, may_say
from router.incidents.facts import Facts, Written
from router.incidents.life import Judged, Said, found_for, goes_on
from router.incidents.unplanned import Unplanned
from router.live.engine import Engine
from router.records import (
    accounts,
    audit,
    incident_changes,
    incident_ratings,
    incidents,
    people,
    timeline,
)
from router.records.database import Database
from tests.kit.store import CONFIG, centre_of
from tests.records.test_incident_changes import contact_in, incident_of, life_of
from tests.records.test_records import NOW

WEEK = duration_ms(CONFIG.incidents.reopened_within)


# The rules, pure ---------------------------------------------------------------------------------


def test_what_is_open_is_named_by_the_table_and_only_there() -> None:
    assert {status for status, row in ROWS.items() if not row.open} == {"resolved", "closed"}
    for row in ROWS.values():  # news neither closes for work nor opens, but for who comes again
        for news, to in row.then.items():
            assert ROWS[to].open == row.open or (news, to) == (News.HEARD, Status.REOPENED)


@pytest.mark.parametrize(
    ("status", "news", "to"),
    [
        ("new", News.RATED, "triaged"),
        ("new", News.TAKEN, "active"),
        ("triaged", News.TAKEN, "active"),
        ("triaged", News.RATED, None),
        ("waiting_party", News.HEARD, "active"),
        ("waiting_third", News.HEARD, "active"),
        ("waiting_party", News.TAKEN, None),
        ("reopened", News.TAKEN, "active"),
        ("resolved", News.HEARD, "reopened"),
        ("resolved", News.SETTLED, "closed"),
        ("closed", News.HEARD, "reopened"),
        ("active", News.HEARD, None),
    ],
)
def test_news_moves_the_status(status: str, news: News, to: str | None) -> None:
    assert after(status, news) == to


def test_a_person_says_only_what_an_open_incident_waits_for() -> None:
    assert [to for to in Status if may_say("new", to)] == [
        "active",
        "waiting_party",
        "waiting_third",
    ]
    assert not any(may_say(status, to) for status in ("resolved", "closed") for to in Status)
    assert not may_say("new", "nonsense")


def test_an_incident_is_as_severe_as_the_worst_since_somebody_judged_it() -> None:
    assert severity.heard(3, 1) == 1
    assert severity.heard(1, 4) == 1
    assert severity.rated(1, 3, [2, 4], lowers=True) == 2
    assert severity.rated(1, 3, [], lowers=True) == 3
    assert severity.rated(1, 3, [], lowers=False) == 1
    assert severity.judged(4) == 4


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("booking", " 88-1920\n", "88-1920"),
        ("zone", "America/Los_Angeles", "America/Los_Angeles"),
        ("kind", "bite", "bite"),
        ("language", "es", "es"),
        ("place", "", ""),
    ],
)
def test_a_fact_is_kept_on_one_line(name: str, value: str, kept: str) -> None:
    assert cleaned(name, value, {"bite"}) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zone", "Seattle"),
        ("kind", "flood"),
        ("language", "xx"),
        ("booking", "x" * 65),
        ("owner", ""),
    ],
)
def test_what_is_no_fact_is_refused_in_words(name: str, value: str) -> None:
    with pytest.raises(NoFact, match=r"\w+ \w+"):
        cleaned(name, value, {"bite"})


# In the record -----------------------------------------------------------------------------------


async def row_of(database: Database, incident: str) -> Any:
    async with database.read() as connection:
        rows = await connection.execute(
            incidents.incident.select().where(incidents.incident.c.id == incident)
        )
    return rows.one()


async def told(database: Database, incident: str) -> list[tuple[str, str | None, str | None]]:
    """Its history: what, before, after."""
    async with database.read() as connection:
        rows = await incident_changes.history(connection, incident)
    return [(row.what, row.before, row.after) for row in rows]


async def lines(database: Database, incident: str) -> list[str]:
    async with database.read() as connection:
        names = {"u1": "Priya Nair"}
        found = await timeline.incident_document(connection, incident, "u1", names, lambda _: None)
    assert found is not None
    return [line["text"] for line in found["timeline"]]


async def news(database: Database, incident: str, what: News) -> None:
    async with database.write() as connection:
        await incident_changes.news(connection, incident, NOW, what, author="u1")


async def test_it_waits_at_a_persons_word_and_is_active_again_when_they_write(
    database: Database,
) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    await news(database, incident.id, News.TAKEN)
    wait = Said(incident.id, "waiting_third", "active", "u1", "the vet's report")
    assert (await life.say(wait, NOW)).ok
    again = await life.say(wait, NOW)
    assert (again.ok, again.duplicate) == (True, True)
    late = await life.say(Said(incident.id, "waiting_party", "active", "u2"), NOW)
    assert (late.ok, late.code) == (False, "too_late")
    odd = await life.say(Said(incident.id, "resolved", "waiting_third", "u1"), NOW)
    assert (odd.ok, odd.code) == (False, "bad_request")
    async with database.write() as connection:  # our own call is no answer of theirs
        await goes_on(connection, incident.id, NOW, severity=4, contact="c1", ours=True)
        await goes_on(connection, incident.id, NOW, severity=4, contact="c2")
    assert (await row_of(database, incident.id)).status == "active"
    assert await told(database, incident.id) == [
        ("status", "new", "active"),
        ("status", "active", "waiting_third"),
        ("status", "waiting_third", "active"),
    ]
    assert await lines(database, incident.id) == [
        "Priya Nair set the status to waiting on a third party · the vet's report"
    ]


async def test_who_comes_within_the_time_opens_it_and_later_it_is_closed_for_good(
    database: Database,
) -> None:
    first, second = [await incident_of(database, f"+1206555014{n}") for n in (2, 3)]
    life, heard = life_of(database), []
    at = [NOW + WEEK]
    centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: at[0])
    settling = Settling(centre, life, Unplanned(centre, str.isupper), heard.extend)
    for one in (first, second):
        assert (await life.close(one.id, "u1", "resolved", "", NOW)).ok
    async with database.write() as connection:
        await goes_on(connection, first.id, NOW + 1, severity=3, contact="c1")
    assert not await settling.turn()  # a moment early
    at[0] += 1
    assert await settling.turn()
    assert not await settling.turn()
    assert heard == [second.id]
    assert [(await row_of(database, one.id)).status for one in (first, second)] == [
        "reopened",
        "closed",
    ]
    assert (await lines(database, second.id))[-1] == "incident closed for good: nobody came again"
    async with database.read() as connection:
        rows = await connection.execute(audit.schema.audit.select())
    acts = [(row.actor, row.action, row.subject) for row in rows]
    assert acts[2:] == [("rule", "incident.settled", second.id)]  # nobody's act, and told as such
    assert (await life.reopen(second.id, "u1", NOW + WEEK + 2)).ok  # a person may all the same
    assert (await row_of(database, second.id)).status == "reopened"


async def test_how_severe_it_is_at_a_persons_word_with_why(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142", severity=1), life_of(database)
    await contact_in(database, incident, "c1", severity=1, state="active")
    order = Judged(incident.id, 3, 1, "u1", "the vet has her, she is stable")
    assert (await life.judge(order, NOW)).ok
    assert (await life.judge(order, NOW)).duplicate
    assert (await life.judge(Judged(incident.id, 4, 1, "u1", "x"), NOW)).code == "too_late"
    row = await row_of(database, incident.id)
    assert (row.severity, row.status, row.owner) == (3, "triaged", None)
    async with database.write() as connection:  # a text of thanks changes nothing, one of need does
        await goes_on(connection, incident.id, NOW + 1, severity=4, contact="c1")
        assert (await connection.execute(_SEVERITY)).scalar_one() == 3
        await goes_on(connection, incident.id, NOW + 2, severity=2, contact="c1")
    assert (await row_of(database, incident.id)).severity == 2
    assert await told(database, incident.id) == [
        ("severity", "1", "3"),
        ("status", "new", "triaged"),
        ("severity", "3", "2"),
    ]
    assert (
        "Priya Nair set the incident’s severity from S1 to S3 · the vet has her, she is stable"
        in (await lines(database, incident.id))
    )
    async with database.read() as connection:
        rows = (await connection.execute(audit.schema.audit.select())).all()
    assert [(row.actor, row.action, row.detail) for row in rows] == [
        ("u1", "incident.severity_set_to_3", "S1")
    ]


_SEVERITY = incidents.incident.select().with_only_columns(incidents.incident.c.severity)


async def test_a_contact_that_a_person_judges_judges_its_incident(database: Database) -> None:
    incident = await incident_of(database, "+12065550142", severity=1)
    await contact_in(database, incident, "c1", severity=1, state="active")
    await contact_in(database, incident, "c2", severity=2, own=2, state="active")
    async with database.write() as connection:
        await incident_ratings.rate_incident(connection, "c1", 4, NOW, lowers=True, author="u1")
    assert (await row_of(database, incident.id)).severity == 2  # of the other one in hand


async def test_facts_are_written_down_with_their_history_and_none_is_lost(
    database: Database,
) -> None:
    incident = await incident_of(database, "+12065550142")
    facts = Facts(centre_of(database, Engine("unix:///nowhere.sock")))
    order = Written(incident.id, "booking", "88-1920", "", "u1")
    assert (await facts.write(order, NOW)).ok
    assert (await facts.write(order, NOW)).duplicate
    late = await facts.write(Written(incident.id, "booking", "77-1", "", "u2"), NOW)
    assert (late.code, late.text) == (
        "too_late",
        "somebody has written “88-1920” meanwhile; nothing was changed",
    )
    wrong = await facts.write(Written(incident.id, "zone", "Seattle", "", "u1"), NOW)
    assert wrong.code == "bad_request"
    assert (await facts.write(Written(incident.id, "booking", "", "88-1920", "u1"), NOW)).ok
    assert await lines(database, incident.id) == [
        "Priya Nair set the booking to 88-1920",
        "Priya Nair removed the booking",
    ]
    assert (await life_of(database).close(incident.id, "u1", "resolved", "", NOW)).ok
    over = await facts.write(Written(incident.id, "place", "Seattle", "", "u1"), NOW)
    assert over.code == "too_late"


async def test_a_type_is_told_by_its_word(database: Database) -> None:
    """The file may call it otherwise one day: its line keeps the word that was chosen."""
    incident = await incident_of(database, "+12065550142")
    facts = Facts(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await facts.write(Written(incident.id, "kind", "poisoning", "", "u1"), NOW)).ok
    late = await facts.write(Written(incident.id, "kind", "medical", "", "u2"), NOW)
    assert late.text == "somebody has written “Poisoning” meanwhile; nothing was changed"
    assert (await facts.write(Written(incident.id, "kind", "medical", "poisoning", "u1"), NOW)).ok
    assert await lines(database, incident.id) == [
        "Priya Nair set the type to Poisoning",
        "Priya Nair set the type to Illness or injury of an animal",
    ]


async def test_a_party_lends_nothing_once_it_is_resolved(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142", severity=1), life_of(database)
    async with database.read() as connection:
        party = (await incidents_people(connection, incident.id))[0]
        found = await found_for(connection, party, NOW - WEEK)
    assert found is not None
    assert found.open
    await life.close(incident.id, "u1", "resolved", "", NOW)
    async with database.read() as connection:
        again = await found_for(connection, party, NOW - WEEK)
        later = await found_for(connection, party, NOW + 1)
    assert again is not None
    assert (again.id, again.open) == (incident.id, False)
    assert later is None


async def incidents_people(connection: Any, incident: str) -> list[str]:
    link = accounts.schema.incident_party
    rows = await connection.execute(link.select().where(link.c.incident == incident))
    return [row.party for row in rows]


async def test_who_comes_later_begins_one_that_shows_the_old_one(database: Database) -> None:
    old = await incident_of(database, "+12065550142")
    new = await incident_of(database, "+12065550142")
    clinic, other = [await incident_of(database, f"+1206555014{n}") for n in (3, 4)]
    async with database.write() as connection:
        vet = await people.find_or_make(connection, "phone", "+12065550149", NOW)
        for one in (new, clinic, other):
            await people.add_party(connection, one.id, vet.party, "vet")

    async def linked(incident: str) -> list[tuple[str, str]]:
        async with database.read() as connection:
            found = await timeline.incident_document(connection, incident, "u1", {}, lambda _: None)
        assert found is not None
        return [(one["id"], one["why"]) for one in found["linked"]]

    assert await linked(new.id) == [(old.id, "person")]
    assert await linked(old.id) == [(new.id, "person")]
    assert await linked(clinic.id) == []  # a vet has to do with many
