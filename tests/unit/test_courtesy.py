"""By whose clock somebody is called, and when it is night there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.core.courtesy import clock, next_window, next_within, within
from router.core.dialling import zones_of

DAY = "08:00-21:00"
SEATTLE, NEW_YORK, MADRID = "America/Los_Angeles", "America/New_York", "Europe/Madrid"


def ms(text: str, zone: str = SEATTLE) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "zones", "hours", "may"),
    [
        ("2026-11-30T07:59", [SEATTLE], DAY, False),
        ("2026-11-30T08:00", [SEATTLE], DAY, True),
        ("2026-11-30T20:59", [SEATTLE], DAY, True),
        ("2026-11-30T21:00", [SEATTLE], DAY, False),
        ("2026-11-30T19:00", [SEATTLE, NEW_YORK], DAY, False),  # 22:00 in one of them
        ("2026-11-30T03:00", [], DAY, True),  # nobody knows where they are
        ("2026-11-30T03:00", [SEATTLE], "", True),  # the centre does not ask
        ("2026-11-30T03:00", [SEATTLE], "20:00-04:00", True),  # over midnight
        ("2026-11-30T04:00", [SEATTLE], "20:00-04:00", False),
    ],
)
def test_it_is_their_clock_that_counts(at: str, zones: list[str], hours: str, may: bool) -> None:
    assert within(ms(at), zones, hours) is may


@pytest.mark.parametrize(
    ("at", "zones", "there"),
    [
        ("2026-11-30T10:07", [SEATTLE], "2026-11-30T10:07"),
        ("2026-11-30T21:07", [SEATTLE], "2026-12-01T08:00"),
        ("2026-11-30T05:00", [SEATTLE, NEW_YORK], "2026-11-30T08:00"),
        ("2026-11-30T19:00", [SEATTLE, NEW_YORK], "2026-12-01T08:00"),
        # clocks go on and back that night
        ("2026-03-07T23:00", [SEATTLE], "2026-03-08T08:00"),
        ("2026-10-31T23:00", [SEATTLE], "2026-11-01T08:00"),
    ],
)
def test_the_next_hour_that_is_right_everywhere(at: str, zones: list[str], there: str) -> None:
    assert next_within(ms(at), zones, DAY) == ms(there)


def test_an_hour_that_the_clock_skips_is_passed_over() -> None:
    """02:00 to 03:00 are not there on that date."""
    found = next_within(ms("2026-03-08T00:00"), [SEATTLE], "02:00-02:45")
    assert found == ms("2026-03-09T02:00")


def test_zones_that_never_agree_have_no_hour() -> None:
    assert next_within(ms("2026-11-30T00:00"), [SEATTLE, MADRID], "10:00-11:00") is None


def test_a_number_has_the_zones_of_its_area() -> None:
    assert zones_of("+12065550142") == (SEATTLE,)
    assert len(zones_of("+12085550142")) == 2  # Idaho
    assert zones_of("nobody") == ()
    assert clock(ms("2026-11-30T23:10"), NEW_YORK) == "02:10"


def moment(text: str) -> int:
    """By UTC: on the two nights on which clocks go on and back, an hour there is none or is two."""
    return ms(text, "UTC")


@pytest.mark.parametrize(
    ("at", "hours", "may"),
    [
        # 2027-03-14: after 01:59 comes 03:00
        ("2027-03-14T09:59", "01:00-02:30", True),
        ("2027-03-14T10:00", "01:00-02:30", False),  # it is 03:00: 02:30 is over
        ("2027-03-14T10:00", "02:30-21:00", True),  # and has begun
        ("2027-03-14T10:00", "02:00-03:00", False),  # these are skipped
        # 2026-11-01: after 01:59 comes 01:00
        ("2026-11-01T08:30", "01:00-02:00", True),
        ("2026-11-01T09:30", "01:00-02:00", True),  # 01:30 for the second time
        ("2026-11-01T08:45", "08:00-01:30", False),  # 01:45, and then 01:15 again
        ("2026-11-01T09:15", "08:00-01:30", True),
        ("2026-11-01T09:30", "08:00-01:30", False),
    ],
)
def test_the_edges_of_the_hours_in_the_nights_on_which_clocks_change(
    at: str, hours: str, may: bool
) -> None:
    assert within(moment(at), [SEATTLE], hours) is may


@pytest.mark.parametrize(
    ("at", "hours", "then", "there"),
    [
        # 02:30 of that night is promised for: there is none, so it is the next night's
        ("2027-03-14T09:30", "02:30-02:45", "2027-03-15T09:30", "02:30"),
        ("2027-03-14T09:30", "02:30-21:00", "2027-03-14T10:00", "03:00"),
        ("2026-11-01T08:00", "01:30-01:45", "2026-11-01T08:30", "01:30"),  # the first of two
        ("2026-11-01T08:50", "01:30-01:45", "2026-11-01T09:30", "01:30"),  # the second
        ("2026-11-01T09:50", "01:30-01:45", "2026-11-02T09:30", "01:30"),
    ],
)
def test_an_hour_that_the_clock_skips_is_passed_over_and_one_that_it_repeats_is_there_twice(
    at: str, hours: str, then: str, there: str
) -> None:
    found = next_within(moment(at), [SEATTLE], hours)
    assert found == moment(then)
    assert clock(found, SEATTLE) == there


@pytest.mark.parametrize(
    ("at", "zones", "there"),
    [
        ("2026-11-30T10:07", [SEATTLE], "2026-12-01T08:00"),
        ("2026-11-30T03:00", [SEATTLE], "2026-11-30T08:00"),
        ("2026-11-30T10:00", [SEATTLE, NEW_YORK], "2026-12-01T08:00"),
        ("2026-10-31T10:07", [SEATTLE], "2026-11-01T08:00"),  # a night of nine hours
        ("2026-03-07T10:07", [SEATTLE], "2026-03-08T08:00"),
    ],
)
def test_the_next_hours_are_not_these(at: str, zones: list[str], there: str) -> None:
    assert next_window(ms(at), zones, DAY) == ms(there)


@pytest.mark.parametrize(
    ("zones", "hours"), [([], DAY), ([SEATTLE], ""), ([SEATTLE], "00:00-24:00")]
)
def test_where_nobody_knows_their_hours_it_is_a_day_later(zones: list[str], hours: str) -> None:
    at = ms("2026-11-30T10:07")
    assert next_window(at, zones, hours) == at + 24 * 3_600_000
