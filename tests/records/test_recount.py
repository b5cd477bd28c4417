"""A day counted again from the event log; on both databases."""

from __future__ import annotations

from router.core.figures import Facts
from router.core.model import Happening, Step
from router.records import contacts, figures
from router.records.database import Database
from router.records.today import Today
from tests.records.test_records import NOW

DAY = 86_400_000


async def write(database: Database, at: int, *events: Happening, **today: int) -> None:
    """As the recorder does: events and counts in one transaction."""
    step = Step(at=at, epoch=1, events=list(events))
    async with database.write() as connection:
        await contacts.fold(connection, [(contacts.sortable(f"{at}-0"), step)])
        counts = await Today.kept(connection)
        counts.counts |= today
        await counts.keep(connection)


async def recounted(database: Database, begin: int, end: int) -> figures.Recount:
    async with database.read() as connection:
        return await figures.recount(connection, begin, end)


async def test_only_what_happened_within_the_day_is_counted(database: Database) -> None:
    left = Happening("contact.ended", outcome="voicemail", facts=Facts(1, waited_ms=1.0))
    second = Happening("contact.answered", contact="c1", again=True)
    await write(database, NOW - 1, left)
    await write(database, NOW, left, second, Happening("contact.offered"), day=7, **{"1:left": 1})
    await write(database, NOW + DAY, left)
    found = await recounted(database, NOW, NOW + DAY)
    assert (found.again, found.events, found.without_facts) == ({"1:left": 1}, 2, 0)
    assert found.kept == {"day": 7, "1:left": 1}


async def test_the_same_step_folded_twice_counts_once(database: Database) -> None:
    came = Happening("contact.queued", facts=Facts(3))
    for _ in range(2):
        await write(database, NOW, came, **{"3:queued": 1})
    found = await recounted(database, NOW, NOW + DAY)
    assert found.again == found.kept == {"3:queued": 1}
