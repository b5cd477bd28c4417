"""Whose incidents somebody looks after beside their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One account: its team, and the account that leads it; "" and None: none."""

    id: str
    team: str
    lead: str | None


def team_of(account: str, everybody: Iterable[Member], *, steers: bool) -> set[str]:
    """Colleagues of the same team, and those whom they lead. A supervisor (`steers`) has those of
    no team and without a lead, too: somebody sees each incident that is somebody's."""
    known = {one.id: one for one in everybody}
    mine = known.get(account)
    return {
        one.id
        for one in known.values()
        if one.id != account
        and (
            one.lead == account
            or (mine is not None and one.team and one.team == mine.team)
            or (steers and not one.team and one.lead is None)
        )
    }
