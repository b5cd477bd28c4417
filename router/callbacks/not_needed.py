"""A promised call that is not needed any more: said by whoever reached its party; and taken back,
as one that somebody called off is.

The index ends it; taking it back is a promise like any other, in the record first: the same row is
open again, and a contact of its own takes the place of the one that ended.
"""

from __future__ import annotations

import msgspec

from router.callbacks.scheduled import ScheduledCallbacks
from router.callbacks.tries import into_incident, next_try, wait_until
from router.centre import Centre
from router.core.callback import CALLED_OFF, NOT_NEEDED
from router.core.model import LiveContact, Reply
from router.core.reladder import rehouse
from router.core.states import State
from router.incidents.life import goes_on
from router.records import audit, callbacks, contacts, people
from router.records.database import Row, Transaction
from router.records.ids import derived_id

TAKEN_BACK = (NOT_NEEDED, CALLED_OFF)
UNDO_MS = 8_000
"""The page offers it for five seconds; a slow network has the rest."""
TOO_LATE = Reply(ok=False, code="too_late", text="it is too late to take that back")
CAME = Reply(ok=False, code="too_late", text="they have called us since: nothing was promised")
TAKEN = Reply(ok=False, code="taken", text="another call was promised to them since")


class NotNeeded:
    """Says it of a promise, and takes it back."""

    def __init__(self, centre: Centre, promises: ScheduledCallbacks) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config
        self._promises = promises

    async def say(
        self, contact: str, by: str, through: str | None, *, steers: bool, reason: str = ""
    ) -> Reply:
        """Whoever has their contact `through` in hand says that the party was reached; refused once
        it is dialled, and to others unless they `steer`, who give a reason instead."""
        reply = await self._engine.step(
            "not_needed",
            contact=contact,
            agent=by,
            steers=steers,
            through=through,
            reason=reason,
            audit={
                "by": by,
                "action": "callback.not_needed",
                "subject": contact,
                "detail": f"reached through {through}" if through else reason,
            },
        )
        self._promises.nudge()
        return reply

    async def take_back(self, contact: str, by: str, now: int) -> Reply:
        """It is promised again as it stood, by whoever said that it is not needed or
        called it off, within UNDO_MS.

        Raises:
            RecordUnavailable: nothing was promised.
        """
        made = await self._again(contact, by, now)
        if made is None and await self._promises.up_to_date():  # its end was not in the record yet
            made = await self._again(contact, by, now)
        if made is None:
            return TOO_LATE
        if isinstance(made, Reply):
            return made
        live, theirs = made
        return await self._promises.enter(live, theirs)

    async def _again(
        self, contact: str, by: str, now: int
    ) -> tuple[LiveContact, list[str]] | Reply | None:
        """None: it has not ended, as far as the record knows."""
        async with self._database.write() as connection:
            row = await contacts.get(connection, contact)
            if row is None:
                return TOO_LATE
            before = msgspec.json.decode(row.live, type=LiveContact)
            if before.state != State.ENDED:
                return None
            await callbacks.hold_incident(connection, row.incident)
            live = as_it_stood(before, by, now)
            known = await contacts.live_of(connection, live.id)
            if known is not None:
                return Reply(duplicate=True, contact=known)
            refused = await self._refusal(connection, before, row, by, now)
            if refused is not None:
                return refused
            person = await people.person_at(connection, row.address)
            if person is None or live.callback is None:
                return TOO_LATE
            if not await callbacks.reopen(connection, live.callback.id, contact, live.id):
                return TOO_LATE
            await into_incident(connection, live, row.incident)
            live.party = person.party
            rehouse(live, self._current.value, moves=self._current.agreed)
            await self._promises.write_try(connection, live, person, row.our_address, now)
            theirs = await contacts.open_of_party(connection, person.party)
            await goes_on(
                connection, row.incident, now, severity=live.by_itself, contact=live.id, ours=True,
                by=by,
            )  # fmt: skip
            await audit.append(
                connection,
                actor=by,
                action="callback.not_needed_undone",
                subject=contact,
                now=now,
            )
        return live, theirs

    async def _refusal(
        self, connection: Transaction, before: LiveContact, row: Row, by: str, now: int
    ) -> Reply | None:
        ended = int(before.ended_at or 0)
        if before.callback is None or before.cause not in TAKEN_BACK or now - ended > UNDO_MS:
            return TOO_LATE
        if await callbacks.called_off_by(connection, before.id) != by:
            return TOO_LATE
        other = await callbacks.open_of(connection, row.incident)
        if other is not None and other.id != before.callback.id:
            return TAKEN
        return CAME if await callbacks.came_since(connection, row.party, ended) else None


def as_it_stood(before: LiveContact, by: str, now: int) -> LiveContact:
    """The same promise in a new contact: its place, its moment, its try, the ladder time that it
    had, from when its target counts, and since when it has stood for which contact."""
    assert before.callback is not None
    live = next_try(before, before.callback.id, counts=False, now=now)
    assert live.callback is not None
    spent = before.ladder_ms or 0
    if before.ladder_from is not None and before.ended_at is not None:
        spent += before.ended_at - before.ladder_from
    live.id = derived_id("c", "callback", before.id, "needed after all")
    live.queued_at, live.ladder_ms, live.step = before.queued_at, spent or None, before.step
    live.needs, live.asks, live.cooling = before.needs, before.asks, before.cooling
    live.theirs, live.held_from = before.theirs, before.held_from
    live.callback = msgspec.structs.replace(live.callback, back_by=by)
    wait_until(live, int(before.not_before) if before.not_before is not None else None, now)
    return live
