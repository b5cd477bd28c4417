"""An incident is restricted at a desk or a board, and opened by somebody who is not on its list."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, Id, IncidentForm, Refused, Result, intent
from holdfast.desk.sight import has_it
from holdfast.followers.restricted import FewSeen
from holdfast.http.access import Permission, allowed
from router.centre import Centre
from router.core.restricted import MOST, may_see
from router.core.text import clean
from router.incidents.at_work import index_of
from router.incidents.restricting import (
    ACT,
    LIFTED,
    OPENED,
    Done,
    Restricting,
    Restriction,
)
from router.records.database import RecordUnavailable

People = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]
WHY = "Say why: everybody on its list reads it, and it is in the audit."


class RestrictForm(IncidentForm, frozen=True):
    """`people`: accounts; nobody: it is everybody's. `before`: the list that the page shows."""

    reason: Reason
    people: People = ()
    before: People = ()


class OpenForm(Form, frozen=True):
    """A contact that they have in hand; or, for a supervisor, one or an incident that their board
    shows."""

    reason: Reason
    contact: Id | None = None
    incident: Id | None = None


class RestrictingDesk:
    """Handlers of restrict and open_restricted."""

    def __init__(self, centre: Centre, hub: Hub, room: Restricting, few: FewSeen) -> None:
        self._hub = hub
        self._room = room
        self._few = few
        self._index = index_of(centre)

    @intent(
        "restrict",
        RestrictForm,
        Permission.INCIDENT_RESTRICT,
        audit=(ACT, LIFTED),
        desk_only=False,
    )
    async def _restrict(self, page: Page, form: RestrictForm) -> Result:
        order = Restriction(
            form.incident, form.people, form.before, _words(form.reason), page.account.id
        )
        done = await self._room.restrict(order, now_ms())
        if not done.reply.ok:
            self._hub.incident_changed(form.incident)
            raise Refused.by(done.reply, {"bad_request": WHY} if not order.reason else {})
        await self._told(form.incident, done)
        return {}

    @intent("open_restricted", OpenForm, audit=OPENED, desk_only=False)
    async def _open(self, page: Page, form: OpenForm) -> Result:
        """An outsider reads all of it from now on, as it is written down, and boards hear of it."""
        me = page.account
        live = self._hub.view.contacts.get(form.contact or "")
        incident = form.incident if live is None else live.incident
        if incident is None or (live is not None and may_see(live.only, me.id)):
            raise Refused("too_late", "It is over, or not restricted to others any more.")
        has = live is not None and has_it(live, me.id)
        if not has and not allowed(me.role, Permission.INCIDENT_OPEN_RESTRICTED):
            raise Refused("not_allowed", "Only whoever has it in hand, or a supervisor, opens it.")
        reason = _words(form.reason)
        if not reason:
            raise Refused("bad_request", WHY)
        done = await self._room.let_in(incident, me.id, reason, now_ms())
        if not done.reply.ok:
            raise Refused.by(done.reply, {})
        if done.reply.duplicate:  # it is theirs to see already
            return {"incident": incident}
        await self._told(incident, done)
        self._hub.alarm_boards(
            f"{me.name} opened a restricted incident without being on its list. Its list has why.",
            OPENED,
        )
        return {"incident": incident}

    async def _told(self, incident: str, done: Done) -> None:
        """Index, pages and lists show it as it is now."""
        for one in done.at_work:
            await self._index(one)
        with suppress(RecordUnavailable):  # the next look shows it
            await self._few.look()
        self._hub.incident_changed(incident)
        self._hub.mine_changed()


def _words(text: str) -> str:
    return " ".join(clean(text).split())
