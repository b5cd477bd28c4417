"""How long the event loop is held: the CPU time of each callback, not wall-clock time, so that a
busy machine gives the same result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_S = 0.050
"""No callback may take more CPU time than this: sound comes every 20 ms."""


TRIES = 5
"""On a busy machine a callback also pays for the work of others; the part that is ours recurs in
every try."""


@dataclass
class Held:
    """The longest callback so far, in s, and what it ran."""

    longest_s: float = 0.0
    what: str = ""
    count: int = 0


@contextmanager
def held() -> Iterator[Held]:
    """Watches every callback of asyncio's own loop while it is open."""
    found = Held()
    run = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(handle)
        finally:
            took = time.thread_time() - began
            found.count += 1
            if took > found.longest_s:
                found.longest_s, found.what = took, repr(handle)[:300]

    asyncio.Handle._run = measured  # type: ignore[method-assign]
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]
