"""Answers that are tried again: closed once, sent once, never taken for another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.sms.channel import LEASE_MS, SmsChannel
from channels.twilio.errors import Unknown
from channels.twilio.records import MessageInfo
from router.core.severity import Channel
from router.intake.door import Intake, Text
from router.intake.spool import Spool
from router.live.engine import IndexUnavailable
from router.outbox import Answer, Replies
from router.records import messages
from router.records.database import Database
from tests.kit.store import World, centre_of

SUPPORT, MAYA = "+12065550101", "+12065550142"


@pytest.fixture
def intake(database: Database, world: World) -> Intake:
    return Intake(centre_of(database, world.engine))


async def asked(intake: Intake, world: World) -> str:
    """A text in ann's hands."""
    await world.agent("ann", safety=3, general=3)
    arrival = await intake.text(Text(Channel.SMS, "sms:1", MAYA, SUPPORT, "hello"), world.now)
    assert arrival is not None
    await world.answer(arrival.contact_id)
    return str(arrival.contact_id)


def failing(world: World, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The index is away for one step: the `at`th from now."""
    real, count = world.engine.step, 0

    async def step(function: str, **request: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            raise IndexUnavailable("away")
        return await real(function, **request)

    monkeypatch.setattr(world.engine, "step", step)


@pytest.mark.parametrize(("then", "state"), [("close", None), ("wait", "parked")])
async def test_retried_answer_is_written_once_and_still_closes(
    intake: Intake,
    world: World,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    then: str,
    state: str | None,
) -> None:
    contact = await asked(intake, world)
    failing(world, monkeypatch, 2)
    woken: list[str] = []
    replies = Replies(database, world.engine, {"sms": lambda: woken.append("sms")})
    form = Answer("ann", contact, "Answer.", "key-1", then, "resolved")
    sent_at = world.now + 1
    with pytest.raises(IndexUnavailable):
        await replies.send(form, sent_at)
    assert (await replies.send(form, sent_at)).ok
    live = await world.contact(contact)
    assert (live and live.state) == state
    assert (await replies.send(form, sent_at)).ok, "a third time: it is done"
    other = await replies.send(replace(form, agent="bob"), sent_at)
    assert (other.ok, other.code) == (False, "bad_request")
    async with database.read() as connection:
        row = await messages.find_key(connection, "out:key-1")
    assert row is not None
    assert row.text == "Answer."
    assert woken


async def test_a_second_answer_goes_out_while_theirs_is_waited_for(
    intake: Intake, world: World, database: Database
) -> None:
    contact = await asked(intake, world)
    replies = Replies(database, world.engine, {"sms": lambda: None})

    async def answer(key: str, then: str) -> None:
        words = Answer("ann", contact, f"Answer {key}.", key, then)
        sent = await replies.send(words, world.now + int(key[-1]))
        assert sent.ok, sent.text

    await answer("key-1", "wait")
    until = (await world.contact(contact)).until  # type: ignore[union-attr]
    await world.advance(60_000)
    await answer("key-2", "wait")
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.until) == ("parked", (until or 0) + 60_000)
    await answer("key-3", "close")
    assert await world.state(contact) == "ended"
    async with database.read() as connection:
        assert [m.text for m in await messages.by_incident(connection, str(live.incident))] == [
            "hello", "Answer key-1.", "Answer key-2.", "Answer key-3.",
        ]  # fmt: skip


async def test_nobody_else_answers_what_waits_for_its_person(
    intake: Intake, world: World, database: Database
) -> None:
    contact = await asked(intake, world)
    await world.engine.step("reply", agent="ann", contact=contact, next="wait", sent=True)
    await world.agent("bob", safety=3, general=3)
    reply = await world.engine.step("reply", agent="bob", contact=contact, next="close", sent=True)
    assert (reply.ok, reply.code) == (False, "not_yours")


async def test_late_retry_does_not_close_what_the_person_wrote_since(
    intake: Intake, world: World, database: Database
) -> None:
    contact = await asked(intake, world)
    replies = Replies(database, world.engine, {"sms": lambda: None})
    form = Answer("ann", contact, "Answer.", "key-1", "wait", None)
    sent_at = world.now + 1
    assert (await replies.send(form, sent_at)).ok
    await intake.text(Text(Channel.SMS, "sms:2", MAYA, SUPPORT, "worse now"), world.now + 2)
    await world.answer(contact)
    assert (await replies.send(form, sent_at)).ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.state, live.unread) == ("active", 1)


class Carrier:
    """A carrier whose answers to sending are lost; `texts` is what its list says."""

    def __init__(self) -> None:
        self.texts: list[MessageInfo] = []
        self.sent: list[str] = []
        self.list_away = False

    async def send_message(self, to: str, from_: str, text: str, **_: Any) -> MessageInfo:
        self.sent.append(text)
        raise Unknown("no answer")

    async def find_recent_messages(self, *_: Any, **__: Any) -> list[MessageInfo]:
        if self.list_away:
            raise Unknown("no answer")
        return self.texts

    def has(self, sid: str, at: int | None) -> None:
        moment = None if at is None else datetime.fromtimestamp(at // 1000, UTC)
        self.texts.insert(
            0, MessageInfo(sid, "delivered", SUPPORT, MAYA, "on my way", "out", moment, None)
        )


@pytest.mark.parametrize("case", ["in the record", "older", "this one"])
async def test_lost_text_is_not_taken_for_an_earlier_one_with_the_same_words(
    intake: Intake, world: World, database: Database, tmp_path: Path, case: str
) -> None:
    contact = await asked(intake, world)
    carrier, now = Carrier(), world.now
    channel = SmsChannel(
        centre_of(database, world.engine, clock=lambda: now),
        intake,
        carrier,  # type: ignore[arg-type]
        Spool(tmp_path / "spool", database.takes_writes),
        "https://desk.example.org",
        lambda _incident: None,
    )

    async def write(key: str, **other: Any) -> None:
        async with database.write() as connection:
            live = await world.contact(contact)
            assert live is not None
            await messages.add(
                connection, key=key, contact=contact, incident=live.incident, channel="sms",
                direction="out", text="on my way", to_address=MAYA, from_address=SUPPORT,
                at=now, tries=0, **other,
            )  # fmt: skip

    async def status(key: str) -> tuple[str, str | None]:
        async with database.read() as connection:
            row = await messages.find_key(connection, key)
        assert row is not None
        return row.status, row.carrier_id

    if case == "in the record":
        await write("A", status="delivered", carrier_id="SM1")
        carrier.has("SM1", None)
    elif case == "older":
        carrier.has("SM1", now - 5 * 60_000)
    await write("B", status="queued")
    await channel._send_due()
    assert carrier.sent == ["on my way"]
    if case == "this one":
        carrier.has("SM1", now)
    now += LEASE_MS
    carrier.list_away = True
    await channel._send_due()  # nobody says: asked again, about the same attempt
    assert (await status("B"))[0] == "sending"
    carrier.list_away = False
    now += 6_000
    await channel._send_due()
    if case == "this one":
        assert await status("B") == ("delivered", "SM1")
    else:
        assert await status("B") == ("queued", None)
