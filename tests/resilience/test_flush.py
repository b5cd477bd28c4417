"""FLUSHALL under many open contacts: rebuilt from the record, none lost, none twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from holdfast.desk.view import View
from holdfast.settings.engine_settings import engine_settings
from router.core import ladder
from router.core.model import Chosen
from router.core.rebuild_facts import CallerStream, ConnectedDesk
from router.core.severity import Channel, Severity
from router.intake.door import Call, Intake, Text
from router.live.engine import Engine, IndexLost, moment_of
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records import accounts, schema
from router.records.database import Database
from tests.kit.figures import Stopwatch
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, centre_of, running_store
from tests.worlds.rough import Fuse, RoughEngine

OURS = "+12065550101"
SOMEBODY = {"id": "somebody", "name": "Somebody", "skills": {}}
OPEN = 10_000 if os.environ.get("HOLDFAST_TEST_LONG") else 300


class Alone:
    """No desks, no streams, a carrier without calls."""

    def desks(self) -> list[ConnectedDesk]:
        return []

    async def streams(self) -> list[CallerStream]:
        return []

    async def live_calls(self) -> set[str] | None:
        return set()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def rebuilding(database: Database, engine: Engine, recorder: Recorder) -> Rebuild:
    return Rebuild(
        centre_of(database, engine, clock=now_ms),
        recorder,
        lambda: engine_settings(CONFIG),
        Alone(),
    )


@pytest.mark.figure
async def test_rebuilt_from_the_record_in_the_same_order(tmp_path: Path) -> None:
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = rebuilding(database, engine, recorder)
        await rebuild.run()
        intake = Intake(centre_of(database, engine))
        for n in range(OPEN):
            text = Text(Channel.SMS, f"sms:{n}", f"+1206{n:07d}", "+12065550101", f"text {n}")
            await intake.text(text, now_ms())
        before = await engine.snapshot()
        redis = Redis.from_url(url)
        await redis.flushall()
        flushed = Stopwatch()
        await rebuild.run()
        flushed.took(f"{OPEN} open contacts rebuilt")
        after = await engine.snapshot()
        assert after.epoch == before.epoch + 1
        place = [c.id for c in sorted(before.contacts, key=lambda c: (c.score, c.id))]
        assert [c.id for c in sorted(after.contacts, key=lambda c: (c.score, c.id))] == place
        assert len(place) == OPEN
        await redis.aclose()
        await engine.close()
        await database.close()


async def test_todays_counts_outlive_the_store(tmp_path: Path) -> None:
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = rebuilding(database, engine, recorder)
        await rebuild.run()
        intake = Intake(centre_of(database, engine))
        for n in range(3):
            text = Text(Channel.SMS, f"sms:{n}", f"+1206{n:07d}", "+12065550101", f"text {n}")
            await intake.text(text, now_ms())
            await recorder.drain()
        before = await engine.snapshot()
        assert before.today["3:queued"] == 3
        redis = Redis.from_url(url)
        for _ in range(2):  # also when it is lost before anything new was counted
            await redis.flushall()
            await rebuilding(database, engine, Recorder(database, engine)).run()
        assert (await engine.snapshot()).today == before.today
        await redis.aclose()
        await engine.close()
        await database.close()


async def test_record_only_contacts_are_swept_into_the_index(tmp_path: Path) -> None:
    """Arrived while the store was away: the record took them."""
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        nowhere = Engine("unix:///nowhere.sock")
        intake = Intake(centre_of(database, nowhere))
        earlier = now_ms() - 60_000
        arrival = await intake.text(
            Text(Channel.SMS, "sms:1", "+12065550111", "+12065550101", "hello"), earlier
        )
        assert arrival is not None
        assert arrival.reply is None
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = Rebuild(
            centre_of(database, engine, clock=now_ms),
            recorder,
            lambda: engine_settings(CONFIG),
            Alone(),
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
        database = await new_sqlite(tmp_path / "record.db")
        engine = Engine(url)
        recorder = Recorder(database, engine)
        settings = engine_settings(CONFIG)

        def rebuild(cfg: dict[str, object]) -> Rebuild:
            return Rebuild(
                centre_of(database, engine, clock=now_ms), recorder, lambda: cfg, Alone()
            )

        await rebuild(settings | {"form": 1}).run()
        intake = Intake(centre_of(database, engine))
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
        steps = CONFIG.steps(live.queue, Severity(live.severity))
        assert snapshot.contacts[0].ladder == ladder.text(steps)  # what was asked for is not known
        assert (await engine.settings())["form"] == settings["form"]
        await engine.close()
        await database.close()


async def test_a_reason_recorded_by_an_index_of_an_older_form_stays_a_sentence(
    tmp_path: Path,
) -> None:
    sentence = "needs no special skill; longest free"
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        engine = Engine(url)
        recorder = Recorder(database, engine)
        settings = engine_settings(CONFIG)

        def rebuild(cfg: dict[str, object]) -> Rebuild:
            return Rebuild(
                centre_of(database, engine, clock=now_ms), recorder, lambda: cfg, Alone()
            )

        await rebuild(settings | {"form": 4}).run()
        ava = await hire_ava(database)
        await engine.step(
            "agent_online", agent={"id": ava.id, "name": "Ava", "skills": {}}, conn="1"
        )
        await engine.step("agent_choice", agent=ava.id, choice=Chosen(ready=True))
        text = Text(Channel.SMS, "sms:1", "+12065550177", "+12065550101", "thank you")
        assert await Intake(centre_of(database, engine)).text(text, now_ms()) is not None
        (live,) = (await engine.snapshot()).contacts
        assert live.offer is not None
        await engine.step("accept", agent=ava.id, contact=live.id, fence=live.offer.fence)
        await recorder.drain()
        (live,) = (await engine.snapshot()).contacts
        old = msgspec.to_builtins(live) | {
            "order_why": sentence,
            "reason": {"step": 0, "chosen": {ava.id: {"cost": 0, "why": sentence}}},
        }
        async with database.write() as connection:
            await connection.execute(
                schema.contact.update().values(live=msgspec.json.encode(old).decode())
            )
        await rebuild(settings).run()
        snapshot = await engine.snapshot()
        (found,) = snapshot.contacts
        assert (snapshot.epoch, found.state, found.agent) == (2, "active", ava.id)
        assert View().entity(found)["reason"]["chosen"] == {ava.id: {"cost": 0, "why": sentence}}
        await engine.close()
        await database.close()


async def test_a_store_that_forgot_its_last_second_is_not_believed(tmp_path: Path) -> None:
    """A loss of power: what ended in that second has ended, although the store says otherwise."""
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        rng = random.Random(0)
        store = RoughEngine(url, "main", 0, rng, Fuse(rng))
        engine = Engine(url)
        recorder = Recorder(database, engine)
        cfg = engine_settings(CONFIG)
        rebuild = Rebuild(centre_of(database, engine, clock=now_ms), recorder, lambda: cfg, Alone())
        await rebuild.run()
        intake = Intake(centre_of(database, engine))
        text = Text(Channel.SMS, "sms:1", "+12065550177", "+12065550101", "thank you")
        arrival = await intake.text(text, now_ms())
        assert arrival is not None
        synced = await store.dump()
        await engine.step("close_contact", contact=arrival.contact_id)
        last = (await engine.snapshot()).last
        await recorder.drain()

        await store.wipe()
        await store.restore(synced)
        assert [c.state for c in (await engine.snapshot()).contacts] == ["queued"]
        await engine.step("agent_online", agent=SOMEBODY, conn="1")  # quicker than we
        assert await engine.last_step() > moment_of(last)
        await rebuild.went_back(last)
        found = await engine.snapshot()
        assert (found.epoch, found.contacts) == (2, [])
        await rebuild.went_back(last)  # another process noticed it too
        assert (await engine.snapshot()).epoch == 2

        await store.wipe()
        await store.restore(synced)
        await engine.step("agent_online", agent=SOMEBODY, conn="1")
        await rebuild.run()  # a worker that starts beside it knows by the record alone
        found = await engine.snapshot()
        assert (found.epoch, found.contacts) == (3, [])
        for part in (store, engine, database):
            await part.close()


async def hire_ava(database: Database) -> accounts.Account:
    async with database.write() as connection:
        account = await accounts.add(
            connection, login="ava", name="Ava", role="agent", password_hash="x", skills={}, now=1
        )
    assert account is not None
    return account


async def test_who_works_on_a_text_keeps_it_when_the_store_forgot_and_his_page_is_not_back(
    tmp_path: Path,
) -> None:
    """Found by 500 kills: worker and store died together, and the text rang at somebody else."""
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        account = await hire_ava(database)
        rng = random.Random(0)
        store = RoughEngine(url, "main", 0, rng, Fuse(rng))
        engine = Engine(url)
        recorder = Recorder(database, engine)
        rebuild = rebuilding(database, engine, recorder)
        await rebuild.run()
        texts = {}
        for agent in (account.id, "gone"):
            who = {"id": agent, "name": agent, "skills": {}}
            await engine.step("agent_online", agent=who, conn=agent)
            await engine.step("agent_choice", agent=agent, choice=Chosen(ready=True))
            intake = Intake(centre_of(database, engine))
            text = Text(
                Channel.SMS, f"sms:{agent}", f"+1206555{len(agent):04d}", OURS, "the receipt"
            )
            arrival = await intake.text(text, now_ms())
            assert arrival is not None
            texts[agent] = arrival.contact_id
            offered = next(a for a in (await engine.snapshot()).agents if a.id == agent).offer
            assert offered is not None
            assert (
                await engine.step(
                    "accept", agent=agent, contact=offered.contact, fence=offered.fence
                )
            ).ok
        synced = await store.dump()
        await engine.step("agent_choice", agent="gone", choice=Chosen(ready=True))
        await recorder.drain()
        await store.wipe()
        await store.restore(synced)
        await recorder.drain()
        await rebuilding(database, engine, recorder).run()

        found = await engine.snapshot()
        assert found.epoch == 2
        kept = {c.id: c for c in found.contacts}
        agents = {a.id: a for a in found.agents}
        mine, theirs = kept[texts[account.id]], kept[texts["gone"]]
        assert (mine.state, mine.agent, mine.fault) == ("active", account.id, "agent_lost")
        assert (agents[account.id].choice.ready, agents[account.id].presence) == (True, "lost")
        assert (theirs.state, theirs.named) == ("queued", "gone")
        await recorder.drain()
        async with database.read() as connection:
            told = await connection.execute(
                select(schema.event.c.contact).where(schema.event.c.name == "contact.requeued")
            )
        assert list(told.scalars()) == [theirs.id]
        who = {"id": account.id, "name": "Ava", "skills": {}}
        await engine.step("agent_online", agent=who, conn="again")
        live = {c.id: c for c in (await engine.snapshot()).contacts}[mine.id]
        assert (live.state, live.agent, live.fault) == ("active", account.id, None)
        for part in (store, engine, database):
            await part.close()


class Joined(Alone):
    """A process that has one caller's stream and its agent's sound; the carrier does not answer."""

    def __init__(self, contact: str, agent: str) -> None:
        self._bridge = CallerStream(contact, 1, agent, "media-1")

    async def streams(self) -> list[CallerStream]:
        return [self._bridge]

    async def live_calls(self) -> set[str] | None:
        return None


async def test_who_is_joined_with_a_caller_is_not_also_in_the_call_he_had_before(
    tmp_path: Path,
) -> None:
    """Found by world 18228: the end of his first call was lost before it was recorded."""
    with running_store() as url:
        database = await new_sqlite(tmp_path / "record.db")
        ava = (await hire_ava(database)).id
        engine = Engine(url)
        recorder = Recorder(database, engine)
        await rebuilding(database, engine, recorder).run()
        who = {"id": ava, "name": "Ava", "skills": {"safety": 5, "en": 5}}
        await engine.step("agent_online", agent=who, conn="1")
        await engine.step("agent_media", agent=ava, media="up", proc="p1")
        await engine.step("agent_choice", agent=ava, choice=Chosen(ready=True))
        intake = Intake(centre_of(database, engine))

        async def talk(sid: str) -> str:
            ours = CONFIG.lines[0].number
            arrival = await intake.call(Call(sid, f"+1206555010{sid[-1]}", ours), now_ms())
            me = (await engine.snapshot()).agents[0]
            assert me.offer is not None
            assert me.offer.contact == arrival.contact_id
            told = {"agent": ava, "contact": arrival.contact_id}
            await engine.step("accept", **told, fence=me.offer.fence)
            stream = {"contact": arrival.contact_id, "link_epoch": 1, "proc": "p1"}
            await engine.step("stream_started", **stream)
            assert (await engine.step("connected", **told)).ok
            return arrival.contact_id

        first = await talk("CA1")
        await recorder.drain()
        await engine.step("caller_gone", contact=first, cause="hung_up")
        await engine.step("wrapped", agent=ava, contact=first, disposition="x", comment="")
        second = await talk("CA2")
        await engine.wipe()
        rebuild = Rebuild(
            centre_of(database, engine, clock=now_ms),
            recorder,
            lambda: engine_settings(CONFIG),
            Joined(second, ava),
        )
        await rebuild.run()
        found = await engine.snapshot()
        kept = {c.id: (c.state, c.agent) for c in found.contacts}
        assert kept == {first: ("queued", None), second: ("active", ava)}
        assert [a.contacts for a in found.agents] == [[second]]
        assert (await engine.step("caller_gone", contact=first, cause="hung_up")).ok
        for part in (engine, database):
            await part.close()


async def test_an_index_is_forgotten_as_a_whole_and_only_the_one_that_was_meant() -> None:
    with running_store() as url:
        engine, other = Engine(url), Engine(url, "other")
        for one in (engine, other):
            await one.load()
            await one.open_epoch(1, engine_settings(CONFIG), [], [])
            await one.step("agent_online", agent={"id": "a", "name": "A", "skills": {}}, conn="1")
        assert not await engine.forget(2)
        assert await engine.epoch() == 1
        assert await engine.forget(1)
        redis = Redis.from_url(url)
        assert not [name async for name in redis.scan_iter(f"{engine.prefix}:*")]
        assert await engine.epoch() is None
        with pytest.raises(IndexLost):
            await engine.snapshot()
        assert len((await other.snapshot()).agents) == 1
        await engine.open_epoch(2, engine_settings(CONFIG), [], [])
        assert (await engine.snapshot()).agents == []
        for part in (engine, other):
            await part.close()
        await redis.aclose()


async def test_steps_after_a_rebuild_are_numbered_after_those_recorded(tmp_path: Path) -> None:
    """The store's clock was set back while its index was lost: the recorder goes on."""
    with running_store() as url:
        engine = Engine(url)
        await engine.load()
        ahead = f"{now_ms() + 3_600_000}-7"
        await engine.open_epoch(1, engine_settings(CONFIG), [], [], after=ahead)
        assert await engine.last_step() > moment_of(ahead)
        assert len(await engine.read(ahead)) == 1
        await engine.close()
