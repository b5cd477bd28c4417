"""A process that carries the sound of calls, for those with the pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from holdfast.clips import CallerSounds, Clips
from holdfast.http.carrier_routes import Signatures, stream_routes
from holdfast.http.media_site import MediaSite
from holdfast.http.proxies import Proxies
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from holdfast.settings.reload import ConfigFile, Reload
from holdfast.sound.follower import Follower
from holdfast.sound.here import SoundHere
from holdfast.sound.peers import Network, Peers
from holdfast.sound.served import Served
from holdfast.sound.standing import About, Load
from holdfast.switchboard import Switchboard
from holdfast.tasks import LooseTasks
from router.live.step_feed import StepFeed
from softphone.hops import Hops
from softphone.port import Ports


@dataclass(slots=True)
class Place:
    """Where this process is."""

    url: str
    """Under which the carrier reaches its streams."""
    link: str
    """Where it listens for the other processes (softphone/link.py)."""
    draining: bool = False
    """It takes nobody new."""


def part(house: House) -> Part:
    centre, clips, settings = house.centre, house[Clips], house[Settings]
    place, spawn, key = house[Place], house[LooseTasks].spawn, settings.secret_key.encode()
    clips.load(centre.config.value)
    load = Load()
    switchboard = Switchboard(
        centre.engine,
        key,
        centre.proc,
        centre.clock,
        CallerSounds(clips, lambda: centre.config.value),
    )
    switchboard.share()
    house.keep(Switchboard, switchboard)
    ports = Ports(settings.media_ports)
    sound = SoundHere(
        switchboard, Peers(switchboard.exchange, spawn, Network(settings.media_address, ports))
    )
    served = Served(sound, switchboard.exchange, spawn)
    clock = asyncio.get_running_loop().time
    hops = Hops(switchboard.exchange, key, centre.proc, clock, served.heard)
    hops.on_gone = served.gone
    house.keep(Hops, hops)
    began = centre.clock()

    def about() -> About:
        calls, pages = sound.tally()
        return About(
            link=place.link,
            url=place.url,
            calls=calls,
            pages=pages,
            lent=hops.lent,
            core=round(load.core, 3),
            late_ms=round(load.late_ms, 1),
            full=load.full,
            draining=place.draining,
            since=began,
        )

    follower = Follower(centre.engine, switchboard, hops, about)
    house.keep(Follower, follower)
    house.keep(StepFeed, follower.feed)
    signatures = Signatures(place.url, settings.auth_tokens)
    reload = Reload(house[ConfigFile], centre.config, centre.engine, clips=clips)
    return Part(
        routes=[
            *stream_routes(switchboard, signatures.of_stream),
            *MediaSite(about, centre.engine, ports, Proxies(settings.trusted_proxies)).routes(),
        ],
        tasks={
            "switchboard": switchboard.run,
            "hops": hops.run,
            "index": follower.run,
            "load": load.run,
            "alive": served.run,
            "reload": reload.run,
        },
        listeners=[reload.on_step, follower.on_step, switchboard.on_step],
    )
