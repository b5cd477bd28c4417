"""Worker, store and index lost while offered, connecting, active and waiting work exists:
no contact lost, none twice, no caller hung up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psutil
import pytest
from redis.asyncio import Redis

from holdfast.clock import now_ms
from router.core.model import Chosen, Snapshot
from router.live.engine import Engine
from tests.flow.conftest import until_heard
from tests.flow.test_incident_closed import done, taken
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


@dataclass
class Busy:
    """Work in every state."""

    agent: DeskClient
    talking: str
    contact: str
    ringing: str
    waiting: list[str]

    @property
    def calls(self) -> list[str]:
        return [self.talking, self.ringing, *self.waiting]


@asynccontextmanager
async def busy(centre: Centre) -> AsyncIterator[Busy]:
    """One call active (Priya), one ringing (Tomás), three waiting."""
    sandbox = centre.sandbox
    async with desk(centre, "priya") as agent, desk(centre, "tomas") as second:
        await second.do("pause", reason="break")
        talking = await sandbox.call(talk="tone", hz=440, from_="+12065550180")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, talking, 700)
        await second.ready()
        ringing = await sandbox.call(from_="+12065550181")
        await second.offered()
        waiting = [await sandbox.call(from_=f"+1206555018{n}") for n in (2, 3, 4)]
        for call in waiting:
            await sandbox.wait_for(call, "play.started")
        yield Busy(agent, talking, contact, ringing, waiting)


async def reconnect(agent: DeskClient, hertz: float) -> None:
    """What the page does by itself when its socket ends."""
    await agent.close()
    async with asyncio.timeout(60):
        while True:
            try:
                await agent.connect()
                break
            except (AssertionError, OSError):
                await asyncio.sleep(0.1)
    await agent.sound(hertz)


async def nobody_lost(centre: Centre, work: Busy) -> None:
    """Every call lives at the carrier, and is one open contact here."""
    for call in work.calls:
        assert (await centre.sandbox.look(call))["status"] == "in-progress"
    async with desk(centre, "dana", view="board") as board:
        await board.until(
            lambda: len([c for c in board.contacts.values() if c["state"] != "wrapup"]) == 5
        )
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(5,)])


async def test_worker_killed(centre: Centre) -> None:
    async with busy(centre) as work:
        centre.kill_worker()
        await asyncio.sleep(0)  # the page notices by its socket
        await reconnect(work.agent, 900)
        await until_heard(centre, work.talking, 900)
        assert work.agent.contacts[work.contact]["state"] == "active"
        await nobody_lost(centre, work)


async def test_worker_frozen_for_two_seconds_keeps_the_call(centre: Centre) -> None:
    async with busy(centre) as work:
        worker = psutil.Process(centre.worker_pid())
        worker.suspend()
        await asyncio.sleep(2.0)
        worker.resume()
        await until_heard(centre, work.talking, 700)
        await work.agent.until(
            lambda: (
                work.agent.contacts[work.contact]["fault"] is None
                and work.agent.contacts[work.contact]["state"] == "active"
            )
        )
        await nobody_lost(centre, work)


async def test_store_killed(centre: Centre) -> None:
    async with busy(centre) as work:
        centre.kill_store()
        await until_heard(centre, work.talking, 700)  # who talks goes on talking
        await centre.until_ready()
        await nobody_lost(centre, work)
        await work.agent.until(lambda: work.agent.contacts[work.contact]["state"] == "active")


async def test_index_flushed(centre: Centre) -> None:
    async with busy(centre) as work:
        redis = Redis.from_url(centre.redis_url)
        await redis.flushall()
        await redis.aclose()
        await centre.until_ready()
        await until_heard(centre, work.talking, 700)
        await work.agent.until_state(work.contact, "active")
        await nobody_lost(centre, work)
        await work.agent.do("hang_up", contact=work.contact)
        await centre.sandbox.wait_for(work.talking, "completed")


async def built_anew(centre: Centre) -> Snapshot:
    """The index after it was lost."""
    redis, engine = Redis.from_url(centre.redis_url), Engine(centre.redis_url)
    await redis.flushall()
    await redis.aclose()
    await centre.until_ready()
    async with asyncio.timeout(60):
        while not await engine.alive():
            await asyncio.sleep(0.05)
    snapshot = await engine.snapshot()
    await engine.close()
    return snapshot


async def test_a_reserve_that_a_supervisor_raised_outlives_the_index(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:
        await board.do("reserve", agents=2)
        await board.until(lambda: board.tally["reserve"] == 2)
        assert (await built_anew(centre)).reserve == 2
        await board.do("reserve", agents=0)


async def test_what_an_agent_chose_outlives_the_index(centre: Centre) -> None:
    async with desk(centre) as agent:
        await agent.do("pause", reason="lunch")
        await agent.until(lambda: agent.agent()["pause_reason"] == "lunch")
        known = {live.id: live for live in (await built_anew(centre)).agents}
        assert known[agent.me["id"]].choice == Chosen(reason="lunch")


async def test_worker_killed_with_a_hundred_callers_waiting(centre: Centre) -> None:
    calls = await asyncio.gather(
        *(centre.sandbox.call(from_=f"+1425555{n:04d}") for n in range(100))
    )
    for call in calls:
        await centre.sandbox.wait_for(call, "play.started")
    centre.kill_worker()
    again = await asyncio.gather(
        *(centre.sandbox.call(from_=f"+1425556{n:04d}") for n in range(10))
    )
    await centre.until_ready()
    for call in again:  # rang while nobody worked: the socket's backlog held them
        await centre.sandbox.wait_for(call, "play.started")
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: len(board.contacts) >= 110)
        assert len(board.contacts) == 110
    living = await centre.sandbox.calls(live=True)
    assert len(living) == 110


async def test_call_back_is_never_dialled_twice_though_the_worker_dies(centre: Centre) -> None:
    """The other moments of a dial: test_dialled_once.py."""
    person = "+12065551531"
    async with desk(centre) as agent:
        await centre.sandbox.text("please call me", from_=person, to="+12065550101")
        contact = await agent.accept()
        incident = await agent.do("open", incident=agent.contacts[contact]["incident"])
        address = incident["parties"][0]["addresses"][0]["id"]
        await centre.sandbox.person(person, answer="answers", ring_ms=1500)
        await centre.sandbox.fault(rest_acts_then_hangs=1)
        order = asyncio.create_task(
            agent.do("callback", incident=incident["id"], address=address, key="callback-dies")
        )
        async with asyncio.timeout(60):
            while not [c for c in await centre.sandbox.calls() if c["to"] == person]:
                await asyncio.sleep(0.01)
        centre.kill_worker()
        order.cancel()
        await centre.sandbox.heal()
        await centre.until_ready()
        await reconnect(agent, 700)
        await centre.until_rows("select state from dial where id = 'callback-dies'", [("dialed",)])
        assert len([c for c in await centre.sandbox.calls() if c["to"] == person]) == 1


@pytest.mark.parametrize("answer", ["answers", "busy", "no-answer"])
async def test_call_back(centre: Centre, answer: str) -> None:
    person = {"answers": "+12065550161", "busy": "+12065550162", "no-answer": "+12065550163"}
    async with desk(centre) as agent:
        await centre.sandbox.text("please call me", from_=person[answer], to="+12065550101")
        text = await agent.accept()
        incident = await agent.do("open", incident=agent.contacts[text]["incident"])
        address = incident["parties"][0]["addresses"][0]["id"]
        await centre.sandbox.person(person[answer], answer=answer, ring_ms=200, talk="tone", hz=440)
        await agent.do(
            "callback", incident=incident["id"], address=address, key=f"callback-{answer}"
        )
        call = await agent.until(
            lambda: next((c for c in agent.contacts.values() if c["direction"] == "out"), None)
        )
        if answer == "answers":
            await agent.until_state(call["id"], "active")
            async with asyncio.timeout(60):
                while abs(agent.ear.hertz() - 440) > 8:
                    await asyncio.sleep(0.1)
            await agent.do("hang_up", contact=call["id"])
            await agent.until_state(call["id"], "wrapup")
        else:
            await agent.until(lambda: call["id"] not in agent.contacts)
            await centre.until_rows(
                f"select outcome from contact where id = '{call['id']}'", [("not_reached",)]
            )


async def test_a_hand_off_comes_back_in_time_though_the_worker_dies(centre: Centre) -> None:
    async with AsyncExitStack() as desks:
        sender = await desks.enter_async_context(desk(centre))
        contact, incident = await taken(centre, sender, "+12065550187", "my dog ate gum")
        receiver = await desks.enter_async_context(desk(centre, "noah"))
        parts = {"reason": "her liver", "summary": "gum", "actions": "call", "what_if": "Harbor"}
        await sender.do(
            "hand_off",
            incident=incident,
            agent=receiver.me["id"],
            within=5_000,
            key="crash",
            **parts,
        )
        centre.kill_worker()
        of = f"from hand_off where incident = '{incident}'"
        await centre.until_rows(f"select state {of}", [("expired",)])
        late = await centre.rows(f"select ended_at >= due_at, ended_by {of}")
        assert late == [(1, "rule")]
        await reconnect(sender, 700)
        (back,) = (await sender.do("hand_offs"))["outgoing"]
        assert (back["state"], back["incident"]) == ("expired", incident)
        assert (await sender.do("open", incident=incident))["owner_name"] == "Priya Nair"
        await sender.do("read_hand_off", hand_off=back["id"])
        await done(sender, contact)


async def test_the_chart_of_who_waits_outlives_a_worker(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:
        contact = await centre.sandbox.text("is it open?", from_="+14255550701", to="+12065550101")
        assert contact
        await board.until(lambda: any(c["state"] == "queued" for c in board.contacts.values()))
    await centre.until_rows(
        "select count(*) > 0 from meta where key like 'board.depth.%' and value <> '[]'", [(1,)]
    )
    began = now_ms()
    centre.kill_worker()
    await centre.until_ready()
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: any(point["at"] < began for point in board.depth))
