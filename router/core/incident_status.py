"""The status of an incident: one row each, and what moves it by itself. Pure.

A person says what it waits for and that it is resolved; the rest follows from what happens. What is
resolved opens again for whoever comes within a set time, and is closed for good after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    NEW = "new"
    TRIAGED = "triaged"
    ACTIVE = "active"
    WAITING_PARTY = "waiting_party"
    WAITING_THIRD = "waiting_third"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"


class News(StrEnum):
    """What happens to an incident."""

    RATED = "rated"
    """A person said how severe it is, or whose it is; nobody works in it yet."""
    TAKEN = "taken"
    """Somebody works in it: took a contact of it, calls or writes, says what is next."""
    HEARD = "heard"
    """Somebody of it called or wrote."""
    SETTLED = "settled"
    """It was resolved, and nobody came again within the set time."""


@dataclass(frozen=True, slots=True)
class Row:
    """`open`: it is being worked; `said`: a person chooses it (resolved is said with a reason, see
    router/incidents/life.py); `then`: what it is after which news."""

    word: str
    open: bool
    said: bool
    then: Mapping[News, Status]


S, N = Status, News
ROWS: Mapping[Status, Row] = {
    S.NEW: Row("new", True, False, {N.RATED: S.TRIAGED, N.TAKEN: S.ACTIVE}),
    S.TRIAGED: Row("triaged", True, False, {N.TAKEN: S.ACTIVE}),
    S.ACTIVE: Row("active", True, True, {}),
    S.WAITING_PARTY: Row("waiting on a party", True, True, {N.HEARD: S.ACTIVE}),
    S.WAITING_THIRD: Row("waiting on a third party", True, True, {N.HEARD: S.ACTIVE}),
    S.RESOLVED: Row("resolved", False, False, {N.HEARD: S.REOPENED, N.SETTLED: S.CLOSED}),
    S.REOPENED: Row("reopened", True, False, {N.TAKEN: S.ACTIVE}),
    S.CLOSED: Row("closed", False, False, {N.HEARD: S.REOPENED}),
}
"""A closed one hears only of who names it: a mail with its number, or a person who opens it."""


def after(status: str, news: News) -> Status | None:
    """What it is after this; None: what it was."""
    return ROWS[Status(status)].then.get(news)


def may_say(status: str, to: str) -> bool:
    """Whether a person can say that an incident in `status` is `to` now."""
    return to in ROWS and ROWS[Status(to)].said and ROWS[Status(status)].open


def word_of(status: str) -> str:
    return ROWS[Status(status)].word if status in ROWS else status
