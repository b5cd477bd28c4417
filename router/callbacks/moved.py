"""A promised call is moved to another time.

The index ends the try in one step, with its line in the audit; what follows it is decided from the
record, as after any try (`ScheduledCallbacks.settle`): a crash in between loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.callbacks import at_night
from router.callbacks.scheduled import ScheduledCallbacks
from router.centre import Centre
from router.core.callback import MOVED
from router.core.durations import duration_ms
from router.core.model import Reply
from router.core.severity import Severity
from router.records import contacts, people

UNKNOWN = Reply(ok=False, code="unknown", text="This is already over.")


@dataclass(frozen=True, slots=True)
class Wish:
    """`at`: the moment (ms) from which on it rings. `note`: why at night; "": as it was."""

    contact: str
    by: str
    at: int
    note: str = ""
    sure: frozenset[str] = frozenset()


class Moved:
    """Moves promised calls that nobody is dialling."""

    def __init__(self, centre: Centre, promises: ScheduledCallbacks) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config
        self._promises = promises

    async def move(self, wish: Wish, now: int) -> Reply:
        """Refused once it is dialled (`too_late`), and for their night as a new promise is.

        Raises:
            RecordUnavailable, IndexUnavailable: it stays as it was.
        """
        rules = self._current.value
        if not now - 60_000 <= wish.at <= now + duration_ms(rules.callbacks.longest):
            return Reply(ok=False, code="bad_request", text="too early or too late")
        async with self._database.read() as connection:
            row = await contacts.get(connection, wish.contact)
            if row is None:
                return UNKNOWN
            person = await people.person_at(connection, row.address)
            if person is None:
                return UNKNOWN
            zones = await at_night.zones_in(connection, row.incident, person.value)
        severity = Severity(row.severity)
        if no := at_night.refusal(rules, wish.at, zones, severity, wish.sure, wish.note):
            return no
        reply = await self._engine.step(
            "cancel_callback",
            contact=wish.contact,
            cause=MOVED,
            to=max(wish.at, now),
            note=wish.note[:200],
            by=wish.by,
            audit={"by": wish.by, "action": "callback.moved", "subject": wish.contact},
        )
        self._promises.nudge()
        return reply
