"""What pages get of a contact and of an agent (docs/desk-protocol.md, Entities)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.abandoned import waits_from
from router.core.alarms import alarm_of
from router.core.asking import language_of
from router.core.bidi import isolated
from router.core.model import LiveAgent, LiveContact
from router.core.restricted import may_see
from router.core.severity import Channel
from router.core.states import Told


def contact_entity(
    live: LiveContact,
    returned: dict[str, Any] | None,
    still_needed: dict[str, Any] | None = None,
    sound: dict[str, Any] | None = None,
    *,
    stays: bool = False,
) -> dict[str, Any]:
    """Contact of docs/desk-protocol.md. `stays`: its agent, in the call with a number."""
    offer = live.offer
    return {
        "id": live.id,
        "channel": live.channel,
        "direction": live.dir,
        "severity": live.severity,
        "queue": live.queue,
        "line": live.line,
        "state": live.state,
        "state_at": live.state_at,
        "arrived_at": live.arrived_at,
        "queued_at": live.queued_at,
        "waits_from": waits_from(live),
        "score": live.score,
        "answer_by": live.answer_by,
        "answered_at": live.answered_at,
        "agent": live.agent,
        "until": live.until,
        "offer": {"fence": offer.fence, "agents": offer.agents, "expires": offer.expires}
        if offer
        else None,
        "needs": live.needs,
        "speaks": language_of((live.asks or "").split(",")),
        "step": int(live.step or 0),
        "named": live.named,
        "sticky_for": live.sticky_for,
        "returned": returned,
        "promoted": live.promoted_at is not None,
        "parked_for": live.parked_for,
        "reason": live.reason,
        "rule": live.rule,
        "grounds": live.grounds and {"why": [], **msgspec.to_builtins(live.grounds)},
        # Also what was written before names were closed off where they come in.
        "who": {name: word and isolated(word) for name, word in live.who.items()},
        "about": live.about and isolated(live.about),
        "incident": live.incident,
        "incident_no": live.incident_no,
        "restricted": "whole" if live.only else None,
        "provisional": live.provisional,
        "outside": {"kind": live.outside.kind, "word": live.outside.word, "by": live.outside.by}
        if live.outside
        else None,
        "telling": telling_entity(live),
        "alarm": alarm_of(live),
        "held": live.held,
        "beside": [
            {
                "agent": one.agent,
                "name": one.name,
                "mode": one.mode,
                "since": one.since,
                "board": one.board,
                "hidden": one.hidden,
            }
            for one in live.beside or ()
        ],
        "trainee": None,
        "agent_name": None,
        "consult": consult_entity(live, stays=stays),
        "link": live.link,
        "caller": live.caller,
        "fault": live.fault,
        "sound": sound,
        "progress": live.progress,
        "unread": live.unread,
        "not_before": live.not_before,
        "still_needed": still_needed,
        "stands": {
            "contact": live.stands.contact,
            "why": live.stands.why,
            "agent": live.stands.agent,
            "at": live.stands.at,
        }
        if live.stands
        else None,
        "callback": {
            "by": live.callback.by,
            "by_name": live.callback.by_name,
            "why": live.callback.why,
            "kind": live.callback.kind,
            "note": live.callback.note,
            "last": live.callback.last,
            "tried": live.callback.tried,
            "tries": live.callback.tries,
        }
        if live.callback
        else None,
    }


BARE = {
    "by": "", "by_name": "", "why": "", "kind": "", "note": "", "last": None,
    "tried": 1, "tries": 1,
}  # fmt: skip
"""Of a promised call: that it is one, and no more."""


def seen_by(entity: dict[str, Any], live: LiveContact, account: str) -> dict[str, Any]:
    """The contact as this account may see it: of a restricted incident whoever is not on the list
    sees that there is one; whoever has it in hand sees this contact's own words."""
    if may_see(live.only, account):
        return entity
    known = {"callback": None, "still_needed": None, "returned": None}
    if live.agent == account or (live.offer is not None and account in live.offer.agents):
        about = None if live.channel == Channel.VOICE else entity["about"]  # of a call, the title
        bare = live.callback and BARE  # whoever is rung for it reads that they call
        return entity | known | {"restricted": "contact", "about": about, "callback": bare}
    nothing = {"name": None, "address": None, "role": None}
    return (
        entity
        | known
        | dict.fromkeys(("about", "incident", "incident_no", "grounds", "stands", "telling"))
        | {"restricted": "hidden", "who": nothing, "rule": ""}
    )


def name_seen(live: LiveContact, account: str) -> str:
    """Who it is, as this account may read it."""
    if not may_see(live.only, account):
        return RESTRICTED
    return isolated(live.who.get("name") or live.who.get("address") or "?")


def who_for_all(live: LiveContact) -> Mapping[str, str | None]:
    """Who it is, as every board may read it."""
    return {"name": RESTRICTED} if live.only else live.who


RESTRICTED = "Restricted"


def consult_entity(live: LiveContact, *, stays: bool) -> dict[str, Any] | None:
    """The colleague, or the number, that its agent asks in. A number that was typed is masked."""
    if (it := live.consult) is None:
        return None
    return {
        "line": {"kind": it.line.kind, "rings": it.line.rings, "stays": stays} if it.line else None,
        "at": it.at,
        "agent": it.agent,
        "name": it.name,
        "by_name": it.by_name,
        "since": it.since,
        "until": it.until,
    }


def telling_entity(live: LiveContact) -> dict[str, Any] | None:
    """How far an S1 text or mail is told by telephone; `until`: then the numbers are rung again."""
    if (telling := live.telling) is None:
        return None
    again = telling.until if telling.at in (Told.PAUSE, Told.TAKEN) else None
    return {"at": telling.at, "word": telling.word, "since": telling.since, "until": again}


def agent_entity(live: LiveAgent, check: dict[str, Any] | None = None) -> dict[str, Any]:
    """Agent of docs/desk-protocol.md."""
    offer = live.offer
    return {
        "id": live.id,
        "name": live.name,
        "choice": "ready" if live.choice.ready else "paused",
        "pause_reason": live.choice.reason,
        "presence": live.presence,
        "sound": live.media == "up",
        "state": live.state,
        "state_at": live.state_at,
        "skills": live.skills,
        "room": {str(channel): live.room.get(channel, 0) for channel in Channel},
        "contacts": live.contacts,
        "beside": live.beside,
        "asked": live.asked,
        "consult": live.consult,
        "handed": {
            "contact": live.handed,
            "at": live.handed_at,
            "until": live.handed_until,
        }
        if live.handed_until
        else None,
        "offer": {"contact": offer.contact, "fence": offer.fence, "expires": offer.expires}
        if offer
        else None,
        "until": live.until,
        "testing": live.testing,
        "missed": live.miss is not None,
        "check": check,
        "stage": {"word": live.stage, "floor": int(live.floor)}
        if live.stage and live.floor
        else None,
        "shift": {
            "from": live.shift_from,
            "to": live.shift_to,
            "outside": live.ceiling is not None,
        }
        if live.shift_from and live.shift_to
        else None,
    }
