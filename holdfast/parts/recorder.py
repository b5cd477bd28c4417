"""The steps of the index, folded into the record."""

from __future__ import annotations

from holdfast.parts import House, Part
from router.recorder import Recorder


def part(house: House) -> Part:
    recorder = Recorder(house.centre.database, house.centre.engine)
    house.keep(Recorder, recorder)
    return Part(tasks={"recorder": recorder.run}, drain=recorder.drain)
