"""The live picture in this process: a pure fold of steps, and the part of it that a page may see.

The same fold that the page does (static/model.js): whole entities are put or dropped, so a
snapshot plus its events equals a fresh snapshot.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.abandoned import Abandoned
from holdfast.desk.abandoned import seen_by as abandoned_seen_by
from holdfast.desk.agent_days import AgentDays
from holdfast.desk.day_figures import day_figures
from holdfast.desk.entities import agent_entity, contact_entity, seen_by
from holdfast.desk.helps import NOTHING, Changed, Helps
from holdfast.desk.returned import Returned
from holdfast.desk.still_needed import StillNeeded
from router.core.abandoned import AbandonedCaller, waits, waits_from
from router.core.beside import Beside
from router.core.explain import Limits, Picture
from router.core.model import Happening, LiveAgent, LiveContact, Snapshot, Step
from router.core.restricted import may_see
from router.core.severity import Channel, Severity
from router.core.states import AgentState, State
from router.records.depth import Point

DEPTH_STEP_MS = 5_000
DEPTH_POINTS = 1_440
"""Depth over the last two hours, one point each 5 s at most."""


@dataclass(slots=True)
class Change:
    """The changes of one step, for the pages that may see them."""

    at: int
    events: list[Happening]
    contacts: list[LiveContact]
    agents: list[LiveAgent]
    tally: bool
    abandoned: dict[str, Any]
    abandoned_gone: list[str]
    unseen: set[str] = field(default_factory=set)
    """Contacts of which nothing has changed but who listens there unseen."""
    again: list[LiveContact] = field(default_factory=list)
    """Unchanged, but sent again: something else may keep them from their agent now."""
    helps: Changed = NOTHING

    def named(self, agent_id: str | None) -> tuple[str, str | None]:
        """What happened, and why, for the desk of this agent; None: for a board."""
        told = [h for h in self.events if not h.hidden or agent_id in (None, h.by)]
        whys = [h.why for h in told if h.why]
        return told[-1].name if told else "changed", whys[-1] if whys else None

    def hides(self, contact: str, agent_id: str) -> bool:
        """No message at all, even without words: its moment would say that somebody listens."""
        return contact in self.unseen and not any(
            h.contact == contact and h.by == agent_id for h in self.events
        )


def _sound_of(live: LiveContact, sound: dict[str, Any] | None) -> dict[str, Any] | None:
    """How it sounds for those whom the reader sees in it; people by their account. None: nobody
    hears anybody. What was measured comes on its own way: it may come after the word that the
    caller is on hold, or is so no more."""
    if not sound or not (live.hear_each_other or live.talk_apart):
        return None
    if live.talk_apart:
        sound = sound | {"agent": None, "caller": None}
    elif sound["agent"] is None:
        return None
    seen = {one.leg: one.agent for one in live.beside or ()}
    others = [
        one | {"who": seen.get(one["who"], one["who"])}
        for one in sound.get("others") or ()
        if one["role"] != "beside" or one["who"] in seen
    ]
    return sound | {"others": others}


def _seen_beside(live: LiveContact, agent_id: str | None = None) -> list[Beside]:
    """Who sits there, without others who listen unseen."""
    return [one for one in live.beside or () if not one.hidden or one.agent == agent_id]


@dataclass(slots=True)
class View:
    """All open contacts, all agents, today's counts."""

    contacts: dict[str, LiveContact] = field(default_factory=dict)
    agents: dict[str, LiveAgent] = field(default_factory=dict)
    today: dict[str, int] = field(default_factory=dict)
    epoch: int = 0
    last: str = "0-0"
    abandoned: Abandoned = field(default_factory=Abandoned)
    returned: Returned = field(default_factory=Returned)
    still_needed: StillNeeded = field(default_factory=StillNeeded)
    helps: Helps = field(default_factory=Helps)
    few: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The people of each restricted incident (holdfast/followers/restricted.py)."""
    reserve: int = 0
    limits: Callable[[], Limits] = field(default=lambda: Limits(4, 5))
    """Texts and mails that an agent may have at once."""
    newcomer: Callable[[int], Any] = field(default=lambda _severity: None)
    """The estimated wait of a call of that severity that would come now."""
    queues: Callable[[], Any] = field(default=dict)
    """The same for each queue in which calls wait."""
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the agents' last checks of their sound found."""
    sound: Callable[[str], dict[str, Any] | None] = field(default=lambda _contact: None)
    """How a contact sounds."""
    stays: Callable[[LiveContact], bool] = field(default=lambda _live: False)
    """Its agent may not leave its caller alone with the number that they asked in."""
    clock: Callable[[], int] = field(default=now_ms)
    day: Callable[[int], int | None] = field(default=lambda _now: None)
    """The number of the day of a moment: counts of another day are not today's."""
    depth: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=DEPTH_POINTS))
    agent_days: AgentDays = field(init=False)

    def __post_init__(self) -> None:
        self.agent_days = AgentDays(lambda now: self.day(now))

    def skills_of_ready(self) -> list[dict[str, int]]:
        """The skills of every agent who is ready and connected."""
        return [
            {name: int(level) for name, level in live.skills.items()}
            for live in self.agents.values()
            if live.choice.ready and live.presence == "online"
        ]

    def picture(self, now: float) -> Picture:
        """The picture for explanations (router/core/explain.py)."""
        limits = replace(self.limits(), reserve=self.reserve)
        return Picture(self.contacts, self.agents, limits, now)

    def load(self, snapshot: Snapshot) -> None:
        self.contacts = {live.id: live for live in snapshot.contacts}
        self.returned.load(self.contacts)
        self.still_needed.load(self.contacts)
        self.agents = {live.id: live for live in snapshot.agents}
        self.helps.load(self.agents, self.contacts)
        self.agent_days.begin(snapshot.last, self.agents)
        self.today = dict(snapshot.today)
        self.epoch, self.last = snapshot.epoch, snapshot.last
        self.reserve = int(snapshot.reserve)

    def fold(self, step_id: str, step: Step) -> Change:
        hidden = {h.contact for h in step.events if h.hidden}
        hidden -= {h.contact for h in step.events if not h.hidden}
        unseen = {live.id for live in step.contacts if live.id in hidden and self._same(live)}
        for live in step.contacts:
            if live.state == State.ENDED:
                self.contacts.pop(live.id, None)
            else:
                self.contacts[live.id] = live
        of_trainees = self._of_new_buddies(step)
        for agent in step.agents:
            self.agents[agent.id] = agent
        self.agent_days.fold(step_id, step)
        if step.reserve is not None:
            self.reserve = int(step.reserve)
        if step.today is not None:
            same_day = self.today.get("day") == step.today.get("day")
            self.today = (self.today if same_day else {}) | step.today
        self.last = step_id
        if step.contacts:
            self._note_depth(int(step.at))
        self.returned.fold(step, self.contacts)
        callers, abandoned_gone = self.abandoned.fold(step, self.contacts)
        moved = {agent.id for agent in step.agents}
        moved |= {live.agent for live in step.contacts if live.agent is not None}
        return Change(
            int(step.at),
            step.events,
            step.contacts,
            step.agents,
            bool(step.contacts) or step.today is not None or step.reserve is not None,
            callers,
            abandoned_gone,
            unseen,
            self.returned.of_agents(moved, self.contacts, but=step.contacts)
            + self.still_needed.fold(step, self.contacts)
            + of_trainees,
            self.helps.fold(step, self.agents, self.contacts),
        )

    def _of_new_buddies(self, step: Step) -> list[LiveContact]:
        """What is in the hands of somebody who has another buddy from this step on, or none: it
        comes to one desk, and leaves the other."""
        told = {live.id for live in step.contacts}
        return [
            self.contacts[contact]
            for agent in step.agents
            if (was := self.agents.get(agent.id)) is not None and was.buddy != agent.buddy
            for contact in agent.contacts
            if contact in self.contacts and contact not in told
        ]

    def load_abandoned(
        self,
        recorded: list[AbandonedCaller],
        since: int,
        now: int,
        taken: set[str],
        steps: list[Step],
    ) -> Change:
        """Callers who gave up, as the record has them; what changes on a board."""
        callers, gone = self.abandoned.load(recorded, since, self.contacts, taken, steps)
        return Change(now, [Happening("abandoned.loaded")], [], [], False, callers, gone)

    def _same(self, live: LiveContact) -> bool:
        """Nobody whom their agent sees has come there or left."""
        before = self.contacts.get(live.id)
        return before is not None and _seen_beside(before) == _seen_beside(live)

    def _note_depth(self, at: int) -> None:
        counts = [0, 0, 0, 0]
        for live in self.contacts.values():
            if waits(live):
                counts[live.severity - 1] += 1
        if self.depth and at - self.depth[-1]["at"] < DEPTH_STEP_MS:
            self.depth[-1] = {"at": self.depth[-1]["at"], "counts": counts}
        elif not self.depth or self.depth[-1]["counts"] != counts:
            self.depth.append({"at": at, "counts": counts})

    def depth_points(self) -> list[Point]:
        """For the record, oldest first."""
        return [(point["at"], *point["counts"]) for point in self.depth]

    def depth_before(self, points: Sequence[Point]) -> bool:
        """Puts older points before those that were seen here. False: there are none."""
        first = self.depth[0]["at"] if self.depth else math.inf
        older = [{"at": at, "counts": counts} for at, *counts in points if at < first]
        room = DEPTH_POINTS - len(self.depth)
        self.depth.extendleft(reversed(older[-room:] if room else []))
        return bool(older and room)

    def tally(self) -> dict[str, Any]:
        """Waiting by severity and channel with the oldest and the most pressing; today's counts."""
        now = self.clock()
        waiting: dict[str, dict[str, Any]] = {}
        for severity in Severity:
            row: dict[str, Any] = {str(channel): 0 for channel in Channel}
            row |= {"oldest": None, "due": None, "wait": self.newcomer(int(severity))}
            waiting[str(int(severity))] = row
        for live in self.contacts.values():
            if not waits(live):
                continue
            row = waiting[str(live.severity)]
            row[live.channel] += 1
            since = waits_from(live)
            if row["oldest"] is None or since < row["oldest"]:
                row["oldest"] = since
            if live.answer_by is not None and (
                row["due"] is None or live.answer_by < row["due"]["answer_by"]
            ):
                row["due"] = {"waits_from": since, "answer_by": live.answer_by}
        return {
            "waiting": waiting,
            "queues": self.queues(),
            "today": day_figures(
                self.today if self.day(now) in (None, self.today.get("day")) else {},
                self.contacts.values(),
                now,
            ),
            "reserve": self.reserve,
        }

    def board(self, account: str) -> dict[str, Any]:
        """Everything a board of this account shows."""
        page = self._page([], self.agents.values())
        contacts = {live.id: self.at_board(live, account) for live in self.contacts.values()}
        gave_up = abandoned_seen_by(self.abandoned.shown, account, self.few)
        return page | {"contacts": contacts, "abandoned": gave_up, "depth": list(self.depth)}

    def desk(self, agent_id: str) -> dict[str, Any]:
        """Everything this agent's desk shows."""
        mine = [live for live in self.contacts.values() if self.concerns(live, agent_id)]
        me = self.agents.get(agent_id)
        page = self._page([], [me] if me else [])
        return page | {"contacts": {live.id: self.at_desk(live, agent_id) for live in mine}}

    def _page(self, contacts: Iterable[LiveContact], agents: Iterable[LiveAgent]) -> dict[str, Any]:
        return {
            "contacts": {live.id: self.entity(live) for live in contacts},
            "agents": {
                live.id: self.agent(live) for live in agents if live.state != AgentState.OFFLINE
            },
            "tally": self.tally(),
        }

    def agent(self, live: LiveAgent) -> dict[str, Any]:
        """The agent as pages get it."""
        return agent_entity(live, self.checks.get(live.id))

    def entity(self, live: LiveContact) -> dict[str, Any]:
        """The contact as pages get it."""
        agent = self.returned.of(live)
        sound = _sound_of(live, self.sound(live.id))
        if agent is None:
            needed, stays = self.still_needed.of(live, self.contacts), self.stays(live)
            return contact_entity(live, None, needed, sound, stays=stays)
        rung = live.offer.agents if live.offer else []
        names = [self.agents[one].name if one in self.agents else one for one in rung]
        at = 0  # by name nothing depends on the moment
        kept = self.picture(at).by_name(live, agent, at_once=True).cause
        return contact_entity(live, {"agent": agent, "rings_at": names, "kept": kept})

    def at_board(self, live: LiveContact, account: str) -> dict[str, Any]:
        """The contact as the board of this account gets it."""
        return self._seen(self.entity(live), live, account)

    def _seen(self, entity: dict[str, Any], live: LiveContact, account: str) -> dict[str, Any]:
        """What they may see of it, and of the promise about which its agent is asked."""
        asked = entity["still_needed"]
        of = self.contacts.get(asked["contact"]) if asked else None
        if of is not None and not may_see(of.only, account):
            entity = entity | {"still_needed": None}
        return seen_by(entity, live, account)

    def at_desk(self, live: LiveContact, agent_id: str) -> dict[str, Any]:
        """The same as the desk of this agent gets it: without others who listen unseen."""
        shown = _seen_beside(live, agent_id)
        known = msgspec.structs.replace(live, beside=shown) if live.beside else live
        trainee, agent = self.trains(agent_id, live), self.agents.get(live.agent or "")
        theirs = agent is not None and agent.id != agent_id
        return self._seen(self.entity(known), live, agent_id) | {
            "trainee": trainee and trainee.name,
            "agent_name": agent.name if agent is not None and theirs else None,
        }

    def trains(self, buddy: str, live: LiveContact) -> LiveAgent | None:
        """Whose call this is, if the reader is their buddy and may listen now."""
        talks = live.channel == Channel.VOICE and live.state == State.ACTIVE
        agent = self.agents.get(live.agent or "") if talks else None
        return agent if agent is not None and agent.buddy == buddy else None

    def concerns(self, live: LiveContact, agent_id: str) -> bool:
        """True when this contact is on that agent's desk."""
        rings = live.offer is not None and agent_id in live.offer.agents
        sits = any(one.agent == agent_id for one in live.beside or ())
        consulted = live.consult is not None and live.consult.agent == agent_id
        if self.trains(agent_id, live):
            return True
        return rings or sits or consulted or agent_id in (live.agent, self.returned.of(live))
