"""How a process starts quickly."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quickly() -> Iterator[None]:
    """For the imports of a process, which make half a million objects that all stay.

    Garbage collection, run over them again and again, takes a third of a start. Afterwards they are
    frozen, so that no later collection stops the sound for long.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
