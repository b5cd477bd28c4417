"""Every page connected to this process, and what each receives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Set
from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.abandoned import seen_by as abandoned_seen_by
from holdfast.desk.alarm_words import ALARMS, alarm_words
from holdfast.desk.beside_news import beside_news
from holdfast.desk.consult_news import consult_news
from holdfast.desk.day_figures import next_late
from holdfast.desk.dial_news import HANDED, NOT_REACHED, dial_news
from holdfast.desk.entities import who_for_all
from holdfast.desk.help_news import help_news, incidents_of
from holdfast.desk.lost_words import lost_words
from holdfast.desk.page import Page as Page
from holdfast.desk.ring_news import RING_OVER, ring_news
from holdfast.desk.view import Change, View
from holdfast.http.access import ROLES
from router.core.abandoned import AbandonedCaller
from router.core.alarms import Alarm, alarm_of
from router.core.model import Happening, LiveAgent, LiveContact, Snapshot, Step
from router.core.states import AgentState, State
from router.core.taking import takings
from router.records.accounts import Account
from router.records.database import RecordUnavailable

log = structlog.get_logger()

TALLY_S = 0.2
"""The counts go to every page: at most so often, however many steps there are."""

SOUND, CHECK = "contact.sound_changed", "agent.sound_checked"
"""Events of the pages alone: no step of the index."""

RETRY_S = 1.0
"""A changed incident that the record did not give is requested again after this many seconds."""


class Hub:
    """Follows the stream of steps and tells each page its part."""

    def __init__(self, centre: Callable[[], dict[str, Any]]) -> None:
        self.view = View()
        self._pages: dict[str, Page] = {}
        self._centre = centre
        self._dirty: dict[str, set[str]] = {}
        self._dirty_step = "0-0"
        self._dirty_wake = asyncio.Event()
        self._tally_timer: asyncio.TimerHandle | None = None
        self._late_timer: asyncio.TimerHandle | None = None
        self._tally_owed = False

    # Pages ------------------------------------------------------------------------------------

    def join(self, page: Page) -> None:
        """A new page; an older desk of the same agent is notified and closed."""
        if page.kind.on_duty:
            for other in list(self._pages.values()):
                if other.kind.on_duty and other.account.id == page.account.id:
                    other.send(
                        {
                            "type": "notice",
                            "now": now_ms(),
                            "level": "warn",
                            "code": "taken_over",
                            "text": "This desk was opened in another window.",
                        }
                    )
                    other.close()
        self._pages[page.conn] = page
        self.snapshot(page)
        self._await_late(asyncio.get_running_loop())

    def leave(self, page: Page) -> None:
        self._pages.pop(page.conn, None)

    def pages(self) -> list[Page]:
        return list(self._pages.values())

    def desk_of(self, agent_id: str) -> Page | None:
        for page in self._pages.values():
            if page.kind.on_duty and page.account.id == agent_id and not page.closed:
                return page
        return None

    def snapshot(self, page: Page) -> None:
        """Everything that the page shows at this moment."""
        if page.closed:
            return
        while page.stale and not page.outbox.empty():
            page.outbox.get_nowait()
        page.stale = False
        page.seq += 1
        mine = page.account.id
        view = self.view.board(mine) if page.kind.sees_all else self.view.desk(mine)
        view["helps"] = self.view.helps.of(page.helps_of, mine, self.view.few)
        page.shown = set(view["contacts"])
        page.send(
            {
                "type": "snapshot",
                "seq": page.seq,
                "now": now_ms(),
                "me": me(page.account),
                "centre": self._centre(),
                "view": view,
            }
        )

    def show_lists(self, few: Mapping[str, frozenset[str]]) -> None:
        """Which incidents are restricted, and to whom, has changed: boards show what they may."""
        self.view.few = few
        for page in self.pages():
            if page.kind.sees_all:
                self.snapshot(page)

    def show_anew(self) -> None:
        """The centre's own settings have changed: every page starts over."""
        for page in self.pages():
            self.snapshot(page)

    # Steps ------------------------------------------------------------------------------------

    def load(self, snapshot: Snapshot) -> None:
        """The index was read again: every page starts over."""
        self.view.load(snapshot)
        self.show_anew()

    def on_step(self, step_id: str, step: Step) -> None:
        if step.epoch < self.view.epoch:
            return
        found = [c for c in step.contacts if alarm_of(c) is Alarm.LOST and not self._is_lost(c.id)]
        change = self.view.fold(step_id, step)
        for live in found:
            self._alarm_lost(live, step.at)
        for event in step.events:
            if event.name in ALARMS:
                self._alarm(event)
            if event.name == "agent.only_one":
                self._alarm_only_one(event)
            if event.name in HANDED and event.by:
                level, words = HANDED[event.name]
                self.notice(event.by, event.name, words.format(event.handed_to), level)
        for agent, told in dial_news(step):
            self.notice(agent, NOT_REACHED, told)
        for agent, told in ring_news(step, self.view.agents):
            self.notice(agent, RING_OVER, told, "info")
        names = self.view.agents
        for news in (*beside_news(step, names), *consult_news(step, names)):
            self.notice(*news)
        for news in help_news(step):
            self._everywhere(*news)
        tally = self._tally_now() if change.tally and self._pages else None
        for page in self._pages.values():
            self._tell(page, change, tally)
        took = {one.contact: one.agent for one in takings(step.events, step.contacts)}
        for live in change.contacts:
            if live.incident:
                self.incident_changed(live.incident, step_id, live.named, took.get(live.id))
        for incident in incidents_of(step):
            self.incident_changed(incident, step_id)

    def _tally_now(self) -> dict[str, Any] | None:
        """Sends the counts, unless they were sent a moment ago; then they follow a moment later."""
        if self._tally_timer is not None:
            self._tally_owed = True
            return None
        loop = asyncio.get_running_loop()
        self._tally_timer = loop.call_later(TALLY_S, self._tell_tally)
        self._await_late(loop)
        return self.view.tally()

    def _await_late(self, loop: asyncio.AbstractEventLoop) -> None:
        """Somebody who waits counts as missed from the moment of their target, whether or not
        anything else happens then."""
        if self._late_timer is not None:
            self._late_timer.cancel()
        now = now_ms()
        at = next_late(self.view.contacts.values(), now)
        self._late_timer = (
            None if at is None else loop.call_later((at - now) / 1000 + TALLY_S, self._late_now)
        )

    def _late_now(self) -> None:
        self._late_timer = None
        self._tally_owed = True
        if self._tally_timer is None:
            self._tell_tally()

    def _tell_tally(self) -> None:
        self._tally_timer = None
        if self._tally_owed:
            self._tally_owed = False
            tally = self._tally_now()
            change = Change(now_ms(), [Happening("tally")], [], [], True, {}, [])
            for page in self._pages.values():
                self._tell(page, change, tally)

    def show_abandoned(
        self, recorded: list[AbandonedCaller], since: int, taken: set[str], steps: list[Step]
    ) -> None:
        """Callers who gave up before this process began, or before the record had them; see
        Abandoned.load."""
        change = self.view.load_abandoned(recorded, since, now_ms(), taken, steps)
        for page in self._pages.values():
            self._tell(page, change, None)

    def _tell(self, page: Page, change: Change, tally: dict[str, Any] | None) -> None:
        if page.stale:
            if page.outbox.empty():
                self.snapshot(page)
            return
        put: dict[str, Any] = {}
        drop: dict[str, Any] = {}
        told = [*change.contacts, *change.again]
        if page.kind.sees_all:
            me = page.account.id
            kept = {c.id: self.view.at_board(c, me) for c in told if c.state != State.ENDED}
            gone = [c.id for c in change.contacts if c.state == State.ENDED]
            agents = change.agents
            if change.abandoned:
                put["abandoned"] = abandoned_seen_by(change.abandoned, me, self.view.few)
            if change.abandoned_gone:
                drop["abandoned"] = change.abandoned_gone
        else:
            mine = page.account.id
            told = [c for c in told if not change.hides(c.id, mine)]
            if change.contacts and not told:
                tally = None
            kept = {
                c.id: self.view.at_desk(c, mine)
                for c in told
                if c.state != State.ENDED and self.view.concerns(c, mine)
            }
            gone = [c.id for c in told if c.id not in kept and c.id in page.shown]
            agents = [a for a in change.agents if a.id == mine]
        page.shown |= set(kept)
        page.shown -= set(gone)
        if kept:
            put["contacts"] = kept
        if gone:
            drop["contacts"] = gone
        self._put_agents(agents, put, drop)
        change.helps.tell(page.helps_of, page.account.id, self.view.few, put, drop)
        if tally is not None:
            put["tally"] = tally
        if not put and not drop:
            return
        page.seq += 1
        name, why = change.named(None if page.kind.sees_all else page.account.id)
        page.send(
            {
                "type": "event",
                "seq": page.seq,
                "now": now_ms(),
                "at": change.at,
                "name": name,
                "put": put,
                "drop": drop,
                "why": why,
            }
        )

    def _put_agents(
        self, agents: list[LiveAgent], put: dict[str, Any], drop: dict[str, Any]
    ) -> None:
        here = {a.id: self.view.agent(a) for a in agents if a.state != AgentState.OFFLINE}
        away = [a.id for a in agents if a.state == AgentState.OFFLINE]
        if here:
            put["agents"] = here
        if away:
            drop["agents"] = away

    def show_agent(self, agent: str) -> None:
        """Something of an agent has changed, and nothing in the index."""
        live = self.view.agents.get(agent)
        if live is not None:
            change = Change(now_ms(), [Happening(CHECK)], [], [live], False, {}, [])
            for page in self._pages.values():
                self._tell(page, change, None)

    def show_sound(self, contact: str) -> None:
        """How a contact sounds has changed, and nothing else of it."""
        live = self.view.contacts.get(contact)
        if live is not None:
            change = Change(now_ms(), [Happening(SOUND)], [], [], False, {}, [], again=[live])
            for page in self._pages.values():
                self._tell(page, change, None)

    # Incidents --------------------------------------------------------------------------------

    def mine_changed(self, *agents: str) -> None:
        """What is theirs to do, or anybody's, has changed: their pages ask again."""
        for page in self._pages.values():
            if page.listed is not None and (not agents or page.listed.agents & set(agents)):
                self.list_changed(page)

    @staticmethod
    def list_changed(page: Page) -> None:
        if page.listed is not None:
            page.listed = None
            page.send(notice("info", "mine_changed", ""))

    def incident_changed(self, incident: str, step: str | None = None, *agents: str | None) -> None:
        """At this step of the record, pages that have it open get it; lists, or `agents`, ask."""
        self._dirty.setdefault(incident, set()).update(agent for agent in agents if agent)
        if step is not None:
            self._dirty_step = step
        self._dirty_wake.set()

    def _once_more(self, incidents: Mapping[str, Set[str]]) -> None:
        for incident, agents in incidents.items():
            self.incident_changed(incident, None, *agents)

    async def push_incidents(
        self,
        build: Callable[[str, Collection[str]], Awaitable[Mapping[str, dict[str, Any]]]],
        recorded: Callable[[str], Awaitable[None]],
    ) -> None:
        """Builds each changed incident once for all who have it open, until cancelled."""
        while True:
            await self._dirty_wake.wait()
            self._dirty_wake.clear()
            incidents, self._dirty = self._dirty, {}
            try:
                async with asyncio.timeout(2.0):
                    await recorded(self._dirty_step)
            except TimeoutError:
                log.warning("recorder.behind")
                self._once_more(incidents)
            looking: dict[str, list[Page]] = {}
            for page in self.pages():
                if page.listed is not None and page.listed.changed(incidents):
                    self.list_changed(page)
                if page.incident is not None and page.looks_at(incidents):
                    looking.setdefault(page.incident, []).append(page)
            for asked, pages in looking.items():
                try:
                    found = await build(asked, {page.account.id for page in pages})
                except RecordUnavailable as error:
                    log.warning("incident.not_read", reason=str(error))
                    self._once_more(incidents)
                    await asyncio.sleep(RETRY_S)
                    break
                for page in pages:
                    if page.incident != asked:
                        continue
                    document = found.get(page.account.id)
                    if document is not None:
                        page.shows(document)
                        page.send({"type": "incident", "now": now_ms(), "incident": document})
                    else:  # it is restricted by now, and they are not on the list
                        page.incident = None
                        page.send({"type": "shut", "now": now_ms(), "incident": asked})

    def _alarm(self, event: Happening) -> None:
        """Tells every board that somebody may not be reached."""
        live = self.view.contacts.get(event.contact or "")
        if live is None:
            return
        words = alarm_words(event, live)
        log.error("contact.alarm", contact=live.id, cause=event.name, severity=live.severity)
        self.alarm(live.severity, event.name, who_for_all(live), words, live.id)

    def _is_lost(self, contact: str) -> bool:
        known = self.view.contacts.get(contact)
        return known is not None and alarm_of(known) is Alarm.LOST

    def _alarm_lost(self, live: LiveContact, at: float) -> None:
        """At once: boards do not wait until the contact is back in line."""
        agent = self.view.agents.get(live.agent or "")
        name = agent.name if agent is not None else "their agent"
        left = max(0, round(((live.until or at) - at) / 1000))
        log.error("contact.alarm", contact=live.id, cause="agent_lost", severity=live.severity)
        self.alarm(
            live.severity,
            "contact.agent_lost",
            who_for_all(live),
            lost_words(live, name, left),
            live.id,
        )

    def _alarm_only_one(self, event: Happening) -> None:
        """They miss offers and were not paused: nobody else who is ready has this skill."""
        agent = self.view.agents.get(event.agent or "")
        if agent is None:
            return
        skills = ", ".join(
            f"{name} {level}+" for name, level in sorted((event.needs or {}).items())
        )
        log.error("agent.alarm", agent=agent.id, cause=event.name)
        self.alarm_boards(
            f"{agent.name} misses offers and was not paused: nobody else who is ready has {skills}."
            " Make somebody ready.",
            event.name,
        )

    def alarm(
        self,
        severity: int,
        name: str,
        who: Mapping[str, str | None],
        words: str,
        contact: str | None = None,
    ) -> None:
        """Words about a person for every board; `contact`: over when that one is answered."""
        text = f"S{severity} {who.get('name') or who.get('address') or '?'}: {words}"
        self.alarm_boards(text, name, contact)

    def alarm_boards(
        self, text: str, code: str = "arrivals.kept_nowhere", contact: str | None = None
    ) -> None:
        """Words for every board."""
        about = {} if contact is None else {"contact": contact}
        for page in self._pages.values():
            if page.kind.alarms:
                page.send(notice("alarm", code, text) | about)

    def has_board(self) -> bool:
        """Somebody would hear an alarm."""
        return any(page.kind.alarms and not page.closed for page in self._pages.values())

    def show_record(self, trouble: str | None) -> None:
        """Tells every page whether the record takes writes; see router/records/trouble.py."""
        for page in self._pages.values():
            page.send({"type": "record", "now": now_ms(), "trouble": trouble})

    def _everywhere(self, account: str, code: str, text: str, level: str) -> None:
        """Words for one person, at whatever page."""
        for page in self._pages.values():
            if page.account.id == account:
                page.send(notice(level, code, text))

    def notice(self, agent_id: str, code: str, text: str, level: str = "warn") -> None:
        """Words for one agent."""
        page = self.desk_of(agent_id)
        if page is not None:
            page.send(notice(level, code, text))


def notice(level: str, code: str, text: str) -> dict[str, Any]:
    return {"type": "notice", "now": now_ms(), "level": level, "code": code, "text": text}


def me(account: Account) -> dict[str, Any]:
    """The account that a page belongs to."""
    return {
        "id": account.id,
        "name": account.name,
        "login": account.login,
        "role": account.role,
        "permissions": sorted(ROLES.get(account.role, ())),
    }
