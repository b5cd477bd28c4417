"""What counts as what: the counts of a day, and the service level they make. Pure; the one rule.

The index counts as things happen (router/live/lua/order/figures.lua; its table of endings and its
limit are made from this file) and tells the facts with each event. `words_of` counts the same once
more from those facts: `holdfast recount`. Whatever shows a service level asks `level`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

import msgspec

from .contact import Outcome

SHORT_MS = 5_000
"""Who hangs up within this time has hardly waited: a wrong number, a pocket."""

ENDINGS: Mapping[str, str] = {
    str(Outcome.ABANDONED): "abandoned",
    str(Outcome.VOICEMAIL): "left",
    str(Outcome.CALLBACK): "left",
}
"""What an end counts as that came before anybody answered. Who hangs up while a number outside
rings, before anybody there has pressed the key, has *left* too; who hangs up in the menu counts
nowhere."""

Variant = Literal["A", "B", "C", "D", "E", "F"]

VARIANTS: Mapping[Variant, str] = {
    "A": "early abandons credited",
    "B": "answered only",
    "C": "all abandons hurt",
    "D": "early abandons ignored",
    "E": "short credited",
    "F": "short removed",
}
DEFAULT: Variant = "F"
ALL: Variant = "C"
"""Beside the default for S1, where nobody who hung up is to be forgotten."""


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event tells so that it can be counted again. Times are ms."""

    severity: int
    ours: bool = False
    """We called them."""
    promised: bool = False
    """... because we had promised to."""
    closed: bool = False
    """Their queue was closed when they came."""
    answered: bool = False
    """Of an end: somebody had answered before."""
    by_machine: bool = False
    """Of an answer: at a number outside that asks for no key."""
    outside: bool = False
    """Of an end: it rang at a number outside."""
    last: bool = False
    """Of the end of a promised call: no try follows."""
    in_target: bool = False
    waited_ms: float | None = None
    """Of an end: since they entered the queue; None: they never did."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one severity, or one row: how many."""

    queued: int = 0
    answered: int = 0
    in_target: int = 0
    """Of those who were answered."""
    abandoned: int = 0
    abandoned_in_target: int = 0
    """Of those: before the target had passed."""
    short: int = 0
    """Of those: within SHORT_MS."""
    left: int = 0
    """Ended at a voicemail, at a number outside without a key pressed, or with a promise."""
    kept: int = 0
    """Promised calls that reached their person."""
    unreached: int = 0
    """... that did not, and nothing follows."""

    @classmethod
    def of(cls, today: Mapping[str, int], severity: int, *, closed: bool = False) -> Self:
        """From the counts of a day, as the index names them."""
        row = f"{severity}:closed_" if closed else f"{severity}:"
        return cls(*(today.get(row + word, 0) for word in WORDS))

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, word) + getattr(other, word) for word in WORDS))


WORDS = tuple(field.name for field in fields(Counts))


def day_number(now: int, zone: str) -> int:
    """The day of a moment (ms) in a zone, as the index numbers days: 0 is 1 January 1970."""
    here = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    return here.date().toordinal() - date(1970, 1, 1).toordinal()


def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """First moment of a day in a zone and of the next, ms since 1970."""
    where = ZoneInfo(zone)
    begin, end = (
        datetime(one.year, one.month, one.day, tzinfo=where)
        for one in (day, day + timedelta(days=1))
    )
    return round(begin.timestamp() * 1000), round(end.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a page shows of a severity, and of whom it is: `number` is the figure, `has`
    says of each event whether it is one of those, so that a list of them has as many rows."""

    of: tuple[str, ...] = ()
    """Counts of the day whose sum it is; no event adds to two of them."""
    but: str | None = None
    """Less those who count as this, too."""
    late: bool = False
    """And those who wait past their target now, for an answer that will stand in the service
    level."""
    late_apart: bool = False
    """And those who wait past it for another: of a promised call, in closed hours, or once more."""

    def number(
        self, today: Mapping[str, int], severity: int, late: int = 0, late_apart: int = 0
    ) -> int:
        """From the counts of a day, as the index names them."""

        def count(word: str) -> int:
            return today.get(f"{severity}:{word}", 0)

        less = count(self.but) if self.but else 0
        waits = late * self.late + late_apart * self.late_apart
        return sum(map(count, self.of)) - less + waits

    def has(self, words: Collection[str], severity: int) -> bool:
        """`words`: what the event adds to, by `words_of`."""
        if self.but and f"{severity}:{self.but}" in words:
            return False
        return any(f"{severity}:{word}" in words for word in self.of)


_CAME = ("answered", "abandoned", "left")

FIGURES: Mapping[str, Figure] = {
    "offered": Figure(("queued",)),
    **{word: Figure((word,)) for word in ("answered", "in_target", "abandoned", "short", "left")},
    **{word: Figure((word,)) for word in ("kept", "unreached")},
    "late": Figure(late=True),
    "late_apart": Figure(late_apart=True),
    "level": Figure(_CAME, but="short", late=True),
    "all": Figure(_CAME, late=True),
    **{f"closed_{word}": Figure((f"closed_{word}",)) for word in _CAME},
}
"""By the names that pages have for them (`today` of docs/desk-protocol.md; `level` and `all`: of
how many the service levels F and C are)."""


def words_of(name: str, outcome: str | None, facts: Facts) -> list[str]:
    """What an event adds one to, as the index names it ('2:answered', '3:closed_left')."""
    row = f"{facts.severity}:closed_" if facts.closed else f"{facts.severity}:"
    return [row + word for word in _words(name, outcome, facts)]


def _words(name: str, outcome: str | None, facts: Facts) -> list[str]:
    match name:
        case "contact.queued":
            return [] if facts.ours else ["queued"]
        case "contact.answered" if facts.ours:
            return ["kept"] if facts.promised else []
        case "contact.answered" if facts.by_machine:
            return ["left"]
        case "contact.answered":
            return ["answered", "in_target"] if facts.in_target else ["answered"]
        case "contact.ended" if not facts.answered:
            return _ended(outcome or "", facts)
    return []


def _ended(outcome: str, facts: Facts) -> list[str]:
    if facts.ours:
        return ["unreached"] if outcome == Outcome.NOT_REACHED and facts.last else []
    word = ENDINGS.get(outcome)
    if word is None or word == "left":
        return [word] if word else []
    if facts.outside:
        return ["left"]
    if facts.waited_ms is None:
        return []
    early = ["abandoned_in_target"] if facts.in_target else []
    return ["abandoned", *early, *(["short"] if facts.waited_ms <= SHORT_MS else [])]


def level(counts: Counts, variant: Variant = DEFAULT, *, late: int = 0) -> tuple[int, int]:
    """A service level as a fraction, (of whom it is true, of how many); (0, 0): of nobody.

    `late`: those who still wait, past their target; a live board counts them as missed already.
    *Left* stands in every denominator but that of B, which is of the answered only.
    """
    inside, missed = counts.in_target, counts.left + late
    came = counts.answered + counts.abandoned + missed
    match variant:
        case "A":
            return inside + counts.abandoned_in_target, came
        case "B":
            return inside, counts.answered
        case "C":
            return inside, came
        case "D":
            return inside, came - counts.abandoned_in_target
        case "E":
            return inside + counts.short, came
        case "F":
            return inside, came - counts.short
