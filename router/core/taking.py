"""Into whose hands a contact goes, and so whose its incident is. Pure.

The owner of an incident is whoever took its first contact, until somebody takes one over: out of an
agent's hands, or handed over by them in the call.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core.model import Happening, LiveContact
from router.core.states import STATES


@dataclass(frozen=True, slots=True)
class Taking:
    """`over`: out of hands that may own its incident."""

    contact: str
    agent: str
    over: bool


def taking_of(event: Happening, live: LiveContact) -> Taking | None:
    """The taking that this event of a step tells; `live`: its contact after the step."""
    match event.name:
        case "contact.accepted" if event.agent:
            return Taking(live.id, event.agent, over=False)
        case "contact.taken_from_agent" if event.by:
            return Taking(live.id, event.by, over=True)
        case "contact.transferred" if event.handed_to and event.handed_to == live.agent:
            if STATES[live.state].talks:  # not sent on: they have it already
                return Taking(live.id, event.handed_to, over=True)
    return None


def takings(events: list[Happening], contacts: list[LiveContact]) -> list[Taking]:
    """All of a step, in its order."""
    known = {live.id: live for live in contacts}
    found = (taking_of(one, known[one.contact]) for one in events if one.contact in known)
    return [one for one in found if one is not None]
