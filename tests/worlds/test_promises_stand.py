"""Worlds in which agents promise calls to whoever comes, while everything fails that can: nobody is
rung for a call to somebody who is on the line here, each promise ends, each try is dialled once."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from channels.twilio.errors import Unknown
from channels.twilio.forms import CallStatus
from channels.twilio.records import CallInfo
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.centre import Centre as Shared
from router.core.current import Current
from router.core.model import LiveContact, Step
from router.core.states import IN_HANDS
from router.records import schema
from tests.worlds.carrier import TRIES, Carrier, Line, _place
from tests.worlds.centre import CONFIG, PROC, Centre
from tests.worlds.rough import RoughDatabase
from tests.worlds.test_worlds import event_loop_policy, record, store
from tests.worlds.world import Watch, World, run

__all__ = ["event_loop_policy", "record", "store"]

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
WORLDS = 500 if LONG else 6
HASTE = 0.15
"""How often an agent who acts promises somebody a call, too."""
RULES = msgspec.structs.replace(CONFIG.callbacks, tries=2, again_after=["20s"])
PROMISING = msgspec.structs.replace(CONFIG, callbacks=RULES)
STAND, STAND_S1 = 900_000, 120_000


class Telephones(Carrier):
    """Also dials: who is on the line already is busy, others answer or do not."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.dialled: Counter[str] = Counter()
        self.busy = 0

    async def dial(self, to: str, from_: str, *, url: str, **more: Any) -> CallInfo:
        if _place(url)[0] == "told":  # somebody on call hears of a text
            return await super().dial(to, from_, url=url, **more)
        self._stumble()
        contact = _place(url)[1]["c"]
        taken = any(one.alive and to in (one.from_, one.to) for one in self.lines.values())
        line = Line(f"CA{next(self._numbers)}", from_, to, ours=contact)
        self.lines[line.sid] = line
        self.dialled[contact] += 1
        self._at(self._rng.uniform(300, 8_000), lambda: self._rung(line, taken))
        if self._rng.random() < self.rough:
            raise Unknown("dialled, but the answer was lost")
        return CallInfo(line.sid, CallStatus.QUEUED, from_, to, "outbound-api", *(None,) * 6)

    async def _rung(self, line: Line, taken: bool) -> None:
        if not line.alive:
            return
        if taken or self._rng.random() < 0.3:
            self.busy += taken
            line.alive = False
            await self._tell_over(line, "busy" if taken else "no-answer")
            return
        self._at(self._rng.uniform(5_000, 60_000), lambda: self.give_up(line.sid))
        await self._ask(line, "wait", {})

    def _form(self, line: Line) -> dict[str, str]:
        form = super()._form(line)
        return form | {"Direction": "outbound-api"} if line.ours else form

    async def _ask(self, line: Line, hook: str, query: dict[str, str], **more: str) -> None:
        mine = {"c": line.ours} if line.ours else {}
        await super()._ask(line, hook, mine | query, **more)

    async def _tell_over(self, line: Line, status: str = "completed") -> None:
        if not line.ours:
            await super()._tell_over(line)
            return
        form = self._form(line) | {"CallStatus": status}
        for _ in range(TRIES):
            if await self.centre.hook("status", form, {"c": line.ours}) is not None:
                line.told_over = True
                return

    async def find_recent_calls(self, to: str, from_: str, **_: Any) -> list[CallInfo]:
        self._stumble()
        found = [(one.to, one.from_) == (to, from_) and one for one in self.lines.values()]
        return [info for one in found if one and (info := await self.call(one.sid))]

    async def requests_of(self, sid: str) -> list[str]:
        line = self.lines[sid]
        return [f"https://x.test/twilio/voice/wait?c={line.ours}"] if line.heard else []


class Promising(Centre):
    """Keeps promises, as holdfast/parts/callbacks.py does."""

    def _born(self) -> None:
        super()._born()
        shared = (self.database, self.engine, Current(PROMISING), self._clock, "AC1", PROC)
        self.promises = ScheduledCallbacks(Shared(*shared), self._drained)

    async def _drained(self, _step: str) -> None:
        await self.recorder.drain()

    async def routine(self, beat: int) -> None:
        await super().routine(beat)
        if self.up and beat % 2 == 0:
            await self.recorder.drain()
            await self.promises.settle(self._clock())


class Eye(Watch):
    """Sees whether anybody is rung, or asked to wait, for somebody who is in somebody's hands."""

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, LiveContact] = {}
        self.stood: set[str] = set()

    def forget(self) -> None:
        super().forget()
        self.open.clear()

    def see(self, step: Step, at: int) -> None:
        super().see(step, at)
        for live in step.contacts:
            self.open[live.id] = live
            if live.state == "ended":
                del self.open[live.id]
            if live.stands is not None:
                self.stood.add(live.id)
        for live in self.open.values():
            if live.callback is not None and live.state in ("queued", "offered"):
                self._alone(live, step.at)

    def _alone(self, live: LiveContact, now: float) -> None:
        if live.answered_at is not None or live.party is None:
            return
        limit = STAND_S1 if live.severity == 1 else STAND
        for other in self.open.values():
            here = other.party == live.party and other.channel == "voice" and other.id != live.id
            since = (live.theirs or {}).get(other.id, 0) or now
            if here and other.state in IN_HANDS and now - since < limit:
                self.fail(f"{live.id} is {live.state} while {other.id} is {other.state}")


class PromisingWorld(World):
    """Agents promise calls to whoever they know, and say at times that one is not needed."""

    carriers, centres, watches = Telephones, Promising, Eye
    carrier: Telephones
    centre: Promising
    watch: Eye

    def __init__(self, url: str, database: RoughDatabase, seed: int) -> None:
        super().__init__(url, database, seed)
        self.whim = random.Random(seed)
        self.made = self.needless = 0

    def _spoken_with(self, sid: str) -> bool:
        ours = self.carrier.lines[sid].ours
        live = self.centre.contacts.get(ours or self.centre.intake.call_id(sid))
        return self.calm or (live is not None and live.state in ("connecting", "active"))

    async def _act(self, agent: str) -> None:
        await super()._act(agent)
        if self.calm or not self.centre.up or self.whim.random() > HASTE:
            return
        async with self.database.read() as connection:
            c = schema.contact.c
            asked = select(c.incident, c.address, c.agent, c.state).where(c.incident.is_not(None))
            rows = (await connection.execute(asked.order_by(c.id))).all()
        mine = [row for row in rows if row.agent == agent and row.state in IN_HANDS]
        if not rows:
            return
        row = self.whim.choice(mine or rows)
        wish = CallbackRequest(
            row.incident, f"k{self.now}", agent, agent, why="asked", address=row.address,
            not_before=self.now + 30_000 if self.whim.random() < 0.2 else None,
        )  # fmt: skip
        reply = await self.centre.promises.request_callback(wish, self.now)
        self.made += reply.ok

    async def _work(self, agent: str, live: LiveContact | None) -> None:
        if live is not None and live.state == "wrapup" and self.whim.random() < 0.2:
            for one in list(self.centre.contacts.values()):
                if one.callback is not None and one.party == live.party and one.named == agent:
                    told = await self.centre.step("not_needed", contact=one.id, agent=agent)
                    self.needless += bool(told and told.ok)
        await super()._work(agent, live)

    async def _judge(self) -> None:
        await super()._judge()
        if twice := [one for one, times in self.carrier.dialled.items() if times > 1]:
            self.watch.fail(f"dialled twice: {twice}")
        async with self.database.read() as connection:
            k = schema.callback.c
            owed = (await connection.execute(select(k.id).where(k.state == "open"))).scalars().all()
        if owed:
            self.watch.fail(f"neither kept nor given up: {owed}")


@pytest.mark.slow
async def test_nobody_is_rung_for_a_call_to_somebody_who_is_with_us(
    store: str, record: RoughDatabase
) -> None:
    made = stood = needless = dialled = 0
    for seed in range(WORLDS):
        world = await run(store, record, 9_000 + seed, PromisingWorld)
        made, needless = made + world.made, needless + world.needless
        stood, dialled = stood + len(world.watch.stood), dialled + len(world.carrier.dialled)
    assert made >= 5 * WORLDS
    assert stood >= 2 * WORLDS
    assert dialled >= 2 * WORLDS
    assert needless >= WORLDS / 6
