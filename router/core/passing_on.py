"""To whom the incidents of somebody go who no longer works here. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

MOST_LEADS = 8
"""Leads of leads; more, or a ring, and the supervisors have it."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One account. `here`: it is active, and its contract has not ended."""

    id: str
    here: bool
    steers: bool
    """They are a supervisor."""
    lead: str | None = None
    incidents: int = 0
    """Open ones that they own."""


def heir_among(
    gone: str, colleagues: Mapping[str, Colleague], people: Collection[str]
) -> str | None:
    """Of a restricted incident: the same among those on its list, else whoever of them is here and
    owns the fewest. None: nobody of them is here."""
    known = {one.id: one for one in colleagues.values() if one.id in people or one.id == gone}
    here = [one for one in known.values() if one.here and one.id != gone]
    least = min(here, key=lambda one: (one.incidents, one.id), default=None)
    return heir_of(gone, known) or (least.id if least else None)


def heir_of(gone: str, colleagues: Mapping[str, Colleague]) -> str | None:
    """Their lead; if that one is gone, too, the lead's lead, and so on; otherwise the supervisor
    who owns the fewest incidents. None: there is no supervisor at all."""
    known = colleagues.get(gone)
    for _ in range(MOST_LEADS):
        known = colleagues.get(known.lead or "") if known else None
        if known is None:
            break
        if known.here:
            return known.id
    supervisors = [one for one in colleagues.values() if one.here and one.steers]
    least = min(supervisors, key=lambda one: (one.incidents, one.id), default=None)
    return least.id if least else None
