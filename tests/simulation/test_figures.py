"""Arithmetic of intervals, pairs and fairness, by hand."""

from __future__ import annotations

import math

import pytest

from router.simulation.figures import differences, jain, mean_of, means, quantile, t975


def test_interval_of_a_mean_is_students_t() -> None:
    found = mean_of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3.0
    # t(0.975, 4) = 2.776, s = 1.5811, s / sqrt(5) = 0.7071
    assert found.half == pytest.approx(2.776 * 0.70711, rel=1e-4)
    assert mean_of([2.0]).half == math.inf
    assert t975(30) == 2.042
    assert t975(60) == pytest.approx(2.000, abs=0.002)
    assert t975(120) == pytest.approx(1.980, abs=0.002)


def test_pairs_are_compared_run_by_run() -> None:
    one = [{"a": 10.0}, {"a": 20.0}, {"a": 30.0}]
    other = [{"a": 9.0}, {"a": 19.0}, {"a": 29.0}]
    apart = differences(one, other)["a"]
    assert (apart.mean, apart.half) == (1.0, 0.0)
    assert means(one)["a"].half > 20


def test_a_run_without_such_people_says_nothing_about_them() -> None:
    assert means([{"a": 1.0}, {"a": 3.0, "b": 5.0}])["b"].runs == 1


def test_quantile_is_the_least_value_that_enough_do_not_exceed() -> None:
    some = [float(n) for n in range(1, 11)]
    assert [quantile(some, share) for share in (0.5, 0.9, 0.99, 1.0)] == [5, 9, 10, 10]
    assert quantile([7.0], 0.01) == 7


def test_fairness() -> None:
    assert jain([2, 2, 2, 2]) == 1
    assert jain([4, 0, 0, 0]) == 0.25
    assert jain([0, 0]) == 1
