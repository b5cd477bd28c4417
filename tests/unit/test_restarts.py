"""How long the parent waits before it starts a child again."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise

from holdfast.processes.parent import RESTART_FIRST_S, RESTART_MOST_S, STEADY_S, Child


def child() -> Child:
    return Child("store", lambda: subprocess.Popen([sys.executable, "-c", ""]))


def lived(it: Child, seconds: float) -> float:
    """It starts, lives that long and dies: seconds until it is started again."""
    it.launch()
    assert it.process is not None
    it.process.wait()
    it.started_at = time.monotonic() - seconds
    it.died()
    assert it.due_at is not None
    return it.due_at - time.monotonic()


def test_who_dies_at_its_start_waits_longer_each_time_but_never_for_ever() -> None:
    it = child()
    waits = [lived(it, 0.5) for _ in range(8)]
    assert waits[0] <= RESTART_FIRST_S
    assert all(later > earlier for earlier, later in pairwise(waits[:6]))
    assert waits[-1] <= RESTART_MOST_S


def test_who_had_worked_is_back_at_once_however_often_it_dies() -> None:
    """Found by 500 kills: a store killed every 12 s was away for five of them."""
    it = child()
    for _ in range(8):
        lived(it, 0.5)
    assert all(lived(it, STEADY_S + 1.0) <= RESTART_FIRST_S for _ in range(8))
    assert STEADY_S <= RESTART_MOST_S
