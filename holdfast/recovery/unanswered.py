"""Callers whom nobody could take are called back: a promised call, which waits in the one order. If
no call can be promised (the number was withheld), that is noted on the incident's timeline, and
every board is told at once.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from holdfast.desk.entities import who_for_all
from holdfast.desk.hub import Hub
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.callback import VOICEMAIL
from router.core.model import LiveContact
from router.records import callbacks, contacts
from router.records.database import Database
from router.records.ids import derived_id

WANTED = "callback.wanted"
LOOK_BACK_MS = 86_400_000
"""A caller whose word was lost on its way is called back if they came within this time."""

KEPT = ("", "taken", "ended")
"""Answers that mean: there is a promise to this person."""


class Unanswered:
    """Callers who reached the voicemail."""

    def __init__(
        self, database: Database, hub: Hub, promises: ScheduledCallbacks, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._hub = hub
        self._scheduled = promises
        self._clock = clock

    async def promise(self, contact: str, why: str) -> None:
        """Once for one contact, with its severity and its place.

        Raises:
            RecordUnavailable: not written; whoever asks has to ask again.
        """
        async with self._database.read() as connection:
            row = await contacts.get(connection, contact)
        if row is None:
            return
        asked = CallbackRequest(
            row.incident, contact, VOICEMAIL, "voicemail", why=why, after=contact, queue=row.queue
        )
        reply = await self._scheduled.request_callback(asked, self._clock())
        if not reply.ok and reply.code not in KEPT:
            await self._tell(contact, why)

    async def sweep(self) -> int:
        """Promises what is still due though nobody asked: the index, which was to ask, was lost in
        between. How many.

        Raises:
            RecordUnavailable, IndexLost, IndexUnavailable: the next sweep does it.
        """
        async with self._database.read() as connection:
            due = await callbacks.spoke_in_vain(connection, self._clock() - LOOK_BACK_MS)
        for contact in due:
            await self.promise(contact, "nobody could take the call")
        return len(due)

    async def _tell(self, contact: str, why: str) -> None:
        async with self._database.write() as connection:
            row = await contacts.get(connection, contact)
            step = derived_id("e", WANTED, contact)
            known = await contacts.has_event(connection, step)
            if row is None or known:
                return
            await contacts.add_event(connection, step, WANTED, contact, self._clock(), "{}")
        self._hub.incident_changed(row.incident)
        live = msgspec.json.decode(row.live, type=LiveContact)
        self._hub.alarm(live.severity, WANTED, who_for_all(live), f"to be called back: {why}.")
