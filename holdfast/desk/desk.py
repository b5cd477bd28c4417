"""The agent's desk: who is on duty here, with which choice, and the requests of pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.agent_media import DeskSound
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, IntentHandler, Nothing, Result, Word, done, handlers, intent
from holdfast.desk.sight import Sight
from holdfast.http.access import Permission, allowed
from holdfast.sound.face import Sound
from router.centre import Centre
from router.core import rebuild_facts
from router.core.model import SIGNED_IN, Chosen, LiveAgent
from router.core.terms import duty_of
from router.live.engine import IndexLost, IndexUnavailable
from router.records.accounts import Account

log = structlog.get_logger()


class PauseForm(Form, frozen=True):
    reason: Word = "break"


class SelfTestForm(Form, frozen=True):
    passed: bool
    detail: Word = ""
    active: bool = False
    """After a missed offer: there was a key, a pointer or an act on the page within 15 s."""


def _handed(known: LiveAgent | None) -> dict[str, Any]:
    """The wrap-up of a call that they handed on: it is in no contact of theirs."""
    if known is None or known.handed_until is None:
        return {}
    names = ("handed", "handed_at", "handed_until")
    return {name: getattr(known, name) for name in names}


class Desk:
    """Presence, and the handlers of all topics; one instance for all pages of this process."""

    def __init__(self, centre: Centre, hub: Hub, sound: Sound, pages: DeskSound) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._hub = hub
        self._sight = Sight(centre, hub)
        self._sound = sound
        self.handlers: dict[str, IntentHandler] = {}
        self.takes(self, pages)

    def takes(self, *topics: object) -> None:
        """From now on pages can ask for the intents that these declare."""
        for topic in topics:
            self.handlers |= handlers(topic)

    async def perform(self, page: Page, do: str, form: Form) -> Result:
        """Carries out an intent, by whichever door it was asked for.

        Raises:
            Refused: by its handler, or because what it names is restricted.
        """
        await self._sight.check(page, do, form)
        return await self.handlers[do](page, form)

    # Presence ---------------------------------------------------------------------------------

    async def online(self, page: Page) -> None:
        """A desk connected; the choice it had (ready or paused) is kept by the index."""
        account = page.account
        known = self._hub.view.agents.get(account.id)
        try:
            await self._engine.step(
                "agent_online",
                agent={
                    **({"choice": known.choice} if known else {}),
                    "id": account.id,
                    "name": account.name,
                    "skills": account.skills,
                    "supervisor": account.role != "agent",
                    **duty_of(account.terms, self._current.value, now_ms()),
                },
                conn=page.conn,
            )
            self._sound.report_agent(account.id)
        except (IndexUnavailable, IndexLost):
            log.warning("desk.index_away", agent=account.id)  # the rebuild asks for our desks

    async def watches(self, page: Page) -> None:
        """A supervisor's board is open: they are on duty for whoever asks for help."""
        account = page.account
        if page.kind.alarms and allowed(account.role, Permission.CALL_LISTEN):
            with suppress(IndexUnavailable, IndexLost):  # the next answer comes in four seconds
                await self._engine.beat("board_here", agent=account.id, name=account.name)

    async def watched(self, page: Page) -> None:
        """Their board is closed; perhaps they have another one here."""
        mine = [one for one in self._hub.pages() if one.account.id == page.account.id]
        if page.kind.alarms and not any(one.kind.alarms for one in mine):
            with suppress(IndexUnavailable, IndexLost):
                await self._engine.beat("board_gone", agent=page.account.id)

    async def account_changed(self, account: Account) -> None:
        """Applies new terms of an agent who is here: they count from the next offer on."""
        page = self._hub.desk_of(account.id)
        if page is not None:
            page.account = account
            await self.online(page)

    async def gone(self, page: Page) -> None:
        try:
            await self._engine.step("agent_lost", agent=page.account.id, conn=page.conn)
        except (IndexUnavailable, IndexLost):
            log.warning("desk.index_away", agent=page.account.id)

    async def seen(self, page: Page) -> None:
        """The page has answered; if the index thought it lost, it is back."""
        await self.watches(page)
        if not page.kind.on_duty and not page.ears:
            return
        try:
            if page.ears:
                who = {"agent": page.account.id, "board": page.conn}
                page.ears = (await self._engine.beat("ears_seen", **who)).ok
                return
            reply = await self._engine.beat("agent_seen", agent=page.account.id, conn=page.conn)
            lost = not reply.ok or reply.presence != "online"
            known = self._hub.view.agents.get(page.account.id)
            over = known is not None and (known.shift_to or reply.now) < reply.now
            if (lost or over) and self._hub.desk_of(page.account.id) is page:
                await self.online(page)  # with their next shift, if one is over
        except (IndexUnavailable, IndexLost):
            pass  # the next answer comes in four seconds

    async def session_over(self, page: Page) -> None:
        """They hear nobody else's call by this page any more; without the index, as soon as it
        counts the page as gone."""
        try:
            board = None if page.kind.on_duty else page.conn
            await self._engine.step("session_over", agent=page.account.id, board=board)
        except (IndexUnavailable, IndexLost):
            log.warning("desk.index_away", agent=page.account.id)

    async def sign_out(self, agent: str) -> Result:
        """Ends the agent's duty; refused during a call."""
        result = done(await self._engine.step("agent_off", agent=agent))
        self._sound.forget_agent(agent)
        return result

    def desks(self) -> list[rebuild_facts.ConnectedDesk]:
        """The desks here with the choice each had, for a rebuild of the index."""
        found = []
        for page in self._hub.pages():
            if not page.kind.on_duty or page.closed:
                continue
            known = self._hub.view.agents.get(page.account.id)
            found.append(
                rebuild_facts.ConnectedDesk(
                    agent=page.account.id,
                    name=page.account.name,
                    skills=page.account.skills,
                    choice=known.choice if known else SIGNED_IN,
                    conn=page.conn,
                    proc=self._sound.where(page.account.id),
                    supervisor=page.account.role != "agent",
                    duty=duty_of(page.account.terms, self._current.value, now_ms()),
                    handed=_handed(known),
                )
            )
        return found

    # Choice -----------------------------------------------------------------------------------

    @intent("snapshot", desk_only=False)
    async def _snapshot(self, page: Page, form: Nothing) -> Result:
        self._hub.snapshot(page)
        return {}

    @intent("ready")
    async def _ready(self, page: Page, form: Nothing) -> Result:
        return await self._choose(page, Chosen(ready=True))

    @intent("pause", PauseForm)
    async def _pause(self, page: Page, form: PauseForm) -> Result:
        return await self._choose(page, Chosen(reason=form.reason))

    async def _choose(self, page: Page, choice: Chosen) -> Result:
        return done(await self._engine.step("agent_choice", agent=page.account.id, choice=choice))

    @intent("selftest", SelfTestForm)
    async def _selftest(self, page: Page, form: SelfTestForm) -> Result:
        return done(
            await self._engine.step(
                "selftest",
                agent=page.account.id,
                passed=form.passed,
                detail=form.detail,
                active=form.active,
            )
        )
