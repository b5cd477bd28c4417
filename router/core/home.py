"""Where a call is put together, if several processes carry sound."""

from __future__ import annotations

from router.core.model import LiveAgent, LiveContact, Snapshot, Step
from router.core.states import OVER


class Home:
    """As one process knows it: a call's home is where the caller's stream is, and without one where
    its agent's sound is."""

    def __init__(self, proc: str) -> None:
        self._proc = proc
        self._where: dict[str, str | None] = {}
        self._open: dict[str, LiveContact] = {}

    def load(self, snapshot: Snapshot) -> None:
        """Everything as it is."""
        self._where = {agent.id: agent.media_proc for agent in snapshot.agents}
        self._open = {live.id: live for live in snapshot.contacts if live.channel == "voice"}

    def moved(self, step: Step) -> list[LiveContact]:
        """All contacts whose sound may have changed by this step."""
        moved = {agent.id for agent in step.agents if self._moves(agent)}
        changed = {live.id: live for live in step.contacts}
        for live in step.contacts:
            if live.state in OVER:
                self._open.pop(live.id, None)
            elif live.channel == "voice":
                self._open[live.id] = live
        theirs = [live for live in self._open.values() if live.agent in moved] if moved else []
        return [*step.contacts, *(live for live in theirs if live.id not in changed)]

    def _moves(self, agent: LiveAgent) -> bool:
        before = self._where.get(agent.id)
        self._where[agent.id] = agent.media_proc
        return agent.media_proc != before

    def here(self, live: LiveContact) -> bool:
        """It is put together in this process."""
        return (live.link_owner or self._where.get(live.agent or "")) == self._proc
