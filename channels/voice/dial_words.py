"""What an agent is told of a call that we make, and that nobody has answered yet."""

from __future__ import annotations

from channels.twilio.errors import CarrierError, CarrierRefused
from channels.twilio.reasons import not_dialled

REFUSED = "dial.refused"
MACHINE = "dial.machine"
WAITS = "dial.waits"
ASK_AGAIN_MS = 1_000
"""A turn comes sooner when one before it is cancelled, or when the process in which they wait is
gone: so it is asked for again."""
WORTH_WORDS_MS = 1_500
"""A shorter wait is over before it is read."""


def carrier_busy(pause_ms: int) -> str:
    """It is dialled after this pause."""
    return f"The carrier is busy: dialled in about {max(1, round(pause_ms / 1000))} s."


def why_not_dialled(error: CarrierError) -> str:
    """With the mend."""
    if isinstance(error, CarrierRefused):
        return not_dialled(error.code, error.message)
    return "Not dialled: the carrier cannot be reached. Try again in a moment."
