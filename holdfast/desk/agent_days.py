"""What each agent did in the last hour and today, followed step by step, for the board's drawer.

A day is that of the centre (View.day). What is kept is small (a state and its moment for each
change of the last hour), so that it can be written whole and outlives a restart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from router.core.model import LiveAgent, Step
from router.records.agent_days import AgentDay

HOUR_MS = 3_600_000
MOST_CHANGES = 600
"""Of one agent in an hour; the oldest are left out beyond that."""
MOST_ANSWERS = 2_000
"""Waits of one day that the middle and the slowest tenth are taken of."""


class AgentDays:
    """A fold of steps. `day`: the number of the day of a moment."""

    def __init__(self, day: Callable[[int], int | None]) -> None:
        self._day = day
        self._of: dict[str, AgentDay] = {}
        self._rings: dict[tuple[str, str], int] = {}
        """(agent, contact) -> since when it rings there."""
        self._changed: set[str] = set()

    def begin(self, agents: Mapping[str, LiveAgent]) -> None:
        """With these, before the first step."""
        for live in agents.values():
            self._enters(live, int(live.state_at))

    def fold(self, step: Step) -> None:
        at = int(step.at)
        channels = {live.id: live.channel for live in step.contacts}
        for live in step.agents:
            self._enters(live, at)
        for one in step.events:
            if one.agent is None or one.contact is None:
                continue
            ring = (one.agent, one.contact)
            if one.name == "contact.offered":
                self._rings[ring] = at
            elif one.name == "contact.accepted":
                of = self._today(one.agent, at)
                if channels.get(one.contact) == "voice":
                    of.calls += 1
                else:
                    of.texts += 1
                rang = self._rings.pop(ring, None)
                if rang is not None and len(of.rang_ms) < MOST_ANSWERS:
                    of.rang_ms.append(at - rang)
            elif one.name == "contact.dialing":
                self._today(one.agent, at).dialled += 1
            elif one.name in ("contact.missed", "contact.declined"):
                of = self._today(one.agent, at)
                if one.name == "contact.missed":
                    of.missed += 1
                else:
                    of.declined += 1
                self._rings.pop(ring, None)
            elif one.name == "offer.withdrawn":
                self._rings.pop(ring, None)

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
            found[agent] = msgspec.structs.replace(of, hour=[*of.hour], rang_ms=[*of.rang_ms])
        self._changed.clear()
        return found

    def owe(self, agents: Mapping[str, AgentDay]) -> None:
        """These were taken, and not written."""
        self._changed.update(agents)

    def before(self, kept: Mapping[str, AgentDay]) -> None:
        """Puts what was kept before this process began in front of what it has seen."""
        for agent, old in kept.items():
            new = self._of.setdefault(agent, AgentDay())
            first = new.hour[0][0] if new.hour else None
            older = [row for row in old.hour if first is None or row[0] < first]
            if older and new.hour and older[-1][1] == new.hour[0][1]:
                new.hour.pop(0)
            new.hour[:0] = older
            if new.day is None or new.day == old.day:
                new.day = old.day
                new.calls += old.calls
                new.texts += old.texts
                new.dialled += old.dialled
                new.missed += old.missed
                new.declined += old.declined
                new.rang_ms[:0] = old.rang_ms
            self._changed.add(agent)

    def _enters(self, live: LiveAgent, at: int) -> None:
        of = self._of.setdefault(live.id, AgentDay())
        state = str(live.state)
        if of.hour and of.hour[-1][1] == state:
            return
        if of.hour:
            at = max(at, of.hour[-1][0])  # a clock that was put back: the order stays
        of.hour.append((at, state))
        del of.hour[:-MOST_CHANGES]
        self._changed.add(live.id)

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
