"""What a step of the index says of an incident reaches the record with it: owner and severity."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core.model import LiveContact, Step
from router.records import contacts, incident_changes, incident_ratings, people
from router.records.database import Database
from tests.records.test_incident_changes import contact_in, incident_of
from tests.records.test_incident_status import row_of
from tests.records.test_records import NOW


async def of_a_call(database: Database, **more: Any) -> people.IncidentRef:
    """An incident with a call, c1, in it."""
    incident = await incident_of(database, "+12065550142", severity=more.get("severity", 3))
    await contact_in(database, incident, "c1", **{"severity": 3, "state": "active", **more})
    return incident


def step(at: int, name: str, **told: Any) -> tuple[str, Step]:
    """One event of c1. `agent`: who has it after the step."""
    state, severity = told.pop("state", "active"), told.get("to", 3)
    live = {"id": "c1", "channel": "voice", "severity": severity, "arrived_at": NOW,
            "score": 1, "state": state, "agent": told.get("agent")}  # fmt: skip
    event = {"name": name, "contact": "c1", **told}
    made = {"epoch": 1, "at": NOW + at, "events": [event]}
    known = msgspec.convert({**made, "contacts": []}, Step)
    known.contacts.append(msgspec.convert(live, LiveContact))
    return f"{at:013d}-000001", known


async def folded(database: Database, *steps: tuple[str, Step]) -> None:
    async with database.write() as connection:
        await contacts.fold(connection, steps)


TAKEN = "contact.accepted"
HANDED = {"agent": "u2", "handed_to": "u2", "by": "u1"}


async def test_whoever_takes_the_first_contact_owns_its_incident(database: Database) -> None:
    incident = await of_a_call(database)
    await folded(database, step(1, TAKEN, agent="u1"), step(2, TAKEN, agent="u2"))
    row = await row_of(database, incident.id)
    assert (row.owner, row.status) == ("u1", "active")
    async with database.read() as connection:
        told = await incident_changes.history(connection, incident.id)
    assert [(line.after, line.author, line.at) for line in told] == [("active", "u1", NOW + 1)]


@pytest.mark.parametrize(
    ("event", "owner"),
    [
        (("contact.taken_from_agent", {"agent": "u1", "by": "u2"}), "u2"),
        (("contact.transferred", HANDED), "u2"),
        (("contact.transferred", {**HANDED, "agent": None, "state": "queued"}), "u1"),
        (("contact.transferred", {**HANDED, "agent": "u2", "state": "offered"}), "u1"),
        (("contact.transferred", {"agent": None, "handed_to": "Vet", "by": "u1"}), "u1"),
        (("contact.requeued", {"agent": "u2"}), "u1"),
    ],
)
async def test_only_what_is_taken_over_has_another_owner(
    database: Database, event: tuple[str, dict[str, Any]], owner: str
) -> None:
    incident = await of_a_call(database)
    await folded(database, step(1, TAKEN, agent="u1"), step(2, event[0], **event[1]))
    assert (await row_of(database, incident.id)).owner == owner


async def test_a_step_that_comes_twice_takes_nothing_back(database: Database) -> None:
    """Two recorders side by side, and one of them is late."""
    incident = await of_a_call(database)
    raised = {"by": "u2", "from": 3, "to": 1}
    steps = [step(1, "contact.taken_from_agent", agent="u1", by="u2"),
             step(2, "contact.severity_changed", agent="u2", **raised)]  # fmt: skip
    await folded(database, *steps)
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, "u3")
        await incident_ratings.judge(connection, incident.id, 4, NOW + 9, author="u3", words="calm")
    await folded(database, *steps)
    row = await row_of(database, incident.id)
    assert (row.owner, row.severity) == ("u3", 4)


@pytest.mark.parametrize(
    ("by", "before", "after", "severity"),
    [("u1", 2, 1, 1), ("u1", 2, 4, 3), ("rule", 2, 4, 2), ("rule", 2, 1, 2)],
)
async def test_a_person_who_judges_a_contact_judges_its_incident(
    database: Database, by: str, before: int, after: int, severity: int
) -> None:
    """Unless another contact in hand is worse. Words raised it where they came in."""
    incident = await of_a_call(database, severity=2)
    await contact_in(database, incident, "c2", severity=3, own=3, state="active")
    changed = {"by": by, "from": before, "to": after}
    await folded(database, step(1, "contact.severity_changed", agent="u1", **changed))
    assert (await row_of(database, incident.id)).severity == severity
