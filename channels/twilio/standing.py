"""The account's standing with the carrier and the telephone networks, as far as REST tells.

Sources: twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles,
twilio.com/docs/messaging/api/usapptoperson-resource. No resource gives calls a second or calls at
once: they follow from the kind of account, or are shown in the console.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from twilio.rest import Client

APPROVED, VERIFIED = "twilio-approved", "VERIFIED"
LIMIT = 100
TRIAL, TRIAL_AT_ONCE = "Trial", 5
TRIAL_LIMITS = (
    f"{TRIAL_AT_ONCE} calls at once: the next caller hears a busy tone",
    "one outgoing call a second: others wait",
    "only verified numbers are called and texted",
    "a notice is said before each call",
    "requests beyond its rate wait (429)",
)

Ask = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer profile: who the account belongs to. `status` is the carrier's word."""

    name: str
    status: str

    @property
    def approved(self) -> bool:
        return self.status == APPROVED


@dataclass(frozen=True, slots=True)
class Campaign:
    """A registered use of numbers for texts in the USA (A2P 10DLC)."""

    status: str
    numbers: tuple[str, ...]

    @property
    def verified(self) -> bool:
        return self.status == VERIFIED


def limits(kind: str) -> tuple[str, ...]:
    """What such an account cannot do, in words; empty for a full one.

    Source: twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account.
    """
    return TRIAL_LIMITS if kind == TRIAL else ()


async def profiles(client: Client, ask: Ask) -> list[Profile]:
    """All customer profiles of the account."""
    found = await ask(lambda: client.trusthub.v1.customer_profiles.list_async(limit=LIMIT))
    return [Profile(one.friendly_name or "", str(one.status or "")) for one in found]


async def campaigns(client: Client, ask: Ask) -> list[Campaign]:
    """All campaigns, with the numbers that send under them."""
    services = client.messaging.v1.services
    found = []
    for service in await ask(lambda: services.list_async(limit=LIMIT)):
        of = services(service.sid)
        registered = await ask(partial(of.us_app_to_person.list_async, limit=LIMIT))
        if registered:
            senders = await ask(partial(of.phone_numbers.list_async, limit=LIMIT))
            numbers = tuple(str(one.phone_number) for one in senders)
            found += [Campaign(str(one.campaign_status or ""), numbers) for one in registered]
    return found
