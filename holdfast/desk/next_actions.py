"""Whose an incident is, what has to happen next in it, and the list of what is one's own to do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    Form,
    Id,
    IncidentForm,
    Key,
    Moment,
    Nothing,
    Refused,
    Result,
    Word,
    intent,
)
from holdfast.desk.listing import Listing
from holdfast.http.access import Permission, allowed
from router.centre import Centre
from router.core.bidi import isolated
from router.core.model import Reply
from router.core.next_action import LETTERS
from router.core.restricted import may_see
from router.core.states import AgentState
from router.core.team import Member, team_of
from router.core.terms import day_of, works_here
from router.incidents.next_actions import ENDED, PLANNED, Following, NextActions, Plan
from router.incidents.ownership import GIVEN, Gift, Ownership
from router.records import accounts, next_actions, people, sight
from router.records.database import RecordUnavailable


class PlanForm(Form, frozen=True):
    """`before`: the next action that the page showed; None: none was planned."""

    incident: Id
    what: Annotated[str, msgspec.Meta(max_length=4 * LETTERS)]
    agent: Id
    due: Moment
    key: Key
    before: Id | None = None


class DoneForm(IncidentForm, frozen=True):
    """`next`: which one was done. `what`, `agent`, `due`: the one that follows; "" = none.
    `anyway`: none follows, the incident is resolved now."""

    next: Id
    what: Annotated[str, msgspec.Meta(max_length=4 * LETTERS)] = ""
    agent: Id = ""
    due: Moment = 0
    anyway: bool = False


class GiveForm(IncidentForm, frozen=True):
    """`agent`: whose it is to be; `before`: whose it was, as the page showed it, None: nobody's."""

    agent: Id
    before: Id | None = None


class ColleaguesForm(Form, frozen=True):
    """`incident`: only those who may be given something of it."""

    incident: Id | None = None


class OpenIncidentsForm(Form, frozen=True):
    """`filter`: overdue, nobodys, severe; "": all that are open."""

    filter: Word = ""


class NextSteps:
    """Handlers of plan_next, next_done, give_incident, mine, open_incidents and colleagues."""

    def __init__(
        self, centre: Centre, hub: Hub, actions: NextActions, ownership: Ownership,
        given: Callable[[str], None] = lambda _incident: None,
    ) -> None:  # fmt: skip
        """`given`: hears of each incident that somebody has now."""
        self._given = given
        self._database = centre.database
        self._current = centre.config
        self._hub = hub
        self._actions = actions
        self._ownership = ownership

    @intent("plan_next", PlanForm, audit=PLANNED, desk_only=False)
    async def _plan(self, page: Page, form: PlanForm) -> Result:
        plan = Plan(
            form.incident, " ".join(form.what.split()), form.agent, form.due, page.account.id,
            form.key, form.before,
        )  # fmt: skip
        reply = await self._actions.plan(plan, now_ms())
        await self._tell(page, reply, form.incident, form.agent, "gave you something to do in")
        return self._told(reply, form.incident)

    @intent("next_done", DoneForm, audit=(ENDED, PLANNED), desk_only=False)
    async def _done(self, page: Page, form: DoneForm) -> Result:
        what = " ".join(form.what.split())
        then = Following(what, form.agent, form.due) if what else None
        reply = await self._actions.done(
            form.incident, form.next, page.account.id, now_ms(), then, anyway=form.anyway
        )
        if then is not None:
            await self._tell(page, reply, form.incident, form.agent, "gave you something to do in")
        return self._told(reply, form.incident)

    @intent("give_incident", GiveForm, audit=GIVEN, desk_only=False)
    async def _give(self, page: Page, form: GiveForm) -> Result:
        """Takes it, if it is for oneself."""
        gift = Gift(form.incident, form.agent, page.account.id, form.before)
        reply = await self._ownership.give(gift, now_ms())
        if reply.ok:
            self._given(form.incident)
        await self._tell(page, reply, form.incident, form.agent, "gave you")
        return self._told(reply, form.incident)

    @intent("mine", Nothing)
    async def _mine(self, page: Page, _form: Nothing) -> Result:
        """From now on this page is told when its list has changed."""
        me = page.account
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
        names = {a.id: a.name for a in known}
        members = [Member(a.id, a.terms.team, a.terms.lead) for a in known]
        team = team_of(me.id, members, steers=allowed(me.role, Permission.QUEUE_STEER))
        page.listed = listing = Listing({me.id, *team})  # from here on: what is read is newer
        async with self._database.read() as connection:
            rows, more = await next_actions.of_agent(connection, me.id, names)
            theirs = await next_actions.of_team(connection, sorted(team), names, me.id)
        shown = [row["id"] for row in rows + theirs]
        if listing.read(shown) and page.listed is listing:
            self._hub.list_changed(page)
        return {"rows": rows, "more": more, "team": theirs}

    @intent("open_incidents", OpenIncidentsForm, Permission.QUEUE_STEER, desk_only=False)
    async def _open(self, page: Page, form: OpenIncidentsForm) -> Result:
        """From now on this page is told when its list has changed."""
        if form.filter not in next_actions.FILTERS:
            raise Refused("bad_request", "The filter is overdue, nobodys, severe or none.")
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
        names = {a.id: a.name for a in known}
        page.listed = listing = Listing(set(names))  # from here on: what is read is newer
        async with self._database.read() as connection:
            rows, more, counts = await next_actions.of_all(
                connection, names, form.filter, now_ms(), page.account.id
            )
        if listing.read([row["id"] for row in rows]) and page.listed is listing:
            self._hub.list_changed(page)
        return {"filter": form.filter, "rows": rows, "more": more, "counts": counts}

    @intent("colleagues", ColleaguesForm, desk_only=False)
    async def _colleagues(self, _page: Page, form: ColleaguesForm) -> Result:
        """Everybody who can be given something to do, by name."""
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
            only = await sight.list_of(connection, form.incident) if form.incident else None
        today = day_of(now_ms(), self._current.value.zone)
        names = sorted(
            (a.name.casefold(), a.name, a.id)
            for a in known
            if works_here(a.terms, active=a.active, today=today) and may_see(only, a.id)
        )
        here = {one.id for one in self._hub.view.agents.values() if one.state != AgentState.OFFLINE}
        return {
            "people": [{"id": who, "name": name, "here": who in here} for _, name, who in names]
        }

    async def _tell(self, page: Page, reply: Reply, of: str, agent: str, did: str) -> None:
        """Says it at the desk of somebody else who got something by it."""
        self._hub.mine_changed(agent)
        if not reply.ok or reply.duplicate or agent == page.account.id:
            return
        with contextlib.suppress(RecordUnavailable):  # it stands on their list all the same
            async with self._database.read() as connection:
                incident = await people.incident_by_id(connection, of)
            if incident is not None:
                words = f"{page.account.name} {did} {incident.word}, {isolated(incident.title)}."
                self._hub.notice(agent, GIVEN, words, "info")

    def _told(self, reply: Reply, incident: str) -> Result:
        self._hub.incident_changed(incident)  # refused: somebody else was quicker
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}
