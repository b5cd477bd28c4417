"""The configuration file of a process without pages: read again when the worker was told to."""

from __future__ import annotations

from holdfast.parts import House, Part
from holdfast.settings.reload import ConfigFile, Reload


def part(house: House) -> Part:
    reload = Reload(house[ConfigFile], house.centre.config, house.centre.engine)
    return Part(tasks={"reload": reload.run}, listeners=[reload.on_step])
