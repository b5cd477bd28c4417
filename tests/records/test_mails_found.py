"""Which mail is meant, on both databases, without reading all that was ever written."""

from __future__ import annotations

import msgspec

from router.core.model import LiveContact
from router.records import contacts, messages, people
from router.records.database import Database, Transaction

NOW = 1_800_000_000_000


async def mail(
    connection: Transaction, key: str, who: str, *, out: bool = False, at: int = NOW, **more: object
) -> None:
    """One mail from or to somebody."""
    person = await people.find_or_make(connection, "email", who, NOW)
    incident = await people.open_incident(connection, key, 3, person.party, "caller", NOW)
    live = msgspec.convert(
        {
            "id": f"c{key}", "channel": "email", "severity": 3, "arrived_at": at, "score": 1,
            "line": "support", "queue": "general", "incident": incident.id,
            "incident_no": incident.word,
        },
        LiveContact,
    )  # fmt: skip
    await contacts.admit(
        connection, live, party=person.party, address=person.address, our_address="h@x.example"
    )
    given = {"status": "sent" if out else "received", "text": key, "from_address": who} | more
    assert await messages.add(
        connection, key=key, contact=live.id, incident=incident.id, channel="email", at=at,
        direction="out" if out else "in", to_address=who if out else "h@x.example", **given,
    )  # fmt: skip


async def test_last_mail_to_an_address(database: Database) -> None:
    async with database.write() as connection:
        await mail(connection, "old", "a@example.com", out=True, at=NOW - 10)
        await mail(connection, "new", "a@example.com", out=True)
        await mail(connection, "queued", "a@example.com", out=True, at=NOW + 1, status="queued")
        await mail(connection, "theirs", "a@example.com", at=NOW + 2)
        await mail(connection, "other", "b@example.com", out=True, at=NOW + 3)
    async with database.read() as connection:
        found = await messages.last_mail_to(connection, ["x@example.com", "a@example.com"], NOW - 5)
        assert found is not None
        assert found.key == "new"
        assert await messages.last_mail_to(connection, ["a@example.com"], NOW + 1) is None
        assert await messages.last_mail_to(connection, [], 0) is None


async def test_who_wrote_through_whom(database: Database) -> None:
    async with database.write() as connection:
        await mail(connection, "one", "a@example.com", written_by="form@example.com")
        await mail(connection, "two", "m@example.com", answer_to="w@example.com")
    async with database.read() as connection:
        pair = await messages.same_pair(connection, "a@example.com", "form@example.com")
        assert pair is not None
        assert pair.key == "one"
        assert await messages.same_pair(connection, "b@example.com", "form@example.com") is None
        for sender, wished, many in (
            ("form@example.com", "a@example.com", False),
            ("form@example.com", "b@example.com", True),
            ("m@example.com", "w@example.com", False),
            ("m@example.com", "z@example.com", True),
            ("n@example.com", "z@example.com", False),
        ):
            assert await messages.writes_for_others(connection, sender, wished) is many


async def test_old_mails_are_folded_by_id_and_looked_for_once(database: Database) -> None:
    async with database.write() as connection:
        for n in range(5):
            await mail(connection, f"k{n}", f"p{n}@example.com", folds="[]" if n == 3 else None)
    async with database.read() as connection:
        first = await messages.not_folded(connection, "", 3)
        rest = await messages.not_folded(connection, first[-1].id, 3)
    assert sorted(row.text for row in (*first, *rest)) == ["k0", "k1", "k2", "k4"]
    async with database.write() as connection:
        await messages.all_folded(connection)
    async with database.read() as connection:
        assert await messages.not_folded(connection, "", 3) == []
