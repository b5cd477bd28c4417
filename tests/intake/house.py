"""The door on a real index and record, while somebody else holds the record."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.engine import Row, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from channels.twilio.forms import VoiceForm, read_voice
from channels.voice import reception
from channels.voice import webhooks as hooks_of
from channels.voice.link import VoiceLink
from channels.voice.prompts import Prompts
from channels.voice.reception import CallReception
from channels.voice.webhooks import VoiceWebhooks
from router.core.current import Current
from router.intake import spool as spools
from router.intake.door import Intake
from router.intake.spool import Spool
from router.recorder import Recorder
from router.records import abandoned, schema, sqlite
from router.records.database import Database
from tests.intake.test_intake import EMERGENCY, MAYA
from tests.kit.store import CONFIG, World, centre_of


@asynccontextmanager
async def held(database: Database, patience_s: float = 0.05) -> AsyncIterator[None]:
    """Another process has a lock that every write of ours needs, and calls wait for it so long."""
    async with _locked(database):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reception, "PATIENCE_S", patience_s)
            patch.setattr(spools, "PATIENCE_S", 0.05)
            yield


@asynccontextmanager
async def _locked(database: Database) -> AsyncIterator[None]:
    if database.sqlite:
        other = sqlite3.connect(str(make_url(database.url).database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        await connection.execute(text("LOCK party, contact, meta IN EXCLUSIVE MODE"))
        yield
    await engine.dispose()


class House:
    """The door with all that stands behind it; `dies` leaves index, record and disk."""

    def __init__(self, database: Database, world: World, folder: Path) -> None:
        self.database, self.world, self.folder = database, world, folder
        self.living: dict[str, bool] = {}
        self.current = Current(CONFIG)
        self._spools: list[Spool] = []
        self._intakes: list[Intake] = []
        self.born()

    def born(self) -> None:
        world = self.world
        self.intake = Intake(
            centre_of(
                self.database, world.engine, config=self.current, clock=lambda: self.world.now
            )
        )
        self.spool = Spool(self.folder, self.database.takes_writes)
        self._spools.append(self.spool)
        self._intakes.append(self.intake)
        self.recorder = Recorder(self.database, world.engine)
        calls = self.intake.calls
        self.centre = centre_of(
            self.database, world.engine, config=self.current, clock=lambda: world.now
        )
        self.hooks = VoiceWebhooks(
            self.centre,
            CallReception(self.centre, calls, self.spool, self._alive, self.recorder.drain),
            VoiceLink(
                "https://x.test", b"k", Prompts(lambda: CONFIG, "https://x.test"), lambda: "1"
            ),
        )

    async def _alive(self, call_sid: str) -> bool | None:
        return self.living.get(call_sid)

    def id(self, call_sid: str) -> str:
        return self.intake.call_id(call_sid)

    async def hook(self, name: str, call_sid: str = "CA1", to: str = EMERGENCY, **more: str) -> str:
        form = {"CallSid": call_sid, "From": MAYA, "To": to, "Direction": "inbound",
                "CallStatus": "completed" if name == "status" else "ringing", **more}  # fmt: skip
        query = {"n": "1"} if name == "wait" else {}
        return await self.hooks.answer(name, form, query)

    async def settled(self) -> None:
        """Every try is over, the spool is empty, the record has every step."""
        while self.spool._running:
            await asyncio.wait(set(self.spool._running))
        await self.spool.drain()
        assert self.spool.waiting == 0
        await self.recorder.drain()

    async def closed(self) -> None:
        """No try is left, of those who died neither: one that was cancelled gives its connection
        back, and the end of the loop would cut that short."""
        for intake in self._intakes:
            await intake.calls.told()
        for spool in self._spools:
            while spool._running:
                await asyncio.wait(set(spool._running))

    async def rows(self) -> list[Row[tuple[object, ...]]]:
        c = schema.contact.c
        async with self.database.read() as connection:
            return list(await connection.execute(select(c.id, c.state, c.outcome, c.agent)))

    async def gave_up(self) -> list[str]:
        async with self.database.read() as connection:
            return [row.contact for row in await abandoned.callers(connection, self.world.now)]


@pytest_asyncio.fixture
async def house(
    database: Database, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A record that nobody holds is never late, however busy the machine is; what holds it lasts as
    long as the test says."""
    monkeypatch.setattr(reception, "PATIENCE_S", 60)
    monkeypatch.setattr(spools, "PATIENCE_S", 60)
    monkeypatch.setattr(hooks_of, "BUDGET_S", 30.0)
    monkeypatch.setattr(sqlite, "LOCKED_S", 3600)
    found = House(database, world, tmp_path / "spool")
    yield found
    await found.closed()


def voice_form(call_sid: str, to: str) -> VoiceForm:
    return read_voice({"CallSid": call_sid, "From": MAYA, "To": to, "Direction": "inbound"})
