"""What can keep a contact from an agent: codes that the library, the explanation and pages share.

The library decides by them (`agents.may` and `candidates.of` in router/live/lua/order/);
`explain.py` lists all that hold for a pair. Words: `refusals.py` for what a step refuses,
static/strings for what a page shows.
"""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """In the order in which they are reported: the first one decides."""

    STANDS = "stands"
    """A promised call whose party is with us: it waits until they are not."""
    LOST = "lost"
    RESTRICTED = "restricted"
    """It belongs to a restricted incident, and they are not on its list."""
    SKILLS = "skills"
    """Of the step at which its ladder is."""
    TRAINING = "training"
    SHIFT = "shift"
    """Outside of their shift: S1 and S2 only."""
    PAUSED = "paused"
    SELF_TEST = "self_test"
    NO_SOUND = "no_sound"
    RINGING = "ringing"
    """They have an offer that does not give way."""
    ON_CALL = "on_call"
    WRAPUP = "wrapup"
    S1_TEXT = "s1_text"
    """An S1 text or mail in hand: nothing of S3 or S4 is put beside it."""
    FULL = "full"
    TEXTS = "texts"
    """Texts or mails in hand that it may not interrupt."""
    COOLING = "cooling"
    """They declined or missed it a moment ago."""
    STICKY = "sticky"
    """For somebody else."""
    RESERVE = "reserve"
    PASSED_OVER = "passed_over"
    """They declined or missed it, and others come first."""
