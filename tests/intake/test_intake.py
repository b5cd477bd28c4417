"""The one door in: what is recorded, in which place, on which incident."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from router.callbacks.immediate import TOO_MANY, CallbackOrder, Callbacks, NumberOrder
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.caller import why_not_called
from router.core.current import Current
from router.core.severity import Channel, Severity
from router.intake.door import Arrival, Call, Intake, Text
from router.live.engine import Engine
from router.outbox import Answer, Replies
from router.recorder import Recorder
from router.records import contacts, people, schema, timeline
from router.records.database import Database
from tests.kit.store import CONFIG, World, centre_of

EMERGENCY, SUPPORT = "+12065550100", "+12065550101"
MAYA = "+12065550142"


@pytest_asyncio.fixture
async def intake(database: Database, world: World) -> AsyncIterator[Intake]:
    found = Intake(centre_of(database, world.engine))
    yield found
    await found.calls.told()  # what tells the record has its connection: the loop's end leaks it


async def text(intake: Intake, world: World, key: str, body: str, who: str = MAYA) -> Arrival:
    arrival = await intake.text(Text(Channel.SMS, key, who, SUPPORT, body), world.now)
    assert arrival is not None
    return arrival


async def _recorded(_step: str) -> None:
    return None


async def settle(database: Database, world: World) -> None:
    await Recorder(database, world.engine).drain()


async def test_the_emergency_line_is_s1_at_once(intake: Intake, world: World) -> None:
    arrival = await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    assert (arrival.contact.severity, arrival.contact.state) == (1, "queued")
    assert arrival.contact.incident_no == "INC-20401"


async def test_a_line_with_a_menu_waits_for_its_digit(intake: Intake, world: World) -> None:
    arrival = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    assert arrival.contact.state == "in_menu"
    reply = await intake.menu_answered(arrival.contact_id, "1")
    assert reply is not None
    assert reply.contact is not None
    assert reply.contact.severity == 1
    assert reply.contact.ladder is not None
    assert reply.contact.ladder.startswith("safety=3@")
    again = await intake.menu_answered(arrival.contact_id, "4")
    assert again is not None
    assert again.contact is not None
    assert again.contact.severity == 1  # the first answer counts


async def test_the_same_call_twice_is_one_contact(
    intake: Intake, world: World, database: Database
) -> None:
    arrivals = await asyncio.gather(
        *(intake.call(Call("CA1", MAYA, EMERGENCY), world.now) for _ in range(5))
    )
    assert sorted(a.new for a in arrivals) == [False] * 4 + [True]
    async with database.read() as connection:
        assert await contacts.count_open(connection) == 1


async def test_redial_within_ten_minutes_keeps_the_place(
    intake: Intake, world: World, database: Database
) -> None:
    start = world.now
    first = await intake.call(Call("CA1", MAYA, EMERGENCY), start)
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await settle(database, world)
    world.engine.now = start + 300_000
    second = await intake.call(Call("CA2", MAYA, EMERGENCY), world.now)
    assert second.contact.arrived_at == start
    assert second.contact.incident == first.contact.incident
    assert "place kept" in second.contact.rule
    await world.engine.step("caller_gone", contact=second.contact_id, cause="hung_up")
    await settle(database, world)
    world.engine.now = start + 1_200_000
    late = await intake.call(Call("CA3", MAYA, EMERGENCY), world.now)
    assert late.contact.arrived_at == world.now


async def test_a_party_with_an_open_s1_is_urgent_on_any_line(intake: Intake, world: World) -> None:
    await intake.call(Call("CA1", MAYA, EMERGENCY), world.now)
    arrival = await text(intake, world, "sms:1", "hello again")
    assert arrival.contact.severity == 2
    assert arrival.contact.incident_no == "INC-20401"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("anonymous", "+266696687"),
        ("+7378742833", "+7378742833"),
        ("+17378742833", "+12562533"),
        ("Restricted", "Unavailable"),
        ("+86282452253", "+464"),
    ],
)
async def test_withheld_numbers_are_different_people_and_are_promised_nothing(
    intake: Intake, world: World, database: Database, one: str, two: str
) -> None:
    first = await intake.call(Call("CA1", one, EMERGENCY), world.now)
    second = await intake.call(Call("CA2", two, EMERGENCY), world.now)
    assert first.contact.incident != second.contact.incident
    assert first.contact.who["address"] == "withheld number"
    promises = ScheduledCallbacks(centre_of(database, world.engine), _recorded)
    wish = CallbackRequest(
        str(second.contact.incident), "k", "caller", "the caller", after=second.contact_id
    )
    reply = await promises.request_callback(wish, world.now)
    assert (reply.ok, reply.text) == (False, "the number was withheld")


async def test_a_national_number_keeps_its_digits_marked_unsure(
    intake: Intake, world: World, database: Database
) -> None:
    one = await intake.call(Call("CA1", "2065550161", EMERGENCY), world.now)
    again = await intake.call(Call("CA2", "2065550161", EMERGENCY), world.now)
    assert one.contact.incident == again.contact.incident
    assert one.contact.who["address"] == "206 ••• 0161"
    assert one.contact.who["unsure"] == "number in national form"
    async with database.read() as connection:
        document = await timeline.incident_document(
            connection, str(one.contact.incident), "u", {}, why_not_called
        )
    assert document is not None
    address = document["parties"][0]["addresses"][0]
    assert address["unsure"] == "number in national form"
    assert "cannot be dialled" in address["no_call"]


async def test_what_the_carrier_says_of_a_number_reaches_the_agent(
    intake: Intake, world: World
) -> None:
    told = {"forwarded_from": "+12065550199", "stir": "TN-Validation-Failed"}
    arrival = await intake.call(Call("CA1", MAYA, EMERGENCY, "SEATTLE    WA", **told), world.now)
    who = arrival.contact.who
    assert who["name"] == who["address"]
    assert (who["forwarded_from"], who["stir"]) == ("+1 206 ••• 0199", "failed")
    other = Call("CA2", "+12065550143", EMERGENCY, "TORRES MAYA", stir="TN-Validation-Passed-A")
    sure = (await intake.call(other, world.now)).contact.who
    assert (sure["name"], sure["stir"]) == ("TORRES MAYA", "verified")
    assert "unsure" not in sure


async def test_a_name_and_a_subject_turn_only_themselves(intake: Intake, world: World) -> None:
    call = await intake.call(Call("CA1", MAYA, EMERGENCY, "Maya \u202esirroT"), world.now)
    assert call.contact.who["name"] == "\u2068Maya \u202esirroT\u202c\u2069"
    mail = Text(
        Channel.EMAIL, "mail:1", "a@b.test", "help@x.test", "words", name="\u2067A",
        subject="Re: \u202egpj.exe",
    )  # fmt: skip
    arrival = await intake.text(mail, world.now)
    assert arrival is not None
    assert arrival.contact.who["name"] == "\u2068\u2067A\u2069\u2069"
    assert str(arrival.contact.about).endswith("\u202c\u2069")


async def test_texts_of_one_conversation_are_one_contact_and_can_raise_it(
    intake: Intake, world: World
) -> None:
    first = await text(intake, world, "sms:1", "a question")
    assert first.contact.severity == 3
    second = await text(intake, world, "sms:2", "he stopped breathing")
    assert (second.new, second.contact_id) == (False, first.contact_id)
    live = await world.contact(first.contact_id)
    assert live is not None
    assert (live.severity, live.unread, live.about) == (1, 2, "he stopped breathing")
    assert live.arrived_at == first.contact.arrived_at


async def test_a_mail_that_answers_ours_is_shown_by_its_own_words(
    intake: Intake, world: World
) -> None:
    ours, own = "> We call you now.\n", "He breathes again.\n"
    repeated = ours + own
    for key, body, folds in (
        ("mail:1", "not breathing", None),
        ("mail:2", repeated, json.dumps([0, len(ours), len(own)])),
    ):
        mail = Text(Channel.EMAIL, key, "ann@b.test", "help@x.test", body, folds=folds)
        arrival = await intake.text(mail, world.now)
        assert arrival is not None
    live = await world.contact(arrival.contact_id)
    assert live is not None
    assert live.about == "He breathes again."


async def test_texts_at_once_from_one_person_are_one_contact(intake: Intake, world: World) -> None:
    arrivals = await asyncio.gather(
        *(text(intake, world, f"sms:{n}", f"text {n}") for n in range(5))
    )
    assert len({a.contact_id for a in arrivals}) == 1


async def test_an_opted_in_severity_never_lowers(intake: Intake, world: World) -> None:
    arrival = await intake.text(
        Text(
            Channel.SMS, "sms:1", MAYA, SUPPORT, "unconscious",
            severity=Severity.S2, urgent_rule="asked for help by text",
        ),
        world.now,
    )  # fmt: skip
    assert arrival is not None
    assert arrival.contact.severity == 1


async def test_index_away_keeps_the_contact_in_the_record(database: Database) -> None:
    away = Intake(centre_of(database, Engine("unix:///nowhere.sock")))
    arrival = await away.call(Call("CA1", MAYA, EMERGENCY), 1_800_000_000_000)
    assert arrival.reply is None
    async with database.read() as connection:
        assert [c.id for c in await contacts.open_contacts(connection)] == [arrival.contact_id]


async def test_callback_is_ordered_once_and_only_to_a_party(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("u1")
    arrival = await text(intake, world, "sms:1", "a question")
    other = await text(intake, world, "sms:2", "another question", "+12065550199")
    await world.answer(arrival.contact_id)
    await world.engine.step(
        "reply", agent="u1", contact=arrival.contact_id, next="close", sent=True
    )
    found = await world.offered_to(other.contact_id)
    assert found == "u1"
    await world.answer(other.contact_id)
    callbacks = Callbacks(centre_of(database, world.engine))
    async with database.read() as connection:
        mine = await people.find_address(connection, "phone", MAYA)
        stranger = await people.find_address(connection, "phone", "+12065550199")
    assert mine is not None
    assert stranger is not None
    incident = str(arrival.contact.incident)
    order = CallbackOrder("u1", incident, mine.address, "key-1")
    assert (await callbacks.order(order, world.now)).ok
    assert (await callbacks.order(order, world.now)).ok
    effects = [e for e in await world.engine.claim("p1") if e.kind == "dial"]
    assert len(effects) == 1
    wrong = CallbackOrder("u1", incident, stranger.address, "key-2")
    assert (await callbacks.order(wrong, world.now)).code == "not_allowed"
    again = CallbackOrder("u1", incident, mine.address, "key-3")
    refused = await callbacks.order(again, world.now)
    assert refused.code == "not_ready"  # one call at a time


async def test_who_wrote_in_spanish_is_called_back_in_spanish(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("u1", es=5)
    arrival = await text(intake, world, "sms:1", "hola, quiero cambiar la cita del martes, gracias")
    assert arrival.contact.queue == "espanol"
    await world.answer(arrival.contact_id)
    async with database.read() as connection:
        mine = await people.find_address(connection, "phone", MAYA)
    assert mine is not None
    order = CallbackOrder("u1", str(arrival.contact.incident), mine.address, "key-1")
    await Callbacks(centre_of(database, world.engine)).order(order, world.now)
    ours = next(c for c in (await world.engine.snapshot()).contacts if c.dir == "out")
    assert (ours.language, ours.queue == "espanol") == ("es", False)


@pytest.mark.parametrize(("words", "called"), [("a question", False), ("unconscious", True)])
async def test_whose_calls_of_the_day_are_used_up_calls_emergencies_alone(
    intake: Intake, world: World, database: Database, words: str, called: bool
) -> None:
    """The second order of one call is no second call."""
    await world.agent("u1", safety=5)
    arrival = await text(intake, world, "sms:1", words)
    await world.answer(arrival.contact_id)
    await world.engine.step(
        "reply", agent="u1", contact=arrival.contact_id, next="close", sent=True
    )
    callbacks = Callbacks(centre_of(database, world.engine))
    async with database.read() as connection:
        mine = await people.find_address(connection, "phone", MAYA)
    assert mine is not None
    incident = str(arrival.contact.incident)
    most = CONFIG.dialling.calls_a_day
    order = CallbackOrder("u1", incident, mine.address, "key-1", made=most)
    reply = await callbacks.order(order, world.now)
    assert (reply.ok, reply.code) == ((True, "") if called else (False, "not_allowed"))
    assert called or f"at most {most} calls of your own a day" in reply.text
    async with database.read() as connection:
        lines = await connection.execute(select(schema.audit.c.action))
        assert (TOO_MANY in {row.action for row in lines}) is not called
    last = CallbackOrder("u1", incident, mine.address, "key-2", made=most - 1)
    if not called:
        assert (await callbacks.order(last, world.now)).ok
        assert (await callbacks.order(replace(last, made=most), world.now)).ok


async def test_a_number_that_is_not_called_any_more_that_day_joins_no_incident_and_is_in_the_audit(
    intake: Intake, world: World, database: Database
) -> None:
    await world.agent("u1")
    arrival = await text(intake, world, "sms:1", "a question")
    incident = arrival.contact.incident
    callbacks = Callbacks(centre_of(database, world.engine))
    order = NumberOrder("u1", "+12065550199", incident, "key-1", CONFIG.dialling.calls_a_day)
    assert (await callbacks.dial(order, world.now)).code == "not_allowed"
    async with database.read() as connection:
        parties = select(schema.incident_party).where(schema.incident_party.c.incident == incident)
        assert len((await connection.execute(parties)).all()) == 1
        a = schema.audit.c
        lines = (await connection.execute(select(a.action, a.subject, a.actor))).all()
    assert (TOO_MANY, incident, "u1") in [tuple(line) for line in lines]
    await world.answer(arrival.contact_id)
    await world.engine.step(
        "reply", agent="u1", contact=arrival.contact_id, next="close", sent=True
    )
    last = replace(order, key="key-2", made=order.made - 1)
    for repeated in (last, replace(last, made=order.made)):  # it was the day's last one itself
        reply = await callbacks.dial(repeated, world.now)
        assert (reply.ok, reply.text) == (True, "")


async def test_who_answered_an_incident_is_asked_first_when_its_people_come_again(
    intake: Intake, world: World, database: Database
) -> None:
    first = await text(intake, world, "sms:1", "my dog is lost")
    assert first.contact.incident is not None
    async with database.write() as connection:
        await people.own_if_nobody_does(connection, first.contact.incident, "u1")
    await world.engine.step("close_contact", contact=first.contact_id)
    await settle(database, world)
    again = await intake.call(Call("CA9", MAYA, EMERGENCY), world.now)
    assert (again.contact.incident, again.contact.named) == (first.contact.incident, "u1")


async def test_who_dials_again_finds_his_place_though_a_reload_took_his_queue_away(
    database: Database, world: World
) -> None:
    lines = [msgspec.structs.replace(line, menu={}) for line in CONFIG.lines]
    current = Current(msgspec.structs.replace(CONFIG, lines=lines))
    intake = Intake(centre_of(database, world.engine, config=current))
    first = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    await intake.change_severity(first.contact_id, Severity.S1, "a bite", "somebody")
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    await settle(database, world)
    lines = [msgspec.structs.replace(line, queue="new") for line in lines]
    queues = {"new": CONFIG.queues[first.contact.queue]}
    current.replace(msgspec.structs.replace(CONFIG, lines=lines, queues=queues, words={}))
    again = await intake.call(Call("CA2", MAYA, SUPPORT), world.now + 5_000)
    assert (again.contact.severity, again.contact.queue) == (1, "new")
    assert again.contact.arrived_at == first.contact.arrived_at


async def test_raised_to_s1_he_is_served_though_a_reload_took_his_queue_away(
    database: Database, world: World
) -> None:
    lines = [msgspec.structs.replace(line, queue="old", menu={}) for line in CONFIG.lines]
    gone = msgspec.structs.replace(CONFIG, lines=lines, queues={"old": CONFIG.queues["espanol"]})
    current = Current(msgspec.structs.replace(gone, words={}))
    intake = Intake(centre_of(database, world.engine, config=current))
    first = await intake.call(Call("CA1", MAYA, SUPPORT), world.now)
    assert first.contact.queue == "old"
    current.replace(CONFIG)
    reply = await intake.change_severity(first.contact_id, Severity.S1, "a bite", "somebody")
    assert reply.contact is not None
    ladder = "es=0@5000|@10000*|@*!"  # they still speak Spanish
    assert (reply.contact.queue, reply.contact.ladder) == ("general", ladder)


async def test_who_only_the_record_holds_comes_back_in_a_queue_that_there_is(
    database: Database, world: World
) -> None:
    nowhere = Engine("unix:///nowhere.sock")
    lines = [msgspec.structs.replace(line, queue="old", menu={}) for line in CONFIG.lines]
    gone = msgspec.structs.replace(CONFIG, lines=lines, queues={"old": CONFIG.queues["espanol"]})
    behind = Intake(
        centre_of(database, nowhere, config=Current(msgspec.structs.replace(gone, words={})))
    )
    first = await behind.call(Call("CA1", MAYA, SUPPORT), world.now)
    live = await behind.known_call(first.contact_id)
    assert live is not None
    assert live.queue == "old"
    reply = await Intake(centre_of(database, world.engine)).readmit(live)
    assert reply is not None
    assert reply.contact is not None
    assert (reply.contact.queue, reply.contact.ladder) == ("general", "@")
    await nowhere.close()


@pytest.mark.parametrize(
    "stand_in", ["+7378742833", "anonymous", "12562533", "Restricted", "+464", "+1464", "+46 4"]
)
async def test_texts_of_withheld_senders_are_of_different_people_and_are_not_answered(
    intake: Intake, world: World, database: Database, stand_in: str
) -> None:
    one = await text(intake, world, "sms:SM1", "hello", stand_in)
    two = await text(intake, world, "sms:SM2", "another person", stand_in)
    assert one.contact.incident != two.contact.incident
    assert one.contact.who["address"] == "withheld number"
    assert (
        await intake.text(Text(Channel.SMS, "sms:SM2", stand_in, SUPPORT, "x"), world.now) is None
    )
    replies = Replies(database, world.engine, {"sms": lambda: None})
    refused = await replies.send(Answer("ana", two.contact_id, "Hi.", "k", "keep"), world.now)
    assert (refused.ok, refused.code) == (False, "not_allowed")
    assert "withheld" in (refused.text or "")


@pytest.mark.parametrize(
    "sender",
    ["ACME", "72345", "whatsapp:+12065550142", "+464555123", "464", "1464", "+46455", "+464 5"],
)
async def test_senders_of_texts_that_are_no_stand_ins_stay_one(
    intake: Intake, world: World, sender: str
) -> None:
    one = await text(intake, world, "sms:SM1", "hello", sender)
    two = await text(intake, world, "sms:SM2", "again", sender)
    assert one.contact_id == two.contact_id


async def test_a_text_from_a_national_number_is_marked_unsure(intake: Intake, world: World) -> None:
    arrival = await text(intake, world, "sms:SM1", "hello", "2065550161")
    assert arrival.contact.who["address"] == "206 ••• 0161"
    assert arrival.contact.who["unsure"] == "number in national form"
    sure = await text(intake, world, "sms:SM2", "hello", MAYA)
    code = await text(intake, world, "sms:SM3", "your code", "72345")
    assert "unsure" not in sure.contact.who | code.contact.who
    cut = await text(intake, world, "sms:SM4", "hello", "+46455")  # Sweden, and no short code
    assert cut.contact.who["unsure"] == "not a whole number"
    whole = await text(intake, world, "sms:SM5", "hello", "+46455512345")
    assert "unsure" not in whole.contact.who
