"""Whether the party of a promised call has called us meanwhile: asked after each try."""

from __future__ import annotations

from sqlalchemy import text

from router.records import callbacks, contacts
from router.records.database import Database
from tests.records.test_records import NOW, admitted


async def called(database: Database) -> bool:
    async with database.read() as connection:
        return await callbacks.called_since(connection, "c1")


async def test_a_call_of_theirs_from_another_telephone_counts(database: Database) -> None:
    """... and the whole record is not read for it (the fixture `plans`)."""
    await admitted(database, "c1", "voice")
    async with database.write() as connection:
        await contacts.intend_dial(connection, "c1", "c1", "+12065550142", "+12065550101", NOW)
        await connection.execute(text(f"UPDATE dial SET attempted_at = {NOW}"))
    assert not await called(database)
    async with database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO address (id, party, kind, value, opted_out)"
                " SELECT 'a2', party, 'phone', '+12065550143', opted_out FROM address"
            )
        )
    await admitted(database, "c2", "voice")
    async with database.write() as connection:
        await connection.execute(
            text(
                f"UPDATE contact SET address = 'a2', direction = 'in', queued_at = {NOW + 1}"
                " WHERE id = 'c2'"
            )
        )
    assert await called(database)
