"""The page on which one hears what callers hear."""

from __future__ import annotations

from holdfast.clips import Clips
from holdfast.http.callers_site import CallersSite
from holdfast.http.static_files import StaticFiles
from holdfast.parts import House, Part
from holdfast.settings.demo_config import load_demo_config
from holdfast.settings.environment import Settings, load_config


def part(house: House) -> Part:
    settings = house[Settings]
    read = load_demo_config if settings.demo else load_config
    site = CallersSite(
        house.centre.config, house[Clips], settings.config_path, read, house[StaticFiles]
    )
    return Part(routes=site.routes())
