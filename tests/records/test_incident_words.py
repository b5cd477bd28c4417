"""What a page is told of an incident that is closed or was opened again."""

from __future__ import annotations

import time
from typing import Any

from router.core.incident import OPERATOR
from router.incidents.life import goes_on, undo
from router.records import people, timeline
from router.records.database import Database
from tests.records.test_incident_changes import DAY, contact_in, incident_of, life_of, upgraded
from tests.records.test_records import NOW

NAMES = {"u1": "Priya Nair"}


async def document(database: Database, incident: str) -> dict[str, Any]:
    async with database.read() as connection:
        found = await timeline.incident_document(connection, incident, "u1", NAMES, lambda _: None)
    assert found is not None
    return found


async def said(database: Database, incident: str) -> list[str]:
    """The lines of its timeline about its end."""
    entries = (await document(database, incident))["timeline"]
    return [entry["text"] for entry in entries if entry["text"].startswith("incident ")]


async def test_a_closed_incident_says_when_by_whom_and_why(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    assert (await document(database, incident.id))["closed"] is None
    await life.close(incident.id, "u1", "no_action", "only a question", NOW + 1)
    closed = await document(database, incident.id)
    assert (closed["state"], closed["closed"]) == (
        "closed",
        {
            "at": NOW + 1, "by_name": "Priya Nair", "reason": "no_action",
            "word": "No action needed", "comment": "only a question",
        },
    )  # fmt: skip
    await life.reopen(incident.id, "u1", NOW + 3)
    again = await document(database, incident.id)
    assert (again["state"], again["closed"], again["severity"]) == ("open", None, 2)
    assert await said(database, incident.id) == [
        "incident resolved by Priya Nair: no action needed · only a question",
        "incident reopened by Priya Nair",
    ]


async def test_the_timeline_says_what_opened_it(database: Database) -> None:
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    ways = {
        "c0": ({"channel": "voice"}, ""),
        "c1": ({"channel": "sms"}, ""),
        "c2": ({"channel": "email"}, ""),
        "c3": ({"channel": "voice", "dir": "out"}, "u1"),
        "c4": ({"channel": "voice", "dir": "out"}, ""),
        "c5": ({"channel": "voice", "dir": "out"}, "u9"),
    }
    for name, (kind, by) in ways.items():
        await contact_in(database, incident, name, state="ended", **kind)
        await life.close(incident.id, "u1", "resolved", "", NOW)
        async with database.write() as connection:
            await goes_on(connection, incident.id, NOW, severity=3, contact=name, by=by)
    assert (await said(database, incident.id))[1::2] == [
        "incident reopened: they called",
        "incident reopened: they wrote",
        "incident reopened: they wrote",
        "incident reopened by Priya Nair, to call them",
        "incident reopened: they are to be called",
        "incident reopened by somebody, to call them",
    ]


async def test_an_upgrade_and_an_operator_are_named_as_such(database: Database) -> None:
    long_ago = time.time_ns() // 1_000_000 - 8 * DAY
    incident = await incident_of(database, "+12065550142", at=long_ago)
    await upgraded(database)
    closed = await document(database, incident.id)
    assert (closed["closed"]["by_name"], closed["closed"]["word"]) == (None, "by upgrade")
    async with database.write() as connection:
        found = await people.incident_by_id(connection, incident.id)
        assert found is not None
        await undo(connection, incident.id, found.severity, OPERATOR, NOW, touch=False)
    assert await said(database, incident.id) == [
        "incident closed by upgrade: nobody had touched it for seven days",
        "incident reopened by an operator",
    ]


async def test_a_comment_turns_nothing_but_itself(database: Database) -> None:
    """Right-to-left letters of a comment do not turn the line around them."""
    incident, life = await incident_of(database, "+12065550142"), life_of(database)
    await life.close(incident.id, "u1", "resolved", "ok \u202e!ereht", NOW)
    comment = (await document(database, incident.id))["closed"]["comment"]
    opens = sum(comment.count(mark) for mark in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    assert opens == comment.count("\u202c") + comment.count("\u2069")
