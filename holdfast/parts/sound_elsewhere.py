"""The sound of calls is in processes of its own (`holdfast serve --role media`)."""

from __future__ import annotations

from dataclasses import replace

from holdfast.clips import Clips
from holdfast.desk.hub import Hub
from holdfast.http.clips_site import ClipsSite
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.parts.sound import follow
from holdfast.sound.elsewhere import SoundElsewhere


def part(house: House) -> Part:
    centre, clips = house.centre, house[Clips]
    clips.load(centre.config.value)
    sound = SoundElsewhere(centre.engine, house[Premises].key, centre.proc)
    sound.alarm = house[Hub].alarm_boards
    followed = follow(house, sound)
    return replace(
        followed,
        routes=[*ClipsSite(clips).routes(), *followed.routes],
        tasks={"media processes": sound.run, **followed.tasks},
        listeners=[sound.on_step, *followed.listeners],
    )
