"""The model: how likely each severity is, for a text as a whole and for each of its sentences."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import Typed

from .book import NEEDS
from .features import Features, of_words
from .network import Network
from .solver import softmax

SIZE = 1 << 19
"""Rows of the table of severity."""
NEEDS_SIZE = 1 << 15
"""Rows of the table of needs."""
SEVERITIES = 4
"""Severity is kept as three columns, each against S4; need as four, each against "none"."""

Row = tuple[NDArray[np.int32], NDArray[np.float32]]

_LITTLE_WORDS = """
the a an my his her its our your their this that these is are was were be been am i he she it we
they you and or but so to of in on at for with from by as just had has have me him them ! ?
el la los las un una mi su tu y o de del en con se le lo que es esta estan al por para yo
hes shes theyre im ive id youre weve there here what when who why how if than then too very really
also oh ok since about all like any some one thing something someone somebody would could should
will can do does did done get got go goes going gone went come came say says said think know
nos les te ya hay muy pero cuando donde porque como esto eso ella ellos ha era fue ser algo alguien
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
"""Words that explain nothing."""
_LONGEST = 40
"""The longest word that is quoted, in letters; a longer one is not a word."""


class Sorted:
    """The features of a text by column, so that repetitions within a part are seen."""

    def __init__(self, found: Features) -> None:
        columns = (found.ids & np.uint64(SIZE - 1)).astype(np.int32)
        order = np.argsort(columns, kind="stable")
        self.columns, self._weights = columns[order], found.weights[order]
        self._first, self._last = found.first[order], found.last[order]

    def why(
        self, rows: NDArray[np.float32], severity: int, words: Sequence[str]
    ) -> tuple[str, ...]:
        """The three words that contributed most: what each feature adds toward the severity is
        shared over the words it spans.

        Args:
            rows: what the table says of each feature (Table.rows).
        """
        others = (rows.sum(axis=1) - rows[:, severity - 1]) / (SEVERITIES - 1)
        share = self._weights * (rows[:, severity - 1] - others)
        share /= self._last - self._first + 1
        begins = np.bincount(self._first, share, len(words) + 1)
        ends = np.bincount(self._last + 1, share, len(words) + 1)
        push = np.cumsum(begins - ends)
        best = [
            at for at in np.argsort(-push[:-1], kind="stable")
            if push[at] > 0 and words[at] not in _LITTLE and 1 < len(words[at]) <= _LONGEST
        ]  # fmt: skip
        return tuple(words[at] for at in sorted(best[:3]))

    def part(self, begin: int, end: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The features that lie within these words, each column once, and their values; normalised
        to length 1."""
        at = np.flatnonzero((self._first >= begin) & (self._last < end))
        columns = self.columns[at]
        once = np.empty(len(at), np.bool_)
        once[:1] = True
        np.not_equal(columns[1:], columns[:-1], out=once[1:])
        at = at[once]
        values = self._weights[at]
        return at, values / np.sqrt(np.float32(1e-9) + values @ values)


def row(found: Features) -> Row:
    """Columns and values of a text; normalised to length 1."""
    sorted_ = Sorted(found)
    at, values = sorted_.part(0, len(found.words))
    return sorted_.columns[at], values


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model sees in one text."""

    severity: NDArray[np.float32]
    """The chances of S1 to S4: one row for the whole text, one for each sentence if there are
    several."""
    need: NDArray[np.float32]
    """The chances of each need (book.NEEDS), for the worst sentence."""
    parts: list[Row]
    """Columns and values in the table: for the whole text, and for each sentence."""
    _push: Callable[[int], tuple[str, ...]]

    def why(self, severity: int) -> tuple[str, ...]:
        """The three words that contributed most to that severity, in their order."""
        return self._push(severity)


LEVELS = 7
"""The sizes that a weight may have, in both directions, beside zero: squares of sevenths of the
largest. Four bits read as well as eight, so twice as many rows fit into the same file; with more
rows, fewer features share one."""
_SIZES = np.array(
    [round(127 * abs(at) * at / LEVELS**2) for at in range(-LEVELS, LEVELS + 1)] + [0], np.int8
)
"""Their bytes, by what is kept of each (0 to 14); 15 is never written."""


class Table:
    """Weights: a byte each; one column per class, against the last class."""

    def __init__(
        self, table: NDArray[np.int8 | np.int16], scale: float, bias: NDArray[np.float32]
    ) -> None:
        self.table, self.scale, self.bias = table, np.float32(scale), bias

    @classmethod
    def of(cls, weights: NDArray[np.float32], share: float = 1.0) -> Table:
        """From what was learned (rows, and one for the bias); `part` is its share of the sum."""
        weights = weights * np.float32(share)
        against = weights[:, :-1] - weights[:, -1:]
        learned = np.abs(against[:-1][against[:-1] != 0])
        scale = float(np.percentile(learned, 99.9)) / 127 if len(learned) else 1.0
        part = np.sqrt(np.minimum(np.abs(against[:-1]) / (127 * scale), 1))
        levels = (np.sign(against[:-1]) * np.round(part * LEVELS)).astype(np.int8)
        return cls(_SIZES[levels + LEVELS], scale, against[-1].astype(np.float32))

    @classmethod
    def of_kept(cls, packed: NDArray[np.uint8], scale: float, bias: NDArray[np.float32]) -> Table:
        """
        Raises:
            ValueError: this is not a table of ours.
        """
        if packed.dtype != np.uint8 or packed.ndim != 1 or bias.ndim != 1:
            raise ValueError("not a table of four bits")
        two = np.stack([_SIZES[np.arange(256) >> 4], _SIZES[np.arange(256) & 15]], axis=1)
        return cls(two[packed].reshape(-1, len(bias)), scale, bias)

    def kept(self) -> NDArray[np.uint8]:
        """Packs two weights into a byte."""
        part = np.sqrt(np.abs(self.table.astype(np.float32)) / 127)
        levels = (np.sign(self.table) * np.round(part * LEVELS) + LEVELS).ravel()
        packed: NDArray[np.uint8] = (levels[::2] * 16 + levels[1::2]).astype(np.uint8)
        return packed

    def rows(self, columns: NDArray[np.int32]) -> NDArray[np.float32]:
        """What these columns say; 0 for the last class."""
        found = np.zeros((len(columns), len(self.bias) + 1), np.float32)
        found[:, :-1] = self.table[columns & (len(self.table) - 1)]
        found *= self.scale
        return found

    def says(self, values: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum for each class."""
        found: NDArray[np.float32] = values @ rows
        found[:-1] += self.bias
        return found


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where nearness becomes a severity; found on lines by writers that were left out of
    training."""

    sure: float
    """A text this near to S1 is an S1."""
    unsure: float
    """A text this near to S1 is an S2 that somebody glances at."""
    urgent: float
    """A text this near to S2 is an S2."""
    doubt: float
    """An S2 counts as this much of an S1 (reading.danger)."""


class Model:
    """Severity and need. For severity, table and network each add their part to a sum."""

    def __init__(self, severity: Table, need: Table, network: Network) -> None:
        self.severity, self.need, self.network = severity, need, network

    def see(self, typed: Typed, concepts: Concepts) -> Seen:
        """What it sees in a text of at least one word."""
        found = of_words(typed.words, concepts)
        sorted_ = Sorted(found)
        rows = self.severity.rows(sorted_.columns)
        parts, said = list[Row](), list[NDArray[np.float32]]()
        for begin, end in ((0, len(typed.words)), *typed.sentences):
            at, values = sorted_.part(begin, end)
            parts.append((sorted_.columns[at], values))
            said.append(self.severity.says(values, rows[at]))
        chances = softmax(np.stack(said) + self.network.says(found, typed.sentences))
        columns, values = parts[int(chances[:, 0].argmax())]
        need = softmax(self.need.says(values, self.need.rows(columns))[None])[0]
        return Seen(chances, need, parts, lambda severity: sorted_.why(rows, severity, found.words))


TORN = (
    ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy raises for a damaged file. RuntimeError: an archive that claims to have a password, or
is packed in a way we do not read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Writes the weights to a file."""

    model: Model
    cuts: Cuts
    made_of: int
    """The digest of what they were learned from (shipped.made_of)."""

    @classmethod
    def load(cls, path: Path) -> Kept:
        """
        Raises:
            OSError, ValueError, KeyError: these are not weights of ours.
        """
        try:
            with np.load(path, allow_pickle=False) as kept:
                severity, need = (
                    Table.of_kept(
                        kept[f"{name}_table"], float(kept[f"{name}_scale"]), kept[f"{name}_bias"]
                    )
                    for name in ("severity", "need")
                )
                cuts = Cuts(*(float(cut) for cut in kept["cuts"]))
                network, made_of = Network.of_kept(kept), int(kept["made_of"])
        except TORN as error:
            raise ValueError(f"{path.name} is damaged") from error
        shapes = (SIZE, SEVERITIES - 1), (NEEDS_SIZE, len(NEEDS) - 1)
        if (severity.table.shape, need.table.shape) != shapes:
            raise ValueError(f"{path.name} has tables of another size")
        return cls(Model(severity, need, network), cuts, made_of)

    def save(self, path: Path) -> None:
        """Writes all or nothing."""
        part = path.with_name(f"{path.stem}.part.npz")
        arrays = dict[str, Any]()
        for name, table in (("severity", self.model.severity), ("need", self.model.need)):
            arrays[f"{name}_table"] = table.kept()
            arrays[f"{name}_scale"], arrays[f"{name}_bias"] = np.asarray(table.scale), table.bias
        arrays |= self.model.network.kept()
        cuts = np.array(astuple(self.cuts), np.float32)
        np.savez_compressed(part, cuts=cuts, made_of=np.array(self.made_of), **arrays)
        part.replace(path)
