"""Queue, skills and everyday words of a text, at the door: who is looked for, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from router.core import ladder
from router.core.current import Current
from router.core.severity import Channel, Severity
from router.core.skills import Skills
from router.intake.door import Arrival, Call, Intake, Text
from router.records.database import Database
from tests.kit.store import CONFIG, World, centre_of

SUPPORT, EMERGENCY = "+12065550101", "+12065550100"
RECEIPT = "Thank you! Could you send me the receipt of our last booking?"
SPANISH = "Muchas gracias por el recibo, nos vemos el martes"


def asked(database: Database, world: World, crew: Sequence[Skills] = (), **triage: Any) -> Intake:
    changed = msgspec.structs.replace(CONFIG.triage, **({"second_opinion": True} | triage))
    config = msgspec.structs.replace(CONFIG, triage=changed)
    intake = Intake(centre_of(database, world.engine, config=Current(config)))
    intake.on_duty(lambda: crew)
    return intake


async def come(
    intake: Intake,
    world: World,
    words: str,
    line: str = SUPPORT,
    who: str = "+12065550177",
    **more: Any,
) -> Arrival:
    text = Text(Channel.SMS, f"sms:{words}", who, line, words, **more)
    arrival = await intake.text(text, world.now)
    assert arrival is not None
    return arrival


@pytest.mark.parametrize(
    ("words", "line", "triage", "severity", "queue"),
    [
        (RECEIPT, SUPPORT, {}, 4, "claims"),
        (RECEIPT, SUPPORT, {"everyday_s4": False}, 3, "general"),
        (RECEIPT, SUPPORT, {"second_opinion": False}, 3, "general"),
        (RECEIPT, EMERGENCY, {}, 1, "emergency"),  # a line of S1 is never lowered
        (SPANISH, SUPPORT, {}, 4, "espanol"),
        (SPANISH, SUPPORT, {"queues": {}}, 4, "general"),
        ("thanks for the receipt, but it says urgent", SUPPORT, {}, 2, "urgent"),
        ("thanks but he stopped breathing", SUPPORT, {}, 1, "emergency"),
        ("STOP", SUPPORT, {}, 3, "general"),
        ("START", SUPPORT, {}, 3, "general"),
    ],
)
async def test_everyday_words_go_where_the_centre_says(
    database: Database,
    world: World,
    words: str,
    line: str,
    triage: dict[str, Any],
    severity: int,
    queue: str,
) -> None:
    live = (await come(asked(database, world, **triage), world, words, line)).contact
    assert (live.severity, live.queue) == (severity, queue)


async def test_who_has_an_open_incident_is_not_lowered(database: Database, world: World) -> None:
    intake = asked(database, world)
    await come(intake, world, "he stopped breathing", EMERGENCY)
    arrival = await come(intake, world, RECEIPT)
    assert arrival.new
    assert arrival.contact.severity == 2


async def test_nothing_is_asked_for_that_nobody_ready_has(database: Database, world: World) -> None:
    crew = [{"vet": 4, "safety": 3}, {"safety": 2, "es": 5}]
    live = (await come(asked(database, world), world, SPANISH)).contact
    assert live.ladder == "es=0@"  # whoever has it comes first
    await world.agent("vet", vet=4, safety=3)
    words = "mi perro comio veneno de rata, vomita sangre y tiene las encias azules"
    text = Text(Channel.SMS, "sms:2", "+12065550178", SUPPORT, words)
    arrival = await asked(database, world, crew).text(text, world.now)
    assert arrival is not None
    live = arrival.contact
    first, *_ = ladder.parse(live.ladder)
    assert live.severity == 1
    assert first.needs == {"safety": 3, "vet": 1, "es": 0}  # who knows Spanish is no first step's


async def test_the_skill_is_looked_for_alone_and_then_anybody(
    database: Database, world: World
) -> None:
    await world.agent("spanish", es=3)
    await world.answer(await world.arrive(severity=2))
    await world.agent("plain")
    crew = [{}, {"es": 3}]
    intake = asked(database, world, crew, queues={}, skills_for={"S4": "4s"})
    live = (await come(intake, world, SPANISH)).contact
    assert (live.asks, live.queue) == ("es", "general")
    assert await world.state(live.id) == "queued"
    await world.advance(3_000)
    assert await world.state(live.id) == "queued"
    await world.advance(2_000)
    assert await world.offered_to(live.id) == "plain"


async def test_who_raises_it_looks_for_the_same_skill(database: Database, world: World) -> None:
    await world.agent("spanish", es=3, safety=2)
    await world.answer(await world.arrive(severity=2))
    intake = asked(database, world, [{"es": 3, "safety": 2}], queues={})
    live = (await come(intake, world, SPANISH)).contact
    await intake.change_severity(live.id, Severity.S2, "raised", "u1")
    now = await world.contact(live.id)
    assert now is not None
    first, second, *_ = ladder.parse(now.ladder)
    assert (first.needs, first.span_ms) == ({"es": 1}, 30_000)
    assert second.needs == {"es": 0}


async def test_nobody_is_counted_where_words_ask_for_nothing(
    database: Database, world: World
) -> None:
    """A thousand agents are not looked at for each queue and severity of each call."""
    looked = 0

    def crew() -> Sequence[Skills]:
        nonlocal looked
        looked += 1
        return [{"es": 5}]

    intake = asked(database, world)
    intake.on_duty(crew)
    arrival = await come(intake, world, "where is my parcel")
    assert not arrival.contact.asks
    await intake.call(Call("CA1", "+12065550178", SUPPORT), world.now)
    await intake.change_severity(arrival.contact_id, Severity.S2, "set by a", "a")
    assert looked == 0
    spanish = await come(intake, world, SPANISH, who="+12065550179")
    assert spanish.contact.asks
    assert looked == 1
    await intake.change_severity(spanish.contact_id, Severity.S2, "set by a", "a")
    assert looked == 2  # once, not for each queue
