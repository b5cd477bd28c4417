"""One workspace of the engine and one oracle: the same event on both, then compared."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import msgspec
from redis.exceptions import ResponseError

from router.core.consult import Consulted
from router.core.model import Chosen, LiveAgent, LiveContact, Reply
from router.live.engine import Engine, IndexUnavailable, decode_step
from tests.oracle.oracle import Oracle
from tests.oracle.people import Times
from tests.oracle.worlds import PROMISE, SKILLS, Event

START = 1_800_000_000_000
TIMES = Times(parked_call=100_000, text_idle=150_000, lost_to_offline=70_000, parked=900_000,
              stand=100_000, stand_s1=40_000, stand_text=30_000,
              owner_s2=70_000, owner_s3=110_000, owner_s4=150_000,
              miss_forgotten=240_000, miss_active=120_000, sticky_s4=60_000,
              asked=(("vet", 3), ("fire", 1), ("en", 4)),
              quiet=("recovering", "self_test_failed"), taken_over=150_000)  # fmt: skip
"""Shorter than in the house where the page's spans are long, so that everything meets."""

FORGETS = 7
"""After so many events the library's memory is taken away: what it makes of the records must be
what it had."""

LIMITS = (500, 1, 2, 500, 3)
"""Deadlines per tick: what fires in several decides the same."""

QUEUES = ("general", "other")

_numbers = itertools.count(1)


def engine_times() -> dict[str, Any]:
    """The same, as the engine is told."""
    same = ("ring_s1", "ring_voice", "ring_text", "ring_paused", "connect", "come_back",
            "wrapup_extension", "cool_down", "cool_down_s1", "sticky_s2", "sticky_s3",
            "sticky_s4", "owner_s2", "owner_s3", "owner_s4", "self_test",
            "miss_forgotten", "miss_active", "parked_call", "parked", "text_idle",
            "lost_to_offline", "s1_first", "s1_round", "outside_ring", "acknowledge",
            "outside_talk", "voicemail", "stand", "stand_s1", "stand_text",
            "number_heard", "taken_over")  # fmt: skip
    rest = {"units_voice": 100, "units_sms": 25, "units_email": 15, "max_sms": 4, "max_email": 5,
            "reserve": 0, "zone_offset_ms": 0, "agent_lease": 0, "menu": 20_000, "dial": 25_000,
            "hold_loop": 25_000, "stream_idle": 25_000}  # fmt: skip
    asked = [f"{skill}={level}" if skill else "" for skill, level in TIMES.asked]
    lists = {"asked": asked, "quiet": list(TIMES.quiet)}
    return {name: getattr(TIMES, name) for name in same} | rest | lists


def ladder_text(ladder: list[dict[str, Any]]) -> str:
    """As the engine reads it."""
    parts = []
    for rung in ladder:
        asked = rung.get("asked", ())
        needs = ",".join(
            f"{name}{'?' if name in asked else '='}{level}"
            for name, level in sorted(rung["needs"].items())
        )
        span = "" if rung.get("span") is None else rung["span"]
        marks = "*" * bool(rung.get("supervisors")) + "!" * bool(rung.get("overflow"))
        parts.append(f"{needs}@{span}{marks}")
    return "|".join(parts)


class Divergence(AssertionError):
    """Engine and oracle differ; `str` is the whole story, `events` what led there."""

    events: list[tuple[int, str, dict[str, Any]]]
    at: int


class Hang(Divergence):
    """A step of the engine did not end: its store must go."""


def seen_contact(live: LiveContact) -> dict[str, Any]:
    """What the oracle's `state()` says of a contact."""
    waiting = live.state in ("queued", "offered", "connecting")
    until = live.offer.expires if live.offer else live.until
    if live.state in ("queued", "active"):
        until = None
    return {
        "state": live.state,
        "agent": live.agent,
        "offered": sorted(live.offer.agents) if live.offer else [],
        "score": int(live.score),
        "step": int(live.step or 0) if waiting else None,
        "sticky": live.sticky_for,
        "until": None if until is None else int(until),
        "named": live.named,
        "overflowed": live.channel != "voice" and live.overflow_at is not None,
        "due": int(live.answer_by or 0) if live.callback and not live.answered_at else None,
        "consult": (
            live.consult.agent or "",
            live.consult.at != Consulted.ASKED,
            None if live.consult.until is None else int(live.consult.until),
        )
        if live.consult
        else None,
        "telling": (live.telling.at, live.telling.name, int(live.telling.until or 0))
        if live.telling
        else None,
    }


def seen_agent(live: LiveAgent) -> dict[str, Any]:
    return {
        "asked": live.asked,
        "beside": live.consult,
        "ready": live.choice.ready,
        "presence": live.presence,
        "sound": live.media == "up",
        "testing": None if live.testing is None else int(live.testing),
        "used": int(live.used),
        "contacts": sorted(live.contacts),
        "offer": live.offer.contact if live.offer else None,
        "idle_since": int(live.idle_since),
        "missed_at": None if live.missed_at is None else int(live.missed_at),
        "misses": live.misses or 0,
        "absent": bool(live.absent),
        "outside": live.ceiling is not None,
    }


class Pair:
    """One workspace of the engine and one oracle."""

    def __init__(self, url: str, *, on_call: bool = True) -> None:
        self.engine = Engine(url, f"oracle{os.getpid()}x{next(_numbers)}", now=START)
        self.oracle = Oracle(TIMES, on_call=on_call)
        self.now = START
        self.live: dict[str, LiveContact] = {}
        self.seen: dict[str, dict[str, Any]] = {}
        self.told: list[str] = []
        """The event list, for the tail."""
        self.applied = 0
        self.hung = False
        self.events: list[tuple[int, str, dict[str, Any]]] = []
        self._last = "0-0"

    async def open(self) -> Pair:
        cfg = engine_times() | {"on_call": self.oracle.on_call}
        await self.engine.open_epoch(1, cfg, [], [])
        return self

    async def close(self) -> None:
        if not self.hung:
            await self.engine.wipe()
        await self.engine.close()

    # Time -------------------------------------------------------------------------------------

    async def move(self, ms: int, *, late: bool = False) -> None:
        """Deadline by deadline to now + ms; `late`: the clock jumps and then they fire."""
        target = self.now + ms
        while not late:
            upcoming = self.oracle.next()
            if upcoming is None or upcoming > target:
                break
            self.now = max(self.now, upcoming)
            await self.fire()
        self.now = target
        if late or self.oracle.next() is None:
            await self.fire()

    def jump(self, at: int) -> None:
        """The clock reads `at`; what is due has not fired yet."""
        self.now = at

    async def fire(self) -> None:
        """All that is due; the oracle fires by its own list."""
        self.engine.now = self.now
        fired = False
        while self.oracle.fire(self.now):
            fired = True
        many = LIMITS[self.applied % len(LIMITS)]
        more = True
        while more:
            try:
                reply = await self.engine.beat("tick", limit=many)
            except (ResponseError, IndexUnavailable) as error:
                raise self._broken(error) from error
            more = reply.fired == many
            if more and self.applied % FORGETS == 0:
                await self.forget()
            fired = fired or reply.fired > 0
        if fired:
            self.told.append(f"{self.now - START} -- deadlines")
            await self.compare()

    async def forget(self) -> None:
        """As after a failover: the memory is made anew from the records."""
        await self.engine._redis.hdel(f"{self.engine.prefix}:records", "v")

    # Events -----------------------------------------------------------------------------------

    async def apply(self, event: Event) -> bool:
        """On both; compares the answers and all that can be seen."""
        name, what = event
        self.engine.now = self.now
        self.told.append(f"{self.now - START} {name} {json.dumps(what)}")
        self.applied += 1
        self.events.append((self.now - START, name, dict(what)))
        if self.applied % FORGETS == 0:
            await self.forget()
        try:
            reply = await self._engine(name, dict(what))
        except (ResponseError, IndexUnavailable) as error:
            raise self._broken(error) from error
        done = self.oracle.apply(self.now, name, **what)
        if reply.ok != done:
            raise Divergence(self.story([f"ok: engine {reply.ok} {reply.text}, oracle {done}"]))
        await self.compare()
        return done

    async def _engine(self, name: str, what: dict[str, Any]) -> Reply:
        step = self.engine.beat
        match name:
            case "online":
                who = {"id": what["agent"], "name": what["agent"], **what}
                del who["agent"]
                return await step("agent_online", agent=who, conn=what["agent"])
            case "back":
                return await step("agent_back", agent=what["agent"], conn=what["agent"])
            case "ready":
                return await step("agent_choice", agent=what["agent"], choice=Chosen(ready=True))
            case "pause":
                return await step(
                    "agent_choice",
                    agent=what["agent"],
                    choice=Chosen(reason=what.get("reason", "break")),
                )
            case "lost":
                return await step("agent_lost", agent=what["agent"], conn=what["agent"])
            case "sound":
                media = "up" if what["up"] else "down"
                return await step("agent_media", agent=what["agent"], media=media, proc="p1")
            case "make_ready":
                return await step("make_ready", **what, by="sup")
            case "selftest":
                return await step("selftest", **what, detail="trial")
            case "off":
                return await step("agent_off", **what)
            case "arrive":
                return await step("enqueue", contact=self._contact(what))
            case "promise":
                by = "voicemail" if what.pop("left") else "sup"
                promise = {"id": "k", "by": by, "by_name": by}
                body = self._contact(what) | {"dir": "out", "callback": promise}
                party = what.get("party")
                theirs = [c.id for c in self.live.values() if party and c.party == party]
                return await step("callback", contact=body, theirs=theirs)
            case "cancel_callback":
                return await step("cancel_callback", **what, cause="cancelled")
            case "accept" | "decline":
                return await step(
                    name,
                    agent=what["agent"],
                    contact=what["contact"],
                    fence=self._fence(what["contact"], stale=what["stale"]),
                )
            case "caller_gone":
                return await step("caller_gone", **what, cause="hung_up")
            case "wrapped":
                return await step("wrapped", **what, disposition="resolved")
            case "reply":
                more = {"next": what.pop("then"), "sent": True, "disposition": "resolved"}
                return await step("reply", **what, **more)
            case "write":
                then, agent = what.pop("then"), what.pop("agent")
                body = self._contact(what) | {"dir": "out", "answered_at": self.now}
                return await step("write", agent=agent, contact=body, next=then)
            case "message_in":
                return await step("message_in", **what, answer_by=self.now + 1000)
            case "severity":
                rungs = what.pop("ladder", None)
                ladders = {} if rungs is None else dict.fromkeys(QUEUES, ladder_text(rungs))
                what["ageing_ms"] = PROMISE * what["target_ms"]
                del what["score"], what["promote_at"]  # by the oracle; the engine's are its own
                return await step("severity", **what, rule="set", by="sup", ladders=ladders)
            case "close":
                return await step("close_contact", **what)
            case "restrict":
                only = dict.fromkeys(what["only"], True)
                return await step("describe", contact=what["contact"], only=only)
            case "reserve":
                return await step("configure", cfg={"reserve": what["k"]})
            case "assign":
                return await step("assign", **what, by="sup", by_name="sup")
            case "transfer_agent":
                return await step(
                    "transfer", agent=what["agent"], contact=what["contact"], to_agent=what["to"]
                )
            case "transfer_queue":
                what["ladder"] = ladder_text(what["ladder"])
                return await step("transfer", **what, queue="other")
            case "consult":
                what["to_agent"] = what.pop("to")
                return await step(name, **what)
            case "consult_line":
                line = {"kind": "number", "name": "n", "word": "n"}
                return await step("consult", **what, line=line)
            case "line_up" | "line_lost" | "line_over":
                live = self.live.get(what["contact"])
                line_of = live.consult.line if live is not None and live.consult else None
                more = {"line_up": {"proc": "p1"}, "line_over": {"cause": "busy"}}
                fence = line_of.fence if line_of else "1.0"
                return await step(name, **what, **more.get(name, {}), fence=fence)
            case "send_outside":
                there = {"name": "n", "word": "n", "acknowledge": True}
                return await step(name, **what, **there)
            case "outside_over" | "outside_answered":
                live = self.live.get(what["contact"])
                fence = live.outside.fence if live is not None and live.outside else "1.0"
                more = {"cause": "no-answer"} if name == "outside_over" else {}
                return await step(name, **what, **more, fence=fence)
            case "tell":
                people = [{"name": name, "word": name} for name in what["people"]]
                return await step(name, contact=what["contact"], people=people)
            case "telephone_picked_up" | "telephone_over" | "take_over":
                live = self.live.get(what["contact"])
                telling = live.telling if live is not None else None
                earlier = what.pop("stale") or telling is None or telling.fence is None
                fence = f"0.{next(_numbers)}" if earlier or telling is None else telling.fence
                if name == "take_over":
                    rings = not earlier and telling is not None and telling.at == "rings"
                    who = telling.name if rings and telling is not None else what["who"]
                    what = {**what, "name": who, "word": who}
                    del what["who"]
                more = {"telephone_picked_up": {"call": "CA"}, "telephone_over": {"cause": "busy"}}
                return await step(name, **what, **more.get(name, {}), fence=fence)
            case "message_over":
                return await step(name, **what, cause="no_message")
            case "force_release":
                return await step("force_release", **what, by="sup")
            case _:
                return await step(name, **what)

    def _contact(self, what: dict[str, Any]) -> dict[str, Any]:
        body = {**what, "id": what["contact"], "ladder": ladder_text(what["ladder"])}
        del body["contact"]
        due = what.get("due_from", self.now) + body.pop("target", 0)
        rest = {"queue": "general", "link": "none", "asks": ",".join(SKILLS)}
        return body | {"answer_by": due, "state": "queued", **rest}

    def _fence(self, contact: str, *, stale: bool) -> str:
        live = self.live.get(contact)
        if stale or live is None:
            return "1.0"
        return live.offer.fence if live.offer else live.fence or "1.0"

    # Comparing --------------------------------------------------------------------------------

    async def compare(self, *, whole: bool = False) -> None:
        """`whole`: against a fresh snapshot, else against the stream."""
        if whole:
            snapshot = await self.engine.snapshot()
            found = {c.id: seen_contact(c) for c in snapshot.contacts}
            found |= {a.id: seen_agent(a) for a in snapshot.agents}
            if found != self.seen:
                raise Divergence(
                    self.story(["stream and snapshot differ", *_diff(found, self.seen)])
                )
        for step_id, raw in await self.engine.read(self._last, count=1000):
            self._last = step_id
            step = decode_step(raw)
            happened = [f"{e.name}({e.contact or ''} {e.agent or ''})" for e in step.events]
            self.told.append(f"    engine: {', '.join(happened)}")
            for live in step.contacts:
                if live.state == "ended":
                    self.live.pop(live.id, None)
                    self.seen.pop(live.id, None)
                else:
                    self.live[live.id] = live
                    self.seen[live.id] = seen_contact(live)
            for agent in step.agents:
                self.seen[agent.id] = seen_agent(agent)
        differ = _diff(self.seen, self.oracle.state())
        if differ:
            raise Divergence(self.story([*differ, *self._details(differ)]))

    def _details(self, differ: list[str]) -> list[str]:
        """The records of both sides behind a difference."""
        found = []
        for key in [line.split(":")[0].strip() for line in differ]:
            one = self.oracle.contacts.get(key) or self.oracle.agents.get(key)
            found.append(f"    oracle {one}".replace("18000", "~"))
            if key in self.live:
                live = msgspec.to_builtins(self.live[key])
                for name in ("reason", "who", "ladder", "needs", "link"):
                    live.pop(name, None)
                found.append(f"    engine {live}".replace("18000", "~"))
        return found

    def _broken(self, error: Exception) -> Divergence:
        """The engine raised an error, or did not end."""
        self.hung = isinstance(error, IndexUnavailable) or "BUSY" in str(error)
        return (Hang if self.hung else Divergence)(self.story([str(error)]))

    def story(self, differ: list[str], tail: int = 60) -> str:
        lines = [f"at {self.now - START}:", *differ, f"--- last of {len(self.told)} ---"]
        return "\n".join(lines + self.told[-tail:])


def _diff(engine: dict[str, Any], oracle: dict[str, Any]) -> list[str]:
    found = []
    for key in sorted(engine.keys() | oracle.keys()):
        a, b = engine.get(key), oracle.get(key)
        if a == b:
            continue
        if a is None or b is None:
            found.append(f"  {key}: engine {a}, oracle {b}")
            continue
        fields = [f"{n} engine {a[n]!r} oracle {b[n]!r}" for n in b if a[n] != b[n]]
        found.append(f"  {key}: " + "; ".join(fields))
    return found
