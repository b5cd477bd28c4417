"""The configuration's meaning: every fault at once, each with its key path."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.settings.environment import default_config_path, load_config
from router.core.config import Config, LadderStep
from router.core.config_faults import faults
from router.core.opening import Hours, SpecialDay
from router.core.severity import Channel

GOOD = load_config(default_config_path())


def with_(**fields: Any) -> Config:
    return msgspec.structs.replace(GOOD, **fields)


def keys(config: Config) -> set[str]:
    return {fault.partition(":")[0] for fault in faults(config)}


def timing(**fields: str) -> Config:
    return with_(timing=msgspec.structs.replace(GOOD.timing, **fields))


def test_the_shipped_one_has_none() -> None:
    assert faults(GOOD) == []


def test_zone_of_today_has_to_exist() -> None:
    assert keys(with_(zone="Mars/Base")) == {"zone"}
    assert keys(with_(zone="../etc")) == {"zone"}


def test_without_lines_dispositions_or_pause_reasons_nobody_can_work() -> None:
    assert keys(with_(lines=[], dispositions=[], pause_reasons=[])) == {
        *("lines", "dispositions", "pause_reasons"),
    }


def test_whatever_comes_can_be_closed_by_some_outcome() -> None:
    calls = [msgspec.structs.replace(one, channels=[Channel.VOICE]) for one in GOOD.dispositions]
    assert keys(with_(dispositions=calls)) == {"dispositions"}
    assert keys(with_(dispositions=[*calls[1:], GOOD.dispositions[0]])) == set()


def test_what_has_to_be_told_apart_is_told_apart() -> None:
    first, second = GOOD.lines[:2]
    twin = msgspec.structs.replace(second, name=first.name, number=first.number, mail=first.mail)
    twice = with_(
        lines=[first, twin],
        dispositions=[*GOOD.dispositions, GOOD.dispositions[0]],
        pause_reasons=[*GOOD.pause_reasons, GOOD.pause_reasons[0]],
    )
    same = {"lines[1].name", "lines[1].number"} | ({"lines[1].mail"} if first.mail else set())
    assert keys(twice) == same | {
        f"dispositions[{len(GOOD.dispositions)}].code",
        f"pause_reasons[{len(GOOD.pause_reasons)}].code",
    }


@pytest.mark.parametrize("name", ["ring_s1", "ring_text", "connect", "agent_lease", "hold_loop"])
def test_a_time_that_has_to_pass_is_not_zero(name: str) -> None:
    assert keys(timing(**{name: "0s"})) == {f"timing.{name}"}


def test_what_may_be_left_out_may_be_zero() -> None:
    assert faults(timing(sticky_s2="0s", cool_down_s1="0s")) == []


@pytest.mark.parametrize("span", ["99999999999999d", "400d"])
def test_nothing_lasts_longer_than_a_year(span: str) -> None:
    assert keys(timing(parked=span)) == {"timing.parked"}
    queue = msgspec.structs.replace(GOOD.queues["general"], wrapup=span)
    assert keys(with_(queues=GOOD.queues | {"general": queue})) == {"queues.general.wrapup"}


def test_neither_does_a_step_of_a_ladder() -> None:
    steps = [LadderStep(needs=["vet"], span="99999d"), LadderStep(needs=["vet"], span="366d")]
    queue = msgspec.structs.replace(GOOD.queues["general"], ladder=steps)
    assert faults(with_(queues=GOOD.queues | {"general": queue})) == [
        "queues.general.ladder[0].for: '99999d' is longer than a year"
    ]


def test_a_queue_has_needs_or_a_ladder() -> None:
    general = GOOD.queues["general"]
    steps = [LadderStep(needs=["vet"])]
    both = msgspec.structs.replace(general, needs=["vet>=3"], ladder=steps)
    assert keys(with_(queues=GOOD.queues | {"general": both})) == {"queues.general.needs"}
    beside = msgspec.structs.replace(general, needs=["vet>=3"], ladders={"S1": steps})
    assert faults(with_(queues=GOOD.queues | {"general": beside})) == []


@pytest.mark.parametrize("written", ["20261225", "2026-W52-5", "2026-12-32", "2026-1-1"])
def test_a_date_is_written_in_one_way(written: str) -> None:
    hours = Hours(
        zone="UTC",
        week={"mon": ["08:00-20:00"]},
        holidays={written: "Christmas Day", "2026-12-26": "Boxing Day"},
        special={f"{written} ": SpecialDay(word="Short", hours=["08:00-14:00"])},
    )
    assert keys(with_(calendars={"office": hours})) == {
        f"calendars.office.holidays.{written}",
        f"calendars.office.special.{written} ",
    }


@pytest.mark.parametrize(
    ("alone", "told"),
    [
        ({"S1": "15s"}, []),
        ({"S1": "16s"}, ["triage.skills_for.S1: '16s' is longer than a target of targets.S1"]),
        ({"S1": "10m"}, ["triage.skills_for.S1: '10m' is longer than a target of targets.S1"]),
        ({"S2": "10m"}, []),
        ({"S5": "1s"}, ["triage.skills_for.S5: not a severity (S1 to S4)"]),
        ({"S1": "soon"}, None),
    ],
)
def test_an_emergency_waits_for_no_skill_beyond_its_target(
    alone: dict[str, str], told: list[str] | None
) -> None:
    found = faults(with_(triage=msgspec.structs.replace(GOOD.triage, skills_for=alone)))
    assert found == told if told is not None else len(found) == 1


def test_the_page_of_timers_tells_the_shipped_times() -> None:
    """docs/routing.md, "Every timer": who changes a time there or here changes both."""
    page = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
    table = page.partition("## Every timer")[2]
    seen = set[str]()
    for kind, told, keys in re.findall(
        r"^\| `(\w+)`([^|]*)\|[^|]*\|[^|]*\|([^|]*)\|$", table, re.M
    ):
        names = [name for name in re.findall(r"`(\w+)`", keys) if hasattr(GOOD.timing, name)]
        if kind in ("outside", "caller"):  # sums of several
            continue
        shipped = [str(getattr(GOOD.timing, name)).rstrip("smhd") for name in names]
        numbers = re.findall(r"\b\d+", told)
        assert numbers[: len(shipped)] == shipped, kind
        seen |= set(names)
    assert {"cool_down", "cool_down_s1", "ring_s1", "agent_lease", "sticky_s4", "parked"} <= seen


def test_interpreters_are_of_languages_that_exist_and_may_be_called() -> None:
    numbers = {
        "es": "+12065550157", "xx": "+12065550157", "vi": "+19005551234", "ru": "555 0157",
        "so": GOOD.lines[0].number,
    }  # fmt: skip
    assert faults(with_(interpreters=numbers)) == [
        "interpreters.xx: 'xx' is not a language such as 'es' (ISO 639-1)",
        "interpreters.vi: '+19005551234' is a premium number: it is never called from here",
        "interpreters.ru: '555 0157' is not E.164, such as '+12065550100'",
        f"interpreters.so: '{numbers['so']}' is our own line: the caller would go in circles",
    ]
