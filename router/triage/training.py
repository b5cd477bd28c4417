"""Learns the weights from the phrase book. The same book gives the same weights on the same kind of
processor."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import read, words

from .book import NEEDS, UNSAID, BookError, BookLine
from .distortions import typed
from .features import of_words
from .model import NEEDS_SIZE, SEVERITIES, SIZE, Model, Table, row
from .network import MOST, Network
from .network_training import learn
from .solver import Rows, fit

DISTORTED = 2
"""Beside each line as written, this many variants as other people would type it."""
SEED = 1
NETWORK = 0.4
"""The network's share of the sum for severity; the table has the rest."""
WRITER = 1000
"""The most lines that a writer counts for: one who wrote more does not outvote the others."""
SENTENCE = 0.3
"""How much a sentence of an everyday line counts, by itself, as an everyday line."""
STRENGTH = 10.0
STEPS = 60


def rows_of(texts: Sequence[str], concepts: Concepts) -> Rows:
    """What the model sees in each text as a whole."""
    return Rows.of([row(of_words(words(text) or ["."], concepts)) for text in texts], SIZE)


def counts_of(lines: Sequence[BookLine]) -> NDArray[np.float32]:
    """How much each line counts."""
    sizes = Counter(line.writer for line in lines)
    return np.array([min(1.0, WRITER / sizes[line.writer]) for line in lines], np.float32)


def _sentences(
    lines: Sequence[BookLine], counts: NDArray[np.float32]
) -> Iterator[tuple[str, float]]:
    """The sentences of everyday lines that have several, as lines of their own, and how much each
    counts."""
    for line, count in zip(lines, counts, strict=True):
        if line.severity == SEVERITIES:
            found = read(line.text)
            for begin, end in found.sentences:
                yield " ".join(found.words[begin:end]), SENTENCE * float(count)


def _typed(
    lines: Sequence[BookLine], distorted: int, seed: int
) -> tuple[list[BookLine], list[str]]:
    """Each line as written and as other people would type it."""
    rng = random.Random(seed)
    whose, texts = list[BookLine](), list[str]()
    for line in lines:
        for text in (line.text, *(typed(line.text, rng) for _ in range(distorted))):
            whose.append(line)
            texts.append(text)
    return whose, texts


def learn_severity(
    lines: Sequence[BookLine], concepts: Concepts, *, distorted: int = DISTORTED, seed: int = SEED
) -> NDArray[np.float32]:
    """Weights (SIZE + 1, 4): how much each feature counts for S1 to S4."""
    whose, texts = _typed(lines, distorted, seed)
    wanted = [line.severity - 1 for line in whose]
    counts = np.repeat(counts_of(lines), 1 + distorted).tolist()
    for text, count in _sentences(lines, counts_of(lines)):
        texts.append(text)
        wanted.append(SEVERITIES - 1)
        counts.append(count)
    return fit(
        rows_of(texts, concepts), np.array(wanted), np.array(counts, np.float32),
        classes=SEVERITIES, strength=STRENGTH, steps=STEPS,
    )  # fmt: skip


def learn_network(
    lines: Sequence[BookLine],
    concepts: Concepts,
    *,
    distorted: int = DISTORTED,
    seed: int = SEED,
) -> Network:
    """The network for severity."""
    whose, texts = _typed(lines, distorted, seed)
    names = concepts.names
    see = Network({}, names).coded
    coded = [
        (stems[:MOST], meant[:MOST])
        for stems, meant in (see(of_words(words(text) or ["."], concepts)) for text in texts)
    ]
    others = [see(of_words(concepts.words_of(name) or ["."], concepts)) for name in names]
    nothing = others[0][0][:0], others[0][1][:0]
    return learn(
        coded, np.array([line.severity - 1 for line in whose]),
        np.repeat(counts_of(lines), 1 + distorted), names, [nothing, *others], seed=seed,
    )  # fmt: skip


def learn_model(lines: Sequence[BookLine], concepts: Concepts) -> Model:
    """The whole model, as it is saved."""
    network = learn_network(lines, concepts)
    for part in ("out", "out_bias"):
        network.weights[part] *= np.float32(NETWORK)
    severity = Table.of(learn_severity(lines, concepts), 1 - NETWORK)
    return Model(severity, Table.of(learn_need(lines, concepts)), network)


def learn_need(
    lines: Sequence[BookLine], concepts: Concepts, *, distorted: int = 0, seed: int = SEED
) -> NDArray[np.float32]:
    """Weights (NEEDS_SIZE + 1, 5): how much each feature speaks for each need. Lines that do not
    say theirs are left out.

    Raises:
        BookError: no line says it.
    """
    whose, texts = _typed([line for line in lines if line.need != UNSAID], distorted, seed)
    if not texts:
        raise BookError("No line of the book says what it needs.")
    wanted = np.array([NEEDS.index(line.need) for line in whose])
    counts = np.ones(len(texts), np.float32)
    rows = rows_of(texts, concepts)
    rows = Rows(rows.starts, rows.columns & (NEEDS_SIZE - 1), rows.values, NEEDS_SIZE)
    return fit(rows, wanted, counts, classes=len(NEEDS), strength=STRENGTH, steps=STEPS)
