"""Places in line, what a place cost the last ones, and when a guess may be shown."""

from __future__ import annotations

import pytest

from router.core.estimate import ENOUGH, LEAST_MS, Estimator, Kind, WaitingLine, on_duty_skills

KIND: Kind = ("voice", "general", 3)


def line(*agents: dict[str, int]) -> WaitingLine:
    found = WaitingLine()
    for number, skills in enumerate(agents):
        found.agent(f"a{number}", skills)
    return found


def test_the_load_is_places_over_agents_who_could_take_it() -> None:
    some = line({"x": 3}, {"x": 3}, {"y": 3})
    some.wait("first", 1, {"x": 1})
    some.wait("second", 2, {"x": 1})
    assert some.load("first") == 0.5
    assert some.load("second") == 1.0
    some.leave("first")
    assert some.load("second") == 0.5
    assert some.load("first") is None
    some.leave("nobody")


def test_others_count_by_the_agents_they_can_take_away() -> None:
    some = line({"x": 3}, {"x": 3, "y": 3}, {"y": 3}, {"z": 3})
    some.wait("mine", 9, {"x": 1})
    some.wait("half", 1, {"y": 1})
    some.wait("none", 1, {"z": 1})
    some.wait("behind", 10, {"x": 1})
    assert some.load("mine") == (1 + 0.5) / 2
    some.wait("all", 1, {})
    assert some.load("mine") == (1 + 0.5 + 1) / 2


def test_a_new_score_or_step_moves_it_and_duty_counts() -> None:
    some = line({"x": 3}, {"x": 3})
    some.wait("mine", 5, {"x": 1})
    some.wait("other", 9, {"x": 1})
    assert some.load("mine") == 0.5
    some.wait("other", 1, {"x": 1})
    assert some.load("mine") == 1.0
    some.agent("a0", on_duty_skills(False, "online", {"x": 3}))
    assert some.load("mine") == 2.0
    some.agent("a1", None)
    assert some.load("mine") == 2.0  # nobody: all who came before count
    assert some.behind("mine") == 3.0
    assert some.behind("nobody") is None
    assert on_duty_skills(True, "online", {"x": 3}) == {"x": 3}


def serve(estimator: Estimator, many: int, cost: float, kind: Kind = KIND, load: float = 2) -> None:
    """`many` contacts that waited cost x load in the middle, from a tenth to nearly twice that."""
    for number in range(many):
        estimator.queued("c", kind, 0, load)
        estimator.answered("c", kind, cost * load * (1 + (number * 7 % 19 - 9) / 10))


def test_nothing_is_shown_before_enough_is_known() -> None:
    estimator = Estimator()
    serve(estimator, ENOUGH + 5, 10_000)
    assert not estimator.newcomer(KIND, 1).shown


def test_a_guess_is_the_cost_of_a_place_times_the_places() -> None:
    estimator = Estimator()
    serve(estimator, 114, 10_000)
    guess = estimator.newcomer(KIND, 3)
    assert guess.shown
    assert guess.p50_ms == 30_000
    assert 48_000 <= guess.p90_ms <= 57_000
    assert estimator.newcomer(KIND, 0.01).p50_ms == LEAST_MS


def test_who_waits_is_guessed_by_what_is_before_him_now() -> None:
    estimator = Estimator()
    serve(estimator, 57, 10_000)
    estimator.queued("mine", KIND, 0, 4.0)
    assert estimator.guess("mine", KIND, 0).p50_ms == 40_000  # type: ignore[union-attr]
    moved = estimator.guess("mine", KIND, 15_000, 1.0)
    assert moved is not None
    assert moved.p50_ms == 10_000
    unmoved = estimator.guess("mine", KIND, 15_000)
    assert unmoved is not None
    assert unmoved.p50_ms == 25_000
    estimator.gone("mine", KIND, 16_000)
    assert estimator.guess("mine", KIND, 17_000) is None


def test_who_is_rung_at_once_says_nothing_about_who_waits() -> None:
    estimator = Estimator()
    serve(estimator, 57, 10_000)
    for _ in range(ENOUGH + 15):
        estimator.queued("c", KIND, 0, 0.0)
        estimator.answered("c", KIND, 4_000)
    assert estimator.newcomer(KIND, 1).p50_ms == 10_000
    at_once = estimator.newcomer(KIND, 0)
    assert (at_once.p50_ms, at_once.shown) == (4_000, True)


def test_a_new_queue_learns_from_the_others_of_its_severity_until_it_has_enough() -> None:
    estimator = Estimator()
    other: Kind = ("voice", "claims", 3)
    serve(estimator, 114, 10_000)
    assert estimator.newcomer(other, 1).p50_ms == 10_000
    serve(estimator, 76, 30_000, other)
    assert estimator.newcomer(other, 1).p50_ms == 30_000
    assert not estimator.newcomer(("voice", "claims", 2), 1).shown


@pytest.mark.parametrize("late", [True, False])
def test_a_bound_that_does_not_hold_is_not_shown(late: bool) -> None:
    """Each wait is twice the one before: nothing is said while nothing can be."""
    estimator = Estimator()
    serve(estimator, 57, 10_000)
    for number in range(30):
        estimator.queued("c", KIND, 0, 1.0)
        if late:
            estimator.answered("c", KIND, 1e5 * 2**number)
        else:
            estimator.gone("c", KIND, 1e5 * 2**number)
    assert not estimator.newcomer(KIND, 1).shown
