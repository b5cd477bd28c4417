"""The sound of pages: one peer connection per desk, always up while on duty, and one for the board
by which somebody hears a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Page, notice
from holdfast.desk.intents import Form, Moment, Nothing, Refused, Result, intent
from holdfast.http.access import Permission, allowed
from router.core.beside import board_leg
from softphone.exchange import Exchange
from softphone.far_hops import PageSays
from softphone.peer import AgentPeer
from softphone.port import Ports
from softphone.relay import Relay
from softphone.sdp import OfferError

log = structlog.get_logger()

ANSWER_S = 5.0
MOST_MS = 10_000.0
MOST_PEERS = 2
"""Of one desk: the one that sounds, and the one that is being built to follow it."""

Spawn = Callable[[Coroutine[Any, Any, Any], str], None]


class RtcForm(Form, frozen=True):
    sdp: str
    epoch: Moment = 0


class RtcStateForm(Form, frozen=True):
    state: str
    rtt_ms: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    buffer_ms: float | None = None


def _measured(form: RtcStateForm, now: float) -> PageSays:
    """A page may say anything; what cannot be is the nearest that can."""

    def within(value: float | None, most: float) -> float:
        return min(max(value or 0.0, 0.0), most)

    return PageSays(
        now,
        within(form.rtt_ms, MOST_MS),
        within(form.loss, 1.0),
        within(form.jitter_ms, MOST_MS),
        None if form.buffer_ms is None else within(form.buffer_ms, MOST_MS),
    )


@dataclass(frozen=True, slots=True)
class Network:
    """How browsers reach us."""

    address: str | None = None
    """HOLDFAST_MEDIA_ADDRESS."""
    ports: Ports | None = None
    """Of this process; None: each page has a socket of its own."""
    relay: Relay | None = None


class DeskSound:
    """Answers pages' peer connections and attaches them to the exchange."""

    def __init__(self, exchange: Exchange, spawn: Spawn, network: Network) -> None:
        self._exchange = exchange
        self._spawn = spawn
        self._network = network
        self._peers: dict[str, AgentPeer] = {}
        self._epochs: dict[str, int] = {}
        self._open: dict[str, list[AgentPeer]] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._boards: dict[str, Page] = {}
        """Of each board's sound: the page that has it."""

    async def heard_by(self, page: Page) -> bool:
        """True while sound can flow between this board and us; what is just coming up is waited
        for, since the page knows of it a moment before us."""
        leg = board_leg(page.account.id)
        return await self._settled(leg) and self._boards.get(leg) is page

    async def _settled(self, leg: str) -> bool:
        for peer in self._open.get(leg, [])[-1:]:
            await peer.settled()
        return self.connected(leg)

    def connected(self, agent: str) -> bool:
        """True while sound can flow between this agent's browser and us."""
        peer = self._peers.get(agent)
        return peer is not None and peer.connected

    @intent("relays", desk_only=False)
    async def relays(self, page: Page, form: Nothing) -> Result:
        """Where a browser may send its sound if nothing else gets through."""
        relay = self._network.relay
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
        epoch = max(now_ms(), self._epochs.get(agent, 0) + 1)
        self._epochs[agent] = epoch
        async with self._turns.setdefault(agent, asyncio.Lock()):
            if self._epochs[agent] != epoch:
                raise Refused("too_late", "No sound: this page has asked again since.")
            peer, answer = await self._answer(agent, form, page.host)

            def up(connected: AgentPeer) -> None:
                self._peers[agent] = connected
                if not page.kind.on_duty:
                    self._heard_here(agent, page)
                if not self._exchange.attach_agent(agent, epoch, connected):
                    self._spawn(connected.close("superseded"), "close peer")

            peer.on_up = up
            self._spawn(self._watch(agent, peer), f"peer {agent}")
            await self._make_room(agent, peer)
        return {"sdp": answer}

    def _heard_here(self, leg: str, page: Page) -> None:
        """Another board of the same person is told, or it would ask for its sound back."""
        before = self._boards.get(leg)
        self._boards[leg] = page
        if before is not None and before is not page:
            before.send(notice("info", "sound_moved", "You hear the call on another page now."))

    async def _make_room(self, agent: str, newest: AgentPeer) -> None:
        """Closes the oldest that carries no sound; a page that asks again and again has two."""
        here = self._open.setdefault(agent, [])
        here.append(newest)
        for old in [peer for peer in here if peer not in (newest, self._peers.get(agent))]:
            if len(here) <= MOST_PEERS:
                break
            here.remove(old)
            await old.close("superseded")

    async def _answer(self, agent: str, form: RtcForm, page_host: str) -> tuple[AgentPeer, str]:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await AgentPeer.answer(
                    form.sdp,
                    media_address=self._network.address,
                    page_host=page_host,
                    name=f"agent:{agent}",
                    ports=self._network.ports,
                    on_lost=lambda lost, cause: self._exchange.detach_agent(agent, lost, cause),
                )
        except OfferError as error:
            raise Refused("bad_request", f"No sound: {error}.") from error
        except TimeoutError as error:
            raise Refused("not_ready", "No sound: the connection was not answered.") from error

    async def _watch(self, agent: str, peer: AgentPeer) -> None:
        try:
            self._sound_ended(agent, peer, await peer.run())
        except Exception:
            self._sound_ended(agent, peer, "failed")  # else the agent looks able to talk for ever
            raise

    def _sound_ended(self, agent: str, peer: AgentPeer, cause: str) -> None:
        log.info("agent.peer_ended", agent=agent, cause=cause)
        self._exchange.detach_agent(agent, peer, cause)
        if peer in self._open.get(agent, []):
            self._open[agent].remove(peer)
        if self._peers.get(agent) is peer:
            del self._peers[agent]
            self._boards.pop(agent, None)

    @intent("rtc_state", RtcStateForm, desk_only=False)
    async def rtc_state(self, page: Page, form: RtcStateForm) -> Result:
        """Takes the page's measurements of what it hears, and says whether it is heard here: a path
        of another worker, or one that was given up while the page slept, looks sound to it."""
        leg = page.account.id if page.kind.on_duty else board_leg(page.account.id)
        if (peer := self._peers.get(leg)) is not None:
            peer.page_says = _measured(form, asyncio.get_running_loop().time())
        log.debug(
            "agent.rtc_state",
            agent=page.account.id,
            state=form.state[:20],
            rtt_ms=form.rtt_ms,
            loss=form.loss,
        )
        return {"here": await self._settled(leg)}
