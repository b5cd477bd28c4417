"""The agent's sound: one peer connection per desk, always up while on duty."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused, Result, RtcForm, RtcStateForm
from softphone.exchange import Exchange
from softphone.peer import AgentPeer
from softphone.sdp import OfferError

log = structlog.get_logger()

ANSWER_S = 5.0

Spawn = Callable[[Coroutine[Any, Any, Any], str], None]


class DeskSound:
    """Answers pages' peer connections and hangs them into the exchange."""

    def __init__(self, exchange: Exchange, spawn: Spawn, media_address: str | None) -> None:
        self._exchange = exchange
        self._spawn = spawn
        self._media_address = media_address
        self._peers: dict[str, AgentPeer] = {}
        self._epochs: dict[str, int] = {}

    def connected(self, agent: str) -> bool:
        """True while sound can flow between this agent's browser and us."""
        peer = self._peers.get(agent)
        return peer is not None and peer.connected

    async def rtc(self, page: Page, form: RtcForm, page_host: str) -> Result:
        """Answers the page's peer connection; its epoch outranks every older one."""
        agent = page.account.id
        epoch = max(now_ms(), self._epochs.get(agent, 0) + 1)
        self._epochs[agent] = epoch
        try:
            async with asyncio.timeout(ANSWER_S):
                peer, answer = await AgentPeer.answer(
                    form.sdp,
                    media_address=self._media_address,
                    page_host=page_host,
                    name=f"agent:{agent}",
                    on_lost=lambda lost, cause: self._exchange.detach_agent(agent, lost, cause),
                )
        except OfferError as error:
            raise Refused("bad_request", f"No sound: {error}.") from error
        except TimeoutError as error:
            raise Refused("not_ready", "No sound: the connection was not answered.") from error

        def up(connected: AgentPeer) -> None:
            self._peers[agent] = connected
            if not self._exchange.attach_agent(agent, epoch, connected):
                self._spawn(connected.close("superseded"), "close peer")

        peer.on_up = up
        self._spawn(self._watch(agent, peer), f"peer {agent}")
        return {"sdp": answer}

    async def _watch(self, agent: str, peer: AgentPeer) -> None:
        try:
            self._sound_ended(agent, peer, await peer.run())
        except Exception:
            self._sound_ended(agent, peer, "failed")  # else the agent looks able to talk for ever
            raise

    def _sound_ended(self, agent: str, peer: AgentPeer, cause: str) -> None:
        log.info("agent.peer_ended", agent=agent, cause=cause)
        self._exchange.detach_agent(agent, peer, cause)
        if self._peers.get(agent) is peer:
            del self._peers[agent]

    async def rtc_state(self, page: Page, form: RtcStateForm) -> Result:
        """What the page sees of its path."""
        log.debug(
            "agent.rtc_state",
            agent=page.account.id,
            state=form.state[:20],
            rtt_ms=form.rtt_ms,
            loss=form.loss,
        )
        return {}
