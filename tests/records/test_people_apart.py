"""Migration 0011: people who were taken for one are parted, their promises end, and it is told."""

from __future__ import annotations

import msgspec
import pytest
from alembic import command
from sqlalchemy import Connection, text

from router.core.model import LiveContact
from router.records import callbacks, contacts, mails, messages, people, timeline
from router.records.database import Database, Transaction
from router.records.people import IncidentRef
from router.records.upgrades import steps_on

NOW = 1_800_000_000_000


async def contact(
    connection: Transaction, name: str, person: people.Person, incident: IncidentRef, **other: str
) -> None:
    """A contact of theirs on that incident."""
    given = {"channel": "voice", "dir": "in"} | other
    live = msgspec.convert(
        {
            "id": name, "severity": 3, "arrived_at": NOW, "score": 1, "line": "support",
            "queue": "general", "incident": incident.id, "incident_no": incident.word,
            "who": {"name": person.value, "address": person.value, "role": "caller"}, **given,
        },
        LiveContact,
    )  # fmt: skip
    if given["channel"] == "voice":
        live.carrier_id = f"CA{name}"
    assert await contacts.admit(
        connection, live, party=person.party, address=person.address, our_address="+12065550101"
    )


async def two_calls(database: Database, value: str) -> IncidentRef:
    """Two calls from one stand-in on one incident, and a promise to call it."""
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", value, NOW)
        incident = await people.open_incident(connection, "Calls", 3, person.party, "caller", NOW)
        for name in ("one", "two"):
            await contact(connection, name, person, incident)
        await contact(connection, "try", person, incident, dir="out", state="scheduled")
        assert await callbacks.add(
            connection, callback_id="k1", incident_id=incident.id, address=person.address,
            contact_id="try", asked_by="a1", why="", kind="scheduled", not_before=None, now=NOW,
        )  # fmt: skip
    return incident


async def again(database: Database, before: str = "0010") -> None:
    """The migrations after `before`, on what is there now."""

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), before)

    async with database.write() as connection:
        await connection.run_sync(back)
    await database.migrate()


async def parties(database: Database) -> dict[str, tuple[str, str]]:
    """Of each contact: (party, value of its address)."""
    async with database.read() as connection:
        rows = await connection.execute(
            text(
                "select c.id, c.party, a.value from contact c join address a"
                " on a.id = c.address and a.party = c.party"
            )
        )
        return {row.id: (row.party, row.value) for row in rows}


async def notes(database: Database, incident: str) -> list[tuple[str, str]]:
    async with database.read() as connection:
        document = await timeline.incident_document(connection, incident, "a1", {}, lambda _: None)
    assert document is not None
    return [(e["who"], e["text"]) for e in document["timeline"] if e["kind"] == "note"]


@pytest.mark.parametrize("value", ["+7378742833", "266696687", "+1464", "+18656696", "Anonymous"])
async def test_each_withheld_call_is_a_party_of_its_own(database: Database, value: str) -> None:
    incident = await two_calls(database, value)
    await again(database)
    found = await parties(database)
    assert {name: value for name, (_, value) in found.items()} == {
        "one": "anonymous:CAone", "two": "anonymous:CAtwo", "try": "anonymous:CAone",
    }  # fmt: skip
    assert found["one"][0] != found["two"][0]
    async with database.read() as connection:
        for name in ("one", "two"):
            assert await people.is_party_of(connection, incident.id, found[name][0])
        old = await people.find_address(connection, "phone", value)
        assert old is not None
        assert await people.open_incident_of(connection, old.party) is None
        live = await contacts.live_of(connection, "one")
    assert live is not None
    assert live.who is not None
    assert live.who["address"] == "withheld number"


async def test_promise_to_a_withheld_number_ends_and_the_incident_says_so(
    database: Database,
) -> None:
    incident = await two_calls(database, "+266696687")
    await again(database)
    async with database.read() as connection:
        row = await callbacks.by_id(connection, "k1")
    assert row is not None
    assert (row.state, row.cause) == ("cancelled", "number withheld")
    told = await notes(database, incident.id)
    assert {who for who, _ in told} == {"Holdfast"}
    assert any("promise to call back has ended" in words for _, words in told)
    assert any("Now each is their own" in words for _, words in told)


async def test_numbers_that_are_people_stay_and_so_do_their_promises(database: Database) -> None:
    incident = await two_calls(database, "+12065550142")
    before = await parties(database)
    await again(database)
    assert await parties(database) == before
    async with database.read() as connection:
        row = await callbacks.by_id(connection, "k1")
    assert row is not None
    assert row.state == "open"
    assert await notes(database, incident.id) == []


async def test_migrating_again_parts_nobody_further(database: Database) -> None:
    incident = await two_calls(database, "+7378742833")
    await again(database)
    before = (await parties(database), await notes(database, incident.id))
    await again(database)
    assert (await parties(database), await notes(database, incident.id)) == before


LIST = "List-Id: <pets.example>\r\nList-Post: <mailto:pets@lists.example>\r\n"


@pytest.mark.parametrize(
    ("sender", "heads", "values"),
    [
        (
            "noreply@portal.example",
            ["", ""],
            ["unknown-one@mail.invalid", "unknown-two@mail.invalid"],
        ),
        (
            "pets@lists.example",
            [LIST + "Reply-To: Ann <Ann@example.com>\r\n", LIST + "Reply-To: ben@example.com\r\n"],
            ["ann@example.com", "ben@example.com"],
        ),
        ("maya@example.com", ["", "List-Id: <l.example>\r\n"], ["maya@example.com"] * 2),
    ],
    ids=["noreply", "list", "a person"],
)
async def test_people_behind_a_shared_sender_are_parted(
    database: Database, sender: str, heads: list[str], values: list[str]
) -> None:
    async with database.write() as connection:
        person = await people.find_or_make(connection, "email", sender, NOW)
        incident = await people.open_incident(connection, "Mails", 3, person.party, "caller", NOW)
        for name, head in zip(("one", "two"), heads, strict=True):
            await contact(connection, name, person, incident, channel="email")
            raw = f"From: A via Pets <{sender}>\r\n{head}\r\nwords".encode()
            raw_id, _ = await mails.store(connection, name, "", "", raw, NOW)
            await messages.add(
                connection, key=f"mail:{name}", contact=name, incident=incident.id,
                channel="email", direction="in", text="words", status="received", at=NOW,
                from_address=sender, raw=raw_id,
            )  # fmt: skip
    await again(database)
    found = await parties(database)
    assert [found[name][1] for name in ("one", "two")] == values
    parted = found["one"][0] != found["two"][0]
    assert parted == (sender != "maya@example.com")
    assert bool(await notes(database, incident.id)) == parted


async def two_texts(database: Database, value: str, *, conversations: int = 2) -> IncidentRef:
    """Two texts of one sender on one incident, in as many conversations."""
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", value, NOW)
        incident = await people.open_incident(connection, "Texts", 3, person.party, "caller", NOW)
        for name in ("one", "two")[:conversations]:
            await contact(connection, name, person, incident, channel="sms", state="ended")
        for name, of in zip(("one", "two"), ("one", "two")[:conversations] * 2, strict=False):
            await messages.add(
                connection, key=f"sms:{name}", contact=of, incident=incident.id, channel="sms",
                direction="in", text="words", status="received", at=NOW, from_address=value,
            )  # fmt: skip
    return incident


WITHHELD = ["+7378742833", "266696687", "+464", "Private number", "No Caller ID", "12562533"]


@pytest.mark.parametrize("value", [*WITHHELD, "sip:x@anonymous.invalid"])
async def test_texts_of_withheld_senders_are_parted_on_upgrade(
    database: Database, value: str
) -> None:
    incident = await two_texts(database, value)
    await again(database, "0012")
    found = await parties(database)
    assert [found[name][1] for name in ("one", "two")] == ["anonymous:one", "anonymous:two"]
    assert found["one"][0] != found["two"][0]
    assert any("Now each is their own" in w for _, w in await notes(database, incident.id))


async def test_one_conversation_of_withheld_senders_stays_one_and_the_incident_says_so(
    database: Database,
) -> None:
    incident = await two_texts(database, "+7378742833", conversations=1)
    await again(database, "0012")
    before = (await parties(database), await notes(database, incident.id))
    assert before[0]["one"][1] == "anonymous:one"
    assert [w for _, w in before[1] if "may be of several people" in w]
    await again(database, "0012")
    assert (await parties(database), await notes(database, incident.id)) == before


@pytest.mark.parametrize(
    "value", ["+464555123", "464", "72345", "ACME", "+46455", "sip:2@x.example"]
)
async def test_senders_of_texts_that_are_no_stand_ins_stay_as_they_were(
    database: Database, value: str
) -> None:
    incident = await two_texts(database, value)
    before = await parties(database)
    await again(database, "0012")
    assert await parties(database) == before
    assert await notes(database, incident.id) == []


async def test_only_texts_of_which_several_came_may_be_of_several_people(
    database: Database,
) -> None:
    """Migration 0013: what we answered is not of somebody else."""
    number, came = (
        "+266696687",
        {"asked": ("in",), "answered": ("in", "out", "out"), "two": ("in", "in")},
    )
    incidents = dict[str, str]()
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", number, NOW)
        for name, directions in came.items():
            incident = await people.open_incident(connection, name, 3, person.party, "caller", NOW)
            incidents[name] = incident.id
            await contact(connection, name, person, incident, channel="sms")
            for n, direction in enumerate(directions):
                assert await messages.add(
                    connection, key=f"{name}:{n}", contact=name, incident=incident.id,
                    channel="sms", direction=direction, text="words", status="received",
                    at=NOW + n,
                )  # fmt: skip
    await again(database, "0012")
    mixed = {
        name
        for name, incident in incidents.items()
        if any("may be of several people" in words for _, words in await notes(database, incident))
    }
    assert mixed == {"two"}
