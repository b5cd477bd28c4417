"""What boards are told of somebody whom nobody took, in words."""

from __future__ import annotations

from router.core.model import Happening, LiveContact

ALARMS = {
    "contact.overflow": "nobody here took it, or nobody is ready. Take it, or call somebody.",
    "contact.rounds_alarm": "everybody who can take it has declined or missed it three times.",
}

RUNG_FOR = "nobody here took it, or nobody is ready. Take it; the numbers on call are being rung."
"""Of an S1 text or mail, which is told by telephone."""

AGAIN = {
    "not_seen_to": "{} took it over by telephone, and nobody has it in hand.",
    "wrote_again": "{} took it over by telephone, and they have written again.",
}
"""Of an overflow that is alarmed again, by its cause."""


def alarm_words(event: Happening, live: LiveContact) -> str:
    """Of one of ALARMS."""
    if again := AGAIN.get(event.cause or ""):
        return again.format(event.handed_to) + " Take it, or call somebody."
    if event.name == "contact.overflow" and live.telling is not None:
        return RUNG_FOR
    return ALARMS[event.name]
