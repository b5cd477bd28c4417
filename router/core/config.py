"""The centre's configuration as typed values; reading files is holdfast/settings.py's work.

Unknown keys are errors, and all faults are told at once with their key paths (`faults`).
Durations are texts with units: "20s", "5m", "4h", "500ms".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from . import ladder
from .opening import (
    CLOSED_ANSWER,
    Hours,
    OnCall,
    Outside,
    after_hours_faults,
    answer_faults,
    hours_faults,
    number_faults,
    zone_faults,
)
from .severity import Channel, Severity
from .skills import Skills, parse_need
from .triage import LineDefault, Verdict, WordRule, compile_words

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LONGEST_MS = 366 * 86_400_000
MAY_BE_ZERO = ("cool_down", "cool_down_s1", "hold_s2", "hold_s3", "hold_s4")
"""Times of `Timing` that a centre may do without; all others have to pass."""


def duration_ms(text: str) -> int:
    """'20s' -> 20000.

    Raises:
        ValueError: no number with a unit.
    """
    hit = _DURATION.match(text.strip())
    if not hit:
        raise ValueError(f"{text!r} is not a duration such as '20s', '5m' or '4h'")
    return int(float(hit.group(1)) * _UNIT_MS[hit.group(2)])


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
    greeting: list[str] = []
    menu_prompt: list[str] = []
    menu: dict[str, MenuKey] = {}


class LadderStep(_Part, kw_only=True, frozen=True):
    needs: list[str] = []
    span: str = msgspec.field(name="for", default="")


class Queue(_Part, kw_only=True, frozen=True):
    """What its contacts need: `needs`, or a ladder of steps, or a ladder per severity."""

    word: str
    needs: list[str] = []
    ladder: list[LadderStep] = []
    ladders: dict[str, list[LadderStep]] = {}
    wrapup: str = "30s"
    calendar: str = ""
    """None = always open."""
    after_hours: dict[str, str] = {}
    """S2 to S4: wait (the usual), message or on_call. An S1 never closes."""


class Words(_Part, kw_only=True, frozen=True):
    severity: int
    queue: str
    words: list[str]


class Target(_Part, kw_only=True, frozen=True):
    voice: str
    sms: str
    email: str


class Timing(_Part, kw_only=True, frozen=True):
    """Deadlines of states (docs/routing.md, "Offer" and "Deadlines")."""

    ring_s1: str = "8s"
    ring_voice: str = "15s"
    ring_text: str = "60s"
    connect: str = "8s"
    wrapup_extension: str = "30s"
    menu: str = "20s"
    hold_loop: str = "25s"
    stream_idle: str = "25s"
    come_back: str = "30s"
    agent_lease: str = "12s"
    lost_to_offline: str = "2m"
    cool_down: str = "30s"
    cool_down_s1: str = "10s"
    dial: str = "25s"
    text_idle: str = "30m"
    parked: str = "72h"
    parked_call: str = "20m"
    self_test: str = "5s"
    miss_forgotten: str = "30m"
    hold_s2: str = "10s"
    hold_s3: str = "30s"
    hold_s4: str = "120s"
    outside_ring: str = "20s"
    acknowledge: str = "8s"
    outside_talk: str = "4h"
    voicemail: str = "2m"


class CallbackRules(_Part, kw_only=True, frozen=True):
    """Promised calls (docs/routing.md, "Promised calls")."""

    key: str = "1"
    tries: int = 3
    again_after: list[str] = msgspec.field(default_factory=lambda: ["5m", "30m"])
    longest: str = "7d"

    def again_ms(self, tried: int) -> int:
        """How long after try number `tried` (from 1) the next one comes."""
        return duration_ms(self.again_after[min(tried, len(self.again_after)) - 1])


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


class Config(_Part, kw_only=True, frozen=True):
    """Everything that a centre decides for itself."""

    name: str = "Incident Safety"
    zone: str = "UTC"
    max_sms: int = 4
    max_email: int = 5
    reserve: int = 0
    s1_round: int = 3
    promise: int = 4
    outside_countries: list[str] = []
    closed_answer: str = CLOSED_ANSWER
    calendars: dict[str, Hours] = {}
    on_call: list[OnCall] = []
    outside: list[Outside] = []
    lines: list[Line]
    queues: dict[str, Queue]
    words: dict[str, Words] = {}
    targets: dict[str, Target]
    timing: Timing = Timing()
    callbacks: CallbackRules = CallbackRules()
    stages: dict[str, Stage] = msgspec.field(default_factory=_stages)
    dispositions: list[Choice]
    pause_reasons: list[Choice]

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

    def steps(self, queue: str, severity: Severity, *, outside: bool = False) -> list[ladder.Step]:
        """The whole ladder of a queue for a severity; outside: it ends as that of an S1 does."""
        found = self.queues[queue]
        wanted = found.ladders.get(f"S{int(severity)}", found.ladder)
        wanted = wanted or [LadderStep(needs=found.needs)]
        steps = [
            ladder.Step(
                dict(parse_need(need) for need in step.needs),
                duration_ms(step.span) if step.span else None,
            )
            for step in wanted
        ]
        return ladder.complete(steps, Severity.S1 if outside else severity)

    def promote_at(self, order_at: int, severity: Severity, channel: Channel) -> int:
        """When a contact of the last tier that still waits goes on as an S2."""
        return order_at + self.promise * self.target_ms()[severity][channel]

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


def _ladder_faults(path: str, steps: list[LadderStep]) -> list[str]:
    found: list[str] = []
    before: Skills | None = None
    for index, step in enumerate(steps):
        where = f"{path}[{index}]" if len(steps) > 1 else path
        needs: dict[str, int] = {}
        for need in step.needs:
            try:
                name, level = parse_need(need)
                needs[name] = level
            except ValueError as error:
                found.append(f"{where}: {error}")
        if step.span:
            try:
                duration_ms(step.span)
            except ValueError as error:
                found.append(f"{where}.for: {error}")
        elif index < len(steps) - 1:
            found.append(f"{where}.for: missing; only the last step has no end")
        if before is not None and not ladder.widens(before, needs):
            found.append(f"{where}: needs more than the step before; steps only widen")
        before = needs
    return found


def _twice(path: str, values: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What is written again where it has to tell one entry from another; values: (where, what)."""
    seen: set[str] = set()
    for where, value in values:
        if value and value in seen:
            yield f"{path}{where}: {value!r} is used already"
        seen.add(value)


def _list_faults(config: Config) -> Iterator[str]:
    """Lists without which nobody can work, and names in them that have to differ."""
    for key, entries in (
        ("lines", config.lines),
        ("dispositions", config.dispositions),
        ("pause_reasons", config.pause_reasons),
    ):
        if not entries:
            yield f"{key}: at least one is needed"
    for field in ("name", "number", "mail"):
        values = [getattr(line, field).casefold() for line in config.lines]
        yield from _twice("lines", ((f"[{n}].{field}", it) for n, it in enumerate(values)))
    for key, choices in (
        ("dispositions", config.dispositions),
        ("pause_reasons", config.pause_reasons),
    ):
        yield from _twice(key, ((f"[{n}].code", it.code) for n, it in enumerate(choices)))


def faults(config: Config) -> list[str]:
    """Every fault of meaning, each with its key path; empty when the file can be used."""
    found: list[str] = list(_list_faults(config))
    try:
        ZoneInfo(config.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(f"zone: no zone {config.zone!r}; give an IANA name such as 'Europe/Berlin'")

    def check_duration(path: str, text: str, least: int = 0) -> None:
        try:
            span = duration_ms(text)
        except ValueError as error:
            found.append(f"{path}: {error}")
            return
        if span < least:
            found.append(f"{path}: {text!r} is no time; it has to be longer")
        if span > LONGEST_MS:
            found.append(f"{path}: {text!r} is longer than a year")

    def check_queue(path: str, queue: str) -> None:
        if queue not in config.queues:
            found.append(f"{path}: no queue {queue!r}; known: {', '.join(sorted(config.queues))}")

    def check_severity(path: str, severity: int) -> None:
        if severity not in (1, 2, 3, 4):
            found.append(f"{path}: severity {severity} is not 1 to 4")

    found += zone_faults("zone", config.zone)
    for key in ("S1", "S2", "S3", "S4"):
        if key not in config.targets:
            found.append(f"targets.{key}: missing")
    for key, target in config.targets.items():
        if key not in ("S1", "S2", "S3", "S4"):
            found.append(f"targets.{key}: not a severity (S1 to S4)")
        for channel in Channel:
            check_duration(f"targets.{key}.{channel}", getattr(target, channel))
    for field in Timing.__struct_fields__:
        least = 0 if field in MAY_BE_ZERO else 1
        check_duration(f"timing.{field}", getattr(config.timing, field), least)
    found += answer_faults("closed_answer", config.closed_answer)
    for name, hours in config.calendars.items():
        found += hours_faults(f"calendars.{name}", hours)
    found += number_faults(
        config.on_call,
        config.outside,
        config.outside_countries,
        list(config.calendars),
        {line.number for line in config.lines},
    )
    for name, queue in config.queues.items():
        check_duration(f"queues.{name}.wrapup", queue.wrapup)
        if queue.calendar and queue.calendar not in config.calendars:
            known = ", ".join(sorted(config.calendars)) or "none"
            found.append(f"queues.{name}.calendar: no calendar {queue.calendar!r}; known: {known}")
        found += after_hours_faults(f"queues.{name}.after_hours", queue.after_hours, queue.calendar)
        ladders = {"needs": [LadderStep(needs=queue.needs)], "ladder": queue.ladder}
        ladders |= {f"ladders.{key}": steps for key, steps in queue.ladders.items()}
        for key in queue.ladders:
            if key not in ("S1", "S2", "S3", "S4"):
                found.append(f"queues.{name}.ladders.{key}: not a severity (S1 to S4)")
        for key, steps in ladders.items():
            found += _ladder_faults(f"queues.{name}.{key}", steps)
    for index, line in enumerate(config.lines):
        path = f"lines[{index}]"
        check_queue(f"{path}.queue", line.queue)
        check_severity(f"{path}.severity", line.severity)
        if not line.number and not line.mail:
            found.append(f"{path}: needs a number or a mail address")
        if line.number and not re.fullmatch(r"\+[1-9]\d{6,14}", line.number):
            found.append(f"{path}.number: {line.number!r} is not E.164, such as '+12065550100'")
        if line.severity == 1 and line.menu:
            found.append(f"{path}.menu: a line for emergencies (severity 1) has no menu")
        for digit, menu_key in line.menu.items():
            if not re.fullmatch(r"[0-9*#]", digit):
                found.append(f"{path}.menu.{digit}: not a key of a telephone")
            check_queue(f"{path}.menu.{digit}.queue", menu_key.queue)
            check_severity(f"{path}.menu.{digit}.severity", menu_key.severity)
    for name, words in config.words.items():
        check_queue(f"words.{name}.queue", words.queue)
        check_severity(f"words.{name}.severity", words.severity)
    if config.callbacks.key and not re.fullmatch(r"[0-9*#]", config.callbacks.key):
        found.append('callbacks.key: not a key of a telephone; "" offers none')
    for name, stage in config.stages.items():
        if not 0 <= stage.floor <= 2:
            found.append(f"stages.{name}.floor: must be 0 to 2")
    if "full" not in config.stages:
        found.append("stages.full: missing; it is the stage of who is not in training")
    if not 1 <= config.callbacks.tries <= 10:
        found.append("callbacks.tries: must be 1 to 10")
    check_duration("callbacks.longest", config.callbacks.longest)
    if not config.callbacks.again_after:
        found.append("callbacks.again_after: needs at least one time")
    for index, span in enumerate(config.callbacks.again_after):
        check_duration(f"callbacks.again_after[{index}]", span)
    for field, least, most in (
        ("max_sms", 1, 4),
        ("max_email", 1, 6),
        ("reserve", 0, 1000),
        ("s1_round", 1, 10),
        ("promise", 1, 100),
    ):
        if not least <= getattr(config, field) <= most:
            found.append(f"{field}: must be {least} to {most}")
    return found
