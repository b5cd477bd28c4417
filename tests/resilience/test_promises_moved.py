"""A promised call is moved to another time: one promise, one call, in one step of the index."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from router.callbacks.moved import Moved, Wish
from router.core.callback import CALLED_OFF, MOVED
from router.core.severity import Severity
from router.intake.door import Call
from router.live.engine import Engine, IndexUnavailable
from router.records import callbacks, people
from tests.kit.store import CONFIG, centre_of
from tests.resilience.promises import LINE, House, dial_begins, promised_to

HOUR = 3_600_000


def moved_on(house: House, engine: Engine | None = None) -> Moved:
    centre = centre_of(house.database, engine or house.engine, config=house.current)
    return Moved(centre, house.promises)


async def settled(house: House) -> None:
    await house.recorder.drain()
    await house.promises.settle(house.now())


async def test_it_rings_at_its_new_time_and_counts_from_it(house: House) -> None:
    _, first = await promised_to(house, "+12065550951")
    at = house.now() + HOUR
    assert (await moved_on(house).move(Wish(first.id, "u1", at, "the vet is in then"), 0)).code
    assert (await moved_on(house).move(Wish(first.id, "u1", at), house.now())).ok
    await settled(house)
    (now,) = [await house.engine.look(one) for one in await house.waiting()]
    assert now is not None
    assert now.id != first.id
    assert (now.state, now.not_before, now.arrived_at) == ("scheduled", at, at)
    assert now.callback is not None
    assert (now.callback.tried, now.callback.kind) == (1, "key")  # it was no try
    async with house.database.read() as connection:
        row = await callbacks.open_of(connection, str(now.incident))
    assert row is not None
    assert (row.contact, row.not_before, row.tried) == (now.id, at, 1)
    again = at + HOUR
    assert (await moved_on(house).move(Wish(now.id, "u1", again), house.now())).ok
    assert (await moved_on(house).move(Wish(now.id, "u2", at), house.now())).code == "too_late"
    await settled(house)
    (last,) = [await house.engine.look(one) for one in await house.waiting()]
    assert last is not None
    assert last.not_before == again


async def test_moved_to_now_it_waits_in_line_at_once(house: House) -> None:
    _, first = await promised_to(house, "+12065550952")
    await moved_on(house).move(Wish(first.id, "u1", house.now() + HOUR), house.now())
    await settled(house)
    (later,) = await house.waiting()
    at = house.now()
    assert (await moved_on(house).move(Wish(later, "u1", at - 10_000), at)).ok
    await settled(house)
    (now,) = [await house.engine.look(one) for one in await house.waiting()]
    assert now is not None
    assert (now.state, now.arrived_at) == ("queued", at)


async def test_a_loss_of_the_index_between_the_act_and_what_follows_loses_nothing(
    house: House,
) -> None:
    _, first = await promised_to(house, "+12065550953")
    at = house.now() + HOUR
    assert (await moved_on(house).move(Wish(first.id, "u1", at), house.now())).ok
    await house.recorder.drain()
    await house.flush()
    await house.rebuild.run()
    assert await house.waiting() == []
    await settled(house)
    (now,) = [await house.engine.look(one) for one in await house.waiting()]
    assert now is not None
    assert now.not_before == at


async def test_whom_it_was_given_to_has_each_of_its_tries_whoever_owns_the_incident(
    house: House,
) -> None:
    _, first = await promised_to(house, "+12065550957")
    give = {"contact": first.id, "agent": "u7", "seen": "", "by": "u1"}
    assert (await house.engine.step("give_callback", **give)).ok
    assert (await house.engine.step("give_callback", **give)).duplicate
    other = await house.engine.step("give_callback", **give | {"agent": "u8"})
    assert other.code == "too_late"  # their page did not know of it
    assert (await house.engine.step("describe", contact=first.id, named="u9")).ok  # another owner
    await house.recorder.drain()
    at = house.now() + HOUR
    assert (await moved_on(house).move(Wish(first.id, "u1", at), house.now())).ok
    await settled(house)
    (now,) = [await house.engine.look(one) for one in await house.waiting()]
    assert now is not None
    assert now.callback is not None
    assert (now.id != first.id, now.named, now.callback.given) == (True, "u7", "u7")


async def test_without_the_index_it_stays_as_it_was(house: House) -> None:
    _, first = await promised_to(house, "+12065550954")
    nowhere = Engine("unix:///nowhere")
    with pytest.raises(IndexUnavailable):
        await moved_on(house, nowhere).move(Wish(first.id, "u1", house.now() + HOUR), house.now())
    await nowhere.close()
    await settled(house)
    assert await house.waiting() == [first.id]


async def test_what_is_dialled_or_over_is_not_moved(house: House) -> None:
    _, first = await promised_to(house, "+12065550955")
    await dial_begins(house, first.id)
    wish = Wish(first.id, "u1", house.now() + HOUR)
    assert (await moved_on(house).move(wish, house.now())).code == "too_late"
    _, other = await promised_to(house, "+12065550956")
    await house.engine.step("cancel_callback", contact=other.id, cause=CALLED_OFF, by="u1")
    wish = Wish(other.id, "u1", house.now() + HOUR)
    assert (await moved_on(house).move(wish, house.now())).code == "too_late"


async def test_nobody_is_woken_by_a_move_and_an_urgent_one_wants_a_reason(house: House) -> None:
    at = house.now() + HOUR
    there = (datetime.fromtimestamp(at / 1000, ZoneInfo("America/Los_Angeles")).hour + 2) % 24
    rules = replace(CONFIG.callbacks, courtesy=f"{there:02}:00-{there:02}:30")
    house.current.replace(replace(CONFIG, callbacks=rules))
    _, first = await promised_to(house, "+12065550957")
    room = moved_on(house)
    refused = await room.move(Wish(first.id, "u1", at), house.now())
    assert (refused.code, "there by then" in (refused.text or "")) == ("bad_request", True)
    assert await house.intake.change_severity(first.id, Severity.S2, "worse", "u1")
    await house.recorder.drain()
    assert (await room.move(Wish(first.id, "u1", at), house.now())).code == "night"
    sure = Wish(first.id, "u1", at, "the surgeon calls at eleven", frozenset({"night"}))
    assert (await room.move(sure, house.now())).ok
    await settled(house)
    (now,) = [await house.engine.look(one) for one in await house.waiting()]
    assert now is not None
    assert now.callback is not None
    assert now.callback.note == "the surgeon calls at eleven"


async def test_whoever_calls_meanwhile_closes_it(house: House) -> None:
    call, first = await promised_to(house, "+12065550958")
    await moved_on(house).move(Wish(first.id, "u1", house.now() + HOUR), house.now())
    await settled(house)
    await house.intake.call(Call("CA958", "+12065550958", LINE, None), house.now())
    async with house.database.read() as connection:
        assert await callbacks.open_of(connection, str(call.incident)) is None
    assert (await house.recorded(first.id)).cause == MOVED  # type: ignore[union-attr]


async def test_it_follows_the_owner_of_its_incident(house: House) -> None:
    call, first = await promised_to(house, "+12065550959")
    async with house.database.write() as connection:
        await people.hand_on(connection, str(call.incident), "u7")
    house.promises.given(str(call.incident))
    work = asyncio.get_running_loop().create_task(house.promises.run(house.now))
    async with asyncio.timeout(60):
        while (now := await house.engine.look(first.id)) and now.named != "u7":
            await asyncio.sleep(0.01)
    work.cancel()
    await moved_on(house).move(Wish(first.id, "u1", house.now() + HOUR), house.now())
    async with house.database.write() as connection:
        await people.hand_on(connection, str(call.incident), "u8")
    await settled(house)
    (following,) = [await house.engine.look(one) for one in await house.waiting()]
    assert following is not None
    assert following.named == "u8"
