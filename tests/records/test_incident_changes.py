"""Incidents in the record: closed and opened again; and what an upgrade closes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest
from alembic import command
from sqlalchemy import Connection, text

from router.core.incident import OPERATOR
from router.core.model import LiveContact
from router.incidents.life import IncidentLife, goes_on, undo
from router.live.engine import Engine
from router.records import (
    callbacks,
    contacts,
    incident_changes,
    messages,
    people,
)
from router.records.database import Database
from router.records.upgrades import steps_on
from tests.kit.store import centre_of
from tests.records.test_records import NOW

DAY = 86_400_000


async def _nothing() -> None:
    return None


def life_of(database: Database) -> IncidentLife:
    return IncidentLife(centre_of(database, Engine("unix:///nowhere.sock")), _nothing)


async def incident_of(
    database: Database, number: str, *, at: int = NOW, severity: int = 2
) -> people.IncidentRef:
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", number, at)
        return await people.open_incident(
            connection, f"About {number}", severity, person.party, "caller", at
        )


async def contact_in(
    database: Database, incident: people.IncidentRef, name: str, **more: Any
) -> None:
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", "+12065550142", NOW)
        given = {
            "id": name, "channel": "voice", "severity": 3, "arrived_at": NOW, "score": 1,
            "line": "support", "queue": "general", "incident": incident.id,
            "incident_no": incident.word, **more,
        }  # fmt: skip
        live = msgspec.convert(given, LiveContact)
        await contacts.admit(
            connection, live, party=person.party, address=person.address, our_address="+1206"
        )


async def row_of(database: Database, incident: str) -> Any:
    async with database.read() as connection:
        rows = await connection.execute(
            text("select * from incident where id = :id"), {"id": incident}
        )
        return rows.one()


async def stands(database: Database, incident: str) -> tuple[str, int]:
    """Its state, and how severe it is."""
    row = await row_of(database, incident)
    return row.state, row.severity


async def audited(database: Database) -> list[tuple[str, str, str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(
            text("select actor, action, subject, detail from audit order by id")
        )
        return [(row.actor, row.action, row.subject, row.detail) for row in rows]


async def test_closed_and_opened_again_with_one_line_each_in_audit_and_history(
    database: Database,
) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    assert (await life.close(incident.id, "u1", "no_action", "only a question", NOW + 1)).ok
    assert (await row_of(database, incident.id)).closed_at == NOW + 1
    assert await stands(database, incident.id) == ("closed", 2)
    assert not (await life.close(incident.id, "u2", "resolved", "", NOW + 2)).ok
    assert (await life.reopen(incident.id, "u1", NOW + 3)).ok
    assert not (await life.reopen(incident.id, "u2", NOW + 4)).ok
    assert await stands(database, incident.id) == ("open", 2)
    assert (await row_of(database, incident.id)).closed_at is None
    async with database.read() as connection:
        rows = await incident_changes.history(connection, incident.id)
    assert [(row.what, row.author, row.why, row.words) for row in rows] == [
        ("closed", "u1", "no_action", "only a question"), ("reopened", "u1", "", None),
    ]  # fmt: skip
    assert await audited(database) == [
        ("u1", "incident.closed", incident.id, "no_action"),
        ("u1", "incident.reopened", incident.id, ""),
    ]


async def test_changes_keep_their_order_within_a_ms_and_by_a_clock_that_went_back(
    database: Database,
) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    for n in range(5):
        assert (await life.close(incident.id, "u1", "resolved", str(n), NOW - n)).ok
        assert (await life.reopen(incident.id, "u1", NOW - n)).ok
    async with database.read() as connection:
        rows = await incident_changes.history(connection, incident.id)
    assert [row.words for row in rows if row.what == "closed"] == ["0", "1", "2", "3", "4"]
    assert [row.what for row in rows] == ["closed", "reopened"] * 5


async def test_an_incident_that_nobody_knows_is_closed_by_nobody(database: Database) -> None:
    life = life_of(database)
    assert (await life.close("i0", "u1", "resolved", "", NOW)).code == "unknown"
    assert (await life.reopen("i0", "u1", NOW)).code == "unknown"
    assert await audited(database) == []


async def test_two_who_close_it_at_once_leave_one_line(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    replies = await asyncio.gather(
        *(life.close(incident.id, f"u{n}", "resolved", "", NOW + n) for n in range(4))
    )
    assert sorted(reply.ok for reply in replies) == [False] * 3 + [True]
    assert len(await audited(database)) == 1


async def test_whoever_comes_while_it_is_closed_finds_it_open_or_it_stays_open(
    database: Database,
) -> None:
    """A contact that begins and a person who closes, in any order: never a closed incident with a
    contact that is not over."""
    for n in range(8):
        incident, life = await incident_of(database, f"+120655502{n:02d}"), life_of(database)

        async def comes(incident: people.IncidentRef = incident, n: int = n) -> None:
            async with database.write() as connection:
                person = await people.find_or_make(connection, "phone", "+12065550142", NOW)
                await goes_on(connection, incident.id, NOW + 1, severity=3, contact=f"c{n}")
                live = LiveContact(
                    id=f"c{n}", channel="sms", severity=3, arrived_at=NOW, score=1,
                    incident=incident.id,
                )  # fmt: skip
                await contacts.admit(
                    connection, live, party=person.party, address=person.address, our_address="+1"
                )

        both = [comes(), life.close(incident.id, "u1", "resolved", "", NOW)]
        await asyncio.gather(*(both if n % 2 else reversed(both)))
        assert (await stands(database, incident.id))[0] == "open"


async def test_several_who_write_into_one_incident_at_once_do_not_wait_for_each_other_in_a_ring(
    database: Database,
) -> None:
    """Each has its contact in the record (which keeps the incident from being deleted) before the
    incident is touched: as texts come in, each while the other's transaction is open."""
    incident = await incident_of(database, "+12065550142", severity=3)
    both = asyncio.Barrier(1 if database.sqlite else 2)  # SQLite: one after the other

    async def comes(number: str) -> None:
        async with database.write() as connection:
            person = await people.find_or_make(connection, "phone", number, NOW)
            live = LiveContact(
                id=f"c{number}", channel="sms", severity=3, arrived_at=NOW, score=1,
                incident=incident.id,
            )  # fmt: skip
            await contacts.admit(
                connection, live, party=person.party, address=person.address, our_address="+1"
            )
            await both.wait()
            await goes_on(connection, incident.id, NOW + 1, severity=2, contact=live.id)

    await asyncio.gather(comes("+12065550142"), comes("+12065550143"))
    async with database.read() as connection:
        rows = await incident_changes.history(connection, incident.id)
    assert [row.after for row in rows if row.what == "severity"] == ["2"]


async def test_activity_raises_an_open_incident_and_resets_a_closed_one(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142", severity=3), life_of(database)
    async with database.write() as connection:
        await goes_on(connection, incident.id, NOW + 1, severity=1, contact="c1")
        await goes_on(connection, incident.id, NOW + 2, severity=4, contact="c1")
    assert await stands(database, incident.id) == ("open", 1)
    await life.close(incident.id, "u1", "resolved", "", NOW + 3)
    async with database.write() as connection:
        await goes_on(connection, incident.id, NOW + 4, severity=4, contact="c1")
    assert await stands(database, incident.id) == ("open", 4)
    async with database.read() as connection:
        rows = await incident_changes.history(connection, incident.id)
    assert [(row.what, row.severity, row.after) for row in rows] == [
        ("severity", 1, "1"), ("closed", 1, "resolved"), ("reopened", 4, "reopened"),
    ]  # fmt: skip


# An upgrade -------------------------------------------------------------------------------------


async def upgraded(database: Database) -> None:
    """As an upgrade from the version before finds it."""

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), "0015")

    async with database.write() as connection:
        await connection.run_sync(back)
    await database.migrate()


async def long_ago(database: Database, number: str, days: float = 8) -> people.IncidentRef:
    now = time.time_ns() // 1_000_000
    return await incident_of(database, number, at=now - int(days * DAY))


async def by_upgrade(database: Database) -> list[int]:
    async with database.read() as connection:
        return [row.number for row in await incident_changes.closed_by_upgrade(connection)]


async def test_an_upgrade_closes_what_nobody_touched_for_seven_days(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    old, _, young = [
        await long_ago(database, f"+1206555014{n}", days) for n, days in enumerate((8, 300, 6.9))
    ]
    await upgraded(database)
    assert await by_upgrade(database) == [20401, 20402]
    log = capsys.readouterr().out
    assert "incidents.closed_by_upgrade" in log
    assert "INC-20401 INC-20402" in log
    assert await stands(database, old.id) == ("closed", 2)
    assert await stands(database, young.id) == ("open", 2)


@pytest.mark.parametrize("what", ["contact", "ended lately", "promise", "message", "note"])
async def test_an_upgrade_leaves_open_what_is_alive_or_was_worked_on(
    database: Database, what: str
) -> None:
    incident = await long_ago(database, "+12065550142", 30)
    now = time.time_ns() // 1_000_000
    if what == "contact":
        await contact_in(database, incident, "c1", state="parked", parked_for="party")
    elif what == "ended lately":
        await contact_in(database, incident, "c1", state="queued")
        async with database.write() as connection:
            live = await contacts.live_of(connection, "c1")
            assert live is not None
            live.ended_at = now - DAY
            await contacts.mark_ended(connection, live)
    else:
        await contact_in(database, incident, "c1", state="ended")
        async with database.write() as connection:
            person = await people.find_address(connection, "phone", "+12065550142")
            assert person is not None
            if what == "promise":
                await callbacks.add(
                    connection, callback_id="k1", incident_id=incident.id, contact_id="c1",
                    address=person.address, asked_by="u1", why="", kind="scheduled",
                    not_before=None, now=1,
                )  # fmt: skip
            elif what == "message":
                await messages.add(
                    connection, key="m1", contact="c1", incident=incident.id, channel="sms",
                    direction="out", text="hello", status="sent", at=now - DAY,
                )  # fmt: skip
            else:
                await messages.save_note(
                    connection, "note-0001", incident=incident.id, contact=None, author="u1",
                    text="x", offset_ms=None, begun=now - DAY, now=now - DAY,
                )  # fmt: skip
    await upgraded(database)
    assert await stands(database, incident.id) == ("open", 2)
    assert await by_upgrade(database) == []


async def test_what_an_upgrade_closed_opens_exactly_as_it_was(database: Database) -> None:
    incident = await long_ago(database, "+12065550142")
    before = await row_of(database, incident.id)
    await upgraded(database)
    assert await row_of(database, incident.id) != before
    async with database.write() as connection:
        await undo(connection, incident.id, before.severity, OPERATOR, NOW, touch=False)
    after = (await row_of(database, incident.id))._mapping
    assert {**after, "status": "new"} == before._mapping
    assert after["status"] == "reopened"
    assert await by_upgrade(database) == []
    assert await audited(database) == [(OPERATOR, "incident.reopened", incident.id, "")]


async def test_one_that_somebody_closed_again_is_no_longer_the_upgrade_s(
    database: Database,
) -> None:
    incident, life = await long_ago(database, "+12065550142"), life_of(database)
    await upgraded(database)
    await life.reopen(incident.id, "u1", NOW)
    await life.close(incident.id, "u1", "resolved", "", NOW + 1)
    assert await by_upgrade(database) == []


async def test_the_version_before_finds_every_incident_open(database: Database) -> None:
    """A step back loses nothing that it knows."""
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    await life.close(incident.id, "u1", "resolved", "", NOW)

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), "0015")

    async with database.write() as connection:
        await connection.run_sync(back)
        states = await connection.execute(text("select state, closed_at from incident"))
        assert [tuple(row) for row in states] == [("open", None)]
    await database.migrate()
