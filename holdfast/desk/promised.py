"""Promised calls from the desk and the board: asked for, called off, and those for who gave up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from holdfast.clock import now_ms
from holdfast.desk.finder import NOT_RECORDED
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    CallbackLaterForm,
    ContactForm,
    GaveUpForm,
    IntentHandler,
    Refused,
    Result,
)
from router.core.model import Reply
from router.promises import Promises, Wish

WORDS = {
    "taken": "A call is promised to them already.",
    "too_late": "Somebody calls them already.",
}


class Promised:
    """Handlers of callback_later, callback_cancel and gave_up_callback; part of the desk."""

    def __init__(
        self,
        promises: Promises,
        hub: Hub,
        audit: Callable[[Page, str, str], Awaitable[None]],
    ) -> None:
        self._promises = promises
        self._hub = hub
        self._audit = audit
        self.handlers: dict[str, IntentHandler] = {
            "callback_later": self._later,
            "callback_cancel": self._cancel,
            "gave_up_callback": self._for_who_gave_up,
        }

    async def _ask(self, page: Page, wish: Wish) -> Result:
        reply = _told(await self._promises.request_callback(wish, now_ms()))
        self._hub.incident_changed(wish.incident)
        await self._audit(page, "callback.promised", wish.incident)
        return {"contact": reply.contact.id if reply.contact else None}

    async def _later(self, page: Page, form: CallbackLaterForm) -> Result:
        wish = Wish(
            incident=form.incident,
            address=form.address,
            key=form.key,
            by=page.account.id,
            by_name=page.account.name,
            why=f"asked for by {page.account.name}",
            not_before=form.at,
        )
        return await self._ask(page, wish)

    async def _for_who_gave_up(self, page: Page, form: GaveUpForm) -> Result:
        row = self._hub.view.gave_up.shown.get(form.incident)
        if row is None:
            raise Refused("unknown", "They are off this list: somebody speaks with them.")
        if row["provisional"]:
            raise Refused("not_ready", NOT_RECORDED)
        wish = Wish(
            incident=form.incident,
            key=f"{row['contact']} {now_ms()}",  # one open promise per incident: no two by chance
            by=page.account.id,
            by_name=page.account.name,
            why="gave up waiting" if row["kind"] == "call" else "not reached before",
            after=row["contact"],
        )
        return await self._ask(page, wish)

    async def _cancel(self, page: Page, form: ContactForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.callback is None:
            raise Refused("unknown", "This is over already.")
        _told(await self._promises.cancel(form.contact, page.account.id))
        if live.incident is not None:
            self._hub.incident_changed(live.incident)
        await self._audit(page, "callback.cancelled", form.contact)
        return {}


def _told(reply: Reply) -> Reply:
    if not reply.ok:
        raise Refused.by(reply, WORDS)
    return reply
