"""The end of an incident: why it closes, and what keeps it open. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from router.core.states import State

OPEN, CLOSED = "open", "closed"
"""States of an incident: whether it is being worked (router/core/incident_status.py says more)."""
MERGED = "merged"
"""The state of one that was merged into another: neither open nor closed, so no list has it."""
REOPENED = "reopened"
GIVEN = "given"
STATUS, SEVERITY, FACT = "status", "severity", "fact"
"""What happened to one, beside CLOSED."""
JOINED = "joined"
PEOPLE = "people"
"""Something else was said of its people: the words have it."""

RESTRICTED, LET_IN = "restricted", "let_in"
"""Its list was changed: `after` has how many are on it now, or who was let in; words say why."""

LEFT, AWAY = "left", "away"
"""Why a rule passed it on: its owner no longer works here, or was at no desk for too long."""

HANDED_OFF = "handed_off"
"""Why it was given: whoever has it now accepted a hand-off, whose own line says so."""

REASONS = {
    "resolved": "Resolved",
    "no_action": "No action needed",
    "duplicate": "Duplicate of another incident",
    "no_answer": "They cannot be reached",
    "mistaken": "Wrong number, test or spam",
}
"""Why a person closes an incident: code and word, as pages offer them."""

BY_UPGRADE = "upgrade"
"""Closed by nobody: it was left open by a version in which incidents did not end."""

OPERATOR = "command line"
"""Who reopens one from a terminal, as the audit names them."""


def reason_word(code: str) -> str:
    """The word for a reason, whoever gave it."""
    return "by upgrade" if code == BY_UPGRADE else REASONS.get(code, code)


def kept_open_by(alive: Iterable[tuple[str, str, str | None]], *, promised: bool) -> str | None:
    """Why an incident cannot be closed now, and what to do first; None: it can.

    Args:
        alive: channel, state and `parked_for` of each of its contacts that has not ended.
        promised: whether a call to its people is promised.
    """
    found = list(alive)
    if promised or any(state == State.SCHEDULED for _, state, _ in found):
        return "A call to them is promised. Make it or call it off first."
    if any(channel == "voice" for channel, _, _ in found):
        return "A call with them is not over yet. Finish it and its wrap-up first."
    if any(parked_for == "party" for _, _, parked_for in found):
        return "We still wait for their answer to a message. Close that message first."
    if found:
        return "A message of theirs is not done yet. Answer it or close it first."
    return None
