"""An agent writes first: to the vet, while the owner is on the telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from router.centre import Centre
from router.core.current import Current
from router.core.model import Reply
from router.core.severity import Channel
from router.incidents.first_words import WRITTEN, FirstWords, Letter
from router.incidents.parties import Newcomer, Parties
from router.intake.door import Intake, Text
from router.live.engine import IndexUnavailable
from router.outbox import Replies
from router.records import drafts, messages, people, schema
from router.records.database import Database
from tests.intake.test_answers import failing
from tests.intake.test_intake import MAYA, SUPPORT, settle
from tests.kit.acts import floor_in, gave_up
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, World, centre_of

VET, CLINIC = "+12065550532", "ballard@clinic.example"


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """One SQLite: nothing here is said in SQL that PostgreSQL reads in another way."""
    found = await new_sqlite(tmp_path / "record.db")
    yield found
    await found.close()


@dataclass
class Room:
    """Maya's incident, with Dr. Novak in it; ann has Maya's text in hand."""

    database: Database
    world: World
    intake: Intake
    words: FirstWords
    parties: Parties
    incident: str
    theirs: str
    words_of: Centre
    made: int = 0

    async def add(self, kind: str, value: str, role: str = "vet", name: str = "Dr. Novak") -> str:
        """The address of somebody who belongs to the incident from now on."""
        new = Newcomer(self.incident, kind, value, name, role, "ann")
        assert (await self.parties.add(new, self.world.now)).ok
        async with self.database.read() as connection:
            person = await people.find_address(connection, kind, value)
        assert person is not None
        return person.address

    def letter(self, address: str, text: str = "How is Luna?", **fields: str) -> Letter:
        self.made += 1
        begun = Letter("ann", self.incident, address, text, f"key-{self.made}", "vet")
        return replace(begun, **fields)

    async def sent(self, letter: Letter) -> Reply:
        return await self.words.write(letter, self.world.now)

    async def answers(self, key: str, words: str, who: str = VET) -> str:
        """They write; the contact that it is in."""
        text = Text(Channel.SMS, key, who, SUPPORT, words)
        arrival = await self.intake.text(text, self.world.now)
        assert arrival is not None
        await settle(self.database, self.world)
        return str(arrival.contact_id)

    async def out(self) -> list[tuple[str, str, str]]:
        """What went out: from, to, words."""
        async with self.database.read() as connection:
            rows = await messages.by_incident(connection, self.incident)
        return [
            (row.from_address, row.to_address, row.text) for row in rows if row.direction == "out"
        ]


@pytest_asyncio.fixture
async def room(database: Database, world: World) -> Room:
    config = Current(CONFIG)
    centre = centre_of(database, world.engine, config=config, clock=lambda: world.now)
    intake = Intake(centre)
    await world.agent("ann", safety=3, general=3)
    arrival = await intake.text(Text(Channel.SMS, "sms:1", MAYA, SUPPORT, "hello"), world.now)
    assert arrival is not None
    await world.answer(arrival.contact_id)
    await settle(database, world)
    both = Replies(database, world.engine, {"sms": lambda: None, "email": lambda: None})
    words, parties = FirstWords(centre, both), Parties(centre)
    incident = str(arrival.contact.incident)
    return Room(database, world, intake, words, parties, incident, arrival.contact_id, centre)


async def test_the_vet_is_texted_first_and_what_they_answer_comes_to_the_writer(
    room: Room,
) -> None:
    vet = await room.add("phone", VET)
    letter = room.letter(vet)
    reply = await room.sent(letter)
    assert reply.ok, reply.text
    assert reply.contact is not None
    assert (reply.contact.agent, reply.contact.dir) == ("ann", "out")
    assert (await room.sent(letter)).ok, "twice is once"
    assert await room.out() == [(SUPPORT, VET, "How is Luna?")]
    await settle(room.database, room.world)
    again = await room.answers("sms:2", "she is stable")
    live = await room.world.contact(again)
    assert live is not None
    assert (again, live.incident, live.named) == (reply.contact.id, room.incident, "ann")
    async with room.database.read() as connection:
        line = schema.audit.c
        rows = await connection.execute(select(line.action, line.actor, line.subject, line.detail))
    told = [tuple(row)[1:] for row in rows if row.action == WRITTEN]
    assert told == [("ann", room.incident, vet)]


async def test_a_mail_has_a_subject_and_goes_from_a_line_with_an_address(room: Room) -> None:
    clinic = await room.add("email", CLINIC)
    refused = await room.sent(room.letter(clinic))
    assert (refused.ok, refused.code) == (False, "bad_request")
    assert "subject" in refused.text
    assert (await room.sent(room.letter(clinic, subject="Luna, an update?"))).ok
    ours = next(line.mail for line in CONFIG.lines if line.mail)
    assert await room.out() == [(ours, CLINIC, "How is Luna?")]


@pytest.mark.parametrize(
    ("number", "fields", "says"),
    [
        ("+19005551234", {}, "a premium number"),
        ("+442079460000", {}, "another country"),
        ("+18885550155", {}, "toll-free number: it takes no texts"),
        (VET, {"role": "sitter"}, "they are vet here now (a third party)"),
        (VET, {"text": "  "}, "needs words"),
        (VET, {"text": "x" * 1601}, "1,601 of 1,600"),
        (VET, {"text": "Hello {name}"}, "fill in {name} first"),
        (VET, {"incident": "nothere"}, "no such incident"),
        (VET, {"address": "nothere"}, "nobody of this incident"),
        (VET, {"then": "later"}, "wait or close"),
    ],
)
async def test_where_nothing_may_be_sent_it_is_refused_in_words(
    room: Room, number: str, fields: dict[str, str], says: str
) -> None:
    letter = replace(room.letter(await room.add("phone", number)), **fields)
    refused = await room.sent(letter)
    assert not refused.ok
    assert says in refused.text
    assert await room.out() == []


async def test_what_is_sent_is_begun_no_more_and_a_draft_is_its_authors(room: Room) -> None:
    vet = await room.add("phone", VET)

    async def begin(who: str) -> None:
        async with room.database.write() as connection:
            await drafts.save_first(
                connection,
                room.incident,
                vet,
                who,
                subject="",
                text=f"by {who}",
                now=room.world.now,
            )

    async def begun() -> dict[str, dict[str, dict[str, str]]]:
        async with room.database.read() as connection:
            return await drafts.first_of_incident(connection, room.incident, ["ann", "bob"])

    await begin("ann")
    await begin("bob")
    theirs = {vet: {"subject": "", "text": "by bob"}}
    assert await begun() == {"ann": {vet: {"subject": "", "text": "by ann"}}, "bob": theirs}
    assert (await room.sent(room.letter(vet))).ok
    assert await begun() == {"ann": {}, "bob": theirs}
    await begin("ann")
    again = await room.sent(replace(room.letter(vet), key="another", text="And her weight?"))
    assert again.ok, again.text
    assert await begun() == {"ann": {}, "bob": theirs}, "in the conversation that is open, too"


async def test_a_key_is_of_one_message(room: Room) -> None:
    """Other words under the same key were told that they are sent already, and were not."""
    letter = room.letter(await room.add("phone", VET))
    assert (await room.sent(letter)).ok
    told = await room.sent(replace(letter, text="Please call us."))
    assert (told.ok, told.code) == (False, "bad_request")
    assert (await room.sent(letter)).ok, "the same words are one message"
    assert len(await room.out()) == 1


async def test_who_opted_out_is_not_texted(room: Room) -> None:
    vet = await room.add("phone", VET)
    async with room.database.write() as connection:
        await people.set_opted_out(connection, vet, True)
    refused = await room.sent(room.letter(vet))
    assert (refused.code, "opted out" in refused.text) == ("not_allowed", True)
    assert await room.out() == []


async def test_a_colleague_s_words_that_wait_are_gone_on_with(room: Room) -> None:
    vet = await room.add("phone", VET)
    first = await room.sent(room.letter(vet))
    assert first.contact is not None
    await settle(room.database, room.world)
    await room.world.agent("bob", safety=3, general=3)
    second = room.letter(vet, "Bob here.", agent="bob")
    reply = await room.sent(second)
    assert reply.ok, reply.text
    assert (await room.sent(second)).ok
    live = await room.world.contact(first.contact.id)
    assert live is not None
    assert (live.agent, live.state, live.parked_for) == ("bob", "parked", "party")
    assert len(await room.out()) == 2


async def test_nobody_writes_past_what_a_colleague_has_in_hand_or_what_waits(room: Room) -> None:
    async with room.database.read() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
    assert maya is not None
    role = "contact"
    await room.world.agent("bob", safety=3, general=3)
    past = await room.sent(room.letter(maya.address, agent="bob", role=role))
    assert (past.code, "in hand" in past.text) == ("not_yours", True)
    assert (await room.sent(room.letter(maya.address, role=role))).ok, "it is in ann's own hands"
    await settle(room.database, room.world)
    await room.world.engine.step("agent_lost", agent="ann", conn="conn-ann")
    await room.world.engine.step("agent_lost", agent="bob", conn="conn-bob")
    await room.answers("sms:9", "and now?", MAYA)
    waits = await room.sent(room.letter(maya.address, role=role))
    assert (waits.code, "wait for an answer" in waits.text) == ("not_ready", True)
    assert len(await room.out()) == 1


async def test_their_answer_belongs_to_the_incident_that_we_wrote_to_last(room: Room) -> None:
    vet = await room.add("phone", VET)
    first = await room.sent(room.letter(vet))
    room.world.engine.now = room.world.now + 1000
    other = await room.intake.text(
        Text(Channel.SMS, "sms:5", "+12065550147", SUPPORT, "another dog"), room.world.now
    )
    assert other is not None
    mine, room.incident = room.incident, str(other.contact.incident)
    await room.add("phone", VET)
    second = await room.sent(room.letter(vet))
    assert first.contact is not None
    assert second.contact is not None
    await settle(room.database, room.world)
    assert await room.answers("sms:6", "which one?") == second.contact.id
    room.incident = mine
    room.world.engine.now = room.world.now + 1000
    assert (await room.sent(room.letter(vet))).ok
    await settle(room.database, room.world)
    assert await room.answers("sms:7", "that one") == first.contact.id


async def test_what_the_index_did_not_hear_of_is_there_with_the_next_try(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    vet = await room.add("phone", VET)
    letter = room.letter(vet)
    failing(room.world, monkeypatch, 1)
    with pytest.raises(IndexUnavailable):
        await room.sent(letter)
    assert len(await room.out()) == 1, "it goes out"
    reply = await room.sent(letter)
    assert reply.contact is not None
    assert (reply.contact.state, len(await room.out())) == ("parked", 1)


async def test_so_many_an_hour_and_no_more(store_url: str, tmp_path: Path) -> None:
    async with floor_in(gave_up, store_url, tmp_path) as floor:
        current = floor.house.centre.config
        few = msgspec.structs.replace(current.value.dialling, written_an_hour=1)
        current.replace(msgspec.structs.replace(current.value, dialling=few))
        assert (await floor.asks("write_first", "desk")).ok
        assert (await floor.asks("write_first", "desk")).ok, "the same order"
        told = await floor.asks("write_first", "desk", key="another-key")
        assert (told.code, "at most 1 message" in told.text) == ("not_allowed", True)
        assert "party.written_too_often" in (await floor.lines())[-1]
        assert (await floor.asks("snippets", "desk")).ok
