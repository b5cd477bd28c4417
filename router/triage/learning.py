"""Learns from corrections: the shipped weights, moved where the corrected messages need it.

Only the linear table of severity moves, and only in rows that a corrected message uses. All lines
of the phrase book should be read as before (their target is what the weights say of them now), so
only what the corrections need moves. A correction that is still misread counts more in the next
round, and so does an emergency of the book that would be missed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import read

from .distortions import typed
from .model import SIZE, Cuts, Kept, Model, Row, Table
from .reading import danger, decide
from .solver import Rows, fit, softmax

TIMES = 4.0
"""How many lines of the phrase book one correction counts as, at first."""
ROUNDS = 8
"""The most rounds; a correction that is still misread counts three times as much in the next."""
GUARDED = 128.0
"""The most lines that an emergency of the book counts as: corrections against it are not silently
outvoted; instead the line is missed, and the result is refused with the line's name."""
DISTORTED = 2
"""Beside each corrected message as written, this many variants as other people would type it."""
EVERY = 3
"""One of the book's non-emergencies stands for this many."""
NEAR, SURER = 0.1, 0.3
"""An emergency of the book that is this near to its cut must become this much surer."""
MOST = 3 * 127
"""A weight that moves may become three times as large as the largest shipped one: a few words of a
correction ("lol just kidding") may have to outweigh all others."""
STRENGTH = 10.0
STEPS = 25
SEED = 1

Chances = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about a message."""

    id: str
    text: str
    severity: int
    """The severity, 1 to 4, by the person who corrected it."""
    raised: bool
    """False: the person said that it never was an emergency."""

    def holds(self, severity: int) -> bool:
        """Does this reading agree with the correction?"""
        return severity <= self.severity if self.raised else severity >= self.severity


class Texts:
    """Texts as the model sees them: one row per part, and what the weights say about it."""

    def __init__(self, texts: Sequence[str], concepts: Concepts, model: Model) -> None:
        """Takes 0.4 ms a text."""
        parts, chances, self.begins = list[Row](), list[Chances](), [0]
        for text in texts:
            found = read(text)
            if found.words:
                seen = model.see(found, concepts)
                parts += seen.parts
                chances.append(seen.severity)
            self.begins.append(len(parts))
        self.parts = parts
        self._rows = Rows.of(parts, SIZE) if parts else None
        self.sums = np.log(np.maximum(np.concatenate(chances), 1e-9)) if chances else _NONE

    def __len__(self) -> int:
        return len(self.begins) - 1

    def severities(
        self, cuts: Cuts, moved: Moved | None = None, only: Sequence[int] | None = None
    ) -> list[tuple[int, bool]]:
        """The severity of each text (of all, or of these), and whether it is unsure."""
        sums = self.sums
        if moved is not None and self._rows is not None:
            sums = sums + moved.says(self._rows)
        chances = softmax(sums) if len(sums) else sums
        spans = self.spans()
        return [
            self._severity(chances[slice(*spans[at])], cuts)
            for at in (range(len(self)) if only is None else only)
        ]

    @staticmethod
    def _severity(chances: Chances, cuts: Cuts) -> tuple[int, bool]:
        if not len(chances):
            return 4, False
        return decide(*danger(chances, cuts.doubt), chances[0], cuts)

    def worst(self, at: int, doubt: float) -> int:
        """The part of a text that looks most dangerous."""
        begin, end = self.begins[at : at + 2]
        chances = softmax(self.sums[begin:end])
        return begin + int((chances[:, 0] + doubt * chances[:, 1]).argmax())

    def spans(self) -> list[tuple[int, int]]:
        return list(zip(self.begins, self.begins[1:], strict=False))


_NONE = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class Moved:
    """Learned rows of the table of severity; all others stay as shipped."""

    columns: NDArray[np.int32]
    """Row numbers, sorted."""
    table: NDArray[np.int16]
    """For each of them, the row as it is now."""
    change: NDArray[np.float32]
    """For each of them, the difference from the shipped row."""

    @classmethod
    def of(cls, columns: NDArray[np.int32], table: NDArray[np.int16], kept: Kept) -> Moved:
        """From the new rows of the table of these weights."""
        old = kept.model.severity
        more = table.astype(np.float32) - old.table[columns].astype(np.float32)
        return cls(columns, table, more * old.scale)

    def says(self, rows: Rows) -> Chances:
        """For each row, how much more it says for each severity."""
        table = np.zeros((SIZE, 4), np.float32)
        table[self.columns, :3] = self.change
        return rows.times(table)

    def on(self, kept: Kept) -> Kept:
        """The weights that these were learned on, with the moved rows."""
        old = kept.model.severity
        table = old.table.astype(np.int16)
        table[self.columns] = self.table
        model = copy(kept.model)
        model.severity = Table(table, float(old.scale), old.bias)
        return replace(kept, model=model)


@dataclass(frozen=True, slots=True)
class LearningResult:
    """What was learned, and at what cost."""

    moved: Moved
    unlearned: list[Correction]
    """Corrections that are still misread."""
    lost: list[int]
    """Numbers of guarded lines of the book that would no longer be found as S1."""
    blamed: list[list[Correction]]
    """For each missed line, the corrections that are nearest to it, nearest first."""


def learn(
    kept: Kept,
    concepts: Concepts,
    book: Texts,
    guarded: Sequence[int],
    corrections: Sequence[Correction],
) -> LearningResult:
    """Weights that read as these corrections say. The same input gives the same weights.

    Args:
        book: lines of the phrase book as `kept` sees them.
        guarded: numbers of the lines that are found as emergencies and must stay so.
    """
    taught = [one for one in corrections if read(one.text).words]
    if not taught:
        return LearningResult(
            Moved.of(np.zeros(0, np.int32), np.zeros((0, 3), np.int16), kept), [], [], []
        )
    lesson = _Lesson(kept, concepts, book, guarded, taught)
    moved, unlearned, lost = lesson.learned()
    for _ in range(ROUNDS - 1):
        if not unlearned and not lost:
            break
        lesson.insist(unlearned, lost)
        moved, unlearned, lost = lesson.learned()
    return LearningResult(moved, [taught[at] for at in unlearned], lost, lesson.blamed(lost))


class _Lesson:
    """Rows to learn from: the corrections, as written and in variants, and the book."""

    def __init__(
        self,
        kept: Kept,
        concepts: Concepts,
        book: Texts,
        guarded: Sequence[int],
        taught: Sequence[Correction],
    ) -> None:
        self._kept, self._book, self._guarded, self._taught = kept, book, guarded, taught
        rng = random.Random(SEED)
        written = [
            (at, text)
            for at, one in enumerate(taught)
            for text in (one.text, *(typed(one.text, rng) for _ in range(DISTORTED)))
        ]
        written = [(at, text) for at, text in written if read(text).words]
        self._texts = Texts([one.text for one in taught], concepts, kept.model)
        seen = Texts([text for _, text in written], concepts, kept.model)
        parts, of, sums = list[Row](), list[int](), list[Chances]()
        for number, (at, _) in enumerate(written):
            begin, end = seen.begins[number : number + 2]
            for part in range(begin, begin + 1 if taught[at].raised else end):
                parts.append(seen.parts[part])
                of.append(at)
                sums.append(seen.sums[part])
        self._of = np.array(of)
        self.columns = np.unique(np.concatenate([columns for columns, _ in parts]))
        wanted = np.zeros((len(parts), 4), np.float32)
        wanted[np.arange(len(parts)), [taught[at].severity - 1 for at in of]] = 1
        at_worst = [book.worst(at, kept.cuts.doubt) for at in guarded]
        skipped = {*guarded}
        others = [a for at, (a, b) in enumerate(book.spans()) if b > a and at not in skipped]
        shown = [*at_worst, *others[::EVERY]]
        self._counts = np.ones(len(shown), np.float32)
        self._counts[len(guarded) :] = EVERY
        each = np.bincount(self._of, minlength=len(taught))
        self._times = np.full(len(taught), TIMES, np.float32)
        self._each = each[self._of]
        targets = softmax(book.sums[shown])
        near = np.flatnonzero(targets[: len(guarded), 0] < kept.cuts.sure + NEAR)
        targets[near] *= 1 - SURER
        targets[near, 0] += SURER
        rows = [self._inside(book.parts[part]) for part in shown] + [self._inside(p) for p in parts]
        self._useful = np.array([len(columns) > 0 for columns, _ in rows])
        self._rows = Rows.of([row for row in rows if len(row[0])], len(self.columns))
        self._wanted = np.concatenate([targets, wanted])[self._useful]
        self._beside = np.concatenate([book.sums[shown], np.stack(sums)])[self._useful]
        self._start: NDArray[np.float32] | None = None

    def _inside(self, part: Row) -> Row:
        """The rows, reduced to the columns that may move, by their new numbers."""
        columns, values = part
        at = np.searchsorted(self.columns, columns).clip(max=len(self.columns) - 1)
        known = self.columns[at] == columns
        return at[known].astype(np.int32), values[known]

    def learned(self) -> tuple[Moved, list[int], list[int]]:
        """The weights, the corrections that are still misread and the emergencies that are
        missed."""
        moved = self._fitted()
        cuts = self._kept.cuts
        read_as = self._texts.severities(cuts, moved)
        unlearned = [at for at, one in enumerate(self._taught) if not one.holds(read_as[at][0])]
        guarded = self._book.severities(cuts, moved, self._guarded)
        lost = [at for at, (one, _) in zip(self._guarded, guarded, strict=True) if one != 1]
        return moved, unlearned, lost

    def _fitted(self) -> Moved:
        counts = np.concatenate([self._counts, self._times[self._of] / self._each])[self._useful]
        found = fit(
            self._rows, self._wanted, counts, classes=4, strength=STRENGTH, steps=STEPS,
            start=self._start, beside=self._beside, bias=False,
        )  # fmt: skip
        self._start = found
        old = self._kept.model.severity
        change = found[:-1, :3] - found[:-1, 3:]
        was = old.table[self.columns]
        now = np.clip(np.round(was + change / old.scale), -MOST, MOST).astype(np.int16)
        moved = (now != was).any(axis=1)
        return Moved.of(self.columns[moved], now[moved], self._kept)

    def insist(self, unlearned: Sequence[int], lost: Sequence[int]) -> None:
        self._times[list(unlearned)] *= 3
        gone = set(lost)
        mine = [number for number, at in enumerate(self._guarded) if at in gone]
        self._counts[mine] = np.minimum(self._counts[mine] * 4, GUARDED)

    def blamed(self, lost: Sequence[int]) -> list[list[Correction]]:
        """The corrections to "no emergency" whose rows have most in common with the missed
        line's."""
        found = list[list[Correction]]()
        for at in lost:
            columns, values = self._book.parts[self._book.worst(at, self._kept.cuts.doubt)]
            mine = dict(zip(columns.tolist(), values.tolist(), strict=True))
            common = list[tuple[float, int]]()
            for number, one in enumerate(self._taught):
                if one.severity > 1:
                    row = self._texts.parts[self._texts.begins[number]]
                    common.append(
                        (sum(v * mine.get(c, 0) for c, v in zip(*row, strict=True)), number)
                    )
            common.sort(key=lambda pair: -pair[0])
            found.append([self._taught[number] for _, number in common[:3]])
        return found
