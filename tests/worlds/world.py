"""One seeded world: people reach out, agents come and go, everything that can fail does; then calm.

    python -m tests.worlds.world --seed 7 [--worlds 200]

At the end of the calm nobody may be lost, in two hands, or still waiting.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import itertools
import logging
import math
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog
import uvloop
from sqlalchemy import delete, select
from sqlalchemy.engine import make_url

from router.core.contact import Outcome
from router.core.model import Chosen, LiveContact, Step
from router.core.severity import Channel
from router.core.states import Told
from router.intake.door import Text
from router.live.engine import decode_step
from router.records import accounts, schema
from tests.kit.store import running_store
from tests.worlds.carrier import Carrier
from tests.worlds.centre import Centre
from tests.worlds.colleagues import Colleagues, two_calls
from tests.worlds.few import Few, outsider
from tests.worlds.helps import Helps, Seen
from tests.worlds.rough import Dump, Fuse, RoughDatabase, RoughEngine

START = 1_800_000_000_000
AGENTS, PEOPLE = 5, 20
ROUGH_MS, CALM_MS = 100_000, 3_600_000
BEAT_MS, OVER = 1_000, 3
WORDS = ("my dog collapsed", "where is my invoice", "he ran away and is lost", "thank you")
LINES = ("+12065550100", "+12065550101")
_numbers = itertools.count(1)


class Broken(AssertionError):
    """What must never be was seen; `str` tells what and when."""


class Watch:
    """Reads every step of the index, whoever else does, and knows what must never be."""

    def __init__(self) -> None:
        self.events = 0
        self.told: list[str] = []
        self._calls: dict[str, set[str]] = {}
        self.hands: dict[str, str] = {}
        self.answered: set[str | None] = set()
        self._rung: dict[str, str] = {}
        self.helps = Seen()
        self.states: set[str] = set()
        """All that contacts have been in; with "+", an offer was laid over it."""

    def forget(self) -> None:
        """The index is not what it was."""
        self._calls.clear()
        self._rung.clear()
        self.hands.clear()
        self.helps.forget()

    def see(self, step: Step, at: int) -> None:
        for event in step.events:
            self.events += 1
            self.told.append(f"{at} {event.name} {event.contact or ''} {event.agent or ''}"
                             f" {event.why or event.code or event.reason or ''}")  # fmt: skip
            if event.name == "contact.answered":
                self.answered.add(event.contact)
            if event.name == "sweep.violation":
                self.fail(f"the sweeper found {event.code}: {event.reason}")
        for live in step.contacts:
            self.states |= {str(live.state), f"{live.state}+" if live.offer else str(live.state)}
            self.hands.pop(live.id, None)
            if live.agent and live.state in ("dialing", "connecting", "active", "wrapup"):
                self.hands[live.id] = live.agent
        for agent in step.agents:
            if len(set(agent.contacts)) != len(agent.contacts):
                self.fail(f"{agent.id} has something twice: {agent.contacts}")
            for contact in agent.contacts:
                holder = self.hands.get(contact, agent.id)
                if holder != agent.id:
                    self.fail(f"{contact} is in the hands of {holder} and {agent.id}")
        if told := two_calls(step, self.hands) or self.helps.wrong(step) or outsider(step):
            self.fail(told)
        self.states |= {f"line {it.consult.at}" for it in step.contacts if it.consult
                        and it.consult.line}  # fmt: skip
        self.states |= {"asked in" for agent in step.agents if agent.consult is not None}
        self._one_call_each(step.contacts)
        self._one_message_each(step.contacts)

    def _one_call_each(self, contacts: list[LiveContact]) -> None:
        for live in contacts:
            if live.channel != "voice":
                continue
            for calls in self._calls.values():
                calls.discard(live.id)
            if live.agent and live.state in ("dialing", "connecting", "active"):
                mine = self._calls.setdefault(live.agent, set())
                mine.add(live.id)
                if len(mine) > 1:
                    self.fail(f"{live.agent} is in two calls: {sorted(mine)}")

    def _one_message_each(self, contacts: list[LiveContact]) -> None:
        """A number on call rings for one text at a time, and only while that waits as an S1."""
        for live in contacts:
            self._rung = {name: one for name, one in self._rung.items() if one != live.id}
            if live.telling is None:
                continue
            waits = live.state in ("queued", "offered")
            if live.channel == "voice" or live.severity > 1 or not waits:
                self.fail(f"{live.id} is told: {live.channel} S{live.severity} {live.state}")
            self.states.add("told heard" if live.telling.heard else f"told {live.telling.at}")
            if live.telling.at == Told.RINGS:
                other = self._rung.setdefault(live.telling.name or "", live.id)
                if other != live.id:
                    self.fail(f"{live.telling.name} rings for {other} and {live.id}")

    def fail(self, what: str) -> None:
        raise Broken(what + "\n" + "\n".join(self.told[-40:]))


class World(Colleagues, Helps, Few):
    """All of it in one seed."""

    carriers, centres, watches = Carrier, Centre, Watch

    def __init__(self, url: str, database: RoughDatabase, seed: int) -> None:
        self.rng = random.Random(seed)
        self.luck = random.Random(seed + 1_000_000)
        self.now = START
        self._skew = 0
        self._due: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._order = itertools.count()
        self._fuse = Fuse(self.rng)
        name = f"world{os.getpid()}x{next(_numbers)}"
        self.engine = RoughEngine(url, name, START, self.rng, self._fuse)
        self.eye = RoughEngine(url, name, START, random.Random(0), Fuse(random.Random(0)))
        database.rng, database.fuse = self.rng, self._fuse
        self.database = database
        self.carrier = self.carriers(self.rng, self.at)
        self.centre = self.centres(
            self.engine, database, self.carrier, self.at, self.rng, lambda: self.now + self._skew,
            _spool_of(database),
        )  # fmt: skip
        self.carrier.centre = self.centre
        self.carrier.patient = self._spoken_with
        self.watch = self.watches()
        self._seen = "0-0"
        self._beat = itertools.count(1)
        self._faults = (self._crash, self._flush, self._jump, self._power_cut, self._lock)
        self.calm = False
        self.texts: dict[str, bool] = {}
        self.written_first = 0
        self._answering: dict[str, str] = {}

    def at(self, ms: float, do: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, (self.now + ms, next(self._order), do))

    def _spoken_with(self, sid: str) -> bool:
        contact = self.carrier.lines[sid].ours or self.centre.intake.call_id(sid)
        live = self.centre.contacts.get(contact)
        return self.calm or (live is not None and live.state in ("connecting", "active"))

    # Time -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Raises Broken."""
        rng = self.rng
        await self.engine.load()
        await self.centre.start()
        async with self.database.write() as connection:
            for n in range(AGENTS):
                name = f"a{n}"
                await accounts.add(connection, login=name, name=name, role="agent", skills={},
                                   password_hash="-", now=1)  # fmt: skip
        async with self.database.read() as connection:
            names = [account.id for account in await accounts.all_accounts(connection)]
        for name in names:
            self.centre.skills[name] = {
                skill: rng.randint(1, 5) for skill in ("safety", "vet", "en", "es")
                if rng.random() < 0.7 or name == names[0]
            }  # fmt: skip
            self.at(rng.uniform(0, 5_000), lambda a=name: self._act(a))
        for n in range(PEOPLE):
            self.at(rng.uniform(0, ROUGH_MS * 0.8), lambda n=n: self._reach_out(n))
        self._set_rough(rng.choice((0.0, 0.01, 0.04)))
        self.at(rng.uniform(5_000, ROUGH_MS), self._crash)
        for _ in range(rng.randint(0, 3)):
            self.at(rng.uniform(5_000, ROUGH_MS), rng.choice(self._faults))
        self.at(ROUGH_MS, self._calm_down)
        self.at(0, self._routine)
        await self._until(START + ROUGH_MS)
        over = 0  # for so long that late news, and what only the record holds, has come too
        while self.now < START + ROUGH_MS + CALM_MS and over < OVER:
            await self._until(self.now + 15_000)
            await self._look()
            over = over + 1 if await self._over() else 0
        await self._judge()

    def _set_rough(self, share: float) -> None:
        self.engine.rough = self.carrier.rough = self.database.rough = share

    async def _until(self, end: float) -> None:
        wake: float = self.now
        while True:
            at = min(wake, self._due[0][0]) if self._due else wake
            if at > end:
                self._set_now(end)
                return
            self._set_now(max(self.now, at))
            if self._due and self._due[0][0] <= self.now:
                _, _, do = heapq.heappop(self._due)
                await self.centre.guarded(do())
            sleep = await self.centre.guarded(self.centre.pump())
            if self.engine.failed:
                self.watch.fail(self.engine.failed)
            wake = self.now + (sleep if sleep is not None else 200.0)

    def _set_now(self, now: float) -> None:
        self.now = math.ceil(now)
        self.engine.now = self.eye.now = self.now + self._skew

    async def _look(self) -> None:
        for step_id, raw in await self.eye.read(self._seen):
            self._seen = step_id
            step = decode_step(raw)
            if any(event.name == "index.rebuilt" for event in step.events):
                self.watch.forget()  # this step tells all that is open
            self.watch.see(step, self.now - START)

    async def _routine(self) -> None:
        self.at(BEAT_MS, self._routine)
        beat = next(self._beat)
        if beat % 3 == 0:
            await self._look()
        await self.centre.routine(beat)

    # What fails -------------------------------------------------------------------------------

    async def _crash(self) -> None:
        """The process dies at one of its next steps."""
        self._fuse.left = self.rng.randint(1, 12)

    async def _flush(self) -> None:
        await self._look()
        await self.eye.wipe()
        self._seen = "0-0"
        self.watch.told.append(f"{self.now - START} FLUSHALL")

    async def _power_cut(self) -> None:
        """The store's machine lost its power: what it had synced last is up to a second old."""
        old = await self.eye.dump()
        self.at(self.rng.uniform(10, 1_000), lambda: self._power_back(old))

    async def _power_back(self, old: Dump) -> None:
        await self._look()
        await self.eye.wipe()
        await self.eye.restore(old)
        self.watch.told.append(f"{self.now - START} POWER LOST")
        self.watch.forget()
        await self.centre.store_back()

    async def _lock(self) -> None:
        """Somebody else holds the database for a while; nobody's record is written."""
        self.database.rough = 1.0
        self.watch.told.append(f"{self.now - START} RECORD LOCKED")
        self.at(self.rng.uniform(500, 20_000), self._unlock)

    async def _unlock(self) -> None:
        self.database.rough = self.carrier.rough
        self.watch.told.append(f"{self.now - START} RECORD OPEN")

    async def _jump(self) -> None:
        """The store's clock is set."""
        self._skew = self.rng.randint(-3_000, 3_000)
        self._set_now(self.now)

    async def _calm_down(self) -> None:
        self._set_rough(0.0)
        self._fuse.left = None
        self.calm = True

    # People -----------------------------------------------------------------------------------

    async def _reach_out(self, n: int) -> None:
        rng = self.rng
        who = f"+1206555{rng.randint(1000, 1000 + PEOPLE)}"  # some call twice
        if rng.random() < 0.6:
            patience = rng.choice((rng.uniform(1_000, 60_000), rng.uniform(60_000, 900_000)))
            await self.carrier.ring(who, rng.choice(LINES), patience)
            return
        await self._write(Text(Channel.SMS, f"sms:{n}", who, rng.choice(LINES), rng.choice(WORDS)))

    async def _write(self, text: Text) -> None:
        """Delivered at least once: again until it is accepted, sometimes again after that."""
        accepted = await self.centre.text(text)
        self.texts[text.key] = self.texts.get(text.key, False) or accepted
        if not accepted:
            self.at(self.rng.uniform(1_000, 10_000), lambda: self._write(text))
        elif self.rng.random() < 0.1 and not self.calm:
            self.at(self.rng.uniform(100, 60_000), lambda: self._write(text))

    # Agents -----------------------------------------------------------------------------------

    async def _act(self, agent: str) -> None:
        """Looks at his desk and does something about it, or not."""
        rng, centre = self.rng, self.centre
        self.at(rng.uniform(500, 8_000 if self.calm else 5_000), lambda: self._act(agent))
        page, me = centre.pages.get(agent), centre.agents.get(agent)
        await self.helps(agent, me)
        await self.few()
        if page is None:
            await centre.open_page(agent, f"{agent}-{self.now}")
            return
        if not self.calm and rng.random() < 0.02:
            del centre.pages[agent]  # the tab is closed, or his network is gone without a word
            if rng.random() < 0.5:
                await centre.step("agent_lost", agent=agent, conn=page.conn)
            return
        if (not self.calm and rng.random() < 0.03) or not page.sound:
            page.sound = not page.sound
            await centre.report("agent_media", agent=agent, media="up" if page.sound else "down",
                                proc="media-1")  # fmt: skip
            for live in list(centre.contacts.values()):
                centre._sound(live)
            return
        if me is None:
            return
        if await self.asked_in(agent, me):
            return
        if me.testing is not None:
            await centre.step("selftest", agent=agent, passed=self.calm or rng.random() < 0.8)
        elif not me.choice.ready:
            await centre.step("agent_choice", agent=agent, choice=Chosen(ready=True))
        elif not self.calm and rng.random() < 0.02:
            await centre.step("agent_choice", agent=agent, choice=Chosen(reason="break"))
        elif me.offer is not None:
            await self._answer(agent, me.offer.contact, me.offer.fence)
        else:
            for contact in me.contacts:
                await self._work(agent, centre.contacts.get(contact))

    async def _answer(self, agent: str, contact: str, fence: str) -> None:
        luck = 0.0 if self.calm else self.rng.random()
        accept = partial(self.centre.step, "accept", agent=agent, contact=contact, fence=fence)
        if luck < 0.7:
            await accept()
        elif luck < 0.75:
            self.at(self.rng.uniform(1_000, 15_000), accept)  # too late, as often as not
        elif luck < 0.85:
            await self.centre.step("decline", agent=agent, contact=contact, fence=fence)

    async def _work(self, agent: str, live: LiveContact | None) -> None:
        step = self.centre.step
        if live is None or (not self.calm and self.rng.random() < 0.6):
            return
        if live.state == "wrapup":
            await step("wrapped", agent=agent, contact=live.id, disposition="x", comment="")
        elif live.state == "active" and live.channel == "voice":
            if await self.asks_in(agent, live):
                return
            if self.rng.random() < 0.5 and live.carrier_id in self.carrier.lines:
                line = self.carrier.lines[live.carrier_id]
                line.gave_up = True  # he says goodbye first
                await self.carrier._end(line)
            else:
                await step("hang_up", agent=agent, contact=live.id)
        elif live.state == "active":
            then = "close" if self.calm or self.rng.random() < 0.7 else "wait"
            await step("reply", agent=agent, contact=live.id, next=then, sent=True)
            if then == "wait":
                self.at(self.rng.uniform(1_000, 60_000), lambda: self._write_again(live))
            elif not self.calm and self.rng.random() < 0.6:
                self.at(self.rng.uniform(100, 20_000), lambda: self._write_first(agent, live))

    async def _write_first(self, agent: str, live: LiveContact) -> None:
        """To whom they answered before, whatever they do now; perhaps that is answered."""
        number = f"+1206555{(live.who.get('address') or '')[-4:]}"
        done = await self.centre.writes_first(
            agent, live.incident or "", number, f"first-{live.id}-{self.now}"
        )
        self.written_first += done
        if done and self.rng.random() < 0.5:
            self.at(self.rng.uniform(1_000, 60_000), lambda: self._write_again(live))

    async def _write_again(self, live: LiveContact) -> None:
        key = f"sms:again:{live.id}:{self.now}"
        address = f"+1206555{live.who.get('address', '')[-4:]}"
        if address[-4:].isdecimal():
            await self._write(Text(Channel.SMS, key, address, LINES[1], "and now?"))

    # Judgement --------------------------------------------------------------------------------

    async def _over(self) -> bool:
        """Nobody waits, is in work or asks for help, and the record has it all."""
        snapshot = await self.eye.snapshot() if await self.eye.alive() else None
        if snapshot is None or any(c.parked_for != "party" for c in snapshot.contacts):
            return False
        return not self.carrier.living() and not any(a.help for a in snapshot.agents)

    async def _called_for_a_message(self, rows: Iterable[Any]) -> set[str]:
        """Whoever ended at the voicemail, and to whose incident the record had a call promised then
        or since."""
        k = schema.callback.c
        until: dict[str, float] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(select(k.incident, k.closed_at)):
                closed = math.inf if row.closed_at is None else row.closed_at
                until[row.incident] = max(closed, until.get(row.incident, 0))
        return {
            row.id
            for row in rows
            if row.outcome == Outcome.VOICEMAIL and until.get(row.incident, 0) >= row.ended_at
        }

    async def _judge(self) -> None:
        fail = self.watch.fail
        await self.centre.recorder.drain()
        snapshot = await self.eye.snapshot()
        for live in snapshot.contacts:
            if live.parked_for != "party":
                fail(f"stuck: {live.id} {live.channel} S{live.severity} {live.state} {live.agent}")
        for agent in snapshot.agents:
            if agent.help is not None:
                fail(f"still asks for help: {agent.id} {agent.help}")
        if self.carrier.living():
            fail(f"still on the line: {self.carrier.living()}")
        async with self.database.read() as connection:
            rows = {r.id: r for r in await connection.execute(select(schema.contact))}
        lives = [msgspec.json.decode(row.live, type=LiveContact) for row in rows.values()]
        owed = {live.callback.instead for live in lives if live.callback is not None}
        owed |= await self._called_for_a_message(rows.values())
        index = {live.id: live.state for live in snapshot.contacts}
        for row in rows.values():
            if row.state == "ended" and row.channel != "voice" and row.outcome != "handled":
                fail(f"lost: the text {row.id} ended as {row.outcome}")
            if row.state != index.get(row.id, "ended"):
                fail(f"the record says {row.state} of {row.id}, the index {index.get(row.id)}")
        for sid, line in self.carrier.lines.items():
            if line.ours:
                continue
            contact = self.centre.intake.call_id(sid)
            row = rows.get(contact)
            if row is None and (line.heard or line.told_over or not line.gave_up):
                fail(f"lost: {sid} stands nowhere; heard {line.heard}")
            spoke = contact in self.watch.answered or (row and row.answered_at)
            spoke = spoke or contact in owed
            spoke = spoke or sid in self.carrier.joined_outside
            if row is not None and not line.gave_up and not spoke:
                fail(f"lost: {sid} was hung up on, {row.outcome}; heard {line.heard}")
        talks = {live.id for live in snapshot.contacts if live.consult is not None}
        if left := self.carrier.parties.alive() - talks:
            fail(f"nobody needs them any more, and they are on the line: {left}")
        if twice := [one for one, times in self.carrier.dialled.items() if times > 1]:
            fail(f"dialled twice: {twice}")
        async with self.database.read() as connection:
            k = schema.callback.c
            still = (await connection.execute(select(k.id).where(k.state == "open"))).scalars()
        if unkept := still.all():
            fail(f"neither kept nor given up: {unkept}")
        if not all(self.texts.values()):
            fail(f"texts were never accepted: {self.texts}")
        async with self.database.read() as connection:
            known = {r.key for r in await connection.execute(select(schema.message.c.key))}
        if missing := set(self.texts) - known:
            fail(f"lost: {missing}")


def _spool_of(database: RoughDatabase) -> Path:
    return Path(str(make_url(database.url).database)).with_suffix(".spool")


async def clean(database: RoughDatabase) -> None:
    """An empty record, as migrated."""
    database.rough, database.fuse.left = 0.0, None
    shutil.rmtree(_spool_of(database), ignore_errors=True)
    async with database.write() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            await connection.execute(delete(table))


AnyWorld = TypeVar("AnyWorld", bound=World)


async def run(
    url: str, database: RoughDatabase, seed: int, kind: type[AnyWorld] = World
) -> AnyWorld:
    """One world of this kind on an emptied record; raises Broken with its seed."""
    await clean(database)
    world = kind(url, database, seed)
    try:
        await world.run()
    except AssertionError as error:
        raise Broken(f"seed {seed}: {error}") from error
    finally:
        await world.eye.wipe()
        await world.eye.close()
        await world.engine.close()
    return world


def folder() -> str | None:
    """Memory, where there is such a folder: the worlds' records are thrown away."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def many(first: int, worlds: int, kind: type[World]) -> int:
    quiet()
    seen: Counter[str] = Counter()
    with running_store() as url, tempfile.TemporaryDirectory(dir=folder()) as place:
        database = RoughDatabase(f"sqlite:///{Path(place) / 'record.db'}")
        await database.migrate()
        events = crashes = bad = 0
        for seed in range(first, first + worlds):
            try:
                world = await run(url, database, seed, kind)
                seen.update(world.watch.states)
                events += world.watch.events
                crashes += world.centre.crashes
            except Broken as error:
                bad += 1
                print(f"=== {error}\n", flush=True)
        await database.close()
    print(f"{worlds} worlds, {events} events, {crashes} crashes, {bad} broken")
    print("worlds in which somebody was " + ", ".join(f"{s}: {n}" for s, n in sorted(seen.items())))
    return 1 if bad else 0


def main(kind: type[World]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worlds", type=int, default=1)
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(many(args.seed, args.worlds, kind))


if __name__ == "__main__":
    sys.exit(main(World))
