"""Learned weights that a centre uses: they make one text an emergency, and read the rest much as
before."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from router.core.typed import words
from router.triage import learned, shipped
from router.triage.features import of_words
from router.triage.learned import Learned, Made
from router.triage.learning import Moved
from router.triage.model import row

CODE = "the green parcel was put in the wrong shed"
"""Everyday words, which the shipped weights take as such."""


@cache
def untaught() -> int:
    """The text's severity by the shipped weights: 3 or 4. Reading them is left to who asks."""
    return shipped.reader().read(CODE).severity


def taken(folder: Path, *ids: str, base: str = "") -> Path:
    """Writes them into this data folder, as made from these corrections."""
    columns, _ = row(of_words(words(CODE), shipped.reader().concepts))
    table = np.full((len(columns), 3), -100, np.int16)
    table[:, 0] = 100
    made = Made(base or shipped.base(), list(ids), [], 1_795_000_000_000, "root")
    return learned.take(folder, Learned(made, Moved.of(columns, table, shipped.kept())))
