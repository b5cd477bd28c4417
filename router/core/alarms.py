"""Which contacts stand at a board's top, on every tab and whatever filter is set."""

from __future__ import annotations

from enum import StrEnum

from .model import LiveContact
from .severity import Severity
from .states import IN_HANDS, RINGS, UNANSWERED, State, Told

ROUNDS = 3
"""After so many unanswered rounds boards are alarmed, and at every third that follows."""


class Alarm(StrEnum):
    UNTAKEN = "untaken"
    """Nobody here took it, or nobody is ready; and it rings at nobody's desk now."""
    LOST = "lost"
    """An S1 in the hands of somebody whose sound, or desk, is lost."""


def alarm_of(live: LiveContact) -> Alarm | None:
    if live.severity == Severity.S1 and live.state in IN_HANDS and live.fault is not None:
        return Alarm.LOST
    if live.telling is not None and live.telling.at == Told.TAKEN:
        return None  # somebody on call sees to it
    waits = live.state in UNANSWERED - RINGS
    if live.overflow_at is not None and (waits or live.state == State.VOICEMAIL):
        return Alarm.UNTAKEN
    if waits and live.state == State.QUEUED and (live.rounds or 0) >= ROUNDS:
        return Alarm.UNTAKEN
    return None
