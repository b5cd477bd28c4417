"""The message that an agent leaves on a machine: it plays to its end, while they wrap up."""

from __future__ import annotations

from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import WORDS, ContactForm, Refused, Result, done, intent, said
from router.centre import Centre
from router.core.contact import MESSAGE_LEFT
from router.core.states import State

NOT_NOW = "The message can be left once somebody, or a machine, has answered your call."


class MachineMessages:
    """The call leaves us in one step: its stream ends, and the carrier asks what follows
    (`VoiceLink.message`). So nothing is between the message and the agent who is free."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._engine = centre.engine
        self._hub = hub

    @intent("leave_message", ContactForm, audit="contact.message_left")
    async def _leave(self, page: Page, form: ContactForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.agent != page.account.id:
            raise Refused("not_yours", WORDS["not_yours"])
        if live.dir != "out" or live.state != State.ACTIVE or live.consult is not None:
            raise Refused("bad_request", NOT_NOW)
        return done(
            await self._engine.step(
                "caller_gone",
                agent=page.account.id,
                contact=form.contact,
                cause=MESSAGE_LEFT,
                audit=said(page, "contact.message_left", form.contact),
            )
        )
