"""The sound of calls in this process."""

from __future__ import annotations

from holdfast.desk.hub import Hub
from holdfast.followers.call_sounds import CallSounds
from holdfast.followers.metrics import Metrics
from holdfast.followers.sound_reports import SoundReports
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.settings.environment import static_dir
from holdfast.switchboard import Switchboard
from softphone import clips


def part(house: House) -> Part:
    centre, hub, hold = house.centre, house[Hub], static_dir() / "audio" / "hold.wav"
    switchboard = Switchboard(
        centre.engine,
        house[Premises].key,
        centre.proc,
        centre.clock,
        clips.load(hold) if hold.exists() else None,
        house[Metrics].observe_sound,
    )
    house.keep(Switchboard, switchboard)
    sounds = CallSounds(centre.clock)
    switchboard.listeners.append(sounds.heard)
    hub.view.sound, sounds.show = sounds.shown, hub.show_sound
    house.keep(CallSounds, sounds)
    house[Metrics].watch_calls(sounds)
    file = house[Premises].data_dir / "sound-reports.json"
    reports = SoundReports(centre.database, file, centre.clock)
    reports.changed = hub.incident_changed
    sounds.follow.append(reports.follow)
    sounds.alarm.append(reports.alarm)
    return Part(
        tasks={
            "switchboard": switchboard.run,
            "sounds": sounds.run,
            "sound reports": reports.run,
        },
        listeners=[switchboard.on_step, sounds.on_step, reports.on_step],
        drain=reports.keep_last,
    )
