"""What one second of a call was like, for everybody who hears somebody in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from router.ports import AudioLeg
from softphone.far_hops import from_agent, from_caller, hop_of, to_carrier
from softphone.quality import FarHop, Quality
from softphone.room import DIRECTIONS, Direction, Room
from softphone.seats import AGENT, CALLER, Role, Seat


@dataclass(frozen=True, slots=True)
class Other:
    """One second of somebody besides caller and agent, or of an agent whose caller is on hold."""

    role: Role
    hears: Quality | None = None
    """What comes to them: of all whom they hear the way of whom most is missing."""
    heard: Quality | None = None
    """What comes from them; None: nobody is to hear them."""
    absent: bool = False
    """Nothing has come from them for too long, and somebody is to hear them."""
    line: bool = False
    """They are at a telephone, and not at a page of ours."""


def measure(
    room: Room, legs: Mapping[Seat, AudioLeg], now: float, lines: Collection[Seat]
) -> tuple[dict[Direction, Quality], dict[Seat, Other]]:
    """Both ways between caller and agent (none while they do not hear each other), and all others.
    `lines`: seats at the carrier's. It counts from the last call on."""
    said = {seat: mouth.meter.second() for seat, mouth in room.mouths.items()}
    ways: dict[Direction, Quality] = {}
    if room.since is not None:
        hops = {
            CALLER: from_caller(legs[AGENT], now),
            AGENT: from_agent(legs[AGENT], legs[CALLER], now),
        }
        if AGENT in lines:
            hops = {CALLER: to_carrier(legs[AGENT]), AGENT: to_carrier(legs[CALLER])}
        ways = {DIRECTIONS[seat]: replace(said[seat], far=hop) for seat, hop in hops.items()}
    absent = room.absent(now)
    begun = {seat for seat, mouth in room.mouths.items() if mouth.first_at is not None} | absent
    others = {}
    for seat in room.others:
        line = seat in lines
        come = [said[source] for source in room.heard_by(seat) if source in begun]
        hop = to_carrier(legs[seat]) if line else from_caller(legs[seat], now)
        theirs = FarHop() if line else hop_of(legs[seat], now)
        others[seat] = Other(
            seat.role,
            replace(max(come, key=lambda one: one.near_lost), far=hop) if come else None,
            replace(said[seat], far=theirs) if seat in begun else None,
            seat in absent,
            line,
        )
    return ways, others
