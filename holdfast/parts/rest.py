"""Incident work for programs: the intents of the desk over HTTP."""

from __future__ import annotations

from holdfast.desk.desk import Desk
from holdfast.desk.rest import Rest
from holdfast.parts import House, Part


def part(house: House) -> Part:
    rest = Rest(house.centre.database, house[Desk])
    return Part(routes=rest.routes(), tasks={"answers to programs": rest.sweep})
