"""The sound of calls in this process."""

from __future__ import annotations

from holdfast.clips import CallerSounds, Clips
from holdfast.desk.hub import Hub
from holdfast.followers.call_sounds import CallSounds
from holdfast.followers.metrics import Metrics
from holdfast.followers.sound_reports import SoundReports
from holdfast.followers.sound_retention import SoundRetention
from holdfast.http.clips_site import ClipsSite
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.switchboard import Switchboard
from router.core.model import LiveContact


def _number(live: LiveContact | None) -> str | None:
    return live.outside.word if live is not None and live.outside is not None else None


def part(house: House) -> Part:
    centre, hub, clips = house.centre, house[Hub], house[Clips]
    clips.load(centre.config.value)
    switchboard = Switchboard(
        centre.engine,
        house[Premises].key,
        centre.proc,
        centre.clock,
        CallerSounds(clips, lambda: centre.config.value),
        house[Metrics].observe_sound,
    )
    house.keep(Switchboard, switchboard)
    sounds = CallSounds(centre.clock)
    switchboard.listeners.append(sounds.heard)
    hub.view.sound, sounds.show = sounds.shown, hub.show_sound
    house.keep(CallSounds, sounds)
    house[Metrics].watch_calls(sounds)
    exchange = switchboard.exchange
    house[Metrics].watch_legs(
        lambda: len(exchange.snapshot()) + switchboard.lines,
        lambda: len(exchange.agents()) - switchboard.lines,
    )
    file = house[Premises].data_dir / "sound-reports.json"
    reports = SoundReports(centre.database, file, centre.clock)
    reports.changed = hub.incident_changed
    reports.known = lambda contact: contact in hub.view.contacts
    reports.number = lambda contact: _number(hub.view.contacts.get(contact))
    sounds.follow.append(reports.follow)
    sounds.alarm.append(reports.alarm)
    retention = SoundRetention(centre.database, centre.config, centre.clock)
    return Part(
        routes=ClipsSite(clips).routes(),
        tasks={
            "switchboard": switchboard.run,
            "sounds": sounds.run,
            "sound reports": reports.run,
            "sound retention": retention.run,
        },
        listeners=[switchboard.on_step, sounds.on_step, reports.on_step],
        drain=reports.keep_last,
    )
