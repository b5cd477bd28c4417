"""Whoever the last try did not reach is written to: once, without details, or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from router.callbacks.last_words import WRITTEN
from router.core.config import Callers, Retries
from router.core.model import LiveContact
from router.core.severity import BY_RULE, Channel, Severity
from router.intake.door import Text
from router.records import next_actions, party_facts, people, schema
from tests.kit.store import CONFIG
from tests.resilience.promises import LINE, House, dial_begins, wish

ONCE = replace(CONFIG.callbacks, again=Retries(S1=[], S2=[], S3=[], S4=[]))
Before = Callable[[House, LiveContact], Awaitable[object]]
MAYA = "+12065550971"


async def nothing(_house: House, _call: LiveContact) -> None:
    pass


async def in_vain(
    house: House,
    severity: Severity,
    before: Before = nothing,
    *,
    queue: str | None = None,
    **config: Any,
) -> tuple[LiveContact, list[str]]:
    """A call is promised to Maya, and its only try reaches nobody; what the owner reads to do."""
    house.current.replace(replace(CONFIG, callbacks=ONCE, **config))
    woken: list[str] = []
    wake = {name: lambda name=name: woken.append(name) for name in ("sms", "email")}
    house.promises.last_words.wake = wake
    call = await house.call(MAYA)
    asked = wish(call, severity=severity, queue=queue)
    reply = await house.promises.request_callback(asked, house.now())
    assert reply.contact is not None
    async with house.database.write() as connection:
        await people.hand_on(connection, str(call.incident), "u7")
    await before(house, call)
    await dial_begins(house, reply.contact.id)
    await house.engine.step("caller_gone", contact=reply.contact.id, cause="no-answer")
    await house.recorder.drain()
    for _ in range(2):  # as two workers would
        await house.promises.settle(house.now())
    assert woken == [row.channel for row in await written(house)]
    return call, woken


async def written(house: House) -> list[Any]:
    m = schema.message
    async with house.database.read() as connection:
        rows = await connection.execute(select(m).where(m.c.key.like("not_reached:%")))
        return list(rows.all())


async def to_do(house: House, call: LiveContact) -> str:
    async with house.database.read() as connection:
        row = await next_actions.open_of(connection, str(call.incident))
    assert row is not None
    return str(row.what)


async def has_mail(house: House, _call: LiveContact) -> None:
    async with house.database.write() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
        assert maya is not None
        at = {"id": "d-mail", "party": maya.party, "kind": "email", "value": "maya@example.org"}
        await connection.execute(insert(schema.address).values(opted_out=False, **at))


async def at_maya(house: House, kind: str, value: str) -> str:
    async with house.database.read() as connection:
        person = await people.find_address(connection, kind, value)
    assert person is not None
    return person.address


@pytest.mark.parametrize("severity", [Severity.S1, Severity.S2])
async def test_an_urgent_one_is_texted_once(house: House, severity: Severity) -> None:
    call, _ = await in_vain(house, severity)
    (row,) = await written(house)
    assert (row.channel, row.to_address, row.from_address) == ("sms", MAYA, LINE)
    assert (row.author, row.status, row.incident) == (None, "queued", call.incident)
    assert LINE in row.text
    assert str(call.incident_no) in row.text
    assert "Maya" not in row.text
    assert await to_do(house, call) == (
        f"Reach {call.who['address']}: not reached, 1 call; a text was sent"
    )
    async with house.database.read() as connection:
        audit = schema.audit.c
        said = await connection.execute(
            select(audit.actor, audit.subject).where(audit.action == WRITTEN)
        )
        contact = schema.contact.c
        of = await connection.execute(
            select(contact.state, contact.direction, contact.channel).where(
                contact.id == row.contact
            )
        )
    assert said.all() == [(BY_RULE, call.incident)]
    assert of.all() == [("ended", "out", "sms")]


async def test_their_answer_comes_into_its_incident(house: House) -> None:
    call, _ = await in_vain(house, Severity.S1)
    answer = Text(Channel.SMS, "sms:971", MAYA, LINE, "call me now")
    came = await house.intake.text(answer, house.now())
    assert came is not None
    assert came.new
    assert came.contact.incident == call.incident


async def test_an_s4_is_written_a_mail(house: House) -> None:
    call, _ = await in_vain(house, Severity.S4, has_mail)
    (row,) = await written(house)
    assert (row.channel, row.to_address, row.author) == ("email", "maya@example.org", None)
    assert row.subject == "We tried to call you / Intentamos llamarle"
    assert LINE in row.text
    assert (await to_do(house, call)).endswith("a mail was sent")


async def opted_out(house: House, _call: LiveContact) -> None:
    address = await at_maya(house, "phone", MAYA)
    async with house.database.write() as connection:
        await people.set_opted_out(connection, address, True)


async def unsafe(house: House, _call: LiveContact) -> None:
    for kind, value in (("phone", MAYA), ("email", "maya@example.org")):
        async with house.database.write() as connection:
            person = await people.find_address(connection, kind, value)
            if person is not None:
                await party_facts.mark(connection, person.address, "he reads it", "u7", 1)


async def unsafe_mail(house: House, call: LiveContact) -> None:
    await has_mail(house, call)
    await unsafe(house, call)


async def they_wait(house: House, _call: LiveContact) -> None:
    await house.intake.text(Text(Channel.SMS, "sms:972", MAYA, LINE, "hello?"), house.now())


async def restricted(house: House, call: LiveContact) -> None:
    only = update(schema.incident).where(schema.incident.c.id == call.incident)
    async with house.database.write() as connection:
        await connection.execute(only.values(only='["u7"]', title="Quillon threatens her"))


EMPTY = {language: {"not_reached": ""} for language in ("en", "es")}


@pytest.mark.parametrize(
    ("severity", "before", "config"),
    [
        (Severity.S1, opted_out, {}),
        (Severity.S2, unsafe, {}),
        (Severity.S2, they_wait, {}),
        (Severity.S1, nothing, {"callers": Callers(words=EMPTY)}),
        (Severity.S3, has_mail, {}),
        (Severity.S4, nothing, {}),
        (Severity.S4, unsafe_mail, {}),
    ],
)
async def test_nobody_is_written_to_where_it_may_not_be(
    house: House, severity: Severity, before: Before, config: dict[str, Any]
) -> None:
    call, woken = await in_vain(house, severity, before, **config)
    assert woken == []
    assert "was sent" not in await to_do(house, call)


async def test_of_an_s4_without_an_address_its_owner_reads_so(house: House) -> None:
    call, _ = await in_vain(house, Severity.S4)
    assert (await to_do(house, call)).endswith("; no mail address is known")


async def test_a_centre_that_sends_no_mail_writes_none(house: House) -> None:
    async def no_mail(house: House, call: LiveContact) -> None:
        await has_mail(house, call)
        house.promises.last_words.wake = {"sms": lambda: None}

    call, _ = await in_vain(house, Severity.S4, no_mail)
    assert "Mail " in await to_do(house, call)


async def test_of_a_restricted_one_they_read_what_anybody_would(house: House) -> None:
    await in_vain(house, Severity.S1, restricted)
    (row,) = await written(house)
    assert "Quillon" not in row.text


@pytest.mark.parametrize(("queue", "begin"), [("espanol", ["Inte"]), (None, ["We t", "Inte"])])
async def test_it_is_written_in_their_language_or_in_all_of_the_line(
    house: House, queue: str | None, begin: list[str]
) -> None:
    await in_vain(house, Severity.S1, queue=queue)
    (row,) = await written(house)
    assert [line[:4] for line in row.text.splitlines()] == begin
