"""When somebody may be called by their own clock: not at night, unless it is urgent. Pure.

The zone is that which somebody wrote down of the incident, else those of the number's area. One in
thirteen North American area codes is in several: then the hour has to be right in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from .opening import read_span

QUARTER_MS, AHEAD, DAY_MS = 15 * 60_000, 4 * 48, 24 * 3_600_000


def within(at: float, zones: Sequence[str], hours: str) -> bool:
    """Whether that moment (ms) is in these hours ("08:00-21:00") in each of the zones. Without a
    zone or hours nobody knows, or asks: it is."""
    if not hours:
        return True
    span = read_span(hours)
    for zone in zones:
        there = _local(at, zone)
        minute = there.hour * 60 + there.minute
        if not (span.begin <= minute < span.end or minute + 1440 < span.end):
            return False
    return True


def next_within(at: float, zones: Sequence[str], hours: str) -> int | None:
    """That moment, or the first quarter of an hour after it that is in these hours everywhere, ms;
    an hour that a clock skips is passed over. None: within two days the zones never agree."""
    if within(at, zones, hours):
        return int(at)
    first = (int(at) // QUARTER_MS + 1) * QUARTER_MS
    moments = (first + n * QUARTER_MS for n in range(AHEAD))
    return next((moment for moment in moments if within(moment, zones, hours)), None)


def next_window(at: float, zones: Sequence[str], hours: str) -> int:
    """The beginning of the next such hours, not of those in which that moment (ms) is; a day later
    where nobody knows."""
    first = (int(at) // QUARTER_MS + 1) * QUARTER_MS
    left = not within(at, zones, hours)
    for moment in (first + n * QUARTER_MS for n in range(AHEAD)):
        inside = within(moment, zones, hours)
        if inside and left:
            return moment
        left = left or not inside
    return int(at) + DAY_MS


def clock(at: float, zone: str) -> str:
    """ "23:10" there."""
    return f"{_local(at, zone):%H:%M}"


def _local(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
