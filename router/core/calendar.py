"""When a centre is open: weekly hours and special days in a zone, as pure arithmetic.

Moments are ms since 1970. Hours follow the wall clock of that zone, and belong to the date on which
they begin: a span over midnight goes on into a holiday, and the day before a holiday closes early
only if the calendar says so. Daylight saving: a skipped hour begins and ends at the jump; an hour
that comes twice is open both times (opens at the first, closes at the second).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 1440
HORIZON_DAYS = 400
"""How far a change is looked for: beyond it nothing changes."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a date's wall clock; `end` beyond 1440 is on the next date."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly spans (Monday first); `special` replaces those of a date."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    words: Mapping[date, str] = field(default_factory=dict)
    """Why a date is special: 'Christmas Day'."""

    def open_at(self, moment: int) -> bool:
        """True if it is open at this moment; at its closing moment it is closed."""
        today = self._date(moment)
        return any(
            begin <= moment < end for begin, end in self._between(today - timedelta(1), today)
        )

    def next_open(self, moment: int) -> int | None:
        """The first opening after this moment; None if there is none for more than a year."""
        return self._next(moment, opens=True)

    def next_close(self, moment: int) -> int | None:
        """The first closing after this moment; None if it never closes."""
        return self._next(moment, opens=False)

    def next_change(self, moment: int) -> int | None:
        """The next moment at which it opens or closes; None if there is none."""
        return self.next_close(moment) if self.open_at(moment) else self.next_open(moment)

    def word_at(self, moment: int) -> str | None:
        """What is special about the date of this moment."""
        return self.words.get(self._date(moment))

    def _date(self, moment: int) -> date:
        return datetime.fromtimestamp(moment / 1000, self.zone).date()

    def _next(self, moment: int, *, opens: bool) -> int | None:
        first = self._date(moment) - timedelta(1)
        for begin, end in self._merged(first, first + timedelta(HORIZON_DAYS)):
            change = begin if opens else end
            if change > moment:
                beyond = end >= self._instant(first + timedelta(HORIZON_DAYS), 0, last=True)
                return None if not opens and beyond else change
        return None

    def _merged(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """Open stretches; spans that touch or overlap are one."""
        kept: tuple[int, int] | None = None
        for begin, end in self._between(first, last):
            if kept and begin <= kept[1]:
                kept = kept[0], max(kept[1], end)
                continue
            if kept:
                yield kept
            kept = begin, end
        if kept:
            yield kept

    def _between(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """The spans that begin on these dates, in order."""
        day = first
        while day <= last:
            for span in self.special.get(day, self.week[day.weekday()]):
                begin = self._instant(day, span.begin, last=False)
                end = self._instant(day, span.end, last=True)
                if begin < end:
                    yield begin, end
            day += timedelta(1)

    def _instant(self, day: date, minutes: int, *, last: bool) -> int:
        """The moment at which the wall clock shows it; last: the second time, if it comes twice."""
        days, rest = divmod(minutes, DAY_MIN)
        wall = datetime.combine(day + timedelta(days), time(rest // 60, rest % 60))
        there = wall.replace(tzinfo=self.zone, fold=int(last))
        moment = there.astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != wall:
            moment = self._jump(wall)
        return int(moment.timestamp()) * 1000

    def _jump(self, wall: datetime) -> datetime:
        """The moment at which the clock jumps over this reading."""
        early = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)  # by the offset after it
        late = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)  # by the offset before it
        before = early.astimezone(self.zone).utcoffset()
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) / 2
            if middle.astimezone(self.zone).utcoffset() == before:
                early = middle
            else:
                late = middle
        return late.replace(microsecond=0)
