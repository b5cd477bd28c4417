"""Stage, contract and shift of an account."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.core.terms import (
    Terms,
    barred,
    day_of,
    duty_of,
    faults,
    parse_shift,
    shift_window,
)
from tests.kit.store import CONFIG

ZONE = "America/Los_Angeles"
STAGES = list(CONFIG.stages)


def at(text: str, zone: str = ZONE) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ("2026-11-20 12:00", "2026-11-20 09:00", "2026-11-20 17:00"),  # a Friday
        ("2026-11-20 17:00", "2026-11-21 22:00", "2026-11-22 06:00"),  # then Saturday night
        ("2026-11-22 05:59", "2026-11-21 22:00", "2026-11-22 06:00"),
        ("2026-11-22 06:00", "2026-11-23 09:00", "2026-11-23 17:00"),
    ],
)
def test_the_shift_that_is_now_else_the_next(now: str, begin: str, end: str) -> None:
    hours = "Mon-Fri 09:00-17:00, Sat 22:00-06:00"
    assert shift_window(hours, at(now), ZONE) == (at(begin), at(end))


@pytest.mark.parametrize(
    ("hours", "begin", "end"),
    [
        ("Fri 09:00-12:00, Fri 12:00-17:00", "2026-11-20 09:00", "2026-11-20 17:00"),
        ("Fri 09:00-12:00, Fri 12:30-17:00", "2026-11-20 09:00", "2026-11-20 12:00"),
        ("Thu-Sat 00:00-00:00", "2026-11-20 00:00", "2026-11-22 00:00"),
    ],
)
def test_shifts_that_touch_are_one(hours: str, begin: str, end: str) -> None:
    assert shift_window(hours, at("2026-11-20 11:00"), ZONE) == (at(begin), at(end))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-07", 7), ("2026-10-31", 9)],  # the clocks go forward, and back
)
def test_a_night_that_changes_the_clocks_is_as_long_as_it_is(day: str, hours: int) -> None:
    window = shift_window("Sat 22:00-06:00", at(f"{day} 23:00"), ZONE)
    assert window is not None
    assert window[1] - window[0] == hours * 3_600_000


def test_days_over_the_weekend_and_nonsense() -> None:
    assert [span.day for span in parse_shift("Sat-Mon 08:00-12:00")] == [5, 6, 0]
    assert parse_shift("") == []
    assert shift_window("", at("2026-11-20 12:00"), ZONE) is None
    for text in ("Mon", "Mon 9-17", "Xyz 09:00-17:00", "Mon 25:00-26:00"):
        with pytest.raises(ValueError, match="not hours such as"):
            parse_shift(text)


def test_a_contract_counts_in_days_of_the_centre_the_last_one_included() -> None:
    terms = Terms(contract_from="2026-07-01", contract_to="2026-11-20")
    last = at("2026-11-20 23:59")
    assert day_of(last, "UTC") == "2026-11-21"  # elsewhere it is tomorrow already
    assert barred(terms, day_of(last, ZONE)) is None
    assert "ended on 2026-11-20" in (barred(terms, day_of(last + 60_000, ZONE)) or "")
    assert "begins on 2026-07-01" in (barred(terms, "2026-06-30") or "")
    assert barred(Terms(), "2026-06-30") is None


def test_what_cannot_be() -> None:
    assert faults(Terms("trainee", "2026-01-01", "2026-06-30", "Mon 09:00-17:00"), STAGES) == []
    wrong = Terms("king", "1.1.2026", "soon", "sometimes")
    assert [fault.split(":")[0] for fault in faults(wrong, STAGES)] == [
        "stage", "contract_from", "contract_to", "shift",
    ]  # fmt: skip
    assert faults(Terms(contract_from="2026-02-01", contract_to="2026-01-01"), STAGES)


def test_a_stage_nobody_knows_is_the_most_careful_one() -> None:
    now = at("2026-11-20 12:00")
    buddies = [duty_of(Terms(s, buddy="u1"), CONFIG, now)["buddy"] for s in ("junior", "full")]
    assert buddies == ["u1", None]  # nobody listens to whoever is trained
    floors = [duty_of(Terms(s), CONFIG, now)["floor"] for s in ("full", "junior", "trainee", "x")]
    assert floors == [0, 1, 2, 2]
