"""The seats of one call that hear somebody: frames go from a seat to everybody who hears it.

Whoever hears one voice gets its frames as they came, with no timer and no copy: a frame costs two
method calls and a few counters. Whoever hears several is a row of the process's mixer. That is
decided for each ear by itself: while somebody listens, caller and agent go on hearing each other
untouched, and while somebody whispers to the agent, the caller does.

Digits are sounds put into the caller's ear; as many frames are left out there as the sound is long,
so that the caller's backlog does not grow.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Final

from router.ports import AudioLeg
from softphone import g711, tones
from softphone.mixer import Mixer, Row, Voice
from softphone.pacer import Clock
from softphone.quality import Meter
from softphone.seats import AGENT, CALLER, TALK, Edge, Role, Seat

ONE_WAY_S: Final = 1.9
"""A caller or agent silent or absent for so long while they talk is looked for once a second: that
nothing comes from them is told within three."""


class Direction(enum.Enum):
    """Seen from the caller."""

    FROM_CALLER = "from_caller"
    FROM_AGENT = "from_agent"


DIRECTIONS: Final = {CALLER: Direction.FROM_CALLER, AGENT: Direction.FROM_AGENT}


class Want(enum.Enum):
    """What a one-way path wants. Digital silence may be a muted or a quiet person."""

    FRAMES = "absent"
    SOUND = "silent"


class Ear:
    """Where a seat's sound goes. Implements `softphone.mixer.Ear`."""

    __slots__ = ("_leg", "_skip")

    def __init__(self, leg: AudioLeg) -> None:
        self._leg = leg
        self._skip = 0

    def take(self, payload: bytes, timestamp: int) -> None:
        """A FrameSink."""
        if self._skip > 0:
            self._skip -= len(payload)
            return
        self._leg.send(payload, timestamp)

    def put_in(self, sound: bytes) -> None:
        """A sound in place of what would be heard meanwhile."""
        self._leg.send(sound, 0)
        self._skip = max(0, self._skip) + len(sound)


class Mouth:
    """What one seat says: measured, and handed to everybody who hears it."""

    __slots__ = ("_clock", "_on_first", "ears", "first_at", "heard_at", "last_at",
                 "leg", "meter", "voice")  # fmt: skip

    def __init__(self, leg: AudioLeg, clock: Clock) -> None:
        self.leg, self._clock = leg, clock
        self.ears: tuple[Ear, ...] = ()
        self.voice: Voice | None = None
        """For those who hear others, too; None = there is nobody."""
        self.meter = Meter()
        self.expect(lambda: None)
        leg.listen(self.forward)

    def expect(self, on_first: Callable[[], None]) -> None:
        """From now on it should be heard; `on_first` is called with its next frame."""
        self._on_first = on_first
        self.first_at: float | None = None
        self.last_at = self.heard_at = self._clock.time()

    def forward(self, payload: bytes, timestamp: int) -> None:
        """A FrameSink."""
        now = self._clock.time()
        self.last_at = now
        self.meter.feed(payload, timestamp, now)
        for ear in self.ears:
            ear.take(payload, timestamp)
        if self.voice is not None:
            self.voice.push(payload, now)
        if not g711.is_dead(payload):
            self.heard_at = now
        if self.first_at is None:
            self.first_at = now
            self._on_first()

    def mixes(self) -> Voice:
        """Its voice for the mixer."""
        self.voice = self.voice or Voice()
        return self.voice

    def part(self) -> None:
        """Nobody hears it any more."""
        self.ears, self.voice = (), None

    def wants(self, now: float) -> Want | None:
        """What has been missing for too long."""
        if now - self.last_at >= ONE_WAY_S:
            return Want.FRAMES
        return Want.SOUND if now - self.heard_at >= ONE_WAY_S else None


class Room:
    """See the module's text. One for each contact in which anybody hears anybody."""

    def __init__(
        self,
        clock: Clock,
        mixer: Mixer,
        on_first: Callable[[Direction, float], None] = lambda _direction, _ms: None,
    ) -> None:
        """`on_first(direction, ms since they were joined)`: once per direction and joining."""
        self._clock, self._mixer, self._on_first = clock, mixer, on_first
        self._legs: dict[Seat, AudioLeg] = {}
        self._ears: dict[Seat, Ear] = {}
        self._mouths: dict[Seat, Mouth] = {}
        """Of those whom somebody hears."""
        self._edges: frozenset[Edge] = frozenset()
        self.wanting: dict[Direction, Want] = {}
        """One-way audio, as of the last look."""
        self.since: float | None = None
        """When caller and agent were joined; None = they do not hear each other."""

    def set(self, legs: Mapping[Seat, AudioLeg], edges: frozenset[Edge]) -> bool:
        """From now on these legs hear each other like that; a leg that hears and is heard as before
        notices nothing. An agent whom nobody hears goes on being listened to, because their
        liveness rests on it; whoever only listens beside them may have no microphone. True: caller
        and agent have been joined by this."""
        new = {seat for seat, leg in legs.items() if self._legs.get(seat) is not leg}
        heard, before = {edge.source for edge in edges}, set(self._mouths)
        for seat in self._mouths.keys() - heard | self._mouths.keys() & new:
            self._mouths.pop(seat).part()
        for seat, leg in legs.items():
            if seat in new:
                self._ears[seat] = Ear(leg)
            if seat in heard and seat not in self._mouths:
                self._mouths[seat] = Mouth(leg, self._clock)
            elif seat not in heard and (seat in new or seat in before):
                leg.listen(None if seat.role is Role.BESIDE else discard)
        joined = edges >= TALK and (self.since is None or not new.isdisjoint(DIRECTIONS))
        self._legs, self._edges = dict(legs), edges
        self._connect()
        if joined:
            self._begin()
        elif not edges >= TALK:
            self.since = None
            self.wanting = {}
        return joined

    def _connect(self) -> None:
        sources: dict[Seat, list[Mouth]] = {}
        for source, target in sorted(self._edges, key=_order):
            sources.setdefault(target, []).append(self._mouths[source])
        ears: dict[Mouth, list[Ear]] = {}
        rows = []
        mixed: set[Mouth] = set()
        for target, mouths in sources.items():
            if len(mouths) == 1:
                ears.setdefault(mouths[0], []).append(self._ears[target])
                continue
            mixed.update(mouths)
            voices = tuple(mouth.mixes() for mouth in mouths)
            rows.append(Row(self._ears[target], voices, (1.0,) * len(voices)))
        for mouth in self._mouths.values():
            mouth.ears = tuple(ears.get(mouth, ()))
            if mouth not in mixed:
                mouth.voice = None
        self._mixer.set(self, rows)

    def _begin(self) -> None:
        since = self.since = self._clock.time()
        self.wanting = {}

        def first(direction: Direction) -> Callable[[], None]:
            return lambda: self._on_first(direction, (self._clock.time() - since) * 1000)

        for seat, direction in DIRECTIONS.items():
            self._mouths[seat].meter = Meter()
            self._mouths[seat].expect(first(direction))

    def digit(self, key: str) -> None:
        """The caller hears a key. Raises ValueError if it is not a key."""
        self._ears[CALLER].put_in(tones.digit(key))

    @property
    def mouths(self) -> Mapping[Seat, Mouth]:
        """What each seat says that somebody hears."""
        return self._mouths

    @property
    def others(self) -> frozenset[Seat]:
        """Whoever hears somebody or is heard, besides caller and agent who hear each other: while
        the caller is on hold, the agent too."""
        two = {CALLER} if self.since is None else {*DIRECTIONS}
        return frozenset(seat for edge in self._edges for seat in edge if seat not in two)

    @property
    def talks(self) -> bool:
        """There is something to measure: caller and agent hear each other, or one of them and a
        colleague do."""
        return self.since is not None or any(one.role is Role.SECOND for one in self.others)

    def heard_by(self, seat: Seat) -> list[Seat]:
        """Whom they hear."""
        return [source for source, target in self._edges if target == seat]

    def absent(self, now: float) -> frozenset[Seat]:
        """Whom somebody is to hear, and from whom nothing has come for too long."""
        wants = {seat: mouth.wants(now) for seat, mouth in self._mouths.items()}
        return frozenset(seat for seat, want in wants.items() if want is Want.FRAMES)

    def look(self) -> None:
        """Looks for one-way audio between caller and agent: `wanting`."""
        if self.since is None:
            return
        now = self._clock.time()
        wants = {way: self._mouths[seat].wants(now) for seat, way in DIRECTIONS.items()}
        self.wanting = {way: want for way, want in wants.items() if want is not None}


def _order(edge: Edge) -> tuple[str, ...]:
    return (edge.source.role.value, edge.source.who, edge.target.role.value, edge.target.who)


def discard(payload: bytes, timestamp: int) -> None:
    """A FrameSink for a party who is not being heard, but must be there."""
