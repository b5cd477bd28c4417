"""A call that somebody promises, or tries again, by the clock of whoever is called."""

from __future__ import annotations

from collections.abc import Container, Sequence

from router.core import courtesy
from router.core.callback import rings_from
from router.core.config import Config
from router.core.current import Current
from router.core.dialling import zones_of
from router.core.model import LiveContact, Reply
from router.core.severity import Severity
from router.records import incident_facts
from router.records.database import Transaction

DAYS = 7
"""So many openings of ours are tried."""
NIGHT = "night"
"""Code of what is refused until the person is sure, and says why."""


async def zones_in(connection: Transaction, incident: str, number: str) -> tuple[str, ...]:
    """Where they may be: as somebody wrote down, else the areas of their number."""
    written = await incident_facts.zone_of(connection, incident)
    return (written,) if written else zones_of(number)


def refusal(
    config: Config,
    at: int,
    zones: Sequence[str],
    severity: Severity,
    sure: Container[str],
    note: str,
) -> Reply | None:
    """Why nobody promises it for that moment (ms): it is night there. An S1 or S2 may be called all
    the same, for the reason in its note."""
    hours = config.callbacks.courtesy
    if courtesy.within(at, zones, hours):
        return None
    there = " or ".join(sorted({courtesy.clock(at, zone) for zone in zones}))
    text = f"it is {there} there by then"
    if severity <= Severity.S2:
        if NIGHT not in sure:
            return Reply(ok=False, code=NIGHT, text=text)
        if note:
            return None
        return Reply(ok=False, code="bad_request", text=f"{text}: say why in the note")
    later = courtesy.next_within(at, zones, hours)
    if later is not None:
        ours = courtesy.clock(later, config.zone)
        text += f". From {courtesy.clock(later, zones[0])} there, {ours} here, it can be promised"
    return Reply(ok=False, code="bad_request", text=text)


def rings_at(current: Current, live: LiveContact, zones: Sequence[str], moment: int) -> int:
    """From when on somebody is rung for it, not before that moment (ms): we are open for whoever
    left a message, and what is not urgent is not at their night. Where these never meet, our
    opening counts."""
    ours = rings_from(current.opening, live, moment) or moment
    if live.severity <= Severity.S2:
        return ours
    at = ours
    for _ in range(DAYS):
        theirs = courtesy.next_within(at, zones, current.value.callbacks.courtesy) or at
        at = rings_from(current.opening, live, theirs) or theirs
        if at == theirs:
            return at
    return ours
