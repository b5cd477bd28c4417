"""A mail room with a real database and a real SMTP server, the live index away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope

from channels.email.channel import EmailChannel, Post
from channels.email.readers import Process, Readers
from holdfast.settings.environment import default_config_path, load_config
from router.core.current import Current
from router.core.model import LiveContact
from router.intake.door import Intake
from router.intake.spool import Spool
from router.live.engine import Engine
from router.records import contacts, mails, messages, people
from router.records.database import Database
from router.records.messages import Message
from tests.kit.record import new_sqlite
from tests.kit.store import centre_of

OURS = "help@holdfast.test"
DOMAIN = "holdfast.test"
KEY = b"a key of the tests, long enough"
PROCESSES: list[Process] = []
"""Reading processes of all tests here."""
START = 1_800_000_000_000


class Sink:
    """The other end of SMTP; `answers` are used up first, then everything is taken."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.rcpt_answers: list[str] = []
        self.data_answers: list[str] = []
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 kept"
        if answer == "hang up":
            self.kept.append(envelope)
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        elif answer.startswith("2"):
            self.kept.append(envelope)
        return answer


class Room:
    """The channel under test and what the record says afterwards."""

    def __init__(self, database: Database, sink: Sink, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.sink = sink
        self.now = START
        self.changed: list[str] = []
        self.engine = Engine("unix:///nonexistent/holdfast.sock")
        self.readers = Readers(free=PROCESSES)
        self.config = load_config(default_config_path())
        self.intake = Intake(centre_of(database, self.engine, config=Current(self.config)))
        self.channel = self.open()

    def open(self, **other: Any) -> EmailChannel:
        """A channel as after a start of the process."""
        given: dict[str, Any] = {
            "smtp_url": f"smtp://127.0.0.1:{self.sink.port}",
            "mail_from": None,
            "reply_domain": DOMAIN,
            "key": KEY,
            "our_addresses": [OURS],
        }
        readers = other.pop("readers", self.readers)
        return EmailChannel(
            centre_of(self.database, self.engine, clock=lambda: self.now),
            self.intake,
            Spool(self.folder / "spool", self.database.takes_writes),
            Post(**(given | other)),
            self.changed.append,
            readers,
        )

    async def receive(self, raw: bytes, from_: str = "", to: str = OURS) -> str:
        """One mail through the door, read at once."""
        self.now += 1000
        raw_id = await self.channel.accept(raw, to, from_)
        assert await self.channel.read_stored()
        return raw_id

    async def message(self, key: str) -> Message:
        async with self.database.read() as connection:
            row = await messages.find_key(connection, key)
        assert row is not None, key
        return row

    async def mail(self, raw_id: str) -> Message:
        return await self.message(f"mail:{raw_id}")

    async def contacts(self) -> list[LiveContact]:
        async with self.database.read() as connection:
            return await contacts.open_contacts(connection)

    async def contact_of(self, row: Message) -> LiveContact:
        async with self.database.read() as connection:
            live = await contacts.live_of(connection, row.contact)
        assert live is not None
        return live

    async def raw_state(self, raw_id: str) -> str:
        async with self.database.read() as connection:
            row = await mails.get(connection, raw_id)
        assert row is not None
        return str(row.state)

    async def timeline(self, incident: str) -> list[Message]:
        async with self.database.read() as connection:
            return list(await messages.by_incident(connection, incident))

    async def incident(self, row: Message) -> people.IncidentRef:
        async with self.database.read() as connection:
            found = await people.incident_by_id(connection, row.incident)
        assert found is not None
        return found

    async def answer(self, row: Message, text: str = "We are on it.", **other: Any) -> str:
        """Puts an answer into the outbox as router/outbox.py does; its key."""
        self.now += 1000
        key = f"out:{self.now}"
        values: dict[str, Any] = {
            "key": key,
            "contact": row.contact,
            "incident": row.incident,
            "channel": "email",
            "direction": "out",
            "author": "a1",
            "to_address": row.from_address,
            "from_address": row.to_address,
            "subject": f"Re: {row.subject}",
            "text": text,
            "status": "queued",
            "tries": 0,
            "at": self.now,
        }
        async with self.database.write() as connection:
            await messages.add(connection, **(values | other))
        return key


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, hostname="sink.test", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    sink.port = server.sockets[0].getsockname()[1]
    yield sink
    server.close()
    await server.wait_closed()


@pytest_asyncio.fixture
async def room(tmp_path: Path, sink: Sink) -> AsyncIterator[Room]:
    database = await new_sqlite(tmp_path / "mail.db")
    room = Room(database, sink, tmp_path)
    yield room
    await room.engine.close()
    await database.close()
