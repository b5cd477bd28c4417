"""Callers who gave up: they hung up before an answer, or after they were put back in line."""

from __future__ import annotations

import msgspec

from router.core.callback import last_try
from router.core.contact import Outcome
from router.core.model import LiveContact
from router.core.states import UNANSWERED, State

DONE = "contact.gave_up_done"
"""Somebody decided that this caller needs nobody any more (the name that the record always had)."""

OUTCOMES = (str(Outcome.ABANDONED), str(Outcome.DROPPED))
"""Nobody came; or their agent was lost, and nobody came back."""

KEEP_MS = 24 * 3_600_000
MOST = 200


class AbandonedCaller(msgspec.Struct, frozen=True):
    """A caller who gave up and whom nobody has spoken with since, by their incident."""

    incident: str
    """While it is `provisional`, the contact's id."""
    incident_no: str | None
    contact: str
    severity: int
    who: dict[str, str | None]
    line: str
    at: int
    """When they hung up, ms since 1970."""
    waited_ms: int
    kind: str = "call"
    """call: they hung up. callback: we called as often as we promised, and did not reach them."""
    tries: int = 1
    """How often they hung up, or were not reached, since somebody last spoke with the incident."""
    provisional: bool = False
    """The record does not have the call yet: nobody can be promised anything."""
    only: dict[str, bool] | None = None
    """Its incident is restricted to these accounts."""


def waits(live: LiveContact) -> bool:
    """Nobody has answered; this includes reaching the voicemail because nobody here took the
    call. Whom an agent handed to a number waits for nobody here while it rings there: they are in
    no order (router/live/lua/order/waiting.lua) until nobody takes them there."""
    if live.state == State.OUTSIDE and live.outside is not None and live.outside.kind == "transfer":
        return False
    unheard = live.state == State.VOICEMAIL and live.overflow_at is not None
    return live.state in UNANSWERED or unheard


def waits_from(live: LiveContact) -> float:
    """From when they wait, as every page tells it: a text or mail that was answered before waits
    from its new message, a promised call (and who called themselves instead) from when its target
    counts, anything else from its arrival, as its place and its target do: also a caller who was
    answered and handed on."""
    if live.due_from is not None:
        return live.due_from
    again = live.channel != "voice" and live.answered_at is not None and live.queued_at is not None
    return live.queued_at if again and live.queued_at is not None else live.arrived_at


def abandoned_by(live: LiveContact) -> AbandonedCaller | None:
    """The row of a contact, if its caller gave up."""
    if live.state != State.ENDED or live.channel != "voice":
        return None
    lost = live.outcome in OUTCOMES and (live.dir == "in" or live.callback is not None)
    not_reached = (
        live.outcome == Outcome.NOT_REACHED and live.answered_at is None and last_try(live)
    )
    if not lost and not not_reached:
        return None
    incident = live.incident or (live.id if live.provisional else None)
    if incident is None or live.ended_at is None:
        return None
    began = live.rang_at or live.queued_at or live.arrived_at  # arrived_at may be an older call's
    return AbandonedCaller(
        incident,
        live.incident_no,
        live.id,
        live.severity,
        live.who,
        live.line,
        int(live.ended_at),
        max(0, int(live.ended_at - began)),
        "callback" if not_reached else "call",
        live.callback.tried if not_reached and live.callback else 1,
        live.incident is None,
        live.only,
    )


def spoken_at(live: LiveContact) -> float:
    """When one of us last spoke on this contact, or answered in writing; 0: nobody yet."""
    return max(live.answered_at or 0, live.replied_at or 0)
