"""Delivery reports that come before the carrier has answered our request to send: in any order,
several times, and in the very moment of that answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from channels.sms import channel as sms
from channels.sms.channel import SmsChannel
from channels.twilio.records import MessageInfo
from router.core.severity import Channel
from router.intake.door import Intake, Text
from router.intake.spool import Spool
from router.records import messages
from router.records.database import Database
from tests.intake.test_intake import settle
from tests.kit.record import new_sqlite
from tests.kit.store import World, centre_of

SUPPORT, MAYA = "+12065550101", "+12065550142"
LOST = ("undelivered", "30003")


class Carrier:
    """It reports before it answers."""

    def __init__(self) -> None:
        self.channel: SmsChannel
        self.first: list[tuple[str, str, str]] = []
        """Id, state and error code of what it reports while our request is open."""

    async def send_message(self, to: str, from_: str, text: str, **_: Any) -> MessageInfo:
        for report in self.first:
            await self.reports(*report)
        return MessageInfo("SM1", "queued", from_, to, text, "out", None, None)

    async def reports(self, sid: str, status: str, code: str = "") -> None:
        form = {"MessageSid": sid, "MessageStatus": status, "To": MAYA}
        await self.channel._take_status(form | ({"ErrorCode": code} if code else {}), b"", 0)


class Room:
    """A centre's texts, and the carrier."""

    def __init__(self, database: Database, world: World, folder: Path) -> None:
        self.database, self.world = database, world
        self.intake = Intake(centre_of(database, world.engine))
        self.carrier = Carrier()
        self.channel = SmsChannel(
            centre_of(database, world.engine, clock=lambda: world.now),
            self.intake,
            self.carrier,  # type: ignore[arg-type]
            Spool(folder, database.takes_writes),
            "https://desk.example.org",
            lambda _incident: None,
        )
        self.carrier.channel = self.channel

    async def writes(self, key: str, **fields: Any) -> None:
        """An answer in the outbox, or one that the carrier has had long ago."""
        arrival = await self.intake.text(
            Text(Channel.SMS, f"sms:{key}", MAYA, SUPPORT, "hello"), self.world.now
        )
        assert arrival is not None
        async with self.database.write() as connection:
            await messages.add(
                connection, key=key, contact=arrival.contact_id, direction="out", channel="sms",
                incident=arrival.contact.incident, text="on my way", to_address=MAYA,
                from_address=SUPPORT, at=self.world.now, tries=0, **({"status": "queued"} | fields),
            )  # fmt: skip

    async def state(self, key: str = "A") -> str:
        async with self.database.read() as connection:
            row = await messages.find_key(connection, key)
        assert row is not None
        return str(row.status)

    async def came_back(self, key: str = "A") -> int:
        """How many messages tell somebody that this text did not arrive."""
        async with self.database.read() as connection:
            row = await messages.find_key(connection, key)
            assert row is not None
            told = await messages.by_incident(connection, row.incident)
        return len([one for one in told if one.key.startswith(messages.RETURNED)])


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """What is tried here is no matter of the database."""
    found = await new_sqlite(tmp_path / "record.db")
    yield found
    await found.close()


@pytest.fixture
def room(database: Database, world: World, tmp_path: Path) -> Room:
    return Room(database, world, tmp_path / "spool")


@pytest.mark.parametrize(
    ("first", "state"),
    [
        ([("sent", "")], "sent"),
        ([("sent", ""), ("delivered", "")], "delivered"),
        ([("delivered", ""), ("sent", "")], "delivered"),
        ([("delivered", ""), ("queued", ""), ("sent", ""), ("delivered", "")], "delivered"),
        ([LOST, ("sent", "")], "undelivered"),
        ([("sent", ""), LOST, LOST], "undelivered"),
        ([LOST, ("delivered", "")], "undelivered"),
    ],
)
async def test_a_report_that_overtakes_the_answer_counts(
    room: Room, first: list[tuple[str, str]], state: str
) -> None:
    room.carrier.first = [("SM1", *report) for report in first]
    await room.writes("A")
    await room.channel._send_due()
    assert await room.state() == state
    assert await room.came_back() == (1 if LOST in first else 0)
    assert not room.channel._early
    await room.carrier.reports("SM1", "sent")  # and a late one changes nothing
    assert await room.state() == state
    assert not room.channel._early


async def test_it_is_told_why_though_a_later_report_does_not_say(room: Room) -> None:
    room.carrier.first = [("SM1", *LOST), ("SM1", "sent", "")]
    await room.writes("A")
    await room.channel._send_due()
    async with room.database.read() as connection:
        row = await messages.find_key(connection, "A")
    assert row is not None
    assert row.error


async def test_what_did_not_arrive_comes_back_to_whoever_wrote_it_also_if_it_was_closed(
    room: Room,
) -> None:
    await room.writes("A", author="zoe")
    before = (await room.world.engine.snapshot()).contacts
    await room.world.engine.step("close_contact", contact=before[0].id)
    await settle(room.database, room.world)
    await room.channel._send_due()
    await room.carrier.reports("SM1", *LOST)
    back = (await room.world.engine.snapshot()).contacts
    assert [(live.named, live.incident) for live in back] == [("zoe", before[0].incident)]


async def test_late_reports_of_other_texts_push_no_early_one_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "MOST_EARLY", 2)
    await room.writes("old", status="delivered", carrier_id="SM0")
    await room.writes("A")
    room.carrier.first = [("SM1", "delivered", ""), *[("SM0", "sent", "")] * 3]
    room.carrier.first += [("SM0", "delivered", "")] * 3
    await room.channel._send_due()
    assert await room.state() == "delivered"


async def test_reports_of_nobodys_texts_are_bounded(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "MOST_EARLY", 2)
    for number in range(5):
        await room.carrier.reports(f"SM9{number}", "delivered")
    assert list(room.channel._early) == ["SM93", "SM94"]


async def test_a_report_in_the_very_moment_of_the_answer_counts(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked before the answer was written, and is kept after that was looked for."""
    await room.writes("A")
    async with room.database.read() as connection:
        row = await messages.find_key(connection, "A")
    real, answered = room.channel._report, []

    async def report(*told: Any) -> messages.Message | None:
        found = await real(*told)
        if not answered:
            answered.append(True)
            await room.channel._outcome(row, "queued", carrier_id="SM1")  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(room.channel, "_report", report)
    await room.carrier.reports("SM1", "delivered")
    assert await room.state() == "delivered"
    assert not room.channel._early
