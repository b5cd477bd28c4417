"""The board's chart of how many wait, over a restart."""

from __future__ import annotations

from holdfast.desk.hub import Hub
from holdfast.followers.depth_history import DepthHistory
from holdfast.parts import House, Part


def part(house: House) -> Part:
    hub, centre = house[Hub], house.centre
    history = DepthHistory(centre.database, hub.view, hub.show_anew, centre.clock)
    return Part(tasks={"depth": history.run}, drain=history.keep_last)
