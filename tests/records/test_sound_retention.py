"""How calls and checks sounded is forgotten when its time is over, a few at a time."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from holdfast.followers.sound_retention import SoundRetention
from router.core.config import Retention
from router.core.config_faults import faults
from router.core.current import Current
from router.records import call_sounds, sound_checks
from router.records.call_sounds import Part
from router.records.database import Database
from tests.kit.store import CONFIG

DAY = 86_400_000
NOW = 400 * DAY


async def filled(database: Database) -> None:
    """A call and a check of each of ten days; a call has a later part of today."""
    async with database.write() as connection:
        for day in range(10):
            at = NOW - day * DAY
            parts = [Part(f"c{day}", at, {"agent": "a"}), Part(f"c{day}", NOW, {"agent": "b"})]
            await call_sounds.keep(connection, parts)
            check = {"id": f"k{day}", "agent": "a", "verdict": "good", "data": {}, "at": at}
            await sound_checks.add(connection, **check)


async def left(database: Database) -> tuple[int, int]:
    """Parts of calls from before today; checks."""
    async with database.read() as connection:
        parts = text("select count(*) from call_sound where part < :now")
        found = await connection.execute(parts, {"now": NOW})
        checks = await connection.execute(text("select count(*) from sound_check"))
        return found.scalar_one(), checks.scalar_one()


def keeper(database: Database, batch: int = 500, **rules: str) -> SoundRetention:
    config = replace(CONFIG, retention=Retention(**rules))
    return SoundRetention(database, Current(config), lambda: NOW + 1, batch)


async def test_each_is_kept_for_its_time_and_no_longer(database: Database) -> None:
    await filled(database)
    keeps = keeper(database, call_sound="4d", sound_check="2d")
    assert not await keeps.turn()
    assert await left(database) == (3, 2)
    async with database.read() as connection:  # a later part of the same call stays
        found = await call_sounds.of_contacts(connection, ["c9"], {"b": "Ben"})
    assert [one["agent"] for one in found["c9"]] == ["Ben"]
    assert not await keeps.turn()
    assert await left(database) == (3, 2)


async def test_a_backlog_goes_a_few_at_a_time(database: Database) -> None:
    await filled(database)
    keeps = keeper(database, batch=4, call_sound="1d", sound_check="")
    seen = []
    for _ in range(3):
        seen.append((await keeps.turn(), (await left(database))[0]))
    assert seen == [(True, 5), (True, 1), (False, 0)]
    assert (await left(database))[1] == 10  # for ever


@pytest.mark.parametrize(("span", "fine"), [("", True), ("1d", True), ("23h", False)])
def test_a_time_that_would_forget_the_calls_of_today_is_a_fault(span: str, fine: bool) -> None:
    config = replace(CONFIG, retention=Retention(call_sound=span))
    assert [it for it in faults(config) if it.startswith("retention.")] == (
        [] if fine else [f"retention.call_sound: {span!r} is not a usable time; it must be longer"]
    )
