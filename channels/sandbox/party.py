"""The person at the other end of a call: speaks, hears, presses keys, hangs up.

`Party` is what the carrier needs of a person; `Scripted` is one that follows a plan. The phone page
is the other (phone.py).
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from channels.sandbox import audio
from channels.sandbox.ear import Ear
from channels.sandbox.stamps import stamp

if TYPE_CHECKING:
    from channels.sandbox.session import Session

CLIPS = Path(__file__).parent / "clips"
QUIET_FRAMES = 125
"""2.5 s without sound in a stream: the music has stopped, so somebody is probably listening."""
Answering = Literal["answers", "busy", "no-answer", "failed"]


class Party(Protocol):
    """One person's end of a call."""

    live: bool
    """Must be sent sound frame by frame, at the moment it is played."""
    ear: Ear

    def attach(self, session: Session) -> None:
        """The call this person is in. Called once, before anything else."""

    def speak(self) -> bytes:
        """The next 20 ms of their sound. Called every 20 ms while a stream or bridge runs."""

    def hear(self, ulaw: bytes) -> None:
        """Sound arrives at their ear."""

    def on(self, event: str, **detail: str) -> None:
        """What they notice: answered, gather, record, stream_started, cleared, stream_ended,
        ended."""

    async def ring(self, timeout_s: float) -> str:
        """Their telephone rings; returns in-progress, busy, no-answer or failed."""


class Plan(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a scripted person does. Times in ms."""

    talk: Literal["silence", "tone", "stamps", "clips"] = "silence"
    hz: float = 440.0
    dbfs: float = -15.0
    clips: list[str] = []
    """File names in channels/sandbox/clips, without .wav."""
    wait_for_answer: bool = True
    """Clips begin when somebody seems to have answered, not when the stream opens."""
    pause_ms: int = 1500
    repeat: bool = False
    keys: list[str] = []
    """One entry per Gather met: the keys pressed in it ("" lets it pass)."""
    key_delay_ms: int = 300
    hang_up_at: Literal[
        "never", "start", "answered", "gather", "stream", "cleared", "talked", "record"
    ] = "never"
    hang_up_delay_ms: int = 0
    patience_ms: int = 0
    """Hangs up when no stream has been `cleared` or spoken to by then; 0 = never."""
    keep_s: int = 30
    """How many seconds of heard sound are kept."""
    answer: Answering = "answers"
    """What happens when this person is called."""
    ring_ms: int | None = None
    machine: Literal["", "beep", "no_beep"] = ""
    """A machine answers: it speaks for a while, perhaps beeps, and then takes what it hears."""


@lru_cache(maxsize=64)
def clip(name: str) -> bytes:
    """A shipped clip as µ-law. ValueError for an unknown name."""
    path = CLIPS / f"{name}.wav"
    if path.parent != CLIPS or not path.is_file():
        raise ValueError(f"no clip named {name!r}")
    return audio.read_wav(path.read_bytes())


class Scripted:
    """A person who follows a `Plan`."""

    live = False

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ear = Ear(plan.keep_s)
        self._session: Session | None = None
        self._frames = 0
        self._keys = list(plan.keys)
        self._answered = not plan.wait_for_answer
        self._wait_frames = 30
        self._quiet = 0
        self._said = bytearray()
        self._clips = [clip(name) for name in plan.clips]
        self._talked = False
        self._machine = audio.tone(300, 1500) + (
            audio.tone(1000, 400) if plan.machine == "beep" else b""
        )
        self._tone = audio.tone(plan.hz, 1000, plan.dbfs) if plan.talk == "tone" else b""

    def attach(self, session: Session) -> None:
        self._session = session
        if self.plan.patience_ms:
            session.carrier.spawn(self._lose_patience())
        self._maybe_hang_up("start")

    def speak(self) -> bytes:
        n = self._frames
        self._frames += 1
        if self.plan.machine:
            at = n * audio.FRAME
            return self._machine[at : at + audio.FRAME] or audio.SILENCE
        match self.plan.talk:
            case "tone":
                at = (n * audio.FRAME) % len(self._tone)
                return self._tone[at : at + audio.FRAME]
            case "stamps":
                return stamp(n)
            case "clips":
                return self._next_of_clips()
        return audio.SILENCE

    def hear(self, ulaw: bytes) -> None:
        self.ear.hear(ulaw)
        if self._session is None or self._session.stream is None or self._answered:
            return
        # The music has stopped: whoever plays it has probably made room for a person.
        self._quiet = self._quiet + 1 if not set(ulaw) - _NEAR_SILENCE else 0
        if self._quiet >= QUIET_FRAMES:
            self._answered = True

    def on(self, event: str, **detail: str) -> None:
        if event == "gather" and self._keys:
            keys = self._keys.pop(0)
            if keys and self._session is not None:
                self._session.carrier.spawn(self._press(keys))
        if event == "cleared":
            self._answered = True
        name = {"stream_started": "stream"}.get(event, event)
        self._maybe_hang_up(name)

    async def ring(self, timeout_s: float) -> str:
        if self._session is None:
            return "failed"
        low, high = self._session.carrier.options.ring_ms
        wait = self._session.carrier.rng.uniform(low, high)
        if self.plan.ring_ms is not None:
            wait = self.plan.ring_ms
        if self.plan.answer == "failed":
            return "failed"
        if self.plan.answer == "no-answer" or wait / 1000 >= timeout_s:
            await asyncio.sleep(timeout_s)
            return "no-answer"
        await asyncio.sleep(wait / 1000)
        return "busy" if self.plan.answer == "busy" else "in-progress"

    def _next_of_clips(self) -> bytes:
        if not self._answered:
            return audio.SILENCE
        if self._wait_frames > 0:
            self._wait_frames -= 1
            return audio.SILENCE
        if not self._said and self._clips:
            self._said += self._clips.pop(0) + audio.SILENCE * (self.plan.pause_ms // 20)
            if not self._clips and self.plan.repeat:
                self._clips = [clip(name) for name in self.plan.clips]
        if not self._said:
            if not self._talked:
                self._talked = True
                self._maybe_hang_up("talked")
            return audio.SILENCE
        frame = bytes(self._said[: audio.FRAME])
        del self._said[: audio.FRAME]
        return frame + audio.SILENCE[len(frame) :]

    def _maybe_hang_up(self, event: str) -> None:
        if self._session is not None and event == self.plan.hang_up_at:
            self._session.carrier.spawn(self._hang_up(self.plan.hang_up_delay_ms))

    async def _hang_up(self, delay_ms: float) -> None:
        await asyncio.sleep(delay_ms / 1000)
        if self._session is not None:
            self._session.hang_up()

    async def _lose_patience(self) -> None:
        if self._session is None:
            return
        try:
            async with asyncio.timeout(self.plan.patience_ms / 1000):
                await self._session.finished.wait()
        except TimeoutError:
            if not self._answered:
                self._session.hang_up()

    async def _press(self, keys: str) -> None:
        for key in keys:
            await asyncio.sleep(self.plan.key_delay_ms / 1000)
            if self._session is not None:
                self._session.press(key)


_NEAR_SILENCE: set[Any] = {0xFF, 0xFE, 0x7F, 0x7E}
