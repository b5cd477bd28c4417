"""Whom the agent of a call asks in: a colleague, a number outside, an interpreter (docs/voice.md,
"Consulting a colleague", "A number asked in")."""

from __future__ import annotations

from typing import Any

from holdfast.desk.asked_numbers import ASKED_TOO_OFTEN, TYPED_TOO_OFTEN, AskedNumbers
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    ContactForm,
    Count,
    Id,
    Refused,
    Result,
    SwitchForm,
    Word,
    intent,
    needs_of,
    said,
)
from router.callbacks.immediate import TOO_MANY
from router.centre import Centre
from router.core import ladder
from router.core.model import Reply
from router.core.severity import Severity

WORDS = {
    "no_sound": "No sound there: nothing has changed.",
    "too_late": "That is over already.",
}
"""What a refusal says here: nobody loses a call by it."""


class ConsultForm(ContactForm, frozen=True):
    """Whom to ask in, one of: an agent, whoever is free of a queue, or has skills (name -> least
    level); a number outside (its name in the configuration, or typed), an interpreter by their
    language."""

    agent: Id | None = None
    queue: Word | None = None
    skills: dict[Word, Count] | None = None
    number: Word | None = None
    interpreter: Word | None = None


class Consulting:
    """Handlers of what agent and colleague do; what it means is decided in the library
    (router/live/lua/steps/consult.lua, lines.lua)."""

    def __init__(self, centre: Centre, hub: Hub, numbers: AskedNumbers) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
        self._numbers = numbers

    async def _step(
        self, name: str, page: Page, contact: str, action: str, *, detail: str = "", **more: Any
    ) -> Reply:
        fields = {"agent": page.account.id, "contact": contact, **more}
        line = said(page, action, contact, detail=detail)
        reply = await self._engine.step(name, **fields, audit=line)
        if not reply.ok:
            raise Refused.by(reply, WORDS)
        return reply

    @intent(
        "consult",
        ConsultForm,
        audit=("contact.consult_asked", TYPED_TOO_OFTEN, ASKED_TOO_OFTEN, TOO_MANY),
    )
    async def _ask(self, page: Page, form: ConsultForm) -> Result:
        ways = (form.agent, form.queue, form.skills, form.number, form.interpreter)
        if sum(to is not None for to in ways) != 1:
            raise Refused("bad_request", "Ask one: a colleague, a queue, skills or a number.")
        if form.number is not None or form.interpreter is not None:
            return await self._ask_number(page, form)
        to: dict[str, str] = {}
        if form.agent is not None:
            to["to_agent"] = detail = form.agent
        elif form.queue is not None:
            if form.queue not in self._current.value.queues:
                raise Refused("bad_request", "No such queue. Reload this page.")
            live = self._hub.view.contacts.get(form.contact)
            severity = Severity(live.severity) if live else Severity.S4
            to["ladder"] = ladder.text(self._current.value.steps(form.queue, severity))
            detail = form.queue
        else:
            needs = needs_of(form.skills or {})
            to["ladder"] = ladder.text([ladder.Rung(needs)])
            detail = ", ".join(sorted(needs))
        line = "contact.consult_asked"
        await self._step("consult", page, form.contact, line, detail=detail, **to)
        return {}

    async def _ask_number(self, page: Page, form: ConsultForm) -> Result:
        if form.interpreter is not None:
            line = await self._numbers.interpreter(page, form.contact, form.interpreter)
        else:
            line = await self._numbers.number(page, form.contact, form.number or "")
        asked = "contact.consult_asked"
        try:
            await self._step("consult", page, form.contact, asked, detail=line["word"], line=line)
        except Refused:
            await self._numbers.give_back(page, line)
            raise
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
        self._numbers.may_hand_over(self._hub.view.contacts.get(form.contact))
        await self._step("consult_hand_over", page, form.contact, "contact.transferred")
        return {}
