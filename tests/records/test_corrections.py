"""Corrections of severities: kept with their message, gone with it; on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import delete

from router.records import corrections, incident_changes, messages, schema
from router.records.corrections import NEVER, RAISED
from router.records.database import Database
from tests.records.test_records import NOW, admitted


async def said(database: Database, key: str, text: str, at: int = NOW, **more: Any) -> None:
    """A message of the party on contact c1."""
    values: dict[str, Any] = {
        "channel": "sms", "direction": "in", "contact": "c1", "status": "received", **more,
    }  # fmt: skip
    async with database.write() as connection:
        incident = (await connection.execute(schema.incident.select())).first()
        assert incident is not None
        await messages.add(connection, key=key, incident=incident.id, text=text, at=at, **values)
        await incident_changes.touch(connection, incident.id, at, 4, contact_id="c1", heard=True)


async def corrected(database: Database, was: int, is_: int, kind: str, at: int = NOW) -> str | None:
    async with database.write() as connection:
        return await corrections.add(connection, "c1", was, is_, kind, "u1", at)


async def kept(database: Database, since: int = 0) -> list[corrections.Correction]:
    async with database.read() as connection:
        return await corrections.listed(connection, since)


async def test_a_correction_is_about_the_last_thing_they_wrote(database: Database) -> None:
    await admitted(database)
    await said(database, "k1", "hello")
    await said(database, "k2", "he isnt breathing", NOW + 1)
    await said(database, "k3", "We are on our way.", NOW + 2, direction="out", status="sent")
    made = await corrected(database, 3, 1, RAISED, NOW + 3)
    [one] = await kept(database)
    assert one == corrections.Correction(
        str(made), "he isnt breathing", 3, 1, RAISED, "u1", NOW + 3, "c1", "sms",
        one.incident, 20401,
    )  # fmt: skip
    async with database.read() as connection:
        assert await corrections.triaged(connection, NOW) == 2
        assert await corrections.triaged(connection, NOW + 1) == 1
        assert await corrections.triaged(connection, NOW + 9) == 0


async def test_of_a_mail_subject_and_new_words_are_read(database: Database) -> None:
    await admitted(database, channel="email")
    new, old, rest = "Fine now.\n", "> is he bleeding?\n", "Maya"
    await said(
        database, "k1", new + old + rest, channel="email", subject="Rex",
        folds=json.dumps([len(new), len(old)]),
    )  # fmt: skip
    await corrected(database, 1, 4, NEVER)
    assert [one.text for one in await kept(database)] == ["Rex\nFine now.\nMaya"]


async def test_newest_first_and_since(database: Database) -> None:
    await admitted(database)
    await said(database, "k1", "gums are grey")
    await corrected(database, 3, 1, RAISED, NOW)
    await corrected(database, 1, 4, NEVER, NOW + 5)
    assert [one.kind for one in await kept(database)] == [NEVER, RAISED]
    assert [one.kind for one in await kept(database, NOW + 1)] == [NEVER]


@pytest.mark.parametrize("of", ["message", "contact's messages"])
async def test_it_falls_with_its_message(database: Database, of: str) -> None:
    await admitted(database)
    await said(database, "k1", "gums are grey")
    await corrected(database, 3, 1, RAISED)
    message = schema.message
    which = message.c.key == "k1" if of == "message" else message.c.contact == "c1"
    async with database.write() as connection:
        await connection.execute(delete(message).where(which))
    assert await kept(database) == []
    async with database.read() as connection:
        assert (await connection.execute(schema.correction.select())).all() == []


async def test_it_falls_with_its_contact_though_the_message_went_to_another(
    database: Database,
) -> None:
    await admitted(database)
    await said(database, "k1", "gums are grey")
    await corrected(database, 3, 1, RAISED)
    await admitted(database, "c2")
    async with database.write() as connection:
        await messages.announced(connection, "k1", contact="c2")
        await connection.execute(delete(schema.contact).where(schema.contact.c.id == "c1"))
    assert await kept(database) == []


async def test_a_call_has_no_words_to_learn_from(database: Database) -> None:
    await admitted(database, channel="voice")
    await said(database, "k1", "", channel="voice")
    assert await corrected(database, 3, 1, RAISED) is None
    assert await kept(database) == []


@pytest.mark.parametrize(
    ("was", "is_", "kind"),
    [(1, 3, RAISED), (2, 2, RAISED), (3, 1, NEVER), (2, 2, NEVER), (1, 5, NEVER), (1, 4, "over")],
)
async def test_what_is_none_is_refused(database: Database, was: int, is_: int, kind: str) -> None:
    await admitted(database)
    await said(database, "k1", "gums are grey")
    with pytest.raises(ValueError, match=f"no correction: {kind} from {was} to {is_}"):
        await corrected(database, was, is_, kind)
    assert await kept(database) == []


async def test_only_whoever_made_it_takes_it_back(database: Database) -> None:
    await admitted(database)
    await said(database, "k1", "gums are grey")
    made = str(await corrected(database, 3, 1, RAISED))
    async with database.write() as connection:
        assert not await corrections.take_back(connection, made, "c1", "u2")
        assert not await corrections.take_back(connection, made, "c2", "u1")
    assert len(await kept(database)) == 1
    async with database.write() as connection:
        assert await corrections.take_back(connection, made, "c1", "u1")
        assert not await corrections.take_back(connection, made, "c1", "u1")
    assert await kept(database) == []
