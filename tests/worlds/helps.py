"""Agents who ask for help, and a supervisor who sees to it, or not; what must never be of it."""

from __future__ import annotations

import random

from router.core.model import LiveAgent, Step
from tests.worlds.centre import Centre

BOSS = {"by": "boss", "name": "Boss"}


class Helps:
    """Part of a world. It draws by luck of its own: the rest of each seed stays as it was."""

    luck: random.Random
    centre: Centre
    calm: bool

    async def helps(self, agent: str, me: LiveAgent | None) -> None:
        step, draw = self.centre.step, self.luck.random()
        if me is None:
            return
        if me.help is None:
            if self.calm or draw > 0.06:
                return
            if draw > 0.03:
                await step("board_here", agent="boss", name="Boss")
            await step("help_ask", agent=agent, lead=None)
            if draw > 0.05:  # the key is pressed twice
                await step("help_ask", agent=agent, lead=None)
        elif self.calm or draw < 0.08:
            await step("help_take_back", agent=agent, help=me.help.id)
        elif draw < 0.2:
            await step("help_see", help=me.help.id, **BOSS)
        elif draw < 0.24:
            await step("help_close", help=me.help.id, **BOSS)
        elif draw < 0.28:  # the next emergency, or the same
            await step("help_ask", agent=agent, lead=None)


class Seen:
    """What steps tell of requests: each is seen once, and none is told of after its end."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._over: set[str] = set()
        self.asked = 0

    def forget(self) -> None:
        """The index is not what it was: what it had not told the record happens again."""
        self._seen.clear()
        self._over.clear()

    def wrong(self, step: Step) -> str | None:
        for event in step.events:
            if (it := event.help) is None:
                continue
            self.asked += event.name == "help.asked"
            if it.id in self._over:
                return f"{it.id} is over, and {event.name}"
            if event.name == "help.seen" and it.id in self._seen:
                return f"{it.id} was seen twice"
            if event.name == "help.seen":
                self._seen.add(it.id)
            if event.name == "help.ended":
                self._over.add(it.id)
        for agent in step.agents:
            if agent.help is not None and agent.help.id in self._over:
                return f"{agent.id} has {agent.help.id}, which is over"
            if agent.help is not None and not (
                agent.help.due or agent.help.ends or (agent.help.telling and agent.help.telling.at)
            ):
                return f"{agent.help.id} has no end"
        return None
