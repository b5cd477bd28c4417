"""What a recorded contact is worth when the live index does not hold it any more."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from router.core.model import LiveContact
from router.core.witness import Bridge

GRACE_MS = 10_000
"""A call younger than this may not be on the carrier's list yet."""

BEYOND = ("outside", "away", "voicemail")
"""Where the carrier has the caller: it is asked about him soon, and its answer ends him rightly."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the record. living: our calls at the carrier by their ids there; None
    when it cannot be asked. now: ms."""

    accounts: Container[str]
    bridges: Mapping[str, Bridge]
    living: Container[str] | None
    proc: str
    now: int

    def talks_elsewhere(self, live: LiveContact) -> bool:
        """Its agent is joined with another caller: what the record says of him is over."""
        joined = (b for b in self.bridges.values() if b.agent is not None)
        return any(b.agent == live.agent and b.contact != live.id for b in joined)

    def has_hung_up(self, live: LiveContact) -> bool:
        """The carrier has no such call any more."""
        if self.living is None or live.carrier_id is None or live.carrier_id in self.living:
            return False
        return self.now - began(live) > GRACE_MS


def still_open(live: LiveContact, facts: Facts) -> bool:
    """Corrects a recorded contact by what is known now; who has a text keeps it, and has the time
    to come back that every lost agent has. False: it has ended meanwhile."""
    live.offer, live.lane, live.fault = None, None, None
    if live.channel != "voice":
        if live.state in ("offered", "connecting"):
            live.state = "queued"
        if live.state == "active" and live.agent not in facts.accounts:
            live.state, live.named, live.agent = "queued", live.agent, None
        live.units = live.units if live.state == "active" else 0
        return True
    bridge = facts.bridges.get(live.id)
    live.link = "streaming" if bridge else "at_carrier"
    live.link_owner = facts.proc if bridge else None
    if bridge:
        live.link_epoch = bridge.link_epoch
        live.caller = "present"
        if live.dir == "out":
            live.answered_at = live.answered_at or facts.now  # whom we called is on the line
        if bridge.agent:
            live.state, live.agent, live.units = "active", bridge.agent, 100
            live.answered_at = live.answered_at or facts.now
            live.talk_from = live.talk_from or facts.now
            return True
    if live.state == "wrapup" or live.state in BEYOND:
        return True
    if not bridge and facts.has_hung_up(live):
        answered = "unfinished" if live.state == "active" else "dropped"
        unanswered = "abandoned" if live.dir == "in" else "not_reached"
        live.outcome = answered if live.answered_at else unanswered
        live.ended_at = facts.now
        return False
    rang = live.state in ("offered", "connecting")
    if rang or (live.state == "active" and facts.talks_elsewhere(live)):
        live.state, live.agent, live.units, live.talk_from = "queued", None, 0, None
    return True


def began(live: LiveContact) -> float:
    """When this call or message really came; its place may be older (a call dialled again)."""
    return live.rang_at or live.arrived_at


def to_its_place(live: LiveContact) -> LiveContact:
    """The contact as it goes back into the index: its place kept, nobody bound, no offer.

    In the menu it stays in the menu, parked it stays parked, scheduled it stays scheduled, at the
    voicemail it stays there; everything else waits.
    """
    stays = ("in_menu", "parked", "voicemail", "scheduled")
    if live.state not in stays or live.parked_for == "call":
        live.parked_for, live.outside = None, None
        live.overflow_at, live.tried = None, None  # the list on call begins anew
        live.state = "queued"
        live.agent = None
    if live.state != "scheduled" and live.parked_for != "until":
        live.until = None
    live.offer, live.lane, live.fault, live.held_for = None, None, None, None
    live.cool, live.out, live.frozen_ms = None, None, None
    live.units, live.talk_from = 0, None
    live.ended_at, live.outcome, live.cause, live.caller = None, None, None, "present"
    if live.channel == "voice" and live.dir == "in":
        live.link, live.link_owner = "at_carrier", None
    return live
