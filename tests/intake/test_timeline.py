"""What a timeline says: how long they waited, who took them, who missed them, who changed them."""

from __future__ import annotations

from typing import Any

import pytest

from router.callbacks.immediate import CallbackOrder, Callbacks
from router.core.model import Chosen
from router.core.severity import Severity
from router.intake.door import Arrival, Call, Intake
from router.records import contacts, people, schema, timeline
from router.records.contact_words import Words
from router.records.database import Database
from router.records.ids import derived_id
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
    """What pages show: without the steps of the router by itself."""
    found = await lines(database, world, incident)
    return [line["text"] for line in found if line["routing"] != "widened"]


async def talking(intake: Intake, world: World) -> Arrival:
    """A call that Priya has answered at once."""
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.answer(call.contact_id)
    return call


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
    call = await talking(intake, world)
    await world.advance(1_000)
    await sound(world, "down")
    assert len(await words(database, world, call.contact.incident)) == 1  # the desk shows it
    await world.advance(gap_ms)
    await sound(world, "up")
    said = ["Priya lost sound", "Priya is back"] if told else []
    assert (await words(database, world, call.contact.incident))[1:] == said


async def test_a_call_that_went_to_somebody_else_says_so(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    await world.advance(1_000)
    await sound(world, "down")
    for _ in range(4):
        await world.advance(7_500)
        await world.keep("a")
    await world.engine.step("caller_gone", contact=call.contact_id, cause="hung_up")
    assert await words(database, world, call.contact.incident) == [
        "called · answered after 0 s by Priya · hung up before somebody else answered",
        "Priya lost sound",
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
    assert await words(database, world, call.contact.incident) == [
        "called · answered after 4 s by Priya",
        "Priya lost sound",
        "Priya did not come back; the call went back in line",
        "taken over by Tomás",
    ]
    assert (await lines(database, world, call.contact.incident))[-1]["at"] == taken


async def test_a_hold_leaves_its_trace(intake: Intake, world: World, database: Database) -> None:
    call = await talking(intake, world)
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
    await settle(database, world)
    assert await severity_of(database, incident) == 3
    await settle(database, world)
    await intake.change_severity(written.contact_id, Severity.S4, "set by Dana", "u9")
    await settle(database, world)
    assert await severity_of(database, incident) == 3, "the call is open, and worse"
    await intake.change_severity(written.contact_id, Severity.S1, "set by Dana", "u9")
    await settle(database, world)
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
    assert said == ["taken by Priya", "put back in line by Priya", "taken over by Tomás"]


WORDS = Words(queues={"claims": "Claims"}, dispositions={"advised": "Advised on the phone"})


async def happened(database: Database, world: World, incident: str | None) -> list[str]:
    """What the events of a timeline say, with the centre's own words."""
    await settle(database, world)
    async with database.read() as connection:
        document = await timeline.incident_document(
            connection, str(incident), "a", NAMES, lambda _: None, WORDS
        )
    assert document is not None
    return [
        line["text"]
        for line in document["timeline"]
        if line["kind"] == "event" and line["routing"] != "widened"
    ]


async def test_the_end_of_a_call_tells_who_hung_up_and_who_closed_it_and_how(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    await world.stay(83_000, "a")
    await world.engine.step("caller_gone", contact=call.contact_id, cause="hung_up")
    await world.advance(3_000)
    result = {"disposition": "advised", "comment": "to the vet now"}
    await world.engine.step("wrapped", agent="a", contact=call.contact_id, **result)
    assert await happened(database, world, call.contact.incident) == [
        "call over after 1:23: they hung up",
        "call finished by Priya: Advised on the phone · to the vet now",
    ]


async def test_a_wrap_up_that_nobody_ended_says_so(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    await world.advance(4_000)
    await world.engine.step("hang_up", agent="a", contact=call.contact_id)
    await world.stay(200_000, "a")
    assert await happened(database, world, call.contact.incident) == [
        "call over after 4 s: Priya hung up",
        "wrap-up ran out: nobody said how it ended",
    ]


async def test_a_text_tells_who_closed_it_whoever_had_it(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("a", safety=3, en=5)
    first = await text(intake, world, "sms:1", "a question")
    await world.answer(first.contact_id)
    done = {"next": "close", "sent": False, "disposition": "advised", "comment": ""}
    await world.engine.step("reply", agent="a", contact=first.contact_id, **done)
    second = await text(intake, world, "sms:2", "another question")
    assert second.contact.incident == first.contact.incident
    await world.engine.step("close_contact", contact=second.contact_id, by="u9")
    assert await happened(database, world, first.contact.incident) == [
        "taken by Priya",
        "conversation finished by Priya: Advised on the phone",
        "conversation finished by Dana",
    ]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ({"to_agent": "b"}, "transferred by Priya to Tomás"),
        ({"queue": "claims", "ladder": "@"}, "transferred by Priya to the queue Claims"),
        ({"needs": {"vet": 3, "es": 1}, "ladder": "vet=3,es=1@"},
         "transferred by Priya to somebody with es, vet 3+"),
    ],
)  # fmt: skip
async def test_a_transfer_tells_from_whom_and_to_whom_or_where(
    intake: Intake, world: World, database: Database, to: dict[str, Any], told: str
) -> None:
    call = await talking(intake, world)
    await world.agent("b", safety=3, en=5, vet=4, es=2)
    reply = await world.engine.step("transfer", agent="a", contact=call.contact_id, **to)
    assert reply.ok
    assert await happened(database, world, call.contact.incident) == [told]
    await world.answer(call.contact_id)
    happenings = await happened(database, world, call.contact.incident)
    assert happenings == [told, "taken by Tomás"]  # nobody took anything over


async def test_who_was_handed_outside_is_told_once(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    there = {"name": "night", "word": "Night vet", "acknowledge": True}
    await world.engine.step("send_outside", agent="a", contact=call.contact_id, **there)
    live = await world.contact(call.contact_id)
    assert live is not None
    assert live.outside is not None
    over = {"fence": live.outside.fence, "cause": "no-answer"}
    await world.engine.step("outside_over", contact=call.contact_id, **over)
    assert (await happened(database, world, call.contact.incident))[:2] == [
        "transferred by Priya to Night vet", "Night vet did not take it: nobody answered",
    ]  # fmt: skip


async def test_a_supervisors_acts_name_both(
    intake: Intake, world: World, database: Database
) -> None:
    first = await text(intake, world, "sms:1", "a question")
    for name in ("a", "b"):
        await world.agent(name, safety=3, en=5)
    rung = await world.offered_to(first.contact_id)
    other = "b" if rung == "a" else "a"
    given = {"agent": other, "by": "u9", "by_name": "Dana"}
    assert (await world.engine.step("assign", contact=first.contact_id, **given)).ok
    assert await world.answer(first.contact_id) == other
    await world.engine.step("force_release", contact=first.contact_id, by="u9")
    assert await happened(database, world, first.contact.incident) == [
        f"given to {NAMES[other]} by Dana", f"taken by {NAMES[other]}",
        f"taken from {NAMES[other]} by Dana",
    ]  # fmt: skip


async def test_the_search_for_somebody_is_marked_and_nothing_else_is(
    intake: Intake, world: World, database: Database
) -> None:
    """Pages fold what is marked: an act, a message, a severity, an end never is."""
    await world.agent("a", safety=3, en=5)
    first = await text(intake, world, "sms:1", "a question")
    for _ in range(6):  # his desk is there, he is not
        await world.advance(10_000)
        await world.keep("a")
    await intake.change_severity(first.contact_id, Severity.S2, "set by Dana", "u9")
    await world.engine.step("close_contact", contact=first.contact_id, by="u9")
    found = await lines(database, world, first.contact.incident)
    marked = [(line["text"], line["routing"]) for line in found]
    assert ("offer missed by Priya", "missed") in marked
    for words, code in marked:
        told = words.startswith(("a question", "severity", "conversation finished", "S"))
        assert told == (code is None), words


async def test_that_somebody_has_it_no_more_stands_where_they_took_it_over(
    intake: Intake, world: World, database: Database
) -> None:
    """Folded, the timeline said only that they took it over."""
    await world.engine.step("configure", cfg={"on_call": True})
    first = await text(intake, world, "sms:1", "my dog is not breathing")
    contact = first.contact_id
    people = [{"name": "Rita", "word": "Rita"}]
    assert (await world.engine.step("tell", contact=contact, people=people)).ok
    rung = await world.contact(contact)
    assert rung is not None
    assert rung.telling is not None
    key = {"contact": contact, "fence": rung.telling.fence, "name": "Rita", "word": "Rita"}
    assert (await world.engine.step("take_over", **key)).ok
    await world.advance(45_000)  # `number_heard`
    found = await lines(database, world, first.contact.incident)
    told = [line["text"] for line in found if line["routing"] is None]
    assert "Rita took it over by telephone" in told
    assert told[-1] == "Rita was cut off before they heard how to reach them"


async def test_numbers_that_nobody_answers_are_marked_so_that_they_fold(
    intake: Intake, world: World, database: Database
) -> None:
    """Two of them are rung for a night: 144 lines an hour."""
    await world.engine.step("configure", cfg={"on_call": True})
    first = await text(intake, world, "sms:1", "my dog is not breathing")
    contact = first.contact_id
    for word in ("Rita", "Sam"):
        people = [{"name": word, "word": word}]
        assert (await world.engine.step("tell", contact=contact, people=people)).ok
        rung = await world.contact(contact)
        assert rung is not None
        assert rung.telling is not None
        over = {"contact": contact, "fence": rung.telling.fence, "cause": "no-answer"}
        assert (await world.engine.step("telephone_over", **over)).ok
    key = {"contact": contact, "fence": rung.telling.fence, "name": "Sam", "word": "Sam"}
    assert (await world.engine.step("take_over", **key, heard=True)).ok
    wrote = {"score": world.now, "promote_at": world.now, "answer_by": world.now}
    assert (await world.engine.step("message_in", contact=contact, **wrote)).ok
    await world.advance(120_000)
    found = await lines(database, world, first.contact.incident)
    told = [
        (line["text"], line["routing"])
        for line in found
        if line["kind"] == "event" and line["routing"] != "widened"
    ]
    assert told[-6:] == [
        ("ringing Rita's telephone", "telephoned"),
        ("Rita did not take it over: nobody answered", "not_told"),
        ("ringing Sam's telephone", "telephoned"),
        ("Sam did not take it over: nobody answered", "not_told"),
        ("Sam took it over by telephone", None),
        ("they wrote again: the numbers on call are rung again", None),
    ]


async def test_who_pressed_the_key_at_the_voicemail_is_told_to_be_in_line_again(
    intake: Intake, world: World, database: Database
) -> None:
    await world.engine.step("configure", cfg={"on_call": True})
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    contact = call.contact_id
    assert (await world.engine.step("nobody_outside", contact=contact)).ok
    assert (await world.engine.step("leave_voicemail", contact=contact)).ok
    assert (await happened(database, world, call.contact.incident))[-2:] == [
        "went to the voicemail",
        "pressed the key for an emergency: in line again",
    ]


@pytest.mark.parametrize(
    ("cause", "told"),
    [("busy", ": the line was busy"), ("no_answer", ": nobody answered"),
     ("failed", ": the carrier could not connect it"), ("refused", "")],
)  # fmt: skip
async def test_a_call_of_ours_that_reached_nobody_tells_the_number_and_why(
    intake: Intake, world: World, database: Database, cause: str, told: str
) -> None:
    await world.agent("a", safety=3, en=5)
    call = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    await world.engine.step("caller_gone", contact=call.contact_id, cause="hung_up")
    await settle(database, world)
    async with database.write() as connection:
        ref = await people.incident_by_id(connection, str(call.contact.incident))
        assert ref is not None
        [row] = await contacts.by_incident(connection, ref.id)
        await connection.execute(
            schema.party.update().where(schema.party.c.id == row.party).values(name="Maya Torres")
        )
    order = CallbackOrder("a", ref.id, row.address, "k")
    assert (await Callbacks(centre_of(database, world.engine)).order(order, world.now)).ok
    ours = derived_id("c", "callback", "a", "k")
    await world.engine.step("caller_gone", contact=ours, cause=cause)
    said = await words(database, world, ref.id)
    assert f"called Maya Torres · not reached at +1 206 ••• 0142{told}" in said


async def test_whom_an_agent_asked_in_is_told(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    await world.agent("b")
    mine = {"agent": "a", "contact": call.contact_id}
    theirs = mine | {"agent": "b"}
    for step, fields in (
        ("consult", mine | {"to_agent": "b"}),
        ("consult_end", theirs),
        ("consult", mine | {"to_agent": "b"}),
        ("consult_answer", theirs),
        ("consult_together", mine | {"on": True}),
        ("consult_hand_over", mine),
    ):
        await world.advance(1_000)
        assert (await world.engine.step(step, **fields)).ok
    told = await words(database, world, call.contact.incident)
    assert [text for text in told if "hold" not in text][-4:] == [
        "Tomás could not come",
        "Priya asked Tomás in",
        "Tomás joined the call",
        "transferred by Priya to Tomás",
    ]


async def test_that_whoever_was_asked_in_left_or_was_let_go_is_told(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    await world.agent("b")
    mine = {"agent": "a", "contact": call.contact_id}
    theirs = mine | {"agent": "b"}
    asks = ("consult", mine | {"to_agent": "b"})
    answers = ("consult_answer", theirs)
    for step, fields in (
        asks, ("consult_end", mine),
        asks, answers, ("consult_end", mine),
        asks, answers, ("consult_end", theirs),
        asks, answers, ("agent_off", {"agent": "b", "force": True}),
    ):  # fmt: skip
        await world.advance(500)
        assert (await world.engine.step(step, **fields)).ok
    told = await words(database, world, call.contact.incident)
    assert [text for text in told if "hold" not in text][-7:] == [
        "Priya asked Tomás in, and called it off",
        "Priya asked Tomás in",
        "Priya let Tomás go",
        "Priya asked Tomás in",
        "Tomás left the call",
        "Priya asked Tomás in",
        "Tomás left their desk",
    ]


async def test_whom_an_agent_asked_in_outside_is_told(
    intake: Intake, world: World, database: Database
) -> None:
    call = await talking(intake, world)
    mine = {"agent": "a", "contact": call.contact_id}
    line = {"kind": "typed", "name": "typed", "word": "+1 206 ••• 0155", "to": "+12065550155"}
    for cause in ("busy", None):
        await world.advance(1_000)
        assert (await world.engine.step("consult", **mine, line=line)).ok
        live = await world.contact(call.contact_id)
        assert live is not None
        assert live.consult is not None
        assert live.consult.line is not None
        of = {"contact": call.contact_id, "fence": live.consult.line.fence}
        if cause is not None:
            assert (await world.engine.step("line_over", **of, cause=cause)).ok
        else:
            assert (await world.engine.step("line_up", **of, proc="p1")).ok
            await world.advance(1_000)
            assert (await world.engine.step("consult_end", **mine)).ok
            assert (await world.engine.step("consult", **mine, line=line)).ok
            live = await world.contact(call.contact_id)
            assert live and live.consult and live.consult.line  # noqa: PT018
            of["fence"] = live.consult.line.fence
            assert (await world.engine.step("line_up", **of, proc="p1")).ok
    assert (await world.engine.step("consult_hand_over", **mine)).ok
    told = await words(database, world, call.contact.incident)
    assert [text for text in told if "hold" not in text][-5:] == [
        "+1 206 ••• 0155 was engaged",
        "Priya asked +1 206 ••• 0155 in",
        "Priya let +1 206 ••• 0155 go",
        "Priya asked +1 206 ••• 0155 in",
        "transferred by Priya to +1 206 ••• 0155",
    ]
    assert not any("+12065550155" in text for text in told)
