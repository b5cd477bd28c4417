"""The door for every arrival: judged, recorded, put into the index."""

from __future__ import annotations

from holdfast.parts import House, Part
from router.intake.door import Intake
from router.triage.learned import Weights


def part(house: House) -> Part:
    intake = Intake(house.centre, house.get(Weights))
    house.keep(Intake, intake)
    return Part(drain=intake.calls.told)
