"""After a loss of the live index: record + carrier + processes + desks -> index, under a new epoch.

Every function of the index refuses while the epoch key is missing, so nobody acts on half a
picture. The epoch lives in the database and rises first; offers of the old one are void by their
fence. Meanwhile callers hear the carrier's loop or our music, and conversations go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import structlog

from router.centre import Centre
from router.core import ladder
from router.core.callback import UNCLEAR
from router.core.model import SIGNED_IN, Chosen, LiveAgent, LiveContact
from router.core.rebuild_facts import ConnectedDesk, Witness
from router.core.reladder import rehouse
from router.core.restore import Facts, began, correct, to_its_place
from router.core.severity import Channel, Severity
from router.core.states import NOT_MADE, TALKS, WAITS, AgentState, State
from router.core.terms import duty_of
from router.live.engine import IndexLost, IndexUnavailable
from router.recorder import Recorder
from router.records import accounts, audit, contacts, helps
from router.records.database import RecordUnavailable
from router.records.sql import get_meta, put_meta
from router.records.today import Today

log = structlog.get_logger()

OWN_CALL_MS = 5_000
"""A callback's step may take this long from its record into the index."""

IN_FLIGHT_MS = 1_000
"""A contact younger than this may be on its way from the record into the index."""


class Rebuild:
    """Rebuilds the index, and sweeps in contacts that only the record holds."""

    def __init__(
        self,
        centre: Centre,
        recorder: Recorder,
        cfg: Callable[[], dict[str, Any]],
        witness: Witness,
    ) -> None:
        """`cfg`: the settings for the library."""
        self._current = centre.config
        self._database = centre.database
        self._engine = centre.engine
        self._recorder = recorder
        self._cfg = cfg
        self._witness = witness
        self._clock = centre.clock
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Opens a new epoch if there is none. Returns when the index lives (or Redis is away)."""
        async with self._lock:
            try:
                await self._engine.load()
                wanted = self._cfg()
                epoch = await self._engine.epoch()
                form = (await self._engine.settings()).get("form")
                if epoch is not None and form is not None and form != wanted.get("form"):
                    log.warning("index.other_form")
                    await self._anew(epoch, known=False)
                    return
                if epoch is not None:
                    if await self._engine.lacks(await self._recorder.recorded()):
                        log.error("index.went_back")
                        await self._anew(epoch)
                        return
                    kept = {"reserve"}  # a supervisor's choice outlives a worker
                    cfg = {name: v for name, v in wanted.items() if name not in kept}
                    await self._engine.beat("configure", cfg=cfg)
                    return
                await self._recorder.drain()
                await self._build()
            except (IndexLost, IndexUnavailable, RecordUnavailable) as error:
                log.warning("index.rebuild_waiting", error=type(error).__name__)
                await asyncio.sleep(0.2)

    async def went_back(self, last: str) -> None:
        """The store forgot steps that were seen (a loss of power): its picture is not the truth any
        more. Everything done since is recorded, then the index is rebuilt from all sources."""
        async with self._lock:
            try:
                epoch = await self._engine.epoch()
                if epoch is None or not await self._engine.lacks(last):
                    return  # lost as a whole, or mended by somebody else
                log.error("index.went_back", last=last)
                await self._anew(epoch)
            except (IndexLost, IndexUnavailable, RecordUnavailable) as error:
                log.warning("index.rebuild_waiting", error=type(error).__name__)

    async def _anew(self, epoch: int, *, known: bool = True) -> None:
        """Records everything this life of the index has done, then begins another. Agents go on as
        it knew them: without their pages nothing else knows whether they were ready."""
        await self._recorder.drain()
        agents = (await self._engine.snapshot()).agents if known else []
        if await self._engine.forget(epoch) or await self._engine.epoch() is None:
            await self._build({agent.id: agent for agent in agents})

    def _complete(self, live: LiveContact) -> None:
        """A contact whose queue is gone goes on in another one; one recorded before ladders existed
        gets its queue's."""
        rehouse(live, self._current.value)
        if live.ladder is not None:
            return
        severity, channel = Severity(live.severity), Channel(live.channel)
        live.ladder = ladder.text(self._current.value.steps(live.queue, severity))
        live.promote_at = self._current.value.promote_at(int(live.arrived_at), severity, channel)
        live.promote_ms = self._current.targets[Severity.S2][channel]

    async def _build(self, before: Mapping[str, LiveAgent] | None = None) -> None:
        """`before`: agents as the index had them before it was forgotten."""
        now = self._clock()
        async with self._database.write() as connection:
            epoch = int(await get_meta(connection, "epoch") or "0") + 1
            await put_meta(connection, "epoch", str(epoch))
        async with self._database.read() as connection:
            recorded = await contacts.open_contacts(connection)
            asked = {it.agent: it for it in await helps.still_open(connection)}
            names = {a.id: a for a in await accounts.all_accounts(connection)}
            today = await Today.kept(connection)
        living = await self._witness.live_calls() if recorded else set()
        uncalled = {
            live.id for live in await self._promised([c for c in recorded if c.dir == "out"])
        }
        desks = {desk.agent: desk for desk in self._witness.desks()}
        bridges = {bridge.contact: bridge for bridge in await self._witness.streams()}
        facts = Facts(names, bridges, living, now)
        replaced = {c.callback.instead for c in recorded if c.callback is not None}
        kept: list[LiveContact] = []
        ended: list[LiveContact] = []
        back: list[str] = []
        for live in recorded:
            was = live.state
            self._complete(live)
            if live.id in replaced and live.state in WAITS:
                live.outcome, live.cause, live.ended_at = "callback", "asked_for_callback", now
                ended.append(live)
                continue
            if live.dir == "out" and live.id not in bridges and live.answered_at is None:
                if live.id in uncalled:
                    dials = live.state == State.DIALING and not facts.is_elsewhere(live)
                    kept.append(live if dials else to_its_place(live))
                    if was == State.DIALING and not dials:
                        back.append(live.id)
                    continue
                if live.state in NOT_MADE:  # dialled, by an agent now lost: not redialled alone
                    live.outcome, live.cause, live.ended_at = "not_reached", UNCLEAR, now
                    ended.append(live)
                    continue
            (kept if correct(live, facts) else ended).append(live)
            if was in TALKS - {State.DIALING} and live.state == State.QUEUED:
                back.append(live.id)
        agents = [self._agent(desk, now) for desk in desks.values()]
        for agent in agents:
            known = (before or {}).get(agent["id"])
            if known is not None and agent["choice"] == SIGNED_IN:
                agent |= {"choice": known.choice, "at_hand": known.at_hand}
        agents += [
            msgspec.to_builtins(live) | {"presence": "lost", "media": "down", "media_proc": None}
            for live in (before or {}).values()
            if live.id in names and live.id not in desks and live.presence != "offline"
        ]
        there = {agent["id"] for agent in agents}
        for live in kept:
            if live.agent and live.agent not in there and live.agent in names:
                account = names[live.agent]
                duty = duty_of(account.terms, self._current.value, now)
                desk = ConnectedDesk(
                    *(account.id, account.name, account.skills, Chosen(ready=True), "", None),
                    duty=duty,
                )
                if live.channel != "voice":  # nobody knows whether they had paused
                    desk = replace(desk, choice=SIGNED_IN)
                there.add(live.agent)
                agents.append(self._agent(desk, now) | {"presence": "lost"})
        away = [_signed_off(names[one], now) for one in asked if one in names and one not in there]
        agents = [agent | {"help": asked.get(agent["id"])} for agent in [*agents, *away]]
        reply = await self._engine.open_epoch(
            epoch,
            self._cfg(),
            [msgspec.to_builtins(live) for live in kept],
            agents,
            after=await self._recorder.recorded(),
            today=today.counts,
            back=back,
        )
        if not reply.ok:  # another process was quicker, and knows what has ended
            return
        if ended:
            async with self._database.write() as connection:
                for live in ended:
                    await contacts.mark_ended(connection, live)
                for live in ended:
                    await audit.all_left(connection, live, now)
        log.info(
            "index.rebuilt",
            epoch=epoch,
            contacts=len(kept),
            ended=len(ended),
            agents=len(agents),
            took_ms=self._clock() - now,
        )

    def _agent(self, desk: ConnectedDesk, now: int) -> dict[str, Any]:
        return {
            "id": desk.agent,
            "name": desk.name,
            "skills": dict(desk.skills),
            "choice": desk.choice,
            "presence": "online",
            "media": "up" if desk.proc else "down",
            "media_proc": desk.proc,
            "state": AgentState.OFFLINE,
            "state_at": now,
            "idle_since": now,
            "used": 0,
            "conn": desk.conn,
            "supervisor": desk.supervisor,
            **desk.duty,
            **desk.handed,
        }

    async def sweep(self) -> int:
        """Brings contacts that the record holds open and the index has never seen to their place.

        Returns how many. They arrived while Redis was away.
        """
        await self._recorder.drain()
        async with self._database.read() as connection:
            recorded = await contacts.open_contacts(connection)
        snapshot = await self._engine.snapshot()
        known = {live.id for live in snapshot.contacts}
        # A contact that ended meanwhile has left a tombstone: it is not taken in again.
        missing = [
            live
            for live in recorded
            if live.id not in known and self._clock() - began(live) > IN_FLIGHT_MS
        ]
        ours = [live for live in missing if live.dir == "out" and live.channel == "voice"]
        missing = [live for live in missing if live.dir == "in" or live.channel != "voice"]
        promised = await self._promised(ours)
        for live in promised:
            assert live.callback is not None
            self._complete(live)
            reply = await self._engine.step(
                "callback",
                contact=msgspec.to_builtins(to_its_place(live)),
                instead=live.callback.instead,
                theirs=[other.id for other in recorded if other.party == live.party],
            )
            if not reply.ok:  # somebody answered the call that it was to replace
                live.outcome, live.cause, live.ended_at = "cancelled", "answered", int(reply.now)
                async with self._database.write() as connection:
                    await contacts.mark_ended(connection, live)
        await self._end_own([live for live in ours if live not in promised])
        for live in missing:
            self._complete(live)
            await self._engine.step(
                "enqueue", contact=msgspec.to_builtins(to_its_place(live)), inline=False
            )
        if missing:
            log.warning("contacts.swept", count=len(missing))
        return len(missing)

    async def _promised(self, calls: list[LiveContact]) -> list[LiveContact]:
        """Our promised calls that nobody has dialled yet."""
        found = [c for c in calls if c.callback is not None and c.answered_at is None]
        if not found:
            return []
        async with self._database.read() as connection:
            dials = {live.id: await contacts.dial_of(connection, live.id) for live in found}
        return [c for c in found if (dial := dials[c.id]) is None or dial.state == "intended"]

    async def _end_own(self, calls: list[LiveContact]) -> None:
        """Calls of ours that never got into the index: nobody is in them, they are not queued."""
        now = self._clock()
        for live in calls:
            if now - began(live) < OWN_CALL_MS:
                continue
            async with self._database.write() as connection:
                dial = await contacts.dial_of(connection, live.id)
                tried = dial is not None and dial.state != "intended"
                live.outcome, live.ended_at = ("unknown" if tried else "not_reached"), now
                await contacts.mark_ended(connection, live)
                if not tried:
                    await contacts.set_dialled(connection, live.id, "cancelled", None)
            log.warning("callback.dropped", contact=live.id, tried=tried)


def _signed_off(account: accounts.Account, now: int) -> dict[str, Any]:
    """Somebody without a desk, of whom the index still has to know."""
    return {
        "id": account.id,
        "name": account.name,
        "skills": dict(account.skills),
        "choice": SIGNED_IN,
        "presence": "offline",
        "media": "down",
        "state": AgentState.OFFLINE,
        "state_at": now,
        "idle_since": now,
        "used": 0,
    }
