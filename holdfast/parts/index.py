"""This process and the live index: found or built, followed, its deadlines fired."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierError
from channels.voice.effects import VoiceEffects
from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub
from holdfast.followers.metrics import Metrics
from holdfast.followers.waits import Waits
from holdfast.parts import House, Part
from holdfast.recovery.index_keeper import Followers, IndexKeeper
from holdfast.recovery.unanswered import Unanswered
from holdfast.settings.engine_settings import engine_settings
from holdfast.sound.face import Sound
from router.core import rebuild_facts
from router.intake.door import Intake
from router.intake.spool import Spool
from router.live.deadline_loop import DeadlineLoop
from router.live.step_feed import StepFeed
from router.live.sweeper import Sweeper
from router.rebuild import Rebuild
from router.recorder import Recorder

log = structlog.get_logger()

ASK_S = 5.0


class _Witness:
    """The facts that this process and the carrier know without the index."""

    def __init__(self, desk: Desk, sound: Sound, client: CarrierClient) -> None:
        self._desk = desk
        self._sound = sound
        self._client = client

    def desks(self) -> list[rebuild_facts.ConnectedDesk]:
        return self._desk.desks()

    async def streams(self) -> list[rebuild_facts.CallerStream]:
        return await self._sound.streams()

    async def live_calls(self) -> set[str] | None:
        try:
            async with asyncio.timeout(ASK_S):
                return {call.sid for call in await self._client.live_calls()}
        except (CarrierError, TimeoutError) as error:
            log.warning("carrier.not_asked", error=type(error).__name__)
            return None


def part(house: House) -> Part:
    centre, hub, desk = house.centre, house[Hub], house[Desk]
    sound, intake, recorder = house[Sound], house[Intake], house[Recorder]
    seen = _Witness(desk, sound, house[CarrierClient])
    rebuild = Rebuild(centre, recorder, lambda: _settings(house), seen)
    violations = house[Metrics].violations
    keeper = IndexKeeper(
        centre,
        rebuild,
        recorder,
        Followers(hub, house[Waits], sound, desk),
        Sweeper(centre.engine, lambda what: violations.labels(what).inc()),
        [lambda: intake.announce_missed(centre.clock()), house[Unanswered].sweep],
    )
    feed = StepFeed(centre.engine, keeper.went_back, keeper.missed)
    house.keep(StepFeed, feed)
    effects = house[VoiceEffects]
    deadlines = DeadlineLoop(
        centre.engine, centre.proc, keeper.lost, effects.perform, keeper.behind
    )
    intake.when_behind(keeper.behind)
    house[Spool].on_emptied = keeper.recorded_late
    return Part(
        tasks={"index": lambda: keeper.follow(deadlines, feed), "beat": keeper.beat},
        listeners=[lambda _id, _step: deadlines.nudge()],
        inner=lambda: keeper.tasks,
    )


def _settings(house: House) -> dict[str, Any]:
    """Settings for a rebuilt index; a supervisor's reserve goes on in it."""
    settings, view = engine_settings(house.centre.config.value), house[Hub].view
    return settings | ({"reserve": view.reserve} if view.epoch else {})
