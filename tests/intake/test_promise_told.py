"""What a timeline says of a promised call: that it was promised, and, later, what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from router.callbacks.not_needed import NotNeeded
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.model import LiveContact
from router.intake.door import Call, Intake
from router.records import contacts
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, _recorded
from tests.intake.test_timeline import lines
from tests.kit.store import World, centre_of

AT = "+1 206 ••• 0142"


class Promised:
    """Somebody gave up, and 5 s later Dana had a call promised to them."""

    def __init__(self, database: Database, world: World) -> None:
        self.database, self.world = database, world
        centre = centre_of(database, world.engine)
        self.intake = Intake(centre)
        self.promises = ScheduledCallbacks(centre, _recorded)
        self.needless = NotNeeded(centre, self.promises)
        self.incident = ""

    async def made(self) -> LiveContact:
        call = await self.intake.call(Call("CA1", MAYA, EMERGENCY), self.world.now)
        await self.world.engine.step("caller_gone", contact=call.contact_id, cause="hung_up")
        self.incident = str(call.contact.incident)
        await self.lines()
        await self.world.advance(5_000)
        wish = CallbackRequest(
            self.incident, "k", "u9", "Dana", why="asked for by Dana", after=call.contact_id
        )
        reply = await self.promises.request_callback(wish, self.world.now)
        assert reply.contact is not None
        return reply.contact

    async def lines(self) -> list[dict[str, Any]]:
        return await lines(self.database, self.world, self.incident)

    async def after(self, before: list[dict[str, Any]]) -> list[tuple[int, str]]:
        """What is told now and was not then: nothing that was told has changed."""
        await self.lines()
        await self.promises.settle(self.world.now)
        found = await self.lines()
        told = {line["id"]: (line["at"], line["text"]) for line in found}
        assert {one["id"]: (one["at"], one["text"]) for one in before}.items() <= told.items()
        old = {one["id"] for one in before}
        new = [line for line in found if line["id"] not in old and line["routing"] is None]
        return [(line["at"], line["text"]) for line in new]


@pytest.fixture
def promised(database: Database, world: World) -> Promised:
    return Promised(database, world)


async def test_that_it_was_promised_is_told_at_that_moment(promised: Promised) -> None:
    live = await promised.made()
    line = (await promised.lines())[-1]
    assert (line["at"], line["text"]) == (
        promised.world.now, f"callback promised to {AT}",  # by Dana, whose name stands before it
    )  # fmt: skip
    assert (line["kind"], line["who"], line["contact"]) == ("call", "Dana", live.id)


async def test_that_it_was_made_is_a_line_of_its_own(promised: Promised) -> None:
    live, world = await promised.made(), promised.world
    before = await promised.lines()
    await world.advance(60_000)
    await world.agent("a", safety=3, en=5)
    await world.accept(live.id)
    dialled = world.now
    assert await promised.after(before) == [
        (dialled, f"called {AT} · dialling · waited 1:00, promised: asked for by Dana")
    ]
    await world.advance(3_000)
    await world.engine.step("connected", agent="a", contact=live.id)
    assert await promised.after(before) == [
        (dialled, f"called {AT} · answered after 3 s · waited 1:00, promised: asked for by Dana")
    ]


async def test_that_nobody_was_reached_is_a_line_of_its_own_and_so_is_the_next_try(
    promised: Promised,
) -> None:
    live, world = await promised.made(), promised.world
    before = await promised.lines()
    await world.advance(60_000)
    await world.agent("a", safety=3, en=5)
    await world.accept(live.id)
    dialled = world.now
    async with promised.database.write() as connection:
        assert await contacts.begin_dial(connection, live.id, dialled)  # the carrier is asked
    await world.engine.step("caller_gone", contact=live.id, cause="busy")
    why = "waited 1:00, promised: asked for by Dana"
    assert await promised.after(before) == [
        (dialled, f"called {AT} · not reached: the line was busy · {why}")
    ]


@pytest.mark.parametrize("how", ["called off", "not needed", "they called"])
async def test_that_it_came_to_nothing_is_told_when_it_did(promised: Promised, how: str) -> None:
    live, world = await promised.made(), promised.world
    before = await promised.lines()
    await world.advance(60_000)
    if how == "called off":
        assert (await promised.promises.cancel(live.id, "a", "off")).ok
        told = "callback cancelled by Priya"
    elif how == "not needed":
        said = promised.needless.say(live.id, "u9", None, steers=True, reason="they are here")
        assert (await said).ok
        told = "callback not needed any more, said Dana: they were reached"
    else:
        await promised.intake.call(Call("CA2", MAYA, EMERGENCY), world.now)
        told = f"call to {AT} called off: they called themselves · asked for by Dana"
    assert (world.now, told) in await promised.after(before)


async def test_that_it_is_needed_after_all_is_told_too(promised: Promised) -> None:
    live, world = await promised.made(), promised.world
    before = await promised.lines()
    await world.advance(60_000)
    said = promised.needless.say(live.id, "u9", None, steers=True, reason="they are here")
    assert (await said).ok
    first = world.now
    await promised.lines()
    await world.advance(3_000)
    assert (await promised.needless.take_back(live.id, "u9", world.now)).ok
    assert await promised.after(before) == [
        (first, "callback not needed any more, said Dana: they were reached"),
        (world.now, "callback needed after all, said Dana"),
    ]
