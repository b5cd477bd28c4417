"""What is wrong with a configuration: every fault of meaning at once, each with its key path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from . import ladder
from .caller_faults import caller_faults
from .config import Config, LadderStep
from .current import dialling_of
from .departments import department_faults
from .dialling import MEND, Refusal, is_country
from .durations import duration_faults, duration_ms
from .incident import REASONS
from .languages import SPOKEN
from .opening import (
    after_hours_faults,
    answer_faults,
    hours_faults,
    number_faults,
    read_span,
    zone_faults,
)
from .severity import Channel
from .skills import Skills, parse_need

TRIAGE_KEYS = ("S1", "S2", "S3", "S4", "vet", "home", "safety", "claims", "es")
"""The means by which a text may be sent to a queue."""


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
        if not step.span and index < len(steps) - 1:
            found.append(f"{where}.for: missing; only the last step has no end")
        if before is not None and not ladder.widens(before, needs):
            found.append(f"{where}: needs more than the step before; steps only widen")
        before = needs
    return found


def _twice(path: str, values: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Values that repeat where they have to tell one entry from another; values: (where, what)."""
    seen: set[str] = set()
    for where, value in values:
        if value and value in seen:
            yield f"{path}{where}: {value!r} is used already"
        seen.add(value)


def _list_faults(config: Config) -> Iterator[str]:
    """Lists that nobody can work without, and names in them that have to differ."""
    for key, entries in (
        ("lines", config.lines),
        ("dispositions", config.dispositions),
        ("pause_reasons", config.pause_reasons),
        ("incident_types", config.incident_types),
    ):
        if not entries:
            yield f"{key}: at least one is needed"
    for field in ("name", "number", "mail"):
        values = [getattr(line, field).casefold() for line in config.lines]
        yield from _twice("lines", ((f"[{n}].{field}", it) for n, it in enumerate(values)))
    for key, choices in (
        ("dispositions", config.dispositions),
        ("pause_reasons", config.pause_reasons),
        ("incident_types", config.incident_types),
    ):
        yield from _twice(key, ((f"[{n}].code", it.code) for n, it in enumerate(choices)))


def dialling_faults(config: Config) -> Iterator[str]:
    """Countries that do not exist, and numbers in the file that may not be called."""
    for index, country in enumerate(config.dialling.countries):
        if not is_country(country):
            yield f"dialling.countries[{index}]: {country!r} is not a country such as 'US' or 'GB'"
    for index, prefix in enumerate(config.dialling.also):
        if not re.fullmatch(r"\+[1-9]\d{0,14}", prefix):
            yield f"dialling.also[{index}]: {prefix!r} is not a prefix such as '+447700900'"
    if config.dialling.typed_an_hour < 0:
        yield f"dialling.typed_an_hour: {config.dialling.typed_an_hour} is below zero"
    if config.dialling.written_an_hour < 0:
        yield f"dialling.written_an_hour: {config.dialling.written_an_hour} is below zero"
    if config.dialling.asked_an_hour < 0:
        yield f"dialling.asked_an_hour: {config.dialling.asked_an_hour} is below zero"
    if not 0 <= config.dialling.calls_per_second <= 100:
        yield "dialling.calls_per_second: must be 0 to 100"
    if config.dialling.calls_a_day < 0:
        yield f"dialling.calls_a_day: {config.dialling.calls_a_day} is below zero"
    rule, ours = dialling_of(config), {line.number for line in config.lines}
    numbers = [(f"on_call[{n}]", entry.number) for n, entry in enumerate(config.on_call)]
    numbers += [(f"outside[{n}]", entry.number) for n, entry in enumerate(config.outside)]
    for language, number in config.interpreters.items():
        where = f"interpreters.{language}"
        if language not in SPOKEN:
            yield f"{where}: {language!r} is not a language such as 'es' (ISO 639-1)"
        if no := rule.refusal(number):
            wrong = "not E.164, such as '+12065550100'" if no.code == "bad_request" else _why(no)
            yield f"{where}: {number!r} is {wrong}"
    for where, number in numbers:
        no = None if number in ours else rule.refusal(number)  # that one is reported by itself
        if no is not None and no.code == "not_allowed":
            yield f"{where}.number: {_why(no)}"


def _why(no: Refusal) -> str:
    """Without the mend: nobody is asked for another number here."""
    return no.text.removesuffix(MEND).rstrip(" .")


def _waits_for_skills(config: Config) -> Iterator[str]:
    """An emergency may look for a skill alone for no longer than it may wait for anybody."""
    alone, target = config.triage.skills_for.get("S1"), config.targets.get("S1")
    if alone is None or target is None:
        return
    try:
        within = min(duration_ms(getattr(target, channel)) for channel in Channel)
        if duration_ms(alone) > within:
            yield f"triage.skills_for.S1: {alone!r} is longer than a target of targets.S1"
    except ValueError:
        return  # reported by itself


def faults(config: Config) -> list[str]:
    """Every fault of meaning, each with its key path; empty if the file can be used."""
    found: list[str] = [
        *_list_faults(config),
        *duration_faults(config),
        *_waits_for_skills(config),
    ]

    def check_queue(path: str, queue: str) -> None:
        if queue not in config.queues:
            found.append(f"{path}: no queue {queue!r}; known: {', '.join(sorted(config.queues))}")

    def check_severity(path: str, severity: int) -> None:
        if severity not in (1, 2, 3, 4):
            found.append(f"{path}: severity {severity} is not 1 to 4")

    found += zone_faults("zone", config.zone)
    found += [
        f"dispositions: {one.code} ends incidents as {one.ends}, but the reasons are"
        f" {', '.join(REASONS)}"
        for one in config.dispositions
        if one.ends and one.ends not in REASONS
    ]
    found += [
        f"dispositions: none for {channel}; let one be for all channels"
        for channel in Channel
        if config.dispositions
        and all(one.channels and channel not in one.channels for one in config.dispositions)
    ]
    for key in ("S1", "S2", "S3", "S4"):
        if key not in config.targets:
            found.append(f"targets.{key}: missing")
    for key in config.targets:
        if key not in ("S1", "S2", "S3", "S4"):
            found.append(f"targets.{key}: not a severity (S1 to S4)")
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
    found += dialling_faults(config)
    found += department_faults(config.hand_off, config.calendars)
    for name, queue in config.queues.items():
        if queue.calendar and queue.calendar not in config.calendars:
            known = ", ".join(sorted(config.calendars)) or "none"
            found.append(f"queues.{name}.calendar: no calendar {queue.calendar!r}; known: {known}")
        found += after_hours_faults(f"queues.{name}.after_hours", queue.after_hours, queue.calendar)
        if queue.needs and queue.ladder:
            found.append(f"queues.{name}.needs: has no effect beside a ladder; remove one of them")
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
            found.append(f"{path}.menu: a line for emergencies (severity 1) cannot have a menu")
        for digit, menu_key in line.menu.items():
            if not re.fullmatch(r"[0-9*#]", digit):
                found.append(f"{path}.menu.{digit}: not a key of a telephone")
            check_queue(f"{path}.menu.{digit}.queue", menu_key.queue)
            check_severity(f"{path}.menu.{digit}.severity", menu_key.severity)
    found += caller_faults(config)
    for key in config.triage.skills_for:
        if key not in ("S1", "S2", "S3", "S4"):
            found.append(f"triage.skills_for.{key}: not a severity (S1 to S4)")
    for key, goes_to in config.triage.queues.items():
        if key not in TRIAGE_KEYS:
            found.append(f"triage.queues.{key}: must be one of {', '.join(TRIAGE_KEYS)}")
        check_queue(f"triage.queues.{key}", goes_to)
    for name, words in config.words.items():
        check_queue(f"words.{name}.queue", words.queue)
        check_severity(f"words.{name}.severity", words.severity)
    if config.callbacks.key and not re.fullmatch(r"[0-9*#]", config.callbacks.key):
        found.append('callbacks.key: not a key of a telephone; "" offers none')
    for name, stage in config.stages.items():
        if not 0 <= stage.floor <= 2:
            found.append(f"stages.{name}.floor: must be 0 to 2")
    if "full" not in config.stages:
        found.append("stages.full: missing; it is the stage of agents who are not in training")
    for severity in range(1, 5):
        if len(config.callbacks.again.of(severity)) > 9:
            found.append(f"callbacks.again.S{severity}: at most 9, which are 10 tries")
    if config.callbacks.courtesy:
        try:
            read_span(config.callbacks.courtesy)
        except ValueError as error:
            found.append(f'callbacks.courtesy: {error}; "" asks nobody')
    for field, least, most in (
        ("max_sms", 1, 4),
        ("max_email", 1, 6),
        ("reserve", 0, 1000),
        ("s1_first", 1, 10),
        ("s1_round", 1, 10),
        ("ageing", 1, 100),
    ):
        if not least <= getattr(config, field) <= most:
            found.append(f"{field}: must be {least} to {most}")
    return found
