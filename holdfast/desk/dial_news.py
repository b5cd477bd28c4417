"""What became of a call that an agent made and nobody answered, in words for them.

A refusal has its own words, from the carrier's reason (channels/voice/dials.py).
"""

from __future__ import annotations

from router.core.bidi import isolated
from router.core.callback import UNCLEAR, last_try
from router.core.model import LiveContact, Step
from router.core.states import State

NOT_REACHED = "dial.not_reached"

TOLD = frozenset({"agent_hung_up", "refused", "force_released"})
"""They did it themselves, were told with the reason, or were told who did."""

WORDS = {
    "busy": "{} is on another call: the line is busy.",
    "no_answer": "{} did not answer.",
    "failed": "The call to {} failed: the carrier could not connect it. Check the number.",
    "cancelled": "{} called us in this moment: your call to them was called off.",
    UNCLEAR: "Nobody knows whether {} was called: the carrier did not say. Call again if it did"
    " not ring.",
}
OTHERWISE = "The call to {} ended before anybody answered."

HANDED = {
    "contact.answered": ("info", "{} has taken the call."),
    "contact.not_taken_outside": (
        "warn",
        "{} did not take the call. It is back in line; it rings at your desk if you are free.",
    ),
}
"""What became of a call that an agent handed to a number, for them."""


def dial_news(step: Step) -> list[tuple[str, str]]:
    """Agent and words, for each call of theirs that ended unanswered in this step."""
    return [
        (live.agent, _words(live))
        for live in step.contacts
        if live.state == State.ENDED
        and live.outcome == "not_reached"
        and live.agent is not None
        and live.cause not in TOLD
    ]


def _words(live: LiveContact) -> str:
    who = isolated(live.who.get("name") or live.who.get("address") or "This number")
    words = WORDS.get(live.cause or "", OTHERWISE).format(who)
    if live.callback is None or live.cause == "cancelled":
        return words
    if last_try(live):
        return f"{words} It was the last try: they are listed with those who gave up."
    return f"{words} The callback is tried again later."
