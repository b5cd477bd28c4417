"""What a timeline says: how long they waited, who took them, who missed them, who changed them."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.model import Chosen
from router.core.severity import Severity
from router.intake.door import Call, Intake
from router.records import people, timeline
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, settle, text
from tests.kit.store import World, centre_of

NAMES = {"a": "Priya", "b": "Tomás", "u9": "Dana"}


@pytest.fixture
def intake(database: Database, world: World) -> Intake:
    return Intake(centre_of(database, world.engine))


async def lines(database: Database, world: World, incident: str | None) -> list[dict[str, Any]]:
    await settle(database, world)
    async with database.read() as connection:
        document = await timeline.incident_document(
            connection, str(incident), "a", NAMES, lambda _: None
        )
    assert document is not None
    return list(document["timeline"])


async def words(database: Database, world: World, incident: str | None) -> list[str]:
    return [line["text"] for line in await lines(database, world, incident)]


async def sound(world: World, state: str) -> None:
    await world.engine.step("agent_media", agent="a", media=state, proc="p1")


async def test_who_called_again_is_told_both_waits(
    intake: Intake, world: World, database: Database
) -> None:
    first = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.advance(20_000)
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await settle(database, world)
    await world.advance(167_000)
    again = await intake.call(Call("CA2", MAYA, EMERGENCY), world.now)
    await world.advance(12_000)
    await world.agent("a", safety=3, en=5)
    await world.answer(again.contact_id)
    assert await words(database, world, again.contact.incident) == [
        "called · hung up unanswered after 20 s",
        "called again · answered after 12 s by Priya; first called 3:07 before",
    ]


async def test_a_wait_goes_on_over_a_loss_of_the_index(
    intake: Intake, world: World, database: Database
) -> None:
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await settle(database, world)
    await world.advance(30_000)
    known = await intake.known_call(call.contact_id)
    assert known is not None
    await world.engine._redis.hdel(f"{world.engine.prefix}:records", f"c:{call.contact_id}", "v")
    await intake.readmit(known)
    await world.advance(5_000)
    await world.agent("a", safety=3, en=5)
    await world.answer(call.contact_id)
    assert await words(database, world, call.contact.incident) == [
        "called · answered after 35 s by Priya"
    ]


@pytest.mark.parametrize(("gap_ms", "told"), [(4_000, False), (6_000, True)])
async def test_a_short_loss_of_sound_is_not_worth_a_line(
    intake: Intake, world: World, database: Database, gap_ms: int, told: bool
) -> None:
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(call.contact_id)
    await world.advance(1_000)
    await sound(world, "down")
    assert len(await words(database, world, call.contact.incident)) == 1  # the desk shows it
    await world.advance(gap_ms)
    await sound(world, "up")
    said = ["Priya lost sound; the caller was on hold", "Priya is back"] if told else []
    assert (await words(database, world, call.contact.incident))[1:] == said


async def test_a_call_that_went_to_somebody_else_says_so(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(call.contact_id)
    await world.advance(1_000)
    await sound(world, "down")
    for _ in range(4):
        await world.advance(7_500)
        await world.keep("a")
    await world.engine.step("caller_gone", contact=call.contact_id, cause="hung_up")
    assert await words(database, world, call.contact.incident) == [
        "called · answered after 0 s by Priya · hung up before somebody else answered",
        "Priya lost sound; the caller was on hold",
        "Priya did not come back; the call went back in line",
    ]


async def test_who_answered_is_named_though_somebody_else_took_over(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.advance(4_000)
    await world.keep("a")
    await world.answer(call.contact_id)
    await world.agent("b", safety=3, en=5)
    await sound(world, "down")
    for _ in range(5):
        await world.advance(7_000)
        await world.keep("a", "b")
        if await world.offered_to(call.contact_id) == "b":
            break
    await world.answer(call.contact_id)
    taken = world.now
    found = await lines(database, world, call.contact.incident)
    assert [line["text"] for line in found] == [
        "called · answered after 4 s by Priya",
        "Priya lost sound; the caller was on hold",
        "Priya did not come back; the call went back in line",
        "taken over by Tomás",
    ]
    assert found[-1]["at"] == taken


async def test_a_hold_leaves_its_trace(intake: Intake, world: World, database: Database) -> None:
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(call.contact_id)
    for on in (True, False):
        await world.advance(1_000)
        await world.engine.step("hold", agent="a", contact=call.contact_id, on=on)
    assert (await words(database, world, call.contact.incident))[1:] == [
        "caller put on hold",
        "caller taken off hold",
    ]


async def severity_of(database: Database, incident: str | None) -> int:
    async with database.read() as connection:
        found = await people.incident_by_id(connection, str(incident))
    assert found is not None
    return found.severity


async def test_a_severity_set_by_a_person_is_the_incidents(
    intake: Intake, world: World, database: Database
) -> None:
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    written = await text(intake, world, "sms:1", "where do I send the receipt?")
    incident = call.contact.incident
    assert written.contact.incident == incident
    assert await severity_of(database, incident) == 1
    await settle(database, world)
    await intake.change_severity(call.contact_id, Severity.S3, "set by Dana", "u9")
    assert written.contact.severity == 2, "lent by the incident: it does not count for it again"
    assert await severity_of(database, incident) == 3
    await settle(database, world)
    await intake.change_severity(written.contact_id, Severity.S4, "set by Dana", "u9")
    await settle(database, world)
    assert await severity_of(database, incident) == 3, "the call is open, and worse"
    await intake.change_severity(written.contact_id, Severity.S1, "set by Dana", "u9")
    assert await severity_of(database, incident) == 1


async def test_a_missed_offer_and_a_raised_severity_name_somebody(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    first = await text(intake, world, "sms:1", "a question")
    for _ in range(6):  # his desk is there, he is not
        await world.advance(10_000)
        await world.keep("a")
    await intake.change_severity(first.contact_id, Severity.S4, "set by Dana", "u9")
    await world.advance(1_000)
    await text(intake, world, "sms:2", "he stopped breathing")
    found = await lines(database, world, first.contact.incident)
    said = [line["text"] for line in found if line["kind"] == "event"]
    assert said[:2] == ["offer missed by Priya", "severity lowered S3 → S4 by Dana"]
    assert said[2].startswith("severity raised S4 → S1: ")
    assert "stopped breathing" in said[2]


async def test_a_timeline_tells_how_a_person_came_to_say_it(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    text_ = await text(intake, world, "sms:1", "he stopped breathing")
    lowered = [
        (Severity.S4, "never an emergency, said Priya"), (Severity.S1, "at a glance, said Priya"),
        (Severity.S3, "over now, said Priya"),
    ]  # fmt: skip
    for severity, rule in lowered:
        await intake.change_severity(text_.contact_id, severity, rule, "a")
    await intake.undo_severity(text_.contact_id, "a", within_ms=5_000, mine=False)
    found = await lines(database, world, text_.contact.incident)
    said = [line["text"] for line in found if line["kind"] == "event"][-4:]
    assert said == [
        "severity lowered S1 → S4 by Priya: never an emergency",
        "severity raised S4 → S1 by Priya: at a glance",
        "severity lowered S1 → S3 by Priya: over now",
        "severity raised S3 → S1 by Priya: undone",
    ]


async def test_a_text_tells_who_took_it_and_who_took_it_over(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    first = await text(intake, world, "sms:1", "a question")
    await world.answer(first.contact_id)
    await world.agent("b", safety=3, en=5)
    await world.engine.step("agent_choice", agent="a", choice=Chosen(reason="lunch"))
    await world.engine.step("return", agent="a", contact=first.contact_id)
    assert await world.offered_to(first.contact_id) == "b"
    await world.answer(first.contact_id)
    found = await lines(database, world, first.contact.incident)
    said = [line["text"] for line in found if line["kind"] == "event"]
    assert said == ["taken by Priya", "taken over by Tomás"]
