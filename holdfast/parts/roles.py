"""Which parts make which process."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from holdfast.parts import House, Part
from holdfast.role import Role

_ALL = (
    "carrier",
    "recorder",
    "spool",
    "intake",
    "screens",
    "depth",
    "agent_history",
    "sound",
    "callbacks",
    "voicemail",
    "voice",
    "texts",
    "accounts",
    "leaving",
    "hooks",
    "desk",
    "callback_list",
    "incidents",
    "rest",
    "index",
    "configuration",
    "callers",
    "site",
    "demo",
)

PARTS: dict[Role, tuple[str, ...]] = {
    Role.ALL: _ALL,
    Role.WEB: tuple("sound_elsewhere" if name == "sound" else name for name in _ALL),
    Role.MEDIA: ("media",),
    Role.ROUTER: ("recorder", "timers", "other_file"),
}
"""Modules of this folder, in the order in which they are built: a part finds what those before it
have left. A process loads its own alone: a router has no sound to load."""


def load(role: Role) -> list[ModuleType]:
    """The modules of a role's parts."""
    return [import_module(f"holdfast.parts.{name}") for name in PARTS[role]]


def built(house: House, role: Role) -> list[Part]:
    """The parts of a process of this role."""
    return [module.part(house) for module in load(role)]
