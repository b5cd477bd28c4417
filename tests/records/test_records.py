"""Tables, migrations, repositories: one set of tests on both databases."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from router.core.model import Happening, LiveContact, Step
from router.core.terms import Terms
from router.records import accounts, contacts, messages, people, schema, timeline
from router.records.database import Database, RecordUnavailable
from router.records.ids import derived_id
from router.records.upgrades import MIGRATIONS, head_revision
from tests.kit.record import new_sqlite

NOW = 1_800_000_000_000


async def admitted(database: Database, contact_id: str = "c1", channel: str = "sms") -> LiveContact:
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", "+12065550142", NOW)
        incident = await people.open_incident(
            connection, "Dog ate gum", 2, person.party, "owner", NOW
        )
        live = LiveContact(
            id=contact_id, channel=channel, severity=2, arrived_at=NOW, score=1, line="support",
            queue="general", incident=incident.id, incident_no=incident.word,
        )  # fmt: skip
        assert await contacts.admit(
            connection,
            live,
            party=person.party,
            address=person.address,
            our_address="+12065550101",
        )
    return live


def _of_the_code(name: str | None, kind: str, _parents: object) -> bool:
    """Not the index of words, which only its own migration knows, by database."""
    return name is None or not (
        (kind == "table" and name.startswith("search_fts")) or name == "ix_search_doc_tokens"
    )


async def test_migrations_end_at_the_tables_of_the_code(database: Database) -> None:
    assert await database.revision() == head_revision()

    def difference(connection: object) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_name": _of_the_code})  # type: ignore[arg-type]
        return list(compare_metadata(context, schema.metadata))

    async with database.read() as connection:
        assert await connection.run_sync(difference) == []


def test_the_newest_revision_is_the_last_step_of_one_chain() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = ScriptDirectory.from_config(config)
    assert steps.get_heads() == [head_revision()]
    for step in steps.walk_revisions():
        assert Path(step.path).name.startswith(f"{step.revision}_")


async def test_tables_of_this_version_need_no_alembic(tmp_path: Path) -> None:
    """A worker starts a hundred times for each upgrade."""
    database = await new_sqlite(tmp_path / "record.db")
    await database.close()
    program = (
        "import asyncio, sys\n"
        "from router.records.database import Database\n"
        f"print(asyncio.run(Database('sqlite:///{tmp_path}/record.db').migrate()))\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('alembic', 'mako')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == [head_revision(), "[]"]


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await database.migrate()
    assert await database.revision() == head_revision()


async def test_a_repeated_contact_is_written_once(database: Database) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        row = await contacts.get(connection, live.id)
        assert row is not None
        again = await contacts.admit(
            connection, live, party=row.party, address=row.address, our_address="x"
        )
    assert not again
    async with database.read() as connection:
        assert await contacts.count_open(connection) == 1


async def test_folding_is_idempotent_and_never_goes_back(database: Database) -> None:
    live = await admitted(database)
    newer = Step(
        at=NOW, epoch=1, events=[Happening("contact.ended", contact=live.id)], contacts=[live]
    )
    live.state, live.outcome, live.ended_at = "ended", "handled", NOW + 5
    old = LiveContact(id=live.id, channel="sms", severity=2, arrived_at=NOW, score=1)
    older = Step(
        at=NOW, epoch=1, events=[Happening("contact.queued", contact=live.id)], contacts=[old]
    )
    async with database.write() as connection:
        for step_id, step in (("5-10", newer), ("5-9", older), ("5-10", newer)):
            await contacts.fold(connection, [(contacts.sortable(step_id), step)])
        row = await contacts.get(connection, live.id)
        assert row is not None
        count = await connection.execute(text("select count(*) from event"))
    assert (row.state, row.outcome, count.scalar_one()) == ("ended", "handled", 2)


def test_step_ids_sort_as_texts() -> None:
    ids = ["1800000000000-9", "1800000000000-10", "1799999999999-99", "0-0"]
    assert sorted(ids, key=contacts.sortable) == [ids[3], ids[2], ids[0], ids[1]]


async def test_the_same_number_at_once_is_one_party(database: Database) -> None:
    async def one() -> str:
        async with database.write() as connection:
            return (await people.find_or_make(connection, "phone", "+12065550199", NOW)).party

    assert len(set(await asyncio.gather(*(one() for _ in range(8))))) == 1


async def test_several_open_incidents_take_the_last_outbound_as_a_guess(
    database: Database,
) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", "+12065550142", NOW)
        second = await people.open_incident(connection, "Second", 3, person.party, "c", NOW + 10)
        found = await people.open_incident_of(connection, person.party)
        assert found is not None
        assert (found.id, found.guessed) == (second.id, True)
        await messages.add(
            connection, key="k1", contact=live.id, incident=live.incident, channel="sms",
            direction="out", text="hi", status="sent", at=NOW + 20,
        )  # fmt: skip
        found = await people.open_incident_of(connection, person.party)
    assert found is not None
    assert found.id == live.incident


@pytest.mark.parametrize(
    ("reports", "final"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["failed", "delivered"], "failed"),
        (["delivered", "read"], "read"),
        (["no-such-word", "sent"], "sent"),
    ],
)
async def test_delivery_states_never_go_back(
    database: Database, reports: list[str], final: str
) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        await messages.add(
            connection, key="k1", contact=live.id, incident=live.incident, channel="sms",
            direction="out", text="hi", status="accepted", carrier_id="SM1", at=NOW,
        )  # fmt: skip
        for word in reports:
            await messages.set_status(connection, "SM1", word, NOW)
        row = await messages.find_key(connection, "k1")
    assert row is not None
    assert row.status == final


@pytest.mark.parametrize(
    ("words", "ends", "error"),
    [
        (["failed", "read"], "read", "why"),
        (["undelivered", "read"], "read", "why"),
        (["canceled", "sent", "queued"], "canceled", "why"),
        (["delivered", "failed"], "delivered", None),
        (["sent", "partially_delivered", "canceled", "delivered"], "canceled", "why"),
    ],
)
async def test_why_a_text_failed_stays_whatever_comes_later(
    database: Database, words: list[str], ends: str, error: str | None
) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        await messages.add(
            connection, key="out:1", contact=live.id, incident=live.incident, channel="sms",
            direction="out", text="x", status="accepted", carrier_id="SM1", at=NOW,
        )  # fmt: skip
        for word in words:
            why = "why" if word in messages.LOST else None
            await messages.set_status(connection, "SM1", word, NOW, why)
        row = await messages.find_key(connection, "out:1")
    assert row is not None
    assert (row.status, row.error) == (ends, error)


async def test_a_dial_is_attempted_once(database: Database) -> None:
    async with database.write() as connection:
        assert await contacts.intend_dial(connection, "key", "c9", "+1", "+2", NOW)
        assert not await contacts.intend_dial(connection, "key", "c9", "+1", "+2", NOW)

    async def attempt() -> bool:
        async with database.write() as connection:
            return await contacts.begin_dial(connection, "c9", NOW)

    assert sorted(await asyncio.gather(*(attempt() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_note_is_its_author_s(database: Database) -> None:
    live = await admitted(database)
    fields = {"incident": live.incident, "contact": live.id, "offset_ms": 1200, "now": NOW}
    async with database.write() as connection:
        assert await messages.save_note(connection, "n1", author="u1", text="one", **fields)
        assert await messages.save_note(connection, "n1", author="u1", text="one two", **fields)
        assert not await messages.save_note(connection, "n1", author="u2", text="mine", **fields)
        notes = await messages.notes_of(connection, str(live.incident))
    assert [(n.text, n.offset_ms) for n in notes] == [("one two", 1200)]


async def test_a_note_that_its_author_emptied_is_shown_nowhere(database: Database) -> None:
    live = await admitted(database)
    fields = {"incident": live.incident, "contact": live.id, "offset_ms": 1200, "now": NOW}

    async def shown(note: str, text: str) -> list[str]:
        async with database.write() as connection:
            assert await messages.save_note(connection, note, author="u1", text=text, **fields)
            return [n.text for n in await messages.notes_of(connection, str(live.incident))]

    assert await shown("n1", "one") == ["one"]
    assert await shown("n1", " \n") == []
    assert await shown("n2", "") == []
    assert await shown("n1", "after all") == ["after all"]


async def test_a_note_stands_where_it_was_begun_and_rewriting_moves_it_not(
    database: Database,
) -> None:
    live = await admitted(database)
    fields = {"incident": live.incident, "contact": live.id, "author": "u1", "offset_ms": 5}
    async with database.write() as connection:
        for note, begun in (("late", NOW - 60_000), ("now", None), ("late", NOW)):
            assert await messages.save_note(
                connection, note, text=note, begun=begun, now=NOW, **fields
            )
        notes = await messages.notes_of(connection, str(live.incident))
    assert [(n.text, n.at, n.changed_at) for n in notes] == [
        ("late", NOW - 60_000, NOW), ("now", NOW, NOW),
    ]  # fmt: skip


async def test_one_timeline_in_event_order(database: Database) -> None:
    live = await admitted(database)
    async with database.write() as connection:
        for key, direction, at in (("b", "out", NOW + 20), ("a", "in", NOW + 10)):
            await messages.add(
                connection, key=key, contact=live.id, incident=live.incident, channel="sms",
                direction=direction, text=key, status="received", at=at,
            )  # fmt: skip
        await messages.save_note(
            connection, "n1", incident=str(live.incident), contact=None, author="u1", text="n",
            offset_ms=None, now=NOW + 15,
        )  # fmt: skip
        document = await timeline.incident_document(
            connection, str(live.incident), "u1", {"u1": "Priya"}, lambda _number: None
        )
    assert document is not None
    assert [(e["kind"], e["text"]) for e in document["timeline"]] == [
        ("message", "a"),
        ("note", "n"),
        ("message", "b"),
    ]
    assert document["parties"][0]["addresses"][0]["masked"] == "+1 206 ••• 0142"


async def test_a_closed_account_s_sessions_end(database: Database) -> None:
    async with database.write() as connection:
        account = await accounts.add(
            connection, login="a", name="A", role="agent", password_hash="x", skills={}, now=NOW
        )
        assert account is not None
        await accounts.open_session(connection, "hash", account.id, NOW)
        window: dict[str, Any] = {
            "idle_since": NOW - 1, "begun_since": NOW - 1, "today": "2026-11-21",
        }  # fmt: skip
        assert await accounts.session_account(connection, "hash", **window)
        for begins, ends, good in (
            ("2026-11-21", "2026-11-21", True),
            ("2026-11-22", None, False),
            (None, "2026-11-20", False),
        ):
            await accounts.set_terms(connection, account.id, Terms("full", begins, ends))
            assert bool(await accounts.session_account(connection, "hash", **window)) is good
            sessions = await accounts.good_sessions(connection, {"hash"}, **window)
            assert sessions == ({"hash"} if good else set())
        await accounts.set_terms(connection, account.id, Terms())
        await accounts.set_active(connection, account.id, False)
        assert await accounts.session_account(connection, "hash", **window) is None
        assert await accounts.add(
            connection, login="a", name="B", role="agent", password_hash="x", skills={}, now=NOW
        ) is None  # fmt: skip


async def test_database_away_is_a_clear_error() -> None:
    database = Database("postgresql://holdfast@127.0.0.1:1/none")
    with pytest.raises(RecordUnavailable):
        async with database.write():
            pass
    assert not await database.alive()
    await database.close()


def test_derived_ids_are_stable_and_apart() -> None:
    assert derived_id("c", "a", "b") == derived_id("c", "a", "b")
    assert derived_id("c", "a", "b") != derived_id("c", "ab", "")


async def test_what_people_wrote_since_is_newest_first(database: Database) -> None:
    await admitted(database)
    async with database.write() as connection:
        incident = (await connection.execute(schema.incident.select())).first()
        assert incident is not None
        for key, at, more in (
            ("old", NOW - 1, {}), ("first", NOW, {}), ("last", NOW + 2, {"subject": "Rex"}),
            ("ours", NOW + 1, {"direction": "out"}), ("bounce", NOW + 1, {"notice": "bounce"}),
        ):  # fmt: skip
            values = {"direction": "in", "channel": "email", "status": "received", **more}
            await messages.add(
                connection, key=key, incident=incident.id, contact="c1", text=key, at=at, **values
            )
    async with database.read() as connection:
        found = await messages.came_since(connection, NOW, 10)
        [newest] = await messages.came_since(connection, NOW, 1)
    assert [row.text for row in found] == ["last", "first"]
    assert (newest.subject, newest.text, newest.folds) == ("Rex", "last", None)
