"""How a worker leaves: it drains (SIGTERM), or hands over to one that waits already (SIGHUP).

Draining: nobody new is offered anything, talks go on to their end or to the end of the drain. Then
callers still on the line are sent to a document that needs nobody here for three minutes, before
their stream ends: no caller is hung up on because we stop. Everything else is in record and index.

Handing over: the successor's imports are done. Anything not closed in time is cut; the record and
the index lose nothing by that (tests/flow/test_crashes.py), and each tenth of a second is silence
in somebody's emergency.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import structlog

from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import Busy, CarrierError, NotInProgress
from holdfast.desk.hub import Hub
from holdfast.sound.face import Sound
from router.core.model import LiveContact
from router.core.states import BEYOND, TALKS, UNANSWERED, State

log = structlog.get_logger()

LOOK_S = 0.1
HAND_OVER_S = 1.5
"""Until what is left is cut."""
REDIRECTS_S = 5.0
PAUSES_S = (0.25, 0.5, 1.0)
AT_ONCE = 10
LINE_WAITS_S = 60
"""Longer than it has to come back."""
IN_LINE = UNANSWERED - TALKS - BEYOND
"""Who waits in the carrier's loop, or hears the menu."""
OF_CALLERS = ("voice", "menu", "key", "wait", "resume", "fallback")
"""Webhooks whose answer is the next thing that a caller hears."""


class Leaving:
    """Of one worker."""

    def __init__(
        self,
        hub: Hub,
        sound: Sound,
        client: CarrierClient,
        drain_s: float,
        document: Callable[[LiveContact | None], str],
    ) -> None:
        """`document`: what holds a caller without us; None: it is not known who they are."""
        self._hub = hub
        self._sound = sound
        self._client = client
        self._drain_s = drain_s
        self._document = document
        self._asked = asyncio.Event()
        self.draining = False
        self._hands_over = self._parts = False

    def drain(self) -> None:
        self.draining = True
        self._asked.set()

    def hand_over(self) -> None:
        """A timer of the system ends the process, whatever the loop is busy with."""
        self._hands_over = True
        signal.setitimer(signal.ITIMER_REAL, HAND_OVER_S)
        self.drain()

    def admits(self, account: str) -> bool:
        """Whether a page of this account may be opened. While we drain, only for the call in
        hand."""
        if self._hands_over:
            return False  # the next one is here in a moment
        return not self.draining or any(live.agent == account for live in self._talks())

    def parting(self, hook: str) -> str | None:
        """What a caller gets who asks in the last moment: nobody is here for the next turn."""
        return self._document(None) if self._parts and hook in OF_CALLERS else None

    async def gone(self, stop_timers: Callable[[], object]) -> bool:
        """Waits to be asked, then leaves; True: by a drain, with time for the rest of the record.
        `stop_timers`: nothing of ours may redirect a call after the last redirect."""
        await self._asked.wait()
        log.info("centre.draining", calls=len(self._talks()), hands_over=self._hands_over)
        if not self._hands_over and not self._sound.apart:
            await self._talks_end()
        stop_timers()
        self._parts = not self._hands_over
        if not self._hands_over and not self._sound.apart:
            await self._keep_callers()
        for page in self._hub.pages():
            page.close()
        await self._sound.drain("the centre restarts")
        return not self._hands_over

    # Draining ---------------------------------------------------------------------------------

    def _talks(self) -> list[LiveContact]:
        every = self._hub.view.contacts.values()
        return [
            c for c in every
            if c.channel == "voice" and (c.joined or (c.agent and c.state in TALKS))
        ]  # fmt: skip

    def _close_idle(self) -> None:
        """Who is not in a talk has no desk any more: an agent without one is offered nothing."""
        talking = {live.agent for live in self._talks()}
        for page in self._hub.pages():
            if page.kind.on_duty and page.account.id not in talking:
                page.close()

    async def _talks_end(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._drain_s
        self._close_idle()
        while self._talks() and loop.time() < deadline:
            await asyncio.sleep(LOOK_S)
            self._close_idle()

    async def _keep_callers(self) -> None:
        """Keeps everybody on the line, talking or waiting, without us."""
        places = asyncio.Semaphore(AT_ONCE)
        kept: set[str] = set()
        try:
            async with asyncio.timeout(REDIRECTS_S):
                while here := [live for live in self._on_the_line() if live.id not in kept]:
                    kept |= {live.id for live in here}  # others may call meanwhile
                    async with asyncio.TaskGroup() as tasks:
                        for live in here:
                            tasks.create_task(self._keep(live, places), name="keep caller")
        except TimeoutError:
            log.warning("calls.not_all_kept", calls=len(kept))

    def _on_the_line(self) -> list[LiveContact]:
        """Those who talk first."""
        every = [c for c in self._hub.view.contacts.values() if c.channel == "voice"]
        here = [c for c in every if c.carrier_id and c.caller != "gone"]
        talk = [c for c in here if c.joined or c.state in TALKS]
        return talk + [c for c in here if c.state in IN_LINE]

    async def _keep_line(self, live: LiveContact) -> None:
        """A number that was asked in: the next one of us brings it back."""
        line = live.consult.line if live.consult is not None else None
        if line is None or line.call is None:
            return
        try:
            await self._client.redirect(line.call, twiml=twiml.pause(LINE_WAITS_S))
        except CarrierError as error:
            log.warning("line.not_kept", contact=live.id, error=type(error).__name__)

    async def _keep(self, live: LiveContact, places: asyncio.Semaphore) -> None:
        await self._keep_line(live)
        for pause_s in (*PAUSES_S, None):
            async with places:
                try:
                    if live.state == State.DIALING:  # nobody is there yet whom we could ask to wait
                        await self._client.hang_up(live.carrier_id or "")
                    else:
                        await self._client.redirect(
                            live.carrier_id or "", twiml=self._document(live)
                        )
                except CarrierError as error:
                    if isinstance(error, NotInProgress | Busy) and pause_s is not None:
                        pass  # it began a moment ago, and REST lags behind
                    else:
                        log.warning("call.not_kept", contact=live.id, error=type(error).__name__)
                        return
                else:
                    log.info("call.kept", contact=live.id, state=live.state)
                    return
            await asyncio.sleep(pause_s)
