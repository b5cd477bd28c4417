"""A call is promised by the clock of whoever is called: not at night, unless it is urgent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from router.callbacks.at_night import NIGHT
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.callback import CALLER, Kind
from router.core.current import Current
from router.core.model import Reply
from router.incidents.facts import Facts, Written
from router.intake.door import Call, Intake
from router.recorder import Recorder
from router.records import callbacks
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA, SUPPORT
from tests.kit.store import CONFIG, World, centre_of

RULES = msgspec.structs.replace(CONFIG.callbacks, courtesy="08:00-21:00")
CURRENT = Current(msgspec.structs.replace(CONFIG, callbacks=RULES, zone="Europe/Madrid"))
HOUR = 3_600_000


def seattle(world: World, hour: int) -> int:
    """The next time that it is this hour where she is, ms."""
    zone = ZoneInfo("America/Los_Angeles")
    now = datetime.fromtimestamp(world.now / 1000, zone)
    at = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return int(at.timestamp() * 1000) + (0 if at > now else 24 * HOUR)


async def promised(
    database: Database, world: World, line: str, at: int, **more: Any
) -> tuple[Reply, str]:
    """What becomes of a promise to her, whose call to this line is over."""
    centre = centre_of(database, world.engine, config=CURRENT)
    first = await Intake(centre).call(Call("CA1", MAYA, line), world.now)
    incident = str(first.contact.incident)
    await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    return await again(database, world, incident, at, **more), incident


async def again(database: Database, world: World, incident: str, at: int, **more: Any) -> Reply:
    async def recorded(_step: str) -> None:
        return None

    room = ScheduledCallbacks(centre_of(database, world.engine, config=CURRENT), recorded)
    given: dict[str, Any] = {"by": "u1", "by_name": "Priya", "number": MAYA, "key": "k1"} | more
    return await room.request_callback(
        CallbackRequest(incident=incident, not_before=at, **given), world.now
    )


async def test_what_can_wait_is_not_promised_for_their_night(
    database: Database, world: World
) -> None:
    night = seattle(world, 23)
    reply, incident = await promised(database, world, SUPPORT, night)
    assert (reply.ok, reply.code) == (False, "bad_request")
    assert reply.text == (
        "it is 23:00 there by then. From 08:00 there, 17:00 here, it can be promised"
    )
    sure = await again(database, world, incident, night, sure=frozenset([NIGHT]), note="she asked")
    assert not sure.ok  # nobody is woken for a receipt
    assert (await again(database, world, incident, night + 9 * HOUR)).ok


async def test_what_is_urgent_is_with_a_reason(database: Database, world: World) -> None:
    night = seattle(world, 23)
    reply, incident = await promised(database, world, EMERGENCY, night)
    assert (reply.ok, reply.code) == (False, NIGHT)
    bare = await again(database, world, incident, night, sure=frozenset([NIGHT]))
    assert (bare.ok, bare.code) == (False, "bad_request")
    assert "say why in the note" in bare.text
    reason = {"sure": frozenset([NIGHT]), "note": "the vet decides at eleven"}
    assert (await again(database, world, incident, night, **reason)).ok


async def test_a_zone_that_somebody_wrote_down_counts_before_the_number(
    database: Database, world: World
) -> None:
    night = seattle(world, 23)
    _, incident = await promised(database, world, SUPPORT, night)
    facts = Facts(centre_of(database, world.engine, config=CURRENT))
    written = Written(incident, "zone", "Asia/Tokyo", "", "u1")
    assert (await facts.write(written, world.now)).ok
    assert (await again(database, world, incident, night)).ok  # the afternoon there


async def test_what_they_ask_for_themselves_is_at_their_hour(
    database: Database, world: World
) -> None:
    reply, _ = await promised(database, world, SUPPORT, seattle(world, 23), by=CALLER)
    assert reply.ok


@pytest.mark.parametrize(("line", "waits"), [(EMERGENCY, 0), (SUPPORT, 9 * HOUR)])
async def test_who_gave_up_at_night_is_called_at_once_if_it_was_urgent_else_in_the_morning(
    database: Database, world: World, line: str, waits: int
) -> None:
    """The board's list asks nothing more: they waited for us. Their place in the order stays."""
    world.engine.now = seattle(world, 23)
    centre = centre_of(database, world.engine, config=CURRENT)
    first = await Intake(centre).call(Call("CA1", MAYA, line), world.now)
    gone = await world.engine.step("caller_gone", contact=first.contact_id, cause="hung_up")
    recorder = Recorder(database, world.engine)
    await recorder.drain()
    assert gone.ok
    room = ScheduledCallbacks(centre, recorder.reached)
    row = {"by": "u1", "by_name": "Dana", "key": "k1", "why": "gave up waiting"}
    asked = CallbackRequest(incident=str(first.contact.incident), after=first.contact_id, **row)
    reply = await room.request_callback(asked, world.now)
    assert reply.ok, reply
    live = reply.contact
    assert live is not None
    assert live.not_before == (world.now + waits if waits else None)
    assert live.arrived_at == first.contact.arrived_at
    assert live.due_from == (world.now + waits if waits else None)
    assert live.callback is not None
    assert live.callback.kind == Kind.GAVE_UP
    async with database.read() as connection:
        (row,) = await callbacks.of_incident(connection, str(live.incident))
    assert row.kind == Kind.GAVE_UP
