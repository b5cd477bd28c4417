"""What each agent did today, over a restart."""

from __future__ import annotations

from holdfast.desk.hub import Hub
from holdfast.followers.agent_history import AgentHistory
from holdfast.parts import House, Part


def part(house: House) -> Part:
    centre = house.centre
    history = AgentHistory(centre.database, house[Hub].view.agent_days, centre.clock)
    return Part(tasks={"agent days": history.run}, drain=history.keep_last)
