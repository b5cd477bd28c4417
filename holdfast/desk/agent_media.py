"""The sound of pages: one peer connection per desk, always up while on duty, and one for the board
by which somebody hears a call."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Page, notice
from holdfast.desk.intents import Form, Moment, Nothing, Refused, Result, intent
from holdfast.http.access import Permission, allowed
from holdfast.sound.face import PageNumbers, Sound
from holdfast.sound.peers import MOST_PEERS, Superseded
from router.core.beside import board_leg, is_board
from router.core.model import LiveAgent
from softphone.plans import AgentLost, AgentUp, Event
from softphone.relay import Relay
from softphone.sdp import OfferError

log = structlog.get_logger()

MOST_MS = 10_000.0


class RtcForm(Form, frozen=True):
    sdp: str
    epoch: Moment = 0


class RtcStateForm(Form, frozen=True):
    state: str
    rtt_ms: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    buffer_ms: float | None = None


def _measured(form: RtcStateForm) -> PageNumbers:
    """A page may say anything; what cannot be is the nearest that can."""

    def within(value: float | None, most: float) -> float:
        return min(max(value or 0.0, 0.0), most)

    return (
        within(form.rtt_ms, MOST_MS),
        within(form.loss, 1.0),
        within(form.jitter_ms, MOST_MS),
        None if form.buffer_ms is None else within(form.buffer_ms, MOST_MS),
    )


class DeskSound:
    """Handlers of what pages say of their sound."""

    def __init__(
        self,
        sound: Sound,
        desk_of: Callable[[str], Page | None],
        known: Callable[[str], LiveAgent | None],
        relay: Relay | None = None,
    ) -> None:
        """`desk_of`: an account's desk, if it is open; `known`: an agent as the index has them."""
        self._sound, self._desk_of, self._known = sound, desk_of, known
        self._relay = relay
        self._epochs: dict[str, int] = {}
        self._asked: dict[str, dict[int, Page]] = {}
        """Of each board's sound: the pages that asked for it, under their epochs."""
        self._boards: dict[str, Page] = {}
        """Of each board's sound: the page that has it."""
        sound.listeners.append(self.heard)
        sound.again = self.again

    async def heard_by(self, page: Page) -> bool:
        """True while sound can flow between this board and us."""
        leg = board_leg(page.account.id)
        return await self._sound.heard(leg) and self._boards.get(leg) is page

    def where(self, agent: str) -> str | None:
        """The process with this agent's sound, while it is up."""
        return self._sound.where(agent)

    def heard(self, event: Event) -> None:
        """What becomes of calls; of it: which board hears. Another board of the same person is
        told, or it would ask for its sound back. No epoch of ours is older than what is up there:
        the clock of the worker before us may have been ahead."""
        if isinstance(event, AgentUp):
            self._epochs[event.agent] = max(event.epoch, self._epochs.get(event.agent, 0))
        match event:
            case AgentUp(leg, epoch) if is_board(leg):
                page, before = self._asked.get(leg, {}).pop(epoch, None), self._boards.get(leg)
                if page is not None:
                    self._boards[leg] = page
                if page is not None and before is not None and before is not page:
                    words = "You hear the call on another page now."
                    before.send(notice("info", "sound_moved", words))
            case AgentLost(leg, _, _) if is_board(leg):
                self._boards.pop(leg, None)

    def again(self, who: str) -> None:
        """Their page builds its sound anew: it goes on in another process."""
        page = self._boards.get(who) if is_board(who) else self._desk_of(who)
        if page is not None:
            page.send(notice("info", "sound_again", "Your sound is built anew."))

    @intent("relays", desk_only=False)
    async def relays(self, page: Page, form: Nothing) -> Result:
        """Where a browser may send its sound if nothing else gets through."""
        relay = self._relay
        if relay is None:
            return {"ice": [], "only": False}
        return {"ice": relay.servers(page.account.id, now_ms() / 1000), "only": relay.only}

    @intent("rtc", RtcForm, desk_only=False)
    async def rtc(self, page: Page, form: RtcForm) -> Result:
        """Answers the page's peer connection; its epoch outranks every older one. That of a board
        is another one than that of its person's desk."""
        agent = page.account.id
        if not page.kind.on_duty:
            if not allowed(page.account.role, Permission.CALL_LISTEN):
                raise Refused("not_allowed", "your role does not allow this")
            agent = board_leg(agent)
        known = self._known(agent)
        counted = int((known and known.media_epoch) or 0)  # by a worker whose clock was ahead
        epoch = max(now_ms(), self._epochs.get(agent, 0) + 1, counted + 1)
        self._epochs[agent] = epoch
        if not page.kind.on_duty:
            newest = list(self._asked.get(agent, {}).items())[-MOST_PEERS:]
            self._asked[agent] = {**dict(newest), epoch: page}
        try:
            answer = await self._sound.answer(agent, epoch, form.sdp, page.host)
        except Superseded as error:
            raise Refused("too_late", "No sound: this page has asked again since.") from error
        except OfferError as error:
            raise Refused("bad_request", f"No sound: {error}.") from error
        except TimeoutError as error:
            raise Refused("not_ready", "No sound: the connection was not answered.") from error
        return {"sdp": answer}

    @intent("rtc_state", RtcStateForm, desk_only=False)
    async def rtc_state(self, page: Page, form: RtcStateForm) -> Result:
        """Takes the page's measurements of what it hears, and says whether it is heard here: a path
        of another worker, or one that was given up while the page slept, looks sound to it."""
        leg = page.account.id if page.kind.on_duty else board_leg(page.account.id)
        self._sound.page_says(leg, _measured(form))
        log.debug(
            "agent.rtc_state",
            agent=page.account.id,
            state=form.state[:20],
            rtt_ms=form.rtt_ms,
            loss=form.loss,
        )
        return {"here": await self._sound.heard(leg)}
