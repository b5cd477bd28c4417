"""The figures of a day as pages have them: counts, and the service level of core/figures.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from router.core.abandoned import waits
from router.core.figures import ALL, DEFAULT, Counts, level
from router.core.model import LiveContact
from router.core.severity import Severity
from router.core.states import State


def day_figures(
    today: Mapping[str, int], contacts: Iterable[LiveContact], now: int
) -> dict[str, Any]:
    """By severity: `today` of docs/desk-protocol.md. `contacts`: those open at `now`, ms."""
    late = Counter((live.severity, is_to_come(live)) for live in late_of(contacts, now))
    return {
        str(int(one)): _row(today, int(one), late[one, True], late[one, False]) for one in Severity
    }


def late_of(contacts: Iterable[LiveContact], now: int) -> list[LiveContact]:
    """Those who wait past their target at `now`, ms: of whom tiles, rows and desks say so."""
    return [
        live
        for live in contacts
        if live.answer_by is not None and live.answer_by < now and (waits(live) or owed(live))
    ]


def owed(live: LiveContact) -> bool:
    """A text or mail that somebody has in hand and has not answered: they wait all the same."""
    in_hand = live.state == State.ACTIVE or live.parked_for == "call"
    return live.channel != "voice" and in_hand


def next_late(contacts: Iterable[LiveContact], now: int) -> float | None:
    """The moment until which the next of them who waits is not late, ms; None: nobody will be."""
    dues = (live.answer_by for live in contacts if waits(live) or owed(live))
    return min((due for due in dues if due is not None and due >= now), default=None)


def is_to_come(live: LiveContact) -> bool:
    """Its first answer is still to come, and will stand in the service level: while it is late, a
    live board counts it there as missed."""
    closed = live.after_hours and live.severity > Severity.S1
    return live.dir == "in" and live.answered_at is None and not closed


def _row(today: Mapping[str, int], severity: int, late: int, apart: int) -> dict[str, Any]:
    counts, closed = Counts.of(today, severity), Counts.of(today, severity, closed=True)
    return {
        "offered": counts.queued,
        "answered": counts.answered,
        "in_target": counts.in_target,
        "abandoned": counts.abandoned,
        "short": counts.short,
        "left": counts.left,
        "late": late,
        "late_apart": apart,
        "kept": counts.kept,
        "unreached": counts.unreached,
        "level": level(counts, DEFAULT, late=late),
        "all": level(counts, ALL, late=late),
        "closed": {
            "answered": closed.answered,
            "abandoned": closed.abandoned,
            "left": closed.left,
        },
    }
