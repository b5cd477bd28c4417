"""The terms on which somebody works here: stage of training, contract, weekly shift. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from router.core.config import Config

FULL = "full"
MOST_CAREFUL = 2
"""Floor of a stage that the configuration does not know (any more)."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"^([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one account. Dates are days in the centre's zone, the last one included."""

    stage: str = FULL
    contract_from: str | None = None
    contract_to: str | None = None
    shift: str = ""
    """Hours of a week: "Mon-Fri 09:00-17:00, Sat 22:00-06:00"; empty = any."""
    buddy: str | None = None
    """While they are in training: the account that may listen to their calls and whisper to them,
    and to nobody else's."""
    team: str = ""
    lead: str | None = None
    """The account to which their incidents go if they no longer work here; None: a supervisor's."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a shift: day of the week (0 = Monday) and minutes of the day; an end that is not
    after the beginning is on the next day."""

    day: int
    begin: time
    end: time


def parse_shift(text: str) -> list[Span]:
    """'Mon-Fri 09:00-17:00, Sat 10:00-14:00' -> its spans.

    Raises:
        ValueError: names the part that cannot be read.
    """
    spans = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        hit = _PART.match(part.casefold())
        try:
            if hit is None:
                raise ValueError
            first, last = (DAYS.index(day) for day in (hit[1], hit[2] or hit[1]))
            begin, end = time(int(hit[3]), int(hit[4])), time(int(hit[5]), int(hit[6]))
        except ValueError:
            raise ValueError(f"{part!r} is not hours such as 'Mon-Fri 09:00-17:00'") from None
        spans += [Span((first + n) % 7, begin, end) for n in range((last - first) % 7 + 1)]
    return spans


def shift_window(text: str, now_ms: int, zone: str) -> tuple[int, int] | None:
    """Begin and end (ms) of the present shift, else of the next; None = no hours are set.

    Hours are those of the zone's clocks: a shift over a change of the clocks is longer or shorter
    by that hour. One that begins when another ends, or before, is the same shift.
    """
    spans = parse_shift(text)
    if not spans:
        return None
    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(here).date()
    found = []
    for days in range(-1, 8):
        day = today + timedelta(days=days)
        for span in spans:
            if span.day == day.weekday():
                over = timedelta(days=1) if span.end <= span.begin else timedelta()
                found.append((_ms(day, span.begin, here), _ms(day + over, span.end, here)))
    begin, end = min(window for window in found if window[1] > now_ms)
    for window in sorted(found):
        if begin <= window[0] <= end:
            end = max(end, window[1])
    return begin, end


def _ms(day: date, at: time, here: ZoneInfo) -> int:
    return int(datetime.combine(day, at, here).timestamp() * 1000)


def day_of(now_ms: int, zone: str) -> str:
    """The date in the centre's zone."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def barred(terms: Terms, today: str) -> str | None:
    """Why this account may not sign in today, in words; None = it may."""
    if terms.contract_from is not None and today < terms.contract_from:
        return f"Your contract begins on {terms.contract_from}."
    if terms.contract_to is not None and today > terms.contract_to:
        return f"Your contract ended on {terms.contract_to}. Ask your supervisor."
    return None


def works_here(terms: Terms, *, active: bool, today: str) -> bool:
    """Whether they can be given something to do: whoever begins later can, nobody who has left."""
    return active and (terms.contract_to is None or today <= terms.contract_to)


def faults(terms: Terms, stages: list[str]) -> list[str]:
    """The impossible parts of these terms, each as 'name: what'."""
    found = []
    if terms.stage not in stages:
        found.append(f"stage: {terms.stage!r}; choose one of {', '.join(stages)}")
    for name in ("contract_from", "contract_to"):
        day = getattr(terms, name)
        try:
            if day is not None and date.fromisoformat(day).isoformat() != day:
                raise ValueError
        except ValueError:
            found.append(f"{name}: {day!r} is not a day such as 2026-11-30")
    if not found and (terms.contract_from or "") > (terms.contract_to or "9999"):
        found.append("contract_to: before contract_from")
    try:
        parse_shift(terms.shift)
    except ValueError as error:
        found.append(f"shift: {error}")
    return found


def floor_of(terms: Terms, config: Config) -> int:
    """The floor of their stage of training."""
    stage = config.stages.get(terms.stage)
    return stage.floor if stage else MOST_CAREFUL


def duty_of(terms: Terms, config: Config, now_ms: int) -> dict[str, Any]:
    """What the index and the pages need to know of these terms."""
    stage = config.stages.get(terms.stage)
    window = shift_window(terms.shift, now_ms, config.zone)
    return {
        "floor": floor_of(terms, config),
        "stage": stage.word if stage else terms.stage,
        "buddy": terms.buddy if terms.stage != FULL else None,
        "shift_from": window[0] if window else None,
        "shift_to": window[1] if window else None,
    }
