"""A workspace of the real engine in virtual time: the clock jumps from deadline to deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from router.core import ladder
from router.core.config import Config
from router.core.model import Chosen, LiveContact, Reply, Step
from router.core.severity import Channel, Severity, answer_by, score
from router.live.engine import Engine, decode_step

START = 1_700_000_000_000
"""The moment 0 of a trial, ms since 1970."""


OFF = Chosen(reason="off")
"""Not at their desk: not even an S1 rings for them."""


def trial_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the engine for virtual time: no lease, and who is off is not at their desk."""
    return {**settings, "agent_lease": 0, "quiet": [*settings.get("quiet", []), OFF.reason]}


class Stage:
    """Agents and contacts with no carrier, record or pages behind them."""

    def __init__(self, url: str, workspace: str, config: Config, settings: Mapping[str, Any]):
        """`settings` as the engine wants them; the leases of pages are off here."""
        self.engine = Engine(url, workspace, now=START)
        self._config = config
        self._targets = config.target_ms()
        self._settings = trial_settings(settings)
        self._last = "0-0"

    async def open(self) -> None:
        await self.engine.load()
        await self.engine.wipe()
        await self.engine.open_epoch(1, self._settings, [], [])

    async def close(self) -> None:
        await self.engine.wipe()
        await self.engine.close()

    @property
    def now(self) -> int:
        """ms since the beginning of the trial."""
        assert self.engine.now is not None
        return self.engine.now - START

    def move_to(self, at: int) -> None:
        """Moves time, forward only."""
        self.engine.now = max(START + at, START + self.now)

    async def tick(self) -> int | None:
        """Fires what is due now; returns when the next deadline is, None if there is none."""
        while True:
            reply = await self.engine.beat("tick")
            if reply.fired < 50:
                return None if reply.next is None else int(reply.next) - START

    async def steps(self) -> AsyncIterator[Step]:
        """What happened since the last call."""
        while True:
            some = await self.engine.read(self._last, count=500)
            for step_id, raw in some:
                self._last = step_id
                yield decode_step(raw)
            if len(some) < 500:
                return

    # Who comes and goes -----------------------------------------------------------------------

    async def agent(self, name: str, skills: Mapping[str, int], floor: int = 0) -> None:
        """Online with sound, and ready."""
        who = {"id": name, "name": name, "skills": dict(skills), "floor": floor, "choice": OFF}
        await self._sound_up(name)
        await self.engine.step("agent_online", agent=who, conn=name)
        await self._sound_up(name)  # a new agent has not been ready before
        await self.choose(name, Chosen(ready=True))

    async def back(self, name: str) -> None:
        """Online with sound, and ready, with the skills they had."""
        await self._sound_up(name)
        await self.engine.step("agent_back", agent=name, conn=name)
        await self.choose(name, Chosen(ready=True))

    async def _sound_up(self, agent: str) -> None:
        """Comes before the page of an agent who was lost; otherwise they could take texts first,
        and no call."""
        await self.engine.step("agent_media", agent=agent, media="up", proc="trial")

    async def choose(self, agent: str, choice: Chosen) -> Reply:
        return await self.engine.step("agent_choice", agent=agent, choice=choice)

    async def lose(self, agent: str) -> None:
        """Loses socket and sound at once."""
        await self.engine.step("agent_lost", agent=agent, conn=agent)
        await self.engine.step("agent_media", agent=agent, media="down", proc="trial")

    async def arrive(
        self,
        contact: str,
        channel: Channel,
        severity: Severity,
        steps: Sequence[ladder.Rung],
        **more: Any,
    ) -> None:
        """`steps`: the contact's own ladder; that of an S1 ends as every S1 ladder does."""
        now = START + self.now
        live = LiveContact(
            id=contact,
            channel=str(channel),
            severity=int(severity),
            arrived_at=now,
            score=score(now, severity, channel, self._targets),
            answer_by=answer_by(now, severity, channel, self._targets),
            ladder=ladder.text(ladder.complete(steps, severity)),
            promote_at=self._config.promote_at(now, severity, channel),
            promote_ms=self._targets[Severity.S2][channel],
            wrapup_ms=30_000,
            **more,
        )
        await self.engine.step("enqueue", contact=live)

    async def severity(
        self, live: LiveContact, severity: Severity, steps: Sequence[ladder.Rung]
    ) -> Reply:
        """As a person sets it; `steps`, the contact's own ladder, ends as those of the severity
        do."""
        channel, at = Channel(live.channel), int(live.order_at or live.arrived_at)
        return await self.engine.step(
            "severity",
            contact=live.id,
            severity=int(severity),
            rule="set",
            by="trial",
            score=score(at, severity, channel, self._targets),
            answer_by=answer_by(at, severity, channel, self._targets),
            promote_at=self._config.promote_at(at, severity, channel),
            ladder=ladder.text(ladder.complete(steps, severity)),
        )
