"""Makes the shipped weights and their cuts from the phrase book."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from . import shipped
from .book import BookLine
from .cutting import choose, judged, parts
from .model import Kept, Model
from .training import learn_model

PARTS = 4
"""Each part is judged by weights learned from the others."""


def _learned(lines: Sequence[BookLine], concepts: str) -> Model:
    return learn_model(lines, shipped.concepts_in(concepts))


def _judged(
    lines: Sequence[BookLine], part: Sequence[BookLine], concepts: str
) -> list[NDArray[np.float32]]:
    return judged(lines, part, shipped.concepts_in(concepts))


def make(told: Callable[[str], None]) -> None:
    """Takes about ten minutes on two cores: one process per core, each on one thread, so that the
    sums do not depend on the number of cores. Another kind of processor may round differently."""
    made_of = shipped.made_of()  # somebody who edits the book meanwhile has to train again
    lines, concepts = shipped.book(), shipped.CONCEPTS.read_text(encoding="utf-8")
    told(f"{len(lines)} lines of {len({line.writer for line in lines})} writers")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        model = pool.submit(_learned, lines, concepts)
        found = [
            (part, pool.submit(_judged, lines, part, concepts)) for part in parts(lines, PARTS)
        ]
        for part, chances in found:
            told(f"{len(chances.result())} lines judged by weights of {len(lines) - len(part)}")
        cuts = choose(
            [line for part, _ in found for line in part],
            [chance for _, chances in found for chance in chances.result()],
        )
        Kept(model.result(), cuts, made_of).save(shipped.WEIGHTS)
    told(f"{shipped.WEIGHTS.name}: {cuts}")
