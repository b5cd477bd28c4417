"""Replay of a trace through the real engine: every decision as one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from router.core import ladder
from router.core.model import Chosen, Happening, LiveAgent, LiveContact, Reply, Step
from router.core.reasons import needs_words, offer_words
from router.core.severity import Severity
from router.core.states import State
from router.simulation import trace
from router.simulation.stage import START, Stage

LONGEST_MS = 3_600_000
"""How far the clock runs after the last line."""

SELF_TEST_MS = 3_000
"""How long a desk's self-test takes."""

OFFERED = {
    "contact.offered": "offered",
    "contact.missed": "expired",
    "offer.withdrawn": "withdrawn",
    "contact.requeued": "requeued",
    "contact.interrupted": "interrupted",
    "contact.parked": "parked",
    "contact.unparked": "active",
    "contact.answered": "active",
    "contact.accepted": "active",
    "contact.ended": "ended",
    "contact.widened": "moved",
    "contact.promoted": "moved",
    "contact.severity_changed": "moved",
}


PAUSED = {"missed": "missed offers", "self_test_failed": "the self-test failed"}

WHYS = {
    "aged": "waited its promise",
    "awaits_their_answer": "waits for their answer",
    "call_between": "a call came in between",
    "wrapup_goes_on_later": "its wrap-up goes on later",
    "set_aside": "set aside",
    "worse_one_came": "a worse one came",
    "stood": "its party is not with us any more",
}
"""Codes of the library that need words of their own."""


class Replay:
    """One run; `lines()` yields the decisions in order.

    `note` is told what is not a decision: lines of the script that were refused, and what happened
    to an agent or a contact so that offers stop.
    """

    def __init__(self, stage: Stage, note: Callable[[str], object]) -> None:
        self._stage = stage
        self._note = note
        self._agents: dict[str, LiveAgent] = {}
        self._contacts: dict[str, LiveContact] = {}
        self._rang: dict[str, dict[str, str]] = {}  # contact, agent: fence
        self._ladders: dict[str, list[ladder.Rung]] = {}  # as written
        self._tests: dict[str, int] = {}
        self._fails: set[str] = set()

    async def lines(self, script: list[tuple[int, trace.Line]]) -> AsyncIterator[dict[str, Any]]:
        """Plays the script, then runs until no deadline is left, one hour at most."""
        for number, line in script:
            async for told in self._until(line.at):
                yield told
            refused = await self._play(line)
            if refused is not None:
                self._note(f"line {number}: {trace.deed(line)}: {refused}")
            async for told in self._told():
                yield told
        last = script[-1][1].at if script else 0
        async for told in self._until(last + LONGEST_MS):
            yield told

    async def _until(self, at: int) -> AsyncIterator[dict[str, Any]]:
        """Fires every deadline up to and including `at`; desks report their self-tests."""
        while True:
            upcoming = await self._stage.tick()
            async for told in self._told():
                yield told
            moments = [m for m in (upcoming, *self._tests.values()) if m is not None]
            if not moments or min(moments) > at:
                break
            self._stage.move_to(min(moments))
            for agent in sorted(a for a, due in self._tests.items() if due <= self._stage.now):
                await self._stage.tick()
                del self._tests[agent]
                await self._stage.engine.step(
                    "selftest", agent=agent, passed=agent not in self._fails, detail="replay"
                )
        self._stage.move_to(at)

    async def _play(self, line: trace.Line) -> str | None:
        """Does what the line says; returns why not, if it was refused."""
        stage, step = self._stage, self._stage.engine.step
        match line:
            case trace.Agent():
                await stage.agent(line.id, line.skills, line.floor)
            case trace.Choice():
                await stage.back(line.id)
            case trace.Pause():
                await stage.choose(line.id, Chosen(reason="break"))
            case trace.Lost():
                if self._agents[line.id].presence != "online":
                    return "not online"
                await stage.lose(line.id)
            case trace.Offline():
                await step("agent_off", agent=line.id, force=True)
            case trace.SelfTest():
                (self._fails.discard if line.passes else self._fails.add)(line.id)
            case trace.Arrive():
                severity, channel = trace.score_channel(line)
                more = {"named": line.named} if line.named else {}
                self._ladders[line.id] = line.steps()
                await stage.arrive(line.id, channel, severity, line.steps(), **more)
            case _:
                live = self._contacts.get(line.id)
                if live is None:
                    return "it has ended"
                reply = await self._to_contact(line, live)
                return None if reply.ok else reply.text
        return None

    async def _to_contact(self, line: trace.OfContact, live: LiveContact) -> Reply:
        step = self._stage.engine.step
        match line:
            case trace.Accept():
                fence = self._fence(live, line.agent)
                reply = await step("accept", agent=line.agent, contact=line.id, fence=fence)
                if reply.ok and live.channel == "voice":
                    reply = await step("connected", agent=line.agent, contact=line.id)
                return reply
            case trace.Decline():
                fence = self._fence(live, line.agent)
                return await step("decline", agent=line.agent, contact=line.id, fence=fence)
            case trace.Wrapped():
                return await step(
                    "wrapped", agent=line.agent, contact=line.id, disposition="resolved"
                )
            case trace.Severe():
                severity = Severity(line.severity)
                return await self._stage.severity(live, severity, self._ladders[line.id])
            case trace.Abandon() | trace.End() if live.channel != "voice":
                return await step("close_contact", contact=line.id)
            case trace.Abandon() | trace.End() if live.caller == "gone":
                return Reply(ok=False, text="the caller has hung up already")
            case trace.Abandon() | trace.End():
                return await step("caller_gone", contact=line.id, cause="hung_up")

    def _fence(self, live: LiveContact, agent: str) -> str:
        """The fence that their desk knows: of the last offer that rang there, even if it is
        over."""
        if not live.offer and live.agent == agent:
            return ""  # they already have it
        rings = live.offer.fence if live.offer else ""
        return self._rang.get(live.id, {}).get(agent, rings)

    # What is told -----------------------------------------------------------------------------

    async def _told(self) -> AsyncIterator[dict[str, Any]]:
        async for step in self._stage.steps():
            for live in step.contacts:
                if live.state == State.ENDED:
                    self._contacts.pop(live.id, None)
                    self._rang.pop(live.id, None)
                else:
                    self._contacts[live.id] = live
                if live.offer:
                    rang = self._rang.setdefault(live.id, {})
                    rang.update(dict.fromkeys(live.offer.agents, live.offer.fence))
            for agent in step.agents:
                self._agents[agent.id] = agent
                if agent.testing is None:
                    self._tests.pop(agent.id, None)
                elif agent.id not in self._tests:
                    self._tests[agent.id] = int(step.at) - START + SELF_TEST_MS
            for event in step.events:
                befell = self._befell(event)
                if befell is not None:
                    self._note(f"{int(step.at) - START} {event.agent or event.contact} {befell}")
            for line in self._lines(step):
                yield line

    def _befell(self, event: Happening) -> str | None:
        """Why offers stop, where no decision says so; what a line of the script did is not
        repeated."""
        match event.name:
            case "agent.self_test":
                why = "missed" if event.reason == "missed" else "could not be joined"
                return f"tests itself for {SELF_TEST_MS // 1000} s: {why}"
            case "agent.only_one":
                return f"not paused: nobody else who is ready has {needs_words(event.needs)[6:]}"
            case "agent.paused" if event.reason in PAUSED:
                return f"paused: {PAUSED[event.reason]}"
            case "agent.offline" if self._agents[event.agent or ""].choice.reason == "left":
                return "offline: did not come back"
            case "contact.overflow":
                return "overflows: nobody here has taken it"
            case "contact.rounds_alarm":
                return f"went {event.rounds:.0f} rounds unanswered: every board is alarmed"
        return None

    def _lines(self, step: Step) -> list[dict[str, Any]]:
        records = {live.id: live for live in step.contacts}
        found = []
        missed: set[tuple[str | None, str | None]] = set()
        for event in step.events:
            name = OFFERED.get(event.name)
            live = records.get(event.contact or "") or self._contacts.get(event.contact or "")
            if name is None or live is None:
                continue
            key = (event.contact, event.agent)
            twin = "contact.accepted" if live.channel == "voice" else "contact.answered"
            if event.name == "contact.missed":
                missed.add(key)
            elif event.name == twin or (event.code == "missed" and key in missed):
                continue
            found.append(
                {
                    "at": int(step.at) - START,
                    "event": name,
                    "contact": event.contact,
                    "agent": event.agent or (live.agent if name == "ended" else None),
                    "step": _step(event, live),
                    "why": _why(event, live),
                }
            )
        return found


def _step(event: Happening, live: LiveContact) -> int:
    """Counts from 0. A ladder that was changed during a call has no step before the next wait."""
    step = event.step if event.step is not None else live.step
    if step is None:
        return ladder.index_at(ladder.parse(live.ladder), live.ladder_ms or 0)
    return int(step)


def _why(event: Happening, live: LiveContact) -> str:
    if event.name == "contact.widened":
        return f"the ladder widens: {_widened(ladder.parse(live.ladder)[_step(event, live)])}"
    if event.name == "contact.missed":
        return "missed"
    if event.name == "contact.severity_changed":
        return f"severity changed to S{live.severity}"
    if event.name == "contact.offered":
        return offer_words(event)
    if event.why:
        return WHYS.get(event.why, event.why)
    return event.code or event.outcome or event.name.partition(".")[2]


def _widened(step: ladder.Rung) -> str:
    if step.overflow:
        return "overflow"
    if step.supervisors:
        return "everybody at a desk too"
    return needs_words(step.needs)
