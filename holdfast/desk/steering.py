"""Acts beyond matching: a person takes, hands on, gives back or frees a contact.

Each is one atomic step of the index (router/live/lua/steps/steering.lua) and is audited.
"""

from __future__ import annotations

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    AgentForm,
    ContactForm,
    Count,
    Form,
    Id,
    Moment,
    Refused,
    Result,
    ToAgentForm,
    done,
    intent,
    said,
)
from holdfast.http.access import Permission, allowed
from router.centre import Centre
from router.core.durations import duration_ms
from router.core.model import LiveContact
from router.core.states import State

MOST_RESERVED = 1000


class ParkForm(Form, frozen=True):
    """`until`: None = until the party writes, at most as long as an answer waits."""

    contact: Id
    until: Moment | None = None


class ReserveForm(Form, frozen=True):
    agents: Count


class Steering:
    """Handlers of the verbs."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub

    def _live(self, contact: str) -> LiveContact:
        live = self._hub.view.contacts.get(contact)
        if live is None:
            raise Refused("unknown", "This is already over.")
        return live

    @intent("pull", ContactForm, audit="contact.pulled", desk_only=False)
    async def _pull(self, page: Page, form: ContactForm) -> Result:
        live = self._live(form.contact)
        steers = allowed(page.account.role, Permission.QUEUE_STEER)
        if live.named != page.account.id and not steers:
            raise Refused("not_allowed", "You can take out of order only what was yours before.")
        return done(
            await self._engine.step(
                "pull",
                agent=page.account.id,
                contact=form.contact,
                audit=said(page, "contact.pulled", form.contact),
            )
        )

    @intent("return", ContactForm, audit="contact.returned")
    async def _return(self, page: Page, form: ContactForm) -> Result:
        return done(
            await self._engine.step(
                "return",
                agent=page.account.id,
                contact=form.contact,
                audit=said(page, "contact.returned", form.contact),
            )
        )

    @intent("park", ParkForm, audit="contact.parked", desk_only=False)
    async def _park(self, page: Page, form: ParkForm) -> Result:
        now, most = now_ms(), duration_ms(self._current.value.timing.parked)
        if form.until is not None and not now < form.until <= now + most:
            raise Refused(
                "bad_request", f"Until a moment within {self._current.value.timing.parked}."
            )
        return done(
            await self._engine.step(
                "park",
                agent=page.account.id,
                contact=form.contact,
                until=form.until,
                steers=_steers(page),
                audit=said(page, "contact.parked", form.contact),
            )
        )

    @intent("unpark", ContactForm, audit="contact.unparked", desk_only=False)
    async def _unpark(self, page: Page, form: ContactForm) -> Result:
        return done(
            await self._engine.step(
                "unpark",
                agent=page.account.id,
                contact=form.contact,
                steers=_steers(page),
                audit=said(page, "contact.unparked", form.contact),
            )
        )

    @intent(
        "assign", ToAgentForm, Permission.QUEUE_STEER, audit="contact.assigned", desk_only=False
    )
    async def _assign(self, page: Page, form: ToAgentForm) -> Result:
        return done(
            await self._engine.step(
                "assign",
                agent=form.agent,
                contact=form.contact,
                by=page.account.id,
                by_name=page.account.name,
                audit=said(page, "contact.assigned", form.contact),
            )
        )

    @intent(
        "force_release",
        ContactForm,
        Permission.QUEUE_STEER,
        audit="contact.force_released",
        desk_only=False,
    )
    async def _force_release(self, page: Page, form: ContactForm) -> Result:
        before = self._hub.view.contacts.get(form.contact)
        reply = await self._engine.step(
            "force_release",
            contact=form.contact,
            by=page.account.id,
            audit=said(page, "contact.force_released", form.contact),
        )
        done(reply)
        ended = reply.contact is not None and reply.contact.state == State.ENDED
        if before is not None and before.agent is not None:
            who = before.who.get("name") or before.who.get("address") or "it"
            became = "it ended as unfinished" if ended else "it went back in line"
            words = f"{page.account.name} freed you of {who}: {became}."
            self._hub.notice(before.agent, "contact.force_released", words)
        return {"ended": ended}

    @intent(
        "make_ready", AgentForm, Permission.QUEUE_STEER, audit="agent.made_ready", desk_only=False
    )
    async def _make_ready(self, page: Page, form: AgentForm) -> Result:
        """Whoever is at a desk; their page says who did."""
        by = page.account
        done(
            await self._engine.step(
                "make_ready",
                agent=form.agent,
                by=by.id,
                audit=said(page, "agent.made_ready", form.agent),
            )
        )
        self._hub.notice(form.agent, "agent.made_ready", f"{by.name} made you ready.")
        return {}

    @intent(
        "reserve", ReserveForm, Permission.QUEUE_STEER, audit="reserve.set_to_*", desk_only=False
    )
    async def _reserve(self, page: Page, form: ReserveForm) -> Result:
        if not 0 <= form.agents <= MOST_RESERVED:
            raise Refused("bad_request", f"The reserve is 0 to {MOST_RESERVED} agents.")
        by = said(page, f"reserve.set_to_{form.agents}", "centre")
        return done(await self._engine.step("configure", cfg={"reserve": form.agents}, audit=by))


def _steers(page: Page) -> bool:
    """On the board a supervisor decides about anybody's work, at a desk about one's own."""
    return page.kind.steers and allowed(page.account.role, Permission.QUEUE_STEER)
