"""Nobody is told that we call back on a number which the rule of dialling refuses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.model import LiveContact
from router.on_call import OutsideRouting
from tests.intake.house import House, held
from tests.intake.test_intake import SUPPORT
from tests.kit.store import CONFIG, centre_of

MAY = "+12065550142"
NEVER = {
    "withheld": "anonymous",
    "premium": "+19005550142",
    "another country": "+442079460958",
    "satellite": "+881612345678",
    "national": "2065550161",
    "a line of ours": "+12065550100",
}


async def calls(house: House, number: str) -> None:
    await house.hook("voice", to=SUPPORT, From=number)
    await house.hook("menu", to=SUPPORT, From=number, Digits="3")


async def waits(house: House, number: str) -> LiveContact:
    """A call that the record knows: on a busy machine it may have been slow, and nothing can be
    promised before."""
    await calls(house, number)
    await house.settled()
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    return live


async def keeps(house: House, live: LiveContact) -> bool:
    """Would a promise be made?"""

    async def recorded(_step: str) -> None:
        return None

    promises = ScheduledCallbacks(
        centre_of(house.database, house.world.engine, config=house.current), recorded
    )
    wish = CallbackRequest(
        str(live.incident), live.id, "caller", "the caller", after=live.id, instead=True
    )
    return (await promises.request_callback(wish, house.world.now)).ok


@pytest.mark.parametrize("kind", [*NEVER, None])
async def test_the_key_is_offered_when_its_promise_can_be_kept(
    house: House, kind: str | None
) -> None:
    number = NEVER[kind] if kind else MAY
    live = await waits(house, number)
    offered = "/key?" in await house.hook("wait", to=SUPPORT, From=number)
    assert offered == (kind is None)
    assert await keeps(house, live) == offered


@pytest.mark.parametrize("kind", [*NEVER, None])
@pytest.mark.parametrize("overflowed", [True, False])
async def test_who_leaves_a_message_is_asked_how_they_can_be_reached(
    house: House, kind: str | None, overflowed: bool
) -> None:
    live = await waits(house, NEVER[kind] if kind else MAY)
    live.state, live.overflow_at = "voicemail", house.world.now if overflowed else None
    said = OutsideRouting(
        centre_of(
            house.database,
            house.world.engine,
            config=house.current,
            clock=lambda: house.world.now,
        )
    ).voicemail_says(live, "1")
    keys = {key for key, _ in said}
    assert bool(keys & {"we_call", "leave_message"}) == (kind is None)
    assert ("say_how" in keys) == (kind is not None)


async def test_the_rule_is_the_configuration_s(house: House) -> None:
    countries = replace(CONFIG.dialling, countries=["US", "GB"])
    house.current.replace(replace(CONFIG, dialling=countries))
    live = await waits(house, NEVER["another country"])
    assert "/key?" in await house.hook("wait", to=SUPPORT, From=NEVER["another country"])
    assert await keeps(house, live)


@pytest.mark.parametrize("kind", ["premium", None])
async def test_a_call_that_the_record_learns_late_is_asked_by_the_same_rule(
    house: House, kind: str | None
) -> None:
    """While it has no incident nothing is promised, for it could not be kept."""
    number = NEVER[kind] if kind else MAY
    async with held(house.database):
        await calls(house, number)
        assert "/key?" not in await house.hook("wait", to=SUPPORT, From=number)
    await house.settled()
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    assert ("/key?" in await house.hook("wait", to=SUPPORT, From=number)) == (kind is None)
    assert await keeps(house, live) == (kind is None)
