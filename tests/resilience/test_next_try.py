"""The next try of a promised call belongs to its incident as that is by now, not as it was."""

from __future__ import annotations

from sqlalchemy import update

from router.callbacks.not_needed import NotNeeded
from router.core.model import LiveContact
from router.incidents.merging import Merge, merge
from router.records import schema
from tests.kit.store import centre_of
from tests.resilience.promises import House, dial_begins, promised_to, talks_with, wish

MAYA, BEN = "+12065550981", "+12065550982"
LISTED = {"u7": True}


async def restricted(house: House, call: LiveContact) -> None:
    it = update(schema.incident).where(schema.incident.c.id == call.incident)
    async with house.database.write() as connection:
        await connection.execute(it.values(only=" u7 "))


async def tried_in_vain(house: House) -> LiveContact:
    call, promised = await promised_to(house, MAYA)
    await dial_begins(house, promised.id)
    await house.engine.step("caller_gone", contact=promised.id, cause="no-answer")
    await house.recorder.drain()
    return call


async def theirs(house: House) -> LiveContact:
    """What the index has of it."""
    (found,) = [c for c in (await house.engine.snapshot()).contacts if c.callback is not None]
    return found


async def test_one_restricted_between_two_tries_is_shown_to_its_list_alone(house: House) -> None:
    call = await tried_in_vain(house)
    await restricted(house, call)
    await house.promises.settle(house.now())
    assert (await theirs(house)).only == LISTED


async def test_one_restricted_before_it_is_needed_again_is_shown_to_its_list_alone(
    house: House,
) -> None:
    call = await talks_with(house, "a", MAYA)
    reply = await house.promises.request_callback(wish(call, instead=False), house.now())
    assert reply.contact is not None
    centre = centre_of(house.database, house.engine, config=house.current)
    needed = NotNeeded(centre, house.promises)
    assert (await needed.say(reply.contact.id, "a", call.id, steers=True)).ok
    await house.recorder.drain()
    await restricted(house, call)
    assert (await needed.take_back(reply.contact.id, "a", house.now())).ok
    assert (await theirs(house)).only == LISTED


async def test_of_one_merged_between_two_tries_the_number_that_stays_is_shown(
    house: House,
) -> None:
    call, other = await tried_in_vain(house), await house.call(BEN)
    order = Merge(str(other.incident), str(call.incident), "a", "1")
    async with house.database.write() as connection:
        assert (await merge(connection, order, house.now())).ok
    await house.promises.settle(house.now())
    assert (await theirs(house)).incident_no == other.incident_no
