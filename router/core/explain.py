"""Why here, why now: the rule of docs/routing.md explained for one contact, from the live picture.

Pure: works on the records that every process follows from the stream of steps. It decides nothing:
the library does (docs/adr/0015-one-rule.md). Each agent gets every cause that keeps the contact
from them; one test removes the causes one by one and sees the engine decide otherwise; another asks
the engine about random pairs and gets the same causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from .causes import Cause
from .ladder import Rung, parse
from .model import LiveAgent, LiveContact
from .severity import CAPACITY, TIER_WIDTH, UNITS, Channel
from .skills import satisfies
from .states import IN_HANDS, IN_ORDER, OVERLAID, TALKS

LOWEST_TIER = 2
STANDS_BY = 5
"""`LiveAgent.lets_in` of a supervisor who stands by."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The parts of the configuration that decide about room."""

    max_sms: int
    max_email: int
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """One agent and one contact: the causes against it, or its cost."""

    agent: str
    causes: tuple[Cause, ...]
    cost: int = 0
    displaces: int = 0
    order: tuple[float | str, ...] = ()

    @property
    def cause(self) -> Cause | None:
        """The cause that decides; None = nothing keeps it from them."""
        return self.causes[0] if self.causes else None


@dataclass(frozen=True, slots=True)
class Why:
    """Everything a person may ask about a contact's place."""

    step: int
    steps: int
    needs: Mapping[str, int]
    ranks: tuple[str, ...]
    """Skills that it does not need: whoever has them comes first."""
    next_step_ms: float | None
    tier: int
    promoted: bool
    ahead: int
    judgements: tuple[Judgement, ...]

    def best(self) -> Judgement | None:
        """The agent who would be asked next; None = nobody may take it."""
        may = [one for one in self.judgements if not one.causes]
        return min(may, key=lambda one: one.order, default=None)


def tier_of(live: LiveContact) -> int:
    """The tier of its score: a promoted contact has left its own."""
    return int(live.score // TIER_WIDTH)


def in_order(live: LiveContact) -> bool:
    """It has a place in the order: it waits here, or is an S1 caller whom the carrier has elsewhere
    and whom no agent sent there."""
    sent = live.outside is not None and live.outside.kind == "transfer"
    there = live.state in OVERLAID and live.severity == 1 and live.dir != "out" and not sent
    return live.state in IN_ORDER or there


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
        self._agents = {one: agent for one, agent in agents.items() if agent.presence != "offline"}
        self._limits = limits
        self._now = now

    def why(self, live: LiveContact) -> Why:
        """The whole answer for one contact."""
        steps = parse(live.ladder)
        index = int(live.step or 0)
        step = steps[min(index, len(steps) - 1)]
        judged = [self._judge(live, step, agent) for agent in self._agents.values()]
        judged = self._rounds(live, step, judged)
        judged.sort(key=lambda one: (bool(one.causes), one.order, one.agent))
        return Why(
            step=index,
            steps=len(steps),
            needs=step.required,
            ranks=tuple(sorted(step.needs.keys() - step.required.keys())),
            next_step_ms=self._until_next(live, steps, index),
            tier=tier_of(live),
            promoted=live.promoted_at is not None,
            ahead=self._ahead(live, step),
            judgements=tuple(judged),
        )

    def _until_next(self, live: LiveContact, steps: list[Rung], index: int) -> float | None:
        if live.ladder_from is None or index >= len(steps) - 1:
            return None
        ends = sum(step.span_ms or 0 for step in steps[: index + 1])
        return max(0.0, ends - (live.ladder_ms or 0) - (self._now - live.ladder_from))

    def _ahead(self, live: LiveContact, step: Rung) -> int:
        able = [a for a in self._agents.values() if _on_duty(a) and satisfies(a.skills, step.needs)]
        count = 0
        for other in self._contacts.values():
            if not in_order(other) or other.id == live.id:
                continue
            if (other.score, other.arrived_at, other.id) >= (live.score, live.arrived_at, live.id):
                continue
            theirs = parse(other.ladder)
            needs = theirs[min(int(other.step or 0), len(theirs) - 1)].needs
            count += not able or any(satisfies(agent.skills, needs) for agent in able)
        return count

    # One pair ---------------------------------------------------------------------------------

    def by_name(self, live: LiveContact, agent: str, *, at_once: bool = False) -> Judgement:
        """Whether this agent can have it when it is given to them by name: skills do not count, nor
        does anything that concerns only its order.

        `at_once`: in hand without ringing first (pull): what else rings at their desk makes room,
        unless it is an S1.
        """
        known = self._agents.get(agent)
        if known is None:
            return Judgement(agent, (Cause.LOST,))
        stays = False
        if at_once and known.offer is not None:
            rings = self._contacts.get(known.offer.contact)
            if rings is not None and rings.id == live.id:
                return Judgement(agent, (Cause.RINGING,))
            stays = rings is not None and rings.severity == 1
            known = known if stays else replace(known, offer=None)
        causes, cost, displaces = self._pair(live, Rung(), known, by_name=True)
        if not causes and stays:
            causes.append(Cause.RINGING)
        return Judgement(agent, tuple(causes), cost, displaces)

    def all_by_name(self, live: LiveContact) -> list[Judgement]:
        """The same for everybody who is not offline."""
        return [self.by_name(live, agent) for agent in self._agents]

    def asked_in(self, agent: str) -> Cause | None:
        """What keeps an agent from being asked into a colleague's call; `keeps_out` of the
        library's steps/consult.lua."""
        known = self._agents.get(agent)
        if known is None or known.presence != "online":
            return Cause.LOST
        if known.media != "up":
            return Cause.NO_SOUND
        held = [self._contacts[one] for one in known.contacts if one in self._contacts]
        calls = [c for c in held if c.channel == "voice" and c.state in IN_HANDS]
        calls = [c for c in calls if c.frozen_ms is None]
        if known.consult is not None or any(c.state in TALKS for c in calls):
            return Cause.ON_CALL
        if calls or known.handed_until is not None:
            return Cause.WRAPUP
        if known.testing:
            return Cause.SELF_TEST
        if known.asked is not None:
            return Cause.RINGING
        return None if known.choice.ready or known.lets_in is not None else Cause.PAUSED

    def _judge(self, live: LiveContact, step: Rung, agent: LiveAgent) -> Judgement:
        causes, cost, displaces = self._pair(live, step, agent)
        if (live.cooling or {}).get(agent.id, 0) > self._now:
            causes.append(Cause.COOLING)
        if live.sticky_for is not None and live.sticky_for != agent.id:
            causes.append(Cause.STICKY)
        voice, tier = live.channel == "voice", tier_of(live)
        if not causes and voice and tier > 0 and self._limits.reserve:
            uses_one = cost == 0 and not displaces and not agent.floor
            if self._free_for_s1() - uses_one < self._limits.reserve:
                causes.append(Cause.RESERVE)
        required = step.required.items()
        surplus = sum(agent.skills.get(name, 0) - level for name, level in required)
        near = (step.lacks(agent.skills), surplus)
        others = sum(1 for name in agent.skills if name not in step.needs)
        if named_on(live, agent.id):
            near, others = (0, 0), 0
        last = cost == 5 and tier == 0  # paused, rung for an S1: all of them after who is ready
        named = 0 if live.named == agent.id and not last else 1
        order = (last, named, cost, displaces, *near, others, agent.idle_since, agent.id)
        return Judgement(agent.id, tuple(causes), cost, displaces, order)

    def _pair(
        self, live: LiveContact, step: Rung, agent: LiveAgent, *, by_name: bool = False
    ) -> tuple[list[Cause], int, int]:
        """The things that the library's `agents.may` decides by: causes, cost, displaces."""
        causes: list[Cause] = []
        voice = live.channel == "voice"
        tier = tier_of(live)
        extra = not agent.choice.ready
        if live.stands is not None:
            causes.append(Cause.STANDS)
        if agent.presence != "online":
            causes.append(Cause.LOST)
        stranger = bool(live.only) and agent.id not in (live.only or {})
        if stranger and (by_name or not self._opens(live, step)):
            causes.append(Cause.RESTRICTED)
        if not named_on(live, agent.id) and not satisfies(agent.skills, step.needs):
            causes.append(Cause.SKILLS)
        if tier < (agent.floor or 0):
            causes.append(Cause.TRAINING)
        if tier > _ceiling(agent):
            causes.append(Cause.SHIFT)
        if extra and not (step.supervisors and self._let_in(live, agent)):
            causes.append(Cause.PAUSED)
        if agent.testing:
            causes.append(Cause.SELF_TEST)
        if voice and agent.media != "up":
            causes.append(Cause.NO_SOUND)
        displaces = 0
        if agent.offer is not None:
            other = self._contacts.get(agent.offer.contact)
            if other is not None and other.offer is not None and _gives_way(other, live):
                displaces = 1
            else:
                causes.append(Cause.RINGING)
        cost, block = self._room(live, agent, tier, by_name=by_name)
        if block:
            causes.append(block)
        return causes, 5 if extra else cost, displaces

    def _opens(self, live: LiveContact, step: Rung) -> bool:
        """Whether one of a restricted incident is for everybody: an S1 that nobody on its list who
        is ready can take, and that rings at none of them (`listed.opens` of the library)."""
        only = live.only or {}
        offer = live.offer
        if live.severity > 1:
            return False
        if offer is not None and not offer.everybody and any(one in only for one in offer.agents):
            return False
        return not any(self._takes_first(live, step, one) for one in only)

    def _takes_first(self, live: LiveContact, step: Rung, listed: str) -> bool:
        agent = self._agents.get(listed)
        if agent is None or listed in (live.passed_over or {}):
            return False
        if (live.cooling or {}).get(listed, 0) > self._now:
            return False
        causes, cost, _ = self._pair(live, step, agent)
        return not causes and not (cost == 5 and tier_of(live) == 0)

    def _let_in(self, live: LiveContact, agent: LiveAgent) -> bool:
        """Who is not ready and may be rung all the same, of those of whom the library says so: who
        refused it twice counts as nobody there for an S1."""
        if tier_of(live) > 0:
            return agent.lets_in == STANDS_BY
        return agent.lets_in is not None and (live.refusals or {}).get(agent.id, 0) < 2

    def _room(
        self, live: LiveContact, agent: LiveAgent, tier: int, *, by_name: bool
    ) -> tuple[int, Cause | None]:
        held = [self._contacts[one] for one in agent.contacts if one in self._contacts]
        held = [c for c in held if c.state in IN_HANDS and c.frozen_ms is None]
        calls = [c for c in held if c.channel == "voice"]
        texts = [c for c in held if c.channel != "voice"]
        if agent.consult is not None or any(call.state in TALKS for call in calls):
            return 0, Cause.ON_CALL
        if calls or agent.handed_until is not None:
            if live.channel == "voice" and tier == 0 and agent.frozen is None:
                return 4, None
            return 0, Cause.WRAPUP
        if not texts:
            return 0, None
        if live.channel != "voice":
            if live.severity > 2 and not by_name and any(tier_of(c) == 0 for c in texts):
                return 1, Cause.S1_TEXT
            limit = self._limits.max_sms if live.channel == "sms" else self._limits.max_email
            used = sum(c.units for c in texts) + UNITS[Channel(live.channel)]
            same = sum(c.channel == live.channel for c in texts)
            return 1, Cause.FULL if same >= limit or used > CAPACITY else None
        if tier > 0 and min(tier_of(c) for c in texts) <= tier:
            return 0, Cause.TEXTS
        return (3 if any(c.channel == "sms" for c in texts) else 2), None

    def _free_for_s1(self) -> int:
        return sum(
            _on_duty(a)
            and a.media == "up"
            and not a.testing
            and not a.floor
            and a.offer is None
            and a.consult is None
            and a.handed_until is None
            and not any(
                self._contacts[c].state in IN_HANDS for c in a.contacts if c in self._contacts
            )
            for a in self._agents.values()
        )

    def _rounds(
        self, live: LiveContact, step: Rung, judged: Iterable[Judgement]
    ) -> list[Judgement]:
        """Agents who are out of this round come after those who are not."""
        out = live.passed_over or {}
        found = list(judged)
        if not out:
            return found
        if live.severity == 1:
            others = any(not one.causes and one.agent not in out for one in found)
        else:
            others = any(
                _on_duty(agent)
                and not agent.absent
                and agent.id not in out
                and (agent.id in live.only if live.only else satisfies(agent.skills, step.needs))
                and (agent.floor or 0) <= tier_of(live) <= _ceiling(agent)
                for agent in self._agents.values()
            )
        if not others:
            return found
        return [
            Judgement(
                one.agent, (*one.causes, Cause.PASSED_OVER), one.cost, one.displaces, one.order
            )
            if one.agent in out
            else one
            for one in found
        ]


def named_on(live: LiveContact, agent: str) -> bool:
    """On the list of a restricted incident: a person named them, whatever their skills."""
    return bool(live.only) and agent in (live.only or {})


def _gives_way(other: LiveContact, live: LiveContact) -> bool:
    """Whether the ring of one makes room for the other: `gives_way` of the library."""
    if live.channel != "voice":
        return tier_of(live) == 0 < tier_of(other) and other.channel != "voice"
    return tier_of(other) > tier_of(live) or _caller_before_text(live, other)


def _caller_before_text(live: LiveContact, other: LiveContact) -> bool:
    """An S1 caller takes away the ring of an S1 text; a promised call has nobody on its line."""
    calls_us = live.dir != "out" or live.answered_at is not None
    return tier_of(live) == tier_of(other) == 0 and other.channel != "voice" and calls_us


def _ceiling(agent: LiveAgent) -> float:
    return LOWEST_TIER if agent.ceiling is None else agent.ceiling


def _on_duty(agent: LiveAgent) -> bool:
    return agent.choice.ready and agent.presence == "online"
