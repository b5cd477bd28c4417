"""What a recorded contact is worth when the live index does not hold it any more."""

from __future__ import annotations

from router.core.model import LiveContact


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
