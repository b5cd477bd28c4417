"""Contacts, agents and offers as plain objects (docs/routing.md, "A contact", "An agent")."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

TIER = 10**13
UNITS = {"voice": 100, "sms": 25, "email": 15}
MOST = {"sms": 4, "email": 5}


@dataclass(frozen=True)
class Times:
    """Every span of the page, ms."""

    ring_s1: int = 8_000
    ring_voice: int = 15_000
    ring_text: int = 60_000
    ring_paused: int = 10_000
    quiet: tuple[str, ...] = ()
    """Reasons for a pause in which not even an S1 rings."""
    connect: int = 8_000
    come_back: int = 30_000
    wrapup: int = 30_000
    wrapup_extension: int = 30_000
    frozen_least: int = 30_000
    cool_down: int = 30_000
    cool_down_s1: int = 10_000
    sticky_s2: int = 10_000
    sticky_s3: int = 30_000
    sticky_s4: int = 120_000
    owner_s2: int = 300_000
    owner_s3: int = 43_200_000
    owner_s4: int = 43_200_000
    self_test: int = 5_000
    miss_forgotten: int = 1_800_000
    miss_active: int = 600_000
    asked: tuple[tuple[str, int], ...] = ()
    """(skill, level) that a step of some queue asks for; ("", 0): a step that asks for nothing."""
    parked_call: int = 1_200_000
    parked: int = 259_200_000
    text_idle: int = 1_800_000
    lost_to_offline: int = 120_000
    rang_enough: int = 3_000
    dial: int = 40_000
    outside_ring: int = 20_000
    acknowledge: int = 8_000
    outside_talk: int = 240_000
    voicemail: int = 120_000
    s1_first: int = 2
    number_heard: int = 45_000
    taken_over: int = 900_000
    told_next: int = 30_000
    told_busy: int = 5_000
    told_pause: int = 60_000
    told_wrote: int = 120_000
    s1_round: int = 3
    stand: int = 900_000
    stand_s1: int = 120_000
    stand_text: int = 180_000


@dataclass(frozen=True)
class Rung:
    """A step of a ladder: needs, and how long; None = from here on."""

    needs: dict[str, int]
    """Level 0: it only ranks."""
    span: int | None = None
    supervisors: bool = False
    overflow: bool = False
    asked: tuple[str, ...] = ()
    """Those of the needs that only rank where nobody on duty has them, the first of them last."""

    def without(self, skill: str) -> Rung:
        if skill not in self.asked:
            return self
        left = tuple(one for one in self.asked if one != skill)
        return replace(self, needs={**self.needs, skill: 0}, asked=left)


@dataclass
class Offer:
    """Who it rings at, since when, until when."""

    since: dict[str, int]
    expires: int
    up_to: int = 1
    everybody: bool = False
    """The round of an S1 for all who are paused at a desk."""


@dataclass
class Round:
    """How far a text is told to the numbers on call: next, rings, pause or taken."""

    at: str
    until: int
    name: str | None = None
    tried: set[str] = field(default_factory=set)
    heard: bool = False
    """Whoever took it over has heard how to reach the party."""
    since: int = 0
    """The key was pressed then."""
    wrote: bool = False
    """The party wrote since."""
    on_line: int = 0
    """They are on the telephone with us until then."""


@dataclass
class Colleague:
    """Whom the agent of a call has asked in."""

    id: str
    """Empty: a number outside."""
    until: int | None
    """It rings until then; once he is there: he is away, and has so long to come back."""
    there: bool = False


@dataclass
class Contact:
    id: str
    channel: str
    severity: int
    arrived_at: int
    order_at: int
    score: int
    ladder: list[Rung]
    promote_at: int
    """`order_at` + its promise."""
    promote_ms: int
    """Target of an S2 on its channel."""
    named: str | None = None
    state: str = "queued"
    agent: str | None = None
    offer: Offer | None = None
    until: int | None = None
    ladder_ms: int = 0
    ladder_from: int | None = None
    at_step: int = 0
    """Index into the ladder, as the last deadline or event left it."""
    promoted: bool = False
    """Once in its life (a new turn of a text is a new one)."""
    promoted_score: int | None = None
    sticky_for: str | None = None
    cooling: dict[str, int] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)
    round: int = 0
    """Rounds of offers so far; an S1 beyond its first rings at three."""
    rounds: int = 0
    """Full rounds: somebody who was out was offered it after all."""
    parked_for: str | None = None
    frozen_ms: int | None = None
    extended: int = 0
    comeback: int | None = None
    colleague: Colleague | None = None
    text_idle: int | None = None
    wrapup_ms: int = 30_000
    there_since: int = 0
    """Since when a number outside, or the voicemail, has the caller."""
    sent_by: str | None = None
    """The agent who sent them there."""
    party: str | None = None
    """Whose it is."""
    only: frozenset[str] = frozenset()
    """Its incident is restricted to these; empty: it is everybody's."""
    last_text: int | None = None
    """When the last message of a text came or went; None: it is as old as the text."""
    overflowed: bool = False
    """A text or mail whose ladder is at its end, or for which nobody is left."""
    telling: Round | None = None
    ours: bool = False
    """A promised call: we call them."""
    reached: bool = False
    not_before: int = 0
    """The moment that a promised call was promised for."""
    left: bool = False
    """Promised for a message that was left; an S1 of these waits for no opening."""
    stood_for: dict[str, int] = field(default_factory=dict)
    """Contacts of the party, and since when the promised call has stood for each."""
    due_from: int = 0
    """From when the target of a promised call counts, but for the time that it stands."""
    target: int = 0
    stood_since: int | None = None
    stood: list[tuple[int, int]] = field(default_factory=list)
    """From when until when it stood."""

    @property
    def uncalled(self) -> bool:
        return self.ours and not self.reached

    @property
    def due(self) -> int | None:
        """Of a promised call. It is as late as it was, however long it stood."""
        if not self.uncalled:
            return None
        stood = sum(max(0, end - max(begin, self.due_from)) for begin, end in self.stood)
        return self.due_from + self.target + stood

    @property
    def tier(self) -> int:
        return self.score // TIER

    @property
    def voice(self) -> bool:
        return self.channel == "voice"

    @property
    def place(self) -> tuple[int, int, str]:
        return (self.score, self.arrived_at, self.id)

    @property
    def beyond(self) -> bool:
        """The carrier has the caller elsewhere, and nobody there has taken it yet."""
        return self.state in ("outside", "voicemail")

    @property
    def stands(self) -> bool:
        """It may be offered: it waits in line, or is an S1 caller who is elsewhere."""
        if self.offer is not None:
            return False
        theirs = self.beyond and self.severity == 1 and not self.ours and self.sent_by is None
        return self.state == "queued" or theirs

    @property
    def waiting(self) -> bool:
        return self.state in ("queued", "offered", "connecting")


@dataclass
class Agent:
    id: str
    skills: dict[str, int]
    floor: int = 0
    supervisor: bool = False
    shift: tuple[int, int] | None = None
    outside: bool = False
    """Of his shift: S1 and S2 only."""
    shift_due: int | None = None
    """When it begins or ends next, while he is signed in."""
    ready: bool = False
    stood_down: bool = False
    """Paused, by himself or after misses, not merely signed in."""
    reason: str = ""
    """Why he pauses."""
    presence: str = "offline"
    sound: bool = False
    testing: int | None = None
    missed_at: int | None = None
    miss: tuple[int | None, bool] | None = None
    """A miss whose answer is awaited: when he had missed before, lately; whether it was lately."""
    misses: int = 0
    active_misses: list[int] = field(default_factory=list)
    absent: bool = False
    made_ready: bool = False
    """By a supervisor, and nothing missed or taken since."""
    idle_since: int = 0
    handed: Contact | None = None
    """The wrap-up of a call that he has handed on: his own, not the contact's."""
    offline_at: int | None = None

    def in_tiers(self, tier: int) -> bool:
        return self.floor <= tier <= (1 if self.outside else 2)

    @property
    def on_duty(self) -> bool:
        return self.ready and self.presence == "online"

    @property
    def there(self) -> bool:
        """On duty, and answers."""
        return self.on_duty and not self.absent

    @property
    def available(self) -> bool:
        return self.on_duty and self.testing is None

    def meets(self, needs: dict[str, int]) -> bool:
        has = self.skills
        for skill, level in needs.items():  # noqa: SIM110 - asked a million times
            if has.get(skill, 0) < level:
                return False
        return True
