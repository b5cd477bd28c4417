"""Contacts that went back to their place because their agent was lost or left.

That agent's desk shows them, and where they ring, until they connect with somebody or end; the
agent may take them back (`pull`). This comes from the stream of steps: a process sees only those
that went back since it began.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from router.core.model import LiveContact, Step
from router.core.states import UNANSWERED, WAITS

AWAY = ("agent_not_back", "agent_left")
"""Why a contact goes back when its agent was away; it is named for them then."""


class Returned:
    """Who lost which contact."""

    def __init__(self) -> None:
        self._agent: dict[str, str] = {}

    def fold(self, step: Step, contacts: Mapping[str, LiveContact]) -> None:
        """`contacts` as they are after the step."""
        for event in step.events:
            live = contacts.get(event.contact or "")
            if event.name == "contact.requeued" and event.why in AWAY and live and live.named:
                self._agent[live.id] = live.named
        for live in step.contacts:
            # One that does not get connected is back at its place once more.
            if live.id in self._agent and live.state not in UNANSWERED:
                del self._agent[live.id]

    def load(self, contacts: Mapping[str, LiveContact]) -> None:
        """After the index was read again: those that still wait."""
        self._agent = {
            contact: agent
            for contact, agent in self._agent.items()
            if contact in contacts and contacts[contact].state in UNANSWERED
        }

    def of_agents(
        self,
        agents: Collection[str],
        contacts: Mapping[str, LiveContact],
        but: Iterable[LiveContact],
    ) -> list[LiveContact]:
        """The contacts that these agents may take back, except `but`."""
        left_out = {live.id for live in but}
        return [
            contacts[contact]
            for contact, agent in self._agent.items()
            if agent in agents and contact in contacts and contact not in left_out
        ]

    def of(self, live: LiveContact) -> str | None:
        """The agent who lost it and may take it back now."""
        return self._agent.get(live.id) if live.state in WAITS else None
