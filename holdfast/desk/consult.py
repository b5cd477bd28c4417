"""A colleague whom the agent of a call asks in (docs/voice.md, "Consulting a colleague")."""

from __future__ import annotations

from typing import Any

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
from holdfast.desk.owners import Owners
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
    level)."""

    agent: Id | None = None
    queue: Word | None = None
    skills: dict[Word, Count] | None = None


class Consulting:
    """Handlers of what agent and colleague do; what it means is decided in the library
    (router/live/lua/steps/consult.lua)."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
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

    @intent("consult", ConsultForm, audit="contact.consult_asked")
    async def _ask(self, page: Page, form: ConsultForm) -> Result:
        if sum(to is not None for to in (form.agent, form.queue, form.skills)) != 1:
            raise Refused("bad_request", "Ask one: a colleague, a queue or skills.")
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
