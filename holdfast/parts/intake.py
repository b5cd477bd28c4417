"""The door for whatever comes in: judged, recorded, put into the index."""

from __future__ import annotations

from holdfast.parts import House, Part
from router.intake import Intake
from router.triage.learned import Weights


def part(house: House) -> Part:
    centre = house.centre
    intake = Intake(
        centre.database,
        centre.engine,
        centre.config,
        centre.account,
        centre.clock,
        house.get(Weights),
    )
    house.keep(Intake, intake)
    return Part()
