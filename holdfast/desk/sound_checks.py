"""An agent's check of their sound: they hear back what they say, and the verdict is kept."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict
from typing import Annotated, Any, Final

import msgspec

from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, Key, Refused, Result, Word, intent
from holdfast.sound.face import Sound
from router.centre import Centre
from router.core.sound_check import Measured, judge
from router.records import sound_checks
from router.records.database import RecordUnavailable
from softphone.echo import SPEAK_S, Spoken

AGAIN_S: Final = 5.0
DAY_MS: Final = 24 * 3_600_000
"""What was checked before says nothing of today."""

Number = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
Decibels = Annotated[float, msgspec.Meta(ge=-120, le=60)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class EchoForm(Form, frozen=True):
    on: bool


class CheckedForm(Form, frozen=True):
    """What the page measured and what the agent said; null: it did not come so far."""

    key: Key
    mic: bool = True
    mic_name: Word = ""
    lost: Share | None = None
    jitter_ms: Number = 0.0
    rtt_ms: Number | None = None
    up_kbps: Number | None = None
    down_kbps: Number | None = None
    speaker: bool | None = None
    ring: bool | None = None
    echo: bool | None = None
    back_db: Decibels | None = None


class SoundChecks:
    """Handlers of the check, and what the last ones found."""

    def __init__(self, centre: Centre, hub: Hub, sound: Sound) -> None:
        self._database, self._clock = centre.database, centre.clock
        self._hub, self._sound = hub, sound
        self._spoken: dict[str, Spoken] = {}
        self._judged: dict[str, str] = {}
        """The key of each agent's last check: its verdict is told also while it cannot be kept."""

    async def run(self) -> None:
        """Loads them once the record answers."""
        while True:
            with contextlib.suppress(RecordUnavailable):
                await self.load()
                await asyncio.Event().wait()  # a part's task lives as long as its process
            await asyncio.sleep(AGAIN_S)

    async def load(self) -> None:
        """What was found before this process began. Raises RecordUnavailable."""
        async with self._database.read() as connection:
            found = await sound_checks.latest(connection, self._clock() - DAY_MS)
        self._hub.view.checks |= found | self._hub.view.checks
        for agent in found:
            self._hub.show_agent(agent)

    @intent("check_echo", EchoForm)
    async def _echo(self, page: Page, form: EchoForm) -> Result:
        agent = page.account.id
        self._spoken.pop(agent, None)
        if not form.on:
            self._sound.end_echo(agent)
            return {}

        def measured(spoken: Spoken) -> None:
            self._spoken[agent] = spoken

        if not await self._sound.echo(agent, measured):
            raise Refused(
                "not_ready", "The check needs your sound, and no call. It goes on after the call."
            )
        return {"speak_ms": round(SPEAK_S * 1000)}

    @intent("check_done", CheckedForm)
    async def _done(self, page: Page, form: CheckedForm) -> Result:
        agent = page.account.id
        line = f"{agent}.{form.key}"
        spoken = self._spoken.pop(agent, None)
        if spoken is None and form.echo is not None and self._judged.get(agent) != line:
            raise Refused("too_late", "What was measured is gone. Check again.")  # another process
        measured = Measured(
            mic=form.mic,
            level_db=spoken.level_db if spoken and spoken.frames else None,
            clipped=spoken.clipped if spoken else 0.0,
            lost_up=spoken.lost if spoken and spoken.frames else None,
            lost_down=form.lost,
            jitter_up_ms=spoken.jitter_ms if spoken else 0.0,
            jitter_down_ms=form.jitter_ms,
            rtt_ms=form.rtt_ms,
            up_kbps=form.up_kbps,
            down_kbps=form.down_kbps,
            speaker=form.speaker,
            ring=form.ring,
            echo=form.echo,
            back_db=form.back_db,
        )
        verdict, faults = judge(measured)
        data: dict[str, Any] = {"faults": [str(one) for one in faults], "mic": form.mic_name}
        data |= {name: value for name, value in asdict(measured).items() if name != "mic"}
        if self._judged.get(agent) != line:  # not asked again only because it could not be kept
            check = {"at": self._clock(), "verdict": verdict, **data}
            self._judged[agent], self._hub.view.checks[agent] = line, check
            self._hub.show_agent(agent)
        check = self._hub.view.checks[agent]
        known = {"id": line, "agent": agent, "at": check["at"], "verdict": check["verdict"]}
        data = {name: value for name, value in check.items() if name not in known}
        async with self._database.write() as connection:
            await sound_checks.add(connection, **known, data=data)
        return {"check": check}
