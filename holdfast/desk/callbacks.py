"""Calling people back from a desk or a board: now, later, called off, and callers who gave up."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.incident_search import NOT_RECORDED
from holdfast.desk.intents import (
    ContactForm,
    Form,
    Id,
    IncidentForm,
    Key,
    Moment,
    Refused,
    Result,
    Sure,
    done,
    intent,
)
from holdfast.desk.next_needed import NextNeeded
from holdfast.http.access import Permission, allowed
from router.callbacks.giving import Giving
from router.callbacks.immediate import CallbackOrder, Callbacks
from router.callbacks.moved import Moved, Wish
from router.callbacks.not_needed import NotNeeded
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.centre import Centre
from router.core.bidi import isolated
from router.core.model import Reply
from router.core.states import State

GIVEN = "callback.given"
"""Code of a notice, and action of the audit."""
WORDS = {
    "taken": "A callback is already promised to them.",
    "too_late": "Somebody is already calling them.",
}
WHY = "Say why nobody has to call them: the audit keeps it."


class CallbackForm(Form, frozen=True):
    incident: Id
    address: Id
    key: Key
    sure: Sure = ()


class CallbackLaterForm(Form, frozen=True):
    """`at`: None = as soon as somebody is free."""

    incident: Id
    address: Id
    key: Key
    at: Moment | None = None
    sure: Sure = ()
    note: Annotated[str, msgspec.Meta(max_length=160)] = ""
    """What it is about, or why at night: whoever calls reads it."""


class CallOffForm(ContactForm, frozen=True):
    """`reason`: for the audit. `anyway`: nothing is planned, and it is called off all the same: the
    incident is resolved."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""
    anyway: bool = False


class MoveForm(ContactForm, frozen=True):
    """`at`: from then on it rings. `note`: why at night; "" leaves what there is."""

    at: Moment
    sure: Sure = ()
    note: Annotated[str, msgspec.Meta(max_length=160)] = ""


class GiveForm(ContactForm, frozen=True):
    """`agent`: to whom; `before`: to whom it was given, as the page showed it, None: to nobody."""

    agent: Id
    before: Id | None = None


class NotNeededForm(Form, frozen=True):
    """`through`: the contact in the reader's hands by which their party was reached. A supervisor
    who has none gives a `reason`."""

    contact: Id
    through: Id | None = None
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


class CallingBack:
    """Handlers of callback, request_callback, cancel_callback, move_callback, give_callback,
    not_needed and its undo, abandoned_callback."""

    def __init__(
        self, centre: Centre, callbacks: Callbacks, promises: ScheduledCallbacks,
        needless: NotNeeded, hub: Hub,
    ) -> None:  # fmt: skip
        self._next = NextNeeded(centre, hub)
        self._callbacks = callbacks
        self._scheduled = promises
        self._needless = needless
        self._moved = Moved(centre, promises)
        self._giving = Giving(centre)
        self._hub = hub

    @intent(
        "callback",
        CallbackForm,
        audit=("callback.ordered", "callback.refused", "callback.too_many"),
    )
    async def _now(self, page: Page, form: CallbackForm) -> Result:
        made = self._hub.view.agent_days.dialled(page.account.id, now_ms())
        order = CallbackOrder(
            page.account.id, form.incident, form.address, form.key, made, frozenset(form.sure)
        )
        return done(await self._callbacks.order(order, now_ms()))

    async def _ask(self, page: Page, asked: CallbackRequest) -> Result:
        reply = _told(await self._scheduled.request_callback(asked, now_ms()))
        self._hub.incident_changed(asked.incident)
        live = reply.contact
        at = live.not_before if live is not None and live.state == State.SCHEDULED else None
        return {"contact": live.id if live else None, "at": at}

    @intent("request_callback", CallbackLaterForm, audit="callback.promised", desk_only=False)
    async def _later(self, page: Page, form: CallbackLaterForm) -> Result:
        asked = CallbackRequest(
            incident=form.incident,
            address=form.address,
            key=form.key,
            by=page.account.id,
            by_name=page.account.name,
            why=" ".join(form.note.split()) or f"asked for by {page.account.name}",
            note=" ".join(form.note.split()),
            not_before=form.at,
            sure=frozenset(form.sure),
        )
        return await self._ask(page, asked)

    @intent(
        "abandoned_callback",
        IncidentForm,
        Permission.QUEUE_STEER,
        audit="callback.promised",
        desk_only=False,
    )
    async def _for_abandoned(self, page: Page, form: IncidentForm) -> Result:
        row = self._hub.view.abandoned.shown.get(form.incident)
        if row is None:
            raise Refused("unknown", "They are off this list: somebody is speaking with them.")
        if row["provisional"]:
            raise Refused("not_ready", NOT_RECORDED)
        asked = CallbackRequest(
            incident=form.incident,
            key=f"{row['contact']} {now_ms()}",  # one open promise per incident: no two by chance
            by=page.account.id,
            by_name=page.account.name,
            why="gave up waiting" if row["kind"] == "call" else "not reached before",
            after=row["contact"],
        )
        return await self._ask(page, asked)

    @intent("cancel_callback", CallOffForm, audit="callback.cancelled", desk_only=False)
    async def _cancel(self, page: Page, form: CallOffForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.callback is None:
            raise Refused("unknown", "This is already over.")
        reason = " ".join(form.reason.split())
        if not reason:
            raise Refused("bad_request", WHY)
        if not page.kind.steers and not form.anyway:
            await self._next.ask(live.incident, but=live.id, calls_off=True)
        _told(await self._scheduled.cancel(form.contact, page.account.id, reason))
        if live.incident is not None:
            self._hub.incident_changed(live.incident)
        return {}

    @intent("move_callback", MoveForm, audit="callback.moved", desk_only=False)
    async def _move(self, page: Page, form: MoveForm) -> Result:
        note = " ".join(form.note.split())
        wish = Wish(form.contact, page.account.id, form.at, note, frozenset(form.sure))
        _told(await self._moved.move(wish, now_ms()))
        return {}

    @intent("give_callback", GiveForm, audit=GIVEN, desk_only=False)
    async def _give(self, page: Page, form: GiveForm) -> Result:
        """This call alone, for oneself or somebody else, who is told."""
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.callback is None:
            raise Refused("unknown", "This is already over.")
        by = page.account
        told = await self._giving.give(form.contact, form.agent, by.id, form.before or "", now_ms())
        if not told.ok:
            raise Refused.by(told, {})
        if form.agent != by.id and not told.duplicate:
            who = live.who.get("name") or live.who.get("address") or ""
            words = f"{by.name} gave you a callback: {isolated(who)}, {live.incident_no}."
            self._hub.notice(form.agent, GIVEN, words, "info")
        return {}

    @intent("not_needed", NotNeededForm, audit="callback.not_needed", desk_only=False)
    async def _not_needed(self, page: Page, form: NotNeededForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.callback is None:
            raise Refused("unknown", "This is already over.")
        steers = allowed(page.account.role, Permission.QUEUE_STEER)
        by, reason = page.account.id, form.reason.strip()
        _told(
            await self._needless.say(form.contact, by, form.through, steers=steers, reason=reason)
        )
        if live.incident is not None:
            self._hub.incident_changed(live.incident)
        return {}

    @intent("not_needed_undo", ContactForm, audit="callback.not_needed_undone", desk_only=False)
    async def _needed(self, page: Page, form: ContactForm) -> Result:
        """Takes back what this person said of it a moment ago, or that they called it off: it is
        promised again."""
        reply = await self._needless.take_back(form.contact, page.account.id, now_ms())
        if not reply.ok:
            raise Refused.by(reply, {})
        live = reply.contact
        if live is not None and live.incident is not None:
            self._hub.incident_changed(live.incident)
        return {"contact": live.id if live else None}


def _told(reply: Reply) -> Reply:
    if not reply.ok:
        raise Refused.by(reply, WORDS)
    return reply
