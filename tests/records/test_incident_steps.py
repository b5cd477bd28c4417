"""What a step of the index says of an incident reaches the record with it: owner and severity."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import text, update

from router.core.model import LiveContact, Step
from router.incidents.hand_off import HandOffs
from router.incidents.ownership import Gift, Ownership
from router.live.engine import Engine
from router.recorder import Recorder
from router.records import (
    contacts,
    hand_offs,
    incident_changes,
    incident_ratings,
    people,
    schema,
)
from router.records.database import Database
from tests.kit.hand_offs import BACK, current_of, offer_of, owner_of, staff
from tests.kit.store import centre_of
from tests.records.test_incident_changes import contact_in, incident_of
from tests.records.test_incident_status import row_of
from tests.records.test_next_actions import agents
from tests.records.test_records import NOW


async def of_a_call(database: Database, **more: Any) -> people.IncidentRef:
    """An incident with a call, c1, in it."""
    incident = await incident_of(database, "+12065550142", severity=more.get("severity", 3))
    await contact_in(database, incident, "c1", **{"severity": 3, "state": "active", **more})
    return incident


def step(at: int, name: str, **told: Any) -> tuple[str, Step]:
    """One event of c1, or of `contact`. `agent`: who has it after the step; `incident`: in which
    the index has it then."""
    state, severity = told.pop("state", "active"), told.get("to", 3)
    contact = told.pop("contact", "c1")
    live = {"id": contact, "channel": "voice", "severity": severity, "arrived_at": NOW,
            "score": 1, "state": state, "agent": told.get("agent"),
            "incident": told.pop("incident", None)}  # fmt: skip
    event = {"name": name, "contact": contact, **told}
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


async def test_whose_contact_is_handed_on_while_the_incident_is_handed_off(
    database: Database,
) -> None:
    """A person's word: its hand-off is over. What was accepted stands against a late step."""
    who = await staff(database)
    elena, priya, omar = who["Elena"], who["Priya"], who["Omar"]
    room = HandOffs(centre_of(database, Engine("unix:///nowhere.sock"), config=current_of()))
    taken = ("contact.taken_from_agent", {"agent": elena, "by": omar})
    incident = await of_a_call(database, severity=1)
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, elena)
    assert (await room.offer(offer_of(incident, elena, priya), NOW)).reply.ok
    await folded(database, step(1, taken[0], **taken[1]))
    async with database.read() as connection:
        row = await hand_offs.last_of(connection, incident.id)
    assert row is not None
    assert (row.state, await owner_of(database, incident.id)) == ("overtaken", omar)
    again = offer_of(incident, omar, priya, key="k2")
    assert (await room.offer(again, NOW + 10)).reply.ok
    async with database.read() as connection:
        row = await hand_offs.last_of(connection, incident.id)
    assert row is not None
    assert (await room.accept(row.id, priya, BACK, LATE, due=LATE + 1)).reply.ok
    await folded(database, step(20, "contact.taken_from_agent", agent=omar, by=elena))
    assert await owner_of(database, incident.id) == priya


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


LATE = NOW + 500
WAITS = text("select count(*) from pg_locks where not granted")


async def test_what_a_person_said_of_the_incident_since_stands_against_a_late_step(
    database: Database,
) -> None:
    """The database was away when the contact was taken over and judged."""
    who = await agents(database)
    incident = await of_a_call(database, severity=3)
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, "u1")
        await incident_ratings.judge(connection, incident.id, 1, LATE, author="u9", words="worse")
    owners = Ownership(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await owners.give(Gift(incident.id, who["Elena"], "u1", "u1"), LATE)).ok
    judged = {"by": "u2", "from": 3, "to": 4}
    await folded(
        database,
        step(1, "contact.taken_from_agent", agent="u1", by="u2"),
        step(2, "contact.severity_changed", agent="u2", **judged),
    )
    row = await row_of(database, incident.id)
    assert (row.owner, row.severity) == (who["Elena"], 1)


async def test_what_is_closed_by_then_stays_as_it_is(database: Database) -> None:
    incident = await of_a_call(database, severity=3)
    async with database.write() as connection:
        await incident_changes.close(
            connection, incident.id, LATE, severity=3, author="u9", why="resolved", words=""
        )
    raised = {"by": "u1", "from": 3, "to": 1}
    await folded(
        database,
        step(1, "contact.taken_from_agent", agent="u1", by="u2"),
        step(2, "contact.severity_changed", agent="u1", **raised),
    )
    row = await row_of(database, incident.id)
    assert (row.owner, row.severity, row.state) == (None, 3, "closed")


async def test_a_contact_that_was_moved_since_tells_of_the_incident_it_was_in(
    database: Database,
) -> None:
    incident = await of_a_call(database)
    other = await incident_of(database, "+12065550143")
    async with database.write() as connection:
        await people.hand_on(connection, other.id, "u7")
        row = schema.contact.c
        moved = update(schema.contact).where(row.id == "c1").values(incident=other.id)
        await connection.execute(moved)
    taken = {"agent": "u1", "by": "u2", "incident": incident.id}
    await folded(database, step(1, "contact.taken_from_agent", **taken))
    owners = [(await row_of(database, one.id)).owner for one in (incident, other)]
    assert owners == ["u2", "u7"]


@pytest.mark.parametrize("batches", [1, 2])
async def test_a_judgement_counts_what_its_incident_had_at_the_step(
    database: Database, batches: int
) -> None:
    """Words raised c2 to an S1 just before somebody said that c1 is none."""
    incident = await of_a_call(database, severity=1)
    await contact_in(database, incident, "c2", severity=3, own=3, state="queued")
    words, person = {"by": "rule", "from": 3, "to": 1}, {"by": "u1", "from": 3, "to": 4}
    steps = [step(1, "contact.severity_changed", contact="c2", state="queued", **words),
             step(2, "contact.severity_changed", agent="u1", **person)]  # fmt: skip
    for at in range(batches):
        await folded(database, *steps[at::batches])
    assert (await row_of(database, incident.id)).severity == 1


class Stream(Engine):
    """An index that has just these steps."""

    def __init__(self, steps: list[Step]) -> None:
        super().__init__("unix:///nowhere.sock")
        self.steps = steps

    async def read(self, *_: Any, **__: Any) -> list[tuple[str, bytes]]:
        return [(f"{n}-1", msgspec.json.encode(one)) for n, one in enumerate(self.steps, 1)]


async def test_whoever_holds_two_incidents_and_the_recorder_do_not_wait_in_a_ring(
    database: Database,
) -> None:
    """A batch has steps of both, in the other order."""
    if database.sqlite:
        return  # one writer
    made = [await incident_of(database, f"+1206555014{n}") for n in range(2)]
    low, high = sorted(one.id for one in made)
    for name, incident in (("c-high", high), ("c-low", low)):
        one = next(ref for ref in made if ref.id == incident)
        await contact_in(database, one, name, severity=3, state="active")
    taken = {"agent": "u1", "by": "u2"}
    steps = [
        step(1, "contact.taken_from_agent", contact="c-high", incident=high, **taken),
        step(2, "contact.taken_from_agent", contact="c-low", incident=low, **taken),
    ]
    recorder = Recorder(database, Stream([one for _, one in steps]))
    async with database.write() as moving, database.read() as other:
        await incident_changes.held(moving, low)
        recording = asyncio.create_task(recorder.fold_some(block_ms=0))
        while not (await other.execute(WAITS)).scalar_one():
            await asyncio.sleep(0.001)
        await incident_changes.held(moving, high)
    await recording
    assert [(await row_of(database, one)).owner for one in (low, high)] == ["u2", "u2"]
