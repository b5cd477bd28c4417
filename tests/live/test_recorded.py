"""A call in the menu of a closed line, of which the record learns late."""

from __future__ import annotations

import pytest

from router.core.severity import Channel, Severity
from router.intake.door import Intake
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import World, centre_of


@pytest.fixture
async def record(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return await new_sqlite(tmp_path_factory.mktemp("recorded") / "record.db")


@pytest.mark.parametrize(
    ("known", "closed", "after"),
    [(1, False, "queued"), (2, True, "voicemail"), (None, True, "voicemail")],
)
async def test_who_is_worse_than_the_line_says_goes_where_that_severity_goes(
    world: World, record: Database, known: int | None, closed: bool, after: str
) -> None:
    """Closed for what the line says of everybody; the record knows of an open incident."""
    desk = Intake(centre_of(record, world.engine)).calls._admission
    contact = await world.arrive(
        severity=3, state="in_menu", closed=True, provisional=True, line="support"
    )
    await world.engine.step(
        "recorded",
        contact=contact,
        incident="i1",
        arrived_at=world.now,
        severity=known,
        rule="INC-1",
        by="rule",
        closed=[{"general": closed}] * 4,
        judged=[desk.judgement("support", "general", Channel.VOICE, s) for s in Severity],
    )
    await world.advance(40_000)
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.severity, live.provisional) == (after, known or 3, False)
    await record.close()


async def test_who_gets_an_earlier_place_is_in_the_order_once(
    world: World, record: Database
) -> None:
    """Found by the nights (seed 81094): the place that they had was left in the order, and found
    only after they had gone."""
    desk = Intake(centre_of(record, world.engine)).calls._admission
    contact = await world.arrive(severity=3, provisional=True, line="support")
    await world.engine.step(
        "recorded",
        contact=contact,
        incident="i1",
        arrived_at=world.now - 40_000,
        due_from=world.now - 10_000,  # they call in place of a promised call that stood
        closed=[{}] * 4,
        judged=[desk.judgement("support", "general", Channel.VOICE, s) for s in Severity],
    )
    live = await world.contact(contact)
    assert live is not None
    assert live.answer_by == world.now - 10_000 + desk.targets[Severity.S3][Channel.VOICE]
    lanes = await world.engine._redis.keys(f"{world.engine.prefix}:lane:*")
    assert [await world.engine._redis.zcard(lane) for lane in lanes] == [1]
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    assert not await world.engine._redis.keys(f"{world.engine.prefix}:lane:*")
    await record.close()
