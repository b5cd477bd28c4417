"""The account at the carrier: the client that asks it, and what the account may not do."""

from __future__ import annotations

from channels.twilio.client import CarrierClient, Credentials
from holdfast.demo.sandbox_site import Sandbox
from holdfast.desk.hub import Hub
from holdfast.followers.account_watch import AccountWatch
from holdfast.http.carrier_routes import ProbeHooks, Signatures
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from holdfast.tasks import guarded


def part(house: House) -> Part:
    settings, sandbox = house[Settings], house.get(Sandbox)
    client: CarrierClient = house.keep(
        CarrierClient,
        CarrierClient(
            Credentials(
                settings.account_sid,
                settings.auth_tokens[0],
                api_key=settings.api_key,
                api_secret=settings.api_secret,
                region=settings.region,
                edge=settings.edge,
                base_url=sandbox["base_url"] if sandbox else settings.twilio_base_url,
            )
        ),
    )
    signatures = Signatures(settings.public_url, settings.auth_tokens)
    house.keep(Signatures, signatures)
    watch = AccountWatch(client, lambda: house[Hub].show_anew())
    house.keep(AccountWatch, watch)
    return Part(
        routes=ProbeHooks(signatures, settings.data_dir, settings.public_url).routes(),
        tasks={"account": lambda: guarded(watch.run(), "account")},
        close=client.close,
    )
