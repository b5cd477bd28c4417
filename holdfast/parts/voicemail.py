"""The messages that callers leave while nobody can take them, and the hours when this is so."""

from __future__ import annotations

from channels.twilio.client import CarrierClient
from channels.voice.voicemail import Sounds, Voicemail
from holdfast.desk.hub import Hub
from holdfast.desk.sight import Sight
from holdfast.http.hours_site import HoursSite
from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from holdfast.recovery.unanswered import Unanswered
from holdfast.tasks import LooseTasks
from router.intake.spool import Spool


def part(house: House) -> Part:
    sounds = Sounds(house[CarrierClient], house[Premises].data_dir / "voicemail")
    voicemail = Voicemail(
        house.centre,
        house[Spool],
        sounds,
        house[Unanswered],
        house[LooseTasks].spawn,
        house[Hub].incident_changed,
    )
    house.keep(Voicemail, voicemail)
    sight = Sight(house.centre, house[Hub])
    return Part(routes=HoursSite(house.centre.config, sounds, sight.hears).routes())
