"""Trust Hub and Messaging, as far as they show an account's standing: a full one is approved, a
small one is not.

Sources: twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles,
twilio.com/docs/messaging/api/usapptoperson-resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.sandbox.rest import live_only

SERVICE = "MG" + "5" * 32


def add_routes(app: web.Application) -> None:
    """GET CustomerProfiles, Services, and a service's campaigns and numbers."""
    app.router.add_get("/v1/CustomerProfiles", profiles)
    app.router.add_get("/v1/Services", services)
    app.router.add_get("/v1/Services/{sid}/Compliance/Usa2p", campaigns)
    app.router.add_get("/v1/Services/{sid}/PhoneNumbers", numbers)


async def profiles(request: web.Request) -> web.Response:
    """One approved profile, or none."""
    carrier = live_only(request)
    full = not carrier.account.verified_only
    found = {
        "sid": "BU" + "5" * 32,
        "account_sid": carrier.options.account_sid,
        "friendly_name": "Sandbox centre",
        "status": "twilio-approved",
    }
    return _page(request, "results", [found] if full else [])


async def services(request: web.Request) -> web.Response:
    """One messaging service, or none."""
    carrier = live_only(request)
    found = {"sid": SERVICE, "account_sid": carrier.options.account_sid, "friendly_name": "Texts"}
    return _page(request, "services", [] if carrier.account.verified_only else [found])


async def campaigns(request: web.Request) -> web.Response:
    """Its campaign."""
    live_only(request)
    found = {
        "sid": "QE" + "5" * 32,
        "messaging_service_sid": SERVICE,
        "campaign_status": "VERIFIED",
    }
    return _page(request, "compliance", [found])


async def numbers(request: web.Request) -> web.Response:
    """All numbers of the account."""
    found = [
        {"sid": n.sid, "service_sid": SERVICE, "phone_number": n.number}
        for n in live_only(request).numbers.values()
    ]
    return _page(request, "phone_numbers", found)


def _page(request: web.Request, key: str, items: Sequence[dict[str, Any]]) -> web.Response:
    """All on one page, in the form that this generation of the API uses."""
    meta = {
        "page": 0, "page_size": 50, "key": key, "url": str(request.url),
        "first_page_url": str(request.url), "next_page_url": None, "previous_page_url": None,
    }  # fmt: skip
    return web.json_response({key: items, "meta": meta})
