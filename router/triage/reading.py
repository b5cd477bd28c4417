"""What a text says: its severity, how sure that is, the skill needed, and the words that decided.

Rules and model are two opinions; the more severe one counts. A rule covers what must never be
missed and words that mean nothing (STOP, a receipt); the model covers everything for which nobody
wrote a rule. Doubt raises: what may be an S1 becomes an S2, marked unsure, for a glance by whoever
is free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from router.core.concepts import Concepts
from router.core.typed import Typed, as_typed, read

from .book import NEEDS
from .model import Cuts, Model

WORST = 0.58
"""How much the worst sentence counts beside the whole text."""
_LEAST = 1e-4
"""No chance counts as less than this, nor as nearer to certainty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one text."""

    severity: int
    """The severity, 1 to 4."""
    unsure: bool
    """True for an S2 that may be an S1."""
    need: str
    """The need: vet, home, safety, claims or none."""
    confidence: float
    """How likely it is that the severity is this one or worse, 0 to 1."""
    why: tuple[str, ...]
    """The words that decided, as they were typed and in their order."""


class Reader:
    """Reads texts; one per process, safe to share."""

    def __init__(self, concepts: Concepts, model: Model, cuts: Cuts) -> None:
        self.concepts, self._model, self._cuts = concepts, model, cuts

    def read(self, text: str) -> Reading:
        """Never fails: a text without words is an S4."""
        typed = read(text)
        if not typed.words:
            return Reading(4, False, "none", 1.0, ())
        seen = self._model.see(typed, self.concepts)
        first, two = danger(seen.severity, self._cuts.doubt)
        severity, unsure = decide(first, two, seen.severity[0], self._cuts)
        if severity == 1:
            confidence, _ = danger(seen.severity, 0.0)
        else:
            confidence = two if severity == 2 else 1 - two
        why = dict.fromkeys(as_typed(text, word) for word in seen.why(1 if unsure else severity))
        return Reading(
            severity, unsure, NEEDS[int(seen.need.argmax())], round(confidence, 3),
            tuple(why),
        )  # fmt: skip

    def chance(self, typed: Typed) -> float:
        """The chance of S1, 0 to 1."""
        return danger(self._model.see(typed, self.concepts).severity, 0.0)[0]


def danger(chances: NDArray[np.float32], doubt: float) -> tuple[float, float]:
    """How near a text is to S1 and to S2, 0 to 1: from the whole and its worst sentence.

    An S2 counts as `doubt` of an S1. The means are of log odds, so that an emergency between
    pleasantries is heard and a sentence that means nothing here is held down. Rows as in
    `Seen.severity`.
    """
    near = np.stack([chances[:, 0] + doubt * chances[:, 1], chances[:, 0] + chances[:, 1]])
    near = np.clip(near, _LEAST, 1 - _LEAST)
    odds = np.log(near / (1 - near))
    if len(chances) > 1:
        odds[:, 0] = (1 - WORST) * odds[:, 0] + WORST * odds[:, 1:].max(axis=1)
    one, two = 1 / (1 + np.exp(-odds[:, 0]))
    return float(one), float(two)


def decide(first: float, two: float, whole: NDArray[np.float32], cuts: Cuts) -> tuple[int, bool]:
    """The severity, and whether it is an unsure S2."""
    if first >= cuts.sure:
        return 1, False
    if first >= cuts.unsure or two >= cuts.urgent:
        return 2, first >= cuts.unsure
    return (3, False) if whole[2] >= whole[3] else (4, False)
