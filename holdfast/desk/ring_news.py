"""What became of a contact that rang at an agent and was taken from them, in words for them.

Whoever missed or declined it, or whose own desk ended the ring, knows; so does whoever is rung by a
worse one instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.core.bidi import isolated
from router.core.callback import THEY_CALLED
from router.core.contact import Outcome
from router.core.model import LiveAgent, LiveContact, Step
from router.core.states import State

RING_OVER = "ring.over"

WORDS = {
    "taken": "taken by {by}.",
    "taken_outside": "taken by {by}.",
    "assigned": "given to {by}.",
    "caller_gone": "they hung up.",
    "callback": "they asked to be called back.",
    "closed": "closed by a colleague.",
    "parked": "set aside by a colleague.",
    "restricted": "it is restricted by now, to people you are not among.",
    "cancelled": "the callback is off.",
    "stands": "they are with {by} now; the callback waits.",
    "message_over": "their message is over.",
}
"""By the code of `offer.withdrawn`."""

HOURS = "we are closed now; they may leave a message."
"""The same code as of one that somebody closed."""

THEY_CALL = "they have called us themselves; the callback is off."

WRITE = "they have just written; the callback waits."
"""It stands for a text of theirs, and not for a call."""


def ring_news(step: Step, agents: Mapping[str, LiveAgent]) -> list[tuple[str, str]]:
    """Agent and words, for each ring that ended in this step without the agent's doing."""
    contacts = {live.id: live for live in step.contacts}
    found = []
    for event in step.events:
        live = contacts.get(event.contact or "")
        code = event.code or ""
        if event.name != "offer.withdrawn" or not event.agent or live is None or code not in WORDS:
            continue
        has: Sequence[str | None] = live.offer.agents if live.offer else [live.agent]
        did = {one.by for one in step.events if one.contact == live.id}
        if event.agent not in has and event.agent not in did:
            found.append((event.agent, _words(code, live, _by(code, live, has, agents))))
    return found


def _words(code: str, live: LiveContact, by: str) -> str:
    if code == "caller_gone" and live.outcome == Outcome.CANCELLED:
        code = "cancelled"  # of a promised call: nobody was on its line
    words = WORDS[code].format(by=by)
    if code == "cancelled" and live.cause == THEY_CALLED:
        words = THEY_CALL
    if code == "closed" and live.state != State.ENDED:
        words = HOURS
    if live.stands is not None and live.stands.why == "text":
        words = WRITE
    who = live.who.get("name") or live.who.get("address")
    return f"{isolated(who)}: {words}" if who else words[:1].upper() + words[1:]


def _by(
    code: str, live: LiveContact, has: Sequence[str | None], agents: Mapping[str, LiveAgent]
) -> str:
    """The first name of who has it now, or has what it stands for."""
    if code == "taken_outside" and live.outside is not None:
        return isolated(live.outside.word)
    of = live.stands.agent if live.stands is not None else has[0] if has else None
    known = agents.get(of or "")
    return known.name.split()[0] if known is not None and known.name else "a colleague"
