"""A small network that reads words in their order: the second of the two models.

A word is its stem and its concepts, 32 numbers each; windows over neighbours (three words, then
seven) find who did what to whom; for each finding, the strongest place in the text counts. Its
result is added to that of the table of features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .features import Features

STEMS = 1 << 13
"""Rows of stems; the first stands for no stem."""
DEPTH, WIDTH, HIDDEN = 32, 64, 64
MOST = 64
"""Words of a text that are read as one; later words are read only in their sentences."""
MEANINGS = 5
"""The most concepts of one word."""

TOGETHER = 32
"""Sentences that are read together: more would take more memory and no less time."""
_NONE = [0] * MEANINGS

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]
Weights = dict[str, Floats]
Coded = tuple[Numbers, Numbers]
"""A text: for each word its stem and its concepts (MEANINGS wide); 0 is none."""


def beside(x: Floats, far: int) -> Floats:
    """Each place with its neighbours `far` before and after it."""
    texts, places, depth = x.shape
    wide = np.zeros((texts, places, 3 * depth), np.float32)
    wide[:, far:, :depth] = x[:, :-far]
    wide[:, :, depth : 2 * depth] = x
    wide[:, :-far, 2 * depth :] = x[:, far:]
    return wide


def stacked(some: Sequence[Coded]) -> Coded:
    """Texts side by side, padded to one length."""
    longest = max(len(stems) for stems, _ in some)
    all_stems = np.zeros((len(some), longest), np.int32)
    all_meant = np.zeros((len(some), longest, MEANINGS), np.int32)
    for at, (stems, meant) in enumerate(some):
        all_stems[at, : len(stems)] = stems
        all_meant[at, : len(stems)] = meant
    return all_stems, all_meant


class Network:
    """Safe to share."""

    def __init__(self, weights: Weights, names: Sequence[str]) -> None:
        """
        Args:
            names: the concepts that were known when it learned; others mean nothing to it.
        """
        self.weights, self.names = weights, tuple(names)
        self._numbers = {name: number for number, name in enumerate(names, 1)}

    def coded(self, found: Features) -> Coded:
        """What it sees in a text."""
        meant: list[list[int]] = [[] for _ in found.words]
        for name, first, last in found.meant:
            if number := self._numbers.get(name, 0):
                for at in range(first, last + 1):
                    if number not in meant[at]:
                        meant[at].append(number)
        filled = [(some + _NONE)[:MEANINGS] for some in meant]
        stems = (found.stems % np.uint64(STEMS - 1)).astype(np.int32) + 1
        return stems, np.array(filled, np.int32).reshape(len(stems), MEANINGS)

    def says(self, found: Features, sentences: Sequence[tuple[int, int]]) -> Floats:
        """The sum for each class: one row for the whole text, one for each sentence."""
        stems, meant = self.coded(found)
        spans = [(0, len(stems)), *sentences]
        parts = [(stems[a : min(b, a + MOST)], meant[a : min(b, a + MOST)]) for a, b in spans]
        cuts = [
            0,
            *range(1, len(parts), TOGETHER),
            len(parts),
        ]  # the whole text alone: it is longer
        return np.vstack([self.sums(*stacked(parts[a:b])) for a, b in pairwise(cuts)])

    def sums(self, stems: Numbers, meant: Numbers) -> Floats:
        """The sum for each class, one row per text."""
        w = self.weights
        there = (stems > 0)[:, :, None]
        x = (w["stems"][stems] + w["concepts"][meant].sum(axis=2)) * there
        one = np.maximum(beside(x, 1) @ w["near"] + w["near_bias"], 0) * there
        two = one + np.maximum(beside(one, 2) @ w["far"] + w["far_bias"], 0) * there
        found: Floats = np.concatenate(
            [two.max(axis=1), one.max(axis=1), two.sum(axis=1) / there.sum(axis=1)], axis=1
        ).astype(np.float32)
        hidden = np.maximum(found @ w["hidden"] + w["hidden_bias"], 0)
        said: Floats = hidden @ w["out"] + w["out_bias"]
        return said

    def kept(self) -> dict[str, NDArray[np.generic]]:
        """Arrays for a file: one byte for each number of a word, two for the others."""
        arrays = dict[str, NDArray[np.generic]]()
        for name, part in self.weights.items():
            if name in _BYTES:
                scale = float(np.abs(part).max()) / 127 or 1.0
                arrays[f"network_{name}"] = np.round(part / scale).astype(np.int8)
                arrays[f"network_{name}_scale"] = np.array(scale, np.float32)
            else:
                arrays[f"network_{name}"] = part.astype(np.float16)
        arrays["network_names"] = np.array(self.names)
        return arrays

    @classmethod
    def of_kept(cls, arrays: Mapping[str, NDArray[Any]]) -> Network:
        """
        Raises:
            KeyError, ValueError: this is not a network of ours.
        """
        weights = {name: arrays[f"network_{name}"].astype(np.float32) for name in _PARTS}
        for name in _BYTES:
            weights[name] *= arrays[f"network_{name}_scale"].astype(np.float32)
        return cls(weights, [str(name) for name in arrays["network_names"]])


_BYTES = ("stems", "concepts")
_PARTS = (
    *_BYTES, "near", "near_bias", "far", "far_bias", "hidden", "hidden_bias", "out", "out_bias",
)  # fmt: skip
