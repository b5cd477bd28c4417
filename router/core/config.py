"""The centre's configuration as typed values; reading files is the application's work.

Unknown keys are errors, and all faults are told at once with their key paths (`config_faults.py`).
A duration is a field of that type (`durations.py`), with its limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from . import ladder
from .departments import HandOffRules, HandOffWithin
from .durations import Duration, Kept, OpenDuration, Passing, duration_ms, spans
from .guidance import Card
from .languages import SPOKEN
from .opening import (
    CLOSED_ANSWER,
    Hours,
    OnCall,
    OutsideNumber,
)
from .severity import Channel, Severity
from .skills import parse_need
from .snippets import Snippet
from .triage import LineDefault, Verdict, WordRule, compile_words


class _Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    pass


class MenuKey(_Part, kw_only=True, frozen=True):
    severity: int
    queue: str
    word: str


class Line(_Part, kw_only=True, frozen=True):
    name: str
    word: str
    number: str = ""
    mail: str = ""
    severity: int = 3
    queue: str = "general"
    menu: dict[str, MenuKey] = {}
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    """What its callers hear, in this order, until their queue says one language."""
    words: dict[str, dict[str, str]] = {}
    """By language and sentence (router/core/sentences.py); they count before the centre's."""
    clips: dict[str, dict[str, str]] = {}
    music: str = ""


class Callers(_Part, kw_only=True, frozen=True):
    """What callers on every line hear (docs/callers.md)."""

    words: dict[str, dict[str, str]] = {}
    clips: dict[str, dict[str, str]] = {}
    """Files beside the configuration (".wav"), or ours by name."""
    voices: dict[str, str] = {}
    """By language, which of the carrier's voices reads what has no clip; none: its usual one."""
    music: str = ""


class LadderStep(_Part, kw_only=True, frozen=True):
    needs: list[str] = []
    span: OpenDuration = msgspec.field(name="for", default="")


class Queue(_Part, kw_only=True, frozen=True):
    """What its contacts need: `needs`, or a ladder of steps, or a ladder per severity."""

    word: str
    needs: list[str] = []
    ladder: list[LadderStep] = []
    ladders: dict[str, list[LadderStep]] = {}
    wrapup: Duration = "30s"
    calendar: str = ""
    """None = always open."""
    after_hours: dict[str, str] = {}
    """S2 to S4: wait (the usual), message or on_call. An S1 never closes."""
    language: str = ""
    """Of those who wait here; none = every language of their line."""


class Words(_Part, kw_only=True, frozen=True):
    severity: int
    queue: str
    words: list[str]


class Triage(_Part, kw_only=True, frozen=True):
    """How the words of texts and mails are judged (docs/triage.md)."""

    second_opinion: bool = False
    """Whether the model raises contacts that the centre's words do not."""
    queues: dict[str, str] = {}
    """Of S1 to S4, of a need (vet, home, safety, claims), of a language (es)."""
    skills_for: dict[str, Duration] = msgspec.field(
        default_factory=lambda: {"S1": "5s", "S2": "30s", "S3": "2m", "S4": "10m"}
    )
    """How long to look only for agents with the skills that are asked for; "0s": they only rank."""
    everyday_s4: bool = True
    """Whether words that are surely everyday may turn a line's S3 into an S4."""
    ignored: list[str] = []
    """Words of this centre that mean nothing: a dog called Fire, a street."""


class Target(_Part, kw_only=True, frozen=True):
    voice: Duration
    sms: Duration
    email: Duration


class Timing(_Part, kw_only=True, frozen=True):
    """Deadlines of states (docs/routing.md, "Offer" and "Deadlines")."""

    ring_s1: Passing = "8s"
    ring_voice: Passing = "15s"
    ring_text: Passing = "60s"
    ring_paused: Passing = "10s"
    connect: Passing = "8s"
    wrapup_extension: Passing = "30s"
    menu: Passing = "40s"
    hold_loop: Passing = "25s"
    stream_idle: Passing = "25s"
    come_back: Passing = "30s"
    agent_lease: Passing = "12s"
    lost_to_offline: Passing = "2m"
    cool_down: Duration = "30s"
    cool_down_s1: Duration = "10s"
    dial: Passing = "25s"
    text_idle: Passing = "30m"
    parked: Passing = "72h"
    parked_call: Passing = "20m"
    self_test: Passing = "5s"
    miss_forgotten: Passing = "30m"
    miss_active: Passing = "10m"
    sticky_s2: Duration = "10s"
    sticky_s3: Duration = "30s"
    sticky_s4: Duration = "120s"
    outside_ring: Passing = "20s"
    acknowledge: Passing = "8s"
    outside_talk: Passing = "4h"
    voicemail: Passing = "2m"
    number_heard: Passing = "45s"
    taken_over: Passing = "15m"


WINDOW = "window"
"""Of a gap between tries: until the next hours in which they are called, by their own clock."""
Gap = Annotated[str, spans(also=WINDOW)]


class Retries(_Part, kw_only=True, frozen=True):
    """How long after each try that reached nobody the next one comes, by severity. After the last
    one a person decides."""

    S1: list[Gap] = msgspec.field(default_factory=lambda: ["2m", "3m", "10m"])
    S2: list[Gap] = msgspec.field(default_factory=lambda: ["15m", "45m"])
    S3: list[Gap] = msgspec.field(default_factory=lambda: [WINDOW])
    S4: list[Gap] = msgspec.field(default_factory=list)

    def of(self, severity: int) -> list[Gap]:
        return (self.S1, self.S2, self.S3, self.S4)[severity - 1]


class CallbackRules(_Part, kw_only=True, frozen=True):
    """Promised calls (docs/routing.md, "Promised calls")."""

    key: str = "1"
    again: Retries = Retries()
    longest: Duration = "366d"
    courtesy: str = "08:00-21:00"
    """When people are called, by their own clock; an S1 or S2 at any hour, with a reason. "": at
    any hour."""
    owner_s2: Duration = "5m"
    """So long it is kept for the owner of its incident, while they can be expected to take it."""
    owner_s3: Duration = "12h"
    """In practice to the end of their shift."""
    owner_s4: Duration = "12h"
    stand: Duration = "15m"
    """So long a promise stands at most while its party is with us."""
    stand_s1: Duration = "2m"
    stand_text: Duration = "3m"
    """So long after its last message a text of theirs counts as being with us."""
    busy_again: Duration = "60s"
    """Their line was busy with us: not before this."""

    @property
    def busy_again_ms(self) -> int:
        return duration_ms(self.busy_again)

    def tries(self, severity: int) -> int:
        """How often somebody is called at most."""
        return 1 + len(self.again.of(severity))

    def again_ms(self, severity: int, tried: int) -> int | None:
        """How long after try number `tried` (from 1) the next one comes; None: in the next hours in
        which they are called. The last gap stands for all later ones: the severity was another when
        it was promised."""
        gaps = self.again.of(severity) or [WINDOW]
        gap = gaps[min(tried, len(gaps)) - 1]
        return None if gap == WINDOW else duration_ms(gap)


class NextWithin(_Part, kw_only=True, frozen=True):
    """So soon, by severity, is due what is next where nobody says it."""

    S1: Passing = "30m"
    S2: Passing = "4h"
    S3: Passing = "1d"
    S4: Passing = "3d"

    def ms(self, severity: int) -> int:
        return duration_ms((self.S1, self.S2, self.S3, self.S4)[severity - 1])


class Incidents(_Part, kw_only=True, frozen=True):
    """How incidents end (docs/routing.md, "An incident")."""

    reopened_within: Duration = "7d"
    """Whoever comes again within this time of the closing opens that incident, not a new one."""
    away_after: Kept = "3d"
    """What somebody owns who was at no desk for so long goes to their lead; "" = it stays."""
    overdue_told_after: Duration = "5m"
    """So long after a next action was due, the boards are told, unless it was done."""
    next_within: NextWithin = NextWithin()
    """When what is next is due, as it is proposed, and where nobody said anything."""
    hand_off_within: HandOffWithin = HandOffWithin()


class HelpTimes(_Part, kw_only=True, frozen=True):
    """When an agent asks for help and nobody has it (docs/routing.md, "Help")."""

    all_after: Passing = "10s"
    """From the key on: then every supervisor is told."""
    telephone_after: Passing = "30s"
    """From the key on: then the numbers on call are rung."""
    again_after: Passing = "60s"
    """The list is through: then it begins again."""
    lasts: Passing = "10m"
    """It ends by itself so long after somebody had it."""


class Retention(_Part, kw_only=True, frozen=True):
    """How long figures of sound are kept; "" = for ever. What people said and wrote, and the audit,
    stay."""

    call_sound: Kept = "180d"
    """How each call sounded, of its timeline."""
    sound_check: Kept = "90d"
    """What agents' checks before a shift found."""


class Dialling(_Part, kw_only=True, frozen=True):
    """Whom the centre may call (router/core/dialling.py)."""

    countries: list[str] = []
    """ISO codes; none: the countries of our own lines."""
    also: list[str] = []
    typed_an_hour: int = 20
    """Typed numbers that one account may hand callers to within an hour; 0: none."""
    asked_an_hour: int = 60
    """Numbers of the centre's own (interpreters, `outside`) that one account may ask into calls
    within an hour; 0: none."""
    written_an_hour: int = 40
    """Texts and mails to people of incidents, not as the answer to one in hand, that one account
    may write within an hour; 0: none."""
    calls_a_day: int = 200
    """Calls that one agent may make within a day; an S1 or S2 is never held back. 0: those only."""
    calls_per_second: float = 1.0
    """Calls that the carrier's account starts; the others wait their turn. 0: no limit."""
    machines: bool = True
    """Whether the carrier listens whether a machine answered (it charges for that)."""


class Stage(_Part, kw_only=True, frozen=True):
    """A stage of training: contacts of that tier or a higher number only (0 = all, 1 = S2 to S4,
    2 = S3 and S4)."""

    word: str
    floor: int = 0


def _stages() -> dict[str, Stage]:
    return {
        "trainee": Stage(word="in training", floor=2),
        "junior": Stage(word="junior", floor=1),
        "full": Stage(word="full"),
    }


class Choice(_Part, kw_only=True, frozen=True):
    code: str
    word: str


class Disposition(Choice, kw_only=True, frozen=True):
    """How a contact ended, as agents say it."""

    asks_next: bool = False
    """Whoever chooses it says what has to happen next in the incident."""
    hands_off: bool = False
    """It is chosen already where the incident is being handed off, or was."""
    ends: str = ""
    """The incident is resolved with it, for this reason (router.core.incident), unless they say
    otherwise, or something keeps it open; empty: not."""
    channels: list[Channel] = []
    """Only contacts of these end so ("Nobody on the line"); empty: all."""


class IncidentType(Choice, kw_only=True, frozen=True):
    """What an incident is about, as agents say it."""


class PauseReason(Choice, kw_only=True, frozen=True):
    """Why an agent pauses."""

    rings_for_s1: bool = True
    """Whether an S1 that nobody ready may take rings for them while they are at their desk."""


class Config(_Part, kw_only=True, frozen=True):
    """Everything that a centre decides for itself."""

    name: str = "Incident Safety"
    zone: str = "UTC"
    max_sms: int = 4
    max_email: int = 5
    reserve: int = 0
    s1_first: int = 2
    s1_round: int = 3
    ageing: int = 4
    hide_listening: bool = False
    """Agents do not see who listens to their call; who whispers or takes part they always see."""
    outside_countries: list[str] = []
    dialling: Dialling = Dialling()
    closed_answer: str = CLOSED_ANSWER
    calendars: dict[str, Hours] = {}
    on_call: list[OnCall] = []
    outside: list[OutsideNumber] = []
    interpreters: dict[str, str] = {}
    """Numbers of interpreters by language (ISO 639), which agents ask in with one press."""
    callers: Callers = Callers()
    lines: list[Line]
    queues: dict[str, Queue]
    words: dict[str, Words] = {}
    triage: Triage = Triage()
    targets: dict[str, Target]
    timing: Timing = Timing()
    callbacks: CallbackRules = CallbackRules()
    incidents: Incidents = Incidents()
    hand_off: HandOffRules = HandOffRules()
    help: HelpTimes = HelpTimes()
    snippets: list[Snippet] = []
    """From a file of their own (snippets.toml)."""
    cards: list[Card] = []
    """From a file of their own (guidance.toml)."""
    retention: Retention = Retention()
    stages: dict[str, Stage] = msgspec.field(default_factory=_stages)
    dispositions: list[Disposition]
    pause_reasons: list[PauseReason]
    incident_types: list[IncidentType] = []

    def quiet(self) -> list[str]:
        """Reasons for a pause in which not even an S1 rings; a desk that failed its own test has
        no sound that could."""
        chosen = [one.code for one in self.pause_reasons if not one.rings_for_s1]
        return sorted({*chosen, "self_test_failed"})

    def target_ms(self) -> dict[Severity, dict[Channel, int]]:
        """Answer targets in ms."""
        return {
            Severity(int(key[1])): {
                Channel.VOICE: duration_ms(target.voice),
                Channel.SMS: duration_ms(target.sms),
                Channel.EMAIL: duration_ms(target.email),
            }
            for key, target in self.targets.items()
        }

    def steps(self, queue: str, severity: Severity, *, outside: bool = False) -> list[ladder.Rung]:
        """The whole ladder of a queue for a severity; outside: it ends as an S1's does."""
        found = self.queues[queue]
        wanted = found.ladders.get(f"S{int(severity)}", found.ladder)
        wanted = wanted or [LadderStep(needs=found.needs)]
        steps = [
            ladder.Rung(
                dict(parse_need(need) for need in step.needs),
                duration_ms(step.span) if step.span else None,
            )
            for step in wanted
        ]
        return ladder.complete(steps, Severity.S1 if outside else severity)

    @property
    def own_language(self) -> str:
        """What everybody here speaks: the first language of the first line."""
        return self.lines[0].languages[0] if self.lines[0].languages else "en"

    @property
    def asked_languages(self) -> frozenset[str]:
        """The languages that a contact may need: all that this file names, but for our own."""
        named = {language for line in self.lines for language in line.languages}
        named |= {queue.language for queue in self.queues.values()}
        named |= {*self.interpreters, *self.triage.queues} & SPOKEN.keys()
        return frozenset(named - {"", self.own_language})

    def asking_ms(self, severity: Severity) -> int:
        """How long to look only for agents with the skills that are asked for."""
        return duration_ms(self.triage.skills_for.get(f"S{int(severity)}", "0s"))

    def promote_at(self, order_at: int, severity: Severity, channel: Channel) -> int:
        """When a contact of the last tier that is still waiting continues as an S2."""
        return order_at + self.ageing * self.target_ms()[severity][channel]

    def line_default(self, line: Line) -> LineDefault:
        menu: Mapping[str, Verdict] = {
            digit: Verdict(Severity(key.severity), key.queue, f"menu {digit}: {key.word}")
            for digit, key in line.menu.items()
        }
        return LineDefault(line.word, Severity(line.severity), line.queue, menu)

    def word_rules(self) -> list[WordRule]:
        return [
            WordRule(
                name.replace("_", " "),
                Severity(rule.severity),
                rule.queue,
                compile_words(rule.words),
            )
            for name, rule in self.words.items()
        ]
