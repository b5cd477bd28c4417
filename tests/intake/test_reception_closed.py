"""A line is closed and the record is held: nobody is sent away by hours before it was asked."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from channels.voice import reception
from router.core.config import Config
from router.core.model import LiveContact
from router.core.opening import Hours
from router.core.severity import Severity
from tests.intake.house import House, held, voice_form
from tests.intake.test_intake import EMERGENCY, SUPPORT
from tests.kit.store import CONFIG


def shut(*, menu: bool) -> Config:
    """Every queue is closed at the hour of the tests, for all but an S1 and an S2."""
    hours = Hours(zone="UTC", week={"sun": ["03:00-04:00"]})
    after = {"S3": "message", "S4": "message"}
    queues = {
        name: replace(queue, calendar="nights", after_hours=after)
        for name, queue in CONFIG.queues.items()
    }
    lines = CONFIG.lines if menu else [replace(line, menu={}) for line in CONFIG.lines]
    return replace(CONFIG, calendars={"nights": hours}, queues=queues, lines=lines)


@pytest.fixture(params=["at once", "by a key", "no key"])
async def called(request: pytest.FixtureRequest, house: House) -> str:
    """How the hours of the line come to be asked."""
    house.current.replace(shut(menu=request.param != "at once"))
    return str(request.param)


async def comes(house: House, called: str) -> LiveContact:
    await house.hook("voice", to=SUPPORT)
    if called == "by a key":
        await house.hook("menu", to=SUPPORT, Digits="3")
    elif called == "no key":
        await house.world.advance(45_000)
    return await there(house)


async def there(house: House) -> LiveContact:
    live = await house.world.contact(house.id("CA1"))
    assert live is not None
    return live


async def test_a_stranger_waits_until_the_record_was_asked_then_the_rule_applies(
    house: House, called: str
) -> None:
    async with held(house.database):
        live = await comes(house, called)
        assert (live.state, live.provisional) == ("queued", True)
        assert "/twilio/voice/wait" in await house.hook("wait", to=SUPPORT)
    await house.settled()
    live = await there(house)
    assert (live.state, live.severity, live.provisional) == ("voicemail", 3, False)
    assert live.after_hours
    today = (await house.world.engine.snapshot()).today
    await house.world.engine.step("caller_gone", contact=live.id, cause="hung_up")
    now = (await house.world.engine.snapshot()).today
    assert now == {**today, "day": now["day"], "3:closed_left": 1}


async def test_in_open_hours_a_call_is_not_one_of_closed_hours(house: House) -> None:
    await house.hook("voice", to=SUPPORT)
    assert not (await there(house)).after_hours
    await house.hook("menu", to=SUPPORT, Digits="3")
    assert not (await there(house)).after_hours


async def test_the_queue_of_the_key_says_whether_it_was_closed(house: House) -> None:
    """The line's own queue is open; the one that the key leads to is not."""
    config = shut(menu=True)
    line = next(line for line in config.lines if line.number == SUPPORT)
    queues = {**config.queues, line.queue: replace(config.queues[line.queue], calendar="")}
    house.current.replace(replace(config, queues=queues))
    await house.hook("voice", to=SUPPORT)
    assert not (await there(house)).after_hours
    keys = {key.queue: digit for digit, key in line.menu.items() if key.queue}
    digit = next(digit for queue, digit in keys.items() if queue != line.queue)
    await house.hook("menu", to=SUPPORT, Digits=digit)
    assert (await there(house)).after_hours


async def test_who_has_an_open_emergency_is_never_sent_away(house: House, called: str) -> None:
    first = await house.intake.call(reception._call(voice_form("CA0", EMERGENCY)), house.world.now)
    await house.settled()
    async with held(house.database):
        live = await comes(house, called)
        assert (live.state, live.severity) == ("queued", 3)
    await house.settled()
    live = await there(house)
    assert (live.state, live.severity, live.provisional) == ("queued", 2, False)
    assert live.incident == first.contact.incident


async def test_the_offer_of_a_stranger_ends_and_is_no_miss(house: House, called: str) -> None:
    """Somebody of another queue is on duty: what rings there is taken back, what is taken stays."""
    world = house.world
    async with held(house.database):
        await comes(house, called)
        await world.agent("u1", safety=5, en=5)
        assert (await there(house)).state == "offered"
    await house.settled()
    assert (await there(house)).state == "voicemail"
    agent = next(a for a in (await world.engine.snapshot()).agents if a.id == "u1")
    assert (agent.choice.ready, agent.offer, agent.missed_at) == (True, None, None)
    assert ("contact.missed", house.id("CA1")) not in await world.events()


async def test_who_was_answered_meanwhile_goes_on(house: House, called: str) -> None:
    async with held(house.database):
        await comes(house, called)
        await house.world.agent("u1", safety=5, en=5)
        await house.world.answer(house.id("CA1"))
    await house.settled()
    live = await there(house)
    assert (live.state, live.agent, live.provisional) == ("active", "u1", False)


async def test_somebody_raised_them_meanwhile(house: House, called: str) -> None:
    async with held(house.database):
        await comes(house, called)
        await house.intake.change_severity(house.id("CA1"), Severity.S1, "a bite", "u9")
    await house.settled()
    live = await there(house)
    assert (live.state, live.severity, live.provisional) == ("queued", 1, False)


async def test_it_opens_meanwhile(house: House, called: str) -> None:
    async with held(house.database):
        await comes(house, called)
        house.current.replace(CONFIG)
    await house.settled()
    assert (await there(house)).state == "queued"


async def test_whoever_hangs_up_in_line_gave_up(house: House, called: str) -> None:
    """They were not told that nobody is here."""
    async with held(house.database):
        await comes(house, called)
        await house.hook("status", to=SUPPORT)
    await house.settled()
    assert [(row.state, row.outcome) for row in await house.rows()] == [("ended", "abandoned")]
    assert await house.gave_up() == [house.id("CA1")]


async def test_the_carrier_is_told_to_take_their_message(house: House, called: str) -> None:
    """They hear music when the rule applies: nothing else would send them on before its end."""
    async with held(house.database):
        await comes(house, called)
    await house.settled()
    house.world.engine.now = house.world.now + 60_000
    claimed = await house.world.engine.claim("p1", lease_ms=1000, limit=10)
    assert ("go_outside", house.id("CA1")) in [(it.kind, it.contact) for it in claimed]
