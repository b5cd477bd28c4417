"""Verbs beyond matching: who takes, hands on, gives back or frees a contact by a person's word.

Each is one atomic step of the index (router/live/lua/65_verbs.lua) and stands in the audit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from holdfast.access import Permission, allowed
from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    AssignForm,
    ContactForm,
    IntentHandler,
    ParkForm,
    Refused,
    ReserveForm,
    Result,
    SelfTestForm,
)
from router.core.config import duration_ms
from router.core.current import Current
from router.core.model import LiveContact, Reply
from router.core.states import State
from router.live.engine import Engine

MOST_RESERVED = 1000


class Verbs:
    """Handlers of the verbs; part of the desk."""

    def __init__(
        self,
        engine: Engine,
        hub: Hub,
        current: Current,
        audit: Callable[[Page, str, str], Awaitable[None]],
        done: Callable[[Reply], Result],
    ) -> None:
        """`done` turns a reply into a result or words; `audit` writes who did what to what."""
        self._engine = engine
        self._hub = hub
        self._current = current
        self._audit = audit
        self._done = done
        self.handlers: dict[str, IntentHandler] = {
            "selftest": self._selftest,
            "pull": self._pull,
            "return": self._return,
            "park": self._park,
            "unpark": self._unpark,
            "assign": self._assign,
            "force_release": self._force_release,
            "reserve": self._reserve,
        }

    def _live(self, contact: str) -> LiveContact:
        live = self._hub.view.contacts.get(contact)
        if live is None:
            raise Refused("unknown", "This is over already.")
        return live

    async def _selftest(self, page: Page, form: SelfTestForm) -> Result:
        return self._done(
            await self._engine.step(
                "selftest", agent=page.account.id, passed=form.passed, detail=form.detail
            )
        )

    async def _pull(self, page: Page, form: ContactForm) -> Result:
        live = self._live(form.contact)
        steers = allowed(page.account.role, Permission.QUEUE_STEER)
        if live.named != page.account.id and not steers:
            raise Refused("not_allowed", "Only what was yours before can be taken out of order.")
        result = self._done(
            await self._engine.step("pull", agent=page.account.id, contact=form.contact)
        )
        await self._audit(page, "contact.pulled", form.contact)
        return result

    async def _return(self, page: Page, form: ContactForm) -> Result:
        result = self._done(
            await self._engine.step("return", agent=page.account.id, contact=form.contact)
        )
        await self._audit(page, "contact.returned", form.contact)
        return result

    async def _park(self, page: Page, form: ParkForm) -> Result:
        now, most = now_ms(), duration_ms(self._current.now.timing.parked)
        if form.until is not None and not now < form.until <= now + most:
            raise Refused(
                "bad_request", f"Until a moment within {self._current.now.timing.parked}."
            )
        result = self._done(
            await self._engine.step(
                "park",
                agent=page.account.id,
                contact=form.contact,
                until=form.until,
                steers=_steers(page),
            )
        )
        await self._audit(page, "contact.parked", form.contact)
        return result

    async def _unpark(self, page: Page, form: ContactForm) -> Result:
        result = self._done(
            await self._engine.step(
                "unpark", agent=page.account.id, contact=form.contact, steers=_steers(page)
            )
        )
        await self._audit(page, "contact.unparked", form.contact)
        return result

    async def _assign(self, page: Page, form: AssignForm) -> Result:
        result = self._done(
            await self._engine.step(
                "assign",
                agent=form.agent,
                contact=form.contact,
                by=page.account.id,
                by_name=page.account.name,
            )
        )
        await self._audit(page, "contact.assigned", form.contact)
        return result

    async def _force_release(self, page: Page, form: ContactForm) -> Result:
        before = self._hub.view.contacts.get(form.contact)
        reply = await self._engine.step("force_release", contact=form.contact, by=page.account.id)
        self._done(reply)
        ended = reply.contact is not None and reply.contact.state == State.ENDED
        await self._audit(page, "contact.force_released", form.contact)
        if before is not None and before.agent is not None:
            who = before.who.get("name") or before.who.get("address") or "it"
            became = "it ended as unfinished" if ended else "it went back to its place"
            words = f"{page.account.name} freed you of {who}: {became}."
            self._hub.notice(before.agent, "contact.force_released", words)
        return {"ended": ended}

    async def _reserve(self, page: Page, form: ReserveForm) -> Result:
        if not 0 <= form.agents <= MOST_RESERVED:
            raise Refused("bad_request", f"The reserve is 0 to {MOST_RESERVED} agents.")
        result = self._done(await self._engine.step("configure", cfg={"reserve": form.agents}))
        await self._audit(page, f"reserve.set_to_{form.agents}", "centre")
        return result


def _steers(page: Page) -> bool:
    """On the board a supervisor decides about anybody's work, at a desk about one's own."""
    return page.view == "board" and allowed(page.account.role, Permission.QUEUE_STEER)
