"""A colleague whom the agent of a call asks in (docs/voice.md, "Consulting a colleague")."""

from __future__ import annotations

from typing import Any

from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    ContactForm,
    Refused,
    Result,
    SwitchForm,
    ToAgentForm,
    intent,
    said,
)
from holdfast.desk.owners import Owners
from router.centre import Centre
from router.core.model import Reply

WORDS = {
    "no_sound": "No sound there: nothing has changed.",
    "too_late": "That is over already.",
}
"""What a refusal says here: nobody loses a call by it."""


class Consulting:
    """Handlers of what agent and colleague do; what it means is decided in the library
    (router/live/lua/steps/consult.lua)."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._engine = centre.engine
        self._owners = Owners(centre, hub)

    async def _step(
        self, name: str, page: Page, contact: str, action: str, *, detail: str = "", **more: Any
    ) -> Reply:
        fields = {"agent": page.account.id, "contact": contact, **more}
        line = said(page, action, contact, detail=detail)
        reply = await self._engine.step(name, **fields, audit=line)
        if not reply.ok:
            raise Refused.by(reply, WORDS)
        return reply

    @intent("consult", ToAgentForm, audit="contact.consult_asked")
    async def _ask(self, page: Page, form: ToAgentForm) -> Result:
        await self._step(
            "consult",
            page,
            form.contact,
            "contact.consult_asked",
            to_agent=form.agent,
            detail=form.agent,
        )
        return {}

    @intent("consult_answer", ContactForm, audit="contact.consulted")
    async def _answer(self, page: Page, form: ContactForm) -> Result:
        await self._step("consult_answer", page, form.contact, "contact.consulted")
        return {}

    @intent(
        "consult_together",
        SwitchForm,
        audit=("contact.consult_together", "contact.consult_apart"),
    )
    async def _together(self, page: Page, form: SwitchForm) -> Result:
        action = "contact.consult_together" if form.on else "contact.consult_apart"
        await self._step("consult_together", page, form.contact, action, on=form.on)
        return {}

    @intent("consult_end", ContactForm, audit="contact.consult_over")
    async def _end(self, page: Page, form: ContactForm) -> Result:
        await self._step("consult_end", page, form.contact, "contact.consult_over")
        return {}

    @intent("consult_hand_over", ContactForm, audit="contact.transferred")
    async def _hand_over(self, page: Page, form: ContactForm) -> Result:
        reply = await self._step("consult_hand_over", page, form.contact, "contact.transferred")
        if reply.contact is not None and reply.contact.agent is not None:
            await self._owners.took(reply.contact, reply.contact.agent, handed=True)
        return {}
