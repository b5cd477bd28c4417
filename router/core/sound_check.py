"""An agent's check of their sound before the shift: what is wrong, and how much."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Fault(enum.StrEnum):
    """What a check found, worst first."""

    NO_MIC = "no_mic"
    """The browser gives no microphone."""
    NO_PATH = "no_path"
    """No sound comes to the centre."""
    SILENT = "silent"
    """The microphone gives silence."""
    NOT_HEARD = "not_heard"
    """They did not hear what came back."""
    NO_RING = "no_ring"
    NO_SPEAKER = "no_speaker"
    LOSS_UP = "loss_up"
    LOSS_DOWN = "loss_down"
    SLOW_UP = "slow_up"
    SLOW_DOWN = "slow_down"
    QUIET = "quiet"
    LOUD = "loud"
    COMES_BACK = "comes_back"
    """What their speaker plays comes back by their microphone: callers hear themselves."""
    JITTER = "jitter"
    FAR = "far"
    """A long way: the two talk over each other."""


STOPS = frozenset(
    {Fault.NO_MIC, Fault.NO_PATH, Fault.SILENT, Fault.NOT_HEARD, Fault.NO_RING, Fault.NO_SPEAKER}
)
"""With one of these nobody can take calls."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, on both sides; None: it did not come so far."""

    mic: bool = True
    level_db: float | None = None
    clipped: float = 0.0
    lost_up: float | None = None
    lost_down: float | None = None
    jitter_up_ms: float = 0.0
    jitter_down_ms: float = 0.0
    rtt_ms: float | None = None
    up_kbps: float | None = None
    down_kbps: float | None = None
    speaker: bool | None = None
    """They heard the tone; None: not asked."""
    ring: bool | None = None
    echo: bool | None = None
    back_db: float | None = None
    """How loud the speaker comes back by the microphone, of what was played."""


LEAST_KBPS = 150.0
"""A call needs 87; twice that leaves room for the page itself."""


FAINT_DB = -35.0
"""So much fainter nobody minds hearing themselves, though it comes late."""


def judge(of: Measured) -> tuple[str, list[Fault]]:
    """good, fair or poor, and why."""
    if not of.mic:
        return "poor", [Fault.NO_MIC]
    found = {
        Fault.NO_PATH: of.level_db is None,
        Fault.SILENT: of.level_db is not None and of.level_db < -60,
        Fault.NOT_HEARD: of.echo is False,
        Fault.NO_RING: of.ring is False,
        Fault.NO_SPEAKER: of.speaker is False,
        Fault.LOSS_UP: (of.lost_up or 0) > 0.01,
        Fault.LOSS_DOWN: (of.lost_down or 0) > 0.01,
        Fault.SLOW_UP: of.up_kbps is not None and of.up_kbps < LEAST_KBPS,
        Fault.SLOW_DOWN: of.down_kbps is not None and of.down_kbps < LEAST_KBPS,
        Fault.QUIET: of.level_db is not None and -60 <= of.level_db < -38,
        Fault.LOUD: of.clipped > 0.01,
        Fault.COMES_BACK: of.back_db is not None and of.back_db > FAINT_DB,
        Fault.JITTER: max(of.jitter_up_ms, of.jitter_down_ms) > 30,
        Fault.FAR: (of.rtt_ms or 0) > 300,
    }
    faults = [fault for fault in Fault if found.get(fault)]
    heavy = max(of.lost_up or 0, of.lost_down or 0) > 0.05
    if heavy or not STOPS.isdisjoint(faults):
        return "poor", faults
    return "fair" if faults else "good", faults
