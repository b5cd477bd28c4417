"""A worker in reserve: its imports are done, and it waits for a byte to begin.

Starting Python with all that a worker needs takes longer than callers should hear nothing, so the
parent keeps one that has only to open the record and the index.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable

from holdfast.host.ready import LOADED

SETTLE_S = 3.0
"""It begins this long after the worker was ready: that one needs the processor now."""


class Spare:
    """At most one; `start` makes the process, given the descriptor it waits on."""

    def __init__(self, start: Callable[[int], subprocess.Popen[bytes]]) -> None:
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None
        self._release = -1
        self.due_at: float | None = None
        self.loaded = False
        """Its imports are done."""

    def plan(self) -> None:
        """A worker is ready: one in reserve soon."""
        self.due_at = time.monotonic() + SETTLE_S

    def renew(self) -> None:
        """One of what is installed now, at once, in place of an older one."""
        self.drop()
        self.due_at = time.monotonic()
        self.tend()

    @property
    def here(self) -> bool:
        """It waits, or does its imports."""
        return self._process is not None and self._process.poll() is None

    def tend(self) -> None:
        """Starts it when it is time; one that ended by itself is replaced."""
        if self._process is not None and self._process.poll() is not None:
            self.drop()
            self.plan()
        if self.due_at is None or self.due_at > time.monotonic() or self._process is not None:
            return
        self.due_at, self.loaded = None, False
        wait, self._release = os.pipe()
        try:
            self._process = self._start(wait)
        except OSError:  # no memory, no processes left: there will be a worker without it
            os.close(self._release)
            self.plan()
        finally:
            os.close(wait)

    def take(self) -> subprocess.Popen[bytes] | None:
        """It begins now and is the caller's; None: there is none."""
        process, self.due_at = self._process, None
        if process is None or process.poll() is not None:
            self.drop()
            return None
        self._process = None
        try:
            os.write(self._release, b"1")
        except OSError:
            return None
        finally:
            os.close(self._release)
        return process

    def drop(self) -> None:
        """Ends it: it is not needed, or older than the next worker has to be."""
        self.due_at = None
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            os.close(self._release)  # it reads the end and goes
        self._process.wait()
        self._process = None


def wait_for(fd: int, ready: int | None) -> bool:
    """In the spare: True if it is needed, False if its parent is gone. `ready`: where it
    says that its imports are done."""
    if ready is not None:
        os.write(ready, LOADED)
    with os.fdopen(fd, "rb", buffering=0) as pipe:
        return pipe.read(1) == b"1"
