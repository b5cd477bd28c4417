"""Calls: the carrier's webhooks, and the index's effects at the carrier."""

from __future__ import annotations

from channels.twilio.client import CarrierClient
from channels.voice.dials import Dials
from channels.voice.effects import VoiceEffects
from channels.voice.limits import Limits, Writing
from channels.voice.lines import Lines
from channels.voice.link import VoiceLink
from channels.voice.outside import OutsideCalls
from channels.voice.prompts import Prompts
from channels.voice.reception import CallReception
from channels.voice.streams import Door
from channels.voice.told import ToldByTelephone
from channels.voice.turns import Turns
from channels.voice.voicemail import Voicemail
from channels.voice.webhooks import VoiceWebhooks
from holdfast.clips import Clips
from holdfast.desk.hub import Hub
from holdfast.followers.waits import Waits
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.sound.face import Sound
from router.callbacks.scheduled import ScheduledCallbacks
from router.core.current import Current
from router.core.durations import duration_ms
from router.intake.door import Intake
from router.intake.spool import Spool
from router.on_call import OutsideRouting
from router.recorder import Recorder


def part(house: House) -> Part:
    """Without routes: they are in hooks.py, and this runs in virtual time as well."""
    centre, place, client = house.centre, house[Premises], house[CarrierClient]
    config = centre.config
    outside = OutsideRouting(centre)
    house.keep(OutsideRouting, outside)

    def limits() -> Limits:
        return _limits(config)

    clips = house.get(Clips)  # none in virtual time: callers hear words
    prompts = Prompts(lambda: config.value, place.public_url, *([clips.path] if clips else []))
    house.keep(Prompts, prompts)
    hub, waits = house.get(Hub), house.get(Waits)
    notices = {"notice": hub.notice} if hub else {}
    turns = Turns(lambda: config.value.dialling.calls_per_second)
    sound = house[Sound]
    door = Door(place.public_url, place.key, sound.stream_url)
    told = ToldByTelephone(centre, outside, client, door.url, limits, turns)
    lines = Lines(centre, outside, client, door, turns, **notices)
    writing = Writing(door.url, limits, prompts)
    calls = OutsideCalls(centre.engine, outside, house[Voicemail], writing, told, lines)
    link = VoiceLink(
        place.public_url,
        place.key,
        prompts,
        lambda: config.value.callbacks.key,
        calls,
        sound.stream_url,
    )
    house.keep(VoiceLink, link)
    dials = Dials(centre, client, link, place.fallback_url, turns=turns, **notices)
    house.keep(Dials, dials)
    house.keep(VoiceEffects, VoiceEffects(centre, client, link, sound, calls, dials))

    async def lives(call_sid: str) -> bool | None:
        info = await client.call(call_sid)
        return None if info is None else not info.status.over

    recorder = house[Recorder]
    reception = CallReception(centre, house[Intake].calls, house[Spool], lives, recorder.caught_up)
    spoken = {"wait_ms": waits.spoken} if waits else {}
    house.keep(
        VoiceWebhooks,
        VoiceWebhooks(centre, reception, link, calls, house.get(ScheduledCallbacks), **spoken),
    )
    return Part()


def _limits(config: Current) -> Limits:
    timing = config.value.timing
    names = ("outside_ring", "acknowledge", "outside_talk", "voicemail")
    return Limits(*(max(1, duration_ms(getattr(timing, name)) // 1000) for name in names))
