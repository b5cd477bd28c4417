"""Draws are addressed; distributions are what their text says."""

from __future__ import annotations

import math
from statistics import fmean

import pytest

from router.simulation.chance import parse, uniform


def test_a_draw_depends_on_its_address_alone() -> None:
    first = [uniform(1, 0, "patience.0", i) for i in range(5)]
    [uniform(1, 0, "other", i) for i in range(100)]
    assert [uniform(1, 0, "patience.0", i) for i in range(5)] == first
    assert len({uniform(s, r, w, 3) for s in (1, 2) for r in (0, 1) for w in "ab"}) == 8


def test_draws_are_uniform() -> None:
    some = [uniform(7, 1, "x", i) for i in range(20_000)]
    assert 0 < min(some) < max(some) < 1
    assert fmean(some) == pytest.approx(0.5, abs=0.01)
    assert fmean(u * u for u in some) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("text", "mean", "median"),
    [
        ("3s", 3000, 3000),
        ("uniform 180s 240s", 210_000, 210_000),
        ("exponential 100s", 100_000, 100_000 * math.log(2)),
        ("lognormal mean 240s cv 1", 240_000, 240_000 / math.sqrt(2)),
        ("lognormal median 3s p95 7s", None, 3000),
    ],
)
def test_a_text_is_a_distribution(text: str, mean: float | None, median: float) -> None:
    dist = parse(text)
    assert dist.at(0.5) == pytest.approx(median)
    drawn = fmean(dist.at((i + 0.5) / 20_000) for i in range(20_000))
    assert drawn == pytest.approx(dist.mean_ms, rel=0.01)
    if mean is not None:
        assert dist.mean_ms == pytest.approx(mean)


def test_the_named_quantile_is_met() -> None:
    assert parse("lognormal median 3s p95 7s").at(0.95) == pytest.approx(7000)
    assert parse("never").at(0.2) == math.inf


@pytest.mark.parametrize(
    "text",
    ["", "3", "normal 3s", "uniform 5s 3s", "exponential", "lognormal mean 3s cv 0",
     "lognormal median 7s p95 3s", "lognormal mean 3s cv many", "exponential 5 s"],
)  # fmt: skip
def test_what_is_no_distribution_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"distribution|duration"):
        parse(text)
