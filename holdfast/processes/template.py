"""The template: a process that has done a worker's imports, and of which each worker is a copy.

Starting Python with all that a worker needs takes a second; a copy (fork) takes milliseconds and
shares its memory. The template has one thread, no loop and no connection, so there is nothing in it
that a copy could inherit broken. A worker is no child of it: it forks twice, and the parent adopts
the worker, so that the worker outlives its template and ends with its parent.

Where a system has no adopting (all but Linux), the template becomes the worker itself.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable

from holdfast.host.children import Adopted, Running, die_with_parent

SETTLE_S = 3.0
"""One that ended by itself is replaced after this long: who is there now needs the processor."""
LOAD_S = 20.0
"""After this long a worker no longer waits for its imports."""
ANSWER_S = 2.0
"""It forks in milliseconds. One that takes longer stands still, and is of no use."""

LOADED = b"s"
"""Its imports are done."""
_COPY, _BECOME = b"c", b"b"
_AGAIN, _FIRST = b"a", b"f"
_BEGIN = b"1"
_WIDTH = 4
"""Bytes of a process's number."""


class Template:
    """In the parent: at most one; `start` makes it, given the descriptor that it listens on."""

    def __init__(self, start: Callable[[int], subprocess.Popen[bytes]], *, copies: bool) -> None:
        """`copies`: the parent adopts (host/children.py)."""
        self._start = start
        self._copies = copies
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._started_at = 0.0
        self.due_at: float | None = None
        self.loaded = False
        """Its imports are done, as it has said itself (`hear`)."""

    def renew(self) -> None:
        """One of what is installed now, at once, in place of an older one."""
        self.drop()
        self.due_at = time.monotonic()
        self.tend()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def here(self) -> bool:
        """It waits, or does its imports."""
        return self._process is not None and self._process.poll() is None

    @property
    def loads_until(self) -> float | None:
        """So long a worker waits for it; None: it is loaded, or not there."""
        return self._started_at + LOAD_S if self.here and not self.loaded else None

    @property
    def hears(self) -> list[socket.socket]:
        """What it may say something on: then call `hear`."""
        return [] if self._link is None or self.loaded else [self._link]

    def hear(self) -> None:
        if self._link is not None and not self.loaded:
            with contextlib.suppress(OSError):
                self.loaded = self._link.recv(1) == LOADED

    def tend(self) -> None:
        """Starts it when it is time; one that ended by itself is replaced."""
        if self._process is not None and self._process.poll() is not None:
            self.drop()
            self.due_at = time.monotonic() + SETTLE_S
        if self.due_at is None or self.due_at > time.monotonic() or self._process is not None:
            return
        self.due_at, self.loaded = None, False
        self._link, theirs = socket.socketpair()
        self._link.settimeout(ANSWER_S)
        self._started_at = time.monotonic()
        try:
            self._process = self._start(theirs.fileno())
        except OSError:  # no memory, no processes left: workers start without it
            self.drop()
            self.due_at = time.monotonic() + SETTLE_S
        finally:
            theirs.close()

    def worker(self, *, again: bool) -> Running | None:
        """A new worker, which begins now; None: there is no template, or it could not fork."""
        if not self.here or not self.loaded or self._link is None:
            return None
        try:
            self._link.sendall((_COPY if self._copies else _BECOME) + (_AGAIN if again else _FIRST))
            pid = int.from_bytes(self._link.recv(_WIDTH), "big") if self._copies else 0
            if pid:
                self._link.sendall(_BEGIN)  # not before: one that nobody here knows does nothing
        except OSError:  # it died, or stands still
            self.drop()
            self.due_at = time.monotonic() + SETTLE_S
            return None
        if self._copies:
            return Adopted(pid) if pid else None
        became, self._process = self._process, None
        self.drop()
        self.due_at = time.monotonic() + SETTLE_S
        return became

    def drop(self) -> None:
        """Ends it, whatever it does: it is not needed, or older than the next worker has to be."""
        self.due_at, self.loaded = None, False
        if self._process is not None:  # before its link: it would write of a parent that is gone
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._link is not None:
            self._link.close()
            self._link = None


def wait_in(link: int) -> bool | None:
    """In the template: `link` leads to the parent. Returns in each worker, whether one was ready
    before it; None: the parent is gone, or needs no template any more."""
    parent = os.getppid()
    with socket.socket(fileno=link) as asked, contextlib.suppress(ConnectionError):
        asked.sendall(LOADED)
        while said := asked.recv(2):
            how, again = said[:1], said[1:] == _AGAIN
            if how == _BECOME or _copied(asked, parent):
                return again
    return None


def _copied(asked: socket.socket, parent: int) -> bool:
    """True in the copy, once the parent has adopted it and knows its number."""
    told, tell = os.pipe()
    begin, let = os.pipe()
    try:
        between = os.fork()
    except OSError:  # no memory, no processes left
        between = -1
    if between == 0:
        _between(tell)
        _close(told, tell, let)
        asked.close()  # its end is the template's
        _begun(begin, parent)
        return True
    _close(tell, begin)  # who reads `told` or `begin` learns of an end
    if between > 0:
        os.waitpid(between, 0)
    pid = os.read(told, _WIDTH)
    with contextlib.suppress(OSError):  # of a worker that has ended already
        asked.sendall(pid or bytes(_WIDTH))
        if pid and asked.recv(1) == _BEGIN:
            os.write(let, _BEGIN)
    _close(told, let)
    return False


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)


def _between(tell: int) -> None:
    """The process between template and worker ends here, and only the worker returns."""
    try:
        pid = os.fork()
    except OSError:
        os._exit(1)
    if pid:
        os.write(tell, pid.to_bytes(_WIDTH, "big"))
        os._exit(0)


def _begun(begin: int, parent: int) -> None:
    """Waits until the worker is the parent's; ends here if it is nobody's."""
    if os.read(begin, 1) != _BEGIN:
        os._exit(0)  # the template or the parent does not know who this is
    _close(begin)
    os.setsid()
    die_with_parent()
    if os.getppid() != parent:
        os._exit(0)
