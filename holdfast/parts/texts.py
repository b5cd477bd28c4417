"""Texts and mails, in and out."""

from __future__ import annotations

from channels.email.channel import EmailChannel, Post
from channels.email.endpoint import inbound_handler
from channels.sms.channel import SmsChannel
from channels.twilio.client import CarrierClient
from holdfast.desk.hub import Hub
from holdfast.followers.metrics import Metrics
from holdfast.http.access import Open, Route
from holdfast.http.carrier_routes import Signatures, TextHooks
from holdfast.http.web import body_arriving
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from router.callbacks.scheduled import ScheduledCallbacks
from router.intake.door import Intake
from router.intake.spool import Spool
from router.outbox import Replies


def part(house: House) -> Part:
    centre, settings, changed = house.centre, house[Settings], house[Hub].incident_changed
    intake, spool = house[Intake], house[Spool]
    sms = SmsChannel(centre, intake, house[CarrierClient], spool, settings.public_url, changed)
    post = Post(
        settings.smtp_url,
        settings.mail_from,
        settings.mail_reply_domain,
        settings.secret_key.encode(),
        [line.mail for line in centre.config.value.lines if line.mail],
    )
    email = EmailChannel(centre, intake, spool, post, changed)
    wake = {"sms": sms.wake} | ({"email": email.wake} if email.ready else {})
    house.keep(Replies, Replies(centre.database, centre.engine, wake))
    intake.answers_by(wake)
    house[ScheduledCallbacks].last_words.wake = wake
    hooks = {"/twilio/sms": sms.inbound, "/twilio/sms/status": sms.status}
    mail = inbound_handler(email, settings.email_secret, body_arriving)
    return Part(
        routes=[
            *TextHooks(house[Signatures], house[Metrics], hooks).routes(),
            Route("POST", "/email/inbound", mail, Open.MAIL, "Raw mail comes in"),
        ],
        tasks={"sms sender": sms.run, "mail": email.run},
    )
