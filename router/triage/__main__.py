"""python -m router.triage: learns weights and cuts from the phrase book and writes them."""

from __future__ import annotations

import sys
from functools import partial

from .making import make

if __name__ == "__main__":
    make(partial(print, file=sys.stderr, flush=True))
