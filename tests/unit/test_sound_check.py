"""What a check of an agent's sound says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from router.core.sound_check import STOPS, Fault, Measured, judge

WELL = Measured(
    level_db=-20.0, lost_up=0.0, lost_down=0.0, jitter_up_ms=3, jitter_down_ms=4, rtt_ms=40,
    up_kbps=4000, down_kbps=9000, speaker=True, ring=True, echo=True,
)  # fmt: skip

ALL: list[tuple[dict[str, Any], str, list[Fault]]] = [
    ({}, "good", []),
    ({"mic": False}, "poor", [Fault.NO_MIC]),
    ({"level_db": None}, "poor", [Fault.NO_PATH]),
    ({"level_db": -96.0}, "poor", [Fault.SILENT]),
    ({"level_db": -45.0}, "fair", [Fault.QUIET]),
    ({"clipped": 0.05}, "fair", [Fault.LOUD]),
    ({"echo": False}, "poor", [Fault.NOT_HEARD]),
    ({"ring": False}, "poor", [Fault.NO_RING]),
    ({"speaker": False}, "poor", [Fault.NO_SPEAKER]),
    ({"lost_up": 0.02}, "fair", [Fault.LOSS_UP]),
    ({"lost_down": 0.02}, "fair", [Fault.LOSS_DOWN]),
    ({"lost_up": 0.08}, "poor", [Fault.LOSS_UP]),
    ({"up_kbps": 100}, "fair", [Fault.SLOW_UP]),
    ({"down_kbps": 100}, "fair", [Fault.SLOW_DOWN]),
    ({"back_db": -20.0}, "fair", [Fault.COMES_BACK]),
    ({"back_db": -50.0}, "good", []),
    ({"jitter_up_ms": 45}, "fair", [Fault.JITTER]),
    ({"rtt_ms": 420}, "fair", [Fault.FAR]),
    ({"rtt_ms": 420, "level_db": -96.0}, "poor", [Fault.SILENT, Fault.FAR]),
]


@pytest.mark.parametrize(("but", "verdict", "faults"), ALL, ids=lambda x: str(x)[:40])
def test_the_table(but: dict[str, Any], verdict: str, faults: list[Fault]) -> None:
    assert judge(replace(WELL, **but)) == (verdict, faults)


def test_every_fault_has_its_line() -> None:
    assert {fault for _, _, faults in ALL for fault in faults} == set(Fault)
    assert set(Fault) >= STOPS


def test_what_was_not_measured_is_no_fault_but_that_no_sound_came() -> None:
    assert judge(Measured()) == ("poor", [Fault.NO_PATH])
    assert judge(Measured(level_db=-20.0)) == ("good", [])
