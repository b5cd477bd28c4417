"""What each agent did in the last hour and today, followed step by step, for the board's drawer.

A day is that of the centre (View.day). What is kept is small (a state and its moment for each
change of the last hour), so that it can be written whole and outlives a restart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from router.core.model import LiveAgent, Step
from router.records.agent_days import AgentDay
from router.records.contacts import sortable

HOUR_MS = 3_600_000
MOST_CHANGES = 600
"""Of one agent in an hour; the oldest are left out beyond that."""
MOST_ANSWERS = 2_000
"""Waits of one day that the middle and the slowest tenth are taken of."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """What a step says of one agent."""

    place: str
    agent: str
    at: int
    what: str
    """A counter of AgentDay; "state"."""
    state: str = ""
    rang_ms: int | None = None


class AgentDays:
    """A fold of steps, each counted once. `day`: the number of the day of a moment."""

    def __init__(self, day: Callable[[int], int | None]) -> None:
        self._day = day
        self._of: dict[str, AgentDay] = {}
        self._rings: dict[tuple[str, str], int] = {}
        """(agent, contact) -> since when it rings there."""
        self._changed: set[str] = set()
        self._place = ""
        """Of the last step."""
        self._seen: list[_Fact] | None = []
        """Until what was kept earlier has been read: a process before this one may have counted
        some of these as well."""

    def begin(self, place: str, agents: Mapping[str, LiveAgent]) -> None:
        """With these, as they were after the step at this place."""
        self._place = sortable(place)
        for live in agents.values():
            self._add(_Fact(self._place, live.id, int(live.state_at), "state", str(live.state)))

    def fold(self, place: str, step: Step) -> None:
        place = sortable(place)
        if place <= self._place:
            return
        self._place = place
        for fact in self._facts(place, step):
            self._add(fact)

    def _facts(self, place: str, step: Step) -> Iterator[_Fact]:
        at = int(step.at)
        channels = {live.id: live.channel for live in step.contacts}
        for live in step.agents:
            yield _Fact(place, live.id, at, "state", str(live.state))
        for one in step.events:
            if one.agent is None or one.contact is None:
                continue
            ring = (one.agent, one.contact)
            if one.name == "contact.offered":
                self._rings[ring] = at
            elif one.name == "contact.accepted":
                what = "calls" if channels.get(one.contact) == "voice" else "texts"
                rang = self._rings.pop(ring, None)
                waited = None if rang is None else at - rang
                yield _Fact(place, one.agent, at, what, rang_ms=waited)
            elif one.name in ("contact.dialing", "contact.number_asked"):
                yield _Fact(place, one.agent, at, "dialled")
            elif one.name in ("contact.missed", "contact.declined"):
                self._rings.pop(ring, None)
                yield _Fact(place, one.agent, at, one.name.removeprefix("contact."))
            elif one.name == "offer.withdrawn":
                self._rings.pop(ring, None)

    def _add(self, fact: _Fact) -> None:
        if self._seen is not None:
            self._seen.append(fact)
        if fact.what == "state":
            self._enters(fact.agent, fact.state, fact.at)
            return
        of = self._today(fact.agent, fact.at)
        setattr(of, fact.what, getattr(of, fact.what) + 1)
        if fact.rang_ms is not None and len(of.rang_ms) < MOST_ANSWERS:
            of.rang_ms.append(fact.rang_ms)

    def shown(self, agent: str, now: int) -> dict[str, Any]:
        """AgentDay of docs/desk-protocol.md."""
        of = self._of.get(agent, AgentDay())
        today = of if of.day is not None and of.day == self._day(now) else AgentDay()
        rang = sorted(today.rang_ms)
        return {
            "from": now - HOUR_MS,
            "hour": [{"at": at, "state": state} for at, state in self._lately(of, now)],
            "calls": today.calls,
            "texts": today.texts,
            "dialled": today.dialled,
            "missed": today.missed,
            "declined": today.declined,
            "rang": {"p50_ms": rang[len(rang) // 2], "p90_ms": rang[len(rang) * 9 // 10]}
            if rang
            else None,
        }

    def dialled(self, agent: str, now: int) -> int:
        """Calls of ours that they made today."""
        of = self._of.get(agent)
        return of.dialled if of is not None and of.day == self._day(now) else 0

    def take(self, now: int) -> dict[str, AgentDay]:
        """What has changed since it was last taken, by agent, as it is now."""
        found = {}
        for agent in self._changed:
            of = self._of[agent]
            of.hour = self._lately(of, now)
            found[agent] = msgspec.structs.replace(
                of, hour=[*of.hour], rang_ms=[*of.rang_ms], upto=self._place
            )
        self._changed.clear()
        return found

    def owe(self, agents: Mapping[str, AgentDay]) -> None:
        """These were taken, and not written."""
        self._changed.update(agents)

    def before(self, kept: Mapping[str, AgentDay]) -> None:
        """Once: goes on from what was kept before this process began, with what it has seen since
        and what is not in that yet."""
        seen, self._seen = self._seen or [], None
        self._of.update(kept)
        self._changed.update(kept)
        for fact in seen:
            if fact.agent in kept and fact.place > kept[fact.agent].upto:
                self._add(fact)

    def _enters(self, agent: str, state: str, at: int) -> None:
        of = self._of.setdefault(agent, AgentDay())
        if of.hour and of.hour[-1][1] == state:
            return
        if of.hour:
            at = max(at, of.hour[-1][0])  # a clock that was put back: the order stays
        of.hour.append((at, state))
        del of.hour[:-MOST_CHANGES]
        self._changed.add(agent)

    def _today(self, agent: str, at: int) -> AgentDay:
        of = self._of.setdefault(agent, AgentDay())
        day = self._day(at)
        if of.day != day:
            of = self._of[agent] = AgentDay(day=day, hour=of.hour)
        self._changed.add(agent)
        return of

    @staticmethod
    def _lately(of: AgentDay, now: int) -> list[tuple[int, str]]:
        """Of the last hour, with the state in which they were when it began."""
        moments = [at for at, _state in of.hour]
        return of.hour[max(0, bisect_right(moments, now - HOUR_MS) - 1) :]
