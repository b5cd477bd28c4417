"""How a recorded contact goes on if the live index no longer holds it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from router.core.callback import UNCLEAR
from router.core.model import LiveContact
from router.core.rebuild_facts import CallerStream
from router.core.states import BEYOND, RINGS, STAYS, TALKS, State

GRACE_MS = 10_000
"""A call younger than this may not be on the carrier's list yet."""

WRAPUP_LEFT_MS = 30_000
"""What is left at least of a wrap-up into which a call came."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the record. living: our calls at the carrier, by their ids there; None
    if it cannot be asked. now: ms."""

    accounts: Container[str]
    bridges: Mapping[str, CallerStream]
    living: Container[str] | None
    now: int

    def is_elsewhere(self, live: LiveContact) -> bool:
        """Its agent is with another caller."""
        others = (b for b in self.bridges.values() if b.contact != live.id)
        return live.agent is not None and any(b.agent == live.agent for b in others)

    def has_hung_up(self, live: LiveContact) -> bool:
        """The carrier has no such call any more."""
        if self.living is None or live.carrier_id is None or live.carrier_id in self.living:
            return False
        return self.now - began(live) > GRACE_MS


def correct(live: LiveContact, facts: Facts) -> bool:
    """Updates a recorded contact to what is known now. False: it has ended meanwhile.

    An agent who has a text keeps it while they have an account, with the time to come back that
    every lost agent has. An agent who is with a caller is in no other call: the other one waits at
    its place.
    """
    live.offer, live.lane, live.fault = None, None, None
    if live.channel != "voice":
        if live.state in RINGS:
            live.state = State.QUEUED
        if live.state == State.ACTIVE and live.agent not in facts.accounts:
            live.state, live.named, live.agent = State.QUEUED, live.agent, None
        live.units = live.units if live.state == State.ACTIVE else 0
        return True
    bridge = facts.bridges.get(live.id)
    live.link = "streaming" if bridge else "at_carrier"
    live.link_owner = bridge.proc if bridge else None
    if bridge:
        live.link_epoch = bridge.link_epoch
        live.caller = "present"
        if live.dir == "out":
            live.answered_at = live.answered_at or facts.now  # whom we called is on the line
        if bridge.agent:
            live.state, live.agent, live.units = State.ACTIVE, bridge.agent, 100
            live.held = bridge.held
            live.answered_at = live.answered_at or facts.now
            live.talk_from = live.talk_from or facts.now
            return True
    if live.state in BEYOND:
        return True  # the carrier is asked about them soon, and its answer ends them rightly
    elsewhere = facts.is_elsewhere(live)
    if live.state == State.WRAPUP:
        if elsewhere and live.frozen_ms is None:  # as for every call in between
            left = (live.until or facts.now) - facts.now
            live.frozen_ms, live.units, live.until = max(WRAPUP_LEFT_MS, left), 0, None
        return True
    if not bridge and facts.has_hung_up(live):
        answered = "unfinished" if live.state == State.ACTIVE else "dropped"
        unanswered = "abandoned" if live.dir == "in" else "not_reached"
        live.outcome = answered if live.answered_at else unanswered
        live.ended_at = facts.now
        return False
    if live.state == State.DIALING and elsewhere and live.answered_at is None:
        live.outcome, live.cause, live.ended_at = "not_reached", UNCLEAR, facts.now
        return False
    if live.state in RINGS or (live.state in TALKS and elsewhere):
        _back_in_line(live, facts.now)
    return True


def _back_in_line(live: LiveContact, now: int) -> None:
    if live.talk_from is not None:
        live.talk_ms = (live.talk_ms or 0) + now - live.talk_from
    if live.named == live.agent:
        live.named = None  # they are with somebody else
    live.state, live.state_at, live.agent = State.QUEUED, now, None
    live.units, live.talk_from, live.held, live.until = 0, None, False, None


def began(live: LiveContact) -> float:
    """When this call or message really came; its place may be older (a call dialled again)."""
    return live.rang_at or live.arrived_at


def to_its_place(live: LiveContact) -> LiveContact:
    """The contact as it goes back into the index: its place kept, no agent assigned, no offer.

    In the menu it stays in the menu, parked it stays parked, scheduled it stays scheduled, at the
    voicemail it stays there; everything else waits.
    """
    if live.state not in STAYS or live.parked_for == "call":
        live.parked_for, live.outside = None, None
        live.overflow_at, live.tried, live.telling = (
            None,
            None,
            None,
        )  # the list on call starts again
        live.state = State.QUEUED
        live.agent = None
    if live.state != State.SCHEDULED and live.parked_for != "until":
        live.until = None
    live.offer, live.lane, live.fault, live.sticky_for = None, None, None, None
    live.cooling, live.passed_over, live.refusals, live.frozen_ms = None, None, None, None
    live.units, live.talk_from = 0, None
    live.ended_at, live.outcome, live.cause, live.caller = None, None, None, "present"
    live.held = False
    if live.channel == "voice":
        live.link, live.link_owner = "at_carrier" if live.dir == "in" else "none", None
    return live
