"""The judge of a long run finds what grows slowly among what strays, and calls nothing else so."""

from __future__ import annotations

import random

import pytest

from tests.bench_calls.soak import Look, judged


def looks(**grows: float) -> list[Look]:
    """Ten minutes, a look each 20 s; `grows`: by how much a look."""
    rng = random.Random(4)
    return [
        Look(
            20.0 * n,
            90 + (8 if n < 4 else 10) + rng.uniform(-0.4, 0.4) + n * grows.get("memory", 0),
            200 + rng.randrange(2) + int(n * grows.get("tasks", 0)),
            60 + rng.randrange(2) + int(n * grows.get("descriptors", 0)),
            {},
        )
        for n in range(30)
    ]


def test_what_fills_once_and_then_stays_is_flat() -> None:
    found = judged(looks())
    assert found["flat"] is True
    assert abs(found["memory_grown_mb"]) < 1


@pytest.mark.parametrize("what", ["memory", "tasks", "descriptors"])
def test_what_grows_is_found(what: str) -> None:
    assert judged(looks(**{what: 0.25}))["flat"] is False


def test_of_a_few_looks_nothing_is_said() -> None:
    assert judged(looks()[:3])["flat"] is None
