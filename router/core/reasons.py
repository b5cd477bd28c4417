"""Why a contact rings at an agent, in words for people who read decisions outside the pages.

The library (router/live/lua/order/reasons.lua) gives only facts; static/reasons.js puts them in
words for the pages.
"""

from __future__ import annotations

from collections.abc import Mapping

from .model import Happening

COSTS: Mapping[int, str] = {
    0: "longest free",
    1: "has room",
    2: "emails give way",
    3: "texts give way",
    4: "wrap-up can wait",
    5: "paused; nobody ready can take it",
}
"""What it costs the agent (docs/routing.md, "Room and cost")."""

CHOSEN: Mapping[str, str] = {
    "assigned": "assigned by {by}",
    "transferred": "transferred by {by}",
}
"""How a person chose them: then nobody was compared."""


def skills_words(needs: Mapping[str, int] | None) -> str:
    """{"vet": 3, "en": 1} as "en, vet 3+"."""
    names = (name if level == 1 else f"{name} {level}+" for name, level in (needs or {}).items())
    return ", ".join(sorted(names))


def needs_words(needs: Mapping[str, int] | None) -> str:
    """{"vet": 3, "en": 1} as "needs en, vet 3+"."""
    return "needs " + (skills_words(needs) or "no special skill")


def offer_words(offered: Happening) -> str:
    """The facts of a `contact.offered` in words; of one recorded as a sentence, the sentence."""
    if offered.why is not None:
        chosen = CHOSEN.get(offered.why)
        return chosen.format(by=offered.by) if chosen else offered.why
    words = [needs_words(offered.needs)]
    if offered.named:
        words.append("has spoken with them before")
    if offered.cost is not None and (offered.cost or not offered.named):
        words.append(COSTS[offered.cost])
    if offered.displaces:
        words.append("more urgent than what is ringing there")
    return "; ".join(words)
