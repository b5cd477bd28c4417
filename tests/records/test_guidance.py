"""What is said of a guidance card: kept with the version that was shown; it never blocks."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, func, insert, select, update

from holdfast.desk.guidance import shown
from router.core.config import Config
from router.core.current import Current
from router.core.guidance import Card, Kept, card_for
from router.incidents.filing import Filings
from router.incidents.guidance import CHANGED, SAID, Guidance, Saying
from router.incidents.merging import Merge
from router.live.engine import Engine
from router.records import drafts, guidance, messages, people, schema, timeline
from router.records.database import Database
from router.records.guidance_tables import card_begun, card_said, card_version
from tests.kit.store import CONFIG, centre_of
from tests.records.test_incident_changes import incident_of
from tests.records.test_records import NOW

PRIYA = "u-priya"
CARD = next(card for card in CONFIG.cards if "poisoning" in card.kinds)
NAMES = {PRIYA: "Priya Nair"}


def improved(card: Card) -> Card:
    """Another version of it: its first question has better words."""
    first = msgspec.structs.replace(card.lines[0], ask="What did they eat, how much, when?")
    return msgspec.structs.replace(card, lines=[first, *card.lines[1:]])


def with_card(card: Card) -> Config:
    others = [one for one in CONFIG.cards if one.name != card.name]
    return msgspec.structs.replace(CONFIG, cards=[*others, card])


def room_of(database: Database, config: Config = CONFIG) -> Guidance:
    return Guidance(centre_of(database, Engine("unix:///nowhere.sock"), config=Current(config)))


@pytest.fixture
async def incident(database: Database) -> people.IncidentRef:
    return await poisoning(database, "+12065550101")


async def poisoning(database: Database, number: str) -> people.IncidentRef:
    found = await incident_of(database, number)
    async with database.write() as connection:
        row = schema.incident
        changed = update(row).where(row.c.id == found.id).values(kind="poisoning")
        await connection.execute(changed)
    return found


def saying(of: str, line: str = "what", says: str = "asked", **more: Any) -> Saying:
    given = {"card": CARD.digest, "words": "", "contact": None, "offset_ms": None, "by": PRIYA,
             "key": f"{line} {says}", **more}  # fmt: skip
    return Saying(of, line=line, says=says, **given)


async def page(database: Database, of: str, config: Config = CONFIG) -> dict[str, Any]:
    async with database.read() as connection:
        begun = await guidance.begun(connection, of)
        said = await guidance.said_in(connection, of)
    found = shown(config, begun, said, {"kind": "poisoning", "language": "es"}, NAMES)
    assert found is not None
    return found


def line_of(page: dict[str, Any], name: str) -> dict[str, Any]:
    return next(line for line in page["lines"] if line["name"] == name)


async def test_what_is_said_stands_at_its_line_and_its_words_on_the_timeline(
    database: Database, incident: people.IncidentRef
) -> None:
    room, of = room_of(database), incident.id
    before = await page(database, of)
    assert (before["number"], before["stars"], before["asked"]) == (None, 4, 0)
    assert line_of(before, "what")["theirs"]["es"] == "¿Qué comió, cuánto y cuándo?"
    assert (await room.say(saying(of, words="15 pieces of gum", offset_ms=21_000), NOW)).ok
    assert (await room.say(saying(of, "state"), NOW + 1)).ok
    assert (await room.say(saying(of, "weight", "left", words="known"), NOW + 2)).ok
    after = await page(database, of)
    assert (after["number"], after["stars"], after["asked"], after["left"]) == (1, 4, 2, 1)
    said = line_of(after, "what")
    assert (said["says"], said["words"], said["by_name"], said["offset_ms"]) == (
        "asked", "15 pieces of gum", "Priya Nair", 21_000,
    )  # fmt: skip
    assert line_of(after, "weight")["words"] == "known"
    async with database.read() as connection:
        notes = await messages.notes_of(connection, of)
        line = schema.audit.c
        lines = (await connection.execute(select(line.action, line.detail))).all()
    assert [(note.text, note.offset_ms) for note in notes] == [
        ("What, how much, when? 15 pieces of gum", 21_000)
    ]
    assert sorted(row.detail for row in lines if row.action == SAID) == [
        "poisoned.state asked", "poisoned.weight left", "poisoned.what asked",
    ]  # fmt: skip


async def test_the_same_request_twice_is_one_and_the_last_word_counts(
    database: Database, incident: people.IncidentRef
) -> None:
    room, of = room_of(database), incident.id
    assert not (await room.say(saying(of, words="gum"), NOW)).duplicate
    assert (await room.say(saying(of, words="gum"), NOW + 1)).duplicate
    assert (await room.say(saying(of, says=""), NOW + 2)).ok  # neither, after all
    assert line_of(await page(database, of), "what")["says"] == ""
    async with database.read() as connection:
        assert len(await messages.notes_of(connection, of)) == 1
        many = (await connection.execute(select(func.count()).select_from(card_said))).scalar()
    assert many == 2


async def test_an_incident_goes_on_with_the_version_that_it_began_with(
    database: Database, incident: people.IncidentRef
) -> None:
    of, other = incident.id, await poisoning(database, "+12065550102")
    assert (await room_of(database).say(saying(of), NOW)).ok
    changed = with_card(improved(CARD))
    now = card_for(changed.cards, "poisoning")
    assert now is not None
    assert (await page(database, of, changed))["card"] == CARD.digest
    room = room_of(database, changed)
    assert (await room.say(saying(of, "weight"), NOW + 1)).ok
    assert await room.say(saying(of, "state", card=now.digest), NOW + 2) == CHANGED
    # one that has not begun has that of today; an old page is told, and nothing is lost or blocked
    assert (await page(database, other.id, changed))["card"] == now.digest
    assert await room.say(saying(other.id), NOW + 3) == CHANGED
    assert (await room.say(saying(other.id, card=now.digest), NOW + 4)).ok
    assert (await page(database, other.id, changed))["number"] == 2
    async with database.read() as connection:
        rows = (await connection.execute(select(card_version.c.number))).scalars()
        assert sorted(rows) == [1, 2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"says": "perhaps"}, "bad_request"),
        ({"says": "left", "words": "no idea"}, "bad_request"),
        ({"line": "nothing"}, "bad_request"),
        ({"card": "0" * 32}, "too_late"),
        ({"incident": "i-none"}, "unknown"),
    ],
)
async def test_what_nobody_can_mean_is_refused_and_changes_nothing(
    database: Database, incident: people.IncidentRef, change: dict[str, Any], code: str
) -> None:
    given = {"of": incident.id, **change}
    given["of"] = given.pop("incident", given["of"])
    assert (await room_of(database).say(saying(**given), NOW)).code == code
    async with database.read() as connection:
        assert not await guidance.said_in(connection, incident.id)
        assert not await guidance.begun(connection, incident.id)


async def test_two_agents_at_once_lose_nothing(
    database: Database, incident: people.IncidentRef
) -> None:
    room, of = room_of(database), incident.id
    replies = await asyncio.gather(
        *(room.say(saying(of, line.name, by=by), NOW) for line in CARD.lines for by in ("a", "b"))
    )
    assert all(reply.ok for reply in replies)
    assert (await page(database, of))["asked"] == 4
    async with database.read() as connection:
        assert len(await guidance.said_in(connection, of)) == 2 * len(CARD.lines)


async def test_how_far_cards_are_followed_counts_a_merged_one_once(
    database: Database, incident: people.IncidentRef
) -> None:
    room, of, other = room_of(database), incident.id, await poisoning(database, "+12065550102")
    for line in ("what", "weight"):
        assert (await room.say(saying(of, line), NOW)).ok
    assert (await room.say(saying(other.id, "no_vomit", "left", words="not_here"), NOW + 1)).ok

    async def followed(since: int = NOW, until: int = NOW + 10) -> list[tuple[int, Kept]]:
        async with database.read() as connection:
            rows = await guidance.followed(connection, since, until)
        return sorted((number, how) for _, number, _, how in rows)

    assert await followed() == [
        (incident.number, Kept(4, 2, 0)), (other.number, Kept(4, 0, 1)),
    ]  # fmt: skip
    assert await followed(NOW + 1, NOW + 2) == [(other.number, Kept(4, 0, 1))]
    merge = Merge(stays=of, goes=other.id, by=PRIYA, key="merge-1")
    filings = Filings.of(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await filings.merge(merge, NOW + 5)).reply.ok
    assert await followed() == [(incident.number, Kept(4, 2, 1))]
    assert (await page(database, other.id))["left"] == 1


async def test_a_month_of_them_is_read_in_pages_and_others_have_their_turn(
    database: Database,
) -> None:
    """Also where many began in the same moment, and where what was merged is on another page."""
    many, lines = 3 * guidance.PAGE + 7, [line.name for line in CARD.lines if line.star]
    values = [{
        "id": f"i{n:06}", "number": n + 1, "title": "", "severity": 1, "state": "open",
        "opened_at": NOW, "touched_at": NOW, "stays": None,
    } for n in range(many)]  # fmt: skip
    values[-1] |= {"state": "merged", "stays": "i000000"}
    async with database.write() as connection:
        await guidance.keep_version(connection, CARD, NOW)
        await connection.execute(insert(schema.incident), values)
        begun = [{"incident": one["id"], "name": CARD.name, "card": CARD.digest, "at": NOW + n % 3}
                 for n, one in enumerate(values)]  # fmt: skip
        await connection.execute(insert(card_begun), begun)
        said = [{
            "id": f"s{n}{line}", "incident": one["id"], "card": CARD.digest, "line": line,
            "says": "asked", "words": "", "author": PRIYA, "at": NOW,
        } for n, one in enumerate(values) for line in lines[: 1 + n % 2]]  # fmt: skip
        await connection.execute(insert(card_said), said)
    most: list[int] = []

    def counted(_c: Any, _cursor: Any, _sql: str, parameters: Any, *_more: Any) -> None:
        most.append(len(parameters))

    engine = database._reader.sync_engine
    event.listen(engine, "before_cursor_execute", counted)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with asyncio.TaskGroup() as group:
        beside = group.create_task(other())
        async with database.read() as connection:
            before = turns
            rows = await guidance.followed(connection, NOW, NOW + 10)
            meanwhile = turns - before
        beside.cancel()
    event.remove(engine, "before_cursor_execute", counted)
    assert sorted(number for _, number, _, _ in rows) == list(range(1, many))
    asked = {number: how.asked for _, number, _, how in rows}
    assert all(asked[n + 1] == 1 + n % 2 for n in range(many - 1))
    assert max(most) <= 2 * guidance.PAGE + 10
    assert meanwhile >= 3


async def test_what_is_typed_at_its_lines_is_ones_own_and_kept_for_another_page(
    database: Database, incident: people.IncidentRef
) -> None:
    room = room_of(database)
    for text in ('{"what": "gum"}', '{"what": "gum, 15"}'):
        assert (await room.keep(incident.id, PRIYA, text, NOW)).ok
    async with database.read() as connection:
        found = await timeline.documents(
            connection, incident.id, [PRIYA, "u-dana"], NAMES, lambda _: None
        )
    assert found[PRIYA]["guidance_draft"] == '{"what": "gum, 15"}'
    assert found["u-dana"]["guidance_draft"] == ""
    assert (await room.keep(incident.id, PRIYA, "", NOW)).ok
    async with database.read() as connection:
        assert await drafts.kept(connection, incident.id, drafts.GUIDANCE, PRIYA) == ""
    assert (await room.keep("none", PRIYA, "x", NOW)).code == "unknown"
