"""Opening hours: the wall clock of a zone, holidays, and both ends of daylight saving."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.settings.config_file import default_config_path, read_as
from holdfast.settings.faults import SettingsError
from router.core.calendar import Calendar, Span
from router.core.config import Config
from router.core.config_faults import faults
from router.core.opening import Hours, hours_faults, read_calendar, read_days, read_span

NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
MINUTE = 60_000


def at(zone: str, text: str, fold: int = 0) -> int:
    """'2026-03-08 09:00' on that zone's wall, as ms."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.timestamp() * 1000)


def calendar(zone: str, week: dict[str, list[str]], **more: object) -> Calendar:
    hours = msgspec.convert({"zone": zone, "week": week, **more}, Hours)
    assert list(hours_faults("calendars.x", hours)) == []
    return read_calendar(hours)


def test_weekly_hours_open_and_close_by_the_wall_clock() -> None:
    office = calendar(NEW_YORK, {"mon-fri": ["08:00-20:00"], "sat": ["10:00-16:00"]})
    wednesday = at(NEW_YORK, "2026-11-18 08:00")
    assert not office.open_at(wednesday - 1)
    assert office.open_at(wednesday)
    assert office.next_close(wednesday) == at(NEW_YORK, "2026-11-18 20:00")
    assert not office.open_at(at(NEW_YORK, "2026-11-18 20:00"))
    assert office.next_open(at(NEW_YORK, "2026-11-21 16:00")) == at(NEW_YORK, "2026-11-23 08:00")


def test_span_over_midnight_belongs_to_the_day_it_begins() -> None:
    nights = calendar(BERLIN, {"fri": ["22:00-06:00"]}, holidays={"2026-11-21": "a Saturday off"})
    assert nights.open_at(at(BERLIN, "2026-11-21 05:59"))  # Friday's night, into the holiday
    assert nights.next_close(at(BERLIN, "2026-11-20 23:00")) == at(BERLIN, "2026-11-21 06:00")
    assert not nights.open_at(at(BERLIN, "2026-11-21 23:00"))


def test_holiday_is_closed_and_has_a_word_and_special_hours_replace() -> None:
    office = calendar(
        NEW_YORK,
        {"mon-sun": ["08:00-20:00"]},
        holidays={"2026-12-25": "Christmas Day"},
        special={"2026-12-24": {"word": "Christmas Eve", "hours": ["08:00-14:00"]}},
    )
    noon = at(NEW_YORK, "2026-12-25 12:00")
    assert not office.open_at(noon)
    assert office.word_at(noon) == "Christmas Day"
    assert office.next_close(at(NEW_YORK, "2026-12-24 09:00")) == at(NEW_YORK, "2026-12-24 14:00")
    assert office.next_open(at(NEW_YORK, "2026-12-24 15:00")) == at(NEW_YORK, "2026-12-26 08:00")


def test_spans_that_touch_are_one_and_a_day_of_24_hours_never_closes() -> None:
    split = calendar(BERLIN, {"mon-sun": ["00:00-24:00"]})
    assert split.open_at(at(BERLIN, "2026-10-25 02:30"))
    assert split.next_close(at(BERLIN, "2026-10-25 02:30")) is None
    two = calendar(BERLIN, {"mon": ["08:00-12:00", "12:00-16:00"]})
    assert two.next_close(at(BERLIN, "2026-11-23 09:00")) == at(BERLIN, "2026-11-23 16:00")


@pytest.mark.parametrize(
    ("zone", "day", "jump"),
    [(NEW_YORK, "2026-03-08", "03:00"), (BERLIN, "2026-03-29", "03:00"),
     (LORD_HOWE, "2026-10-04", "02:30")],
)  # fmt: skip
def test_an_hour_that_is_skipped_begins_and_ends_at_the_jump(
    zone: str, day: str, jump: str
) -> None:
    inside = "02:15" if zone == LORD_HOWE else "02:30"
    jumps = at(zone, f"{day} {jump}")
    opens = calendar(zone, {"sun": [f"{inside}-09:00"]})
    assert opens.next_open(jumps - 3_600_000) == jumps
    assert not opens.open_at(jumps - 1)
    assert opens.open_at(jumps)
    closes = calendar(zone, {"sun": [f"00:00-{inside}"]})
    assert closes.next_close(jumps - 3_600_000) == jumps


def test_a_short_day_is_an_hour_shorter_and_a_long_one_an_hour_longer() -> None:
    for zone, short, long in (
        (NEW_YORK, "2026-03-08", "2026-11-01"),
        (BERLIN, "2026-03-29", "2026-10-25"),
    ):
        night = calendar(zone, {"sat": ["22:00-06:00"]})
        for day, hours in ((short, 7), (long, 9)):
            begins = night.next_open(at(zone, f"{day} 00:00") - 12 * 60 * MINUTE)
            assert begins is not None
            ends = night.next_close(begins)
            assert ends is not None
            assert ends - begins == hours * 60 * MINUTE


@pytest.mark.parametrize(("zone", "day"), [(NEW_YORK, "2026-11-01"), (BERLIN, "2026-10-25")])
def test_an_hour_that_comes_twice_opens_at_the_first_and_closes_at_the_second(
    zone: str, day: str
) -> None:
    twice = "01:30" if zone == NEW_YORK else "02:30"
    opens = calendar(zone, {"sun": [f"{twice}-09:00"]})
    first, second = at(zone, f"{day} {twice}"), at(zone, f"{day} {twice}", fold=1)
    assert second - first == 60 * MINUTE
    assert opens.next_open(first - 1) == first
    assert opens.open_at(second - 15 * MINUTE)
    closes = calendar(zone, {"sun": [f"00:00-{twice}"]})
    assert closes.next_close(first - MINUTE) == second


@given(
    st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE]),
    st.integers(at("UTC", "2026-01-01"), at("UTC", "2028-01-01")),
    st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)), min_size=7, max_size=7),
)
def test_next_changes_are_where_open_changes(
    zone: str, moment: int, spans: list[tuple[int, int]]
) -> None:
    week = tuple((Span(begin, begin + length),) for begin, length in spans)
    hours = Calendar(ZoneInfo(zone), week, {date(2027, 1, 1): ()})
    change = hours.next_change(moment)
    if change is None:
        assert hours.open_at(moment)
        return
    assert change > moment
    was = hours.open_at(moment)
    assert hours.open_at(change - 1) is was
    assert hours.open_at(change) is not was
    for part in range(1, 6):
        assert hours.open_at(moment + (change - moment) * part // 6) is was


def test_days_and_spans_are_read() -> None:
    assert read_days("mon-fri") == [0, 1, 2, 3, 4]
    assert read_days("sat-mon") == [5, 6, 0]
    assert read_span("22:00-06:00") == Span(1320, 1800)
    for wrong in ("8-20", "25:00-26:00", "08:60-09:00", "00:00-24:30"):
        with pytest.raises(ValueError, match=r"span|time"):
            read_span(wrong)


def test_all_faults_of_hours_and_numbers_are_told_at_once(tmp_path: Path) -> None:
    text = default_config_path().read_text()
    text = text.replace("outside_countries = []", 'outside_countries = ["49"]')
    text = text.replace("[queues.claims]", '[queues.claims]\ncalendar = "none"')
    text = text.replace(
        "[queues.general]", '[queues.general]\nafter_hours = { S1 = "wait", S4 = "sleep" }'
    )
    text += """
[calendars.office]
zone = "Europe/Atlantis"
[calendars.office.week]
mon-fri = ["08:00-12:00", "11:00-16:00"]
fri = ["8"]
[calendars.office.holidays]
2026-02-30 = "never"
[[on_call]]
name = "Night"
word = "Night lead"
number = "12"
calendar = "nights"
[[outside]]
name = "vet"
word = "Vet"
number = "+12065550150"
[[outside]]
name = "vet"
word = "Vet again"
number = "+12065550100"
"""
    path = tmp_path / "faulty.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_as(Config, path, faults, "")
    told = str(refused.value)
    for wanted in (
        "outside_countries[0]", "queues.claims.calendar", "queues.general.after_hours.S1",
        "queues.general.after_hours.S4", "queues.general.after_hours: has no effect",
        "calendars.office.zone", "overlaps", "is already in 'mon-fri'", "'8' is not a span",
        "holidays.2026-02-30", "on_call[0].name", "on_call[0].number", "on_call[0].calendar",
        "outside[1].name", "a caller would go in circles",
    ):  # fmt: skip
        assert wanted in told or wanted.partition(": ")[2] in told, wanted
