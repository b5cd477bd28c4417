"""That a promised call is not needed is taken back: it is promised again, once, as it stood."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from router.callbacks.not_needed import UNDO_MS, NotNeeded
from router.core.model import LiveContact, Reply
from router.incidents.life import IncidentLife
from router.intake.door import Call
from router.live.engine import Engine
from router.records import callbacks, contacts, schema
from tests.kit.store import centre_of
from tests.resilience.promises import LINE, House, talks_with, wish


def needless(house: House, engine: Engine | None = None) -> NotNeeded:
    engine = engine or house.engine
    return NotNeeded(
        centre_of(house.database, engine, config=house.current), house.promises_on(engine)
    )


async def not_needed(
    house: House, number: str, *, settled: bool = True, **more: object
) -> tuple[LiveContact, LiveContact]:
    """Their call in a's hands, and the promise that a has just said is not needed."""
    call = await talks_with(house, "a", number)
    reply = await house.promises.request_callback(wish(call, instead=False, **more), house.now())
    assert reply.contact is not None
    await house.recorder.drain()
    # one for a certain time is not named for them yet: then they steer
    steers = "not_before" in more
    assert (await needless(house).say(reply.contact.id, "a", call.id, steers=steers)).ok
    await house.recorder.drain()
    if settled:
        await house.promises.settle(house.now())
    return call, reply.contact


async def back(house: House, promised: str, by: str = "a") -> Reply:
    """Well within the time, however slow the machine is."""
    return await needless(house).take_back(promised, by, house.now() - UNDO_MS // 2)


async def open_promise(house: House, incident: str | None) -> tuple[str, str | None] | None:
    """Its contact, and the cause of an end that it must not have."""
    async with house.database.read() as connection:
        row = await callbacks.open_of(connection, incident or "")
    return (row.contact, row.cause) if row is not None else None


def stood(live: LiveContact) -> list[object]:
    """What must come back as it was."""
    assert live.callback is not None
    return [
        live.state, live.until, live.stands, live.theirs, live.severity, live.own, live.queue,
        live.named, live.arrived_at, live.score, live.answer_by, live.due_from, live.held_from,
        live.not_before, live.promoted_at, live.ladder,
        live.ladder_ms, live.step, live.dir, live.party, live.callback.tried, live.callback.tries,
        live.callback.busy, live.callback.by, live.callback.why,
    ]  # fmt: skip


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("at", [None, 600_000])
async def test_it_is_promised_again_as_it_stood(
    house: House, settled: bool, at: int | None
) -> None:
    when = {} if at is None else {"not_before": house.now() + at}
    call, before = await not_needed(house, "+12065550851", settled=settled, **when)
    assert (await open_promise(house, call.incident) is None) == settled
    reply = await back(house, before.id)
    assert reply.ok
    assert reply.contact is not None
    assert reply.contact.id != before.id
    assert stood(reply.contact) == stood(before)
    await house.recorder.drain()
    await house.promises.settle(house.now())
    assert await open_promise(house, call.incident) == (reply.contact.id, None)
    assert sorted(await house.waiting()) == sorted([call.id, reply.contact.id])
    async with house.database.read() as connection:
        a = schema.audit.c
        lines = await connection.execute(select(a.actor, a.action, a.subject).order_by(a.id))
        assert list(lines)[-2:] == [
            ("a", "callback.not_needed", before.id),
            ("a", "callback.not_needed_undone", before.id),
        ]


@pytest.mark.parametrize("settled", [False, True])
async def test_one_that_was_called_off_is_promised_again_by_whoever_called_it_off(
    house: House, settled: bool
) -> None:
    call = await talks_with(house, "a", "+12065550859")
    reply = await house.promises.request_callback(wish(call, instead=False), house.now())
    before = reply.contact
    assert before is not None
    await house.recorder.drain()
    assert (await house.promises.cancel(before.id, "a", "they wrote")).ok
    await house.recorder.drain()
    if settled:
        await house.promises.settle(house.now())
    assert (await back(house, before.id, by="b")).code == "too_late"
    reply = await back(house, before.id)
    assert reply.contact is not None
    assert stood(reply.contact) == stood(before)
    await house.recorder.drain()
    await house.promises.settle(house.now())
    assert await open_promise(house, call.incident) == (reply.contact.id, None)
    async with house.database.read() as connection:
        a = schema.audit.c
        lines = await connection.execute(select(a.actor, a.action, a.detail).order_by(a.id))
        assert list(lines)[-2:] == [
            ("a", "callback.cancelled", "they wrote"),
            ("a", "callback.not_needed_undone", ""),
        ]


async def test_the_time_that_it_had_waited_counts(house: House) -> None:
    """It was in line already, and had waited for some of its ladder."""
    call = await talks_with(house, "a", "+12065550852")
    reply = await house.promises.request_callback(wish(call, instead=False), house.now())
    promised = reply.contact
    assert promised is not None
    house.engine.now = house.now() + 16 * 60_000
    for _ in range(2):  # it has stood for as long as it may, then waits
        await house.engine.beat("agent_seen", agent="a", conn="a")
        await house.engine.beat("tick")
        house.engine.now += 7_000
    waits = await house.engine.look(promised.id)
    assert waits is not None
    assert waits.state == "queued"
    house.later = 16 * 60_000 + 14_000
    assert (await needless(house).say(promised.id, "a", call.id, steers=False)).ok
    await house.recorder.drain()
    again = await back(house, promised.id)
    assert again.contact is not None
    assert (again.contact.state, again.contact.queued_at) == ("queued", waits.queued_at)
    assert (again.contact.ladder_ms or 0) >= 7_000
    assert again.contact.theirs == waits.theirs, "the same call holds it up once"


async def another(house: House, call: LiveContact) -> LiveContact:
    again = wish(call, key="another", instead=False)
    reply = await house.promises.request_callback(again, house.now())
    assert reply.contact is not None
    return reply.contact


@pytest.mark.parametrize("how", ["late", "somebody else", "another", "they came"])
async def test_what_is_not_taken_back_any_more(house: House, how: str) -> None:
    call, before = await not_needed(house, "+12065550853")
    by, wanted = "a", "too_late"
    promised: list[str] = []
    if how == "late":
        house.later = UNDO_MS + 60_000
    elif how == "somebody else":
        by = "b"
    elif how == "another":
        other = await another(house, call)
        promised, wanted = [other.id], "taken"
    else:
        theirs = await house.intake.call(Call("CAnew", "+12065550853", LINE, None), house.now())
        await house.engine.step("triaged", contact=theirs.contact_id, set={})
        await house.recorder.drain()
        promised = [theirs.contact_id]
    reply = await back(house, before.id, by)
    assert (reply.ok, reply.code) == (False, wanted)
    assert sorted(await house.waiting()) == sorted([call.id, *promised])


async def test_taken_back_twice_it_is_promised_once(house: House) -> None:
    call, before = await not_needed(house, "+12065550854")
    first, again = await asyncio.gather(back(house, before.id), back(house, before.id))
    assert first.contact is not None
    assert again.contact is not None
    assert first.contact.id == again.contact.id
    assert sorted(await house.waiting()) == sorted([call.id, first.contact.id])


async def test_whoever_settled_it_late_does_not_close_it_again(house: House) -> None:
    """Another process had read that it ended, and writes only now."""
    call, before = await not_needed(house, "+12065550855", settled=False)
    async with house.database.read() as connection:
        (stale,) = await callbacks.ended_tries(connection)
    reply = await back(house, before.id)
    assert reply.contact is not None
    await house.promises._settle(stale, house.now())
    assert await open_promise(house, call.incident) == (reply.contact.id, None)


async def test_a_closed_incident_is_open_again(house: House) -> None:
    async def caught_up() -> None: ...

    call, before = await not_needed(house, "+12065550856")
    assert call.incident is not None
    step = house.engine.step
    await step("hang_up", agent="a", contact=call.id)
    await step("wrapped", agent="a", contact=call.id, disposition="resolved")
    await house.recorder.drain()
    life = IncidentLife(centre_of(house.database, house.engine), caught_up)
    assert (await life.close(call.incident, "a", "resolved", "", house.now())).ok
    assert (await back(house, before.id)).ok
    async with house.database.read() as connection:
        state = await connection.execute(
            select(schema.incident.c.state).where(schema.incident.c.id == call.incident)
        )
        assert state.scalar_one() == "open"


async def test_a_crash_before_the_index_heard_that_it_is_back(house: House) -> None:
    call, before = await not_needed(house, "+12065550857")
    nowhere = Engine("unix:///nowhere/at/all.sock")
    reply = await needless(house, nowhere).take_back(before.id, "a", house.now())
    await nowhere.close()
    assert reply.contact is not None
    assert await house.waiting() == [call.id]
    house.later = 2_000
    for _ in range(2):
        await house.rebuild.sweep()
        assert sorted(await house.waiting()) == sorted([call.id, reply.contact.id])
    async with house.database.read() as connection:
        live = await contacts.live_of(connection, reply.contact.id)
    assert live is not None
    assert live.callback is not None
    assert live.callback.back_by == "a"
