"""Two legs joined straight: what one says is handed to the other, with no timer and no copy.

A frame costs a method call and a few counters. Digits are sounds put into the agent's way to the
caller; as many of the agent's own frames are left out as the sound is long, so that the caller's
backlog does not grow.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

from router.ports import AudioLeg
from softphone import g711, tones
from softphone.pacer import Clock
from softphone.quality import Meter

ONE_WAY_S: Final = 3.0
"""A bridged direction silent or absent for longer than this raises the alarm."""


class Direction(enum.Enum):
    """Seen from the caller."""

    FROM_CALLER = "from_caller"
    FROM_AGENT = "from_agent"


class Want(enum.Enum):
    """What a one-way path wants."""

    FRAMES = "absent"
    SOUND = "silent"


class Way:
    """One direction of a bridge: from a leg's frames to another leg's `send`."""

    __slots__ = ("_alarmed", "_clock", "_on_first", "_target", "first_at", "heard_at", "last_at",
                 "meter", "skip")  # fmt: skip

    def __init__(self, target: AudioLeg, clock: Clock, on_first: Callable[[], None]) -> None:
        self._target, self._clock, self._on_first = target, clock, on_first
        self.meter = Meter()
        self.skip = 0
        """Bytes of the source still to be left out, because a digit is being heard instead."""
        self.first_at: float | None = None
        self.last_at = self.heard_at = clock.time()
        self._alarmed = False

    def forward(self, payload: bytes, timestamp: int) -> None:
        """A FrameSink."""
        now = self._clock.time()
        self.last_at = now
        self.meter.feed(payload, timestamp, now)
        if self.skip > 0:
            self.skip -= len(payload)
            return
        self._target.send(payload, timestamp)
        if not g711.is_dead(payload):
            self.heard_at = now
            self._alarmed = False
        if self.first_at is None:
            self.first_at = now
            self._on_first()

    def alarm(self, now: float) -> Want | None:
        """What has been missing for too long; said once until sound is back."""
        if self._alarmed or now - self.heard_at <= ONE_WAY_S:
            return None
        self._alarmed = True
        return Want.FRAMES if now - self.last_at > ONE_WAY_S else Want.SOUND


class Bridge:
    """Caller and agent hear each other from construction until `part`."""

    def __init__(
        self,
        caller: AudioLeg,
        agent: AudioLeg,
        clock: Clock,
        on_first: Callable[[Direction, float], None] = lambda _direction, _ms: None,
    ) -> None:
        """`on_first(direction, ms since joined)` is called once per direction."""
        self.caller, self.agent = caller, agent
        self._clock = clock
        self.since = clock.time()

        def first(direction: Direction) -> Callable[[], None]:
            return lambda: on_first(direction, (clock.time() - self.since) * 1000)

        self.from_caller = Way(agent, clock, first(Direction.FROM_CALLER))
        self.from_agent = Way(caller, clock, first(Direction.FROM_AGENT))
        caller.listen(self.from_caller.forward)
        agent.listen(self.from_agent.forward)

    def part(self) -> None:
        """Each hears nothing more of the other. The agent's leg goes on being listened to by
        nobody in particular, because its liveness rests on being listened to."""
        self.caller.listen(discard)
        self.agent.listen(discard)

    def digit(self, key: str) -> None:
        """The caller hears a key. Raises ValueError if it is not a key."""
        sound = tones.digit(key)
        self.caller.send(sound, 0)
        self.from_agent.skip = max(0, self.from_agent.skip) + len(sound)

    def alarms(self) -> list[tuple[Direction, Want]]:
        """One-way audio that began since the last question."""
        now = self._clock.time()
        ways = ((Direction.FROM_CALLER, self.from_caller), (Direction.FROM_AGENT, self.from_agent))
        return [(direction, want) for direction, way in ways if (want := way.alarm(now))]


def discard(payload: bytes, timestamp: int) -> None:
    """A FrameSink for a party who is not being heard, but must be there."""
