"""Calls every speaker once in 20 ms, each at a moment of its own, from one kernel timer."""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import time
from collections.abc import Callable
from typing import Final

STEP_S: Final = 0.00025
SLOTS: Final = 80
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_MONOTONIC, _NONBLOCK = 1, 0o4000


class _Time(ctypes.Structure):
    _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]


class _Interval(ctypes.Structure):
    _fields_ = [("interval", _Time), ("value", _Time)]


class Clock:
    """Its own lateness is the bench's: a run whose generator was late says nothing."""

    def __init__(self) -> None:
        self._slots: list[list[Callable[[], None]]] = [[] for _ in range(SLOTS)]
        self.late_ms: list[float] = []
        self.counting = False
        self._at = 0
        self._began = time.perf_counter()
        self._timer = _LIBC.timerfd_create(_MONOTONIC, _NONBLOCK)
        step = _Time(0, int(STEP_S * 1e9))
        _LIBC.timerfd_settime(self._timer, 0, ctypes.byref(_Interval(step, step)), None)
        asyncio.get_running_loop().add_reader(self._timer, self._tick)

    def add(self, speak: Callable[[], None], rng: random.Random) -> None:
        self._slots[rng.randrange(SLOTS)].append(speak)

    def always(self, speak: Callable[[], None]) -> None:
        """Once in each step."""
        for slot in self._slots:
            slot.append(speak)

    def _tick(self) -> None:
        try:
            os.read(self._timer, 8)
        except BlockingIOError:
            pass
        now = time.perf_counter()
        due = int((now - self._began) / STEP_S)
        while self._at < due:
            if speakers := self._slots[self._at % SLOTS]:
                for speak in speakers:
                    speak()
                if self.counting:
                    self.late_ms.append((now - self._began - (self._at + 1) * STEP_S) * 1000)
            self._at += 1

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._timer)
        os.close(self._timer)
