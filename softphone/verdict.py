"""How a way sounds, in a word, and whose fault it is: judged over the last seconds."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass
from typing import Final

from softphone.quality import Quality, by_delay, by_loss, mos

WINDOW: Final = 5
"""Seconds that are judged together: one lost frame is no verdict."""
GOOD: Final = 4.0
"""MOS from which hardly anybody complains (R = 80)."""
FAIR: Final = 3.6
"""MOS from which most are content (R = 70)."""


class Sounds(enum.StrEnum):
    """How one hears the other."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Where(enum.StrEnum):
    """Where what is missing gets lost."""

    NETWORK = "network"
    """Between the agent's browser and us."""
    LINE = "line"
    """Between the carrier and us, or before it."""
    BACKLOG = "backlog"
    """The carrier plays late what we send."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One way, over the last seconds. `where`: None where nothing is wrong."""

    mos: float
    sounds: Sounds
    where: Where | None
    lost: float
    delay_ms: float


def judge(seconds: list[Quality], *, from_caller: bool, at_telephones: bool = False) -> Verdict:
    """What a listener thinks of these seconds of one way; `at_telephones`: no page of ours is in
    it. Raises ValueError without any."""
    if not seconds:
        raise ValueError("nothing was heard yet")
    near, lost, delay, far = (
        sum(values) / len(seconds)
        for values in zip(
            *((one.near_lost, one.lost, one.delay_ms, one.far.lost) for one in seconds), strict=True
        )
    )
    concealed = seconds[-1].far.concealed
    score = mos(one_way_ms=delay, loss=lost, concealed=concealed)
    sounds = Sounds.GOOD if score >= GOOD else Sounds.FAIR if score >= FAIR else Sounds.POOR
    if sounds is Sounds.GOOD:
        return Verdict(score, sounds, None, lost, delay)
    backlog = sum(one.far.backlog_ms for one in seconds) / len(seconds)
    line, network = (near, far) if from_caller or at_telephones else (far, near)
    blame = {
        Where.NETWORK: by_loss(network, concealed=concealed) + by_delay(delay - backlog),
        Where.LINE: by_loss(line, concealed=concealed),
        Where.BACKLOG: by_delay(delay) - by_delay(delay - backlog),
    }
    if at_telephones:
        blame[Where.LINE] += blame.pop(Where.NETWORK)
    return Verdict(score, sounds, max(blame, key=lambda where: blame[where]), lost, delay)


class Window:
    """The last seconds of one way."""

    def __init__(self, *, from_caller: bool, at_telephones: bool = False) -> None:
        self._from_caller, self._at_telephones = from_caller, at_telephones
        self._seconds: deque[Quality] = deque(maxlen=WINDOW)

    def add(self, second: Quality) -> Verdict:
        self._seconds.append(second)
        return judge(
            list(self._seconds), from_caller=self._from_caller, at_telephones=self._at_telephones
        )
