"""Work that comes to a desk, and what is done with it there: offers, calls, their wrap-up."""

from __future__ import annotations

from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    WORDS,
    ContactForm,
    Form,
    Id,
    Key,
    Refused,
    Result,
    SwitchForm,
    Word,
    done,
    intent,
    said,
)
from holdfast.desk.next_needed import NextNeeded
from holdfast.sound.face import Sound
from router.centre import Centre
from router.core.config import Config
from router.core.incident import REASONS
from router.core.model import LiveContact, Reply
from router.incidents.life import IncidentLife
from router.records.database import RecordUnavailable

NOT_RESOLVED = Reply(
    ok=False,
    code="not_ready",
    text="The database does not answer: the incident stays open. Resolve it in its head later.",
)


class OfferForm(Form, frozen=True):
    contact: Id
    fence: Key


class DigitsForm(Form, frozen=True):
    contact: Id
    digits: str


class WrappedForm(Form, frozen=True):
    """`anyway`: nothing is planned, and it is done all the same: its time runs out. `resolves`: the
    incident is resolved with it, for this reason (a code of `centre.close_reasons`)."""

    contact: Id
    disposition: Word
    comment: str = ""
    anyway: bool = False
    resolves: Word = ""


class CloseForm(Form, frozen=True):
    contact: Id
    disposition: Word = ""
    comment: str = ""
    anyway: bool = False
    resolves: Word = ""


class Talk:
    """Handlers of what an agent does with a contact in hand."""

    def __init__(self, centre: Centre, hub: Hub, sound: Sound, life: IncidentLife) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
        self._sound = sound
        self._next = NextNeeded(centre, hub)
        self._life = life

    @intent("accept", OfferForm)
    async def _accept(self, page: Page, form: OfferForm) -> Result:
        reply = await self._engine.step(
            "accept", agent=page.account.id, contact=form.contact, fence=form.fence
        )
        return done(reply)

    @intent("decline", OfferForm)
    async def _decline(self, page: Page, form: OfferForm) -> Result:
        return done(
            await self._engine.step(
                "decline", agent=page.account.id, contact=form.contact, fence=form.fence
            )
        )

    @intent("hang_up", ContactForm)
    async def _hangup(self, page: Page, form: ContactForm) -> Result:
        return done(await self._engine.step("hang_up", agent=page.account.id, contact=form.contact))

    @intent("hold", SwitchForm)
    async def _hold(self, page: Page, form: SwitchForm) -> Result:
        return done(
            await self._engine.step("hold", agent=page.account.id, contact=form.contact, on=form.on)
        )

    @intent("digits", DigitsForm)
    async def _digits(self, page: Page, form: DigitsForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.agent != page.account.id:
            raise Refused("not_yours", WORDS["not_yours"])
        if not await self._sound.digits(form.contact, form.digits[:32]):
            raise Refused("bad_request", "Only 0-9, * and # can be sent, and only in a call.")
        return {}

    @intent("wrapped", WrappedForm)
    async def _wrapped(self, page: Page, form: WrappedForm) -> Result:
        live = await self._may_end(page, form)
        if live is not None and live.channel != "voice":  # a text that needs no answer
            return await self._ends(page, live, form, "reply", next="close", sent=False)
        return await self._ends(page, live, form, "wrapped")

    async def _may_end(self, page: Page, form: WrappedForm | CloseForm) -> LiveContact | None:
        """The contact. Refused (`next_needed`): its incident would be left with nothing to come,
        unless that is resolved with it."""
        known_disposition(self._current.value, form.disposition)
        if form.resolves and form.resolves not in REASONS:
            raise Refused("bad_request", f"The reason is one of: {', '.join(REASONS)}.")
        live = self._hub.view.contacts.get(form.contact)
        mine = live is not None and live.agent == page.account.id
        if live is not None and mine and not form.anyway and not form.resolves:
            choices = self._current.value.dispositions
            asked = any(one.asks_next for one in choices if one.code == form.disposition)
            await self._next.ask(live.incident, but=live.id, asked=asked)
        return live

    async def _ends(
        self,
        page: Page,
        live: LiveContact | None,
        form: WrappedForm | CloseForm,
        step: str,
        **more: Any,
    ) -> Result:
        """It ends, and then its incident, if that is to be resolved with it, as by close_incident:
        in one transaction with that line of the audit. `resolved` says whether it is, and `why`
        not, in words."""
        done(
            await self._engine.step(
                step,
                agent=page.account.id,
                contact=form.contact,
                disposition=form.disposition,
                comment=form.comment[:2000],
                **more,
            )
        )
        if not form.resolves or live is None or live.incident is None:
            return {}
        words = " ".join(form.comment.split())[:500]
        try:
            reply = await self._life.close(
                live.incident, page.account.id, form.resolves, words, now_ms()
            )
        except RecordUnavailable:
            reply = NOT_RESOLVED
        self._hub.incident_changed(live.incident)
        return {"resolved": reply.ok, "why": reply.text}

    @intent("extend", ContactForm)
    async def _extend(self, page: Page, form: ContactForm) -> Result:
        return done(await self._engine.step("extend", agent=page.account.id, contact=form.contact))

    @intent("close", CloseForm, audit="contact.closed", desk_only=False)
    async def _close(self, page: Page, form: CloseForm) -> Result:
        known_disposition(self._current.value, form.disposition)
        if page.kind.steers:  # a supervisor closes what needs nobody
            return done(
                await self._engine.step(
                    "close_contact",
                    contact=form.contact,
                    by=page.account.id,
                    audit=said(page, "contact.closed", form.contact),
                )
            )
        live = await self._may_end(page, form)
        return await self._ends(page, live, form, "reply", next="close", sent=False)


def known_disposition(config: Config, code: str | None) -> None:
    """Raises Refused for a disposition that the centre does not have (any more)."""
    if code and code not in {choice.code for choice in config.dispositions}:
        raise Refused("bad_request", "No such result. Reload this page: the list has changed.")
