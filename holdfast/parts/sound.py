"""The sound of calls in this process."""

from __future__ import annotations

from dataclasses import replace

from holdfast.clips import CallerSounds, Clips
from holdfast.desk.hub import Hub
from holdfast.followers.call_sounds import CallSounds
from holdfast.followers.metrics import Metrics
from holdfast.followers.sound_reports import SoundReports
from holdfast.followers.sound_retention import SoundRetention
from holdfast.http.clips_site import ClipsSite
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.settings.environment import Settings
from holdfast.sound.face import Sound
from holdfast.sound.here import SoundHere
from holdfast.sound.peers import Network, Peers
from holdfast.switchboard import Switchboard
from holdfast.tasks import LooseTasks
from softphone.port import Ports


def part(house: House) -> Part:
    centre, clips, settings = house.centre, house[Clips], house[Settings]
    clips.load(centre.config.value)
    switchboard = Switchboard(
        centre.engine,
        house[Premises].key,
        centre.proc,
        centre.clock,
        CallerSounds(clips, lambda: centre.config.value),
    )
    house.keep(Switchboard, switchboard)
    ports = Ports(settings.media_ports)
    house[Metrics].watch_ports(ports)
    network = Network(settings.media_address, ports)
    peers = Peers(switchboard.exchange, house[LooseTasks].spawn, network)
    followed = follow(house, SoundHere(switchboard, peers))
    return replace(
        followed,
        routes=[*ClipsSite(clips).routes(), *followed.routes],
        tasks={"switchboard": switchboard.run, **followed.tasks},
        listeners=[switchboard.on_step, *followed.listeners],
    )


def follow(house: House, sound: Sound) -> Part:
    """What is made of the sound of calls, wherever it is: how they sound, for pages and record."""
    centre, hub = house.centre, house[Hub]
    house.keep(Sound, sound)
    sounds = CallSounds(centre.clock)
    sound.listeners += [sounds.heard, house[Metrics].heard]
    hub.view.sound, sounds.show = sounds.shown, hub.show_sound
    house.keep(CallSounds, sounds)
    house[Metrics].watch_calls(sounds)
    house[Metrics].watch_legs(lambda: sound.tally()[0], lambda: sound.tally()[1])
    file = house[Premises].data_dir / "sound-reports.json"
    reports = SoundReports(centre.database, file, centre.clock)
    reports.changed = hub.incident_changed
    reports.live = lambda contact: hub.view.contacts.get(contact)
    sounds.follow.append(reports.follow)
    sounds.alarm.append(reports.alarm)
    retention = SoundRetention(centre.database, centre.config, centre.clock)
    return Part(
        tasks={
            "sounds": sounds.run,
            "sound reports": reports.run,
            "sound retention": retention.run,
        },
        listeners=[sounds.on_step, reports.on_step],
        drain=reports.keep_last,
    )
