"""What happened to an incident and its owner, in words for the timeline and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.core.bidi import isolated
from router.core.incident import (
    AWAY,
    BY_UPGRADE,
    CLOSED,
    FACT,
    GIVEN,
    HANDED_OFF,
    JOINED,
    LET_IN,
    OPERATOR,
    PEOPLE,
    RESTRICTED,
    SEVERITY,
    STATUS,
    reason_word,
)
from router.core.incident_facts import FACTS, TITLE
from router.core.incident_status import News, word_of
from router.core.languages import SPOKEN
from router.records.incident_changes import Change

BEGAN = {"voice": "they called", "sms": "they wrote", "email": "they wrote"}


def told(row: Change, names: Mapping[str, str], contacts: Mapping[str, Any]) -> str:
    """A change of its state. `contacts`: rows of its contacts, by id."""
    who = _who(row, names)
    if row.what == CLOSED:
        if row.why == BY_UPGRADE:
            return "incident closed by upgrade: nobody had touched it for seven days"
        words = f" · {isolated(row.words)}" if row.words else ""
        return f"incident resolved by {who or 'somebody'}: {_lower(reason_word(row.why))}{words}"
    if row.what == STATUS:
        words = f" · {isolated(row.words)}" if row.words else ""
        if row.why == News.SETTLED:
            return "incident closed for good: nobody came again"
        return f"{who or 'somebody'} set the status to {word_of(row.after or '')}{words}"
    if row.what == SEVERITY and row.contact and not row.author:
        contact = contacts.get(row.contact)
        came = BEGAN.get(contact.channel if contact else "", "they came again")
        return f"incident is S{row.after}: {came}; it was S{row.before}"
    if row.what == SEVERITY:
        words = f" · {isolated(row.words)}" if row.words else ""
        change = f"from S{row.before} to S{row.after}"
        return f"{who or 'somebody'} set the incident’s severity {change}{words}"
    if row.what == FACT:
        return _fact(row, who or "somebody")
    if row.what == JOINED:
        return f"{who or 'somebody'} added {row.words or 'somebody'}"
    if row.what == PEOPLE:
        return f"{who or 'somebody'} {row.words or 'changed its people'}"
    if row.what == RESTRICTED:
        return _list(row, who or "somebody")
    if row.what == LET_IN:
        name, why = names.get(row.after or "", "somebody"), isolated(row.words or "")
        if not row.author:
            return f"{name} was put on the list: {why}"
        return f"{name}, not on the list, opened it: {why}"
    if row.what == GIVEN:
        to = names.get(row.after or "", "somebody")
        if not row.author:
            before = names.get(row.before or "", "its owner")
            cause = "was not here for too long" if row.why == AWAY else "no longer works here"
            return f"incident passed on to {to}: {before} {cause}"
        mine = row.after == row.author
        return f"incident taken by {to}" if mine else f"incident given to {to} by {who}"
    contact = contacts.get(row.contact or "")
    if contact is None:
        return f"incident reopened by {who or 'somebody'}"
    if contact.direction == "in":
        return f"incident reopened: {BEGAN.get(contact.channel, 'they came again')}"
    if who is None:
        return "incident reopened: they are to be called"
    return f"incident reopened by {who}, to call them"


def by_itself(row: Change) -> bool:
    """Nobody said it: another line tells what changed it."""
    if row.what == GIVEN:
        return bool(row.why == HANDED_OFF)
    if row.what == STATUS:
        return bool(row.why) and row.why != News.SETTLED
    return bool(row.what == SEVERITY and row.contact and row.author)


def _list(row: Change, who: str) -> str:
    why, many = isolated(row.words or ""), int(row.after or 0)
    if many == 0:
        return f"{who} lifted the restriction: {why}"
    return f"{who} restricted it to {many} {'person' if many == 1 else 'people'}: {why}"


def _fact(row: Change, who: str) -> str:
    word = TITLE if row.why == TITLE else FACTS[row.why].word
    if not row.words:
        return f"{who} removed the {word}"
    value = SPOKEN.get(row.words, "") if row.why == "language" else ""
    return f"{who} set the {word} to {isolated(value or row.words)}"


def _who(row: Change, names: Mapping[str, str]) -> str | None:
    if row.author == OPERATOR:
        return "an operator"
    return names.get(row.author, "somebody") if row.author else None


def _lower(word: str) -> str:
    return word[:1].lower() + word[1:]


def closing(
    state: str, history: Sequence[Change], names: Mapping[str, str]
) -> dict[str, Any] | None:
    """When, by whom and why a closed incident was closed; None: it is open."""
    last = next((row for row in reversed(history) if row.what == CLOSED), None)
    if state != CLOSED or last is None:
        return None
    return {
        "at": last.at,
        "by_name": _who(last, names),
        "reason": last.why,
        "word": reason_word(last.why),
        "comment": isolated(last.words) if last.words else None,
    }
