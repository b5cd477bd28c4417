"""By whose clock somebody is called, and when it is night there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.core.courtesy import clock, next_within, within
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
