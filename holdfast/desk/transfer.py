"""Handing a contact on: to a colleague, a queue, skills, or a number outside."""

from __future__ import annotations

from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.asked_numbers import TYPED_TOO_OFTEN, AskedNumbers
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    ContactForm,
    Count,
    Form,
    Id,
    Nothing,
    Refused,
    Result,
    Word,
    done,
    intent,
    needs_of,
    said,
)
from holdfast.desk.typed_numbers import TypedNumbers
from router.centre import Centre
from router.core import ladder
from router.core.display import mask_phone
from router.core.durations import duration_ms
from router.core.model import LiveContact
from router.core.severity import Severity
from router.core.skills import satisfies
from router.on_call import OutsideRouting

STILL_HERE = (
    "Not transferred",
    "The caller is still with you: hand them to a colleague, a queue or a number on the list.",
)
SKILLS_FIRST_MS = 120_000
"""How long a transfer to skills asks for them before anybody may take it."""
GOOD = 3
"""The level required of a skill, if somebody who is here has it."""


class TransferForm(Form, frozen=True):
    """To one of: an agent, a queue, skills (name -> least level), a number outside (its name in
    the configuration, or typed)."""

    contact: Id
    agent: Id | None = None
    queue: Word | None = None
    skills: dict[Word, Count] | None = None
    number: Word | None = None


class Transfers:
    """Handlers of `transfer` and `transfer_targets`."""

    def __init__(
        self,
        centre: Centre,
        hub: Hub,
        outside: OutsideRouting,
        typed: TypedNumbers,
        numbers: AskedNumbers,
    ) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
        self._outside = outside
        self._typed = typed
        self._numbers = numbers

    def _mine(self, page: Page, contact: str) -> LiveContact:
        live = self._hub.view.contacts.get(contact)
        if live is None:
            raise Refused("unknown", "This is already over.")
        if live.agent != page.account.id:
            raise Refused("not_yours", "This is not in your hands.")
        return live

    # Where to ---------------------------------------------------------------------------------

    @intent("transfer_targets", ContactForm)
    async def _targets(self, page: Page, form: ContactForm) -> Result:
        """The targets that this contact can be handed to now; of a call also every colleague who is
        here, and whether they can be asked in."""
        live = self._mine(page, form.contact)
        view, config, now = self._hub.view, self._current.value, now_ms()
        picture = view.picture(now)
        judged = picture.all_by_name(live)
        room = {one.agent: one.cost for one in judged if one.cause is None}
        call = live.channel == "voice"
        colleagues = [
            agent
            for agent in view.agents.values()
            if agent.id != page.account.id
            and (agent.id in room or (call and agent.presence == "online"))
        ]
        best: dict[str, int] = {}
        for agent in view.agents.values():
            if agent.presence == "online" and agent.id != page.account.id:
                for skill, level in agent.skills.items():
                    best[skill] = max(best.get(skill, 0), level)
        voice = live.channel == "voice" and live.dir == "in"
        return {
            "agents": [
                {
                    "id": a.id,
                    "name": a.name,
                    "skills": a.skills,
                    "takes": a.id in room,
                    "free": room.get(a.id) == 0,
                    "state": a.state,
                    "choice": "ready" if a.choice.ready else "paused",
                    "pause_reason": a.choice.reason,
                    "asked_in": call and picture.asked_in(a.id) is None,
                }
                for a in sorted(colleagues, key=lambda a: (room.get(a.id, 9), a.name))
            ],
            "queues": [
                {"name": name, "word": queue.word, "open": self._current.opening.is_open(name, now)}
                for name, queue in config.queues.items()
                if name != live.queue
            ],
            "skills": [
                {"name": skill, "level": min(GOOD, level)} for skill, level in sorted(best.items())
            ],
            "numbers": [{"name": it.name, "word": it.word} for it in config.outside if call],
            "interpreters": self._numbers.interpreters(live) if call else [],
            "any_number": bool(config.outside_countries) and voice,
            "begin": list(config.outside_countries) if voice else [],
        }

    # There ------------------------------------------------------------------------------------

    @intent(
        "transfer",
        TransferForm,
        audit=("contact.transferred", "contact.sent_outside", TYPED_TOO_OFTEN),
    )
    async def _transfer(self, page: Page, form: TransferForm) -> Result:
        live = self._mine(page, form.contact)
        ways = (form.agent, form.queue, form.skills, form.number)
        if sum(to is not None for to in ways) != 1:
            raise Refused("bad_request", "Transfer to one: colleague, queue, skills or number.")
        if form.number is not None:
            return await self._to_number(page, live, form.number)
        wanted: dict[str, Any] = {}
        severity = Severity(live.severity)
        if form.agent is not None:
            wanted["to_agent"] = form.agent
        elif form.queue is not None:
            if form.queue not in self._current.value.queues:
                raise Refused("bad_request", "No such queue. Reload this page.")
            wanted["queue"] = form.queue
            wanted["ladder"] = ladder.text(self._current.value.steps(form.queue, severity))
            wanted["wrapup_ms"] = duration_ms(self._current.value.queues[form.queue].wrapup)
        else:
            wanted["needs"] = form.skills or {}
            wanted["ladder"] = self._ladder_of(wanted["needs"], severity)
        return done(
            await self._engine.step(
                "transfer",
                agent=page.account.id,
                contact=form.contact,
                audit=said(page, "contact.transferred", form.contact),
                **wanted,
            )
        )

    @intent("handed_done", Nothing)
    async def _handed_done(self, page: Page, form: Nothing) -> Result:
        """The wrap-up of a call that they handed on is over."""
        return done(await self._engine.step("handed_done", agent=page.account.id))

    def _ladder_of(self, needs: dict[str, int], severity: Severity) -> str:
        """These skills for a while, then anybody: a transfer never strands a person."""
        needs_of(needs)
        here = self._hub.view.agents.values()
        if not any(satisfies(a.skills, needs) for a in here if a.presence == "online"):
            raise Refused("not_ready", "Nobody who is here has these skills.")
        steps = [ladder.Rung(needs, SKILLS_FIRST_MS), ladder.Rung()]
        return ladder.text(ladder.complete(steps, severity))

    async def _to_number(self, page: Page, live: LiveContact, number: str) -> Result:
        """A number from the list by its name, or a typed one, if the centre allows it."""
        known = next((it for it in self._current.value.outside if it.name == number), None)
        typed = "".join(letter for letter in number if letter not in " -()./")
        no = self._outside.refusal(known.number if known else typed, typed=known is None)
        if no is not None:
            raise Refused("not_allowed", f"Not transferred: {no}")
        if known is None:
            await self._typed.count(page, TYPED_TOO_OFTEN, live.id, STILL_HERE)
        reply = await self._engine.step(
            "send_outside",
            contact=live.id,
            agent=page.account.id,
            name=known.name if known else "typed",
            word=known.word if known else mask_phone(typed),
            acknowledge=known.acknowledge if known else True,
            to=None if known else typed,
            audit=said(page, "contact.sent_outside", live.id),
        )
        if known is None and not reply.ok:
            await self._typed.give_back(page)  # nobody is called
        return done(reply)
