"""Somebody shall be called back: for ever on the incident's timeline, at once on every board."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from holdfast.desk.hub import Hub
from router.core.model import LiveContact
from router.records import contacts
from router.records.database import Database
from router.records.ids import derived_id

WANTED = "callback.wanted"


class Wanted:
    """Where promised calls are made, they are asked for here."""

    def __init__(self, database: Database, hub: Hub, clock: Callable[[], int]) -> None:
        self._database = database
        self._hub = hub
        self._clock = clock

    async def promise(self, contact: str, why: str) -> None:
        """Once for one contact.

        Raises:
            RecordUnavailable: not written; whoever asks has to ask again.
        """
        async with self._database.write() as connection:
            row = await contacts.get(connection, contact)
            step = derived_id("e", WANTED, contact)
            known = await contacts.has_event(connection, step)
            if row is None or known:
                return
            await contacts.add_event(connection, step, WANTED, contact, self._clock(), "{}")
        self._hub.incident_changed(row.incident)
        live = msgspec.json.decode(row.live, type=LiveContact)
        self._hub.alarm(live.severity, WANTED, live.who, f"to be called back: {why}.")
