"""Calling people back: at once, as promised, and callers whom nobody took."""

from __future__ import annotations

from holdfast.desk.hub import Hub
from holdfast.parts import House, Part
from holdfast.recovery.unanswered import Unanswered
from router.callbacks.immediate import Callbacks
from router.callbacks.not_needed import NotNeeded
from router.callbacks.scheduled import ScheduledCallbacks
from router.recorder import Recorder


def part(house: House) -> Part:
    centre = house.centre
    hub = house[Hub]

    def handed_back(incident: str, agent: str) -> None:
        hub.incident_changed(incident, None, agent)

    promises = ScheduledCallbacks(centre, house[Recorder].reached, handed_back)
    house.keep(ScheduledCallbacks, promises)
    house.keep(NotNeeded, NotNeeded(centre, promises))
    house.keep(Callbacks, Callbacks(centre))
    house.keep(Unanswered, Unanswered(centre.database, hub, promises, centre.clock))
    return Part(
        tasks={"callbacks": lambda: promises.run(centre.clock)}, listeners=[promises.on_step]
    )
