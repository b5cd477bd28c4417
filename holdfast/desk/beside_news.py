"""What whoever sits beside an agent, and that agent, are told of each other, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from router.core.bidi import isolated
from router.core.model import LiveAgent, Step

LEFT = {
    "own_work": "You have left {}’s call: a call of your own has begun.",
    "not_their_trainee": "You hear the call no more: {} has it no longer.",
    "restricted": "You hear the call of {} no more: it is restricted, and you are not on its list.",
    "no_buddy": "You hear the call no more: you are not the buddy of {} any longer.",
}
"""By why: what whoever sat there is told. Other ends are their own doing, or the call's."""


class News(NamedTuple):
    """For an agent, as a notice."""

    agent: str
    code: str
    text: str
    level: str = "warn"


def beside_news(step: Step, agents: Mapping[str, LiveAgent]) -> Iterator[News]:
    """An agent whose call was taken over; whoever listened until a call of their own began, or
    until the caller went on to somebody whose buddy they are not."""

    def name(agent: str | None) -> str:
        known = agents.get(agent or "")
        return isolated(known.name) if known is not None and known.name else "a colleague"

    for event in step.events:
        if event.name == "contact.taken_from_agent" and event.agent:
            by = name(event.by)
            text = f"{by[:1].upper()}{by[1:]} has taken the call over."
            yield News(event.agent, event.name, text)
        elif event.name == "contact.left_beside" and event.why in LEFT and event.by:
            text = LEFT[event.why].format(name(event.agent))
            yield News(event.by, event.name, text, "info")
