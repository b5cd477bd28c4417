"""Trains the network with numpy alone (Adam: Kingma and Ba 2015); the result is reproducible.

During training, parts are left out at random and words are replaced by others of their concept, so
that it learns what is said rather than who said it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .network import (
    DEPTH,
    HIDDEN,
    STEMS,
    WIDTH,
    Coded,
    Floats,
    Network,
    Numbers,
    Weights,
    beside,
    stacked,
)
from .solver import softmax

CLASSES = 4
DROPPED, UNSAID_WORDS, OTHER_WORDS = 0.35, 0.2, 0.15
"""During training: share of findings left out, of stems left out (concepts half as often), and of
words replaced by others of their concept."""
SMOOTH = 0.05
"""Label smoothing: this much certainty is not required."""
STEP, PULL, BATCH, ROUNDS = 3e-3, 0.01, 128, 9


def learn(
    some: Sequence[Coded],
    wanted: NDArray[np.int64],
    counts: Floats,
    names: Sequence[str],
    others: Sequence[Coded],
    *,
    rounds: int = ROUNDS,
    seed: int = 1,
) -> Network:
    """
    Args:
        wanted: the class of each text, 0 to 3.
        counts: how much each text counts.
        names: the concepts' names.
        others: by a concept's number (0: none), the words that have it, to replace one another.
    """
    rng = np.random.default_rng(seed)
    w = _begin(rng, len(names))
    moved, turned = ({name: np.zeros_like(part) for name, part in w.items()} for _ in range(2))
    lengths = np.array([len(stems) for stems, _ in some])
    steps = rounds * -(-len(some) // BATCH)
    done = 0
    for _ in range(rounds):
        for batch in _batches(lengths, rng):
            done += 1
            stems, meant = stacked([some[i] for i in batch])
            _exchange(stems, meant, others, rng)
            _, slopes = _slopes(w, stems, meant, wanted[batch], counts[batch], rng)
            step = STEP * (min(1.0, done / 200) * 0.5 * (1 + np.cos(np.pi * done / steps)) + 0.005)
            for name, slope in slopes.items():
                moved[name] += 0.1 * (slope - moved[name])
                turned[name] += 0.01 * (slope * slope - turned[name])
                size = np.sqrt(turned[name] / (1 - 0.99**done)) + 1e-8
                way = moved[name] / (1 - 0.9**done) / size
                w[name] -= np.float32(step) * (way + np.float32(PULL) * w[name])
    return Network(w, names)


def _begin(rng: np.random.Generator, concepts: int) -> Weights:
    def some(rows: int, columns: int, size: float) -> Floats:
        return (rng.standard_normal((rows, columns)) * size).astype(np.float32)

    return {
        "stems": some(STEMS, DEPTH, 0.05), "concepts": some(concepts + 1, DEPTH, 0.15),
        "near": some(3 * DEPTH, WIDTH, (2 / (3 * DEPTH)) ** 0.5),
        "far": some(3 * WIDTH, WIDTH, (1 / (3 * WIDTH)) ** 0.5),
        "hidden": some(3 * WIDTH, HIDDEN, (1 / (3 * WIDTH)) ** 0.5),
        "out": some(HIDDEN, CLASSES, 0.1),
        "near_bias": np.zeros(WIDTH, np.float32), "far_bias": np.zeros(WIDTH, np.float32),
        "hidden_bias": np.zeros(HIDDEN, np.float32), "out_bias": np.zeros(CLASSES, np.float32),
    }  # fmt: skip


def _batches(lengths: NDArray[np.int64], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """All rows in a new order, rows of similar length together."""
    order = np.argsort(lengths + rng.random(len(lengths)) * 6, kind="stable")
    cuts = np.arange(0, len(order), BATCH)
    for cut in rng.permutation(cuts):
        yield order[cut : cut + BATCH]


def _exchange(s: Numbers, c: Numbers, others: Sequence[Coded], rng: np.random.Generator) -> None:
    """Replaces some words, where they stand, by others of the same concept."""
    chosen = (c[:, :, 0] > 0) & (rng.random(s.shape) < OTHER_WORDS)
    for i, j in zip(*np.nonzero(chosen), strict=True):
        stems, meant = others[c[i, j, 0]]
        if len(stems):
            pick = int(rng.integers(len(stems)))
            s[i, j], c[i, j] = stems[pick], meant[pick]


def _slopes(
    w: Weights,
    s: Numbers,
    c: Numbers,
    wanted: NDArray[np.int64],
    counts: Floats,
    rng: np.random.Generator,
) -> tuple[float, Weights]:
    """The loss, and the gradient of each weight. Like `sums`, with parts left out."""

    def kept(shape: tuple[int, ...], part: float) -> Floats:
        return (rng.random(shape, np.float32) >= part).astype(np.float32) / np.float32(1 - part)

    there = (s > 0)[:, :, None].astype(np.float32)
    known = (rng.random(s.shape) >= UNSAID_WORDS)[:, :, None] * there
    meant = (rng.random(s.shape) >= UNSAID_WORDS / 2)[:, :, None] * there
    hold_x = kept((*s.shape, DEPTH), DROPPED)
    x = (w["stems"][s] * known + w["concepts"][c].sum(axis=2) * meant) * hold_x
    x = x.astype(np.float32)
    near = beside(x, 1)
    one = np.maximum(near @ w["near"] + w["near_bias"], 0) * there
    wide = beside(one, 2)
    more = np.maximum(wide @ w["far"] + w["far_bias"], 0) * there
    two = one + more
    rows = np.arange(len(s))[:, None]
    top_two, top_one = two.argmax(axis=1), one.argmax(axis=1)
    columns = np.arange(WIDTH)[None]
    length = np.maximum(there.sum(axis=1), 1)
    found = np.concatenate(
        [two[rows, top_two, columns], one[rows, top_one, columns], two.sum(axis=1) / length], axis=1
    )
    hold_f, hold_h = kept(found.shape, DROPPED), kept((len(s), HIDDEN), DROPPED)
    found = found * hold_f
    hidden = np.maximum(found @ w["hidden"] + w["hidden_bias"], 0) * hold_h
    chances = softmax((hidden @ w["out"] + w["out_bias"]).astype(np.float32))
    target = np.full((len(s), CLASSES), SMOOTH / CLASSES, np.float32)
    target[np.arange(len(s)), wanted] += 1 - SMOOTH
    total = max(float(counts.sum()), 1e-6)
    loss = -float((counts[:, None] * target * np.log(np.maximum(chances, 1e-9))).sum())

    d_out = (chances - target) * (counts / total)[:, None]
    d_hidden = (d_out @ w["out"].T) * hold_h * (hidden > 0)
    d_found = (d_hidden @ w["hidden"].T) * hold_f
    d_two = np.repeat((d_found[:, 2 * WIDTH :] / length)[:, None, :], s.shape[1], axis=1) * there
    d_two[rows, top_two, columns] += d_found[:, :WIDTH]
    d_more = d_two * (more > 0)
    d_one = d_two + _back(d_more @ w["far"].T, 2)
    d_one[rows, top_one, columns] += d_found[:, WIDTH : 2 * WIDTH]
    d_one = d_one * (one > 0)
    d_x = _back(d_one @ w["near"].T, 1) * hold_x
    stems_, concepts_ = np.zeros_like(w["stems"]), np.zeros_like(w["concepts"])
    _add(stems_, s.ravel(), _flat(d_x * known))
    each = _flat(d_x * meant)
    for column in range(c.shape[2]):
        some = c[:, :, column].ravel()
        if some.any():
            _add(concepts_, some, each)
    stems_[0] = concepts_[0] = 0
    return loss, {
        "stems": stems_, "concepts": concepts_,
        "near": _flat(near).T @ _flat(d_one), "near_bias": d_one.sum(axis=(0, 1)),
        "far": _flat(wide).T @ _flat(d_more), "far_bias": d_more.sum(axis=(0, 1)),
        "hidden": found.T @ d_hidden, "hidden_bias": d_hidden.sum(axis=0),
        "out": hidden.T @ d_out, "out_bias": d_out.sum(axis=0),
    }  # fmt: skip


def _flat(values: Floats) -> Floats:
    """One row for each word of all texts."""
    return values.reshape(-1, values.shape[-1])


def _back(wide: Floats, far: int) -> Floats:
    """Adds up again what `beside` spread."""
    depth = wide.shape[2] // 3
    x = wide[:, :, depth : 2 * depth].copy()
    x[:, :-far] += wide[:, far:, :depth]
    x[:, far:] += wide[:, :-far, 2 * depth :]
    return x


def _add(into: Floats, rows: Numbers, values: Floats) -> None:
    """Adds each value to the row it belongs to."""
    order = np.argsort(rows, kind="stable")
    sorted_ = rows[order]
    starts = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]])
    into[sorted_[starts]] += np.add.reduceat(values[order], starts, axis=0)
