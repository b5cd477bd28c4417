"""The list of callbacks, on desks and boards, and what became of them."""

from __future__ import annotations

from holdfast.desk.callback_list import CallbackList
from holdfast.desk.callbacks_kept import CallbacksKept
from holdfast.desk.desk import Desk
from holdfast.desk.hub import Hub
from holdfast.parts import House, Part
from router.recorder import Recorder


def part(house: House) -> Part:
    listed = CallbackList(house.centre, house[Hub], house[Recorder].reached)
    house[Desk].takes(listed, CallbacksKept(house.centre))
    return Part(listeners=[listed.on_step], tasks={"callback list": listed.run})
