"""How a process starts quickly."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quickly() -> Iterator[None]:
    """For the imports of a process, which make half a million objects that all stay.

    Looking among them for rubbish, again and again, is a third of a start. Afterwards they are left
    out of every later look, so that none of those stops the sound for long.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
