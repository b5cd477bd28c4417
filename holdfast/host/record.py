"""The record for a command that works on it beside the centre, or while the centre is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from holdfast.host.data_folder import no_record
from holdfast.settings.environment import load_record
from router.records.database import Database
from router.records.upgrades import head_revision


class NoRecord(Exception):
    """There is no record that this version could open; the message says what to do."""


@asynccontextmanager
async def opened_record() -> AsyncIterator[Database]:
    """The record that the environment names; closed at the end.

    Raises:
        SettingsError: the environment cannot be used.
        NoRecord: no centre has run here yet, or one of another version.
        RecordUnavailable: the database does not answer.
    """
    url, data_dir = load_record()
    if no_record(url):
        raise NoRecord(f"there is no record in {data_dir} yet")
    database = Database(url)
    try:
        if await database.revision() != head_revision():
            raise NoRecord("the database belongs to another version. Run: holdfast migrate")
        yield database
    finally:
        await database.close()
