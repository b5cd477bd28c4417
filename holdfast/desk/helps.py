"""Open requests for help as pages show them: to whoever asked, and to every supervisor.

A fold of steps, like the rest of the live picture. A request is sent again when something of it,
of its agent's desk or of the contact it names looks different, and not otherwise: nothing tells an
agent of somebody who listens unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.core.bidi import isolated
from router.core.help import Help, Seen
from router.core.model import LiveAgent, LiveContact, Step
from router.core.states import State

Few = Mapping[str, Collection[str]]


def help_entity(request: Help, agent: LiveAgent | None, live: LiveContact | None) -> dict[str, Any]:
    """Help of docs/desk-protocol.md. `live`: the contact that they had in hand when they asked."""
    return {
        "id": request.id,
        "agent": request.agent,
        "name": request.name,
        "at": request.at,
        "stage": request.stage,
        "told": {"agent": request.told.agent, "name": request.told.name} if request.told else None,
        "contact": request.contact,
        "channel": request.channel,
        "severity": live.severity if live else request.severity,
        "incident": (live and live.incident) or request.incident,
        "incident_no": (live and live.incident_no) or request.incident_no,
        "only": live and live.only,
        "who": (live and {name: word and isolated(word) for name, word in live.who.items()}) or {},
        "has": _has(request, live),
        "listens": [
            {"agent": one.agent, "name": one.name, "mode": one.mode}
            for one in (live and live.beside) or ()
            if not one.hidden and not one.trainee
        ],
        "here": agent is not None and agent.presence == "online",
        "seen": seen_entity(request.seen) if request.seen else None,
        "rings": request.telling.word if request.telling else None,
        "again": request.again,
        "ends": request.ends,
    }


def seen_by(entity: Mapping[str, Any], account: str, few: Few) -> dict[str, Any]:
    """The request as this account may read it: of a restricted incident who asks, and no more.
    `few`: the people of each; its contact may be over."""
    shown = {name: value for name, value in entity.items() if name != "only"}
    only = few.get(entity["incident"] or "") or entity["only"]
    if not only or account in only or account == entity["agent"]:
        return shown | {"restricted": False}
    return shown | {"who": {}, "incident": None, "incident_no": None, "restricted": True}


def seen_entity(seen: Seen) -> dict[str, Any]:
    return {"by": seen.by, "name": seen.name, "at": seen.at, "how": seen.how}


def _has(request: Help, live: LiveContact | None) -> str | None:
    """Whether what they had in hand is still theirs."""
    if request.contact is None:
        return None
    if live is None:
        return "over"
    if live.agent != request.agent:
        return "elsewhere"
    return "talks" if live.channel == "voice" and live.state == State.ACTIVE else "theirs"


@dataclass(frozen=True, slots=True)
class Changed:
    """Of one step: what looks different, and the agents of those that are over, by id."""

    put: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    over: Mapping[str, str] = field(default_factory=dict)

    def tell(
        self,
        agent: str | None,
        reader: str,
        few: Few,
        put: dict[str, Any],
        drop: dict[str, Any],
    ) -> None:
        """Adds what a page of `reader` may see of it: all (None), or this agent's own."""
        mine = {id: it for id, it in self.put.items() if agent in (None, it["agent"])}
        here = {id: seen_by(it, reader, few) for id, it in mine.items()}
        away = [id for id, who in self.over.items() if agent in (None, who)]
        if here:
            put["helps"] = here
        if away:
            drop["helps"] = away


NOTHING = Changed()


@dataclass(slots=True)
class Helps:
    """Those that are open, by their ids, and as they were shown last."""

    open: dict[str, Help] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    def load(self, agents: Mapping[str, LiveAgent], contacts: Mapping[str, LiveContact]) -> None:
        self.open = {one.help.id: one.help for one in agents.values() if one.help}
        self.shown = {id: self._entity(id, agents, contacts) for id in self.open}

    def fold(
        self,
        step: Step,
        agents: Mapping[str, LiveAgent],
        contacts: Mapping[str, LiveContact],
    ) -> Changed:
        """Agents and contacts as they are after the step."""
        moved = {one.id for one in step.agents}
        asking = {one.help.id: one.help for one in step.agents if one.help}
        over = [id for id, it in self.open.items() if it.agent in moved and id not in asking]
        gone = {id: self.open.pop(id).agent for id in over}
        for id in over:
            self.shown.pop(id, None)
        self.open |= asking
        if not self.open:
            return Changed(over=gone) if gone else NOTHING
        told = {live.id for live in step.contacts}
        again = set(asking) | {id for id, it in self.open.items() if it.contact in told}
        put = {id: self._entity(id, agents, contacts) for id in sorted(again)}
        put = {id: entity for id, entity in put.items() if self.shown.get(id) != entity}
        self.shown |= put
        return Changed(put, gone)

    def of(self, agent: str | None, reader: str, few: Few) -> dict[str, dict[str, Any]]:
        """What a page of `reader` gets: all of them (None), or this agent's own."""
        mine = {id: it for id, it in self.shown.items() if agent in (None, it["agent"])}
        return {id: seen_by(it, reader, few) for id, it in mine.items()}

    def asks(self, agent: str | None) -> bool:
        return any(one.agent == agent for one in self.open.values())

    def _entity(
        self, id: str, agents: Mapping[str, LiveAgent], contacts: Mapping[str, LiveContact]
    ) -> dict[str, Any]:
        request = self.open[id]
        return help_entity(request, agents.get(request.agent), contacts.get(request.contact or ""))
