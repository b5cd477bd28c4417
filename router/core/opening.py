"""Hours in the configuration: calendars, what happens after hours, the numbers outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from .calendar import DAY_MIN, Calendar, Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AFTER_HOURS = ("wait", "message", "on_call")
CLOSING = ("S2", "S3", "S4")
"""Severities that may find a queue closed: an S1 never does."""

CLOSED_ANSWER = (
    "{name}: thank you, we have your message. We are closed now.{opens} "
    "If anybody is in danger, call your local emergency number{emergency}."
)

_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PREFIX = re.compile(r"\+[1-9]\d{0,6}")


class _Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    pass


class SpecialDay(_Part, kw_only=True, frozen=True):
    """A date with hours of its own."""

    word: str
    hours: list[str]


class Hours(_Part, kw_only=True, frozen=True):
    """A calendar as written: days to spans, holidays to words, special days."""

    zone: str
    week: dict[str, list[str]]
    holidays: dict[str, str] = {}
    special: dict[str, SpecialDay] = {}


class OnCall(_Part, kw_only=True, frozen=True):
    """Somebody who is called when nobody here takes an emergency; tried in the order written."""

    name: str
    word: str
    number: str
    calendar: str = ""
    """When this person is on call; none = always."""
    language: str = "en"
    """What they are told in."""


class OutsideNumber(_Part, kw_only=True, frozen=True):
    """A number that agents may hand a caller to. acknowledge: the person who answers presses a
    key."""

    name: str
    word: str
    number: str
    acknowledge: bool = True
    language: str = "en"


def read_span(text: str) -> Span:
    """'22:00-06:00' -> minutes; an end at or before the beginning is on the next date.

    Raises:
        ValueError: not two times of a day.
    """
    hit = _SPAN.match(text.strip())
    if not hit:
        raise ValueError(f"{text!r} is not a span such as '08:00-20:00'")
    h1, m1, h2, m2 = map(int, hit.groups())
    if h1 > 23 or m1 > 59 or h2 > 24 or m2 > 59 or (h2 == 24 and m2):
        raise ValueError(f"{text!r} has no such time (00:00 to 24:00)")
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    return Span(begin, end if end > begin else end + DAY_MIN)


def read_days(text: str) -> list[int]:
    """'mon-fri', 'sat' or 'fri-mon' -> numbers of days, Monday = 0.

    Raises:
        ValueError: not days of a week.
    """
    first, dash, last = (part.strip() for part in text.lower().partition("-"))
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"{text!r} is not a day or days such as 'mon' or 'mon-fri'")
    begin = DAYS.index(first)
    many = (DAYS.index(last) - begin) % 7 + 1 if dash else 1
    return [(begin + n) % 7 for n in range(many)]


def read_calendar(hours: Hours) -> Calendar:
    """The calendar that a faultless table describes."""
    week: list[tuple[Span, ...]] = [()] * 7
    for days, spans in hours.week.items():
        for day in read_days(days):
            week[day] = tuple(sorted(map(read_span, spans), key=lambda s: s.begin))
    special = {date.fromisoformat(day): () for day in hours.holidays} | {
        date.fromisoformat(day): tuple(sorted(map(read_span, it.hours), key=lambda s: s.begin))
        for day, it in hours.special.items()
    }
    words = hours.holidays | {day: it.word for day, it in hours.special.items()}
    return Calendar(
        ZoneInfo(hours.zone),
        tuple(week),
        special,
        {date.fromisoformat(day): word for day, word in words.items()},
    )


def zone_faults(path: str, zone: str) -> Iterator[str]:
    """A zone that the clocks of this machine do not know."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"{path}: no zone {zone!r}; give an IANA name such as 'Europe/Berlin'"


def hours_faults(path: str, hours: Hours) -> Iterator[str]:
    """What is wrong with a calendar, each with its key path."""
    yield from zone_faults(f"{path}.zone", hours.zone)
    seen: dict[int, str] = {}
    for days, spans in hours.week.items():
        try:
            for day in read_days(days):
                if day in seen:
                    yield f"{path}.week.{days}: {DAYS[day]} is already in {seen[day]!r}"
                seen[day] = days
        except ValueError as error:
            yield f"{path}.week.{days}: {error}"
        yield from _span_faults(f"{path}.week.{days}", spans)
    if not any(hours.week.values()):
        yield f"{path}.week: never open; give at least one day hours"
    for written in (*hours.holidays, *hours.special):
        where = "holidays" if written in hours.holidays else "special"
        if not _is_date(written):
            yield f"{path}.{where}.{written}: not a date such as '2026-12-25'"
    for written, it in hours.special.items():
        if written in hours.holidays:
            yield f"{path}.special.{written}: this date is also among the holidays"
        yield from _span_faults(f"{path}.special.{written}.hours", it.hours)


def _is_date(written: str) -> bool:
    """Python also reads '20261225' and '2026-W52-5'; here a date has one spelling only."""
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return _DATE.fullmatch(written) is not None


def _span_faults(path: str, spans: list[str]) -> Iterator[str]:
    known: list[Span] = []
    for text in spans:
        try:
            span = read_span(text)
        except ValueError as error:
            yield f"{path}: {error}"
            continue
        if any(span.begin < other.end and other.begin < span.end for other in known):
            yield f"{path}: {text!r} overlaps another span of the same day"
        known.append(span)


def after_hours_faults(path: str, after: Mapping[str, str], calendar: str) -> Iterator[str]:
    """What is wrong with a queue's `after_hours`."""
    for key, what in after.items():
        if key == "S1":
            yield f"{path}.S1: an S1 never closes; it goes to the numbers on call"
        elif key not in CLOSING:
            yield f"{path}.{key}: not a severity (S2 to S4)"
        if what not in AFTER_HOURS:
            yield f"{path}.{key}: {what!r} is not one of {', '.join(AFTER_HOURS)}"
    if after and not calendar:
        yield f"{path}: has no effect without a calendar"


def answer_faults(path: str, words: str) -> Iterator[str]:
    """What is wrong with the words of the automatic answer."""
    try:
        words.format(name="", opens="", emergency="")
    except (KeyError, IndexError, ValueError, AttributeError):
        yield f"{path}: only {{name}}, {{opens}} and {{emergency}} may be in braces"


def number_faults(
    on_call: list[OnCall],
    outside: list[OutsideNumber],
    countries: list[str],
    calendars: list[str],
    ours: set[str],
) -> Iterator[str]:
    """What is wrong with the numbers outside; `ours`: those of the lines."""
    yield from _entry_faults("on_call", on_call, ours)
    yield from _entry_faults("outside", outside, ours)
    for index, person in enumerate(on_call):
        if person.calendar and person.calendar not in calendars:
            yield f"on_call[{index}].calendar: no calendar {person.calendar!r}"
    for index, prefix in enumerate(countries):
        if not _PREFIX.fullmatch(prefix):
            yield f"outside_countries[{index}]: {prefix!r} is not a prefix such as '+1' or '+49'"


def _entry_faults(
    key: str, entries: Sequence[OnCall | OutsideNumber], ours: set[str]
) -> Iterator[str]:
    names: set[str] = set()
    for index, entry in enumerate(entries):
        path = f"{key}[{index}]"
        if not re.fullmatch(r"[a-z0-9_]{1,32}", entry.name):
            yield f"{path}.name: {entry.name!r} is not 1 to 32 of a-z, 0-9 and _"
        if entry.name in names:
            yield f"{path}.name: {entry.name!r} is used already"
        names.add(entry.name)
        if not _E164.fullmatch(entry.number):
            yield f"{path}.number: {entry.number!r} is not E.164, such as '+12065550100'"
        elif entry.number in ours:
            yield f"{path}.number: {entry.number} is our own line: a caller would go in circles"
