"""What is said of the people of an incident, and what it keeps from being sent."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest_asyncio
from sqlalchemy import select

from router.callbacks.immediate import CallbackOrder, Callbacks, NumberOrder
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.current import Current
from router.core.model import LiveContact, Reply
from router.core.severity import Channel
from router.incidents.filing import Filings
from router.incidents.merging import Merge
from router.incidents.party_facts import By, PartyFacts
from router.intake.automatic_answer import ClosedAnswer
from router.intake.door import Text
from router.outbox import Answer, Replies
from router.records import people, schema, timeline
from tests.intake.test_first_words import CLINIC, VET, Room, database, room
from tests.intake.test_intake import MAYA, SUPPORT
from tests.intake.test_reception_closed import shut
from tests.kit.store import World

__all__ = ["database", "room"]

READS = "his wife reads it"
SECOND = "+12065550533"


class Facts:
    """What ann says of the people in Maya's incident."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.facts = PartyFacts(room.words_of)
        self.replies = Replies(room.database, room.world.engine, {"sms": lambda: None})

    @property
    def by(self) -> By:
        return By(self.room.incident, "ann", self.room.world.now)

    async def people(self) -> dict[str, dict]:  # type: ignore[type-arg]
        async with self.room.database.read() as connection:
            document = await timeline.incident_document(
                connection, self.room.incident, "ann", {"ann": "Ann"}, lambda _: None
            )
        assert document is not None
        self.lines = [one["text"] for one in document["timeline"] if one["kind"] == "event"]
        return {one["given_name"] or one["name"]: one for one in document["parties"]}

    async def party(self, address: str) -> str:
        async with self.room.database.read() as connection:
            person = await people.person_at(connection, address)
        assert person is not None
        return person.party

    async def actions(self) -> list[str]:
        async with self.room.database.read() as connection:
            line = schema.audit.c
            rows = await connection.execute(select(line.action).order_by(line.id))
        return [row.action for row in rows]


@pytest_asyncio.fixture
async def facts(room: Room) -> Facts:
    return Facts(room)


def refused(reply: Reply, code: str, says: str) -> None:
    assert (reply.ok, reply.code) == (False, code), reply
    assert says in reply.text


async def test_somebody_is_who_they_are_said_to_be_and_an_older_picture_is_told(
    facts: Facts,
) -> None:
    party = await facts.party(await facts.room.add("phone", VET))
    was, now = ("Dr. Novak", "vet"), ("Dr. Petra Novak", "sitter")
    assert (await facts.facts.change(facts.by, party, was=was, now=now)).ok
    assert (await facts.facts.change(facts.by, party, was=was, now=now)).duplicate
    refused(
        await facts.facts.change(facts.by, party, was=was, now=("X", "vet")), "too_late", "mean"
    )
    them = (await facts.people())["Dr. Petra Novak"]
    assert (them["role"], them["side"]) == ("sitter", "sitter")
    assert facts.lines[-1] == "Ann said who Dr. Petra Novak is: sitter, before: Dr. Novak"
    assert (await facts.actions())[-1] == "incident.party_changed"


async def test_a_second_number_is_added_removed_and_put_back(facts: Facts) -> None:
    room = facts.room
    party = await facts.party(await room.add("phone", VET))
    assert (await facts.facts.add_address(facts.by, party, "phone", SECOND)).ok
    refused(await facts.facts.add_address(facts.by, party, "phone", MAYA), "taken", "Join the two")
    ways = (await facts.people())["Dr. Novak"]["addresses"]
    assert len(ways) == 2
    second = next(one["id"] for one in ways if one["masked"].endswith("0533"))
    assert (await facts.facts.drop(facts.by, party, second)).ok
    (only,) = (await facts.people())["Dr. Novak"]["addresses"]
    refused(await facts.facts.drop(facts.by, party, only["id"]), "not_allowed", "only way")
    assert (await facts.facts.put_back(facts.by, party, second)).ok
    refused(await facts.facts.put_back(facts.by, party, second), "too_late", "nothing to put back")
    assert {one["id"] for one in (await facts.people())["Dr. Novak"]["addresses"]} == {
        one["id"] for one in ways
    }
    assert (await room.sent(room.letter(second))).ok, "it is used as any other"
    refused(await facts.facts.drop(facts.by, party, second), "not_allowed", "not taken away")


async def test_who_was_added_by_mistake_goes_and_comes_back_as_they_were(facts: Facts) -> None:
    party = await facts.party(await facts.room.add("email", CLINIC))
    assert (await facts.facts.drop(facts.by, party, None)).ok
    assert "Dr. Novak" not in await facts.people()
    assert (await facts.facts.put_back(facts.by, party, None)).ok
    assert (await facts.people())["Dr. Novak"]["role"] == "vet"
    async with facts.room.database.read() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
    assert maya is not None
    refused(await facts.facts.drop(facts.by, maya.party, None), "not_allowed", "not taken away")


async def test_consent_is_a_fact_of_the_incident_with_who_asked_and_when(facts: Facts) -> None:
    party = await facts.party(await facts.room.add("phone", VET))
    assert (await facts.people())["Dr. Novak"]["consent"] == {}
    for says in ("yes", "no"):
        assert (await facts.facts.agree(facts.by, party, "record", says)).ok
    assert (await facts.people())["Dr. Novak"]["consent"] == {
        "record": {"says": "no", "by_name": "Ann", "at": facts.room.world.now}
    }
    assert facts.lines[-1] == "Ann noted: Dr. Novak did not agree to be recorded"
    assert (await facts.facts.agree(facts.by, party, "record", "")).ok  # noted by mistake
    assert (await facts.people())["Dr. Novak"]["consent"] == {}
    assert facts.lines[-1].endswith("Dr. Novak was not asked whether they agree to be recorded")


async def test_what_is_not_safe_is_asked_first_by_every_way_out(facts: Facts, world: World) -> None:
    room = facts.room
    vet = await room.add("phone", VET)
    assert (await facts.facts.mark(facts.by, vet, READS)).ok
    them = (await facts.people())["Dr. Novak"]["addresses"][0]
    assert them["unsafe"] == {"reason": READS, "by_name": "Ann", "at": world.now}
    calls = Callbacks(room.words_of)
    letter = room.letter(vet)
    call = CallbackOrder("ann", room.incident, vet, "call-1")
    typed = NumberOrder("ann", VET, room.incident, "call-2")
    for told in (
        await room.sent(letter),
        await calls.order(call, world.now),
        await calls.dial(typed, world.now),
    ):
        refused(told, "unsafe", READS)
    promises = ScheduledCallbacks(room.words_of, _recorded)
    wish = CallbackRequest(room.incident, "k1", "ann", "Ann", address=vet)
    refused(await promises.request_callback(wish, world.now), "unsafe", READS)
    by_itself = CallbackRequest(room.incident, "k2", "voicemail", "voicemail", address=vet)
    refused(await promises.request_callback(by_itself, world.now), "unsafe", READS)
    assert await room.out() == []
    sure = frozenset({"unsafe"})
    assert (await room.sent(replace(letter, sure=sure))).ok
    promised = await promises.request_callback(replace(wish, sure=sure), world.now)
    assert promised.ok
    assert (await facts.facts.mark(facts.by, vet, "")).ok
    refused(await facts.facts.mark(facts.by, vet, READS), "not_ready", "Call that off first")


async def test_a_call_promised_elsewhere_is_called_off_before_its_number_is_marked(
    facts: Facts, world: World
) -> None:
    room = facts.room
    vet = await room.add("phone", VET)
    async with room.database.write() as connection:
        other = await people.open_incident(
            connection, "Rex", 3, await facts.party(vet), "vet", world.now
        )
    wish = CallbackRequest(other.id, "k1", "ann", "Ann", address=vet)
    promises = ScheduledCallbacks(room.words_of, _recorded)
    assert (await promises.request_callback(wish, world.now)).ok
    told = await facts.facts.mark(facts.by, vet, READS)
    refused(told, "not_ready", "Call that off first")
    assert other.word in told.text


async def test_an_answer_asks_first_too(facts: Facts, world: World) -> None:
    room = facts.room
    async with room.database.read() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
    assert maya is not None
    await facts.facts.mark(facts.by, maya.address, READS)
    answer = Answer("ann", room.theirs, "We are on it.", "key-9", "wait", role="contact")
    refused(await facts.replies.send(answer, world.now), "unsafe", READS)
    refused(
        await facts.replies.send(replace(answer, role="sitter"), world.now), "too_late", "contact"
    )
    assert (await facts.replies.send(replace(answer, sure=frozenset({"unsafe"})), world.now)).ok
    assert (await facts.actions())[-1] == "answer.sent_anyway"


async def test_no_automatic_answer_goes_where_it_is_not_safe(facts: Facts, world: World) -> None:
    room = facts.room
    vet = await room.add("phone", VET)
    answers = ClosedAnswer(Current(shut(menu=True)), lambda: world.now)
    answers.wake = {"sms": lambda: None}
    text = Text(Channel.SMS, "sms:30", VET, SUPPORT, "hello?")
    live = msgspec.convert(
        {"id": room.theirs, "channel": "sms", "severity": 3, "arrived_at": 1, "score": 1,
         "queue": "general", "incident": room.incident}, LiveContact,
    )  # fmt: skip
    for marked in (READS, ""):
        assert (await facts.facts.mark(facts.by, vet, marked)).ok
        async with room.database.write() as connection:
            person = await people.person_at(connection, vet)
            assert person is not None
            assert await answers.add(connection, text, live, person) is (marked == "")


async def test_a_number_that_is_not_safe_is_so_by_an_app_as_well(facts: Facts) -> None:
    """Whoever reads the texts of a telephone reads what its apps show, too."""
    room = facts.room
    vet = await room.add("phone", VET)
    async with room.database.write() as connection:
        app = await people.find_or_join(connection, "phone", f"whatsapp:{VET}", VET, 1, None)
    assert (await facts.facts.mark(facts.by, vet, READS)).ok
    refused(await room.sent(room.letter(app.address)), "unsafe", READS)
    assert (await facts.facts.mark(facts.by, vet, "")).ok
    assert (await facts.facts.mark(facts.by, app.address, READS)).ok
    refused(await room.sent(room.letter(vet)), "unsafe", READS)
    assert (await facts.facts.mark(facts.by, app.address, "")).ok
    assert (await room.sent(room.letter(vet))).ok


async def test_words_of_another_side_are_not_sent_before_one_is_sure(
    facts: Facts, world: World
) -> None:
    room = facts.room
    vet = await room.add("phone", VET)
    said = "Please tell nobody, I left the door open when the dog walker rang"
    await room.answers("sms:7", said, MAYA)
    for text, why in (
        (f"Owner says: {said}.", "repeats"),
        (f"Her number is {MAYA}.", "number or address"),
    ):
        refused(await room.sent(room.letter(vet, text)), "other_side", why)
    assert await room.out() == []
    letter = room.letter(vet, f"Her number is {MAYA}.", sure=frozenset({"other_side"}))  # type: ignore[arg-type]
    assert (await room.sent(letter)).ok
    assert (await facts.actions())[-1] == "party.written"
    own = Answer("ann", room.theirs, f"You wrote: {said}", "key-own", "keep", role="contact")
    assert (await facts.replies.send(own, world.now)).ok, "her own words"


async def test_whose_words_they_are_follows_the_role_that_counts_also_after_a_merge(
    facts: Facts, world: World
) -> None:
    """Somebody's role is corrected in the incident that stays; their words are in the one that was
    merged into it, where they still have the old one."""
    room = facts.room
    said = "the xray shows two fractures and nobody has told the owner so far"
    await room.answers("sms:7", said, VET)
    async with room.database.read() as connection:
        vet = await people.find_address(connection, "phone", VET)
        there = await people.open_incident_of(connection, vet.party) if vet else None
    assert vet is not None
    assert there is not None
    before = facts.room.incident
    room.incident = there.id
    assert (
        await facts.facts.change(
            facts.by, vet.party, was=("", "contact"), now=("Dr. Novak", "owner’s family")
        )
    ).ok
    room.incident = before
    maya = await facts.party(await room.add("phone", "+12065550577", "owner", "Maya"))
    assert maya
    order = Merge(before, there.id, "ann", "k")
    assert (await Filings.of(room.words_of).merge(order, world.now)).reply.ok
    was, now = ("Dr. Novak", "owner’s family"), ("Dr. Novak", "vet")
    assert (await facts.facts.change(facts.by, vet.party, was=was, now=now)).ok
    async with room.database.read() as connection:
        owner = await people.find_address(connection, "phone", "+12065550577")
    assert owner is not None
    letter = room.letter(owner.address, f"FYI {said}", role="owner")
    refused(await room.sent(letter), "other_side", "repeats Dr. Novak’s words")


async def _recorded(_step: str) -> None:
    return None
