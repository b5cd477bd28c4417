"""Why here, why now: the rule of docs/routing.md told for one contact, from the live picture.

Pure: works on the records that every process follows from the stream of steps. It decides nothing.
Each agent gets every cause that keeps the contact from him; a test removes the causes one by one
and sees the engine decide otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .ladder import Step, parse
from .model import LiveAgent, LiveContact
from .severity import CAPACITY, TIER_WIDTH, UNITS, Channel
from .skills import satisfies
from .states import IN_HANDS, IN_ORDER, TALKS, State

LOWEST_TIER = 2

CAUSES: Mapping[str, str] = {
    "lost": "not connected",
    "skills": "without the skills of this step",
    "training": "in training for less urgent work",
    "shift": "outside of the shift, for S1 and S2 only",
    "paused": "paused",
    "self_test": "testing the desk",
    "no_sound": "without sound",
    "ringing": "with an offer that does not give way",
    "on_call": "on a call",
    "wrapup": "in wrap-up",
    "full": "without room for another",
    "texts": "with texts that may not be interrupted",
    "cooling": "declined or missed it a moment ago",
    "out": "declined or missed it, others come first",
    "held": "held for somebody else",
    "reserve": "kept back by the reserve",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What of the configuration decides about room."""

    max_sms: int
    max_email: int
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """One agent and one contact: the causes against it, or its cost."""

    agent: str
    causes: tuple[str, ...]
    cost: int = 0
    displaces: int = 0
    order: tuple[float | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """All that a person may ask about a contact's place."""

    step: int
    steps: int
    needs: Mapping[str, int]
    next_step_ms: float | None
    tier: int
    promoted: bool
    ahead: int
    judgements: tuple[Judgement, ...]

    def best(self) -> Judgement | None:
        """Who would be asked next; None = nobody may take it."""
        may = [one for one in self.judgements if not one.causes]
        return min(may, key=lambda one: one.order, default=None)


def tier_of(live: LiveContact) -> int:
    """The tier of its score: a promoted contact has left its own."""
    return int(live.score // TIER_WIDTH)


class Picture:
    """Contacts and agents at one moment."""

    def __init__(
        self,
        contacts: Mapping[str, LiveContact],
        agents: Mapping[str, LiveAgent],
        limits: Limits,
        now: float,
    ) -> None:
        self._contacts = contacts
        self._agents = [agent for agent in agents.values() if agent.presence != "offline"]
        self._limits = limits
        self._now = now

    def why(self, live: LiveContact) -> Why:
        """The whole answer for one contact."""
        steps = parse(live.ladder)
        index = int(live.step or 0)
        step = steps[min(index, len(steps) - 1)]
        judged = [self._judge(live, step, agent) for agent in self._agents]
        judged = self._rounds(live, step, judged)
        judged.sort(key=lambda one: (bool(one.causes), one.order, one.agent))
        return Why(
            step=index,
            steps=len(steps),
            needs=step.needs,
            next_step_ms=self._until_next(live, steps, index),
            tier=tier_of(live),
            promoted=live.promoted_at is not None,
            ahead=self._ahead(live, step),
            judgements=tuple(judged),
        )

    def _until_next(self, live: LiveContact, steps: list[Step], index: int) -> float | None:
        if live.ladder_from is None or index >= len(steps) - 1:
            return None
        ends = sum(step.span_ms or 0 for step in steps[: index + 1])
        return max(0.0, ends - (live.ladder_ms or 0) - (self._now - live.ladder_from))

    def _ahead(self, live: LiveContact, step: Step) -> int:
        able = [a for a in self._agents if _on_duty(a) and satisfies(a.skills, step.needs)]
        count = 0
        for other in self._contacts.values():
            if other.state not in IN_ORDER or other.id == live.id:
                continue
            if (other.score, other.arrived_at, other.id) >= (live.score, live.arrived_at, live.id):
                continue
            theirs = parse(other.ladder)
            needs = theirs[min(int(other.step or 0), len(theirs) - 1)].needs
            count += not able or any(satisfies(agent.skills, needs) for agent in able)
        return count

    # One pair ---------------------------------------------------------------------------------

    def _judge(self, live: LiveContact, step: Step, agent: LiveAgent) -> Judgement:
        causes: list[str] = []
        voice = live.channel == "voice"
        tier = tier_of(live)
        standby = (
            step.supervisors
            and agent.supervisor
            and agent.media == "up"
            and agent.choice != "ready"
            and agent.at_hand
            and not agent.contacts
        )
        if agent.presence != "online":
            causes.append("lost")
        if not satisfies(agent.skills, step.needs):
            causes.append("skills")
        if tier < (agent.floor or 0):
            causes.append("training")
        if tier > _ceiling(agent):
            causes.append("shift")
        if agent.choice != "ready" and not standby:
            causes.append("paused")
        if agent.testing:
            causes.append("self_test")
        if voice and agent.media != "up":
            causes.append("no_sound")
        displaces = 0
        if agent.offer is not None:
            other = self._contacts.get(agent.offer.contact)
            gives_way = (
                voice
                and other is not None
                and other.state == State.OFFERED
                and tier_of(other) > tier
            )
            if gives_way:
                displaces = 1
            else:
                causes.append("ringing")
        cost, block = self._room(live, agent, tier)
        if block:
            causes.append(block)
        if standby and cost == 0:
            cost = 5
        if (live.cool or {}).get(agent.id, 0) > self._now:
            causes.append("cooling")
        if live.held_for is not None and live.held_for != agent.id:
            causes.append("held")
        if not causes and voice and tier > 0 and self._limits.reserve:
            uses_one = cost == 0 and not displaces and not agent.floor
            if self._free_for_s1() - uses_one < self._limits.reserve:
                causes.append("reserve")
        surplus = sum(agent.skills.get(name, 0) - level for name, level in step.needs.items())
        others = sum(1 for name in agent.skills if name not in step.needs)
        named = 0 if live.named == agent.id else 1
        order = (named, cost, displaces, surplus, others, agent.idle_since, agent.id)
        return Judgement(agent.id, tuple(causes), cost, displaces, order)

    def _room(self, live: LiveContact, agent: LiveAgent, tier: int) -> tuple[int, str | None]:
        held = [self._contacts[one] for one in agent.contacts if one in self._contacts]
        held = [c for c in held if c.state in IN_HANDS and c.frozen_ms is None]
        calls = [c for c in held if c.channel == "voice"]
        texts = [c for c in held if c.channel != "voice"]
        if any(call.state in TALKS for call in calls):
            return 0, "on_call"
        if calls:
            if live.channel == "voice" and tier == 0 and agent.frozen is None:
                return 4, None
            return 0, "wrapup"
        if not texts:
            return 0, None
        if live.channel != "voice":
            limit = self._limits.max_sms if live.channel == "sms" else self._limits.max_email
            used = sum(c.units for c in texts) + UNITS[Channel(live.channel)]
            same = sum(c.channel == live.channel for c in texts)
            return 1, "full" if same >= limit or used > CAPACITY else None
        if tier > 0 and min(tier_of(c) for c in texts) <= tier:
            return 0, "texts"
        return (3 if any(c.channel == "sms" for c in texts) else 2), None

    def _free_for_s1(self) -> int:
        return sum(
            _on_duty(a)
            and a.media == "up"
            and not a.testing
            and not a.floor
            and a.offer is None
            and not any(
                self._contacts[c].state in IN_HANDS for c in a.contacts if c in self._contacts
            )
            for a in self._agents
        )

    def _rounds(
        self, live: LiveContact, step: Step, judged: Iterable[Judgement]
    ) -> list[Judgement]:
        """Who is out of this round comes after those who are not."""
        out = live.out or {}
        found = list(judged)
        if not out:
            return found
        if live.severity == 1:
            others = any(not one.causes and one.agent not in out for one in found)
        else:
            others = any(
                _on_duty(agent)
                and agent.id not in out
                and satisfies(agent.skills, step.needs)
                and (agent.floor or 0) <= tier_of(live) <= _ceiling(agent)
                for agent in self._agents
            )
        if not others:
            return found
        return [
            Judgement(one.agent, (*one.causes, "out"), one.cost, one.displaces, one.order)
            if one.agent in out
            else one
            for one in found
        ]


def _ceiling(agent: LiveAgent) -> float:
    return LOWEST_TIER if agent.ceiling is None else agent.ceiling


def _on_duty(agent: LiveAgent) -> bool:
    return agent.choice == "ready" and agent.presence == "online"
