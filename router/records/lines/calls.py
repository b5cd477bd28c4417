"""Calls, promised ones with them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.callback import CALLED_OFF, MOVED, NEVER_DIALLED, NOT_NEEDED, THEY_CALLED
from router.core.model import LiveContact
from router.core.states import State
from router.core.text import span
from router.records import call_sounds
from router.records.contact_words import Words, first_answers, not_reached
from router.records.lines.line import Around, Line, line

TOLD_WAIT_MS = 2000
"""A promised call that was taken sooner did not wait."""


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    """Each call of its contacts, with how it sounded."""
    ids = [row.id for row in around.calls]
    first = await first_answers(connection, ids)
    sounds = await call_sounds.of_contacts(connection, ids, dict(around.names))
    found = []
    for row in around.calls:
        by = first.get(row.id, row.agent)
        agent = around.names.get(by, "somebody") if by else None
        told = _told(row, around.person(row.party), agent, around.words)
        if told is not None:
            found.append(told | {"sound": sounds.get(row.id)})
    return found


def _told(row: Any, party: dict[str, Any] | None, agent: str | None, words: Words) -> Line | None:
    """`agent`: who answered it first, or has it. None: it is a promised call that nobody has made
    yet, or one that a person called off, which the line of that tells."""
    person = (party and party["name"]) or "Caller"
    live = msgspec.json.decode(row.live, type=LiveContact)
    came = int(live.rang_at or row.arrived_at)
    entered = row.queued_at or came
    again = row.direction == "in" and came > row.arrived_at
    promised = ""
    if live.callback is not None and live.accepted_at:  # dialled: the call itself began then
        came = int(live.accepted_at)
        waited = f"waited {span(came - entered)}, " if came - entered >= TOLD_WAIT_MS else ""
        promised = f"{waited}promised: "
        entered = came
    elif live.callback is not None:
        if row.state != State.ENDED or live.cause in (CALLED_OFF, MOVED, NOT_NEEDED):
            return None
        came = int(row.ended_at or came)
    text = f"called {person}" if row.direction == "out" else "called again" if again else "called"
    if row.answered_at:
        whom = f" by {agent}" if agent and row.direction == "in" else ""
        text += f" · answered after {span(row.answered_at - entered)}{whom}"
        if row.outcome == "dropped":
            text += " · hung up before somebody else answered"
    elif row.outcome == "voicemail":
        text += " · reached the voicemail"
    elif row.outcome == "callback":
        text += " · asked to be called back, kept the place"
    elif row.outcome == "cancelled":
        text = f"call to {person} called off"
        if live.cause == THEY_CALLED:
            text += ": they called themselves"
    elif live.cause == NEVER_DIALLED:
        text = f"call to {person} was never dialled"
    elif row.state == State.ENDED:
        lasted = f" after {span(row.ended_at - entered)}" if row.ended_at else ""
        if row.direction == "out":
            text += f" · not reached{_at(row, party)}{not_reached(live.cause, agent)}"
        else:
            text += f" · hung up unanswered{lasted}"
    elif row.direction == "in":
        text += " · waiting"
    else:
        text += " · dialling"
    if again:
        text += f"; first called {span(came - row.arrived_at)} before"
    if live.callback is not None:
        more = live.callback
        why = f"try {more.tried} of {more.tries}" if more.tried > 1 else more.why
        text += f" · {promised}{why}"
    if row.disposition:
        text += f" · {words.disposition(row.disposition)}"
    return line(
        f"call:{row.id}",
        came,  # arrived_at is its place: older when called again
        "call",
        channel="voice",
        direction=row.direction,
        who=agent if row.direction == "out" else person,
        text=text,
        contact=row.id,
        notice=row.rule if row.direction == "in" else None,
    )


def _at(row: Any, party: dict[str, Any] | None) -> str:
    """The number that was called, where the person's name does not say it."""
    if party is None:
        return ""
    found = [one["masked"] for one in party["addresses"] if one["id"] == row.address]
    return f" at {found[0]}" if found and found[0] != party["name"] else ""
