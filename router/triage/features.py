"""What the model sees of a text: numbers of features, their weights, and the words they come from.

Single words, pairs and triples; stems; letters in twos to fives; concepts alone, in ordered pairs
within five words, and beside a word. A feature is the hash of its name in a table of fixed size, so
only the table has to be kept; a whole text is hashed at once in numpy (0.2 ms).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import words

WORD, GAP, LETTERS, CONCEPT, BESIDE, STEM, LENGTH = 1.0, 0.7, 0.35, 0.9, 0.7, 0.6, 0.3
"""How much a feature of a kind counts before anything is learned."""
NEAR = 5
"""The most words between a concept and another that is paired with it."""
PAIRED = 9
"""How many following concepts are looked at for a pair, less one."""
_MIX, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_KINDS = {
    name: np.uint64(zlib.crc32(name.encode()))
    for name in [
        "w1",
        "w2",
        "w3",
        "gap",
        "s1",
        "s2",
        "c2",
        "c3",
        "c4",
        "c5",
        "k1",
        "k2",
        "kw",
        "wk",
        "n",
    ]
}
_ENDING = re.compile(
    r"(?:ations?|ings?|edly|ed|ies|es|ers?|ly|s|ando|iendo|aron|ieron|ados?|idos?|adas?|idas?|mente"
    r"|aba|ia|os|as|an|en|ar|er|ir|o|a|e|y)$"
)

Ids = NDArray[np.uint64]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one text. All arrays have the same length."""

    words: list[str]
    ids: Ids
    """Hashes, not yet reduced to a table's size."""
    weights: NDArray[np.float32]
    first: Places
    """The word at which each feature begins."""
    last: Places
    """The word at which each feature ends."""
    stems: Ids
    """For each word, the number of its stem."""
    meant: list[tuple[str, int, int]]
    """Concept, first word, last word."""


@lru_cache(maxsize=10_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=10_000)
def _stem(word: str) -> int:
    return _hash(_ENDING.sub("", word) if len(word) > 5 else word)


def _mixed(kind: str, *parts: Ids) -> Ids:
    first, *rest = parts
    found = _spread(first ^ _KINDS[kind])
    for part in rest:
        found ^= part
        found = _spread(found)
    return found


def _spread(found: Ids) -> Ids:
    """Changes the array in place."""
    found *= _MIX
    found ^= found >> _SHIFT
    return found


def features(text: str, concepts: Concepts) -> Features:
    """The features of a text as it was typed."""
    return of_words(words(text), concepts)


class _Collected:
    """Collects features as they are found: arrays of one kind and weight each."""

    def __init__(self) -> None:
        self.ids, self.first, self.last = list[Ids](), list[Places](), list[Places]()
        self.weights, self.sizes = list[float](), list[int]()

    def add(self, kind: str, weight: float, first: Places, last: Places, *parts: Ids) -> None:
        if len(first):
            self.ids.append(_mixed(kind, *parts))
            self.first.append(first)
            self.last.append(last)
            self.weights.append(weight)
            self.sizes.append(len(first))

    def of(self, found: list[str], stems: Ids, meant: list[tuple[str, int, int]]) -> Features:
        return Features(
            found,
            np.concatenate(self.ids),
            np.repeat(np.array(self.weights, np.float32), self.sizes),
            np.concatenate(self.first),
            np.concatenate(self.last),
            stems,
            meant,
        )


def of_words(found: list[str], concepts: Concepts) -> Features:
    """The features of words that were already split; at least one word."""
    count = len(found)
    at = np.arange(count, dtype=np.int32)
    all_ = _Collected()
    with np.errstate(over="ignore"):
        w = np.array([_hash(word) for word in found], np.uint64)
        s = np.array([_stem(word) for word in found], np.uint64)
        all_.add("w1", WORD, at, at, w)
        all_.add("w2", WORD, at[:-1], at[1:], w[:-1], w[1:])
        all_.add("w3", WORD, at[:-2], at[2:], w[:-2], w[1:-1], w[2:])
        all_.add("gap", GAP, at[:-2], at[2:], w[:-2], w[2:])
        all_.add("s1", STEM, at, at, s)
        all_.add("s2", STEM, at[:-1], at[1:], s[:-1], s[1:])
        _letters(found, all_)
        meant = concepts.sequence(found)
        _concepts(found, w, meant, all_)
        length = np.array([min(6, count // 6)], np.uint64)
        all_.add("n", LENGTH, at[:1], at[:1], length)
    return all_.of(found, s, meant)


def _letters(found: list[str], all_: _Collected) -> None:
    line = "".join(f"<{word}>" for word in found)
    codes = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    of = np.repeat(np.arange(len(found), dtype=np.int32), [len(word) + 2 for word in found])
    for size in (2, 3, 4, 5):
        count = len(codes) - size + 1
        if count < 1:
            return
        inside = of[:count] == of[size - 1 :]
        at = of[:count][inside]
        parts = [codes[offset : count + offset][inside] for offset in range(size)]
        all_.add(f"c{size}", LETTERS, at, at, *parts)


def _concepts(
    found: list[str], w: Ids, meant: list[tuple[str, int, int]], all_: _Collected
) -> None:
    if not meant:
        return
    k = np.array([_hash(name) for name, _, _ in meant], np.uint64)
    first = np.array([begin for _, begin, _ in meant], np.int32)
    last = np.array([end for _, _, end in meant], np.int32)
    all_.add("k1", CONCEPT, first, last, k)
    for apart in range(1, min(PAIRED, len(k))):
        between = first[apart:] - last[:-apart]
        near = (between > 0) & (between <= NEAR)
        one, other = k[:-apart][near], k[apart:][near]
        all_.add("k2", CONCEPT, first[:-apart][near], last[apart:][near], one, other)
    after, before = last + 1 < len(found), first > 0
    all_.add("kw", BESIDE, first[after], last[after] + 1, k[after], w[last[after] + 1])
    all_.add("wk", BESIDE, first[before] - 1, last[before], w[first[before] - 1], k[before])
