"""What became of callbacks, from the record: kept, late, given up; what nobody needed is none."""

from __future__ import annotations

import msgspec
from sqlalchemy import update

from router.core.callback import NOT_NEEDED
from router.core.model import LiveContact
from router.records import callbacks, callbacks_kept, schema
from tests.resilience.promises import House, promised_to

HOUR = 3_600_000


async def closed(
    house: House, live: LiveContact, state: str, answered: float | None = None, cause: str = ""
) -> None:
    contact = schema.contact
    async with house.database.write() as connection:
        assert live.callback is not None
        at = None if answered is None else int(answered)
        raw = msgspec.json.encode(live).decode()
        await connection.execute(
            update(contact).where(contact.c.id == live.id).values(answered_at=at, live=raw)
        )
        assert await callbacks.close(connection, live.callback.id, state, cause, house.now())


async def test_they_are_kept_in_time_or_late_or_given_up_and_others_are_none(house: House) -> None:
    made = [(await promised_to(house, f"+1206555097{n}"))[1] for n in range(5)]
    due = [live.answer_by or 0 for live in made]
    begins = house.now()
    await closed(house, made[0], callbacks.REACHED, due[0] - 1)
    await closed(house, made[1], callbacks.REACHED, due[1] + 1)
    await closed(house, made[2], callbacks_kept.GAVE_UP)
    await closed(house, made[3], callbacks.REACHED, cause=NOT_NEEDED)
    await closed(house, made[4], callbacks.CANCELLED)
    async with house.database.read() as connection:
        found = await callbacks_kept.ended(connection, begins, begins + HOUR)
        before = await callbacks_kept.ended(connection, begins - HOUR, begins)
    whose = {one.incident: (one.reached, one.late) for one in found}
    assert whose == {
        made[0].incident: (True, False),
        made[1].incident: (True, True),
        made[2].incident: (False, False),
    }
    assert {(one.kind, one.severity) for one in found} == {("key", made[0].severity)}
    assert before == []
