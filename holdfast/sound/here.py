"""The sound of calls in this very process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from holdfast.sound.face import Hears, PageNumbers
from holdfast.sound.peers import Peers
from holdfast.sound.standing import About
from holdfast.switchboard import Switchboard
from router.core.model import Snapshot, Step
from router.core.rebuild_facts import CallerStream
from softphone.echo import Spoken
from softphone.far_hops import PageSays


class SoundHere:
    """Implements holdfast.sound.face.Sound."""

    apart = False
    again: Callable[[str], None] = staticmethod(lambda _who: None)

    def __init__(self, switchboard: Switchboard, peers: Peers) -> None:
        self._switchboard, self._peers = switchboard, peers
        self._exchange = switchboard.exchange
        self.listeners: list[Hears] = switchboard.listeners

    @property
    def busy(self) -> bool:
        return self._switchboard.busy

    def places(self) -> Mapping[str, About]:
        return {}

    def tally(self) -> tuple[int, int]:
        lines = self._switchboard.lines
        return len(self._exchange.snapshot()) + lines, len(self._exchange.agents()) - lines

    def adopt(self, snapshot: Snapshot) -> None:
        self._switchboard.adopt(snapshot)

    def on_step(self, step_id: str, step: Step) -> None:
        self._switchboard.on_step(step_id, step)

    def report_all(self) -> None:
        self._switchboard.report_all()

    def report_agent(self, agent: str) -> None:
        self._switchboard.report_agent(agent)

    async def streams(self) -> list[CallerStream]:
        return self._switchboard.bridges()

    def stream_url(self, name: str) -> str | None:
        return ""

    def close_stream(self, contact: str, reason: str) -> None:
        self._switchboard.close_stream(contact, reason)

    async def digits(self, contact: str, keys: str) -> bool:
        return all(self._exchange.digit(contact, key) for key in keys)

    async def answer(self, who: str, epoch: int, sdp: str, page_host: str) -> str:
        return await self._peers.answer(who, epoch, sdp, page_host)

    def page_says(self, who: str, numbers: PageNumbers) -> None:
        self._peers.page_says(who, PageSays(asyncio.get_running_loop().time(), *numbers))

    async def heard(self, who: str) -> bool:
        return await self._peers.heard(who)

    def where(self, who: str) -> str | None:
        return self._switchboard.proc if self._peers.connected(who) else None

    def forget_agent(self, agent: str) -> None:
        self._exchange.forget_agent(agent)

    async def echo(self, agent: str, measured: Callable[[Spoken], None]) -> bool:
        return self._exchange.echo(agent, measured)

    def end_echo(self, agent: str) -> None:
        self._exchange.end_echo(agent)

    async def drain(self, reason: str) -> None:
        await self._exchange.drain(reason)
