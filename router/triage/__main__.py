"""python -m router.triage: learns weights and cuts from the phrase book and writes them."""

from __future__ import annotations

import sys

from . import shipped
from .cutting import choose, left_out
from .model import Kept
from .training import learn_model


def told(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Some minutes on one core."""
    lines, concepts = shipped.book(), shipped.concepts()
    told(f"{len(lines)} lines of {len({line.writer for line in lines})} writers")
    cuts = choose(*left_out(lines, concepts, told=told))
    Kept(learn_model(lines, concepts, told), cuts, shipped.made_of()).save(shipped.WEIGHTS)
    told(f"{shipped.WEIGHTS.name}: {cuts}")


if __name__ == "__main__":
    main()
