"""The peer connections of pages whose sound is in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from softphone.exchange import Exchange
from softphone.far_hops import PageSays
from softphone.peer import AgentPeer
from softphone.port import Ports

log = structlog.get_logger()

ANSWER_S: Final = 5.0
MOST_PEERS: Final = 2
"""Of one desk: the one that sounds, and the one that is being built to follow it."""

Spawn = Callable[[Coroutine[Any, Any, Any], str], None]


@dataclass(frozen=True, slots=True)
class Network:
    """How browsers reach us."""

    address: str | None = None
    """HOLDFAST_MEDIA_ADDRESS."""
    ports: Ports | None = None
    """Of this process; None: each page has a socket of its own."""


class Superseded(Exception):
    """The page has asked again since."""


class Peers:
    """Answers pages' offers, and attaches their legs to the exchange."""

    def __init__(self, exchange: Exchange, spawn: Spawn, network: Network) -> None:
        self._exchange = exchange
        self._spawn = spawn
        self._network = network
        self._peers: dict[str, AgentPeer] = {}
        self._epochs: dict[str, int] = {}
        self._open: dict[str, list[AgentPeer]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def heard(self, who: str) -> bool:
        """True while sound can flow between this page and us; what is just coming up is waited
        for, since the page knows of it a moment before us."""
        for peer in self._open.get(who, [])[-1:]:
            await peer.settled()
        return self.connected(who)

    def connected(self, who: str) -> bool:
        """True while sound can flow between this page and us."""
        peer = self._peers.get(who)
        return peer is not None and peer.connected

    def page_says(self, who: str, says: PageSays) -> None:
        """What their page measured of what it hears."""
        if (peer := self._peers.get(who)) is not None:
            peer.page_says = says

    async def answer(self, who: str, epoch: int, sdp: str, page_host: str) -> str:
        """The answer to a page's offer.

        Raises:
            OfferError: in words for the agent.
            TimeoutError: it was not answered in time.
            Superseded: a newer offer of the same page came meanwhile.
        """
        self._epochs[who] = max(epoch, self._epochs.get(who, 0))
        async with self._turns.setdefault(who, asyncio.Lock()):
            if self._epochs[who] != epoch:
                raise Superseded
            async with asyncio.timeout(ANSWER_S):
                peer, answer = await AgentPeer.answer(
                    sdp,
                    media_address=self._network.address,
                    page_host=page_host,
                    name=f"agent:{who}",
                    ports=self._network.ports,
                    on_lost=lambda lost, cause: self._exchange.detach_agent(who, lost, cause),
                )

            def up(connected: AgentPeer) -> None:
                self._peers[who] = connected
                if not self._exchange.attach_agent(who, epoch, connected):
                    self._spawn(connected.close("superseded"), "close peer")

            peer.on_up = up
            self._spawn(self._watch(who, peer), f"peer {who}")
            await self._make_room(who, peer)
        return answer

    async def _make_room(self, who: str, newest: AgentPeer) -> None:
        """Closes the oldest that carries no sound; a page that asks again and again has two."""
        here = self._open.setdefault(who, [])
        here.append(newest)
        for old in [peer for peer in here if peer not in (newest, self._peers.get(who))]:
            if len(here) <= MOST_PEERS:
                break
            here.remove(old)
            await old.close("superseded")

    async def _watch(self, who: str, peer: AgentPeer) -> None:
        try:
            self._sound_ended(who, peer, await peer.run())
        except Exception:
            self._sound_ended(who, peer, "failed")  # else the agent looks able to talk for ever
            raise

    def _sound_ended(self, who: str, peer: AgentPeer, cause: str) -> None:
        log.info("agent.peer_ended", agent=who, cause=cause)
        self._exchange.detach_agent(who, peer, cause)
        if peer in self._open.get(who, []):
            self._open[who].remove(peer)
        if self._peers.get(who) is peer:
            del self._peers[who]
