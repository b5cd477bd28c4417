"""python -m router.triage: learns weights and cuts from the phrase book and writes them."""

from __future__ import annotations

import sys

from . import shipped
from .cutting import choose, left_out
from .model import Kept, Model, Table
from .training import learn_need, learn_severity


def told(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Some minutes on one core."""
    lines, concepts = shipped.book(), shipped.concepts()
    told(f"{len(lines)} lines of {len({line.writer for line in lines})} writers")
    cuts = choose(*left_out(lines, concepts, told=told))
    severity, need = learn_severity(lines, concepts), learn_need(lines, concepts)
    model = Model(Table.of(severity), Table.of(need))
    Kept(model, cuts, shipped.made_of()).save(shipped.WEIGHTS)
    told(f"{shipped.WEIGHTS.name}: {cuts}")


if __name__ == "__main__":
    main()
