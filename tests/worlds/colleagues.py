"""Agents who ask a colleague into a call, and colleagues who come, or not."""

from __future__ import annotations

import random

from router.core.consult import Consulted
from router.core.model import LiveAgent, LiveContact, Step
from tests.worlds.centre import Centre

VET = {"kind": "typed", "name": "typed", "word": "a vet", "to": "+12065550155"}


class Colleagues:
    """Part of a world."""

    rng: random.Random
    centre: Centre
    calm: bool

    async def asked_in(self, agent: str, me: LiveAgent) -> bool:
        """Whether they were asked, or are in a colleague's call, and did something about it."""
        step, draw = self.centre.step, self.rng.random()
        if me.asked is not None:
            if draw < 0.6:
                await step("consult_answer", agent=agent, contact=me.asked)
            elif draw < 0.8:
                await step("consult_end", agent=agent, contact=me.asked)
            return draw < 0.8
        if me.consult is None:
            return False
        if draw < 0.15 or self.calm:
            await step("consult_end", agent=agent, contact=me.consult)
        elif draw < 0.25:  # possible while the agent's own sound is away
            await step("consult_hand_over", agent=agent, contact=me.consult)
        return True

    async def asks_in(self, agent: str, live: LiveContact) -> bool:
        """The same of the agent who has the call."""
        step, draw = self.centre.step, self.rng.random()
        who = {"agent": agent, "contact": live.id}
        if live.consult is None:
            others = [name for name in self.centre.pages if name != agent]
            if self.calm or draw > 0.5:
                return False
            if draw > 0.35:
                await step("consult", **who, line=VET)
                return True
            if not others:
                return False
            await step("consult", **who, to_agent=self.rng.choice(others))
            return True
        if live.consult.at == Consulted.ASKED:
            if draw < 0.2:
                await step("consult_end", **who)
            return draw < 0.7
        if draw < 0.3 or self.calm:
            await step("consult_hand_over", **who)
        elif draw < 0.5:
            await step("consult_together", **who, on=draw < 0.4)
        elif draw < 0.6:
            await step("consult_end", **who)
        return draw < 0.8


def two_calls(step: Step, hands: dict[str, str]) -> str | None:
    """Whoever is in a colleague's call has none of their own; in words, if somebody has."""
    calls = {live.id for live in step.contacts if live.channel == "voice"}
    for agent in step.agents:
        own = [c for c in agent.contacts if c in calls and hands.get(c) == agent.id]
        if agent.consult is not None and own:
            return f"{agent.id} is in {agent.consult} and has {own}"
    return None
