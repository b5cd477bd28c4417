"""Multinomial logistic regression on sparse rows, with numpy alone. Deterministic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Slope = Callable[[Doubles], tuple[float, Doubles]]
_MEMORY = 8
"""How many past steps the curvature is estimated from (Nocedal and Wright, Numerical Optimization,
7.2)."""
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row i has `values` in the columns `columns[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: Floats
    width: int

    @classmethod
    def of(cls, rows: Sequence[tuple[NDArray[np.int32], Floats]], width: int) -> Rows:
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(columns) for columns, _ in rows], out=starts[1:])
        return cls(starts, np.concatenate([c for c, _ in rows]),
                   np.concatenate([v for _, v in rows]), width)  # fmt: skip

    def __len__(self) -> int:
        return len(self.starts) - 1

    def times(self, weights: Floats) -> Floats:
        """For each row, the sum of its columns' weights."""
        out = np.empty((len(self), weights.shape[1]), np.float32)
        begin = 0
        while begin < len(self):
            end = max(begin + 1, int(np.searchsorted(self.starts, self.starts[begin] + _CHUNK)) - 1)
            a, b = self.starts[begin], self.starts[end]
            part = weights[self.columns[a:b]] * self.values[a:b, None]
            out[begin:end] = np.add.reduceat(part, self.starts[begin:end] - a, axis=0)
            begin = end
        return out

    def back(self, errors: Floats) -> Doubles:
        """For each column, the sum of its rows' errors."""
        row = np.repeat(np.arange(len(self)), np.diff(self.starts))
        sums = [
            np.bincount(self.columns, errors[row, k] * self.values, self.width)
            for k in range(errors.shape[1])
        ]
        return np.stack(sums, axis=1)


def softmax(z: Floats) -> Floats:
    """The chances of each row's classes, from their sums."""
    e: Floats = np.exp(z - z.max(axis=1, keepdims=True))
    chances: Floats = e / e.sum(axis=1, keepdims=True)
    return chances


def fit(
    rows: Rows,
    wanted: NDArray[np.int64] | Floats,
    counts: Floats,
    *,
    classes: int = 4,
    strength: float = 30.0,
    steps: int = 60,
    start: Floats | None = None,
    beside: Floats | None = None,
    bias: bool = True,
) -> Floats:
    """Weights (width + 1 for the bias, classes) that explain `wanted`.

    Args:
        wanted: the class of each row, or its chances of all classes (one row each).
        counts: how much each row counts.
        strength: the inverse of the pull toward zero (C in other libraries).
        start: weights to start from.
        beside: what others already say of each row (a sum for each class).
        bias: False leaves the bias as it is.
    """
    if wanted.ndim == 2:
        target = wanted.astype(np.float32)
    else:
        target = np.zeros((len(rows), classes), np.float32)
        target[np.arange(len(rows)), wanted] = 1.0
    total = float(counts.sum())

    def at(w: Doubles) -> tuple[float, Doubles]:
        table = w.reshape(rows.width + 1, classes).astype(np.float32)
        sums = rows.times(table[:-1]) + table[-1]
        p = softmax(sums if beside is None else sums + beside)
        loss = -(counts[:, None] * target * np.log(np.maximum(p, 1e-12))).sum()
        errors = (p - target) * counts[:, None]
        slope = np.vstack([rows.back(errors), errors.sum(axis=0, keepdims=True) * bias])
        pull = w.copy()
        pull[-classes:] = 0
        value = float(loss) + 0.5 / strength * float(pull @ pull)
        return value / total, (slope.ravel() + pull / strength) / total

    w = np.zeros((rows.width + 1) * classes)
    if start is not None:
        w[:] = start.ravel()
    found: Floats = _minimum(at, w, steps).reshape(rows.width + 1, classes).astype(np.float32)
    return found


def _minimum(at: Slope, w: Doubles, steps: int) -> Doubles:
    """L-BFGS with a backtracking line search."""
    value, slope = at(w)
    moved, turned = list[Doubles](), list[Doubles]()
    for _ in range(steps):
        direction = -_curved(slope, moved, turned)
        down = float(direction @ slope)
        length = 1.0 if moved else 1.0 / max(1e-12, float(np.abs(slope).sum()))
        for _ in range(25):
            new = w + length * direction
            new_value, new_slope = at(new)
            if new_value <= value + 1e-4 * length * down:
                break
            length *= 0.5
        else:
            return w
        step, change = new - w, new_slope - slope
        if float(step @ change) > 1e-12:
            moved.append(step)
            turned.append(change)
            del moved[:-_MEMORY], turned[:-_MEMORY]
        gained, w, value, slope = value - new_value, new, new_value, new_slope
        if gained < 1e-6:
            break
    return w


def _curved(slope: Doubles, moved: list[Doubles], turned: list[Doubles]) -> Doubles:
    """The direction of descent, from the curvature that the last steps show (two loops)."""
    q, kept = slope.copy(), list[tuple[float, float, Doubles, Doubles]]()
    for s, y in zip(reversed(moved), reversed(turned), strict=True):
        rho = 1.0 / float(y @ s)
        a = rho * float(s @ q)
        q -= a * y
        kept.append((rho, a, s, y))
    if moved:
        q *= float(moved[-1] @ turned[-1]) / float(turned[-1] @ turned[-1])
    for rho, a, s, y in reversed(kept):
        q += s * (a - rho * float(y @ q))
    return q
