"""Beside an agent who talks: a supervisor listens, whispers, takes part, takes the call over.

The sound of their board carries it, or that of their desk (softphone/plans.py); the index knows who
sits where (router/live/lua/steps/sitting.lua), so that a transfer, a reload and a new worker change
nothing.
"""

from __future__ import annotations

from holdfast.desk.agent_media import DeskSound
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    ContactForm,
    Form,
    Id,
    Nothing,
    Refused,
    Result,
    done,
    intent,
    said,
)
from holdfast.http.access import Permission, allowed
from router.centre import Centre
from router.core.beside import Mode
from router.core.model import Reply

WORDS = {
    "no_sound": "Your own desk has no sound: open it in another tab and press Ready there once. "
    "You may pause again.",
    "too_late": "Nobody is talking there now.",
}
"""What a refusal says here: nobody loses a call by it."""


class BesideForm(Form, frozen=True):
    """`mode`: listen, whisper or barge."""

    contact: Id
    mode: Mode


def _done(reply: Reply) -> Result:
    if not reply.ok:
        raise Refused.by(reply, WORDS)
    return {}


class BesideAgents:
    """Handlers of who sits beside whom."""

    def __init__(self, centre: Centre, hub: Hub, sound: DeskSound) -> None:
        self._engine = centre.engine
        self._config = centre.config
        self._sound = sound
        self._hub = hub

    @intent(
        "sit_beside",
        BesideForm,
        audit="contact.sat_beside",
        desk_only=False,
    )
    async def _sit(self, page: Page, form: BesideForm) -> Result:
        """With the sound of this page, if it is a board that has one; else of their desk. A buddy
        listens and whispers to their trainee alone."""
        trainee = self._trainee(page, form)
        hidden = form.mode is Mode.LISTEN and self._hides(form.contact)
        how = f"{form.mode}, hidden" if hidden else form.mode.value
        here = not page.kind.on_duty and await self._sound.heard_by(page)
        result = _done(
            await self._engine.step(
                "sit_beside",
                agent=page.account.id,
                name=page.account.name,
                contact=form.contact,
                mode=form.mode.value,
                hidden=hidden,
                trainee=trainee,
                board=page.conn if here else None,
                audit=said(page, "contact.sat_beside", form.contact, detail=how),
            )
        )
        page.ears = here
        return result

    def _hides(self, contact: str) -> bool:
        """Whoever asked for help sees that somebody is there."""
        live = self._hub.view.contacts.get(contact)
        asked = live is not None and self._hub.view.helps.asks(live.agent)
        return self._config.value.hide_listening and not asked

    def _trainee(self, page: Page, form: BesideForm) -> str | None:
        """Whose buddy the reader sits down as; None: they are a supervisor.

        Raises:
            Refused: they are neither.
        """
        if allowed(page.account.role, Permission.CALL_LISTEN):
            return None
        view = self._hub.view
        live = view.contacts.get(form.contact)
        agent = view.agents.get(live.agent or "") if live is not None else None
        if agent is None or agent.buddy != page.account.id or form.mode is Mode.BARGE:
            raise Refused("not_allowed", "your role does not allow this")
        return agent.id

    @intent(
        "leave_beside",
        Nothing,
        audit="contact.left_beside",
        desk_only=False,
    )
    async def _leave(self, page: Page, _form: Nothing) -> Result:
        """Its line in the audit is that of every end (router/records/audit.py)."""
        return done(await self._engine.step("leave_beside", agent=page.account.id))

    @intent(
        "take_call",
        ContactForm,
        Permission.CALL_LISTEN,
        audit="contact.taken_from_agent",
        desk_only=False,
    )
    async def _take(self, page: Page, form: ContactForm) -> Result:
        """The agent is told by the step (beside_news.py)."""
        reply = await self._engine.step(
            "take_call",
            agent=page.account.id,
            contact=form.contact,
            audit=said(page, "contact.taken_from_agent", form.contact),
        )
        return _done(reply)
