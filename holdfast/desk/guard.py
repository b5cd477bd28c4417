"""The sessions behind open pages: which agents are signed out, and what they may still do.

A session that ends never drops a call: its desk is told (`signed_out`, the page locks), takes no
new work, and its connection and lease go on until the call and its wrap-up are over. A closed
account's pages end at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.desk import Desk, PauseForm
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Refused
from holdfast.security.credentials import Sessions
from holdfast.tasks import guarded
from router.core.states import IN_HANDS
from router.live.engine import IndexLost, IndexUnavailable
from router.records.database import RecordUnavailable

log = structlog.get_logger()

LOOK_S = 1.0
"""A closed account is noticed within this time; 2 s are promised."""
KEEP_S = 60.0
OVER_LOOKS = 3
"""This many looks in a row must show no call in hand: an index that is being rebuilt has gaps."""

OF_THE_CALL = frozenset(
    {
        *("hang_up", "hold", "digits", "extend", "wrapped", "note"),
        *("consult_end", "consult_together", "handed_done", "help_ask", "help_take_back"),
    }
)
OF_THE_CONNECTION = frozenset({"snapshot", "relays", "rtc", "rtc_state"})


@dataclass
class _Watched:
    page: Page
    session: str
    ended: bool = False
    locked: bool = False
    paused: bool = False
    looks_without_call: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    contact: str
    incident: str | None


class SessionGuard:
    """Looks once a second at the sessions of all pages of this process."""

    def __init__(self, hub: Hub, desk: Desk, sessions: Sessions) -> None:
        self._hub = hub
        self.desk = desk
        self._sessions = sessions
        self._watched: dict[str, _Watched] = {}

    def watch(self, page: Page, session: str) -> None:
        self._watched[page.conn] = _Watched(page, session)

    def leave(self, page: Page) -> None:
        self._watched.pop(page.conn, None)

    def close_account(self, account_id: str) -> None:
        """Signed out: every page of the account ends; one with another session comes back."""
        for watched in self._watched.values():
            if watched.page.account.id == account_id:
                self._end(watched)

    @staticmethod
    def _end(watched: _Watched) -> None:
        """Closes the page's socket, which tells the page; one that does not read can do nothing
        more."""
        if not watched.ended:
            watched.ended = True
            watched.page.close()

    async def _end_desk(self, watched: _Watched) -> None:
        """The same; its sound may go on for a while, and hears nobody else's call by then."""
        self._end(watched)
        if watched.page.kind.on_duty or watched.page.ears:
            await self.desk.session_over(watched.page)

    def check(self, page: Page, do: str, form: Any) -> None:
        """Raises Refused if the account is signed out, unless the intent is about the call in
        hand."""
        watched = self._watched.get(page.conn)
        if watched is None or not (watched.locked or watched.ended):
            return
        if do in OF_THE_CONNECTION and not watched.ended:
            return
        call = self._call_of(page) if do in OF_THE_CALL else None
        if (
            call is None
            or watched.ended
            or getattr(form, "contact", call.contact) != call.contact
            or getattr(form, "incident", None) not in (None, call.incident)
        ):
            raise Refused("signed_out", "Sign in again first. A call in hand goes on.")

    def in_call(self, account_id: str) -> bool:
        """Whether a desk of this account has a call or its wrap-up in hand."""
        pages = (w.page for w in self._watched.values() if w.page.account.id == account_id)
        return any(self._call_of(page) is not None for page in pages)

    def _call_of(self, page: Page) -> _Call | None:
        """The call (or its wrap-up) in the hands of a desk; also of one that they handed on."""
        if not page.kind.on_duty:
            return None
        view = self._hub.view
        for live in view.contacts.values():
            if live.channel == "voice" and live.agent == page.account.id and live.state in IN_HANDS:
                return _Call(live.id, live.incident)
        agent = view.agents.get(page.account.id)
        if agent is None or agent.handed is None:
            return None
        handed = view.contacts.get(agent.handed)
        return _Call(agent.handed, handed.incident if handed is not None else page.incident)

    async def run(self) -> None:
        """Looks until cancelled."""
        loop = asyncio.get_running_loop()
        kept_at = loop.time()
        while True:
            await asyncio.sleep(LOOK_S)
            keep = loop.time() - kept_at > KEEP_S
            if keep:
                kept_at = loop.time()
            await guarded(self._look(keep), "sessions")

    async def _look(self, keep: bool) -> None:
        try:
            await self._ask(keep)
        except RecordUnavailable:
            pass  # nobody is locked out because the database is away

    async def _ask(self, keep: bool) -> None:
        watched = list(self._watched.values())
        asked = {w.session for w in watched if not w.locked}
        good = await self._sessions.good(asked) if asked else set()
        if keep and good:
            await self._sessions.keep(good)
        for w in watched:
            if w.session not in good and not w.ended:
                await self._signed_out(w)
        await self._follow_training([w.page for w in watched if w.page.kind.on_duty])

    async def _follow_training(self, desks: Sequence[Page]) -> None:
        """Who may listen in is changed at once, also from a terminal, and with it the stage in
        which somebody may; other terms count from the next page on."""
        found = await self._sessions.training({it.account.id for it in desks}) if desks else {}
        for page in desks:
            account, terms = page.account, page.account.terms
            stage, buddy = found.get(account.id, (terms.stage, terms.buddy))
            new = replace(terms, stage=stage, buddy=buddy)
            if new != terms and self._hub.desk_of(account.id) is page:
                await self.desk.account_changed(replace(account, terms=new))

    async def _signed_out(self, w: _Watched) -> None:
        page = w.page
        if not await self._sessions.enabled(page.account.id):
            log.warning("desk.account_closed", agent=page.account.id)
            await self._end_desk(w)
            return
        call = self._call_of(page)
        w.looks_without_call = 0 if call else w.looks_without_call + 1
        if not w.locked and call is None:
            await self._end_desk(w)  # a ticket for another one needs a session
            return
        if not w.locked and call is not None:
            w.locked = True
            log.info("desk.signed_out_in_call", agent=page.account.id, contact=call.contact)
            if page.incident != call.incident:
                page.incident = None
            page.send(
                {
                    "type": "notice",
                    "now": now_ms(),
                    "level": "warn",
                    "code": "signed_out",
                    "text": "Your session has ended. The call goes on; sign in again.",
                }
            )
        if not w.paused:
            try:
                await self.desk.handlers["pause"](page, PauseForm("signed_out"))
                w.paused = True
            except (IndexUnavailable, IndexLost, Refused):
                pass  # tried again at the next look
        if w.looks_without_call >= OVER_LOOKS:
            self._end(w)
