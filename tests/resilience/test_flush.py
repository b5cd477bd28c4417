"""FLUSHALL under many open contacts: rebuilt from the record, none lost, none twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from holdfast.engine_settings import engine_settings
from router.core.current import Current
from router.core.severity import Channel
from router.intake import Intake, Text
from router.live.engine import Engine
from router.rebuild import Bridge, Desk, Rebuild
from router.recorder import Recorder
from router.records import schema
from router.records.database import Database
from tests.kit.store import CONFIG, running_store

OPEN = 10_000 if os.environ.get("HOLDFAST_TEST_LONG") else 300


class Alone:
    """No desks, no streams, a carrier without calls."""

    def desks(self) -> list[Desk]:
        return []

    def bridges(self) -> list[Bridge]:
        return []

    async def live_calls(self) -> set[str] | None:
        return set()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def test_rebuilt_from_the_record_in_the_same_order(tmp_path: Path) -> None:
    with running_store() as url:
        database = Database(f"sqlite:///{tmp_path / 'record.db'}")
        await database.migrate()
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = Rebuild(
            database, engine, recorder, lambda: engine_settings(CONFIG), Alone(), "p1", now_ms
        )
        await rebuild.run()
        intake = Intake(database, engine, Current(CONFIG), "AC1")
        for n in range(OPEN):
            text = Text(Channel.SMS, f"sms:{n}", f"+1206{n:07d}", "+12065550101", f"text {n}")
            await intake.text(text, now_ms())
        before = await engine.snapshot()
        redis = Redis.from_url(url)
        await redis.flushall()
        began = time.monotonic()
        await rebuild.run()
        took = time.monotonic() - began
        after = await engine.snapshot()
        assert after.epoch == before.epoch + 1
        place = [c.id for c in sorted(before.contacts, key=lambda c: (c.score, c.id))]
        assert [c.id for c in sorted(after.contacts, key=lambda c: (c.score, c.id))] == place
        assert len(place) == OPEN
        print(f"rebuilt {OPEN} open contacts in {took:.2f} s")
        await redis.aclose()
        await engine.close()
        await database.close()


async def test_record_only_contacts_are_swept_into_the_index(tmp_path: Path) -> None:
    """Arrived while the store was away: the record took them."""
    with running_store() as url:
        database = Database(f"sqlite:///{tmp_path / 'record.db'}")
        await database.migrate()
        nowhere = Engine("unix:///nowhere.sock")
        intake = Intake(database, nowhere, Current(CONFIG), "AC1")
        earlier = now_ms() - 60_000
        arrival = await intake.text(
            Text(Channel.SMS, "sms:1", "+12065550111", "+12065550101", "hello"), earlier
        )
        assert arrival is not None
        assert arrival.reply is None
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = Rebuild(
            database, engine, recorder, lambda: engine_settings(CONFIG), Alone(), "p1", now_ms
        )
        await engine.load()
        await engine.open_epoch(1, engine_settings(CONFIG), [], [])
        assert await rebuild.sweep() == 1
        found = await engine.snapshot()
        assert [(c.id, c.state, c.arrived_at) for c in found.contacts] == [
            (arrival.contact_id, "queued", earlier)
        ]
        assert await rebuild.sweep() == 0
        for part in (engine, nowhere, database):
            await part.close()


async def test_an_index_of_an_older_form_is_built_anew_with_ladders(tmp_path: Path) -> None:
    with running_store() as url:
        database = Database(f"sqlite:///{tmp_path / 'record.db'}")
        await database.migrate()
        engine = Engine(url)
        recorder = Recorder(database, engine)
        settings = engine_settings(CONFIG)

        def rebuild(cfg: dict[str, object]) -> Rebuild:
            return Rebuild(
                database, engine, recorder, lambda: cfg, Alone(), "p1", now_ms, Current(CONFIG)
            )

        await rebuild(settings | {"form": 1}).run()
        intake = Intake(database, engine, Current(CONFIG), "AC1")
        text = Text(Channel.SMS, "sms:1", "+12065550177", "+12065550101", "my dog collapsed")
        arrival = await intake.text(text, now_ms())
        assert arrival is not None
        await recorder.drain()
        live = (await engine.snapshot()).contacts[0]
        async with database.write() as connection:
            plain = msgspec.structs.replace(live, ladder=None, promote_at=None)
            await connection.execute(
                schema.contact.update().values(live=msgspec.json.encode(plain).decode())
            )
        await rebuild(settings).run()
        snapshot = await engine.snapshot()
        assert (snapshot.epoch, len(snapshot.contacts)) == (2, 1)
        assert snapshot.contacts[0].ladder == live.ladder
        assert (await engine.settings())["form"] == settings["form"]
        await engine.close()
        await database.close()
