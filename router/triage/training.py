"""Learns the weights from the phrase book. Deterministic: the same book gives the same weights."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import words

from .book import NEEDS, UNSAID, BookError, Line
from .distortions import typed
from .features import of_words
from .model import SIZE, row
from .solver import Rows, fit

DISTORTED = 2
"""Beside each line as it is written, so many as others would type it."""
SEED = 1
STRENGTH = 10.0
STEPS = 60


def rows_of(texts: Sequence[str], concepts: Concepts) -> Rows:
    """What the model sees of each text as a whole."""
    return Rows.of([row(of_words(words(text) or ["."], concepts)) for text in texts], SIZE)


def _typed(lines: Sequence[Line], distorted: int, seed: int) -> tuple[list[Line], list[str]]:
    """Each line as it is written and as others would type it."""
    rng = random.Random(seed)
    whose, texts = list[Line](), list[str]()
    for line in lines:
        for text in (line.text, *(typed(line.text, rng) for _ in range(distorted))):
            whose.append(line)
            texts.append(text)
    return whose, texts


def learn_severity(
    lines: Sequence[Line], concepts: Concepts, *, distorted: int = DISTORTED, seed: int = SEED
) -> NDArray[np.float32]:
    """Weights (SIZE + 1, 4): how much each feature speaks for S1 to S4."""
    whose, texts = _typed(lines, distorted, seed)
    wanted = np.array([line.severity - 1 for line in whose])
    counts = np.ones(len(texts), np.float32)
    return fit(rows_of(texts, concepts), wanted, counts, classes=4, strength=STRENGTH, steps=STEPS)


def learn_need(
    lines: Sequence[Line], concepts: Concepts, *, distorted: int = 0, seed: int = SEED
) -> NDArray[np.float32]:
    """Weights (SIZE + 1, 5): how much each feature speaks for each need. Lines that do not say
    theirs are left out.

    Raises:
        BookError: no line says it.
    """
    whose, texts = _typed([line for line in lines if line.need != UNSAID], distorted, seed)
    if not texts:
        raise BookError("No line of the book says what it needs.")
    wanted = np.array([NEEDS.index(line.need) for line in whose])
    counts = np.ones(len(texts), np.float32)
    return fit(
        rows_of(texts, concepts), wanted, counts, classes=len(NEEDS), strength=STRENGTH, steps=STEPS
    )
