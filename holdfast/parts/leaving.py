"""How this process leaves when it is asked to."""

from __future__ import annotations

from channels.twilio.client import CarrierClient
from channels.voice.link import VoiceLink
from holdfast.desk.hub import Hub
from holdfast.leaving import Leaving
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from holdfast.sound.face import Sound


def part(house: House) -> Part:
    leaving = Leaving(
        house[Hub],
        house[Sound],
        house[CarrierClient],
        house[Settings].drain_s,
        house[VoiceLink].parting,
    )
    house.keep(Leaving, leaving)
    return Part()
