"""What is learned: rows to weights."""

from __future__ import annotations

import numpy as np

from router.triage.solver import Rows, fit, softmax


def some_rows(count: int, width: int, seed: int) -> tuple[Rows, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = []
    wanted = rng.integers(0, 3, count)
    for target in wanted:  # a class speaks by its own columns, among noise
        own = rng.choice(np.arange(target, width, 3), 4, replace=False)
        columns = np.unique(np.concatenate([own, rng.choice(width, 2)])).astype(np.int32)
        rows.append((columns, np.full(len(columns), 0.5, np.float32)))
    return Rows.of(rows, width), wanted


def test_sums_of_sparse_rows_are_those_of_full_ones() -> None:
    rows, _ = some_rows(50, 30, 1)
    full = np.zeros((50, 30), np.float32)
    for at in range(50):
        span = slice(rows.starts[at], rows.starts[at + 1])
        full[at, rows.columns[span]] = rows.values[span]
    rng = np.random.default_rng(2)
    weights = rng.normal(size=(30, 3)).astype(np.float32)
    errors = rng.normal(size=(50, 3)).astype(np.float32)
    assert np.allclose(rows.times(weights), full @ weights, atol=1e-5)
    assert np.allclose(rows.back(errors), full.T @ errors, atol=1e-5)


def test_what_can_be_learned_is_and_twice_the_same() -> None:
    rows, wanted = some_rows(400, 60, 3)
    counts = np.ones(400, np.float32)
    weights = fit(rows, wanted, counts, classes=3, strength=10.0)
    unseen, right = some_rows(200, 60, 4)
    found = softmax(unseen.times(weights[:-1]) + weights[-1])
    assert (found.argmax(axis=1) == right).mean() > 0.95
    assert np.array_equal(weights, fit(rows, wanted, counts, classes=3, strength=10.0))


def test_a_row_that_counts_nothing_teaches_nothing() -> None:
    rows, wanted = some_rows(100, 60, 5)
    counts = np.ones(100, np.float32)
    counts[50:] = 0
    turned = wanted.copy()
    turned[50:] = (turned[50:] + 1) % 3
    one = fit(rows, wanted, counts, classes=3)
    assert np.array_equal(one, fit(rows, turned, counts, classes=3))
