"""What has to happen next in an incident: what, by whom, by when. Pure."""

from __future__ import annotations

LETTERS = 140
LATEST_MS = 366 * 86_400_000
"""Nobody plans further ahead than a year."""
LATE_MS = 60_000
"""A page's clock, and the time that an order is under way."""

DONE, CHANGED, CLOSED, MERGED = "done", "changed", "closed", "merged"
"""How one ends: it was done, another stands in its place, the incident was closed, or merged with
another whose next action was chosen: it is there again when that is undone."""

UNSAID = "Say what happens next"
"""What the rule plans in an incident that everybody has left without: its owner is to decide."""


def is_needed(*, planned: bool, alive: bool, promised: bool) -> bool:
    """Whether an open incident needs one.

    Args:
        planned: it has one, or is being handed off: whoever accepts that has one.
        alive: a contact of it is ringing, in hand or waiting, for us or for them.
        promised: a call to its people is. That, and what is alive, happens next by itself.
    """
    return not (planned or alive or promised)


def fault(what: str, due: int, now: int) -> str | None:
    """Why this cannot be planned, in words; None: it can. Moments in ms."""
    if not what:
        return "Say what has to happen next."
    if len(what) > LETTERS:
        return f"At most {LETTERS} letters: the rest belongs into a note."
    if due < now - LATE_MS:
        return "That moment is over. Say by when from now on."
    if due > now + LATEST_MS:
        return "That is more than a year away."
    return None
