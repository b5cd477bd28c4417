"""Work that comes to a desk, and what is done with it there: offers, calls, their wrap-up."""

from __future__ import annotations

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
from router.core.model import LiveContact


class OfferForm(Form, frozen=True):
    contact: Id
    fence: Key


class DigitsForm(Form, frozen=True):
    contact: Id
    digits: str


class WrappedForm(Form, frozen=True):
    """`anyway`: nothing is planned, and it is done all the same: its time runs out, or the incident
    is resolved with it."""

    contact: Id
    disposition: Word
    comment: str = ""
    anyway: bool = False


class CloseForm(Form, frozen=True):
    contact: Id
    disposition: Word = ""
    comment: str = ""
    anyway: bool = False


class Talk:
    """Handlers of what an agent does with a contact in hand."""

    def __init__(self, centre: Centre, hub: Hub, sound: Sound) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
        self._sound = sound
        self._next = NextNeeded(centre, hub)

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
        known_disposition(self._current.value, form.disposition)
        live = self._hub.view.contacts.get(form.contact)
        if live is not None and live.agent == page.account.id and not form.anyway:
            await self._asks_next(live, form.disposition)
        if live is not None and live.channel != "voice":  # a text that needs no answer
            closed = CloseForm(form.contact, form.disposition, form.comment, anyway=True)
            return await self._close(page, closed)
        return done(
            await self._engine.step(
                "wrapped",
                agent=page.account.id,
                contact=form.contact,
                disposition=form.disposition,
                comment=form.comment[:2000],
            )
        )

    async def _asks_next(self, live: LiveContact, disposition: str) -> None:
        """Refused (`next_needed`), unless the incident ends with this outcome: its page resolves it
        then."""
        choices = self._current.value.dispositions
        outcome = next((one for one in choices if one.code == disposition), None)
        if outcome is None or not outcome.ends:
            asked = outcome is not None and outcome.asks_next
            await self._next.ask(live.incident, but=live.id, asked=asked)

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
        live = self._hub.view.contacts.get(form.contact)
        if live is not None and live.agent == page.account.id and not form.anyway:
            await self._asks_next(live, form.disposition)
        return done(
            await self._engine.step(
                "reply",
                agent=page.account.id,
                contact=form.contact,
                next="close",
                sent=False,
                disposition=form.disposition,
                comment=form.comment[:2000],
            )
        )


def known_disposition(config: Config, code: str | None) -> None:
    """Raises Refused for a disposition that the centre does not have (any more)."""
    if code and code not in {choice.code for choice in config.dispositions}:
        raise Refused("bad_request", "No such result. Reload this page: the list has changed.")
