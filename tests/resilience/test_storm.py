"""Webhooks one to five times, shuffled and late: the state equals the clean run."""

from __future__ import annotations

import os
import random
from pathlib import Path

from sqlalchemy import select

from channels.voice.link import VoiceLink
from channels.voice.prompts import Prompts
from channels.voice.reception import CallReception
from channels.voice.webhooks import VoiceWebhooks
from holdfast.settings.engine_settings import engine_settings
from router.core.severity import Channel
from router.intake.door import Intake, Text
from router.intake.spool import Spool
from router.live.engine import Engine
from router.recorder import Recorder
from router.records import schema
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, centre_of

NOW = 1_800_000_000_000
CALLS = 2000 if os.environ.get("HOLDFAST_TEST_LONG") else 60
Delivery = tuple[str, dict[str, str], dict[str, str]]


def call(n: int, rng: random.Random) -> list[Delivery]:
    """All that the carrier says of one call, in order."""
    form = {
        "CallSid": f"CA{n:06d}",
        "From": f"+1206{n:07d}",
        "To": rng.choice(["+12065550100", "+12065550101"]),
        "Direction": "inbound",
        "CallStatus": "ringing",
    }
    going = {**form, "CallStatus": "in-progress"}
    deliveries: list[Delivery] = [("voice", form, {})]
    if form["To"].endswith("1"):
        deliveries.append(("menu", {**going, "Digits": "3"}, {}))
    deliveries += [("wait", going, {"n": str(turn)}) for turn in range(rng.randint(0, 3))]
    deliveries.append(("status", {**form, "CallStatus": "completed"}, {}))
    return deliveries


async def run(
    folder: Path, store_url: str, name: str, deliveries: list[Delivery], texts: list[Text]
) -> list[tuple[object, ...]]:
    """Delivers all of it; the record afterwards."""
    folder.mkdir()
    database = await new_sqlite(folder / "record.db")
    engine = Engine(store_url, name, now=NOW)
    await engine.load()
    await engine.open_epoch(1, engine_settings(CONFIG), [], [])
    intake = Intake(centre_of(database, engine))
    spool = Spool(folder / "spool", database.takes_writes)

    async def lives(_call_sid: str) -> bool:
        return True

    centre = centre_of(database, engine, clock=lambda: NOW)
    hooks = VoiceWebhooks(
        centre,
        CallReception(centre, intake.calls, spool, lives, Recorder(database, engine).drain),
        VoiceLink("https://x.test", b"k", Prompts(lambda: CONFIG, "https://x.test")),
    )
    for hook, form, query in deliveries:
        document = await hooks.answer(hook, form, query)
        assert document.startswith("<?xml"), hook
    for text in texts:
        await intake.text(text, NOW)
    await Recorder(database, engine).drain()
    contact, message = schema.contact, schema.message
    async with database.read() as connection:
        found = [
            tuple(row)
            for row in await connection.execute(
                select(
                    contact.c.id, contact.c.state, contact.c.outcome, contact.c.channel
                ).order_by(contact.c.id)
            )
        ]
        found += [
            tuple(row)
            for row in await connection.execute(
                select(message.c.key, message.c.text).order_by(message.c.key)
            )
        ]
    await engine.close()
    await database.close()
    return found


async def test_duplicates_shuffled_and_late_end_in_the_same_state(
    tmp_path: Path, store_url: str
) -> None:
    rng = random.Random(11)
    calls = [call(n, rng) for n in range(CALLS)]
    clean = [delivery for deliveries in calls for delivery in deliveries]
    stormy = [d for d in clean for _ in range(rng.randint(1, 5))]
    rng.shuffle(stormy)
    texts = [
        Text(Channel.SMS, f"sms:SM{n}", f"+1206{n:07d}", "+12065550101", f"text {n}")
        for n in range(CALLS // 4)
    ]
    many = [t for t in texts for _ in range(rng.randint(1, 5))]
    rng.shuffle(many)
    wanted = await run(tmp_path / "clean", store_url, "clean", clean, texts)
    found = await run(tmp_path / "storm", store_url, "storm", stormy, many)
    assert len([row for row in wanted if row[-1] == "voice"]) == CALLS
    assert found == wanted
