"""A hand-off: an incident goes to somebody else once they have said it back. Pure.

Five parts with a read-back (the I-PASS scheme: severity, summary, actions, what if, synthesis by
the receiver). Whoever hands it off stays the owner until it is accepted. It has a deadline; what
nobody accepted in time is back with its sender, and others are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class HandOffState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Act(StrEnum):
    """What happens to one that is offered."""

    ACCEPT = "accept"
    """A receiver said it back, before its deadline."""
    RETURN = "return"
    """A receiver cannot, with a reason; they are no longer here; or, of two that became one by a
    merge, the older goes on."""
    EXPIRE = "expire"
    """Nobody accepted it in time."""
    WITHDRAW = "withdraw"
    """Its sender or the owner took it back, offered it to somebody else, or the incident ended."""
    OVERTAKE = "overtake"
    """A person gave the incident to somebody, or its contact was handed on."""


@dataclass(frozen=True, slots=True)
class Row:
    """`then`: what it is after which act; what is not there is refused."""

    word: str
    then: Mapping[Act, HandOffState]


S, A = HandOffState, Act
ROWS: Mapping[HandOffState, Row] = {
    S.OFFERED: Row(
        "waits to be accepted",
        {
            A.ACCEPT: S.ACCEPTED,
            A.RETURN: S.RETURNED,
            A.EXPIRE: S.EXPIRED,
            A.WITHDRAW: S.WITHDRAWN,
            A.OVERTAKE: S.OVERTAKEN,
        },
    ),
    S.ACCEPTED: Row("accepted", {}),
    S.RETURNED: Row("returned", {}),
    S.EXPIRED: Row("not accepted in time", {}),
    S.WITHDRAWN: Row("taken back", {}),
    S.OVERTAKEN: Row("over: the incident was given to somebody", {}),
}

PARTS = ("reason", "summary", "actions", "what_if", "questions")
"""Why it is so severe, what happened, what is to be done, what if it turns, open questions."""
WORD_OF = {
    "reason": "why it is so severe",
    "summary": "what happened",
    "actions": "what is to be done next, and when",
    "what_if": "what to do if it turns",
}
"""Those that nobody may leave empty; there may be no question."""
LETTERS = {"reason": 300, "summary": 2000, "actions": 1000, "what_if": 1000, "questions": 1000}
READ_BACK_LETTERS = 2000
LINE_LETTERS = 500
"""Of a question, its answer, and a reason."""
LEAST_MS, MOST_MS = 5_000, 7 * 86_400_000
"""How soon, and how late, it can be due after it was offered, or after its department opens."""
S1 = 1


class GoneWhy(StrEnum):
    """Causes that no person says: in a row's `cause`."""

    CLOSED = "closed"
    """The incident was resolved."""
    ANOTHER = "another"
    """Its sender offers it to somebody else instead."""
    LEFT = "left"
    """Who it was for is no longer here."""
    PASSED = "passed"
    """Everybody of the department who is at a desk has said that they cannot."""
    MERGED = "merged"
    """Its incident was merged with one that was being handed off already."""


def after(state: str, act: Act) -> HandOffState | None:
    """What it is after this; None: that cannot be."""
    return ROWS[HandOffState(state)].then.get(act)


def fault(parts: Mapping[str, str], within: int) -> str | None:
    """Why it cannot be offered so, in words; None: it can. `within`: ms."""
    for name, word in WORD_OF.items():
        if not parts[name]:
            return f"Say {word}."
    for name, letters in LETTERS.items():
        if len(parts[name]) > letters:
            return f"At most {letters} letters for each part: the rest belongs into a note."
    if not LEAST_MS <= within <= MOST_MS:
        return "It is accepted within five seconds at least, and seven days at most."
    return None


def due(now: int, within: int, opens_at: int | None = None) -> int:
    """Its deadline. `opens_at`: when the department opens; None: it is open."""
    return max(now, opens_at or 0) + within


def hastened(due_at: int, now: int, urgent: int, opens_at: int | None = None) -> int:
    """Its deadline once the incident has become S1: never later than before. No other severity
    moves it. `urgent`: within how long an S1 is accepted, ms."""
    return min(due_at, due(now, urgent, opens_at))


def in_time(due_at: int, now: int) -> bool:
    """Whether it can still be accepted: at its very deadline it is over."""
    return now < due_at


@dataclass(frozen=True, slots=True)
class Member:
    """An account that may belong to a department."""

    id: str
    skills: Mapping[str, int]
    team: str
    floor: int = 0
    """Of their stage of training (router.core.config.Stage)."""


def may_own(floor: int, severity: int) -> bool:
    """Whether somebody of this stage is handed an incident of this severity: nobody in training is
    alone with what may not be offered to them."""
    return severity - 1 >= floor


def members(
    everybody: Iterable[Member], *, skill: tuple[str, int] | None, team: str, severity: int
) -> frozenset[str]:
    """Whoever has this skill at this level, or is in this team, and may own such an incident."""
    return frozenset(
        one.id
        for one in everybody
        if may_own(one.floor, severity)
        and (
            (skill is not None and one.skills.get(skill[0], 0) >= skill[1])
            or (team and one.team == team)
        )
    )
