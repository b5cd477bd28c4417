"""What counts as what, and the service level of the sample in the definition."""

from __future__ import annotations

import random

import pytest

from holdfast.desk.day_figures import day_figures, next_late, owed
from holdfast.desk.view import View
from router.core.contact import Outcome
from router.core.figures import (
    FIGURES,
    VARIANTS,
    WORDS,
    Counts,
    Facts,
    Variant,
    day_number,
    level,
    words_of,
)
from router.core.model import LiveContact
from router.core.states import State

SAMPLE = Counts(
    answered=1000, in_target=860, abandoned=60, abandoned_in_target=20, short=10, left=0
)
WITH_LEFT = SAMPLE + Counts(left=30)


@pytest.mark.parametrize(
    ("variant", "without", "with_left"),
    [
        ("A", 83.0, 80.7), ("B", 86.0, 86.0), ("C", 81.1, 78.9),
        ("D", 82.7, 80.4), ("E", 82.1, 79.8), ("F", 81.9, 79.6),
    ],
)  # fmt: skip
def test_the_sample_of_the_definition(variant: Variant, without: float, with_left: float) -> None:
    for counts, expected in ((SAMPLE, without), (WITH_LEFT, with_left)):
        inside, of = level(counts, variant)
        assert round(100 * inside / of, 1) == expected
    assert set("ABCDEF") == set(VARIANTS)


def test_of_nobody_there_is_no_level() -> None:
    assert [level(Counts(), variant) for variant in VARIANTS] == [(0, 0)] * 6


def test_who_waits_past_the_target_has_missed_it_already() -> None:
    assert level(Counts(answered=1, in_target=1), "F", late=1) == (1, 2)
    assert level(Counts(answered=1, in_target=1), "B", late=1) == (1, 1)


def ended(outcome: Outcome, **facts: object) -> list[str]:
    known = {"severity": 3, "waited_ms": 9_000.0} | facts
    return words_of("contact.ended", str(outcome), Facts(**known))  # type: ignore[arg-type]


def test_an_end_counts_once_as_what_it_was() -> None:
    assert ended(Outcome.ABANDONED) == ["3:abandoned"]
    assert ended(Outcome.ABANDONED, in_target=True, waited_ms=5_000.0) == [
        "3:abandoned", "3:abandoned_in_target", "3:short"
    ]  # fmt: skip
    assert ended(Outcome.ABANDONED, waited_ms=None) == []  # in the menu
    assert ended(Outcome.ABANDONED, outside=True) == ["3:left"]
    assert ended(Outcome.VOICEMAIL) == ended(Outcome.CALLBACK) == ["3:left"]
    assert ended(Outcome.VOICEMAIL, closed=True, waited_ms=None) == ["3:closed_left"]
    assert ended(Outcome.VOICEMAIL, answered=True) == ended(Outcome.DROPPED, answered=True) == []
    assert ended(Outcome.HANDLED, answered=True) == ended(Outcome.CANCELLED, ours=True) == []


def test_a_promise_is_kept_by_an_answer_and_broken_by_its_last_try() -> None:
    kept = Facts(2, ours=True, promised=True, in_target=True)
    assert words_of("contact.answered", None, kept) == ["2:kept"]
    ours = {"ours": True, "promised": True, "waited_ms": None}
    assert ended(Outcome.NOT_REACHED, **ours) == []
    assert ended(Outcome.NOT_REACHED, **ours, last=True) == ["3:unreached"]
    assert words_of("contact.answered", None, Facts(2, ours=True)) == []


def test_an_answer_without_a_key_at_a_number_outside_may_be_a_machine() -> None:
    assert words_of("contact.answered", None, Facts(1, in_target=True)) == [
        "1:answered", "1:in_target"
    ]  # fmt: skip
    assert words_of("contact.answered", None, Facts(1, in_target=True, by_machine=True)) == [
        "1:left"
    ]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_the_number_that_pages_show(figure: str) -> None:
    """One rule for the number and for the contacts behind it."""
    pick = random.Random(3)
    for _ in range(50):
        today = {
            f"2:{kind}{word}": pick.randint(0, 9) for kind in ("", "closed_") for word in WORDS
        }
        late, apart = pick.randint(0, 3), pick.randint(0, 3)
        some = [waiting(f"c{n}", 1) for n in range(late)]
        some += [waiting(f"p{n}", 1, dir="out") for n in range(apart)]
        row = day_figures(today, some, 100)["2"]
        kind, _, word = figure.partition("_")
        shown = row["closed"][word] if kind == "closed" else row[figure]
        assert FIGURES[figure].number(today, 2, late, apart) == (
            shown[1] if figure in LEVELS else shown
        )


LEVELS = ("level", "all")


def test_every_figure_of_a_row_has_a_list() -> None:
    row = day_figures({}, [], 0)["1"]
    closed = {f"closed_{word}" for word in row["closed"]}
    assert set(FIGURES) == {*row, *closed} - {"closed"}


def waiting(name: str, due: int, **more: object) -> LiveContact:
    known = {"id": name, "channel": "voice", "severity": 2, "arrived_at": 0, "score": 0.0}
    return LiveContact(**known | {"answer_by": due} | more)  # type: ignore[arg-type]


def test_the_row_of_a_severity_has_left_late_and_closed_hours_apart() -> None:
    today = {
        "day": 1, "2:queued": 9, "2:answered": 4, "2:in_target": 3, "2:abandoned": 2, "2:short": 1,
        "2:left": 1, "2:closed_left": 5, "2:closed_answered": 7, "2:kept": 1, "1:left": 8,
    }  # fmt: skip
    some = [
        waiting("late", 99),
        waiting("in time", 100),
        waiting("closed", 1, after_hours=True),
        waiting("ours", 1, dir="out"),
        waiting("answered before", 1, answered_at=1),
        waiting("talking", 1, state=State.ACTIVE),
        waiting("a text in hand, not answered", 1, state=State.ACTIVE, channel="sms"),
        waiting(
            "a mail for a call aside", 1, state=State.PARKED, channel="email", parked_for="call"
        ),
        waiting("a text set aside", 1, state=State.PARKED, channel="sms", parked_for="until"),
        waiting("another turn", 1, state=State.ACTIVE, channel="sms", answered_at=1),
        waiting("S1 finds no queue closed", 1, severity=1, after_hours=True),
    ]
    rows = day_figures(today, some, 100)
    assert rows["2"] == {
        "offered": 9, "answered": 4, "in_target": 3, "abandoned": 2, "short": 1, "left": 1,
        "late": 3, "late_apart": 4, "kept": 1, "unreached": 0, "level": (3, 9), "all": (3, 10),
        "closed": {"answered": 7, "abandoned": 0, "left": 5},
    }  # fmt: skip
    assert (rows["1"]["late"], rows["1"]["level"], rows["4"]["level"]) == (1, (0, 9), (0, 0))
    assert next_late(some, 100) == 100
    assert next_late(some, 101) is None


def test_yesterdays_counts_are_not_todays_though_nothing_was_counted_since() -> None:
    midnight = 1_795_996_800_000  # 2026-11-30, 00:00 UTC
    assert day_number(midnight - 1, "UTC") == 20_786
    assert day_number(midnight, "UTC") == 20_787
    assert day_number(midnight, "America/Los_Angeles") == 20_786
    view = View(today={"day": 20_786, "2:left": 3})
    view.day = lambda now: day_number(now, "UTC")
    for now, left in ((midnight - 1, 3), (midnight, 0)):
        view.clock = lambda at=now: at  # type: ignore[misc]
        assert view.tally()["today"]["2"]["left"] == left


def test_every_word_is_a_count() -> None:
    assert len(WORDS) == len(set(WORDS)) == 9


def test_whoever_a_tile_calls_late_is_late_in_one_figure() -> None:
    """Of all that wait: promised calls, calls in closed hours, texts that are answered again."""
    pick = random.Random(5)
    for _ in range(200):
        some = [
            waiting(
                f"c{n}",
                pick.randint(90, 110),
                severity=pick.randint(1, 4),
                channel=pick.choice(["voice", "sms", "email"]),
                dir=pick.choice(["in", "in", "out"]),
                state=pick.choice([State.QUEUED, State.OFFERED, State.ACTIVE, State.SCHEDULED]),
                answered_at=pick.choice([None, 1]),
                after_hours=pick.random() < 0.3,
            )
            for n in range(pick.randint(0, 4))
        ]
        view = View(contacts={live.id: live for live in some}, clock=lambda: 100)
        tally = view.tally()
        for severity, tile in tally["waiting"].items():
            over = tile["due"] is not None and tile["due"]["answer_by"] < 100
            row = tally["today"][severity]
            mine = [one for one in some if str(one.severity) == severity and owed(one)]
            in_hand = any(one.answer_by is not None and one.answer_by < 100 for one in mine)
            assert (over or in_hand) == (row["late"] + row["late_apart"] > 0)
