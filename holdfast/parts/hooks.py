"""The carrier's requests about calls, and calls that last for hours."""

from __future__ import annotations

from channels.twilio.client import CarrierClient
from channels.voice.dials import Dials
from channels.voice.long_calls import LongCalls
from channels.voice.webhooks import VoiceWebhooks
from holdfast.desk.hub import Hub
from holdfast.followers.metrics import Metrics
from holdfast.http.carrier_routes import AnsweredHook, Signatures, VoiceHooks
from holdfast.leaving import Leaving
from holdfast.parts import House, Part
from holdfast.switchboard import Switchboard


def part(house: House) -> Part:
    hooks = VoiceHooks(
        house[Signatures],
        house[Metrics],
        house[VoiceWebhooks],
        house.get(Switchboard),
        house[Leaving].parting,
    )
    answered = AnsweredHook(house[Signatures], house[Dials])
    view = house[Hub].view
    long = LongCalls(house[CarrierClient], lambda: [*view.contacts.values()], house.centre.clock)
    return Part(routes=[*hooks.routes(), *answered.routes()], tasks={"long calls": long.run})
